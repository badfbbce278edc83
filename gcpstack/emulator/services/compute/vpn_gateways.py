"""Classic VPN gateways, which forwarding rules may point to (https://cloud.google.com/compute/docs/reference/rest/v1/targetVpnGateways)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.compute import COMPUTE


def _on_create(_call: Call, body: Body) -> None:
    body["status"] = "READY"


def _view(world: World, obj: Obj, body: Body) -> Body:
    """Tell the forwarding rules that lead here."""
    users = [user for user, _ in world.state.users(obj.service, obj.name)]
    rules = sorted(str(user.body["selfLink"]) for user in users if user.kind == "forwardingRules")
    return {**body, "forwardingRules": rules} if rules else body


TARGET_VPN_GATEWAYS = Kind(
    name="targetVpnGateways",
    resources=("targetVpnGateways",),
    schema="TargetVpnGateway",
    dialect=COMPUTE,
    latency="compute.Router",
    required=("network",),
    output_only=("status", "tunnels", "forwardingRules"),
    refs=(Reference(path="network", to=("networks",)),),
    on_create=_on_create,
    view=_view,
)
