"""Schemas and their revisions (https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.schemas)."""

import json
import re
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition, invalid, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.services.pubsub import common

MOST_REVISIONS = 20
LARGEST = 300 * 1024
DELETED = "_deleted-schema_"
TOP_MESSAGE = re.compile(r"^\s*message\s+\w+\s*\{", re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def check_definition(body: Body) -> None:
    """Refuse a definition that can't be one of its type."""
    text, kind = body.get("definition", ""), body.get("type", "TYPE_UNSPECIFIED")
    if kind == "TYPE_UNSPECIFIED":
        raise invalid("Schema type must be set to AVRO or PROTOCOL_BUFFER.", field="schema.type")
    if not text or len(text) > LARGEST:
        raise invalid("Schema definition is empty or too large.", field="schema.definition")
    if kind == "AVRO":
        _check_avro(text)
    elif not TOP_MESSAGE.search(COMMENT.sub("", text)) or text.count("{") != text.count("}"):
        raise _wrong("the definition must hold one message")


def _check_avro(text: str) -> None:
    try:
        parsed = json.loads(text)
    except ValueError as error:
        raise _wrong(str(error)) from None
    if not isinstance(parsed, dict) or "type" not in parsed:
        raise _wrong("the definition must be a JSON object with a type")


def _wrong(why: str) -> Exception:
    return invalid(f"Invalid schema definition: {why}.", field="schema.definition")


def _revised(call: Call, body: Body) -> Body:
    """A body as a new revision."""
    told = {"revisionId": call.world.ids.hex(8), "revisionCreateTime": call.world.stamp()}
    return {**body, **told}


def _create(call: Call) -> Body:
    kind, ident = SCHEMAS, str(call.query.get("schemaId", ""))
    name = f"{call.path}/{ident}"
    common.check_name(call, name, ident)
    check_definition(call.body)
    call.body = _revised(call, call.body)
    answer = aip.make(call, kind, name)
    obj = call.need(name)
    call.world.state.put(obj.but(meta={**obj.meta, "revisions": [obj.body]}))
    return answer


def _find(call: Call) -> tuple[Obj, Body]:
    """A schema with the revision that the path names; the newest by default."""
    name, _, revision = call.name.partition("@")
    obj = call.need(name)
    if not revision:
        return obj, obj.body
    for body in obj.meta["revisions"]:
        if body["revisionId"] == revision:
            return obj, {**body, "name": f"{name}@{revision}"}
    raise not_found(f"Resource not found (resource={call.name}).")


def _shown(call: Call, body: Body, usual: str) -> Body:
    """Only the full view tells the definition."""
    view = call.query.get("view") or "SCHEMA_VIEW_UNSPECIFIED"
    if (usual if view == "SCHEMA_VIEW_UNSPECIFIED" else view) == "FULL":
        return body
    return {key: value for key, value in body.items() if key != "definition"}


def _get(call: Call) -> Body:
    return _shown(call, _find(call)[1], "FULL")


def _list(call: Call) -> Body:
    answer = aip.list_all(call)
    if "schemas" in answer:
        answer["schemas"] = [_shown(call, body, "BASIC") for body in answer["schemas"]]
    return answer


def _list_revisions(call: Call) -> Body:
    revisions = call.need().meta["revisions"]
    return {"schemas": [_shown(call, body, "BASIC") for body in reversed(revisions)]}


def _add(call: Call, obj: Obj, body: Body) -> Body:
    revisions = obj.meta["revisions"]
    if len(revisions) >= MOST_REVISIONS:
        raise failed_precondition(f"A schema can have at most {MOST_REVISIONS} revisions.")
    body = _revised(call, {**body, "name": obj.name})
    meta: dict[str, Any] = {**obj.meta, "revisions": [*revisions, body]}
    call.world.state.put(obj.but(body=body, meta=meta))
    return body


def _commit(call: Call) -> Body:
    """``commit``: a schema changes by a new revision of the same type."""
    obj, sent = call.need(), call.body.get("schema", {})
    check_definition(sent)
    if sent["type"] != obj.body["type"]:
        raise invalid("The type of a schema cannot change.", field="schema.type")
    return _add(call, obj, sent)


def _rollback(call: Call) -> Body:
    """``rollback``: the newest revision becomes a copy of an older one."""
    obj, wanted = call.need(), call.body.get("revisionId")
    for body in obj.meta["revisions"]:
        if body["revisionId"] == wanted:
            return _add(call, obj, body)
    raise not_found(f"Resource not found (resource={obj.name}@{wanted}).")


def _delete_revision(call: Call) -> Body:
    """``deleteRevision``: the last one stays."""
    obj, body = _find(call)
    left = [r for r in obj.meta["revisions"] if r["revisionId"] != body["revisionId"]]
    if not left:
        raise failed_precondition("The only revision of a schema cannot be deleted.")
    call.world.state.put(obj.but(body=left[-1], meta={**obj.meta, "revisions": left}))
    newest: Body = left[-1]
    return newest


def _delete(call: Call) -> Body:
    obj = call.need()
    common.replace_users(call, obj, "schemaSettings.schema", DELETED)
    call.world.forget(obj)
    return {}


def _validate_schema(call: Call) -> Body:
    check_definition(call.body.get("schema", {}))
    return {}


def _view(_world: World, obj: Obj, body: Body) -> Body:
    return {**body, "name": obj.name}


SCHEMAS = Kind(
    name="schemas",
    resources=("projects.schemas",),
    schema="Schema",
    dialect=common.DIALECT,
    id_pattern=common.ID,
    not_found="Resource not found (resource={name}).",
    already_exists=common.ALREADY_EXISTS,
    view=_view,
    methods={
        "create": _create,
        "get": _get,
        "list": _list,
        "listRevisions": _list_revisions,
        "commit": _commit,
        "rollback": _rollback,
        "deleteRevision": _delete_revision,
        "delete": _delete,
        "validate": _validate_schema,
    },
)
