"""Changes: record sets of a zone that go and come at once (https://cloud.google.com/dns/docs/reference/rest/v1/changes)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, already_exists, condition_not_met, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.recorded import is_placeholder
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.dns import common, records

MOST = 1000
SAME = ("name", "type", "ttl", "rrdatas", "routingPolicy")


def _plain(body: Body) -> Body:
    return {field: body[field] for field in SAME if field in body}


def _delete(call: Call, zone: Obj, body: Body, where: str) -> None:
    label = f"{body['name']} ({body['type']})"
    obj = call.find(records.key(zone.name, body["name"], body["type"]))
    if obj is None:
        raise not_found(f"The '{where}' resource named '{label}' does not exist.")
    if _plain(obj.body) != _plain(body):
        raise condition_not_met(f"Precondition not met for '{where}'")
    call.world.state.delete(common.SERVICE, obj.name)


def _add(call: Call, zone: Obj, body: Body, where: str) -> None:
    if call.find(records.key(zone.name, body["name"], body["type"])):
        label = f"{body['name']} ({body['type']})"
        raise already_exists(f"The resource '{where}' named '{label}' already exists")
    records.store(call.world, zone.name, body)


def _create(call: Call) -> Body:
    zone = records.zone_of(call)
    added, gone = call.body.get("additions", []), call.body.get("deletions", [])
    if not added and not gone:
        raise ApiError(
            400, "The 'entity.change' parameter is required but was missing.", reason="required"
        )
    if max(len(added), len(gone)) > MOST:
        raise ApiError(
            403, f"Quota exceeded: {MOST} record sets in one change.", reason="quotaExceeded"
        )
    fresh = []
    for index, body in enumerate(gone):
        where = f"entity.change.deletions[{index}]"
        _delete(call, zone, records.checked(zone, body, where), where)
    for index, body in enumerate(added):
        where = f"entity.change.additions[{index}]"
        fresh.append((where, records.checked(zone, body, where)))
        _add(call, zone, fresh[-1][1], where)
    records.check_whole(call.world, zone, fresh)
    number = call.world.state.count(f"dns/{zone.name}")
    body = {"kind": "dns#change", "id": str(number), "startTime": call.world.stamp()}
    if fresh:
        body["additions"] = [one for _, one in fresh]
    if gone:
        body["deletions"] = gone
    due = call.world.now() + call.world.latency.seconds("dns.RecordSet", "update")
    name = f"{zone.name}/changes/{number}"
    return call.world.show(
        call.world.state.put(Obj(common.SERVICE, "changes", name, body, {"due": due}))
    )


def _view(world: World, obj: Obj, body: Body) -> Body:
    """A change is under way until the name servers have it."""
    return {**body, "status": "pending" if world.now() < obj.meta["due"] else "done"}


def _all(call: Call) -> list[Obj]:
    """The changes of a zone, the oldest first."""
    zone = records.zone_of(call)
    found = call.world.state.page(common.SERVICE, f"{zone.name}/changes")
    return sorted(found, key=lambda obj: int(obj.id))


def _get(call: Call) -> Body:
    wanted, every = call.segments[-1], _all(call)
    if is_placeholder(wanted):  # a recording doesn't tell the numbers: the newest is meant
        wanted = every[-1].id if every else ""
    for obj in every:
        if obj.id == wanted:
            return call.world.show(obj)
    raise not_found(f"The 'parameters.changeId' resource named '{wanted}' does not exist.")


def _list(call: Call) -> Body:
    found = _all(call)
    if call.query.get("sortOrder") == "descending":
        found.reverse()
    answer: Body = {"kind": "dns#changesListResponse"}
    return {**answer, "changes": [call.world.show(obj) for obj in found]} if found else answer


CHANGES = Kind(
    name="changes",
    resources=("changes",),
    schema="Change",
    dialect=common.DIALECT,
    view=_view,
    methods={"create": _create, "get": _get, "list": _list},
)
