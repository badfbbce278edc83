"""Versions of keys, and what they are used for: encryption, decryption and message authentication.

Versions that sign or decrypt with an asymmetric key exist, but the operations on them do not: they
answer 501.
"""

import base64
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import seconds_of
from gcpstack.emulator.core.errors import ApiError, error_info, failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.cloudkms import crypto

SERVICE = "cloudkms"
COLLECTION = "/cryptoKeyVersions/"


def total(call: Call, answer: Body, count: int) -> None:
    """Lists tell how many there are, unless they are filtered."""
    if count and not call.query.get("filter"):
        answer["totalSize"] = count


def add(world: World, key: Obj, sent: Body | None = None) -> Obj:
    """The next version of a key, with fresh key material."""
    number = key.meta.get("versions", 0) + 1
    world.state.put(key.but(meta={**key.meta, "versions": number}))
    template, now = key.body["versionTemplate"], world.stamp()
    name = f"{key.name}{COLLECTION}{number}"
    imported = key.body.get("importOnly")
    body: Body = {
        **{field: value for field, value in (sent or {}).items() if field != "state"},
        "name": name,
        "state": "PENDING_IMPORT" if imported else "ENABLED",
        "createTime": now,
        "protectionLevel": template["protectionLevel"],
        "algorithm": template["algorithm"],
    }
    if not imported:
        body["generateTime"] = now
    meta: dict[str, Any] = {"key": world.ids.hex(64)}
    if template["protectionLevel"] == "HSM":
        meta["attestation"] = attestation(world)
    return world.state.put(Obj(SERVICE, "cryptoKeyVersions", name, body, meta))


def attestation(world: World) -> Body:
    """What a module says of a key that was made in it; there is none here, so it says nothing.

    https://cloud.google.com/kms/docs/attest-key
    """
    said = base64.b64encode(bytes.fromhex(world.ids.hex(64))).decode()
    return {"format": "CAVIUM_V2_COMPRESSED", "content": said}


def _get(call: Call) -> Body:
    """``get``: lists leave the attestation out."""
    version = call.need()
    said = version.meta.get("attestation")
    return call.world.show(version) | ({"attestation": said} if said else {})


def become_primary(world: World, version: Obj) -> Obj:
    """Let a version be the one its key encrypts with; returns the key."""
    key = world.state.objects[SERVICE, version.parent]
    return world.state.put(key.but(meta={**key.meta, "primary": version.name}))


def check_enabled(version: Obj) -> None:
    """Only enabled versions work."""
    state = version.body["state"]
    if state != "ENABLED":
        text = f"{version.name} is not enabled, current state is: {state}."
        info = {**error_info(f"KEY_{state}"), "domain": "cloudkms.googleapis.com"}
        raise ApiError(400, text, status="FAILED_PRECONDITION", details=[info])


def _create(call: Call) -> Body:
    key = _key_of(call, call.path.rpartition("/")[0])
    return call.world.show(add(call.world, key, call.body))


def _key_of(call: Call, name: str) -> Obj:
    return call.need(name, call.world.registry.kind(SERVICE, "cryptoKeys"))


def _patch(call: Call) -> Body:
    """``patch``: between enabled and disabled."""
    version = call.need()
    wanted, now = call.body.get("state"), version.body["state"]
    if "state" in str(call.query.get("updateMask", "")) and wanted != now:
        pair = {"ENABLED", "DISABLED"}
        if now not in pair or wanted not in pair:
            raise failed_precondition(
                f"CryptoKeyVersion {version.name} cannot go from state {now} to {wanted}."
            )
    return aip.patch(call)


def _destroy(call: Call) -> Body:
    """``destroy``: after the time that the key gives."""
    version = call.need()
    if version.body["state"] not in ("ENABLED", "DISABLED"):
        raise failed_precondition(
            f"CryptoKeyVersion {version.name} cannot be destroyed in state {version.body['state']}."
        )
    key = _key_of(call, version.parent)
    wait = seconds_of(key.body["destroyScheduledDuration"])
    at = call.world.stamp(call.world.now() + wait)
    body = {**version.body, "state": "DESTROY_SCHEDULED", "destroyTime": at}
    call.world.later(wait, SERVICE, "destroyed", {"name": version.name, "at": at})
    return call.world.show(call.world.state.put(version.but(body=body)))


def end(world: World, payload: Body) -> None:
    """The scheduled destruction of a version: its key material is gone."""
    version = world.state.get(SERVICE, payload["name"])
    if version is None or version.body.get("destroyTime") != payload["at"]:
        return
    body = {**version.body, "state": "DESTROYED", "destroyEventTime": payload["at"]}
    del body["destroyTime"]
    world.state.put(version.but(body=body, meta={}))


