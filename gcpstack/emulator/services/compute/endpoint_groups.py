"""Network endpoint groups (https://cloud.google.com/compute/docs/reference/rest/v1/regionNetworkEndpointGroups)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects.compute import COMPUTE

SERVERLESS = ("cloudRun", "cloudFunction", "appEngine", "serverlessDeployment")
NO_NETWORK = ("network", "subnetwork", "defaultPort")


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    """Hold the rules of https://cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts."""
    named = [field for field in SERVERLESS if field in body]
    if body["networkEndpointType"] != "SERVERLESS":
        if named:
            text = f"Invalid value for field 'resource.{named[0]}': ''. It can only be set for a serverless network endpoint group."
            raise invalid(text)
        return
    if len(named) != 1:
        raise invalid(
            "Invalid value for field 'resource': ''. Exactly one of cloudRun, appEngine, cloudFunction or "
            "serverlessDeployment must be set for a serverless network endpoint group."
        )
    for field in NO_NETWORK:
        if field in body:
            text = f"Invalid value for field 'resource.{field}': '{body[field]}'. It can't be set for a serverless network endpoint group."
            raise invalid(text)
    target = body[named[0]]
    if named[0] == "cloudRun" and ("service" in target) == ("urlMask" in target):
        raise invalid(
            "Invalid value for field 'resource.cloudRun': ''. Exactly one of service or urlMask must be set."
        )


def _endpoints(call: Call) -> Body:
    """``listNetworkEndpoints``."""
    obj = dialect.target(call)
    items = [{"networkEndpoint": one} for one in obj.meta.get("endpoints", [])]
    answer: Body = {"kind": "compute#networkEndpointGroupsListNetworkEndpoints", "id": obj.name}
    return answer | ({"items": items} if items else {})


def _attach(call: Call) -> Body:
    """``attachNetworkEndpoints``."""
    obj = dialect.ready(call)
    if obj.body["networkEndpointType"] == "SERVERLESS":
        raise invalid("Network endpoints can't be attached to a serverless network endpoint group.")
    held = [*obj.meta.get("endpoints", [])]
    held += [one for one in call.body.get("networkEndpoints", []) if one not in held]
    return _keep(call, obj.name, held, "attachNetworkEndpoints")


def _detach(call: Call) -> Body:
    """``detachNetworkEndpoints``."""
    obj = dialect.ready(call)
    gone = call.body.get("networkEndpoints", [])
    held = [one for one in obj.meta.get("endpoints", []) if one not in gone]
    return _keep(call, obj.name, held, "detachNetworkEndpoints")


def _keep(call: Call, name: str, held: list[Body], verb: str) -> Body:
    obj = call.need(name)
    body = {**obj.body, "size": len(held)}
    changed = call.world.state.put(obj.but(body=body, meta={**obj.meta, "endpoints": held}))
    return operations.start(call, verb, changed)


def _on_create(_call: Call, body: Body) -> None:
    body["size"] = 0
    if "annotations" in body:
        body["annotations"] = dict(body["annotations"])


ENDPOINT_GROUPS = Kind(
    name="networkEndpointGroups",
    resources=(
        "networkEndpointGroups",
        "regionNetworkEndpointGroups",
        "globalNetworkEndpointGroups",
    ),
    schema="NetworkEndpointGroup",
    dialect=COMPUTE,
    latency="compute.RegionNetworkEndpointGroup",
    label="network_endpoint_group",
    output_only=("size",),
    defaults={"networkEndpointType": "GCE_VM_IP_PORT"},
    refs=(
        Reference(path="network", to=("networks",)),
        Reference(path="subnetwork", to=("subnetworks",)),
    ),
    validate=_validate,
    on_create=_on_create,
    methods={
        "listNetworkEndpoints": _endpoints,
        "attachNetworkEndpoints": _attach,
        "detachNetworkEndpoints": _detach,
    },
)
