"""Buckets (https://cloud.google.com/storage/docs/json_api/v1/buckets)."""

from typing import Any

from gcpstack.emulator.core import iam, permitted
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid, not_found
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.paging import place, token
from gcpstack.emulator.core.paths import merge_patch, strip_nulls
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.storage import acl, rules
from gcpstack.emulator.services.storage.common import (
    STORAGE,
    bucket_of,
    check,
    etag,
    gone,
    link,
    new_generation,
    stamp,
    unmet,
)

IMMUTABLE = (
    "location",
    "hierarchicalNamespace",
    "customPlacementConfig",
    "name",
    "objectRetention",
)
SERVER_FIELDS = (
    "kind", "id", "selfLink", "projectNumber", "etag", "generation", "metageneration", "timeCreated", "updated",
    "locationType", "name", "satisfiesPZI", "satisfiesPZS", "owner", "softDeleteTime", "hardDeleteTime",
)  # fmt: skip
LISTS = ("acl", "defaultObjectAcl")
LARGEST_PAGE = 1000
PUBLIC = "The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is enforced."


def project_of(call: Call) -> str:
    """The project that the query names."""
    project = str(call.query.get("project", ""))
    if not project:
        raise ApiError(
            400, "Required parameter: project", reason="required", location=("parameter", "project")
        )
    project = call.world.project_of(project)
    call.world.number_of(project)
    return project


def insert(call: Call) -> Body:
    """``insert``."""
    body = strip_nulls(dict(call.body))
    name, project = str(body.get("name", "")), project_of(call)
    rules.check_name(plain(name))
    taken = call.find(f"b/{name}")
    if taken is not None:
        raise _taken(taken, project)
    given = {field: body.pop(field) for field in LISTS if field in body}
    for field in (*SERVER_FIELDS, "objectRetention"):
        body.pop(field, None)
    if call.query.get("enableObjectRetention"):
        body["objectRetention"] = {"mode": "Enabled"}
    rules.place(body)
    body.setdefault("storageClass", "STANDARD")
    body["name"] = name
    rules.tidy(call, body, None)
    number, now = call.world.number_of(project), stamp(call.world)
    body |= {
        "kind": "storage#bucket",
        "id": name,
        "name": name,
        "selfLink": link("b", name),
        "projectNumber": number,
        "generation": new_generation(call.world),
        "metageneration": "1",
        "etag": etag(1),
        "timeCreated": now,
        "updated": now,
    }
    obj = Obj("storage", "buckets", f"b/{name}", body, {"project": project})
    obj = call.world.state.put(
        obj.but(meta={**obj.meta, **_lists(call, obj, given, acl.teams(number))})
    )
    _first_policy(call, obj)
    return acl.projected(call, obj, default=bool(given))


def _lists(call: Call, obj: Obj, given: Body, first: list[acl.Entry]) -> Body:
    """The access lists that a body or the name of a predefined one sets."""
    number, query = obj.body["projectNumber"], call.query
    out: Body = {field: obj.meta.get(field, first) for field in LISTS}
    for field, parameter in (
        ("acl", "predefinedAcl"),
        ("defaultObjectAcl", "predefinedDefaultObjectAcl"),
    ):
        if query.get(parameter):
            out[field] = acl.predefined(str(query[parameter]), number)
    for field, listing in (("acl", acl.BUCKETS), ("defaultObjectAcl", acl.DEFAULTS)):
        if given.get(field) is not None:
            out[field] = acl.entries(listing, given[field])
    if acl.uniform(obj) and (given or query.get("predefinedAcl")):
        raise invalid(acl.UNIFORM.format(verb="use legacy"))
    return out


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
    owners, viewers = (
        [f"projectEditor:{project}", f"projectOwner:{project}"],
        [f"projectViewer:{project}"],
    )
    kinds = ("Bucket", "Object") if acl.uniform(obj) else ("Bucket",)
    bindings = [
        {"role": f"roles/storage.legacy{kind}{role}", "members": members}
        for kind in kinds
        for role, members in (("Owner", owners), ("Reader", viewers))
    ]
    iam.write(call, obj.name, {"bindings": bindings})


