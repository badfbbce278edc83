"""VPN: gateways of HA VPN and elsewhere, and tunnels between them, whose secret is never told."""

from typing import Any

import pytest

from tests.emulator.conftest import Send

PROJECT = "projects/demo-proj"
ROOT = f"https://compute.googleapis.com/compute/v1/{PROJECT}"
LINK = f"https://www.googleapis.com/compute/v1/{PROJECT}"
REGION = "regions/us-central1"
NETWORK = {"network": f"{PROJECT}/global/networks/default"}
SECRET = "open sesame"


def make(send: Send, collection: str, name: str, **fields: Any) -> dict[str, Any]:
    """Make a resource; what is then told of it."""
    answer = send("POST", f"{ROOT}/{collection}", {"name": name, **fields})
    assert answer.status == 200, answer.json()
    told: dict[str, Any] = send("GET", f"{ROOT}/{collection}/{name}").json()
    return told


def near(kind: str, name: str) -> str:
    return f"{PROJECT}/{REGION}/{kind}/{name}"


@pytest.fixture
def ends(send: Send) -> None:
    """Two gateways of HA VPN, one elsewhere, and a router."""
    for name in ("east", "west"):
        make(send, f"{REGION}/vpnGateways", name, **NETWORK)
    make(
        send,
        "global/externalVpnGateways",
        "office",
        interfaces=[{"id": 0, "ipAddress": "198.51.100.7"}],
    )
    make(send, f"{REGION}/routers", "router", bgp={"asn": 64514}, **NETWORK)


def tunnel(name: str, start: str = "east", end: str = "west", **fields: Any) -> dict[str, Any]:
    return {
        "name": name,
        "vpnGateway": near("vpnGateways", start),
        "peerGcpGateway": near("vpnGateways", end),
        "router": near("routers", "router"),
        "sharedSecret": SECRET,
        **fields,
    }


def test_a_gateway_has_an_address_for_each_interface(send: Send) -> None:
    gateway = make(send, f"{REGION}/vpnGateways", "east", **NETWORK)
    assert [one["id"] for one in gateway["vpnInterfaces"]] == [0, 1]
    assert len({one["ipAddress"] for one in gateway["vpnInterfaces"]}) == 2
    assert (gateway["stackType"], gateway["gatewayIpVersion"]) == ("IPV4_ONLY", "IPV4")
    six = make(
        send,
        f"{REGION}/vpnGateways",
        "six",
        gatewayIpVersion="IPV6",
        stackType="IPV6_ONLY",
        **NETWORK,
    )
    assert [sorted(one) for one in six["vpnInterfaces"]] == [["id", "ipv6Address"]] * 2


@pytest.mark.parametrize(
    ("count", "redundancy"),
    [(1, "SINGLE_IP_INTERNALLY_REDUNDANT"), (2, "TWO_IPS_REDUNDANCY"), (4, "FOUR_IPS_REDUNDANCY")],
)
def test_the_interfaces_elsewhere_tell_the_redundancy(
    send: Send, count: int, redundancy: str
) -> None:
    interfaces = [
        {"id": number, "ipAddress": f"198.51.100.{number + 1}"} for number in range(count)
    ]
    gateway = make(send, "global/externalVpnGateways", "office", interfaces=interfaces)
    assert gateway["redundancyType"] == redundancy


@pytest.mark.usefixtures("ends")
def test_a_tunnel_hides_its_secret(send: Send) -> None:
    one = make(send, f"{REGION}/vpnTunnels", **tunnel("one"))
    assert one["sharedSecret"] == "*************"
    other = make(send, f"{REGION}/vpnTunnels", **tunnel("two", vpnGatewayInterface=1))
    assert one["sharedSecretHash"] == other["sharedSecretHash"]
    assert (one["ikeVersion"], one["localTrafficSelector"]) == (2, ["0.0.0.0/0"])
    assert one["vpnGateway"] == f"{LINK}/{REGION}/vpnGateways/east"
    everything = str(send("GET", "https://_emulator/resources").json())
    assert one["sharedSecretHash"] in everything
    assert SECRET not in everything


