"""Target proxies for gRPC: what they lead to, and what may be changed of them."""

import pytest

from tests.emulator.conftest import Send
from tests.emulator.services.balancing import GLOBAL, call, make, read, refusal

PROXIES = f"{GLOBAL}/targetGrpcProxies"
SCHEME = {"loadBalancingScheme": "INTERNAL_SELF_MANAGED"}


@pytest.fixture
def url_map(send: Send) -> str:
    check = {"name": "check", "type": "GRPC", "grpcHealthCheck": {"port": 80}}
    make(send, f"{GLOBAL}/healthChecks", check)
    for name, protocol in (("speaks", "GRPC"), ("mute", "HTTP")):
        service = {
            "name": name,
            "protocol": protocol,
            "healthChecks": ["global/healthChecks/check"],
            **SCHEME,
        }
        make(send, f"{GLOBAL}/backendServices", service)
        body = {"name": name, "defaultService": f"global/backendServices/{name}"}
        make(send, f"{GLOBAL}/urlMaps", body)
    return "global/urlMaps/speaks"


def test_a_proxy_and_its_rule(send: Send, url_map: str) -> None:
    told = make(send, PROXIES, {"name": "p", "urlMap": url_map, "validateForProxyless": True})
    assert told["selfLinkWithId"].endswith(f"/targetGrpcProxies/{told['id']}")
    assert told["fingerprint"]
    rule = {
        "name": "r",
        "IPAddress": "0.0.0.0",
        "portRange": "80",
        "target": "global/targetGrpcProxies/p",
        **SCHEME,
    }
    assert make(send, f"{GLOBAL}/forwardingRules", rule)["target"] == told["selfLink"]
    assert refusal(send, "DELETE", f"{PROXIES}/p")[1] == "resourceInUseByAnotherResource"


def test_a_patch_needs_the_fingerprint(send: Send, url_map: str) -> None:
    told = make(send, PROXIES, {"name": "p", "urlMap": url_map})
    stale = {"urlMap": url_map, "fingerprint": "AAAAAAAAAAA="}
    assert refusal(send, "PATCH", f"{PROXIES}/p", stale)[0] == 412
    fresh = {"urlMap": url_map, "fingerprint": told["fingerprint"]}
    call(send, "PATCH", f"{PROXIES}/p", fresh)
    assert read(send, f"{PROXIES}/p")["fingerprint"] != told["fingerprint"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "resource.urlMap"),
        ({"urlMap": "global/urlMaps/mute"}, "must have the protocol GRPC, not HTTP"),
    ],
)
def test_what_can_not_be_a_proxy(send: Send, url_map: str, body: dict, words: str) -> None:
    assert words in refusal(send, "POST", PROXIES, {"name": "p", **body})[2]
