"""Target proxies and forwarding rules: verbs, odd paths, addresses, ports, schemes."""

from typing import Any

import pytest

from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.store import Obj
from tests.emulator.conftest import Send
from tests.emulator.services.balancing import (
    GLOBAL,
    LINK,
    REGION,
    ROOT,
    call,
    certificate,
    https_proxy,
    make,
    read,
    refusal,
    rule,
    service,
    url_map,
)

RULES = f"{GLOBAL}/forwardingRules"


def http_proxy(send: Send, name: str = "http", **fields: Any) -> str:
    body = {"name": name, "urlMap": url_map(send, f"{name}-map"), **fields}
    link: str = make(send, f"{GLOBAL}/targetHttpProxies", body)["selfLink"]
    return link


def tcp_service(send: Send, name: str = "tcp", **fields: Any) -> str:
    return service(send, name, protocol="TCP", **fields)


# -- proxies ---------------------------------------------------------------------------------------


def test_an_https_proxy_is_told_with_links(send: Send) -> None:
    cert = certificate(send, "a.example.com")
    https_proxy(send, ["global/sslCertificates/cert"])
    told = read(send, f"{GLOBAL}/targetHttpsProxies/proxy")
    assert told["sslCertificates"] == [cert]
    assert told["urlMap"] == f"{LINK}/global/urlMaps/proxy-map"
    assert (told["tlsEarlyData"], bool(told["fingerprint"])) == ("DISABLED", True)


def test_each_field_of_an_https_proxy_has_its_verb(send: Send, world: Google) -> None:
    """The certificates and the map are set below a path without ``global/``."""
    https_proxy(send, [certificate(send, "a.example.com")])
    other = certificate(send, "b.example.com", name="other")
    policy = make(send, f"{GLOBAL}/sslPolicies", {"name": "p"})["selfLink"]
    new_map = url_map(send, "new")
    held = "projects/demo-proj/locations/global/certificateMaps/m"
    world.state.put(Obj("certificatemanager", "certificateMaps", held, {"name": held}))
    short, long = f"{ROOT}/targetHttpsProxies/proxy", f"{GLOBAL}/targetHttpsProxies/proxy"
    before = read(send, long)["fingerprint"]
    for url, field, value in (
        (f"{short}/setSslCertificates", "sslCertificates", [other]),
        (f"{short}/setUrlMap", "urlMap", new_map),
        (f"{long}/setSslPolicy", "sslPolicy", policy),
        (f"{long}/setQuicOverride", "quicOverride", "ENABLE"),
        (
            f"{long}/setCertificateMap",
            "certificateMap",
            f"//certificatemanager.googleapis.com/{held}",
        ),
    ):
        operation = call(send, "POST", url, {field: value})
        assert operation["targetLink"] == f"{LINK}/global/targetHttpsProxies/proxy"
        assert read(send, long)[field] == value
    assert read(send, long)["fingerprint"] != before
    call(send, "POST", f"{long}/setSslPolicy", {})
    assert "sslPolicy" not in read(send, long)


def test_a_patch_clears_with_null_alone(send: Send) -> None:
    https_proxy(send, [certificate(send, "a.example.com")])
    url = f"{GLOBAL}/targetHttpsProxies/proxy"
    tls = "//networksecurity.googleapis.com/projects/demo-proj/locations/global/serverTlsPolicies/t"

    def patch(body: dict[str, Any]) -> dict[str, Any]:
        call(send, "PATCH", url, {**body, "fingerprint": read(send, url)["fingerprint"]})
        return read(send, url)

    assert patch({"serverTlsPolicy": tls})["serverTlsPolicy"] == tls
    assert patch({"quicOverride": "NONE"})["serverTlsPolicy"] == tls
    assert "serverTlsPolicy" not in patch({"serverTlsPolicy": None})
    stale = {"quicOverride": "ENABLE", "fingerprint": "AAAAAAAAAAA="}
    assert refusal(send, "PATCH", url, stale)[:2] == (412, "conditionNotMet")
    fresh = {"description": "new", "fingerprint": read(send, url)["fingerprint"]}
    assert "immutable" in refusal(send, "PATCH", url, fresh)[2]