@pytest.mark.usefixtures("ends")
@pytest.mark.parametrize(
    ("back", "status"),
    [
        ({}, "ESTABLISHED"),
        ({"sharedSecret": "other"}, "AUTHORIZATION_ERROR"),
        ({"vpnGatewayInterface": 1}, "NO_INCOMING_PACKETS"),
    ],
)
def test_a_tunnel_is_up_once_there_is_one_back(
    send: Send, back: dict[str, Any], status: str
) -> None:
    assert make(send, f"{REGION}/vpnTunnels", **tunnel("there"))["status"] == "NO_INCOMING_PACKETS"
    make(send, f"{REGION}/vpnTunnels", **tunnel("back", "west", "east", **back))
    assert send("GET", f"{ROOT}/{REGION}/vpnTunnels/there").json()["status"] == status


@pytest.mark.usefixtures("ends")
def test_a_gateway_tells_how_its_connections_stand(send: Send) -> None:
    status = f"{ROOT}/{REGION}/vpnGateways/east/getStatus"
    assert send("GET", status).json() == {"result": {}}
    make(send, f"{REGION}/vpnTunnels", **tunnel("one"))
    half = send("GET", status).json()["result"]["vpnConnections"]
    assert half[0]["state"]["unsatisfiedReason"] == "INCOMPLETE_TUNNELS_COVERAGE"
    make(send, f"{REGION}/vpnTunnels", **tunnel("two", vpnGatewayInterface=1))
    whole = send("GET", status).json()["result"]["vpnConnections"]
    assert whole[0]["state"] == {"state": "CONNECTION_REDUNDANCY_MET"}
    assert [one["localGatewayInterface"] for one in whole[0]["tunnels"]] == [0, 1]


def test_a_classic_gateway_tells_its_tunnels_and_a_route_holds_one(send: Send) -> None:
    make(send, f"{REGION}/targetVpnGateways", "old", **NETWORK)
    fields = {"targetVpnGateway": near("targetVpnGateways", "old"), "peerIp": "198.51.100.7"}
    make(send, f"{REGION}/vpnTunnels", "tunnel", sharedSecret=SECRET, **fields)
    gateway = send("GET", f"{ROOT}/{REGION}/targetVpnGateways/old").json()
    assert gateway["tunnels"] == [f"{LINK}/{REGION}/vpnTunnels/tunnel"]
    hop = {"destRange": "192.0.2.0/24", "nextHopVpnTunnel": near("vpnTunnels", "tunnel")}
    make(send, "global/routes", "there", **NETWORK, **hop)
    refused = send("DELETE", f"{ROOT}/{REGION}/vpnTunnels/tunnel")
    assert refused.json()["error"]["errors"][0]["reason"] == "resourceInUseByAnotherResource"


@pytest.mark.usefixtures("ends")
@pytest.mark.parametrize(
    "fields",
    [
        {"sharedSecret": ""},
        {"ikeVersion": 3},
        {"peerIp": "198.51.100.7"},
        {"peerGcpGateway": None},
        {"router": None},
        {"vpnGateway": None},
        {"peerExternalGateway": f"{PROJECT}/global/externalVpnGateways/office"},
        {"localTrafficSelector": ["192.168.0.1/16"]},
    ],
)
def test_tunnels_that_lead_nowhere_are_refused(send: Send, fields: dict[str, Any]) -> None:
    sent = {key: value for key, value in tunnel("one", **fields).items() if value is not None}
    assert send("POST", f"{ROOT}/{REGION}/vpnTunnels", sent).status == 400
    assert "items" not in send("GET", f"{ROOT}/{REGION}/vpnTunnels").json()


@pytest.mark.parametrize(
    "interfaces",
    [[], [{"id": 1, "ipAddress": "198.51.100.7"}], [{"id": 0, "ipAddress": "here"}], [{"id": 0}]],
)
def test_gateways_elsewhere_without_proper_addresses_are_refused(
    send: Send, interfaces: list[dict[str, Any]]
) -> None:
    sent = {"name": "office", "interfaces": interfaces}
    assert send("POST", f"{ROOT}/global/externalVpnGateways", sent).status == 400
