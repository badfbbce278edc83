"""What a bucket may be set to, and what the server makes of it (https://cloud.google.com/storage/docs/json_api/v1/buckets)."""

import re

from gcpstack.emulator.core import agents, encryption
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.services.storage.common import stamp

# https://cloud.google.com/storage/docs/buckets#naming
NAME = re.compile(r"(?!goog)(?!.*(?:google|g00gle))[a-z0-9](?:[-_.a-z0-9]{1,220}[a-z0-9])")
ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
MULTI_REGIONS = ("US", "EU", "ASIA")
DUAL_REGIONS = ("NAM4", "EUR4", "EUR5", "EUR7", "EUR8", "ASIA1")
CLASSES = (
    "STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE", "MULTI_REGIONAL", "REGIONAL", "DURABLE_REDUCED_AVAILABILITY",
)  # fmt: skip
SOFT_DELETE_SECONDS = 604800
SHORTEST_SOFT_DELETE, LONGEST_SOFT_DELETE = 604800, 7776000
UBLA_LOCK_SECONDS = 90 * 86400.0
MOST_RULES = 100
ACTIONS = ("Delete", "SetStorageClass", "AbortIncompleteMultipartUpload")
PREVENTIONS = ("inherited", "unspecified", "enforced")
REPLICATIONS = ("DEFAULT", "ASYNC_TURBO")


def check_name(name: str) -> None:
    """Refuse a name that breaks the naming rules."""
    longest = 63 if "." not in name else 222
    if not NAME.fullmatch(name) or ADDRESS.fullmatch(name) or len(name) > longest or ".." in name:
        raise invalid(f"Invalid bucket name: '{name}'")


def place(body: Body) -> None:
    """Spell the location and tell its type."""
    text = str(body.get("location") or "US").upper()
    body["location"] = text
    if text in MULTI_REGIONS:
        body["locationType"] = "multi-region"
    elif text in DUAL_REGIONS:
        body["locationType"] = "dual-region"
    elif text.lower() in REGIONS:
        body["locationType"] = "region"
    else:
        raise invalid("The specified location constraint is not valid.")
    if "customPlacementConfig" in body:
        pair = [
            str(entry).upper() for entry in body["customPlacementConfig"].get("dataLocations", ())
        ]
        if len(pair) != 2 or any(entry.lower() not in REGIONS for entry in pair):  # noqa: PLR2004
            raise invalid("A custom dual-region needs two regions.")
        body["customPlacementConfig"] = {"dataLocations": pair}
        body["locationType"] = "dual-region"
    if body["locationType"] == "region":
        body["satisfiesPZI"] = True
        if body.pop("rpo", "DEFAULT") != "DEFAULT":
            raise invalid("Turbo replication needs a dual-region.")
    else:
        body.setdefault("rpo", "DEFAULT")


def tidy(call: Call, body: Body, old: Body | None) -> None:
    """Bring what clients may set to the form in which it is kept; refuses what breaks a rule."""
    before = old or {}
    now = stamp(call.world)
    if body.get("storageClass", "STANDARD") not in CLASSES:
        raise invalid(f"Invalid argument: storage class '{body['storageClass']}'.")
    if body.get("rpo", "DEFAULT") not in REPLICATIONS:
        raise invalid(f"Invalid argument: rpo '{body['rpo']}'.")
    _lifecycle(body)
    key = str((body.get("encryption") or {}).get("defaultKmsKeyName", ""))
    if key != (before.get("encryption") or {}).get("defaultKmsKeyName", ""):
        check_key(call, key, before.get("projectNumber") or call.query["project"])
    for field in ("labels", "cors", "logging", "website", "encryption", "autoclass", "billing"):
        if field in body and not body[field]:
            body.pop(field)
    if body.get("logging", {}).get("logBucket"):
        # https://cloud.google.com/storage/docs/access-logs: objects of logs begin with the bucket's name.
        body["logging"] = {"logObjectPrefix": body["name"], **body["logging"]}
    _access(call, body, before)
    _soft_delete(body, before, now)
    _retention(body, before, now)
    _autoclass(body, before, now)
    if body.get("hierarchicalNamespace", {}).get("enabled"):
        if not body["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"]:
            raise invalid("Hierarchical namespace buckets must use uniform bucket-level access.")
        if body.get("versioning", {}).get("enabled"):
            raise invalid("Hierarchical namespace buckets do not support object versioning.")


def check_key(call: Call, key: str, project: str) -> None:
    """Refuse a key that is not there, or that the agent of the bucket's project may not use.

    https://cloud.google.com/storage/docs/encryption/using-customer-managed-keys
    """
    agent = agents.email(call.world, "storage", project)
    if key and not encryption.usable(call.world, key, agent):
        text = (
            "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been "
            "authorized to use this key."
        )
        raise ApiError(403, text, reason="forbidden")