def test_an_http_proxy_takes_another_map(send: Send) -> None:
    http_proxy(send)
    new = url_map(send, "new")
    call(send, "POST", f"{ROOT}/targetHttpProxies/http/setUrlMap", {"urlMap": new})
    assert read(send, f"{GLOBAL}/targetHttpProxies/http")["urlMap"] == new
    used = refusal(send, "DELETE", f"{GLOBAL}/urlMaps/new")
    assert used[1] == "resourceInUseByAnotherResource"
    assert used[2].startswith("The url_map resource")
    assert send("DELETE", f"{GLOBAL}/urlMaps/http-map").status == 200


def test_proxies_for_connections(send: Send) -> None:
    link = tcp_service(send)
    told = make(send, f"{GLOBAL}/targetTcpProxies", {"name": "t", "service": link})
    assert told["proxyHeader"] == "NONE"
    other = tcp_service(send, "other")
    call(send, "POST", f"{GLOBAL}/targetTcpProxies/t/setBackendService", {"service": other})
    call(send, "POST", f"{GLOBAL}/targetTcpProxies/t/setProxyHeader", {"proxyHeader": "PROXY_V1"})
    told = read(send, f"{GLOBAL}/targetTcpProxies/t")
    assert (told["service"], told["proxyHeader"]) == (other, "PROXY_V1")
    cert = certificate(send, "a.example.com")
    base = f"{GLOBAL}/targetSslProxies"
    make(
        send,
        base,
        {"name": "s", "service": service(send, "ssl", protocol="SSL"), "sslCertificates": [cert]},
    )
    policy = make(send, f"{GLOBAL}/sslPolicies", {"name": "p"})["selfLink"]
    new = certificate(send, "b.example.com", name="new")
    call(send, "POST", f"{base}/s/setSslCertificates", {"sslCertificates": [new]})
    call(send, "POST", f"{base}/s/setSslPolicy", {"sslPolicy": policy})
    call(send, "POST", f"{base}/s/setBackendService", {"service": other})
    told = read(send, f"{base}/s")
    assert (told["sslCertificates"], told["sslPolicy"], told["service"]) == ([new], policy, other)


PROXY_MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("targetHttpProxies", {}, "Required field 'urlMap'"),
    ("targetHttpProxies", {"urlMap": "global/urlMaps/none"}, "was not found"),
    ("targetHttpProxies", {"urlMap": "MAP", "httpKeepAliveTimeoutSec": 4}, "httpKeepAliveTimeoutSec"),
    ("targetHttpsProxies", {"urlMap": "MAP"}, "Required field 'sslCertificates'"),
    ("targetHttpsProxies", {"urlMap": "MAP", "sslCertificates": ["CERT", "CERT"]}, "Duplicate"),
    ("targetHttpsProxies", {"urlMap": "MAP", "sslCertificates": ["CERT"] * 16}, "At most 15"),
    ("targetHttpsProxies", {"urlMap": "MAP", "sslCertificates": ["global/sslCertificates/no"]}, "was not found"),
    ("targetHttpsProxies", {"urlMap": "MAP", "sslCertificates": ["CERT"], "quicOverride": "MAYBE"}, "quicOverride"),
    ("targetHttpsProxies", {"urlMap": "MAP", "sslCertificates": ["CERT"], "sslPolicy": "global/sslPolicies/no"}, "was not found"),
    ("targetTcpProxies", {}, "Required field 'service'"),
    ("targetTcpProxies", {"service": "WEB"}, "protocol SSL or TCP"),
    ("targetSslProxies", {"service": "TCP"}, "Required field 'sslCertificates'"),
    ("targetHttpProxies", {"name": "Bad", "urlMap": "MAP"}, "resource.name"),
]  # fmt: skip


