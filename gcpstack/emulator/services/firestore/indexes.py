"""Composite indexes (https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.indexes)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, invalid
from gcpstack.emulator.core.model import Body, Kind, States
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.firestore import common
from gcpstack.emulator.services.firestore.databases import DATABASES

KEY = "__name__"
WAYS = ("order", "arrayConfig", "vectorConfig", "searchConfig")
MOST_FIELDS = 100
SAME = ("queryScope", "apiScope", "fields")


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    fields = [field for field in body.get("fields", []) if field.get("fieldPath") != KEY]
    if not 1 <= len(fields) <= MOST_FIELDS:
        raise invalid(f"An index must have 1 to {MOST_FIELDS} fields.", field="index.fields")
    if len(fields) == 1 and not {"vectorConfig", "searchConfig"} & set(fields[0]):
        raise invalid("this index is not necessary, configure using single field index controls")
    for field in body["fields"]:
        if sum(way in field for way in WAYS) != 1 or not field.get("fieldPath"):
            raise invalid(
                "A field of an index must have a path and one of order, array_config and vector_config.",
                field="index.fields",
            )
    _add_key(body)
    mine = [body.get(name) for name in SAME]
    for other in call.world.state.page(common.NAME, call.path):
        if [other.body.get(name) for name in SAME] == mine:
            raise already_exists("index already exists")


def _add_key(body: Body) -> None:
    """The key of the document comes last, in the direction of the field before it."""
    fields = body["fields"]
    if fields[-1]["fieldPath"] == KEY:
        return
    at = len(fields) - ("vectorConfig" in fields[-1])
    order = fields[at - 1].get("order", "ASCENDING") if at else "ASCENDING"
    body["fields"] = [*fields[:at], {"fieldPath": KEY, "order": order}, *fields[at:]]


def _complete(_call: Call, body: Body) -> None:
    if body.get("apiScope") == "ANY_API":
        del body["apiScope"]


def _create(call: Call) -> Body:
    call.need("/".join(call.segments[:4]), DATABASES)
    return aip.create(call)


def _delete(call: Call) -> Body:
    obj: Obj = call.need()
    call.world.forget(obj)
    return {}


INDEXES = Kind(
    name="indexes",
    resources=("projects.databases.collectionGroups.indexes",),
    schema="GoogleFirestoreAdminV1Index",
    dialect=AIP,
    id_server=lambda call: f"CICA{call.world.ids.hex(8).upper()}",
    not_found="Index '{name}' does not exist.",
    latency="firestore.Index",
    lro=("create",),
    states=States(),
    output_only=("state",),
    defaults={"queryScope": "COLLECTION", "density": "SPARSE_ALL"},
    validate=_validate,
    on_create=_complete,
    methods={"create": _create, "delete": _delete},
)
