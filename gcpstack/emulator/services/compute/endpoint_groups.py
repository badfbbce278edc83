"""Network endpoint groups, zonal, regional and global (https://cloud.google.com/compute/docs/reference/rest/v1/networkEndpointGroups).

Which types live where: https://cloud.google.com/load-balancing/docs/negs.
"""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.links import full
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.words import missing, wrong

SERVERLESS = ("cloudRun", "cloudFunction", "appEngine", "serverlessDeployment")
TYPES = {
    "global": ("INTERNET_FQDN_PORT", "INTERNET_IP_PORT"),
    "regions": (
        "SERVERLESS", "PRIVATE_SERVICE_CONNECT", "INTERNET_FQDN_PORT", "INTERNET_IP_PORT", "GCE_VM_IP_PORTMAP",
    ),
    "zones": ("GCE_VM_IP", "GCE_VM_IP_PORT", "NON_GCP_PRIVATE_IP_PORT"),
}  # fmt: skip
IN_A_NETWORK = ("GCE_VM_IP", "GCE_VM_IP_PORT", "NON_GCP_PRIVATE_IP_PORT", "GCE_VM_IP_PORTMAP")
# https://cloud.google.com/load-balancing/docs/negs/internet-neg-concepts: a regional one belongs to a network.
MAY_NAME_A_NETWORK = {
    "global": IN_A_NETWORK,
    "regions": (*IN_A_NETWORK, "PRIVATE_SERVICE_CONNECT", "INTERNET_FQDN_PORT", "INTERNET_IP_PORT"),
    "zones": IN_A_NETWORK,
}
WITHOUT_PORT = ("GCE_VM_IP", "SERVERLESS", "PRIVATE_SERVICE_CONNECT")
# What tells one endpoint from another, by type.
ENDPOINT = {
    "GCE_VM_IP": ("instance",),
    "GCE_VM_IP_PORT": ("instance",),
    "GCE_VM_IP_PORTMAP": ("instance", "port", "clientDestinationPort"),
    "NON_GCP_PRIVATE_IP_PORT": ("ipAddress", "port"),
    "INTERNET_IP_PORT": ("ipAddress",),
    "INTERNET_FQDN_PORT": ("fqdn",),
}


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    kind = body["networkEndpointType"]
    if kind not in TYPES[_scope(call)]:
        hint = f"Network endpoint type is not supported for a network endpoint group of this scope: {call.location}."
        raise wrong("networkEndpointType", kind, hint)
    if "network" in body and kind not in MAY_NAME_A_NETWORK[_scope(call)]:
        raise wrong("network", body["network"], f"Network cannot be set for type {kind}.")
    if "subnetwork" in body and kind in ("SERVERLESS", *TYPES["global"]):
        raise wrong("subnetwork", body["subnetwork"], f"Subnetwork cannot be set for type {kind}.")
    if "defaultPort" in body and kind in WITHOUT_PORT:
        raise wrong(
            "defaultPort", body["defaultPort"], f"Default port cannot be set for type {kind}."
        )
    if kind == "PRIVATE_SERVICE_CONNECT" and not body.get("pscTargetService"):
        raise missing("pscTargetService")
    _check_serverless(body, kind)


def _check_serverless(body: Body, kind: str) -> None:
    """Hold the rules of https://cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts."""
    named = [field for field in SERVERLESS if field in body]
    if kind != "SERVERLESS":
        if named:
            raise wrong(named[0], hint="It can only be set for type SERVERLESS.")
        return
    if len(named) != 1:
        raise wrong(
            "networkEndpointType",
            kind,
            "Exactly one of cloudRun, appEngine, cloudFunction or serverlessDeployment must be set.",
        )
    target = body[named[0]]
    if named[0] == "cloudRun" and ("service" in target) == ("urlMask" in target):
        raise wrong("cloudRun", hint="Exactly one of service or urlMask must be set.")
    if named[0] == "cloudFunction" and ("function" in target) == ("urlMask" in target):
        raise wrong("cloudFunction", hint="Exactly one of function or urlMask must be set.")


def _scope(call: Call) -> str:
    return call.segments[2]


