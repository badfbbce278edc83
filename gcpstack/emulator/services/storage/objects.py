"""Objects: their metadata, lists, copies (https://cloud.google.com/storage/docs/json_api/v1/objects)."""

import re
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.errors import ApiError, invalid, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paging import place, token
from gcpstack.emulator.core.paths import merge_patch, strip_nulls
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.services.storage import acl, buckets, media, versions
from gcpstack.emulator.services.storage.common import (
    STORAGE,
    bucket_of,
    check_both,
    encoded,
    gone,
)

LARGEST_PAGE = 1000
MOST_COMPONENTS = 32


def _generation(call: Call, parameter: str = "generation") -> str:
    value = call.query.get(parameter)
    return "" if value is None else str(value)


def _need(call: Call) -> tuple[Obj, Obj]:
    """Bucket and object of the path, the preconditions held."""
    bucket, name = bucket_of(call), str(call.params["object"])
    obj = versions.find(call, bucket, name, _generation(call))
    if obj is None:
        check_both(call, None)
        raise versions.missing(bucket, name)
    check_both(call, obj)
    return bucket, obj


def get(call: Call) -> Body | Response:
    """``get``: the metadata, or with ``alt=media`` the content."""
    bucket, obj = _need(call)
    if call.query.get("alt") == "media":
        return media.media(call, obj)
    return acl.projected_object(call, bucket, obj, default=False)


# -- lists


def _glob(pattern: str) -> "re.Pattern[str]":
    """https://cloud.google.com/storage/docs/json_api/v1/objects/list#list-objects-and-prefixes-using-glob."""
    out = ""
    for piece in re.findall(r"\*\*|\*|\?|\[[^\]]*\]|\{[^}]*\}|.", pattern, re.DOTALL):
        if piece == "**":
            out += ".*"
        elif piece == "*":
            out += "[^/]*"
        elif piece == "?":
            out += "[^/]"
        elif piece[0] == "{":
            out += "(?:" + "|".join(map(re.escape, piece[1:-1].split(","))) + ")"
        else:
            out += piece.replace("[!", "[^") if piece[0] == "[" else re.escape(piece)
    return re.compile(out, re.DOTALL)


def _wanted(call: Call, name: str) -> bool:
    """Whether a list by its prefix, offsets and glob holds a name."""
    query = call.query
    glob = str(query.get("matchGlob", ""))
    return (
        name.startswith(str(query.get("prefix", "")))
        and (not query.get("startOffset") or name >= str(query["startOffset"]))
        and (not query.get("endOffset") or name < str(query["endOffset"]))
        and (not glob or _glob(glob).fullmatch(name) is not None)
    )


def _folded(call: Call, name: str) -> str:
    """The prefix that stands for a name in a list with a delimiter, or ``""``."""
    prefix, delimiter = str(call.query.get("prefix", "")), str(call.query.get("delimiter", ""))
    at = name.find(delimiter, len(prefix)) if delimiter else -1
    if at < 0:
        return ""
    whole = name[: at + len(delimiter)]
    return "" if call.query.get("includeTrailingDelimiter") and whole == name else whole


def list_all(call: Call) -> Body:
    """``list``: by name, cut at a delimiter where one is given; prefixes count as entries."""
    bucket = bucket_of(call)
    size = min(int(call.query.get("maxResults") or LARGEST_PAGE), LARGEST_PAGE)
    found = [obj for obj in versions.every(call, bucket) if _wanted(call, obj.body["name"])]
    found.sort(key=lambda obj: (obj.body["name"].encode(), int(obj.body["generation"])))
    after: list[Any] = place(call.query, ["", 0])
    items: list[Body] = []
    prefixes: dict[str, None] = {}
    last: list[Any] = []
    for obj in found:
        name, generation = obj.body["name"], int(obj.body["generation"])
        if [name, generation] <= after or (
            after[0] and _folded(call, name) == _folded(call, after[0]) != ""
        ):
            continue
        fold = _folded(call, name)
        if len(items) + len(prefixes) == size and fold not in prefixes:
            break
        if fold:
            prefixes[fold] = None
        else:
            items.append(acl.projected_object(call, bucket, obj, default=False))
        last = [name, generation]
    else:
        last = []
    answer: Body = {"kind": "storage#objects"}
    if last:
        answer["nextPageToken"] = token(last)
    if prefixes:
        answer["prefixes"] = list(prefixes)
    if items:
        answer["items"] = items
    return answer


