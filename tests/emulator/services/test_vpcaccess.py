"""Serverless VPC Access: connectors, their sizes, and what goes wrong while they are made."""

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from gcpstack.emulator.core.store import Obj
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://vpcaccess.googleapis.com/v1"
PLACE = f"{HOST}/projects/demo-proj/locations/us-central1"
CONNECTOR = f"{PLACE}/connectors/conn"
NETWORK = "https://compute.googleapis.com/compute/v1/projects/demo-proj/global/networks"
BODY = {"network": "default", "ipCidrRange": "10.8.0.0/28", "maxThroughput": 300}


def create(send: Send, body: dict, name: str = "conn") -> dict:
    operation = send("POST", f"{PLACE}/connectors?connectorId={name}", body).json()
    return send("GET", f"{HOST}/{operation['name']}").json()


def subnet(world: Google, name: str, block: str) -> None:
    """A subnetwork as the compute service keeps one."""
    full = f"projects/demo-proj/regions/us-central1/subnetworks/{name}"
    network = ("compute", "projects/demo-proj/global/networks/default", "network")
    world.state.put(Obj("compute", "subnetworks", full, {"ipCidrRange": block}, refs=(network,)))


def test_a_connector_and_its_operation(send: Send) -> None:
    started = send("POST", f"{PLACE}/connectors?connectorId=conn", BODY).json()
    assert "done" not in started
    assert (
        started["metadata"]["method"]
        == "google.cloud.vpcaccess.v1.VpcAccessService.CreateConnector"
    )
    done = send("GET", f"{HOST}/{started['name']}").json()
    assert "endTime" in done["metadata"]
    expected = {
        "name": "projects/demo-proj/locations/us-central1/connectors/conn",
        "network": "default",
        "ipCidrRange": "10.8.0.0/28",
        "machineType": "e2-micro",
        "minThroughput": 200,
        "maxThroughput": 300,
        "minInstances": 2,
        "maxInstances": 3,
        "state": "READY",
    }
    kind = "type.googleapis.com/google.cloud.vpcaccess.v1.Connector"
    assert done["response"] == {"@type": kind, **expected}
    assert send("GET", CONNECTOR).json() == expected
    assert send("GET", f"{PLACE}/connectors").json() == {"connectors": [expected]}


def test_it_takes_its_time(send: Send, world: Google) -> None:
    world.latency = Latency(1)
    send("POST", f"{PLACE}/connectors?connectorId=conn", BODY)
    assert send("GET", CONNECTOR).json()["state"] == "CREATING"
    world.advance(600)
    assert send("GET", CONNECTOR).json()["state"] == "READY"


def test_instances_win_over_throughput(send: Send) -> None:
    create(send, {**BODY, "minInstances": 4, "maxInstances": 7, "minThroughput": 200})
    got = send("GET", CONNECTOR).json()
    assert (got["minThroughput"], got["maxThroughput"]) == (400, 700)


def test_the_size_grows_only(send: Send) -> None:
    create(send, BODY)
    url = f"{CONNECTOR}?updateMask=minInstances,maxInstances"
    assert send("PATCH", url, {"minInstances": 3, "maxInstances": 6}).status == 200
    got = send("GET", CONNECTOR).json()
    assert (got["minInstances"], got["maxInstances"], got["maxThroughput"]) == (3, 6, 600)
    answer = send("PATCH", url, {"minInstances": 2, "maxInstances": 6})
    assert "cannot be decreased" in answer.json()["error"]["message"]
    send("PATCH", f"{CONNECTOR}?updateMask=machineType", {"machineType": "e2-standard-4"})
    assert send("GET", CONNECTOR).json()["machineType"] == "e2-standard-4"


def test_without_a_largest_size_the_operation_fails(send: Send) -> None:
    body = {"network": "default", "ipCidrRange": "10.8.0.0/28"}
    done = create(send, body)
    assert done["error"] == {
        "code": 3,
        "message": "Operation failed: A Connector must specify either max_throughput or max_instances.",
    }
    assert send("GET", CONNECTOR).json()["state"] == "ERROR"


def test_a_failed_connector_keeps_its_name_until_it_is_deleted(send: Send, world: Google) -> None:
    subnet(world, "web", "10.8.0.0/24")
    done = create(send, BODY)
    assert "conflicts with an existing subnetwork" in done["error"]["message"]
    assert send("POST", f"{PLACE}/connectors?connectorId=conn", BODY).status == 409
    deleted = send("DELETE", CONNECTOR).json()
    assert deleted["metadata"]["method"].endswith("DeleteConnector")
    assert send("GET", CONNECTOR).status == 404
    assert create(send, {**BODY, "ipCidrRange": "10.9.0.0/28"})["response"]["state"] == "READY"


def test_ranges_of_connectors_do_not_overlap(send: Send) -> None:
    create(send, BODY)
    assert "error" in create(send, BODY, "other")


def test_a_missing_network_shows_in_the_operation(send: Send) -> None:
    done = create(send, {**BODY, "network": "none"})
    assert "projects/demo-proj/global/networks/none" in done["error"]["message"]


