"""Shared VPC: host projects, and the service projects that use their networks.

https://cloud.google.com/vpc/docs/shared-vpc and
https://cloud.google.com/compute/docs/reference/rest/v1/projects/enableXpnHost
"""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.links import full
from gcpstack.emulator.core.model import Body, Handler
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.services.compute.setters import mutate
from gcpstack.emulator.services.compute.words import missing, wrong

HOSTS = "shared vpc host"  # records: the host of a service project
STATUS, HOST, NONE = "xpnProjectStatus", "HOST", "UNSPECIFIED_XPN_PROJECT_STATUS"


def _unusable(text: str) -> ApiError:
    return ApiError(400, f"Invalid resource usage: '{text}'.", reason="invalidResourceUsage")


def _attached(host: Obj) -> list[str]:
    """The ids of the service projects of a host."""
    found: list[str] = host.meta.get("service_projects", [])
    return found


def _host_of(world: World, project: str) -> str:
    found: str = world.state.record(HOSTS, project, "")
    return found


def _enable_host(call: Call) -> Body:
    """``enableXpnHost``; a host stays one."""
    if _host_of(call.world, call.project):
        raise _unusable(f"The project '{call.project}' is a service project of a shared VPC host")
    return mutate(call, "enableXpnHost", lambda obj: {**obj.body, STATUS: HOST})


def _disable_host(call: Call) -> Body:
    """``disableXpnHost``: refused while service projects are attached."""
    if _attached(dialect.target(call)):
        raise _unusable(
            "Cannot disable project as a shared VPC host because it has active service projects"
        )
    return mutate(call, "disableXpnHost", lambda obj: {**obj.body, STATUS: NONE})


def _resource(call: Call) -> str:
    """The id of the service project of a request."""
    sent: Body = call.body.get("xpnResource", {})
    if not sent.get("id"):
        raise missing("xpnResource.id")
    if sent.get("type", "PROJECT") != "PROJECT":
        raise wrong("xpnResource.type", sent["type"], "Only projects can be attached.")
    return call.world.project_of(str(sent["id"]))


def _enable_resource(call: Call) -> Body:
    """``enableXpnResource``: a project is attached to one host at most, and is none itself."""
    host, project = dialect.ready(call), _resource(call)
    if host.body[STATUS] != HOST:
        raise _unusable(f"The project '{call.project}' is not a shared VPC host project")
    if project == call.project:
        raise _unusable("A shared VPC host project cannot be attached to itself")
    other = call.find(f"projects/{project}")
    if other is not None and other.body.get(STATUS) == HOST:
        raise _unusable(f"The project '{project}' is a shared VPC host project")
    now = _host_of(call.world, project)
    if now and now != call.project:
        raise _unusable(f"The project '{project}' is already linked to another shared VPC host")
    call.world.state.set_record(HOSTS, project, call.project)
    return _keep(call, "enableXpnResource", host, sorted({*_attached(host), project}))


def _disable_resource(call: Call) -> Body:
    """``disableXpnResource``."""
    host, project = dialect.ready(call), _resource(call)
    if project not in _attached(host):
        raise _unusable(f"The project '{project}' is not linked to the shared VPC host project")
    call.world.state.set_record(HOSTS, project, None)
    return _keep(
        call, "disableXpnResource", host, [one for one in _attached(host) if one != project]
    )


def _keep(call: Call, verb: str, host: Obj, projects: list[str]) -> Body:
    kept = host.but(meta={**host.meta, "service_projects": projects})
    return operations.start(call, verb, call.world.state.put(kept))


def _host(call: Call) -> Body:
    """``getXpnHost``: the host of a service project; next to nothing for one that has none."""
    host = call.find(f"projects/{_host_of(call.world, call.project)}")
    return call.world.show(host) if host else {"kind": "compute#project"}


def _resources(call: Call) -> Body:
    """``getXpnResources``: the service projects of a host."""
    found = [{"id": project, "type": "PROJECT"} for project in _attached(dialect.target(call))]
    return {"kind": "compute#projectsGetXpnResources", **cut(found, call.query, "resources")}


def _hosts(call: Call) -> Body:
    """``listXpnHosts``: of the organization, which is that of every project here."""
    found = [
        call.world.show(obj)
        for obj in call.world.state.page("compute", "projects")
        if obj.body.get(STATUS) == HOST
    ]
    link = f"projects/{call.project}/listXpnHosts"
    told: Body = {"kind": "compute#xpnHostList", "id": link, "selfLink": full(link)}
    return {**told, **cut(found, call.query, "items")}


METHODS: dict[str, Handler] = {
    "enableXpnHost": _enable_host,
    "disableXpnHost": _disable_host,
    "enableXpnResource": _enable_resource,
    "disableXpnResource": _disable_resource,
    "getXpnHost": _host,
    "getXpnResources": _resources,
    "listXpnHosts": _hosts,
}
