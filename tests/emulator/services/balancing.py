"""Pieces of a load balancer, made through plain calls, for the tests of Compute's kinds."""

from typing import Any

from tests.emulator.conftest import Send

HOST = "https://compute.googleapis.com/compute/v1"
ROOT = f"{HOST}/projects/demo-proj"
LINK = "https://www.googleapis.com/compute/v1/projects/demo-proj"
GLOBAL = f"{ROOT}/global"
REGION = f"{ROOT}/regions/us-central1"
ZONE = f"{ROOT}/zones/us-central1-a"


def make(send: Send, url: str, body: dict[str, Any]) -> dict[str, Any]:
    """Insert a resource and read it back."""
    answer = send("POST", url, body)
    assert answer.status == 200, answer.json()
    return read(send, f"{url}/{body['name']}")


def read(send: Send, url: str) -> dict[str, Any]:
    """Get a resource that must be there."""
    answer = send("GET", url)
    assert answer.status == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def call(send: Send, method: str, url: str, body: Any = None) -> dict[str, Any]:
    """Make a call that must succeed."""
    answer = send(method, url, body)
    assert answer.status == 200, answer.json()
    told: dict[str, Any] = answer.json()
    return told


def refusal(send: Send, method: str, url: str, body: Any = None) -> tuple[int, str, str]:
    """Make a call that must fail: status, reason, message."""
    answer = send(method, url, body)
    error = answer.json()["error"]
    return answer.status, error["errors"][0]["reason"], error["message"]


def neg(send: Send, name: str = "neg", region: str = "us-central1") -> str:
    """A serverless group; gives its link."""
    body = {"name": name, "networkEndpointType": "SERVERLESS", "cloudRun": {"service": "s"}}
    link: str = make(send, f"{ROOT}/regions/{region}/networkEndpointGroups", body)["selfLink"]
    return link


def service(send: Send, name: str = "svc", **fields: Any) -> str:
    """A backend service of the global balancer; gives its link."""
    body = {"name": name, "loadBalancingScheme": "EXTERNAL_MANAGED", "protocol": "HTTP", **fields}
    link: str = make(send, f"{GLOBAL}/backendServices", body)["selfLink"]
    return link


def url_map(send: Send, name: str = "map", **fields: Any) -> str:
    """A URL map with one service behind it; gives its link."""
    if not fields:
        fields = {"defaultService": service(send, f"{name}-svc")}
    link: str = make(send, f"{GLOBAL}/urlMaps", {"name": name, **fields})["selfLink"]
    return link


def certificate(send: Send, *domains: str, name: str = "cert") -> str:
    """A managed certificate; gives its link."""
    body = {"name": name, "type": "MANAGED", "managed": {"domains": list(domains)}}
    link: str = make(send, f"{GLOBAL}/sslCertificates", body)["selfLink"]
    return link


def https_proxy(send: Send, certificates: list[str], name: str = "proxy") -> str:
    """An HTTPS proxy with a URL map of its own; gives its link."""
    body = {"name": name, "urlMap": url_map(send, f"{name}-map"), "sslCertificates": certificates}
    link: str = make(send, f"{GLOBAL}/targetHttpsProxies", body)["selfLink"]
    return link


def rule(
    send: Send, target: str, name: str = "rule", port: str = "443", **fields: Any
) -> dict[str, Any]:
    """A forwarding rule of the global balancer."""
    scheme = {"loadBalancingScheme": "EXTERNAL_MANAGED", "portRange": port}
    return make(
        send, f"{GLOBAL}/forwardingRules", {"name": name, "target": target, **scheme, **fields}
    )
