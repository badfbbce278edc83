"""Cloud IDS: endpoints, which need a network with private services access."""

from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://ids.googleapis.com/v1"
ENDPOINTS = f"{HOST}/projects/demo-proj/locations/us-central1-a/endpoints"
NAME = "projects/demo-proj/locations/us-central1-a/endpoints/watch"
WATCH = f"{ENDPOINTS}/watch"
COMPUTE = "https://compute.googleapis.com/compute/v1/projects/demo-proj/global"
PEERING = "https://servicenetworking.googleapis.com/v1/services/servicenetworking.googleapis.com/connections"
NETWORK = "projects/demo-proj/global/networks/vpc"
BODY = {"network": NETWORK, "severity": "HIGH"}


@pytest.fixture
def connected(send: Send) -> None:
    """A network with private services access."""
    send("POST", f"{COMPUTE}/networks", {"name": "vpc", "autoCreateSubnetworks": False})
    block = {
        "name": "block", "purpose": "VPC_PEERING", "addressType": "INTERNAL", "prefixLength": 16,
        "network": NETWORK,
    }  # fmt: skip
    send("POST", f"{COMPUTE}/addresses", block)
    answer = send("POST", PEERING, {"network": NETWORK, "reservedPeeringRanges": ["block"]})
    assert answer.status == 200, answer.json()


def make(send: Send, **changes: Any) -> dict[str, Any]:
    started = send("POST", f"{ENDPOINTS}?endpointId=watch", {**BODY, **changes})
    assert started.status == 200, started.json()
    return send("GET", f"{HOST}/{started.json()['name']}").json()


@pytest.mark.usefixtures("connected")
def test_an_endpoint_and_its_operation(send: Send) -> None:
    started = send("POST", f"{ENDPOINTS}?endpointId=watch", BODY).json()
    assert started["done"] is False
    assert {key: started["metadata"][key] for key in ("target", "verb", "apiVersion")} == {
        "target": NAME,
        "verb": "create",
        "apiVersion": "v1",
    }
    done = send("GET", f"{HOST}/{started['name']}").json()
    found = send("GET", WATCH).json()
    kind = "type.googleapis.com/google.cloud.ids.v1.Endpoint"
    assert done["response"] == {"@type": kind, **found}
    assert (found["state"], found["network"]) == ("READY", NETWORK)
    assert "/regions/us-central1/forwardingRules/" in found["endpointForwardingRule"]
    assert found["endpointIp"]
    assert send("GET", ENDPOINTS).json() == {"endpoints": [found]}


@pytest.mark.usefixtures("connected")
def test_it_takes_its_time(send: Send, world: Google) -> None:
    world.latency = Latency(1)
    send("POST", f"{ENDPOINTS}?endpointId=watch", BODY)
    found = send("GET", WATCH).json()
    assert (found["state"], "endpointIp" in found) == ("CREATING", False)
    assert send("PATCH", f"{WATCH}?updateMask=labels", {"labels": {"a": "b"}}).status == 409
    world.advance(3600)
    ready = send("GET", WATCH).json()
    send("PATCH", f"{WATCH}?updateMask=labels", {"labels": {"a": "b"}})
    assert send("GET", WATCH).json()["state"] == "UPDATING"
    world.advance(3600)
    changed = send("GET", WATCH).json()
    assert (changed["state"], changed["labels"]) == ("READY", {"a": "b"})
    assert changed["endpointIp"] == ready["endpointIp"]
    send("DELETE", WATCH)
    assert send("GET", WATCH).json()["state"] == "DELETING"
    world.advance(3600)
    assert send("GET", WATCH).status == 404


@pytest.mark.usefixtures("connected")
def test_exceptions_change_and_nothing_else(send: Send) -> None:
    make(send)
    started = send("PATCH", f"{WATCH}?updateMask=threatExceptions", {"threatExceptions": ["30861"]})
    done = send("GET", f"{HOST}/{started.json()['name']}").json()
    assert done["response"]["threatExceptions"] == ["30861"]
    for field, value in (("severity", "LOW"), ("network", NETWORK), ("trafficLogs", True)):
        assert send("PATCH", f"{WATCH}?updateMask={field}", {field: value}).status == 400
    assert send("PATCH", WATCH, {"severity": "LOW"}).status == 400


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("network", [NETWORK, "vpc", f"{COMPUTE}/networks/vpc"])
def test_a_network_with_an_endpoint_stays(send: Send, network: str) -> None:
    assert make(send, network=network)["response"]["network"] == network
    assert send("DELETE", f"{COMPUTE}/networks/vpc").status == 400


