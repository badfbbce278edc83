"""VPC networks (https://cloud.google.com/compute/docs/reference/rest/v1/networks)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import rfc3339_offset
from gcpstack.emulator.core.links import full
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.compute import COMPUTE


def _on_create(call: Call, body: Body) -> None:
    body["selfLinkWithId"] = full(f"projects/{call.project}/global/networks/{body['id']}")
    if not body.get("enableUlaInternalIpv6"):
        body.pop("enableUlaInternalIpv6", None)


def provision(world: World, project: str) -> None:
    """Every project begins with the network ``default``."""
    name = f"projects/{project}/global/networks/default"
    number = world.ids.number()
    body = {
        "kind": "compute#network",
        "id": number,
        "name": "default",
        "description": "Default network for the project",
        "autoCreateSubnetworks": True,
        "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL",
        "creationTimestamp": rfc3339_offset(world.now()),
        "selfLink": full(name),
        "selfLinkWithId": full(f"projects/{project}/global/networks/{number}"),
    }
    world.state.put(Obj("compute", "networks", name, body))


NETWORKS = Kind(
    name="networks",
    resources=("networks",),
    schema="Network",
    dialect=COMPUTE,
    immutable=("IPv4Range",),
    output_only=("subnetworks", "peerings", "gatewayIPv4", "selfLinkWithId"),
    defaults={
        "autoCreateSubnetworks": True,
        "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL",
        "routingConfig.bgpBestPathSelectionMode": "LEGACY",
    },
    on_create=_on_create,
    operation_types={"patch": "compute.networks.patch"},
)
