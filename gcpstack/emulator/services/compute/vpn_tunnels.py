"""VPN tunnels, classic and of HA VPN (https://cloud.google.com/compute/docs/reference/rest/v1/vpnTunnels).

No packet flows: a tunnel is established where the gateway at its far end is one of Google's too and has a
tunnel back with the same secret, as https://cloud.google.com/network-connectivity/docs/vpn/how-to/checking-vpn-status
tells it. The secret is never kept, only its digest.
"""

import base64
import hashlib

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.ranges import unreadable
from gcpstack.emulator.services.compute.words import missing, wrong

HIDDEN = "*************"
EVERYTHING = "0.0.0.0/0"
VERSIONS = (1, 2)
GATEWAYS = ("targetVpnGateway", "vpnGateway")
FAR_ENDS = ("peerExternalGateway", "peerGcpGateway")
SELECTORS = ("localTrafficSelector", "remoteTrafficSelector")
SILENT = ("NO_INCOMING_PACKETS", "No incoming packets from peer")
UP = ("ESTABLISHED", "Tunnel is up and running.")
REFUSED = ("AUTHORIZATION_ERROR", "The peers do not have the same shared secret.")


def _validate(_call: Call, body: Body, old: Body | None) -> None:
    ends = [field for field in GATEWAYS if body.get(field)]
    if not ends:
        raise missing("targetVpnGateway")
    if len(ends) > 1:
        raise wrong(ends[1], body[ends[1]], "A tunnel begins at one gateway.")
    if not body.get("sharedSecret"):
        raise missing("sharedSecret")
    if body["ikeVersion"] not in VERSIONS:
        raise wrong("ikeVersion", body["ikeVersion"], "The IKE version must be 1 or 2.")
    if old is None:
        _check_far_end(body, ha=ends[0] == "vpnGateway")
    for field in SELECTORS:
        for index, text in enumerate(body.get(field, [])):
            problem = unreadable(f"{field}[{index}]", text)
            if problem:
                raise problem


def _check_far_end(body: Body, *, ha: bool) -> None:
    far = [field for field in FAR_ENDS if body.get(field)]
    if not ha:
        if far:
            raise wrong(far[0], body[far[0]], "It cannot be set for a classic tunnel.")
        if not body.get("peerIp"):
            raise missing("peerIp")
        return
    if body.get("peerIp"):
        raise wrong("peerIp", body["peerIp"], "It cannot be set for a tunnel of HA VPN.")
    if len(far) != 1:
        hint = "Exactly one of peerExternalGateway and peerGcpGateway must be specified."
        raise wrong("peerExternalGateway", "", hint)
    if not body.get("router"):
        raise missing("router")


def _on_create(_call: Call, body: Body) -> None:
    digest = hashlib.sha256(str(body["sharedSecret"]).encode()).digest()[:21]
    body["sharedSecretHash"] = base64.urlsafe_b64encode(digest).decode()
    body["sharedSecret"] = HIDDEN
    if "vpnGateway" in body:
        body.setdefault("vpnGatewayInterface", 0)
    if "peerExternalGateway" in body:
        body.setdefault("peerExternalGatewayInterface", 0)


def _view(world: World, obj: Obj, body: Body) -> Body:
    """How the tunnel stands."""
    status, detail = _standing(world, obj)
    return body | {"status": status, "detailedStatus": detail}


def _standing(world: World, obj: Obj) -> tuple[str, str]:
    near, far = obj.body.get("vpnGateway"), obj.body.get("peerGcpGateway")
    if not far:
        return SILENT
    number = obj.body.get("vpnGatewayInterface")
    for other, _ in world.state.users(obj.service, relative(str(far))):
        back = other.body.get("vpnGateway") == far and other.body.get("peerGcpGateway") == near
        if back and other.body.get("vpnGatewayInterface") == number:
            same = other.body["sharedSecretHash"] == obj.body["sharedSecretHash"]
            return UP if same else REFUSED
    return SILENT


VPN_TUNNELS = Kind(
    name="vpnTunnels",
    resources=("vpnTunnels",),
    schema="VpnTunnel",
    dialect=COMPUTE,
    latency="compute.Router",
    output_only=("status", "detailedStatus", "sharedSecretHash"),
    defaults={
        "ikeVersion": 2,
        "localTrafficSelector": [EVERYTHING],
        "remoteTrafficSelector": [EVERYTHING],
    },
    refs=(
        Reference(path="targetVpnGateway", to=("targetVpnGateways",)),
        Reference(path="vpnGateway", to=("vpnGateways",)),
        Reference(path="peerExternalGateway", to=("externalVpnGateways",)),
        Reference(path="peerGcpGateway", to=("vpnGateways",)),
        Reference(path="router", to=("routers",)),
    ),
    validate=_validate,
    on_create=_on_create,
    view=_view,
)
