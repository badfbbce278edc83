"""Memorystore for Redis Cluster: sizes, endpoints, protection, repeated requests."""

from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://redis.googleapis.com/v1"
PARENT = "projects/demo-proj/locations/us-central1"
CLUSTERS = f"{HOST}/{PARENT}/clusters"
NETWORK = "projects/demo-proj/global/networks/default"
BODY = {"shardCount": 3, "pscConfigs": [{"network": NETWORK}]}


def create(send: Send, body: dict[str, Any]) -> dict[str, Any]:
    answer = send("POST", f"{CLUSTERS}?clusterId=cache", body)
    assert answer.status == 200, answer.json()
    done = send("GET", f"{HOST}/{answer.json()['name']}").json()
    assert done["response"]["@type"] == "type.googleapis.com/google.cloud.redis.cluster.v1.Cluster"
    made: dict[str, Any] = send("GET", f"{CLUSTERS}/cache").json()
    return made


def patch(send: Send, mask: str, body: dict[str, Any]) -> dict[str, Any]:
    assert send("PATCH", f"{CLUSTERS}/cache?updateMask={mask}", body).status == 200
    made: dict[str, Any] = send("GET", f"{CLUSTERS}/cache").json()
    return made


def test_what_the_server_fills_in(send: Send) -> None:
    made = create(send, BODY)
    assert made["state"] == "ACTIVE"
    assert made["nodeType"] == "REDIS_HIGHMEM_MEDIUM"
    assert (made["sizeGb"], made["preciseSizeGb"]) == (39, 39)
    assert made["persistenceConfig"] == {"mode": "DISABLED"}
    assert made["zoneDistributionConfig"] == {"mode": "MULTI_ZONE"}
    assert made["authorizationMode"] == "AUTH_MODE_DISABLED"
    assert made["encryptionInfo"] == {"encryptionType": "GOOGLE_DEFAULT_ENCRYPTION"}
    [endpoint] = made["discoveryEndpoints"]
    assert endpoint["port"] == 6379
    assert endpoint["pscConfig"] == {"network": NETWORK}
    connections = [entry["serviceAttachment"] for entry in made["pscConnections"]]
    assert connections == [entry["serviceAttachment"] for entry in made["pscServiceAttachments"]]


def test_it_takes_its_time(send: Send, world: Google) -> None:
    world.latency = Latency(1)
    send("POST", f"{CLUSTERS}?clusterId=cache", BODY)
    made = send("GET", f"{CLUSTERS}/cache").json()
    assert made["state"] == "CREATING"
    assert "discoveryEndpoints" not in made
    world.advance(1000)
    assert send("GET", f"{CLUSTERS}/cache").json()["discoveryEndpoints"]


def test_the_size_follows_shards_and_nodes(send: Send) -> None:
    create(send, {**BODY, "nodeType": "REDIS_SHARED_CORE_NANO"})
    assert patch(send, "shardCount", {"shardCount": 6})["sizeGb"] == 9
    assert patch(send, "nodeType", {"nodeType": "REDIS_STANDARD_SMALL"})["preciseSizeGb"] == 39


def test_persistence_has_its_defaults(send: Send) -> None:
    create(send, BODY)
    told = patch(send, "persistenceConfig", {"persistenceConfig": {"mode": "AOF"}})
    assert told["persistenceConfig"] == {"mode": "AOF", "aofConfig": {"appendFsync": "EVERYSEC"}}


def test_a_window_is_told_without_zeros(send: Send) -> None:
    window = {"day": "MONDAY", "startTime": {"hours": 1, "minutes": 0}}
    policy = {"maintenancePolicy": {"weeklyMaintenanceWindow": [window]}}
    told = create(send, {**BODY, **policy})["maintenancePolicy"]
    expected = {"day": "MONDAY", "startTime": {"hours": 1}}
    assert told["weeklyMaintenanceWindow"] == [expected]
    assert told["createTime"] == told["updateTime"]


