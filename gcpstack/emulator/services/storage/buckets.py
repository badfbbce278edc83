"""Buckets (https://cloud.google.com/storage/docs/json_api/v1/buckets)."""

import re
from typing import Any

from gcpstack.emulator.core import iam
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.paging import Page
from gcpstack.emulator.core.paths import merge_patch, strip_nulls
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.services.storage import acl
from gcpstack.emulator.services.storage.common import (
    ROOT,
    STORAGE,
    bucket_of,
    bumped,
    check,
    gone,
    version_tag,
)

# https://cloud.google.com/storage/docs/buckets#naming
NAME = re.compile(r"(?!goog)[a-z0-9](?:[-_.a-z0-9]{1,220}[a-z0-9])")
MULTI_REGIONS = ("US", "EU", "ASIA")
DUAL_REGIONS = ("NAM4", "EUR4", "EUR5", "EUR7", "EUR8", "ASIA1")
CLASSES = (
    "STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE", "MULTI_REGIONAL", "REGIONAL", "DURABLE_REDUCED_AVAILABILITY",
)  # fmt: skip
SOFT_DELETE_SECONDS = "604800"
UBLA_LOCK_SECONDS = 90 * 86400.0
IMMUTABLE = ("location", "hierarchicalNamespace", "customPlacementConfig", "name")
SERVER_FIELDS = (
    "kind", "id", "selfLink", "projectNumber", "etag", "generation", "metageneration", "timeCreated", "updated",
    "locationType", "name", "satisfiesPZI", "satisfiesPZS",
)  # fmt: skip


def _location(body: Body) -> None:
    """Spell the location and tell its type."""
    place = str(body.get("location") or "US").upper()
    body["location"] = place
    if place in MULTI_REGIONS:
        body["locationType"] = "multi-region"
    elif place in DUAL_REGIONS or "customPlacementConfig" in body:
        body["locationType"] = "dual-region"
    elif place.lower() in REGIONS:
        body["locationType"] = "region"
    else:
        raise invalid(f"The specified location constraint is not valid: '{place}'.")
    if body["locationType"] == "region":
        body["satisfiesPZI"] = True
    else:
        body.setdefault("rpo", "DEFAULT")


def _access(call: Call, body: Body) -> None:
    """Uniform access, under both of its names, with the time after which it stays."""
    access = {**body.get("iamConfiguration", {})}
    uniform = access.get("uniformBucketLevelAccess") or access.get("bucketPolicyOnly") or {}
    shown: Body = {"enabled": bool(uniform.get("enabled"))}
    if shown["enabled"]:
        locked = uniform.get("lockedTime") or call.world.stamp(call.world.now() + UBLA_LOCK_SECONDS)
        shown["lockedTime"] = locked
    access |= {"uniformBucketLevelAccess": shown, "bucketPolicyOnly": dict(shown)}
    access.setdefault("publicAccessPrevention", "inherited")
    body["iamConfiguration"] = access


def _tidy(call: Call, body: Body, old: Body | None) -> None:
    """Bring what clients may set to the form in which it is kept."""
    if body.get("storageClass", "STANDARD") not in CLASSES:
        raise invalid(f"The storage class you specified is not valid: '{body['storageClass']}'.")
    if not body.get("lifecycle", {}).get("rule", True):
        body.pop("lifecycle")
    for field in ("labels", "cors"):
        if field in body and not body[field]:
            body.pop(field)
    _access(call, body)
    now = call.world.stamp()
    soft = {**(body.get("softDeletePolicy") or {})}
    soft.setdefault("retentionDurationSeconds", SOFT_DELETE_SECONDS)
    before = (old or {}).get("softDeletePolicy", {})
    if before.get("retentionDurationSeconds") == soft["retentionDurationSeconds"]:
        soft["effectiveTime"] = before.get("effectiveTime", now)
    elif soft["retentionDurationSeconds"] != "0":
        soft["effectiveTime"] = now
    body["softDeletePolicy"] = soft
    _retention(body, old, now)
    _autoclass(body, old, now)