@pytest.mark.parametrize(("collection", "body", "words"), PROXY_MISTAKES)
def test_proxy_mistakes(send: Send, collection: str, body: dict[str, Any], words: str) -> None:
    made = {
        "MAP": url_map(send),
        "CERT": certificate(send, "a.example.com"),
        "WEB": service(send, "web"),
        "TCP": tcp_service(send),
    }

    def named(value: Any) -> Any:
        return [named(one) for one in value] if isinstance(value, list) else made.get(value, value)

    sent = {"name": "p", **{key: named(value) for key, value in body.items()}}
    status, _, message = refusal(send, "POST", f"{GLOBAL}/{collection}", sent)
    assert status in (400, 404)
    assert words in message


# -- forwarding rules ------------------------------------------------------------------------------


def test_a_rule_takes_a_reserved_address(send: Send) -> None:
    """A link goes in, the number comes out; the address tells its user and can't be deleted."""
    address = make(send, f"{GLOBAL}/addresses", {"name": "ip"})["address"]
    for sent in ("global/addresses/ip", f"{LINK}/global/addresses/ip", address):
        told = rule(send, http_proxy(send, f"h{len(sent)}"), port="80", IPAddress=sent)
        assert told["IPAddress"] == address
        used = read(send, f"{GLOBAL}/addresses/ip")
        assert (used["status"], used["users"]) == ("IN_USE", [told["selfLink"]])
        refused = refusal(send, "DELETE", f"{GLOBAL}/addresses/ip")
        assert refused[1] == "resourceInUseByAnotherResource"
        assert "The address resource" in refused[2]
        call(send, "DELETE", f"{RULES}/rule")
    assert "users" not in read(send, f"{GLOBAL}/addresses/ip")
    assert send("DELETE", f"{GLOBAL}/addresses/ip").status == 200


def test_google_fills_in(send: Send) -> None:
    told = rule(send, http_proxy(send), port="80", labels={"a": "b"})
    assert (told["IPProtocol"], told["networkTier"], told["portRange"]) == (
        "TCP",
        "PREMIUM",
        "80-80",
    )
    assert told["IPAddress"].count(".") == 3
    assert told["labelFingerprint"]
    assert "labels" not in told, "labels are only set by setLabels"


def test_labels_are_set_at_once(send: Send) -> None:
    told = rule(send, http_proxy(send), port="80")
    body = {"labels": {"a": "b"}, "labelFingerprint": told["labelFingerprint"]}
    operation = call(send, "POST", f"{RULES}/rule/setLabels", body)
    assert (operation["status"], operation["progress"]) == ("DONE", 100)
    assert read(send, f"{RULES}/rule")["labels"] == {"a": "b"}
    assert refusal(send, "POST", f"{RULES}/rule/setLabels", body)[:2] == (412, "conditionNotMet")


def test_two_rules_share_an_address_but_no_port(send: Send) -> None:
    make(send, f"{GLOBAL}/addresses", {"name": "ip"})
    link = "global/addresses/ip"
    secure = https_proxy(send, [certificate(send, "a.example.com")])
    plain = http_proxy(send)
    rule(send, secure, "https", "443", IPAddress=link)
    rule(send, plain, "http", "80", IPAddress=link)
    again = {
        "name": "again",
        "target": plain,
        "portRange": "80",
        "IPAddress": link,
        "loadBalancingScheme": "EXTERNAL_MANAGED",
    }
    status, reason, message = refusal(send, "POST", RULES, again)
    address = read(send, f"{GLOBAL}/addresses/ip")["address"]
    assert (status, reason) == (400, "invalid")
    assert message == (
        f"Invalid value for field 'resource.IPAddress': '{address}'. Specified IP address is in-use and "
        "would result in a conflict."
    )


