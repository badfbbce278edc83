"""Import jobs, and the import of a version's key material (https://cloud.google.com/kms/docs/key-import).

A job gives a public key for three days. What it wraps is unwrapped as Google does:
https://cloud.google.com/kms/docs/key-wrapping. Methods that wrap by HPKE answer 501.
"""

import base64
from typing import Any

from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.errors import ApiError, failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.cloudkms import versions

LIVES = 3 * 86400.0
SYMMETRIC_BYTES = 32
RSA_BYTES = {3072: 384, 4096: 512}
Hash = hashes.SHA1 | hashes.SHA256


def _method(name: str) -> tuple[int, Hash, bool]:
    """(bits, hash, whether an AES key is between) of ``RSA_OAEP_3072_SHA1_AES_256``."""
    if not name.startswith("RSA_OAEP_"):
        text = f"The import method {name} is not implemented by the emulator."
        raise ApiError(501, text, status="UNIMPLEMENTED")
    bits, digest, *aes = name.removeprefix("RSA_OAEP_").split("_")
    return int(bits), hashes.SHA1() if digest == "SHA1" else hashes.SHA256(), bool(aes)  # noqa: S303 # the method's own


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    _method(body["importMethod"])
    if body["protectionLevel"] not in ("SOFTWARE", "HSM"):
        raise invalid(
            f"The protection level {body['protectionLevel']} is not supported for import jobs.",
            field="import_job.protection_level",
        )


def _born(call: Call, body: Body) -> None:
    now = call.world.now()
    body["createTime"] = body["generateTime"] = call.world.stamp(now)
    body["expireTime"] = call.world.stamp(now + LIVES)
    if body["protectionLevel"] == "HSM":
        body["attestation"] = versions.attestation(call.world)


def _view(world: World, obj: Obj, body: Body) -> Body:
    if world.now() >= parse_rfc3339(body["expireTime"]):
        return {**body, "state": "EXPIRED", "expireEventTime": body["expireTime"]}
    public = _private(world, obj).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = public.public_bytes(serialization.Encoding.PEM, form).decode()
    return {**body, "state": "ACTIVE", "publicKey": {"pem": pem}}


def _private(world: World, job: Obj) -> rsa.RSAPrivateKey:
    """The key of a job, made when it is first asked for."""
    kept = world.state.record("cloudkms.import", job.name)
    if kept:
        found = serialization.load_pem_private_key(kept.encode(), None)
        if isinstance(found, rsa.RSAPrivateKey):
            return found
    bits, _, _ = _method(job.body["importMethod"])
    made = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    pem = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    world.state.set_record("cloudkms.import", job.name, pem.decode())
    return made


def _unwrapped(world: World, job: Obj, wrapped: bytes) -> bytes:
    """The key material inside; ValueError or InvalidUnwrap where it was wrapped otherwise."""
    bits, digest, aes = _method(job.body["importMethod"])
    head = RSA_BYTES[bits] if aes else len(wrapped)
    oaep = padding.OAEP(padding.MGF1(digest), digest, None)
    inner = _private(world, job).decrypt(wrapped[:head], oaep)
    return keywrap.aes_key_unwrap_with_padding(inner, wrapped[head:]) if aes else inner


def import_version(call: Call) -> Body:
    """``import``: a new version, or the material of one that is destroyed or waits for it."""
    world = call.world
    key = call.need(
        call.path.rpartition("/")[0], world.registry.kind(versions.SERVICE, "cryptoKeys")
    )
    if not call.body.get("importJob"):
        raise invalid("The request field 'import_job' is required.", field="import_job")
    job = call.need(str(call.body["importJob"]), IMPORT_JOBS)
    level = key.body["versionTemplate"]["protectionLevel"]
    if world.show(job)["state"] != "ACTIVE":
        raise failed_precondition(f"ImportJob {job.name} is not active.")
    if job.body["protectionLevel"] != level:
        raise failed_precondition(
            f"ImportJob {job.name} has protection level {job.body['protectionLevel']}, the key has {level}."
        )
    wrapped = call.body.get("wrappedKey") or call.body.get("rsaAesWrappedKey", "")
    version = _target(call, key)
    body: Body = {
        **version.body,
        "algorithm": call.body.get("algorithm", ""),
        "importJob": job.name,
        "reimportEligible": True,
    }
    for field in ("generateTime", "destroyEventTime"):
        body.pop(field, None)
    try:
        material = _unwrapped(world, job, base64.b64decode(wrapped))
        problem = _problem(body["algorithm"], material)
    except (ValueError, keywrap.InvalidUnwrap):
        material, problem = b"", "The wrapped key could not be unwrapped."
    if problem:
        body |= {"state": "IMPORT_FAILED", "importFailureReason": problem}
    else:
        body |= {"state": "ENABLED", "importTime": world.stamp()}
    meta: dict[str, Any] = {**version.meta, "key": material.hex()}
    return world.show(world.state.put(version.but(body=body, meta=meta)))


def _target(call: Call, key: Obj) -> Obj:
    name = call.body.get("cryptoKeyVersion")
    if not name:
        return versions.add(call.world, key)
    version = call.need(str(name), versions.VERSIONS)
    if version.body["state"] not in ("DESTROYED", "IMPORT_FAILED", "PENDING_IMPORT"):
        raise failed_precondition(
            f"CryptoKeyVersion {version.name} cannot be imported in state {version.body['state']}."
        )
    return version


def _problem(algorithm: str, material: bytes) -> str:
    if algorithm == "GOOGLE_SYMMETRIC_ENCRYPTION" and len(material) != SYMMETRIC_BYTES:
        return f"The key material must have {SYMMETRIC_BYTES} bytes, not {len(material)}."
    return ""


IMPORT_JOBS = Kind(
    name="importJobs",
    resources=("projects.locations.keyRings.importJobs",),
    schema="ImportJob",
    dialect=AIP,
    id_param="importJobId",
    id_pattern=r"[a-zA-Z0-9_-]{1,63}",
    not_found="ImportJob {name} not found.",
    already_exists="ImportJob {name} already exists.",
    required=("importMethod", "protectionLevel"),
    validate=_validate,
    on_create=_born,
    view=_view,
    list_extra=versions.total,
)
METHODS = {
    "projects.locations.keyRings.cryptoKeys.cryptoKeyVersions.import": import_version,
}