def _restore(call: Call) -> Body:
    """``restore``: before the scheduled destruction; the version comes back disabled."""
    version = call.need()
    if version.body["state"] != "DESTROY_SCHEDULED":
        raise failed_precondition(
            f"CryptoKeyVersion {version.name} is not scheduled for destruction."
        )
    body = {**version.body, "state": "DISABLED"}
    del body["destroyTime"]
    return call.world.show(call.world.state.put(version.but(body=body)))


def _check_deletable(_call: Call, version: Obj) -> None:
    if version.body["state"] not in ("DESTROYED", "IMPORT_FAILED", "GENERATION_FAILED"):
        raise failed_precondition(
            f"CryptoKeyVersion {version.name} cannot be deleted in state {version.body['state']}."
        )


def _of_purpose(call: Call, key: Obj, purpose: str) -> None:
    if key.body["purpose"] != purpose:
        raise failed_precondition(
            f"{call.method.name} is not enabled for keys with purpose {key.body['purpose']}."
        )


def encrypt(call: Call) -> Body:
    """``encrypt``: with the primary version, or with the one that the path names."""
    key = _key_of(call, call.name.partition(COLLECTION)[0])
    _of_purpose(call, key, "ENCRYPT_DECRYPT")
    name = call.name if COLLECTION in call.name else key.meta.get("primary", "")
    if not name:
        raise failed_precondition(f"CryptoKey {key.name} has no primary version.")
    version = call.need(name, VERSIONS)
    check_enabled(version)
    plain = crypto.taken(call.body, "plaintext")
    aad = crypto.taken(call.body, "additionalAuthenticatedData")
    box = crypto.seal(
        bytes.fromhex(version.meta["key"]), int(version.id), plain, aad, call.world.ids.hex(24)
    )
    answer: dict[str, Any] = {"name": version.name, **crypto.given("ciphertext", box)}
    answer["protectionLevel"] = version.body["protectionLevel"]
    for field in ("plaintext", "additionalAuthenticatedData"):
        if f"{field}Crc32c" in call.body:
            answer[f"verified{field[0].upper()}{field[1:]}Crc32c"] = True
    return answer


def decrypt(call: Call) -> Body:
    """``decrypt``: with whichever version of the key encrypted."""
    key = _key_of(call, call.name)
    _of_purpose(call, key, "ENCRYPT_DECRYPT")
    box = crypto.taken(call.body, "ciphertext", longest=crypto.LONGEST_BOX)
    aad = crypto.taken(call.body, "additionalAuthenticatedData")
    version = call.find(f"{key.name}{COLLECTION}{crypto.version_of(box)}")
    if version is None:
        raise invalid(crypto.UNREADABLE)
    check_enabled(version)
    plain = crypto.open_box(bytes.fromhex(version.meta["key"]), box, aad)
    answer = {
        **crypto.given("plaintext", plain),
        "protectionLevel": version.body["protectionLevel"],
    }
    return {**answer, "usedPrimary": True} if key.meta.get("primary") == version.name else answer


def _mac_key(call: Call) -> tuple[Obj, bytes]:
    version = call.need()
    _of_purpose(call, _key_of(call, version.parent), "MAC")
    check_enabled(version)
    return version, bytes.fromhex(version.meta["key"])


def _mac_sign(call: Call) -> Body:
    version, key = _mac_key(call)
    data = crypto.taken(call.body, "data")
    tag = crypto.mac(key, version.body["algorithm"], data)
    answer = {"name": version.name, **crypto.given("mac", tag)}
    if "dataCrc32c" in call.body:
        answer["verifiedDataCrc32c"] = True
    return {**answer, "protectionLevel": version.body["protectionLevel"]}


def _mac_verify(call: Call) -> Body:
    version, key = _mac_key(call)
    data, tag = crypto.taken(call.body, "data"), crypto.taken(call.body, "mac")
    right = crypto.same(crypto.mac(key, version.body["algorithm"], data), tag)
    answer: Body = {"name": version.name, "protectionLevel": version.body["protectionLevel"]}
    for field in ("data", "mac"):
        if f"{field}Crc32c" in call.body:
            answer[f"verified{field.capitalize()}Crc32c"] = True
    return {**answer, "success": True, "verifiedSuccessIntegrity": True} if right else answer


VERSIONS = Kind(
    name="cryptoKeyVersions",
    resources=("projects.locations.keyRings.cryptoKeys.cryptoKeyVersions",),
    schema="CryptoKeyVersion",
    dialect=AIP,
    not_found="CryptoKeyVersion {name} not found.",
    lro=("delete",),
    masks=("state", "externalProtectionLevelOptions"),
    on_delete=_check_deletable,
    list_extra=total,
    methods={
        "get": _get,
        "create": _create,
        "patch": _patch,
        "destroy": _destroy,
        "restore": _restore,
        "macSign": _mac_sign,
        "macVerify": _mac_verify,
    },
)
