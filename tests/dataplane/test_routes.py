"""Which backend the hosts and paths of a URL map lead to, and what is written on requests on their way."""

import pytest

from gcpstack import CloudRunBackend
from gcpstack.emulator.dataplane.messages import Answer, Asked
from tests.dataplane.conftest import HOST, Shop

OTHER = "www.example.com"


@pytest.fixture
def seen(shop: Shop) -> list[Asked]:
    """What reaches the service of a load balancer with two hosts; one of them has routes."""
    asked: list[Asked] = []

    def handler(request: Asked) -> Answer:
        asked.append(request)
        return Answer(200)

    shop.emulator.plane.bind("gcr.io/shop/api:1", handler)
    words = ["X-Way: route", "X-Asked: {tls_sni_hostname}", "X-Client: {client_ip_address}"]
    routed = CloudRunBackend(
        "routed", "api", regions=["us-central1"], options={"custom_request_headers": words}
    )
    shop.fields |= {"routes": {"/metrics": routed, "/api/*": routed}, "domains": [HOST, OTHER]}
    shop.deploy()
    shop.control("PUT", "dns", {name: [shop.listener(443)["address"]] for name in (HOST, OTHER)})
    shop.emulator.world.advance(3600)
    return asked


@pytest.mark.parametrize(
    ("host", "path", "way"),
    [
        (HOST, "/", None),
        (HOST, "/metrics", "route"),
        (HOST, "/metrics/more", None),
        (HOST, "/metrics?since=1", "route"),
        (HOST, "/api/quotes/1", "route"),
        (HOST, "/apis", None),
        (OTHER, "/metrics", None),
        (OTHER, "/api/quotes", None),
    ],
)
def test_a_path_of_a_host_leads_to_its_backend(
    shop: Shop, seen: list[Asked], host: str, path: str, way: str | None
) -> None:
    assert shop.get(path, host=host).status_code == 200
    (request,) = seen
    assert request.header("x-way") == way
    assert request.host == host
    assert request.path == path.partition("?")[0]


def test_a_backend_writes_its_own_headers_over_the_clients(shop: Shop, seen: list[Asked]) -> None:
    client = "198.51.100.9"
    shop.get("/api/x", x_emulated_client=client, x_way="forged")
    shop.get("/", x_way="kept")
    routed, plain = seen
    assert routed.header("x-way") == "route"
    assert routed.header("x-asked") == HOST
    assert routed.header("x-client") == client
    assert client in (routed.header("x-forwarded-for") or "")
    assert routed.header("x-forwarded-proto") == "https"
    assert plain.header("x-way") == "kept"
