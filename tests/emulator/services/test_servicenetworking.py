"""Private services access: connections without a name, ranges, peerings, domains."""

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.store import Obj
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://servicenetworking.googleapis.com/v1"
SERVICE = f"{HOST}/services/servicenetworking.googleapis.com"
CONNECTIONS = f"{SERVICE}/connections"
COMPUTE = "https://compute.googleapis.com/compute/v1/projects/demo-proj/global"
PEERING = "servicenetworking-googleapis-com"


@pytest.fixture
def network(send: Send, world: Google) -> str:
    send("POST", f"{COMPUTE}/networks", {"name": "vpc", "autoCreateSubnetworks": False})
    for name in ("range-1", "range-2"):
        body = {
            "name": name,
            "purpose": "VPC_PEERING",
            "addressType": "INTERNAL",
            "prefixLength": 16,
            "network": "projects/demo-proj/global/networks/vpc",
        }
        assert send("POST", f"{COMPUTE}/addresses", body).status == 200
    return f"projects/{world.number_of('demo-proj')}/global/networks/vpc"


@pytest.fixture
def connected(send: Send, network: str) -> str:
    body = {"network": network, "reservedPeeringRanges": ["range-1"]}
    assert "response" in finished(send, send("POST", CONNECTIONS, body).json())
    return network


def finished(send: Send, operation: dict) -> dict:
    return send("GET", f"{HOST}/{operation['name']}").json()


def listed(send: Send, network: str) -> list[dict]:
    return send("GET", f"{CONNECTIONS}?network={network}").json().get("connections", [])


def test_a_connection_is_found_by_its_network(send: Send, connected: str) -> None:
    expected = {
        "network": connected,
        "peering": PEERING,
        "reservedPeeringRanges": ["range-1"],
        "service": "services/servicenetworking.googleapis.com",
    }
    assert listed(send, connected) == [expected]
    by_id = connected.replace(connected.split("/")[1], "demo-proj")
    assert listed(send, by_id) == [expected]
    assert send("GET", f"{HOST}/services/-/connections?network={connected}").json() == {
        "connections": [expected]
    }
    assert listed(send, connected.replace("vpc", "default")) == []


def test_the_operation_tells_nothing_but_its_outcome(send: Send, network: str) -> None:
    body = {"network": network, "reservedPeeringRanges": ["range-1"]}
    started = send("POST", CONNECTIONS, body).json()
    assert list(started) == ["name"]
    assert started["name"].startswith("operations/")
    done = finished(send, started)
    kind = "type.googleapis.com/google.cloud.servicenetworking.v1.Connection"
    assert done["response"]["@type"] == kind


def test_the_network_shows_the_peering(send: Send, connected: str) -> None:
    (peering,) = send("GET", f"{COMPUTE}/networks/vpc").json()["peerings"]
    assert (peering["name"], peering["state"]) == (PEERING, "ACTIVE")


def test_creating_again_changes_no_ranges(send: Send, connected: str) -> None:
    same = {"network": connected, "reservedPeeringRanges": ["range-1"]}
    assert "response" in finished(send, send("POST", CONNECTIONS, same).json())
    other = {"network": connected, "reservedPeeringRanges": ["range-1", "range-2"]}
    done = finished(send, send("POST", CONNECTIONS, other).json())
    assert done["error"] == {
        "code": 9,
        "message": "Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection.",
    }


def test_ranges_change_by_patch(send: Send, connected: str) -> None:
    body = {"network": connected, "reservedPeeringRanges": ["range-1", "range-2"]}
    send("PATCH", f"{CONNECTIONS}/-?updateMask=reservedPeeringRanges", body)
    assert listed(send, connected)[0]["reservedPeeringRanges"] == ["range-1", "range-2"]
    fewer = {"network": connected, "reservedPeeringRanges": ["range-2"]}
    assert (
        send("PATCH", f"{CONNECTIONS}/-", fewer).json()["error"]["status"] == "FAILED_PRECONDITION"
    )
    assert send("PATCH", f"{CONNECTIONS}/-?force=true", fewer).status == 200
    assert listed(send, connected)[0]["reservedPeeringRanges"] == ["range-2"]


def test_a_forced_patch_creates(send: Send, network: str) -> None:
    body = {"network": network, "reservedPeeringRanges": ["range-1"]}
    assert send("PATCH", f"{CONNECTIONS}/-", body).status == 404
    assert send("PATCH", f"{CONNECTIONS}/-?force=true", body).status == 200
    assert len(listed(send, network)) == 1


def test_deletion(send: Send, connected: str) -> None:
    url = f"{CONNECTIONS}/{PEERING}"
    done = finished(send, send("POST", url, {"consumerNetwork": connected}).json())
    assert done["response"] == {"@type": "type.googleapis.com/google.protobuf.Empty"}
    assert listed(send, connected) == []
    assert "peerings" not in send("GET", f"{COMPUTE}/networks/vpc").json()
    assert send("POST", url, {"consumerNetwork": connected}).status == 404


