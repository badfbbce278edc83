"""Fields: they exist wherever they are asked for, and say how they are indexed and when documents expire.

https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.fields
"""

from collections.abc import Iterable

from gcpstack.emulator.core import lro, masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, failed_precondition, invalid
from gcpstack.emulator.core.filters import matcher
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.firestore import common
from gcpstack.emulator.services.firestore.databases import DATABASES

DEFAULT = "collectionGroups/__default__/fields/*"
# What is indexed of a field that nobody configured.
USUAL: tuple[Body, ...] = (
    {"order": "ASCENDING"},
    {"order": "DESCENDING"},
    {"arrayConfig": "CONTAINS"},
)


def _check_parent(call: Call) -> None:
    call.need("/".join(call.segments[:4]), DATABASES)


def _usual(path: str) -> list[Body]:
    return [{"queryScope": "COLLECTION", "fields": [{"fieldPath": path, **way}]} for way in USUAL]


def _default(call: Call, name: str) -> Obj | None:
    return call.find(f"{'/'.join(name.split('/')[:4])}/{DEFAULT}")


def _inherited(call: Call, name: str) -> list[Body]:
    """The indexes of a field by those of all fields."""
    path, every = name.rsplit("/", 1)[-1], _default(call, name)
    if every is None or "indexConfig" not in every.body:
        return _usual(path)
    return [_of_field(index, path) for index in every.body["indexConfig"]["indexes"]]


def _of_field(index: Body, path: str) -> Body:
    """An index of a field, with its path, and the state apart."""
    fields = [{**field, "fieldPath": path} for field in index.get("fields", [])]
    return {"queryScope": index.get("queryScope", "COLLECTION"), "fields": fields}


def _ready(indexes: Iterable[Body]) -> list[Body]:
    return [{**index, "state": "READY"} for index in indexes]


def _told(call: Call, name: str) -> Body:
    """A field as a read tells it."""
    obj = call.find(name)
    own = obj.body if obj else {}
    body: Body = {"name": name}
    config: Body = {}
    if not name.endswith(f"/{DEFAULT}"):
        config["ancestorField"] = f"{'/'.join(name.split('/')[:4])}/{DEFAULT}"
    if "indexConfig" in own:
        config["indexes"] = _ready(own["indexConfig"]["indexes"])
    else:
        config["indexes"] = _ready(_inherited(call, name))
        if "ancestorField" in config:
            config["usesAncestorConfig"] = True
    body["indexConfig"] = {key: value for key, value in config.items() if value != []}
    if "ttlConfig" in own:
        busy = obj is not None and obj.meta.get("pending")
        body["ttlConfig"] = {**own["ttlConfig"], "state": "CREATING" if busy else "ACTIVE"}
    return body


def _get(call: Call) -> Body:
    _check_parent(call)
    return _told(call, call.name)


def _list(call: Call) -> Body:
    """``list``: only fields with a configuration of their own, as the filter must say."""
    _check_parent(call)
    where = str(call.query.get("filter") or "")
    if "usesAncestorConfig" not in where and "ttlConfig" not in where:
        raise invalid(
            "The filter must hold indexConfig.usesAncestorConfig = false or ttlConfig:*.",
            field="filter",
        )
    keep, state = matcher(where), call.world.state
    found = [
        _told(call, obj.name)
        for path in aip.collections(call)
        for obj in state.page(common.NAME, path)
        if obj.kind == FIELDS.name
    ]
    usual = f"{'/'.join(call.segments[:4])}/{DEFAULT}"
    if "ttlConfig" not in where and all(body["name"] != usual for body in found):
        found.append(_told(call, usual))
    return cut([body for body in found if keep(body)], call.query, "fields")


