"""Memorystore for Redis: what an instance tells of its nodes, and what it refuses of them."""

from typing import Any

import pytest

from tests.emulator.conftest import Send

ROOT = "https://redis.googleapis.com/v1/projects/demo-proj/locations/us-central1/instances"
BASIC = {"memorySizeGb": 1}
STANDARD = {"memorySizeGb": 5, "tier": "STANDARD_HA"}
READABLE = {**STANDARD, "readReplicasMode": "READ_REPLICAS_ENABLED"}
TLS = {"transitEncryptionMode": "SERVER_AUTHENTICATION"}


def made(send: Send, body: dict[str, Any]) -> dict[str, Any]:
    assert send("POST", f"{ROOT}?instanceId=one", body).status == 200
    return send("GET", f"{ROOT}/one").json()


@pytest.mark.parametrize(
    ("body", "zones", "replicas"),
    [
        (BASIC, "a", None),
        (STANDARD, "ab", 1),
        (READABLE, "aba", 2),
        ({**READABLE, "replicaCount": 1, "alternativeLocationId": "us-central1-f"}, "af", 1),
    ],
)
def test_the_replicas_are_in_the_other_zone(
    send: Send, body: dict[str, Any], zones: str, replicas: int | None
) -> None:
    told = made(send, body)
    assert [node["zone"] for node in told["nodes"]] == [f"us-central1-{zone}" for zone in zones]
    assert told.get("replicaCount") == replicas
    assert ("readEndpoint" in told) == ("readReplicasMode" in body)


@pytest.mark.parametrize(("body", "port"), [({}, 6379), (TLS, 6378)])
def test_encrypted_traffic_has_a_port_and_an_authority(
    send: Send, body: dict[str, Any], port: int
) -> None:
    told = made(send, {**READABLE, **body})
    assert (told["port"], told["readEndpointPort"]) == (port, port)
    assert len(told.get("serverCaCerts", [])) == len(body)


def test_replicas_that_are_switched_on_later_are_two_and_answer_reads(send: Send) -> None:
    made(send, STANDARD)
    body = {"readReplicasMode": "READ_REPLICAS_ENABLED", "secondaryIpRange": "auto"}
    answer = send("PATCH", f"{ROOT}/one?updateMask=readReplicasMode,secondaryIpRange", body)
    told = send("GET", f"{ROOT}/one").json()
    assert (answer.status, told["replicaCount"], len(told["nodes"])) == (200, 2, 3)
    assert told["readEndpoint"]


def test_replicas_that_answer_reads_stay(send: Send) -> None:
    made(send, READABLE)
    body = {"readReplicasMode": "READ_REPLICAS_DISABLED", "replicaCount": 1}
    answer = send("PATCH", f"{ROOT}/one?updateMask=readReplicasMode,replicaCount", body)
    assert (answer.status, "cannot be disabled" in answer.body.decode()) == (400, True)


def test_a_failover_goes_to_the_other_zone_and_back(send: Send) -> None:
    made(send, STANDARD)
    seen = []
    for _ in range(2):
        assert send("POST", f"{ROOT}/one:failover", {}).status == 200
        seen.append(send("GET", f"{ROOT}/one").json()["currentLocationId"])
    assert seen == ["us-central1-b", "us-central1-a"]


def test_a_window_lasts_an_hour_and_keeps_when_it_was_made(send: Send) -> None:
    window = {"day": "SUNDAY", "startTime": {"hours": 3}}
    first = made(send, {**BASIC, "maintenancePolicy": {"weeklyMaintenanceWindow": [window]}})
    policy = first["maintenancePolicy"]
    assert policy["weeklyMaintenanceWindow"] == [{**window, "duration": "3600s"}]
    moved = {"maintenancePolicy": {"weeklyMaintenanceWindow": [{**window, "day": "MONDAY"}]}}
    send("PATCH", f"{ROOT}/one?updateMask=maintenancePolicy", moved)
    then = send("GET", f"{ROOT}/one").json()["maintenancePolicy"]
    assert then["createTime"] == policy["createTime"]
    assert then["weeklyMaintenanceWindow"][0]["day"] == "MONDAY"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({**BASIC, "redisVersion": "REDIS_2_8"}, "must be one of REDIS_3_2"),
        ({**BASIC, "replicaCount": 1}, "between 0 and 0"),
        ({**STANDARD, "replicaCount": 2}, "between 1 and 1"),
        ({**READABLE, "replicaCount": 6}, "between 1 and 5"),
        ({**READABLE, "memorySizeGb": 4}, "at least 5 GB"),
        ({**BASIC, "readReplicasMode": "READ_REPLICAS_ENABLED"}, "STANDARD_HA"),
    ],
)
def test_what_a_tier_lacks_is_refused(send: Send, body: dict[str, Any], words: str) -> None:
    answer = send("POST", f"{ROOT}?instanceId=one", body)
    assert (answer.status, words in answer.json()["error"]["message"]) == (400, True)