def _network(call: Call, body: Body) -> str | None:
    """Groups of virtual machines are in the default network unless they name one."""
    inside = body["networkEndpointType"] in IN_A_NETWORK and "subnetwork" not in body
    return full(f"projects/{call.project}/global/networks/default") if inside else None


def _endpoints(obj: Obj) -> list[Body]:
    found: list[Body] = obj.meta.get("endpoints", [])
    return found


def _list(call: Call) -> Body:
    """``listNetworkEndpoints``; zonal groups are asked for health too."""
    obj = dialect.target(call)
    items: list[Body] = [{"networkEndpoint": one} for one in _endpoints(obj)]
    if call.body.get("healthStatus") == "SHOW":
        items = [{**item, "healths": []} for item in items]
    answer: Body = {
        "kind": "compute#networkEndpointGroupsListNetworkEndpoints",
        "id": obj.body["id"],
    }
    return answer | ({"items": items} if items else {})


def _identity(kind: str, endpoint: Body, default_port: object) -> tuple[object, ...]:
    """What two endpoints may not share."""
    full_form = {"port": default_port, **endpoint}
    return (*(endpoint.get(field) for field in ENDPOINT[kind]), full_form.get("port"))


def _attach(call: Call) -> Body:
    """``attachNetworkEndpoints``: an endpoint that is there already stays as it is."""
    obj = dialect.ready(call)
    kind, port = obj.body["networkEndpointType"], obj.body.get("defaultPort")
    held = {_identity(kind, one, port): one for one in _endpoints(obj)}
    for one in _sent(call, kind):
        held.setdefault(_identity(kind, one, port), {"port": port, **one} if port else one)
    return _keep(call, obj, list(held.values()))


def _detach(call: Call) -> Body:
    """``detachNetworkEndpoints``."""
    obj = dialect.ready(call)
    kind, port = obj.body["networkEndpointType"], obj.body.get("defaultPort")
    gone = {_identity(kind, one, port) for one in _sent(call, kind)}
    held = {_identity(kind, one, port): one for one in _endpoints(obj)}
    if gone - held.keys():
        raise wrong("networkEndpoints", hint="The network endpoint is not attached to the group.")
    return _keep(call, obj, [one for key, one in held.items() if key not in gone])


def _sent(call: Call, kind: str) -> list[Body]:
    """The endpoints of a request, each with what its group's type asks for."""
    if kind not in ENDPOINT:
        raise invalid(
            f"Network endpoints of a network endpoint group of type {kind} are not set by hand."
        )
    sent: list[Body] = call.body.get("networkEndpoints", [])
    if not sent:
        raise missing("networkEndpoints")
    needed = ENDPOINT[kind][0]
    for index, one in enumerate(sent):
        if not one.get(needed):
            raise missing(f"networkEndpoints[{index}].{needed}")
    return sent


def _keep(call: Call, obj: Obj, held: list[Body]) -> Body:
    body = {**obj.body, "size": len(held)}
    changed = call.world.state.put(obj.but(body=body, meta={**obj.meta, "endpoints": held}))
    return operations.start(call, call.method.name, changed)


def _on_create(_call: Call, body: Body) -> None:
    body["size"] = 0


def _named(call: Call, _obj: Obj) -> str:
    """Operations on groups tell the whole method."""
    return f"compute.{call.method.resource}.{call.method.name}"


VERBS = ("insert", "delete", "attachNetworkEndpoints", "detachNetworkEndpoints")

ENDPOINT_GROUPS = Kind(
    name="networkEndpointGroups",
    resources=("networkEndpointGroups", "regionNetworkEndpointGroups", "globalNetworkEndpointGroups"),
    schema="NetworkEndpointGroup",
    dialect=COMPUTE,
    latency="compute.RegionNetworkEndpointGroup",
    required=("networkEndpointType",),
    output_only=("size",),
    defaults={"network": _network},
    refs=(
        Reference(path="network", to=("networks",)),
        Reference(path="subnetwork", to=("subnetworks",)),
    ),
    validate=_validate,
    on_create=_on_create,
    methods={
        "listNetworkEndpoints": _list,
        "attachNetworkEndpoints": _attach,
        "detachNetworkEndpoints": _detach,
    },
    operation_types=dict.fromkeys(VERBS, _named),
)  # fmt: skip