def _lifecycle(body: Body) -> None:
    rules = (body.get("lifecycle") or {}).get("rule")
    if "lifecycle" in body and not rules:
        body.pop("lifecycle")
        return
    for rule in rules or ():
        action = rule.get("action", {})
        if action.get("type") not in ACTIONS or not rule.get("condition"):
            raise invalid(
                "Invalid argument: a lifecycle rule needs a known action and a condition."
            )
        if action["type"] == "SetStorageClass" and action.get("storageClass") not in CLASSES:
            raise invalid("Invalid argument: SetStorageClass needs a storage class.")
    if len(rules or ()) > MOST_RULES:
        raise invalid(f"A bucket can have {MOST_RULES} lifecycle rules at most.")


def _access(call: Call, body: Body, before: Body) -> None:
    """Uniform access, under both of its names, with the time after which it stays."""
    access = {**body.get("iamConfiguration", {})}
    had = before.get("iamConfiguration", {}).get("uniformBucketLevelAccess", {})
    uniform = access.get("uniformBucketLevelAccess") or access.get("bucketPolicyOnly") or {}
    shown: Body = {"enabled": bool(uniform.get("enabled"))}
    if shown["enabled"]:
        lock = stamp(call.world, call.world.now() + UBLA_LOCK_SECONDS)
        shown["lockedTime"] = had.get("lockedTime") or lock
    elif had.get("enabled") and had["lockedTime"] < stamp(call.world):
        text = "Uniform bucket-level access cannot be disabled 90 days after it was enabled."
        raise ApiError(412, text, reason="conditionNotMet")
    access |= {"uniformBucketLevelAccess": shown, "bucketPolicyOnly": dict(shown)}
    access.setdefault("publicAccessPrevention", "inherited")
    if access["publicAccessPrevention"] not in PREVENTIONS:
        raise invalid(
            f"Invalid argument: publicAccessPrevention '{access['publicAccessPrevention']}'."
        )
    if access["publicAccessPrevention"] == "unspecified":
        access["publicAccessPrevention"] = "inherited"
    body["iamConfiguration"] = access


def _soft_delete(body: Body, before: Body, now: str) -> None:
    soft = {**(body.get("softDeletePolicy") or {})}
    seconds = int(soft.get("retentionDurationSeconds", SOFT_DELETE_SECONDS))
    if seconds and not SHORTEST_SOFT_DELETE <= seconds <= LONGEST_SOFT_DELETE:
        raise invalid("Soft delete policy retention duration must be 0 or between 7 and 90 days.")
    kept: Body = {"retentionDurationSeconds": str(seconds)}
    had = before.get("softDeletePolicy", {})
    if had.get("retentionDurationSeconds") == kept["retentionDurationSeconds"]:
        kept = dict(had)
    elif seconds:
        kept["effectiveTime"] = now
    body["softDeletePolicy"] = kept


def _retention(body: Body, before: Body, now: str) -> None:
    policy = body.get("retentionPolicy")
    had = before.get("retentionPolicy", {})
    if policy is not None and not 0 < int(policy.get("retentionPeriod", 0)) < 100 * 365 * 86400:
        raise invalid("Retention period must be between 1 second and 100 years.")
    shorter = not policy or int(policy["retentionPeriod"]) < int(had.get("retentionPeriod", 0))
    if had.get("isLocked") and shorter:
        text = "Cannot reduce or remove the retention period of a locked retention policy."
        raise ApiError(403, text, reason="forbidden")
    if policy is None:
        body.pop("retentionPolicy", None)
        return
    same = had.get("retentionPeriod") == policy["retentionPeriod"]
    kept: Body = {"retentionPeriod": policy["retentionPeriod"]}
    kept["effectiveTime"] = had["effectiveTime"] if same else now
    if had.get("isLocked"):
        kept["isLocked"] = True
    body["retentionPolicy"] = kept


def _autoclass(body: Body, before: Body, now: str) -> None:
    """https://cloud.google.com/storage/docs/autoclass: it puts new objects into STANDARD."""
    auto = body.get("autoclass")
    had = before.get("autoclass", {})
    if not auto:
        return
    if not auto.get("enabled"):
        body["autoclass"] = {
            "enabled": False,
            "toggleTime": now if had.get("enabled") else had.get("toggleTime", now),
        }
        return
    kept: Body = {"enabled": True, "toggleTime": had["toggleTime"] if had.get("enabled") else now}
    kept["terminalStorageClass"] = auto.get("terminalStorageClass") or had.get(
        "terminalStorageClass", "NEARLINE"
    )
    moved = had.get("terminalStorageClass") != kept["terminalStorageClass"]
    kept["terminalStorageClassUpdateTime"] = now if moved else had["terminalStorageClassUpdateTime"]
    body["autoclass"] = kept
    body["storageClass"] = "STANDARD"