def get(call: Call) -> Body:
    """``get``; with ``softDeleted`` a bucket that was deleted, by its generation."""
    if call.query.get("softDeleted"):
        return _soft_deleted(call).body
    obj = bucket_of(call)
    check(call, "Metageneration", int(obj.body["metageneration"]))
    return acl.projected(call, obj, default=False)


def list_all(call: Call) -> Body:
    """``list``: the buckets of a project."""
    project = project_of(call)
    prefix = str(call.query.get("prefix", ""))
    after = place(call.query, "")
    size = min(int(call.query.get("maxResults") or LARGEST_PAGE), LARGEST_PAGE)
    where = "deleted" if call.query.get("softDeleted") else "b"
    found = [
        obj
        for obj in call.world.state.page("storage", where, after)
        if obj.meta["project"] == project and obj.body["name"].startswith(prefix)
    ]
    answer: Body = {"kind": "storage#buckets"}
    if found[:size]:
        answer["items"] = [
            obj.body if where == "deleted" else acl.projected(call, obj, default=False)
            for obj in found[:size]
        ]
    if found[size:]:
        answer["nextPageToken"] = token(found[size - 1].id)
    return answer


def patch(call: Call) -> Body:
    """``patch``: a JSON merge patch; an explicit null clears."""
    obj = bucket_of(call)
    sent = dict(call.body)
    given = {field: sent.pop(field) for field in LISTS if field in sent}
    return _change(call, obj, merge_patch(obj.body, sent), given)


def update(call: Call) -> Body:
    """``update``: the sent body replaces all but what only the server sets."""
    obj = bucket_of(call)
    sent = strip_nulls(dict(call.body))
    given = {field: sent.pop(field) for field in LISTS if field in sent}
    kept = {
        key: obj.body[key]
        for key in (*SERVER_FIELDS, *IMMUTABLE, "storageClass", "rpo")
        if key in obj.body
    }
    return _change(call, obj, {**kept, **sent}, given)


def _change(call: Call, obj: Obj, body: Body, given: Body) -> Body:
    check(call, "Metageneration", int(obj.body["metageneration"]))
    for field in IMMUTABLE:
        if str(body.get(field)).upper() != str(obj.body.get(field)).upper():
            raise invalid(f"Invalid argument: the bucket's {field} cannot be changed.")
    for field in (*SERVER_FIELDS, *IMMUTABLE):
        if field in obj.body:
            body[field] = obj.body[field]
    rules.tidy(call, body, obj.body)
    meta = {**obj.meta, **_lists(call, obj.but(body=body), given, [])}
    if body != obj.body or meta != obj.meta:
        obj = call.world.state.put(obj.but(body=acl.bumped(call.world, obj, body), meta=meta))
    return acl.projected(call, obj, default=True)


def delete(call: Call) -> Response:
    """``delete``: an empty bucket only; it can be restored while its soft delete policy says so."""
    obj = bucket_of(call)
    check(call, "Metageneration", int(obj.body["metageneration"]))
    children = call.world.state.children("storage", obj.name)
    if any(child.kind == "objects" and not child.meta.get("softDeleted") for child in children):
        raise ApiError(409, "The bucket you tried to delete is not empty.", reason="conflict")
    seconds = int(obj.body["softDeletePolicy"]["retentionDurationSeconds"])
    policy = iam.read(call, obj.name)
    call.world.forget(obj)
    if seconds:
        now = call.world.now()
        body = {
            **obj.body,
            "softDeleteTime": stamp(call.world),
            "hardDeleteTime": stamp(call.world, now + seconds),
        }
        name = f"deleted/{obj.id}#{obj.body['generation']}"
        meta = {**obj.meta, "policy": policy}
        call.world.state.put(Obj("storage", "softDeletedBuckets", name, body, meta))
        call.world.later(seconds, "storage", "purge", {"name": name})
    return gone()


def purge(world: World, payload: Body) -> None:
    """What was soft-deleted is gone for good."""
    world.state.delete("storage", payload["name"])


def _soft_deleted(call: Call) -> Obj:
    generation = call.query.get("generation")
    if not generation:
        raise invalid("A soft-deleted bucket needs its generation.")
    obj = call.find(f"deleted/{call.params['bucket']}#{generation}")
    if obj is None:
        raise not_found("The specified bucket does not exist.")
    return obj