def _patch(call: Call) -> Body:
    """``patch``: a part that the mask names and the body leaves out goes back to the usual."""
    _check_parent(call)
    name = call.name
    path = name.rsplit("/", 1)[-1]
    old = call.find(name) or Obj(common.NAME, FIELDS.name, name, {"name": name})
    if old.meta.get("pending"):
        raise ApiError(409, "The field is being changed by another operation.", status="ABORTED")
    wanted = _parts(call)
    before, body = _told(call, name), dict(old.body)
    for part in wanted:
        body.pop(part, None)
    if "indexConfig" in wanted and "indexConfig" in call.body:
        sent = call.body["indexConfig"].get("indexes", [])
        body["indexConfig"] = {"indexes": [_of_field(index, path) for index in sent]}
        for index in body["indexConfig"]["indexes"]:
            _check_index(index)
    if "ttlConfig" in wanted and "ttlConfig" in call.body:
        _check_ttl(call, name)
        body["ttlConfig"] = {
            key: value for key, value in call.body["ttlConfig"].items() if key != "state"
        }
    return _start(call, old.but(body=body), before)


def _parts(call: Call) -> list[str]:
    schema = call.api.schemas[FIELDS.schema]
    text = str(call.query.get("updateMask") or "")
    paths = masks.parse(call.api, schema, text) or list(call.body)
    if "*" in paths:
        return ["indexConfig", "ttlConfig"]
    return [path.split(".")[0] for path in paths if path != "name"]


def _check_index(index: Body) -> None:
    for field in index["fields"]:
        if ("order" in field) == ("arrayConfig" in field):
            raise invalid(
                "An index of a field must have one of order and array_config.",
                field="field.index_config",
            )


def _check_ttl(call: Call, name: str) -> None:
    collection, _, path = name.rpartition("/")
    if path == "*":
        raise invalid("A TTL configuration cannot be set on all fields.", field="field.ttl_config")
    for other in call.world.state.page(common.NAME, collection):
        if other.name != name and "ttlConfig" in other.body:
            raise failed_precondition(
                "Only one field of a collection group can have a TTL configuration."
            )


def _start(call: Call, obj: Obj, before: Body) -> Body:
    call.world.state.put(obj.but(meta={**obj.meta, "pending": "update"}))
    after = _told(call, obj.name)
    return lro.start(call, "update", obj.name, extra=_deltas(before, after))


def _bare(body: Body) -> list[Body]:
    indexes = body["indexConfig"].get("indexes", [])
    return [{key: value for key, value in index.items() if key != "state"} for index in indexes]


def _deltas(before: Body, after: Body) -> Body:
    """What an operation is going to change."""
    old, new = _bare(before), _bare(after)
    deltas = [{"changeType": "REMOVE", "index": index} for index in old if index not in new]
    deltas += [{"changeType": "ADD", "index": index} for index in new if index not in old]
    extra: Body = {"indexConfigDeltas": deltas} if deltas else {}
    if ("ttlConfig" in before) != ("ttlConfig" in after):
        extra["ttlConfigDelta"] = {"changeType": "ADD" if "ttlConfig" in after else "REMOVE"}
    return extra


def _view(world: World, obj: Obj, body: Body) -> Body:
    """What an operation answers: all but whether the indexes are inherited."""
    path, parent = obj.name.rsplit("/", 1)[-1], "/".join(obj.name.split("/")[:4])
    every = world.state.get(common.NAME, f"{parent}/{DEFAULT}")
    usual = every.body.get("indexConfig", {}).get("indexes") if every else None
    inherited = _usual(path) if usual is None else [_of_field(index, path) for index in usual]
    indexes = body.get("indexConfig", {"indexes": inherited})["indexes"]
    told: Body = {"name": obj.name, "indexConfig": {"ancestorField": f"{parent}/{DEFAULT}"}}
    if indexes:
        told["indexConfig"]["indexes"] = _ready(indexes)
    if "ttlConfig" in body:
        told["ttlConfig"] = {**body["ttlConfig"], "state": "ACTIVE"}
    return told


FIELDS = Kind(
    name="fields",
    resources=("projects.databases.collectionGroups.fields",),
    schema="GoogleFirestoreAdminV1Field",
    dialect=AIP,
    latency="firestore.Field",
    lro=True,
    view=_view,
    methods={"get": _get, "list": _list, "patch": _patch},
)
