"""VPN gateways: classic ones, those of HA VPN, and the far ends outside of Google Cloud.

https://cloud.google.com/compute/docs/reference/rest/v1/targetVpnGateways,
https://cloud.google.com/compute/docs/reference/rest/v1/vpnGateways,
https://cloud.google.com/compute/docs/reference/rest/v1/externalVpnGateways
"""

import ipaddress
from collections.abc import Iterator

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.words import missing, wrong

INTERFACES = 2
REDUNDANCY = {
    1: "SINGLE_IP_INTERNALLY_REDUNDANT",
    2: "TWO_IPS_REDUNDANCY",
    4: "FOUR_IPS_REDUNDANCY",
}


def _users(world: World, obj: Obj, kind: str) -> list[Obj]:
    found = {user.name: user for user, _ in world.state.users(obj.service, obj.name)}
    return [found[name] for name in sorted(found) if found[name].kind == kind]


# -- classic gateways


def _ready(_call: Call, body: Body) -> None:
    body["status"] = "READY"


def _led_to(world: World, obj: Obj, body: Body) -> Body:
    """Return the forwarding rules that lead here, and the tunnels."""
    for field, kind in (("forwardingRules", "forwardingRules"), ("tunnels", "vpnTunnels")):
        links = [str(user.body["selfLink"]) for user in _users(world, obj, kind)]
        body |= {field: links} if links else {}
    return body


TARGET_VPN_GATEWAYS = Kind(
    name="targetVpnGateways",
    resources=("targetVpnGateways",),
    schema="TargetVpnGateway",
    dialect=COMPUTE,
    latency="compute.Router",
    required=("network",),
    output_only=("status", "tunnels", "forwardingRules"),
    refs=(Reference(path="network", to=("networks",)),),
    on_create=_ready,
    view=_led_to,
)


# -- gateways of HA VPN: two interfaces, each with an address


def _addressed(call: Call, body: Body) -> None:
    sent = {one.get("id", 0): one for one in body.get("vpnInterfaces", [])}
    six, four = body["gatewayIpVersion"] == "IPV6", body["stackType"] != "IPV6_ONLY"
    ids = call.world.ids
    body["vpnInterfaces"] = [
        {
            **sent.get(number, {}),
            "id": number,
            **({"ipv6Address": ids.address6()} if six else {}),
            **({"ipAddress": ids.address()} if four and not six else {}),
        }
        for number in range(INTERFACES)
    ]


def _status(call: Call) -> Body:
    """``getStatus``: for each far end whether both interfaces have a tunnel to it."""
    gateway = dialect.target(call)
    ends: dict[tuple[str, str], list[Obj]] = {}
    for tunnel in _users(call.world, gateway, "vpnTunnels"):
        if tunnel.body.get("vpnGateway") == gateway.body["selfLink"]:
            field = "peerGcpGateway" if "peerGcpGateway" in tunnel.body else "peerExternalGateway"
            ends.setdefault((field, str(tunnel.body.get(field))), []).append(tunnel)
    connections = [_connection(field, link, held) for (field, link), held in sorted(ends.items())]
    return {"result": {"vpnConnections": connections} if connections else {}}


def _connection(field: str, link: str, tunnels: list[Obj]) -> Body:
    told = [
        {
            "tunnelUrl": one.body["selfLink"],
            "localGatewayInterface": one.body.get("vpnGatewayInterface", 0),
            "peerGatewayInterface": one.body.get("peerExternalGatewayInterface", 0),
        }
        for one in tunnels
    ]
    covered = {one["localGatewayInterface"] for one in told} == set(range(INTERFACES))
    state: Body = {"state": "CONNECTION_REDUNDANCY_MET"}
    if not covered:
        state = {
            "state": "CONNECTION_REDUNDANCY_NOT_MET",
            "unsatisfiedReason": "INCOMPLETE_TUNNELS_COVERAGE",
        }
    return {field: link, "tunnels": told, "state": state}


VPN_GATEWAYS = Kind(
    name="vpnGateways",
    resources=("vpnGateways",),
    schema="VpnGateway",
    dialect=COMPUTE,
    latency="compute.Router",
    required=("network",),
    defaults={"stackType": "IPV4_ONLY", "gatewayIpVersion": "IPV4"},
    refs=(Reference(path="network", to=("networks",)),),
    on_create=_addressed,
    methods={"getStatus": _status},
)


# -- gateways elsewhere


def _check_far(_call: Call, body: Body, _old: Body | None) -> None:
    interfaces = body.get("interfaces", [])
    if not interfaces:
        raise missing("interfaces")
    numbers = sorted(one.get("id", 0) for one in interfaces)
    if REDUNDANCY.get(len(interfaces)) != body["redundancyType"] or numbers != list(
        range(len(interfaces))
    ):
        hint = "The number and the ids of the interfaces must be those of the redundancy type."
        raise wrong("interfaces", len(interfaces), hint)
    for field, text in _addresses(interfaces):
        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise wrong(field, text, "Must be a valid IP address.") from None


def _addresses(interfaces: list[Body]) -> Iterator[tuple[str, str]]:
    for index, one in enumerate(interfaces):
        named = [name for name in ("ipAddress", "ipv6Address") if one.get(name)]
        if len(named) != 1:
            raise missing(f"interfaces[{index}].ipAddress")
        yield f"interfaces[{index}].{named[0]}", str(one[named[0]])


def _redundancy(_call: Call, body: Body) -> str | None:
    return REDUNDANCY.get(len(body.get("interfaces", ())), REDUNDANCY[1])


EXTERNAL_VPN_GATEWAYS = Kind(
    name="externalVpnGateways",
    resources=("externalVpnGateways",),
    schema="ExternalVpnGateway",
    dialect=COMPUTE,
    latency="compute.Router",
    defaults={"redundancyType": _redundancy},
    validate=_check_far,
)