def restore(call: Call) -> Body:
    """``restore``: the bucket as it was, without its objects."""
    gone_one = _soft_deleted(call)
    name = gone_one.body["name"]
    if call.find(f"b/{name}") is not None:
        raise ApiError(409, "A bucket with this name exists.", reason="conflict")
    call.world.state.delete("storage", gone_one.name)
    body = {
        key: value
        for key, value in gone_one.body.items()
        if key not in ("softDeleteTime", "hardDeleteTime")
    }
    meta = {key: value for key, value in gone_one.meta.items() if key != "policy"}
    obj = Obj("storage", "buckets", f"b/{name}", body, meta)
    obj = call.world.state.put(obj.but(body=acl.bumped(call.world, obj, body)))
    call.world.state.set_record("iam", f"storage/{obj.name}", gone_one.meta["policy"])
    return acl.projected(call, obj, default=False)


def lock_retention(call: Call) -> Body:
    """``lockRetentionPolicy``: for ever."""
    obj = bucket_of(call)
    if call.query.get("ifMetagenerationMatch") is None:
        where = ("parameter", "ifMetagenerationMatch")
        raise ApiError(
            400, "Required parameter: ifMetagenerationMatch", reason="required", location=where
        )
    check(call, "Metageneration", int(obj.body["metageneration"]))
    policy = obj.body.get("retentionPolicy")
    if policy is None:
        raise invalid("Bucket does not have a retention policy to lock.")
    body = acl.bumped(
        call.world, obj, {**obj.body, "retentionPolicy": {**policy, "isLocked": True}}
    )
    return acl.projected(call, call.world.state.put(obj.but(body=body)), default=False)


def layout(call: Call) -> Body:
    """``getStorageLayout``."""
    body = bucket_of(call).body
    kept = ("location", "locationType", "hierarchicalNamespace", "customPlacementConfig")
    told = {key: body[key] for key in kept if key in body}
    return {"kind": "storage#storageLayout", "bucket": body["name"], **told}


# -- policies


def policy_methods(key: Any) -> dict[str, Handler]:
    """The three IAM methods of what ``key(call)`` names: (key of the policy, resource id)."""

    def shown(call: Call, policy: Body) -> Body:
        return {"kind": "storage#policy", "resourceId": key(call)[1], "version": 1, **policy}

    def get_policy(call: Call) -> Body:
        return shown(call, iam.read(call, key(call)[0]))

    def set_policy(call: Call) -> Body:
        """A stale etag is a failed precondition here."""
        sent = {
            name: value for name, value in call.sent.items() if name not in ("kind", "resourceId")
        }
        _refuse_public(call, sent)
        try:
            return shown(call, iam.write(call, key(call)[0], sent))
        except ApiError as error:
            if error.status == "ABORTED":
                raise unmet() from None
            raise

    def test(call: Call) -> Body:
        """What the caller may do."""
        key(call)
        held = permitted.tested(call, call.query.get("permissions") or [])
        return {
            "kind": "storage#testIamPermissionsResponse",
            **({"permissions": held} if held else {}),
        }

    return {"getIamPolicy": get_policy, "setIamPolicy": set_policy, "testIamPermissions": test}


def _refuse_public(call: Call, policy: Body) -> None:
    if bucket_of(call).body["iamConfiguration"]["publicAccessPrevention"] != "enforced":
        return
    for binding in policy.get("bindings", ()):
        if any(member in acl.PUBLIC for member in binding.get("members", ())):
            raise unmet(PUBLIC)


def _key(call: Call) -> tuple[str, str]:
    obj = bucket_of(call)
    return obj.name, f"projects/_/buckets/{obj.id}"


BUCKETS = Kind(
    name="buckets",
    resources=("buckets",),
    schema="Bucket",
    dialect=STORAGE,
    methods={
        "insert": insert,
        "get": get,
        "list": list_all,
        "patch": patch,
        "update": update,
        "delete": delete,
        "restore": restore,
        "lockRetentionPolicy": lock_retention,
        "getStorageLayout": layout,
        **policy_methods(_key),
    },
)
