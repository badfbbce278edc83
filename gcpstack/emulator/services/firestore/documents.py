"""Documents: read and written one by one or in commits. Queries and transactions answer 501.

https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.documents
"""

from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.errors import ApiError, already_exists, failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.paths import MISSING
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.firestore import common
from gcpstack.emulator.services.firestore.databases import DATABASES

ROOT = 5  # projects/P/databases/D/documents
MOST_WRITES = 500


def _check(call: Call) -> None:
    call.need("/".join(call.segments[:4]), DATABASES)


def _write(call: Call, name: str, fields: Body) -> Obj:
    now, old = call.world.stamp(), call.find(name)
    body: Body = {
        "name": name,
        "createTime": old.body["createTime"] if old else now,
        "updateTime": now,
    }
    if fields:
        body["fields"] = fields
    return call.world.state.put(Obj(common.NAME, DOCUMENTS.name, name, body))


def _read(call: Call) -> Body:
    """``get`` and ``list``: a path of an odd number of steps is a collection."""
    _check(call)
    if (len(call.segments) - ROOT) % 2:
        found = [
            o.body
            for o in call.world.state.page(common.NAME, call.path)
            if o.kind == DOCUMENTS.name
        ]
        return cut(found, call.query, "documents")
    obj = call.find(call.path)
    if obj is None:
        raise ApiError(404, f'Document "{call.path}" not found.')
    return obj.body


def _create(call: Call) -> Body:
    _check(call)
    if not (len(call.segments) - ROOT) % 2:
        raise invalid(f'"{call.path}" is not the name of a collection.')
    ident = call.query.get("documentId") or call.world.ids.hex(20)
    name = f"{call.path}/{ident}"
    if call.find(name):
        raise already_exists(f"Document already exists: {name}")
    return _write(call, name, call.body.get("fields", {})).body


def _hold(old: Obj | None, name: str, condition: Body) -> None:
    """A precondition on a document."""
    exists = condition.get("exists")
    if exists is False and old is not None:
        raise already_exists(f"Document already exists: {name}")
    if (exists is True or "updateTime" in condition) and old is None:
        raise ApiError(404, f"No document to update: {name}")
    wanted = condition.get("updateTime")
    if wanted and old and parse_rfc3339(wanted) != parse_rfc3339(old.body["updateTime"]):
        raise failed_precondition(
            f"the stored version does not match the required base version: {name}"
        )


def _merged(old: Obj | None, fields: Body, paths: list[str]) -> Body:
    """The fields of a document with those at the paths taken from the new ones."""
    out: Body = dict(old.body.get("fields", {})) if old else {}
    for path in paths:
        steps = path.replace("`", "").split(".")
        out = _put(out, steps, _look(fields, steps))
    return out


def _look(fields: Body, steps: list[str]) -> Any:
    value = fields.get(steps[0], MISSING)
    if len(steps) == 1 or value is MISSING:
        return value
    return _look(value.get("mapValue", {}).get("fields", {}), steps[1:])


def _put(fields: Body, steps: list[str], value: Any) -> Body:
    """A copy of the fields with one value put in, or taken out."""
    out, step = dict(fields), steps[0]
    if len(steps) > 1:
        inner = out.get(step, {}).get("mapValue", {}).get("fields", {})
        out[step] = {"mapValue": {"fields": _put(inner, steps[1:], value)}}
    elif value is MISSING:
        out.pop(step, None)
    else:
        out[step] = value
    return out


def _update(call: Call, name: str, fields: Body, paths: list[str] | None, condition: Body) -> Obj:
    old = call.find(name)
    _hold(old, name, condition)
    return _write(call, name, fields if paths is None else _merged(old, fields, paths))


def _condition(call: Call) -> Body:
    prefix = "currentDocument."
    return {
        key.removeprefix(prefix): value
        for key, value in call.query.items()
        if key.startswith(prefix)
    }


def _patch(call: Call) -> Body:
    """``patch``: without a mask the document is replaced; one that is not there is made."""
    _check(call)
    paths = call.query.get("updateMask.fieldPaths")
    return _update(call, call.path, call.body.get("fields", {}), paths, _condition(call)).body


def _delete(call: Call) -> Body:
    _check(call)
    _hold(call.find(call.path), call.path, _condition(call))
    call.world.state.delete(common.NAME, call.path)
    return {}


def _apply(call: Call, write: Body) -> Body:
    condition = write.get("currentDocument", {})
    if "delete" in write:
        name = call.world.canonical(write["delete"])
        _hold(call.find(name), name, condition)
        call.world.state.delete(common.NAME, name)
        return {}
    if "update" not in write or write.get("updateTransforms"):
        raise ApiError(501, "Only plain updates and deletions are implemented by the emulator.")
    name = call.world.canonical(write["update"].get("name", ""))
    mask = write.get("updateMask")
    paths = None if mask is None else mask.get("fieldPaths", [])
    obj = _update(call, name, write["update"].get("fields", {}), paths, condition)
    return {"updateTime": obj.body["updateTime"]}


def _commit(call: Call) -> Body:
    """``commit``: all of the writes, or none."""
    _check(call)
    writes = call.body.get("writes", [])
    if len(writes) > MOST_WRITES:
        raise invalid(f"maximum {MOST_WRITES} writes allowed per request")
    results = [_apply(call, write) for write in writes]
    answer: Body = {"commitTime": call.world.stamp()}
    return {**answer, "writeResults": results} if results else answer


def _batch_write(call: Call) -> Body:
    """``batchWrite``: each of the writes for itself."""
    _check(call)
    results: list[Body] = []
    statuses: list[Body] = []
    for write in call.body.get("writes", []):
        try:
            results.append(_apply(call, write))
            statuses.append({})
        except ApiError as error:
            results.append({})
            statuses.append(error.as_status())
    return {"writeResults": results, "status": statuses}


def _batch_get(call: Call) -> list[Body]:
    """``batchGet``: a stream of what was found and what was not."""
    _check(call)
    told: list[Body] = []
    for name in call.body.get("documents", []):
        obj = call.find(call.world.canonical(name))
        told.append({"found": obj.body} if obj else {"missing": name})
    return [{**one, "readTime": call.world.stamp()} for one in told]


def _collections(call: Call) -> Body:
    """``listCollectionIds``: those right below a document or the root."""
    _check(call)
    depth = len(call.segments)
    found = call.world.state.collections(common.NAME, f"{call.path}/")
    return cut(sorted({path.split("/")[depth] for path in found}), call.body, "collectionIds")


DOCUMENTS = Kind(
    name="documents",
    resources=("projects.databases.documents",),
    schema="Document",
    dialect=AIP,
    methods={
        "get": _read,
        "list": _read,
        "listDocuments": _read,
        "createDocument": _create,
        "patch": _patch,
        "delete": _delete,
        "commit": _commit,
        "batchWrite": _batch_write,
        "batchGet": _batch_get,
        "listCollectionIds": _collections,
    },
)