def _retention(body: Body, old: Body | None, now: str) -> None:
    policy = body.get("retentionPolicy")
    before = (old or {}).get("retentionPolicy", {})
    if before.get("isLocked") and (
        not policy or int(policy["retentionPeriod"]) < int(before["retentionPeriod"])
    ):
        text = "Bucket has a locked Retention Policy which cannot be reduced or removed."
        raise ApiError(403, text, reason="forbidden")
    if policy is not None:
        same = before.get("retentionPeriod") == policy.get("retentionPeriod")
        kept = {"effectiveTime": before.get("effectiveTime", now) if same else now}
        if before.get("isLocked"):
            kept["isLocked"] = True
        body["retentionPolicy"] = {**policy, **kept}


def _autoclass(body: Body, old: Body | None, now: str) -> None:
    """https://cloud.google.com/storage/docs/autoclass: it puts new objects into STANDARD."""
    auto = body.get("autoclass")
    if not auto or not auto.get("enabled"):
        return
    before = (old or {}).get("autoclass", {})
    auto = {**auto}
    auto.setdefault("terminalStorageClass", before.get("terminalStorageClass", "NEARLINE"))
    auto["toggleTime"] = before.get("toggleTime", now) if before.get("enabled") else now
    moved = before.get("terminalStorageClass") != auto["terminalStorageClass"]
    auto["terminalStorageClassUpdateTime"] = (
        now if moved else before.get("terminalStorageClassUpdateTime", now)
    )
    body["autoclass"] = auto
    body["storageClass"] = "STANDARD"


def insert(call: Call) -> Body:
    """``insert``."""
    body = strip_nulls(dict(call.body))
    name, project = str(body.get("name", "")), call.world.project_of(str(call.query["project"]))
    if not NAME.fullmatch(plain(name)):
        raise invalid(f"Invalid bucket name: '{name}'")
    taken = call.find(f"b/{name}")
    if taken is not None:
        raise _taken(taken, project)
    for field in SERVER_FIELDS:
        body.pop(field, None)
    _location(body)
    body.setdefault("storageClass", "STANDARD")
    _tidy(call, body, None)
    now = call.world.stamp()
    body |= {
        "kind": "storage#bucket",
        "id": name,
        "name": name,
        "selfLink": f"{ROOT}b/{name}",
        "projectNumber": call.world.number_of(project),
        "generation": str(int(call.world.now() * 1_000_000)),
        "metageneration": "1",
        "timeCreated": now,
        "updated": now,
    }
    body["etag"] = version_tag(body)
    obj = Obj("storage", "buckets", f"b/{name}", body, {"project": project})
    call.world.state.put(obj)
    _first_policy(call, obj)
    return acl.projected(call, obj, full=call.query.get("projection") == "full")


def _taken(taken: Obj, project: str) -> ApiError:
    if taken.meta["project"] == project:
        text = "Your previous request to create the named bucket succeeded and you already own it."
    else:
        text = (
            "The requested bucket name is not available. The bucket namespace is shared by all users of "
            "the system. Please select a different name and try again."
        )
    return ApiError(409, text, reason="conflict")


def _first_policy(call: Call, obj: Obj) -> None:
    """https://cloud.google.com/storage/docs/access-control/iam-roles: what a new bucket grants."""
    project = obj.meta["project"]
    owners = [f"projectEditor:{project}", f"projectOwner:{project}"]
    bindings: list[Body] = [
        {"role": "roles/storage.legacyBucketOwner", "members": owners},
        {"role": "roles/storage.legacyBucketReader", "members": [f"projectViewer:{project}"]},
    ]
    if obj.body["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"]:
        bindings += [
            {"role": "roles/storage.legacyObjectOwner", "members": owners},
            {"role": "roles/storage.legacyObjectReader", "members": [f"projectViewer:{project}"]},
        ]
    iam.write(call, obj.name, {"bindings": bindings})


def get(call: Call) -> Body:
    """``get``."""
    obj = bucket_of(call)
    check(call, "Metageneration", int(obj.body["metageneration"]))
    return acl.projected(call, obj, full=call.query.get("projection") == "full")


def list_all(call: Call) -> Body:
    """``list``: the buckets of a project."""
    project = call.world.project_of(str(call.query["project"]))
    prefix = str(call.query.get("prefix", ""))
    mine = [
        obj
        for obj in call.world.state.page("storage", "b")
        if obj.meta["project"] == project and obj.id.startswith(prefix)
    ]
    page = Page(
        call.world.state, "storage", ["b"], "buckets",
        size=int(call.query.get("maxResults") or 1000), page_token=call.query.get("pageToken", ""),
    )  # fmt: skip
    shown = [obj for obj in page.items if obj in mine]
    answer: Body = {"kind": "storage#buckets"}
    if shown:
        answer["items"] = [acl.projected(call, obj, full=False) for obj in shown]
    if page.next_token:
        answer["nextPageToken"] = page.next_token
    return answer


