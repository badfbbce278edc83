"""Key rings and keys (https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339, seconds_of
from gcpstack.emulator.core.errors import already_exists, failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.cloudkms import versions

SERVICE = "cloudkms"
ID = r"[a-zA-Z0-9_-]{1,63}"
DAY = 86400
ROTATION = (DAY, 876_000 * 3600)
SCHEDULED = (DAY, 120 * DAY)
NAME_RETIRED = "cloudkms.retired"

# The algorithms of each purpose begin so (https://cloud.google.com/kms/docs/algorithms).
ALGORITHMS = {
    "ENCRYPT_DECRYPT": ("GOOGLE_SYMMETRIC_ENCRYPTION", "EXTERNAL_SYMMETRIC_ENCRYPTION"),
    "ASYMMETRIC_SIGN": ("RSA_SIGN_", "EC_SIGN_", "PQ_SIGN_"),
    "ASYMMETRIC_DECRYPT": ("RSA_DECRYPT_",),
    "RAW_ENCRYPT_DECRYPT": ("AES_128_", "AES_256_GCM", "AES_256_CBC", "AES_256_CTR"),
    "MAC": ("HMAC_",),
    "KEY_ENCAPSULATION": ("ML_KEM_", "KEM_"),
    "AES_WRAPPING": ("AES_256_KWP",),
}


def _born(call: Call, body: Body) -> None:
    body["createTime"] = call.world.stamp()


KEY_RINGS = Kind(
    name="keyRings",
    resources=("projects.locations.keyRings",),
    schema="KeyRing",
    dialect=AIP,
    id_param="keyRingId",
    id_pattern=ID,
    not_found="KeyRing {name} not found.",
    already_exists="KeyRing {name} already exists.",
    lro=("delete",),
    non_empty=True,
    on_create=_born,
    list_extra=versions.total,
)


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    purpose = body.get("purpose", "CRYPTO_KEY_PURPOSE_UNSPECIFIED")
    if purpose == "CRYPTO_KEY_PURPOSE_UNSPECIFIED":
        raise invalid(
            "The request field 'crypto_key.purpose' is required.", field="crypto_key.purpose"
        )
    algorithm = body["versionTemplate"].get("algorithm", "")
    if not algorithm.startswith(ALGORITHMS[purpose]):
        raise invalid(
            f"The algorithm '{algorithm}' is not valid for a key with purpose {purpose}.",
            field="crypto_key.version_template.algorithm",
        )
    _check_rotation(call, body)
    _check_span(body, "destroyScheduledDuration", SCHEDULED)


def _check_rotation(call: Call, body: Body) -> None:
    if not ("rotationPeriod" in body or "nextRotationTime" in body):
        return
    if body["purpose"] != "ENCRYPT_DECRYPT":
        raise invalid("Automatic rotation is only supported for keys with purpose ENCRYPT_DECRYPT.")
    if "rotationPeriod" in body and "nextRotationTime" not in body:
        raise invalid(
            "The request field 'crypto_key.next_rotation_time' is required if rotation_period is set.",
            field="crypto_key.next_rotation_time",
        )
    _check_span(body, "rotationPeriod", ROTATION)
    if parse_rfc3339(body["nextRotationTime"]) <= call.world.now():
        raise invalid(
            "next_rotation_time must be in the future.", field="crypto_key.next_rotation_time"
        )


def _check_span(body: Body, field: str, span: tuple[float, float]) -> None:
    value = body.get(field)
    if value is not None and not span[0] <= seconds_of(value) <= span[1]:
        raise invalid(f"{field} must be between {span[0]} and {span[1]} seconds, got {value}.")


def _algorithm(_call: Call, body: Body) -> str | None:
    return "GOOGLE_SYMMETRIC_ENCRYPTION" if body.get("purpose") == "ENCRYPT_DECRYPT" else None


def _create(call: Call) -> Body:
    """A key is made with its first version unless the call says otherwise."""
    skips = call.query.get("skipInitialVersionCreation")
    if call.body.get("importOnly") and not skips:
        raise invalid("skip_initial_version_creation must be true for import-only keys.")
    name = f"{call.path}/{call.query.get('cryptoKeyId', '')}"
    if call.world.state.record(NAME_RETIRED, name):
        raise already_exists(f"CryptoKey {name} was deleted; its name cannot be used again.")
    aip.create(call)
    key = call.need(name)
    if not skips:
        version = versions.add(call.world, key)
        if key.body["purpose"] == "ENCRYPT_DECRYPT":
            key = versions.become_primary(call.world, version)
    plan_rotation(call.world, key)
    return call.world.show(key)


def plan_rotation(world: World, key: Obj) -> None:
    """Let a key rotate at the time it names."""
    at = key.body.get("nextRotationTime")
    if at:
        world.later(
            parse_rfc3339(at) - world.now(), SERVICE, "rotate", {"name": key.name, "at": at}
        )


def rotate(world: World, payload: Body) -> None:
    """The rotation of a key: a new version becomes the primary one."""
    key = world.state.get(SERVICE, payload["name"])
    if key is None or key.body.get("nextRotationTime") != payload["at"]:
        return
    key = versions.become_primary(world, versions.add(world, key))
    body = {**key.body}
    del body["nextRotationTime"]
    if "rotationPeriod" in body:
        due = parse_rfc3339(payload["at"]) + seconds_of(body["rotationPeriod"])
        body["nextRotationTime"] = world.stamp(due)
    plan_rotation(world, world.state.put(key.but(body=body)))


def _patch(call: Call) -> Body:
    if not call.query.get("updateMask"):
        raise invalid("The request field 'update_mask' is required.", field="update_mask")
    answer = aip.patch(call)
    plan_rotation(call.world, call.need())
    return answer


def _set_primary(call: Call) -> Body:
    """``updatePrimaryVersion``: of a key that encrypts, any enabled version."""
    key = call.need()
    if key.body["purpose"] != "ENCRYPT_DECRYPT":
        raise failed_precondition(
            f"CryptoKey {key.name} has no primary version: it is not ENCRYPT_DECRYPT."
        )
    name = f"{key.name}/cryptoKeyVersions/{call.body.get('cryptoKeyVersionId', '')}"
    version = call.need(name, versions.VERSIONS)
    versions.check_enabled(version)
    return call.world.show(versions.become_primary(call.world, version))


def _view(world: World, obj: Obj, body: Body) -> Body:
    """A key shows its primary version."""
    primary = world.state.get(SERVICE, obj.meta.get("primary", ""))
    return {**body, "primary": primary.body} if primary else body


def _retire(call: Call, obj: Obj) -> None:
    """A deleted key leaves a record behind, and its name can't be used again."""
    parent = "/".join(obj.name.split("/")[:4])
    name = f"{parent}/retiredResources/{call.world.ids.uuid()}"
    body = {
        "name": name,
        "originalResource": obj.name,
        "resourceType": "cloudkms.googleapis.com/CryptoKey",
        "deleteTime": call.world.stamp(),
    }
    call.world.state.put(Obj(SERVICE, "retiredResources", name, body))
    call.world.state.set_record(NAME_RETIRED, obj.name, value=True)


