"""Cloud Routers with their NAT gateways and BGP peers (https://cloud.google.com/compute/docs/reference/rest/v1/routers).

Gateways, interfaces and peers are lists inside the router: a client reads them, changes them and patches the whole list.
"""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.links import full
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.paths import merge_patch
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import nats
from gcpstack.emulator.services.compute.words import missing, wrong

# RFC 6996 and the number of Partner Interconnect.
PRIVATE_ASNS = ((64512, 65534), (4200000000, 4294967294), (16550, 16550))
KEEPALIVE = (20, 60)
LISTS = ("interfaces", "bgpPeers")


def _validate(call: Call, body: Body, old: Body | None) -> None:
    if not body.get("network") and not body.get("nccGateway"):
        raise missing("network")
    if body.get("network") and body.get("nccGateway"):
        raise wrong("nccGateway", body["nccGateway"], "It cannot be set together with network.")
    _check_bgp(body.get("bgp"))
    for field in LISTS:
        _check_names(body, field)
    names = {one["name"] for one in body.get("interfaces", [])}
    for index, peer in enumerate(body.get("bgpPeers", [])):
        if peer.get("interfaceName") not in names:
            hint = "The interface is not one of the router's."
            raise wrong(f"bgpPeers[{index}].interfaceName", peer.get("interfaceName", ""), hint)
    nats.check(call, body, old)


def _check_bgp(bgp: Body | None) -> None:
    if bgp is None:
        return
    asn = bgp.get("asn")
    if asn is None:
        raise missing("bgp.asn")
    if not any(low <= asn <= high for low, high in PRIVATE_ASNS):
        hint = "Local ASN must be 16550 or a private ASN as of RFC 6996."
        raise wrong("bgp.asn", asn, hint)
    seconds = bgp["keepaliveInterval"]
    if not KEEPALIVE[0] <= seconds <= KEEPALIVE[1]:
        hint = f"Must be between {KEEPALIVE[0]} and {KEEPALIVE[1]}."
        raise wrong("bgp.keepaliveInterval", seconds, hint)
    announced = bgp.get("advertisedGroups") or bgp.get("advertisedIpRanges")
    if announced and bgp["advertiseMode"] != "CUSTOM":
        hint = "Custom advertisements need the advertise mode CUSTOM."
        raise wrong("bgp.advertiseMode", bgp["advertiseMode"], hint)


def _check_names(body: Body, field: str) -> None:
    names = [one.get("name") for one in body.get(field, [])]
    for index, name in enumerate(names):
        if not name:
            raise missing(f"{field}[{index}].name")
        if name in names[:index]:
            raise wrong(f"{field}[{index}].name", name, "Names must be unique within the router.")


def _mappings(call: Call) -> Body:
    """``getNatMappingInfo``: nothing runs, so no machine goes out."""
    obj = dialect.target(call)
    wanted = call.query.get("natName", "")
    nats.ip_info(call.world, obj, wanted)
    return {
        "kind": "compute#vmEndpointNatMappingsList",
        "id": obj.name,
        "selfLink": full(f"{obj.name}/getNatMappingInfo"),
    }


def _ip_info(call: Call) -> Body:
    """``getNatIpInfo``."""
    found = nats.ip_info(call.world, dialect.target(call), call.query.get("natName", ""))
    return {"result": found} if found else {}


def _status(call: Call) -> Body:
    """``getRouterStatus``."""
    obj = dialect.target(call)
    told: Body = {"network": obj.body["network"]} if obj.body.get("network") else {}
    gateways = nats.status(call.world, obj)
    if gateways:
        told["natStatus"] = gateways
    if obj.body.get("bgpPeers"):
        told["bgpPeerStatus"] = [
            {"name": peer["name"], "status": "DOWN", "state": "Active", "numLearnedRoutes": 0}
            for peer in obj.body["bgpPeers"]
        ]
    return {"kind": "compute#routerStatusResponse", "result": told}


def _preview(call: Call) -> Body:
    """``preview``: the router as a patch would leave it."""
    obj = dialect.ready(call)
    body: Body = merge_patch(obj.body, call.body)
    body["bgp"] = {**_BGP, **body["bgp"]} if "bgp" in body else None
    body = {key: value for key, value in body.items() if value is not None}
    _validate(call, body, obj.body)
    _complete(body)
    return {"resource": body}


def _view(_world: World, _obj: Obj, body: Body) -> Body:
    """Keys of BGP sessions are taken, never told."""
    keys = body.get("md5AuthenticationKeys")
    if keys:
        body["md5AuthenticationKeys"] = [{"name": key.get("name", "")} for key in keys]
    return body


def _complete(body: Body) -> None:
    """Fill in what Google tells of each part of a router."""
    nats.complete(body)
    if body.get("interfaces"):
        body["interfaces"] = [{"managementType": BY_USER, **one} for one in body["interfaces"]]
    if body.get("bgpPeers"):
        ranges = {one["name"]: one.get("ipRange", "") for one in body.get("interfaces", [])}
        body["bgpPeers"] = [
            _peer(one, ranges.get(one["interfaceName"])) for one in body["bgpPeers"]
        ]


def _peer(peer: Body, ip_range: str | None) -> Body:
    """A peer speaks from the address of its interface, and without BFD until that is asked for."""
    address = (ip_range or "").partition("/")[0]
    own = {"ipAddress": address} if address else {}
    bfd = {**_BFD, **peer.get("bfd", {})}
    return {**_PEER, **own, **peer, "bfd": bfd}


BY_USER = "MANAGED_BY_USER"
_PEER: Body = {
    "advertiseMode": "DEFAULT",
    "enable": "TRUE",
    "enableIpv6": False,
    "managementType": BY_USER,
}
_BFD: Body = {
    "sessionInitializationMode": "DISABLED",
    "minTransmitInterval": 1000,
    "minReceiveInterval": 1000,
    "multiplier": 5,
}
_BGP: Body = {"advertiseMode": "DEFAULT", "keepaliveInterval": 20}
_IPS = ("nats[].natIps[]", "nats[].drainNatIps[]")
_RULE_IPS = (
    "nats[].rules[].action.sourceNatActiveIps[]",
    "nats[].rules[].action.sourceNatDrainIps[]",
)

ROUTERS = Kind(
    name="routers",
    resources=("routers",),
    schema="Router",
    dialect=COMPUTE,
    latency="compute.Router",
    immutable=("network", "nccGateway", "encryptedInterconnectRouter"),
    defaults={
        "encryptedInterconnectRouter": False,
        **{f"bgp.{field}": value for field, value in _BGP.items()},
    },
    refs=(
        Reference(path="network", to=("networks",)),
        *(Reference(path=path, to=("addresses",)) for path in (*_IPS, *_RULE_IPS)),
        Reference(path="interfaces[].subnetwork", to=("subnetworks",)),
        Reference(path="interfaces[].linkedVpnTunnel", to=("vpnTunnels",)),
        Reference(path="nats[].subnetworks[].name", to=("subnetworks",)),
        Reference(path="nats[].nat64Subnetworks[].name", to=("subnetworks",)),
    ),
    validate=_validate,
    on_create=lambda _call, body: _complete(body),
    on_update=lambda _call, body, _old: _complete(body),
    view=_view,
    methods={
        "getNatMappingInfo": _mappings,
        "getNatIpInfo": _ip_info,
        "getRouterStatus": _status,
        "preview": _preview,
    },
)