def test_the_target_changes_within_its_type(send: Send) -> None:
    first, second = http_proxy(send, "one"), http_proxy(send, "two")
    rule(send, first, port="80")
    assert (
        call(send, "POST", f"{RULES}/rule/setTarget", {"target": second})["operationType"]
        == "SetTarget"
    )
    assert read(send, f"{RULES}/rule")["target"] == second
    secure = https_proxy(send, [certificate(send, "a.example.com")])
    assert "same type" in refusal(send, "POST", f"{RULES}/rule/setTarget", {"target": secure})[2]
    used = refusal(send, "DELETE", f"{GLOBAL}/targetHttpProxies/two")
    assert used[2].startswith("The target_http_proxy resource")


@pytest.mark.parametrize(
    ("field", "value"),
    [("portRange", "81"), ("IPAddress", "1.2.3.4"), ("IPProtocol", "UDP"), ("description", "x")],
)
def test_what_a_patch_cannot_change(send: Send, field: str, value: str) -> None:
    rule(send, http_proxy(send), port="80")
    assert "Field is immutable" in refusal(send, "PATCH", f"{RULES}/rule", {field: value})[2]


def test_a_patch_with_what_is_there_passes(send: Send) -> None:
    made = rule(send, http_proxy(send), port="80")
    body = {"portRange": "80", "IPAddress": made["IPAddress"], "fingerprint": made["fingerprint"]}
    assert send("PATCH", f"{RULES}/rule", body).status == 200
    assert send("PATCH", f"{RULES}/rule", body).status == 412


RULE_MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"target": None}, "Exactly one of target and backendService"),
    ({"backendService": "SVC"}, "Exactly one of target and backendService"),
    ({"target": "global/targetHttpProxies/none"}, "was not found"),
    ({"target": "global/urlMaps/map"}, "The URL is malformed"),
    ({"portRange": None}, "Required field 'portRange'"),
    ({"portRange": "80-90"}, "Exactly one port"),
    ({"portRange": "http"}, "resource.portRange"),
    ({"portRange": "70000"}, "Ports must be between 1 and 65535"),
    ({"ports": ["80"]}, "ports cannot be specified with portRange"),
    ({"IPProtocol": "UDP"}, "only the protocol TCP"),
    ({"networkTier": "STANDARD"}, "PREMIUM network tier"),
    ({"IPAddress": "global/addresses/none"}, "was not found"),
    ({"loadBalancingScheme": "EXTERNAL"}, "Load balancing scheme EXTERNAL does not match the backend service load balancing scheme EXTERNAL_MANAGED."),
    ({"loadBalancingScheme": "OUTSIDE"}, "resource.loadBalancingScheme"),
    ({"port": "80"}, 'Unknown name "port"'),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "words"), RULE_MISTAKES)
def test_rule_mistakes(send: Send, fields: dict[str, Any], words: str) -> None:
    target, link = http_proxy(send), service(send)
    body = {
        "name": "r",
        "target": target,
        "portRange": "80",
        "loadBalancingScheme": "EXTERNAL_MANAGED",
    }
    sent = {
        key: link if value == "SVC" else value
        for key, value in {**body, **fields}.items()
        if value is not None
    }
    status, _, message = refusal(send, "POST", RULES, sent)
    assert status in (400, 404)
    assert words in message


def test_the_classic_scheme_is_the_default(send: Send) -> None:
    classic = url_map(send, "m", defaultService=service(send, loadBalancingScheme="EXTERNAL"))
    target = make(send, f"{GLOBAL}/targetHttpProxies", {"name": "p", "urlMap": classic})["selfLink"]
    told = make(send, RULES, {"name": "r", "target": target, "portRange": "80"})
    assert told["loadBalancingScheme"] == "EXTERNAL"