def test_a_producer_keeps_its_connection(send: Send, connected: str, world: Google) -> None:
    used = ("compute", "projects/demo-proj/global/networks/vpc", "authorizedNetwork")
    name = "projects/demo-proj/locations/us-central1/instances/cache"
    body = {"connectMode": "PRIVATE_SERVICE_ACCESS"}
    world.state.put(Obj("redis", "instances", name, body, refs=(used,)))
    done = finished(
        send, send("POST", f"{CONNECTIONS}/{PEERING}", {"consumerNetwork": connected}).json()
    )
    assert done["error"]["code"] == 9
    assert "Producer services (e.g. CloudSQL" in done["error"]["message"]
    assert len(listed(send, connected)) == 1


def test_a_connection_goes_with_its_peering(send: Send, connected: str, world: Google) -> None:
    network = world.find("compute", "projects/demo-proj/global/networks/vpc")
    assert network is not None
    world.state.put(network.but(body={**network.body, "peerings": []}))
    assert listed(send, connected) == []


def test_peered_dns_domains(send: Send, connected: str) -> None:
    url = f"{SERVICE}/{connected}/peeredDnsDomains"
    body = {"name": "corp", "dnsSuffix": "corp.example.com."}
    done = finished(send, send("POST", url, body).json())
    assert done["response"]["dnsSuffix"] == "corp.example.com."
    assert send("GET", url).json() == {"peeredDnsDomains": [body]}
    assert send("POST", url, body).json()["error"]["status"] == "ALREADY_EXISTS"
    assert send("DELETE", f"{url}/corp").status == 200
    assert send("GET", url).json() == {}


def test_routes_across_a_connection(send: Send, connected: str) -> None:
    url = f"{SERVICE}/{connected}"
    told = send("GET", url).json()
    assert told["consumerPeeringActive"] is True
    assert [one["name"] for one in told["reservedRanges"]] == ["range-1"]
    assert told["reservedRanges"][0]["ipPrefixLength"] == 16
    body = {"consumerConfig": {"consumerExportCustomRoutes": True}}
    done = finished(send, send("PATCH", f"{url}:updateConsumerConfig", body).json())
    assert done["response"]["consumerExportCustomRoutes"] is True
    assert send("GET", url).json()["consumerExportCustomRoutes"] is True


def test_validation_tells_what_is_missing(send: Send, network: str) -> None:
    def told(name: str) -> dict:
        return send("POST", f"{SERVICE}:validate", {"consumerNetwork": name}).json()

    assert told(network.replace("vpc", "none")) == {"validationError": "NETWORK_NOT_FOUND"}
    assert told(network) == {"validationError": "NETWORK_NOT_PEERED"}
    body = {"network": network, "reservedPeeringRanges": ["range-1"]}
    send("POST", CONNECTIONS, body)
    assert told(network) == {"isValid": True}


NET = "projects/demo-proj/global/networks/vpc"
RANGES = {"reservedPeeringRanges": ["range-1"]}
DOMAINS = f"{SERVICE}/{NET}/peeredDnsDomains"
MISTAKES = [
    ("GET", CONNECTIONS, None, 400, "INVALID_ARGUMENT", "Invalid network"),
    ("POST", CONNECTIONS, {"network": "vpc", **RANGES}, 400, "INVALID_ARGUMENT", "Invalid network 'vpc'"),
    ("POST", CONNECTIONS, {"network": NET}, 400, "INVALID_ARGUMENT", "must not be empty"),
    ("POST", CONNECTIONS, {"network": NET, "reservedPeeringRanges": ["none"]}, 400, "FAILED_PRECONDITION", "range 'none'"),
    ("POST", CONNECTIONS, {"network": NET.replace("vpc", "none"), **RANGES}, 400, "FAILED_PRECONDITION", "networks/none"),
    ("POST", CONNECTIONS, {"network": NET, "ranges": []}, 400, "INVALID_ARGUMENT", 'Unknown name "ranges"'),
    ("POST", DOMAINS, {"name": "corp", "dnsSuffix": "corp.example.com"}, 400, "INVALID_ARGUMENT", "end with a dot"),
    ("POST", DOMAINS, {"name": "Corp", "dnsSuffix": "corp."}, 400, "INVALID_ARGUMENT", "Invalid name"),
    ("DELETE", f"{DOMAINS}/none", None, 404, "NOT_FOUND", "none"),
    ("GET", f"{SERVICE}/{NET.replace('vpc', 'default')}", None, 404, "NOT_FOUND", "No connection"),
    ("POST", f"{SERVICE}:searchRange", {"ipPrefixLength": 24}, 501, "UNIMPLEMENTED", "searchRange"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, connected: str, mistake: tuple) -> None:
    refuse(send, Mistake(*mistake))


def test_googles_client_works_against_it(emulator: Emulator) -> None:
    with discovery(emulator, "compute", "v1", "compute/v1/") as client:
        body = {
            "name": "range-1",
            "purpose": "VPC_PEERING",
            "addressType": "INTERNAL",
            "prefixLength": 16,
            "network": "projects/demo-proj/global/networks/default",
        }
        client.globalAddresses().insert(project="demo-proj", body=body).execute()
    network = "projects/demo-proj/global/networks/default"
    parent = "services/servicenetworking.googleapis.com"
    with discovery(emulator, "servicenetworking", "v1") as client:
        body = {"network": network, **RANGES}
        connections = client.services().connections()
        started = connections.create(parent=parent, body=body).execute()
        assert client.operations().get(name=started["name"]).execute()["done"] is True
        got = connections.list(parent=parent, network=network).execute()
    assert got["connections"][0]["peering"] == PEERING
