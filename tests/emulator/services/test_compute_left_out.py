"""What Compute Engine takes for granted of load balancers, firewalls and routers where a client leaves it out.

https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules (network, subnetwork, ipVersion),
https://cloud.google.com/compute/docs/reference/rest/v1/firewalls,
https://cloud.google.com/compute/docs/reference/rest/v1/routers (bgpPeers, interfaces)
"""

import ipaddress
from typing import Any

import pytest

from tests.emulator.conftest import Send

PROJECT = "projects/demo-proj"
ROOT = f"https://compute.googleapis.com/compute/v1/{PROJECT}"
LINK = f"https://www.googleapis.com/compute/v1/{PROJECT}"
REGION = "regions/us-central1"


def put_in(send: Send, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Make a resource; what is then told of it."""
    assert send("POST", f"{ROOT}/{path}", body).status == 200
    told: dict[str, Any] = send("GET", f"{ROOT}/{path}/{body['name']}").json()
    return told


def inside(send: Send) -> dict[str, Any]:
    """An internal load balancer's service; the rule that is left to make for it."""
    check = {"name": "check", "type": "TCP", "tcpHealthCheck": {"port": 80}}
    put_in(send, f"{REGION}/healthChecks", check)
    service = {
        "name": "inner",
        "loadBalancingScheme": "INTERNAL",
        "protocol": "TCP",
        "healthChecks": [f"{PROJECT}/{REGION}/healthChecks/check"],
    }
    put_in(send, f"{REGION}/backendServices", service)
    return {
        "name": "rule",
        "loadBalancingScheme": "INTERNAL",
        "backendService": f"{PROJECT}/{REGION}/backendServices/inner",
        "ports": ["80"],
    }


def test_an_internal_rule_is_in_the_default_network(send: Send) -> None:
    rule = put_in(send, f"{REGION}/forwardingRules", inside(send))
    assert rule["network"] == f"{LINK}/global/networks/default"
    assert rule["subnetwork"] == f"{LINK}/{REGION}/subnetworks/default"
    span = send("GET", f"{ROOT}/{REGION}/subnetworks/default").json()["ipCidrRange"]
    assert ipaddress.ip_address(rule["IPAddress"]) in ipaddress.ip_network(span)


def test_an_internal_rule_is_in_the_network_of_its_subnetwork(send: Send) -> None:
    put_in(send, "global/networks", {"name": "made", "autoCreateSubnetworks": False})
    network = f"{PROJECT}/global/networks/made"
    subnetwork = {"name": "part", "network": network, "ipCidrRange": "10.9.0.0/24"}
    put_in(send, f"{REGION}/subnetworks", subnetwork)
    named = inside(send) | {"subnetwork": f"{PROJECT}/{REGION}/subnetworks/part"}
    rule = put_in(send, f"{REGION}/forwardingRules", named)
    assert rule["network"] == f"{LINK}/global/networks/made"


def front(send: Send, scheme: str) -> str:
    """A URL map in front of a service of a scheme."""
    check = {"name": "check", "type": "HTTP", "httpHealthCheck": {"port": 80}}
    put_in(send, "global/healthChecks", check)
    service = {
        "name": "outer",
        "loadBalancingScheme": scheme,
        "protocol": "HTTP",
        "healthChecks": [f"{PROJECT}/global/healthChecks/check"],
    }
    put_in(send, "global/backendServices", service)
    put_in(
        send,
        "global/urlMaps",
        {"name": "map", "defaultService": f"{PROJECT}/global/backendServices/outer"},
    )
    return f"{PROJECT}/global/urlMaps/map"


@pytest.mark.parametrize(("version", "expected"), [("IPV4", 4), ("IPV6", 6), (None, 4)])
def test_an_address_of_its_own_is_of_the_chosen_version(
    send: Send, version: str | None, expected: int
) -> None:
    put_in(
        send,
        "global/targetHttpProxies",
        {"name": "proxy", "urlMap": front(send, "EXTERNAL_MANAGED")},
    )
    body = {
        "name": "rule",
        "loadBalancingScheme": "EXTERNAL_MANAGED",
        "target": f"{PROJECT}/global/targetHttpProxies/proxy",
        "portRange": "80",
        **({"ipVersion": version} if version else {}),
    }
    rule = put_in(send, "global/forwardingRules", body)
    assert ipaddress.ip_address(rule["IPAddress"]).version == expected
    assert "network" not in rule


@pytest.mark.parametrize(
    ("scheme", "status"), [("INTERNAL_SELF_MANAGED", 200), ("EXTERNAL_MANAGED", 400)]
)
def test_only_the_proxies_of_a_mesh_need_no_certificate(
    send: Send, scheme: str, status: int
) -> None:
    body = {"name": "proxy", "urlMap": front(send, scheme)}
    assert send("POST", f"{ROOT}/global/targetHttpsProxies", body).status == status


def test_a_replaced_firewall_rule_keeps_its_defaults(send: Send) -> None:
    put_in(send, "global/firewalls", {"name": "web", "allowed": [{"IPProtocol": "tcp"}]})
    sent = {"name": "web", "allowed": [{"IPProtocol": "udp"}]}
    assert send("PUT", f"{ROOT}/global/firewalls/web", sent).status == 200
    rule = send("GET", f"{ROOT}/global/firewalls/web").json()
    assert (rule["direction"], rule["allowed"]) == ("INGRESS", [{"IPProtocol": "udp"}])


def test_the_direction_of_a_firewall_rule_stays(send: Send) -> None:
    out = {"name": "out", "allowed": [{"IPProtocol": "tcp"}], "direction": "EGRESS"}
    put_in(send, "global/firewalls", out)
    turned = send("PUT", f"{ROOT}/global/firewalls/out", {**out, "direction": "INGRESS"})
    assert turned.status == 400


def test_a_router_tells_its_interfaces_and_peers_as_a_whole(send: Send) -> None:
    put_in(
        send,
        f"{REGION}/routers",
        {
            "name": "router",
            "network": f"{PROJECT}/global/networks/default",
            "bgp": {"asn": 64514},
            "interfaces": [
                {"name": "tunnel", "ipRange": "169.254.1.1/30"},
                {"name": "appliance", "subnetwork": f"{PROJECT}/{REGION}/subnetworks/default"},
            ],
            "bgpPeers": [
                {
                    "name": "peer",
                    "interfaceName": "tunnel",
                    "peerIpAddress": "169.254.1.2",
                    "peerAsn": 65513,
                    "bfd": {"sessionInitializationMode": "ACTIVE"},
                }
            ],
        },
    )
    router = send("GET", f"{ROOT}/{REGION}/routers/router").json()
    assert [one["managementType"] for one in router["interfaces"]] == ["MANAGED_BY_USER"] * 2
    assert router["interfaces"][1]["subnetwork"] == f"{LINK}/{REGION}/subnetworks/default"
    peer = router["bgpPeers"][0]
    assert (peer["ipAddress"], peer["enable"], peer["advertiseMode"]) == (
        "169.254.1.1",
        "TRUE",
        "DEFAULT",
    )
    assert peer["bfd"] == {
        "sessionInitializationMode": "ACTIVE",
        "minTransmitInterval": 1000,
        "minReceiveInterval": 1000,
        "multiplier": 5,
    }