# -- changes of the metadata


def _writable(body: Body) -> Body:
    return {key: value for key, value in body.items() if key in versions.CLIENT_FIELDS}


def patch(call: Call) -> Body:
    """``patch``: the metadata only; content never changes."""
    bucket, obj = _need(call)
    return _change(call, bucket, obj, merge_patch(obj.body, _writable(call.body)))


def update(call: Call) -> Body:
    """``update``: replaces the metadata that clients may set."""
    bucket, obj = _need(call)
    kept = {key: value for key, value in obj.body.items() if key not in versions.CLIENT_FIELDS}
    return _change(
        call,
        bucket,
        obj,
        {**kept, "storageClass": obj.body["storageClass"], **strip_nulls(_writable(call.body))},
    )


def _change(call: Call, bucket: Obj, obj: Obj, body: Body) -> Body:
    if body.get("storageClass") != obj.body["storageClass"]:
        raise invalid("The storage class of an object is changed by rewriting it.")
    body = {key: value for key, value in body.items() if value is not False and value != {}}
    _check_retention(call, bucket, obj, body)
    meta = dict(obj.meta)
    if call.body.get("acl") and not acl.uniform(bucket):
        meta["acl"] = acl.entries(acl.OBJECTS, call.body["acl"])
    obj = call.world.state.put(obj.but(body=acl.bumped(call.world, obj, body), meta=meta))
    return acl.projected_object(call, bucket, obj, default=True)


def _check_retention(call: Call, bucket: Obj, obj: Obj, body: Body) -> None:
    """https://cloud.google.com/storage/docs/object-lock."""
    old, new = obj.body.get("retention") or {}, body.get("retention") or {}
    if old == new:
        return
    if "objectRetention" not in bucket.body:
        raise invalid("Object retention is not enabled for the bucket.")
    shorter = not new or parse_rfc3339(new["retainUntilTime"]) < parse_rfc3339(
        old.get("retainUntilTime", "1970-01-01T00:00:00Z")
    )
    overridden = call.query.get("overrideUnlockedRetention") and old.get("mode") == "Unlocked"
    if old and shorter and not overridden:
        text = f"Object '{bucket.id}/{obj.body['name']}' is subject to object retention and it cannot be reduced."
        raise ApiError(403, text, reason="forbidden")


def delete(call: Call) -> Response:
    """``delete``: the live version, or for good the one whose generation is given."""
    bucket, obj = _need(call)
    versions.refuse_kept(call, bucket, obj)
    if not _generation(call):
        versions.retire(call, bucket, obj)
    else:
        call.world.state.delete("storage", obj.name)
        versions.soft_delete(call, bucket, obj)
    return gone()


def restore(call: Call) -> Body:
    """``restore``: a soft-deleted version becomes a new live one."""
    bucket, name = bucket_of(call), str(call.params["object"])
    generation = _generation(call)
    old = call.find(versions.old_slot(bucket, versions.SOFT_DELETED, name, generation))
    if old is None:
        raise versions.missing(bucket, name)
    made = versions.store(
        call, bucket, {**_writable(old.body), "name": name}, versions.content(old)
    )
    call.world.state.delete("storage", old.name)
    return acl.projected_object(call, bucket, made, default=False)


# -- copies