def test_a_subnet_of_its_own(send: Send, world: Google) -> None:
    subnet(world, "small", "10.9.0.0/28")
    subnet(world, "large", "10.10.0.0/24")
    done = create(send, {"subnet": {"name": "small"}, "maxInstances": 3})
    assert done["response"]["subnet"] == {"name": "small", "projectId": "demo-proj"}
    assert (
        "must be a /28"
        in create(send, {"subnet": {"name": "large"}, "maxInstances": 3}, "b1")["error"]["message"]
    )
    assert (
        "not found"
        in create(send, {"subnet": {"name": "none"}, "maxInstances": 3}, "b2")["error"]["message"]
    )


def test_a_network_with_a_connector_stays(send: Send) -> None:
    send("POST", NETWORK, {"name": "vpc", "autoCreateSubnetworks": False})
    create(send, {**BODY, "network": "vpc"})
    answer = send("DELETE", f"{NETWORK}/vpc")
    assert answer.json()["error"]["errors"][0]["reason"] == "resourceInUseByAnotherResource"
    send("DELETE", CONNECTOR)
    assert send("DELETE", f"{NETWORK}/vpc").status == 200


NEW = f"{PLACE}/connectors?connectorId=new"
MISTAKES = [
    ("GET", f"{PLACE}/connectors/none", None, 404, "NOT_FOUND", "The connector is not found."),
    ("DELETE", f"{PLACE}/connectors/none", None, 404, "NOT_FOUND", "The connector is not found."),
    ("POST", f"{PLACE}/connectors?connectorId=conn", BODY, 409, "ALREADY_EXISTS", "already exists"),
    ("POST", NEW, {**BODY, "name": "x"}, 400, "INVALID_ARGUMENT", "Connector name must not be set."),
    ("POST", NEW, {"maxThroughput": 300}, 400, "INVALID_ARGUMENT", "either a network"),
    ("POST", NEW, {**BODY, "subnet": {"name": "s"}}, 400, "INVALID_ARGUMENT", "either a network"),
    ("POST", NEW, {**BODY, "ipCidrRange": "10.8.0.0/24"}, 400, "INVALID_ARGUMENT", "/28"),
    ("POST", NEW, {**BODY, "ipCidrRange": "ten"}, 400, "INVALID_ARGUMENT", "/28"),
    ("POST", NEW, {"network": "default", "maxThroughput": 300}, 400, "INVALID_ARGUMENT", "/28"),
    ("POST", NEW, {**BODY, "maxThroughput": 1100}, 400, "INVALID_ARGUMENT", "between 300 and 1000"),
    ("POST", NEW, {**BODY, "maxThroughput": 350}, 400, "INVALID_ARGUMENT", "multiple of 100"),
    ("POST", NEW, {**BODY, "minThroughput": 300}, 400, "INVALID_ARGUMENT", "lower than"),
    ("POST", NEW, {**BODY, "maxThroughput": "fast"}, 400, "INVALID_ARGUMENT", "TYPE_INT32"),
    ("POST", NEW, {**BODY, "minInstances": 1, "maxInstances": 3}, 400, "INVALID_ARGUMENT", "between 2 and 9"),
    ("POST", NEW, {**BODY, "minInstances": 3, "maxInstances": 3}, 400, "INVALID_ARGUMENT", "lower than"),
    ("POST", NEW, {**BODY, "machineType": "n2"}, 400, "INVALID_ARGUMENT", "Machine type n2"),
    ("POST", f"{PLACE}/connectors?connectorId={'a' * 26}", BODY, 400, "INVALID_ARGUMENT", "a" * 26),
    ("POST", NEW.replace("us-central1", "mars-1"), BODY, 403, "PERMISSION_DENIED", "mars-1"),
    ("PATCH", f"{CONNECTOR}?updateMask=minInstances", {"minInstances": 3}, 400, "INVALID_ARGUMENT", "updated together"),
    ("PATCH", f"{CONNECTOR}?updateMask=max_instances", {"maxInstances": 4}, 400, "INVALID_ARGUMENT", "updated together"),
    ("PATCH", f"{CONNECTOR}?updateMask=network", {"network": "x"}, 400, "INVALID_ARGUMENT", "network"),
    ("PATCH", f"{CONNECTOR}?updateMask=maxThroughput", {"maxThroughput": 400}, 400, "INVALID_ARGUMENT", "maxThroughput"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, mistake: tuple) -> None:
    create(send, {**BODY, "ipCidrRange": "10.7.0.0/28"})
    refuse(send, Mistake(*mistake))


def test_googles_client_works_against_it(emulator: Emulator) -> None:
    with discovery(emulator, "vpcaccess", "v1") as client:
        places = client.projects().locations()
        parent = "projects/demo-proj/locations/us-central1"
        started = places.connectors().create(parent=parent, connectorId="conn", body=BODY).execute()
        done = places.operations().get(name=started["name"]).execute()
        got = places.connectors().get(name=f"{parent}/connectors/conn").execute()
    assert done["done"] is True
    assert got["state"] == "READY"
