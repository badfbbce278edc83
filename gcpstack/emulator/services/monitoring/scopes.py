"""Metrics scopes: which projects' metrics a project sees beside its own.

https://cloud.google.com/monitoring/api/ref_v3/rest/v1/locations.global.metricsScopes. Every project has a scope
with itself in it; others are added by a long-running operation.
"""

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, invalid, not_found
from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body, Handler, Lro
from gcpstack.emulator.core.world import World

SPACE = (
    "metrics scopes"  # records: by the number of the scoping project when each project was added
)
ROOT = "locations/global/metricsScopes"
PACKAGE = "google.monitoring.metricsscope.v1"
BORN = 1_700_000_000.0  # of the scopes that nobody changed
MOST = 375  # https://cloud.google.com/monitoring/quotas


def _number(call: Call, text: str) -> str:
    number = text.removeprefix("projects/")
    if not number:
        raise invalid("A project must be named.")
    return call.world.number_of(number)


def _added(world: World, scope: str) -> dict[str, float]:
    found: dict[str, float] = world.state.record(SPACE, scope) or {}
    return found


def _monitored(world: World, scope: str, project: str, at: float) -> Body:
    return {"name": f"{ROOT}/{scope}/projects/{project}", "createTime": world.stamp(at)}


def _told(world: World, scope: str) -> Body:
    """A scope with its own project first."""
    added = _added(world, scope)
    changed: float = world.state.record(SPACE, f"{scope}/changed", BORN)
    projects = {scope: BORN, **dict(sorted(added.items()))}
    return {
        "name": f"{ROOT}/{scope}",
        "createTime": world.stamp(BORN),
        "updateTime": world.stamp(changed),
        "monitoredProjects": [
            _monitored(world, scope, project, at) for project, at in projects.items()
        ],
    }


def _get(call: Call) -> Body:
    """``get``."""
    return _told(call.world, _number(call, call.segments[-1]))


def _keep(world: World, scope: str, added: dict[str, float]) -> None:
    world.state.set_record(SPACE, scope, added)
    world.state.set_record(SPACE, f"{scope}/changed", world.now())
    known = world.state.record(SPACE, "scopes") or []
    world.state.set_record(SPACE, "scopes", sorted({*known, scope}))


def _create(call: Call) -> Body:
    """``projects.create``: the name in the body says which project comes under which scope."""
    scope = _number(call, call.segments[3])
    sent = str(call.body.get("name", ""))
    head, middle, project = sent.rpartition("/projects/")
    if not middle or "/" in project or head.rpartition("/")[0] != ROOT:
        raise invalid(f"Invalid monitored project name: '{sent}'.", field="monitored_project.name")
    if _number(call, head.rpartition("/")[2]) != scope:
        raise invalid("The name is of another metrics scope than the parent.", field="parent")
    number, added = _number(call, project), _added(call.world, scope)
    if number == scope or number in added:
        raise already_exists(f"The project {project} is already monitored by the metrics scope.")
    if len(added) >= MOST:
        raise invalid(f"A metrics scope can have {MOST} monitored projects at most.")
    _keep(call.world, scope, {**added, number: call.world.now()})
    told = _monitored(call.world, scope, number, call.world.now())
    response = {"@type": f"type.googleapis.com/{PACKAGE}.MonitoredProject", **told}
    return lro.start(call, "create", str(told["name"]), seconds=0, response=response)


def _delete(call: Call) -> Body:
    """``projects.delete``: a scope keeps its own project."""
    scope, number = (_number(call, call.segments[at]) for at in (3, 5))
    if number == scope:
        raise invalid("The scoping project cannot be removed from its own metrics scope.")
    added = _added(call.world, scope)
    if number not in added:
        raise not_found("Requested entity was not found.")
    _keep(call.world, scope, {key: at for key, at in added.items() if key != number})
    response = {"@type": "type.googleapis.com/google.protobuf.Empty"}
    return lro.start(call, "delete", call.name, seconds=0, response=response)


def _by_project(call: Call) -> Body:
    """``listMetricsScopesByMonitoredProject``: its own scope, and those that it was added to."""
    number = _number(call, str(call.query.get("monitoredResourceContainer", "")))
    known: list[str] = call.world.state.record(SPACE, "scopes") or []
    scopes = [number, *(scope for scope in known if number in _added(call.world, scope))]
    return {"metricsScopes": [_told(call.world, scope) for scope in scopes]}


def _metadata(world: World, running: Running) -> Body:
    ended = running.ended
    return {
        "@type": f"type.googleapis.com/{PACKAGE}.OperationMetadata",
        "state": "RUNNING" if ended is None else "DONE",
        "createTime": world.stamp(running.started),
        "updateTime": world.stamp(running.started if ended is None else ended),
    }


OPERATIONS = Lro(metadata=_metadata, parent="")
METHODS: dict[str, Handler] = {
    "locations.global.metricsScopes.get": _get,
    "locations.global.metricsScopes.listMetricsScopesByMonitoredProject": _by_project,
    "locations.global.metricsScopes.projects.create": _create,
    "locations.global.metricsScopes.projects.delete": _delete,
}