def test_it_may_be_protected(send: Send) -> None:
    create(send, {**BODY, "deletionProtectionEnabled": True})
    refused = send("DELETE", f"{CLUSTERS}/cache")
    assert refused.json()["error"]["status"] == "FAILED_PRECONDITION"
    patch(send, "deletionProtectionEnabled", {"deletionProtectionEnabled": False})
    send("DELETE", f"{CLUSTERS}/cache")
    assert send("GET", f"{CLUSTERS}/cache").status == 404


def test_a_request_is_done_once(send: Send) -> None:
    url = f"{CLUSTERS}?clusterId=cache&requestId=4b1a2f7e-0000-4000-8000-000000000001"
    first, second = (send("POST", url, BODY).json() for _ in range(2))
    assert second["name"] == first["name"]
    again = send("POST", f"{CLUSTERS}?clusterId=cache", BODY)
    assert again.json()["error"]["status"] == "ALREADY_EXISTS"


def test_who_signs_its_certificates(send: Send) -> None:
    create(send, BODY)
    url = f"{CLUSTERS}/cache/certificateAuthority"
    assert send("GET", url).json()["error"]["status"] == "FAILED_PRECONDITION"
    mode = "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION"
    send("DELETE", f"{CLUSTERS}/cache")
    create(send, {**BODY, "transitEncryptionMode": mode})
    [chain] = send("GET", url).json()["managedServerCa"]["caCerts"]
    assert chain["certificates"][0].startswith("-----BEGIN CERTIFICATE-----")


MISTAKES = [
    ({}, "shardCount"),
    ({**BODY, "shardCount": 251}, "between 1 and 250"),
    ({**BODY, "replicaCount": 6}, "between 0 and 5"),
    ({**BODY, "zoneDistributionConfig": {"mode": "SINGLE_ZONE"}}, "zone must be specified"),
    ({**BODY, "zoneDistributionConfig": {"zone": "us-central1-a"}}, "zone can only be specified"),
    ({**BODY, "pscConfigs": [{"network": NETWORK}, {"network": NETWORK}]}, "Only one PSC config"),
    ({**BODY, "nodeType": "BIG"}, "Invalid value at"),
    ({**BODY, "shards": 3}, "Unknown name"),
]


@pytest.mark.parametrize(("body", "words"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake(send: Send, body: dict[str, Any], words: str) -> None:
    url = f"{CLUSTERS}?clusterId=cache"
    refuse(send, Mistake("POST", url, body, 400, "INVALID_ARGUMENT", words))


def test_mistakes_in_a_patch(send: Send) -> None:
    create(send, {**BODY, "replicaCount": 1})
    url = f"{CLUSTERS}/cache?updateMask="
    for mask, body, words in (
        ("authorizationMode", {"authorizationMode": "AUTH_MODE_IAM_AUTH"}, "field mask"),
        ("shardCount,replicaCount", {"shardCount": 4, "replicaCount": 2}, "at the same time"),
        ("nothing", {}, "field mask"),
    ):
        refuse(send, Mistake("PATCH", url + mask, body, 400, "INVALID_ARGUMENT", words))


def test_a_network_that_is_not_there(send: Send) -> None:
    body = {**BODY, "pscConfigs": [{"network": "projects/demo-proj/global/networks/no"}]}
    url = f"{CLUSTERS}?clusterId=cache"
    refuse(send, Mistake("POST", url, body, 404, "NOT_FOUND", "was not found"))


def test_googles_own_client(emulator: Emulator) -> None:
    with discovery(emulator, "redis", "v1") as client:
        clusters = client.projects().locations().clusters()
        clusters.create(parent=PARENT, clusterId="cache", body=BODY).execute()
        name = f"{PARENT}/clusters/cache"
        assert clusters.get(name=name).execute()["state"] == "ACTIVE"
        assert [row["name"] for row in clusters.list(parent=PARENT).execute()["clusters"]] == [name]
        clusters.delete(name=name).execute()
        assert clusters.list(parent=PARENT).execute() == {}