def _source(call: Call) -> tuple[Obj, Obj]:
    bucket = bucket_of(call, "sourceBucket" if "sourceBucket" in call.params else "bucket")
    name = str(call.params["sourceObject"])
    obj = versions.find(call, bucket, name, _generation(call, "sourceGeneration"))
    if obj is None:
        raise versions.missing(bucket, name)
    check_both(call, obj, "ifSource")
    return bucket, obj


def _copied(call: Call) -> tuple[Obj, Obj]:
    """The copy and its bucket; a body replaces the metadata of the source."""
    source_bucket, source = _source(call)
    target = (
        bucket_of(call, "destinationBucket")
        if "destinationBucket" in call.params
        else source_bucket
    )
    facts = strip_nulls(_writable(call.body)) or _writable(source.body)
    if source_bucket.name != target.name and "storageClass" not in call.body:
        facts.pop("storageClass", None)
    facts.setdefault("contentType", source.body.get("contentType"))
    facts["name"] = call.params["destinationObject"]
    return target, versions.store(call, target, facts, versions.content(source))


def copy(call: Call) -> Body:
    """``copy``."""
    bucket, made = _copied(call)
    return acl.projected_object(call, bucket, made, default=False)


def rewrite(call: Call) -> Body:
    """``rewrite``: always in one step here."""
    bucket, made = _copied(call)
    size = made.body["size"]
    return {
        "kind": "storage#rewriteResponse",
        "totalBytesRewritten": size,
        "objectSize": size,
        "done": True,
        "resource": acl.projected_object(call, bucket, made, default=False),
    }


def move(call: Call) -> Body:
    """``move``: a copy within the bucket, and the source goes."""
    bucket, source = _source(call)
    versions.refuse_kept(call, bucket, source)
    _, made = _copied(call)
    versions.retire(call, bucket, source)
    return acl.projected_object(call, bucket, made, default=False)


def compose(call: Call) -> Body:
    """``compose``: several objects one after another."""
    bucket = bucket_of(call, "destinationBucket")
    sources = call.body.get("sourceObjects") or []
    if not 1 <= len(sources) <= MOST_COMPONENTS:
        raise invalid(
            f"The number of source components provided ({len(sources)}) exceeds the maximum ({MOST_COMPONENTS})"
        )
    data, count = b"", 0
    for entry in sources:
        obj = versions.find(
            call, bucket, str(entry.get("name", "")), str(entry.get("generation") or "")
        )
        if obj is None:
            raise not_found(f"Object {entry.get('name', '')} not found.")
        wanted = (entry.get("objectPreconditions") or {}).get("ifGenerationMatch")
        if wanted is not None and str(wanted) != obj.body["generation"]:
            raise ApiError(412, "Precondition Failed", reason="conditionNotMet")
        data += versions.content(obj)
        count += int(obj.body.get("componentCount", 1))
    facts = {**(call.body.get("destination") or {}), "name": call.params["destinationObject"]}
    made = versions.store(call, bucket, facts, data)
    body = {key: value for key, value in made.body.items() if key != "md5Hash"}
    made = call.world.state.put(made.but(body={**body, "componentCount": count}))
    return acl.projected_object(call, bucket, made, default=False)


def _key(call: Call) -> tuple[str, str]:
    bucket, obj = _need(call)
    if acl.uniform(bucket):
        raise invalid("Object policies are disabled for bucket with uniform bucket-level access.")
    return obj.name, f"projects/_/buckets/{bucket.id}/objects/{encoded(obj.body['name'])}"


OBJECTS = Kind(
    name="objects",
    resources=("objects",),
    schema="Object",
    dialect=STORAGE,
    methods={
        "insert": media.insert,
        "get": get,
        "list": list_all,
        "patch": patch,
        "update": update,
        "delete": delete,
        "restore": restore,
        "copy": copy,
        "rewrite": rewrite,
        "move": move,
        "compose": compose,
        **buckets.policy_methods(_key),
    },
)
