"""What clients of an emulated load balancer meet."""

import socket
import ssl

import httpx
import pytest

from gcpstack import Armor, CdnPolicy, Iap, RateLimitOptions, SecurityPolicyRule
from gcpstack.emulator.dataplane.messages import Answer, Asked
from tests.dataplane.conftest import HOST, PROJECT, Shop


def test_a_request_goes_through_the_live_url_map_to_the_service(shop: Shop) -> None:
    shop.deploy()
    answer = shop.get("/basket?item=1")
    assert answer.json()["path"] == "/basket?item=1"
    assert answer.json()["service"] == "api"
    assert answer.headers["via"] == "1.1 google"


def test_port_80_sends_the_client_to_https(shop: Shop) -> None:
    shop.deploy()
    answer = shop.http.get(f"http://{shop.listener(80)['local']}/a?b=c", headers={"host": HOST})
    assert answer.status_code == 301
    assert answer.headers["location"] == f"https://{HOST}/a?b=c"


def test_no_handshake_before_the_certificate_is_active(shop: Shop) -> None:
    shop.stack().apply(shop.settings)
    host, _, port = shop.listener(443)["local"].partition(":")
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, int(port))) as plain,
        pytest.raises(ssl.SSLError, match=r"(?i)handshake|EOF occurred"),
    ):
        context.wrap_socket(plain, server_hostname=HOST)
    assert shop.listener(443)["domains"] == []


def test_another_domain_is_shown_the_certificate_and_refuses_it(shop: Shop) -> None:
    shop.deploy()
    assert shop.listener(443)["domains"] == [HOST]
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        shop.get(host="other.example.com")


def test_ports_go_with_their_forwarding_rules(shop: Shop) -> None:
    shop.deploy()
    local = shop.listener(80)["local"]
    shop.stack().destroy(shop.settings)
    assert shop.control("GET", "dataplane")["listeners"] == []
    with pytest.raises(httpx.TransportError):
        shop.http.get(f"http://{local}/")


def test_armor_refuses_ranges_and_expressions(shop: Shop) -> None:
    rule = SecurityPolicyRule(
        priority=2000, action="deny(404)", expression="request.path.startsWith('/admin')"
    )
    shop.fields["armor"] = Armor(block=["203.0.113.0/24"], rules=[rule])
    shop.deploy()
    assert shop.get(x_emulated_client="203.0.113.9").status_code == 403
    assert shop.get("/admin/x").status_code == 404
    assert shop.get("/shop", x_emulated_client="198.51.100.1").status_code == 200


def test_armor_limits_the_rate_of_each_address(shop: Shop) -> None:
    limit = RateLimitOptions(count=3, interval=60, enforce_on_key="IP")
    shop.fields["armor"] = Armor(rate_limit=limit)
    shop.deploy()
    statuses = [shop.get(x_emulated_client="198.51.100.1").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert shop.get(x_emulated_client="198.51.100.2").status_code == 200
    shop.emulator.world.advance(60)
    assert shop.get(x_emulated_client="198.51.100.1").status_code == 200


def test_the_cache_keeps_what_may_be_kept(shop: Shop) -> None:
    asked: list[str] = []

    def handler(request: Asked) -> Answer:
        asked.append(request.path)
        return Answer(200, (("content-type", "text/css"), ("cache-control", "public, max-age=60")))

    shop.emulator.plane.bind("gcr.io/shop/api", handler)
    shop.fields["cdn"] = CdnPolicy(cache_mode="USE_ORIGIN_HEADERS")
    options = {"custom_response_headers": ["X-Cache: {cdn_cache_status}"]}
    shop.fields["backend"] = {"options": options}
    shop.deploy()
    first, second = shop.get("/a.css"), shop.get("/a.css")
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("miss", "hit")
    shop.emulator.world.advance(30)
    assert shop.get("/a.css").headers["age"] == "30"
    shop.emulator.world.advance(31)
    assert shop.get("/a.css").headers["x-cache"] == "miss"
    assert asked == ["/a.css", "/a.css"]


def test_identity_aware_proxy_lets_members_in(shop: Shop) -> None:
    shop.fields["backend"] = {"iap": Iap(enabled=True)}
    shop.deploy()
    assert shop.get().status_code == 401
    assert shop.get(accept="text/html").status_code == 302
    who = {"authorization": "Bearer user:ann@example.com"}
    assert shop.get(**who).status_code == 403
    policy = {
        "bindings": [{"role": "roles/iap.httpsResourceAccessor", "members": ["domain:example.com"]}]
    }
    url = f"{shop.emulator.endpoint}/iap.googleapis.com/v1/projects/{PROJECT}/iap_web/compute:setIamPolicy"
    assert shop.http.post(url, json={"policy": policy}).status_code == 200
    assert shop.get(**who).status_code == 200


def test_weights_and_headers_of_the_url_map_hold(shop: Shop) -> None:
    shop.deploy()
    name = f"projects/{PROJECT}/global/urlMaps/shop-url-map"
    found = shop.emulator.world.state.get("compute", name)
    assert found is not None
    service = found.body["defaultService"]
    matcher = {
        **found.body["pathMatchers"][0],
        "defaultRouteAction": {
            "weightedBackendServices": [{"backendService": service, "weight": 100}]
        },
        "headerAction": {
            "requestHeadersToAdd": [
                {"headerName": "X-Zone", "headerValue": "edge", "replace": True}
            ],
            "responseHeadersToAdd": [
                {"headerName": "X-Served", "headerValue": "yes", "replace": True}
            ],
        },
    }
    matcher.pop("defaultService")
    seen: list[str | None] = []

    def handler(request: Asked) -> Answer:
        seen.append(request.header("x-zone"))
        return Answer(200)

    shop.emulator.plane.bind("gcr.io/shop/api:1", handler)
    url = f"{shop.emulator.endpoint}/compute.googleapis.com/compute/v1/{name}"
    assert shop.http.patch(url, json={"pathMatchers": [matcher]}).status_code == 200
    assert shop.get().headers["x-served"] == "yes"
    assert seen == ["edge"]


def test_a_second_region_answers_when_the_first_is_down(shop: Shop) -> None:
    shop.deploy("us-central1", "europe-west1")
    assert shop.count(4, "region") == {"us-central1": 4}
    shop.control("PUT", "dataplane", {"down": ["us-central1"]})
    assert shop.count(30, "region") == {"europe-west1": 30}
    shop.control("PUT", "dataplane", {"down": []})
    assert shop.count(1, "region") == {"europe-west1": 1}, "it is left out for its time"
    shop.emulator.world.advance(181)
    assert shop.count(3, "region") == {"us-central1": 3}


def test_requests_that_change_something_are_not_made_twice(shop: Shop) -> None:
    shop.deploy("us-central1", "europe-west1")
    shop.control("PUT", "dataplane", {"down": ["us-central1"]})
    assert shop.get(method="POST").status_code == 503
    assert shop.get(method="GET").status_code == 200