CRYPTO_KEYS = Kind(
    name="cryptoKeys",
    resources=("projects.locations.keyRings.cryptoKeys",),
    schema="CryptoKey",
    dialect=AIP,
    id_param="cryptoKeyId",
    id_pattern=ID,
    not_found="CryptoKey {name} not found.",
    already_exists="CryptoKey {name} already exists.",
    lro=("delete",),
    non_empty=True,
    immutable=(
        "purpose", "destroyScheduledDuration", "importOnly", "cryptoKeyBackend",
        "versionTemplate.protectionLevel",
    ),
    defaults={
        "destroyScheduledDuration": "2592000s",
        "versionTemplate": {},
        "versionTemplate.protectionLevel": "SOFTWARE",
        "versionTemplate.algorithm": _algorithm,
    },
    validate=_validate,
    on_create=_born,
    on_delete=_retire,
    view=_view,
    list_extra=versions.total,
    methods={
        "create": _create,
        "patch": _patch,
        "updatePrimaryVersion": _set_primary,
        "encrypt": versions.encrypt,
        "decrypt": versions.decrypt,
    },
)  # fmt: skip

RETIRED = Kind(
    name="retiredResources",
    resources=("projects.locations.retiredResources",),
    schema="RetiredResource",
    dialect=AIP,
    not_found="RetiredResource {name} not found.",
    list_extra=versions.total,
)
