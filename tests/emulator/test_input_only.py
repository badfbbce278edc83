"""What Google takes with a request and never tells (https://google.aip.dev/203#input-only), and empty counts."""

from typing import Any

import pytest

from tests.emulator.conftest import Send

PROJECT = "projects/demo-proj"
TAGS = {"tagKeys/1": "tagValues/2"}
COMPUTE = f"https://compute.googleapis.com/compute/v1/{PROJECT}"
SQL = f"https://sqladmin.googleapis.com/v1/{PROJECT}/instances"
SECRETS = f"https://secretmanager.googleapis.com/v1/{PROJECT}/secrets"
MAPS = f"https://certificatemanager.googleapis.com/v1/{PROJECT}/locations/global/certificateMaps"
NAMED = {"name": "made"}
PARAMS = {"params": {"resourceManagerTags": TAGS}}

MADE: list[tuple[str, str, dict[str, Any]]] = [
    (f"{COMPUTE}/global/networks", "", {**NAMED, **PARAMS, "autoCreateSubnetworks": False}),
    (f"{COMPUTE}/global/backendBuckets", "", {**NAMED, **PARAMS, "bucketName": "b"}),
    (SQL, "", {**NAMED, "tags": TAGS, "settings": {"tier": "db-f1-micro"}}),
    (SECRETS, "?secretId=made", {"replication": {"automatic": {}}, "tags": TAGS}),
    (MAPS, "?certificateMapId=made", {"tags": TAGS}),
]


@pytest.mark.parametrize(("url", "query", "body"), MADE)
def test_what_is_input_only_is_not_told(
    send: Send, url: str, query: str, body: dict[str, Any]
) -> None:
    assert send("POST", url + query, body).status == 200
    told = send("GET", f"{url}/made")
    assert told.status == 200
    assert told.json().keys().isdisjoint({"params", "tags"})


def test_a_put_does_not_tell_it(send: Send) -> None:
    url = f"https://pubsub.googleapis.com/v1/{PROJECT}/topics/made"
    assert send("PUT", url, {"tags": TAGS, "labels": {"a": "b"}}).status == 200
    assert send("GET", url).json().keys() == {"name", "labels"}


def test_an_update_does_not_tell_it_either(send: Send) -> None:
    body = {"name": "made", "bucketName": "b"}
    url = f"{COMPUTE}/global/backendBuckets"
    assert send("POST", url, body).status == 200
    assert send("PATCH", f"{url}/made", {**PARAMS, "description": "new"}).status == 200
    told = send("GET", f"{url}/made").json()
    assert told["description"] == "new"
    assert "params" not in told


@pytest.mark.parametrize("kind", ["alertPolicies", "notificationChannels", "uptimeCheckConfigs"])
def test_an_empty_list_counts_nothing(send: Send, kind: str) -> None:
    answer = send("GET", f"https://monitoring.googleapis.com/v3/{PROJECT}/{kind}")
    assert (answer.status, answer.json()) == (200, {})


def test_a_filtered_list_of_secrets_is_not_counted(send: Send) -> None:
    for name, labels in (("one", {"a": "b"}), ("two", {})):
        body = {"replication": {"automatic": {}}, "labels": labels}
        assert send("POST", f"{SECRETS}?secretId={name}", body).status == 200
    assert send("GET", SECRETS).json()["totalSize"] == 2
    filtered = send("GET", f"{SECRETS}?filter=labels.a=b").json()
    assert [one["name"].rpartition("/")[2] for one in filtered["secrets"]] == ["one"]
    assert "totalSize" not in filtered