def patch(call: Call) -> Body:
    """``patch``: a JSON merge patch; an explicit null clears."""
    obj = bucket_of(call)
    return _change(call, obj, merge_patch(obj.body, dict(call.body)))


def update(call: Call) -> Body:
    """``update``: the sent body replaces all but what only the server sets."""
    obj = bucket_of(call)
    body = strip_nulls(dict(call.body))
    kept = {key: obj.body[key] for key in (*SERVER_FIELDS, *IMMUTABLE) if key in obj.body}
    return _change(call, obj, {**body, **kept})


def _change(call: Call, obj: Obj, body: Body) -> Body:
    check(call, "Metageneration", int(obj.body["metageneration"]))
    for field in IMMUTABLE:
        if str(body.get(field)).upper() != str(obj.body.get(field)).upper():
            raise invalid(f"The bucket's {field} cannot be changed.")
    for field in (*SERVER_FIELDS, *IMMUTABLE):
        if field in obj.body:
            body[field] = obj.body[field]
    _tidy(call, body, obj.body)
    if body != obj.body:
        body = {**bumped(body), "updated": call.world.stamp()}
        obj = call.world.state.put(obj.but(body=body))
    return acl.projected(call, obj, full=call.query.get("projection", "full") == "full")


def delete(call: Call) -> Response:
    """``delete``: an empty bucket only."""
    obj = bucket_of(call)
    check(call, "Metageneration", int(obj.body["metageneration"]))
    held = [
        child for child in call.world.state.children("storage", obj.name) if child.kind == "objects"
    ]
    if held:
        raise ApiError(409, "The bucket you tried to delete is not empty.", reason="conflict")
    call.world.forget(obj)
    return gone()


def lock_retention(call: Call) -> Body:
    """``lockRetentionPolicy``: for ever."""
    obj = bucket_of(call)
    check(call, "Metageneration", int(obj.body["metageneration"]))
    policy = obj.body.get("retentionPolicy")
    if policy is None:
        raise invalid("Bucket does not have a retention policy to lock.")
    body = bumped({**obj.body, "retentionPolicy": {**policy, "isLocked": True}})
    return acl.projected(call, call.world.state.put(obj.but(body=body)), full=False)


def get_policy(call: Call) -> Body:
    """``getIamPolicy``."""
    return _policy(call, iam.read(call, bucket_of(call).name))


def set_policy(call: Call) -> Body:
    """``setIamPolicy``; a stale etag is a failed precondition here."""
    obj = bucket_of(call)
    sent: Any = {
        key: value for key, value in call.sent.items() if key not in ("kind", "resourceId")
    }
    try:
        return _policy(call, iam.write(call, obj.name, sent))
    except ApiError as error:
        if error.status == "ABORTED":
            raise ApiError(412, "Precondition Failed", reason="conditionNotMet") from None
        raise


def _policy(call: Call, policy: Body) -> Body:
    name = call.params["bucket"]
    return {
        "kind": "storage#policy",
        "resourceId": f"projects/_/buckets/{name}",
        "version": 1,
        **policy,
    }


def test_permissions(call: Call) -> Body:
    """``testIamPermissions``: the local caller may do everything."""
    bucket_of(call)
    asked = call.query.get("permissions") or []
    told = asked if isinstance(asked, list) else [asked]
    return {"kind": "storage#testIamPermissionsResponse", "permissions": told}


BUCKETS = Kind(
    name="buckets",
    resources=("buckets",),
    schema="Bucket",
    dialect=STORAGE,
    refs=(
        Reference(path="encryption.defaultKmsKeyName", to=("cloudkms.cryptoKeys",), in_use=False),
    ),
    methods={
        "insert": insert,
        "get": get,
        "list": list_all,
        "patch": patch,
        "update": update,
        "delete": delete,
        "lockRetentionPolicy": lock_retention,
        "getIamPolicy": get_policy,
        "setIamPolicy": set_policy,
        "testIamPermissions": test_permissions,
    },
)
