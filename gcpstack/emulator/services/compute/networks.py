"""VPC networks (https://cloud.google.com/compute/docs/reference/rest/v1/networks).

A network is automatic, with a subnetwork in each region, or custom. Legacy networks, without either, are
refused (https://cloud.google.com/vpc/docs/legacy).
"""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.links import full
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import firewall_policies, given, peerings
from gcpstack.emulator.services.compute.ranges import subnetworks_of
from gcpstack.emulator.services.compute.setters import mutate
from gcpstack.emulator.services.compute.words import wrong

LEGACY = (
    "Creation of legacy mode networks is deprecated. Please create a subnet mode network instead by removing the "
    "IPv4Range field and adding the autoCreateSubnetworks field to your network insert request."
)
LEAST_MTU, MOST_MTU = 1300, 8896


def _validate(_call: Call, body: Body, old: Body | None) -> None:
    if old is None and ("IPv4Range" in body or "autoCreateSubnetworks" not in body):
        raise invalid(LEGACY, reason="badRequest")
    mtu = body.get("mtu")
    if mtu and not LEAST_MTU <= mtu <= MOST_MTU:
        raise wrong("mtu", mtu, f"Must be between {LEAST_MTU} and {MOST_MTU}.")
    was = bool(old and old.get("enableUlaInternalIpv6"))
    if was and not body.get("enableUlaInternalIpv6"):
        hint = "ULA internal IPv6 can't be disabled once it is enabled."
        raise wrong("enableUlaInternalIpv6", "false", hint)
    if body.get("internalIpv6Range") and not body.get("enableUlaInternalIpv6"):
        hint = "It can only be set when enableUlaInternalIpv6 is true."
        raise wrong("internalIpv6Range", body["internalIpv6Range"], hint)


def _complete(call: Call, body: Body) -> None:
    body["selfLinkWithId"] = full(f"projects/{call.project}/global/networks/{body['id']}")
    if not body.get("enableUlaInternalIpv6"):
        body.pop("enableUlaInternalIpv6", None)
    elif not body.get("internalIpv6Range"):
        digits = call.world.ids.hex(7)
        body["internalIpv6Range"] = f"fd20:{digits[:3]}:{digits[3:]}:0:0:0:0:0/48"


def _insert(call: Call) -> Body:
    """``insert``, with the network's routes and automatic subnetworks."""
    told = dialect.insert(call)
    name = f"{call.path}/{call.body['name']}"
    world = call.world
    if not any(obj.kind == "routes" for obj in given.parts_of(world, name)):  # a replayed call
        given.internet_route(world, name)
        if call.body["autoCreateSubnetworks"]:
            given.subnetworks(world, name)
    return told


def _delete(call: Call) -> Body:
    """``delete``: what came with the network goes with it, everything else is in its way."""
    obj = dialect.target(call)
    if obj.body.get("peerings"):
        other = f"{obj.name}/peerings/{obj.body['peerings'][0]['name']}"
        text = f"The network resource '{obj.name}' is already being used by '{other}'"
        raise ApiError(400, text, reason="resourceInUseByAnotherResource")
    for part in given.parts_of(call.world, obj.name):
        kind = call.world.kind_of(part)
        if kind is not None:
            dialect.refuse_used(call, kind, part)
        call.world.state.delete(part.service, part.name)
    return dialect.delete(call)


def _to_custom(call: Call) -> Body:
    """``switchToCustomMode``: the subnetworks stay, and are the client's own from now on."""
    obj = dialect.target(call)
    if not obj.body.get("autoCreateSubnetworks"):
        text = f"Invalid value for field 'network': '{obj.id}'. The network is not in auto subnet mode."
        raise invalid(text)
    for one in subnetworks_of(call.world, obj.name):
        meta = {key: value for key, value in one.meta.items() if key != "given"}
        call.world.state.put(one.but(meta=meta))
    return mutate(
        call,
        "switchToCustomMode",
        lambda network: {**network.body, "autoCreateSubnetworks": False},
        "autoCreateSubnetworks",
    )


def _firewalls(call: Call) -> Body:
    """``getEffectiveFirewalls``: the network's rules, the weightiest first."""
    return firewall_policies.effective(call.world, dialect.target(call))


def _view(world: World, obj: Obj, body: Body) -> Body:
    subnetworks = [one.body["selfLink"] for one in subnetworks_of(world, obj.name)]
    if subnetworks:
        body["subnetworks"] = subnetworks
    policy = firewall_policies.attached(world, obj)
    if policy is not None:
        body["firewallPolicy"] = policy.body["selfLink"]
    if body.get("peerings"):
        body["peerings"] = [peerings.show(world, obj, one) for one in body["peerings"]]
    return body


NETWORKS = Kind(
    name="networks",
    resources=("networks",),
    schema="Network",
    dialect=COMPUTE,
    immutable=(
        "IPv4Range",
        "autoCreateSubnetworks",
        "description",
        "internalIpv6Range",
        "networkProfile",
    ),
    output_only=("subnetworks", "gatewayIPv4", "selfLinkWithId"),
    defaults={
        "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL",
        "routingConfig": {},
        "routingConfig.routingMode": "REGIONAL",
        "routingConfig.bgpBestPathSelectionMode": "LEGACY",
    },
    validate=_validate,
    on_create=_complete,
    on_update=lambda call, body, _old: _complete(call, body),
    view=_view,
    methods={
        "insert": _insert,
        "delete": _delete,
        "switchToCustomMode": _to_custom,
        "getEffectiveFirewalls": _firewalls,
        **peerings.METHODS,
    },
    operation_types={"patch": "compute.networks.patch"},
)