def test_an_endpoint_for_googles_apis(send: Send) -> None:
    body = {
        "name": "pscapis",
        "target": "all-apis",
        "network": "global/networks/default",
        "loadBalancingScheme": "",
        "IPAddress": "10.0.0.9",
    }
    assert "labels" in refusal(send, "POST", RULES, {**body, "labels": {"a": "b"}})[2]
    assert "resource.name" in refusal(send, "POST", RULES, {**body, "name": "psc-apis"})[2]
    operation = call(send, "POST", RULES, body)
    assert operation["operationType"] == "createPSCServiceEndpoint"
    told = read(send, f"{RULES}/pscapis")
    assert (told["target"], told["IPProtocol"]) == ("all-apis", "TCP")
    assert told["pscConnectionId"].isdigit()
    assert told["serviceDirectoryRegistrations"][0]["serviceDirectoryRegion"] == "us-central1"
    assert not {"loadBalancingScheme", "labels"} & told.keys()
    assert call(send, "DELETE", f"{RULES}/pscapis")["operationType"] == "deletePscForwardingRule"
    assert refusal(send, "POST", RULES, {"name": "x", "target": "all-apis"})[1] == "required"


def test_regional_rules(send: Send) -> None:
    """An internal balancer of packets: several ports, a name in the network."""
    make(send, f"{REGION}/healthChecks", {"name": "h"})
    internal = {
        "name": "b",
        "loadBalancingScheme": "INTERNAL",
        "healthChecks": ["regions/us-central1/healthChecks/h"],
    }
    link = make(send, f"{REGION}/backendServices", internal)["selfLink"]
    body = {
        "name": "r",
        "loadBalancingScheme": "INTERNAL",
        "backendService": link,
        "ports": ["80", "443"],
        "network": "global/networks/default",
        "serviceLabel": "web",
    }
    told = make(send, f"{REGION}/forwardingRules", body)
    assert told["IPAddress"].startswith("10.")
    assert told["serviceName"] == "web.r.il4.us-central1.lb.demo-proj.internal"
    assert told["selfLinkWithId"] == f"{LINK}/regions/us-central1/forwardingRules/{told['id']}"
    assert told["description"] == ""
    call(send, "PATCH", f"{REGION}/forwardingRules/r", {"allowGlobalAccess": True})
    assert read(send, f"{REGION}/forwardingRules/r")["allowGlobalAccess"] is True


def test_a_vpn_gateway_is_a_target(send: Send) -> None:
    base = f"{REGION}/targetVpnGateways"
    gateway = make(send, base, {"name": "g", "network": "global/networks/default"})
    assert gateway["status"] == "READY"
    for protocol, port in (("ESP", None), ("UDP", "500")):
        body = {"name": protocol.lower(), "target": gateway["selfLink"], "IPProtocol": protocol}
        make(send, f"{REGION}/forwardingRules", body | ({"portRange": port} if port else {}))
    assert len(read(send, f"{base}/g")["forwardingRules"]) == 2
    assert refusal(send, "DELETE", f"{base}/g")[1] == "resourceInUseByAnotherResource"


def test_aggregated_rules(send: Send) -> None:
    rule(send, http_proxy(send), port="80")
    items = call(send, "GET", f"{ROOT}/aggregated/forwardingRules")["items"]
    assert [item["name"] for item in items["global"]["forwardingRules"]] == ["rule"]
    assert items["regions/us-east1"]["warning"]["code"] == "NO_RESULTS_ON_PAGE"


def test_a_repeat_of_a_verb_is_harmless(send: Send, world: Google) -> None:
    first, second = http_proxy(send, "one"), http_proxy(send, "two")
    rule(send, first, port="80")
    url = f"{RULES}/rule/setTarget?requestId=1e2c8a3c-7c1a-4f0e-9d53-0b8f1f9b9a10"
    done = call(send, "POST", url, {"target": second})
    assert call(send, "POST", url, {"target": second})["name"] == done["name"]
    assert (
        sum(obj.body.get("operationType") == "SetTarget" for obj in world.state.objects.values())
        == 1
    )
