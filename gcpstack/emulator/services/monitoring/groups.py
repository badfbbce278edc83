"""Groups of resources (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.groups)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.monitoring.common import number


def _parent(call: Call, body: Body) -> Obj | None:
    name = body.get("parentName")
    return call.find(call.world.canonical(name)) if name else None


def _check(call: Call, body: Body, old: Body | None) -> None:
    """A group is not its own ancestor."""
    above = _parent(call, body)
    while old is not None and above is not None:
        if above.name == body["name"]:
            raise invalid("A group cannot be its own ancestor.", field="group.parent_name")
        above = _parent(call, above.body)


def _update(call: Call) -> Body:
    obj = call.need()
    return aip.change(call, GROUPS, obj, {**call.body, "name": obj.name})


def _below(call: Call, obj: Obj) -> list[Obj]:
    users = call.world.state.users(obj.service, obj.name)
    children = [user for user, path in users if path == "parentName"]
    return [*children, *(inner for child in children for inner in _below(call, child))]


def _delete(call: Call) -> Body:
    obj = call.need()
    descendants = _below(call, obj)
    if descendants and not call.query.get("recursive"):
        raise failed_precondition(f"Group '{obj.id}' has children and cannot be deleted.")
    for gone in descendants:
        call.world.forget(gone)
    return aip.delete(call)


def _list(call: Call) -> Body:
    """All groups, or those around one: its children, descendants or ancestors."""
    for way in ("childrenOfGroup", "descendantsOfGroup", "ancestorsOfGroup"):
        if call.query.get(way):
            around = call.need(call.world.canonical(call.query[way]), GROUPS)
            return {"group": [call.world.show(obj) for obj in _around(call, around, way)]}
    return aip.list_all(call)


def _around(call: Call, obj: Obj, way: str) -> list[Obj]:
    if way == "descendantsOfGroup":
        return _below(call, obj)
    if way == "childrenOfGroup":
        return [item for item in _below(call, obj) if _parent(call, item.body) == obj]
    found, above = [], _parent(call, obj.body)
    while above is not None:
        found.append(above)
        above = _parent(call, above.body)
    return found


def _members(call: Call) -> Body:
    """What runs is not emulated, so that no machine is a member."""
    call.need(call.path.rpartition("/")[0], GROUPS)
    return {"totalSize": 0}


GROUPS = Kind(
    name="groups",
    resources=("projects.groups",),
    schema="Group",
    dialect=AIP,
    id_server=number,
    not_found="Could not find group definition for '{id}'.",
    required=("displayName", "filter"),
    refs=(Reference(path="parentName", to=("groups",)),),
    validate=_check,
    methods={"update": _update, "delete": _delete, "list": _list},
)
METHODS = {"projects.groups.members.list": _members}
