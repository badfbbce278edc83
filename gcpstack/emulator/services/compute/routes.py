"""Static routes (https://cloud.google.com/vpc/docs/static-routes); they are made and deleted, never changed."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.links import full, relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import ranges
from gcpstack.emulator.services.compute.given import GATEWAY
from gcpstack.emulator.services.compute.words import missing, wrong

HOPS = ("nextHopGateway", "nextHopIlb", "nextHopInstance", "nextHopIp", "nextHopVpnTunnel")
LARGEST_PRIORITY = 65535


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    span = ranges.read("destRange", body["destRange"])
    hops = [field for field in HOPS if body.get(field)]
    if not hops:
        raise missing("nextHopGateway")
    if len(hops) > 1:
        raise wrong(hops[1], body[hops[1]], "A route must have exactly one next hop.")
    if not 0 <= body["priority"] <= LARGEST_PRIORITY:
        raise wrong("priority", body["priority"], f"Must be between 0 and {LARGEST_PRIORITY}.")
    _check_gateway(call, body)
    _refuse_local(call, body, span)


def _check_gateway(call: Call, body: Body) -> None:
    """There is one gateway, to the internet."""
    sent = body.get("nextHopGateway")
    if not sent:
        return
    name = relative(sent, call.project)
    if not name.endswith(f"/{GATEWAY}"):
        raise wrong("nextHopGateway", sent, "The URL is malformed.")
    body["nextHopGateway"] = full(call.world.canonical(name))


def _refuse_local(call: Call, body: Body, span: ranges.Range) -> None:
    """The way to a subnetwork can't be another one."""
    network = call.world.canonical(relative(body["network"], call.project))
    for one in ranges.subnetworks_of(call.world, network):
        for field, text in ranges.of_subnetwork(one.body):
            taken = ranges.read(field, text)
            if taken.version == span.version and span.subnet_of(taken):  # type: ignore[arg-type] # of one version, as asked
                hint = (
                    f"The destination range overlaps with the range {taken} of the subnetwork '{one.id}', "
                    "whose addresses are reachable through its local route only."
                )
                raise wrong("destRange", body["destRange"], hint)


def _refuse_local_route(_call: Call, obj: Obj) -> None:
    if obj.body.get("nextHopNetwork"):
        raise invalid("The local route cannot be deleted.", reason="badRequest")


ROUTES = Kind(
    name="routes",
    resources=("routes",),
    schema="Route",
    dialect=COMPUTE,
    required=("network", "destRange"),
    output_only=("nextHopNetwork", "routeStatus"),
    defaults={"priority": 1000},
    refs=(
        Reference(path="network", to=("networks",)),
        Reference(path="nextHopInstance", to=("instances",)),
        Reference(path="nextHopVpnTunnel", to=("vpnTunnels",)),
        Reference(path="nextHopIlb", to=("forwardingRules",), must_exist=False),
    ),
    validate=_validate,
    on_delete=_refuse_local_route,
)