@pytest.mark.usefixtures("connected")
def test_an_endpoint_of_the_name_exists(send: Send) -> None:
    make(send)
    again = send("POST", f"{ENDPOINTS}?endpointId=watch", BODY)
    assert (again.status, again.json()["error"]["status"]) == (409, "ALREADY_EXISTS")


def test_a_network_without_private_services_access(send: Send) -> None:
    send("POST", f"{COMPUTE}/networks", {"name": "vpc", "autoCreateSubnetworks": False})
    answer = send("POST", f"{ENDPOINTS}?endpointId=watch", BODY)
    assert answer.json()["error"]["status"] == "FAILED_PRECONDITION"


def test_googles_client(emulator: Emulator) -> None:
    networks = discovery(emulator, "compute", "v1", "compute/v1/").networks()
    networks.insert(
        project="demo-proj", body={"name": "vpc", "autoCreateSubnetworks": False}
    ).execute()
    discovery(emulator, "servicenetworking", "v1").services().connections().create(
        parent="services/servicenetworking.googleapis.com",
        body={"network": NETWORK, "reservedPeeringRanges": _block(emulator)},
    ).execute()
    client = discovery(emulator, "ids", "v1").projects().locations()
    parent = "projects/demo-proj/locations/us-central1-a"
    started = client.endpoints().create(parent=parent, endpointId="watch", body=BODY).execute()
    assert client.operations().get(name=started["name"]).execute()["done"] is True
    assert client.endpoints().get(name=NAME).execute()["state"] == "READY"
    client.endpoints().delete(name=NAME).execute()
    assert client.endpoints().list(parent=parent).execute() == {}


def _block(emulator: Emulator) -> list[str]:
    body = {
        "name": "block", "purpose": "VPC_PEERING", "addressType": "INTERNAL", "prefixLength": 16,
        "network": NETWORK,
    }  # fmt: skip
    addresses = discovery(emulator, "compute", "v1", "compute/v1/").globalAddresses()
    addresses.insert(project="demo-proj", body=body).execute()
    return ["block"]


NEW = f"{ENDPOINTS}?endpointId=new"
WRONG = "INVALID_ARGUMENT"
MISTAKES = [
    Mistake("GET", f"{ENDPOINTS}/none", None, 404, "NOT_FOUND", NAME.replace("watch", "none")),
    Mistake("DELETE", f"{ENDPOINTS}/none", None, 404, "NOT_FOUND", "not found"),
    Mistake("POST", ENDPOINTS, BODY, 400, WRONG, "endpointId"),
    Mistake("POST", f"{ENDPOINTS}?endpointId=Big", BODY, 400, WRONG, "Big"),
    Mistake("POST", NEW, {"severity": "HIGH"}, 400, WRONG, "network"),
    Mistake("POST", NEW, {"network": NETWORK}, 400, WRONG, "severity"),
    Mistake("POST", NEW, {**BODY, "severity": "SEVERITY_UNSPECIFIED"}, 400, WRONG, "severity"),
    Mistake("POST", NEW, {**BODY, "severity": "LOUD"}, 400, WRONG, "endpoint.severity"),
    Mistake("POST", NEW, {**BODY, "network": "a/b"}, 400, WRONG, "Invalid network"),
    Mistake("POST", NEW, {**BODY, "network": "none"}, 404, "NOT_FOUND", "not found"),
    Mistake("POST", NEW, {**BODY, "network": NETWORK.replace("vpc", "none")}, 404, "NOT_FOUND", "not found"),
    Mistake("POST", NEW, {**BODY, "threatExceptions": ["x"]}, 400, WRONG, "threat ID 'x'"),
    Mistake("POST", NEW, {**BODY, "threatExceptions": ["1"] * 100}, 400, WRONG, "At most 99"),
    Mistake("POST", NEW.replace("-a/", "/"), BODY, 403, "PERMISSION_DENIED", "us-central1"),
    Mistake("POST", NEW, {**BODY, "colour": 1}, 400, WRONG, 'Unknown name "colour"'),
    Mistake("PATCH", f"{WATCH}?updateMask=nope", {}, 400, WRONG, "nope"),
]  # fmt: skip


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, mistake: Mistake) -> None:
    make(send)
    refuse(send, mistake)
