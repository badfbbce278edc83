"""The newer APIs: masks, operations, etags, lists, policies, time."""

import pytest

from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send

REDIS = "https://redis.googleapis.com/v1/projects/demo-proj/locations/us-central1/instances"
SECRETS = "https://secretmanager.googleapis.com/v1/projects/demo-proj/secrets"
AUTOMATIC = {"replication": {"automatic": {}}}


def test_create_is_under_way_then_done(send: Send) -> None:
    operation = send("POST", f"{REDIS}?instanceId=r1", {"memorySizeGb": 1}).json()
    assert operation["done"] is False
    done = send("GET", f"https://redis.googleapis.com/v1/{operation['name']}").json()
    assert done["done"] is True
    assert done["response"]["@type"] == "type.googleapis.com/google.cloud.redis.v1.Instance"
    assert done["response"]["state"] == "READY"
    assert done["metadata"]["verb"] == "create"


def test_operations_take_their_time(send: Send, world: Google) -> None:
    world.latency = Latency(2)
    operation = send("POST", f"{REDIS}?instanceId=r1", {"memorySizeGb": 1}).json()
    assert send("GET", f"{REDIS}/r1").json()["state"] == "CREATING"
    assert send("PATCH", f"{REDIS}/r1?updateMask=displayName", {"displayName": "x"}).status == 409
    world.advance(3600)
    assert send("GET", f"{REDIS}/r1").json()["state"] == "READY"
    assert (
        send("GET", f"https://redis.googleapis.com/v1/{operation['name']}").json()["done"] is True
    )
    send("DELETE", f"{REDIS}/r1")
    assert send("GET", f"{REDIS}/r1").json()["state"] == "DELETING"
    world.advance(3600)
    assert send("GET", f"{REDIS}/r1").status == 404


def test_a_leap_in_time_ends_what_is_under_way(send: Send, world: Google) -> None:
    """Operations are forgotten some hours after they ended, not before."""
    world.latency = Latency(2)
    operation = send("POST", f"{REDIS}?instanceId=r1", {"memorySizeGb": 1}).json()
    world.advance(7 * 86_400)
    assert send("GET", f"{REDIS}/r1").json()["state"] == "READY"
    assert send("PATCH", f"{REDIS}/r1?updateMask=displayName", {"displayName": "x"}).status == 200
    assert send("GET", f"https://redis.googleapis.com/v1/{operation['name']}").status == 404


@pytest.mark.parametrize(
    ("query", "body", "message"),
    [
        ("", {"memorySizeGb": 1}, "instanceId is required"),
        ("?instanceId=UP", {"memorySizeGb": 1}, "Invalid resource id 'UP'"),
        ("?instanceId=r1", {}, "Missing required field: memorySizeGb"),
        ("?instanceId=r1", {"memorySizeGb": 999}, "Memory size must be between 1 and 300 GB"),
    ],
)
def test_refusals(send: Send, query: str, body: dict, message: str) -> None:
    answer = send("POST", f"{REDIS}{query}", body)
    assert answer.status == 400
    assert message in answer.json()["error"]["message"]
    assert send("GET", REDIS).json() == {}


def test_a_location_that_google_does_not_have(send: Send) -> None:
    url = REDIS.replace("us-central1", "mars-1")
    assert send("POST", f"{url}?instanceId=r1", {"memorySizeGb": 1}).status == 403


def test_masks_decide_what_changes(send: Send) -> None:
    send(
        "POST",
        f"{REDIS}?instanceId=r1",
        {"memorySizeGb": 1, "labels": {"a": "1"}, "displayName": "x"},
    )
    body = {"memorySizeGb": 2, "displayName": "y", "labels": {"a": "2"}}
    send("PATCH", f"{REDIS}/r1?updateMask=memory_size_gb", body)
    got = send("GET", f"{REDIS}/r1").json()
    assert (got["memorySizeGb"], got["displayName"], got["labels"]) == (2, "x", {"a": "1"})
    send("PATCH", f"{REDIS}/r1?updateMask=labels.a,displayName", {"labels": {"a": "3"}})
    got = send("GET", f"{REDIS}/r1").json()
    assert got["labels"] == {"a": "3"}
    assert "displayName" not in got
    assert send("PATCH", f"{REDIS}/r1?updateMask=nonsense", body).status == 400
    assert send("PATCH", f"{REDIS}/r1?updateMask=tier", {"tier": "STANDARD_HA"}).status == 400


def test_etags_guard_against_lost_updates(send: Send) -> None:
    first = send("POST", f"{SECRETS}?secretId=s", AUTOMATIC).json()["etag"]
    url = f"{SECRETS}/s?updateMask=labels"
    assert send("PATCH", url, {"labels": {"a": "1"}, "etag": first}).status == 200
    stale = send("PATCH", url, {"labels": {"a": "2"}, "etag": first})
    assert (stale.status, stale.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")


def test_names_by_number_and_by_id_are_one(send: Send, world: Google) -> None:
    created = send("POST", f"{SECRETS}?secretId=s", AUTOMATIC).json()
    number = world.number_of("demo-proj")
    assert created["name"] == f"projects/{number}/secrets/s"
    assert send("GET", SECRETS.replace("demo-proj", number) + "/s").json() == created


def test_lists_over_all_parents(send: Send) -> None:
    for region in ("us-central1", "europe-west1"):
        send("POST", f"{REDIS.replace('us-central1', region)}?instanceId=r", {"memorySizeGb": 1})
    found = send("GET", REDIS.replace("us-central1", "-")).json()["instances"]
    assert [item["locationId"] for item in found] == ["europe-west1-b", "us-central1-a"]


def test_versions_of_a_secret(send: Send) -> None:
    send("POST", f"{SECRETS}?secretId=s", AUTOMATIC)
    for data in ("YQ==", "Yg=="):
        send("POST", f"{SECRETS}/s:addVersion", {"payload": {"data": data}})
    assert send("GET", f"{SECRETS}/s/versions/latest:access").json()["payload"]["data"] == "Yg=="
    send("POST", f"{SECRETS}/s/versions/2:disable", {})
    refused = send("GET", f"{SECRETS}/s/versions/2:access").json()["error"]
    assert (refused["code"], refused["status"]) == (400, "FAILED_PRECONDITION")
    send("POST", f"{SECRETS}/s/versions/2:destroy", {})
    assert send("POST", f"{SECRETS}/s/versions/2:enable", {}).status == 400
    listed = send("GET", f"{SECRETS}/s/versions?filter=state%3DENABLED").json()
    assert [item["state"] for item in listed["versions"]] == ["ENABLED"]
    send("DELETE", f"{SECRETS}/s")
    assert send("GET", f"{SECRETS}/s/versions/1").status == 404


def test_a_secret_expires(send: Send, world: Google) -> None:
    send("POST", f"{SECRETS}?secretId=s", {**AUTOMATIC, "ttl": "3600s"})
    world.advance(3599)
    assert send("GET", f"{SECRETS}/s").status == 200
    world.advance(2)
    assert send("GET", f"{SECRETS}/s").status == 404


def test_policies(send: Send) -> None:
    url = f"{SECRETS}/s"
    assert send("GET", f"{url}:getIamPolicy").status == 404
    send("POST", f"{SECRETS}?secretId=s", AUTOMATIC)
    policy = send("GET", f"{url}:getIamPolicy").json()
    assert policy == {"etag": "ACAB"}
    policy["bindings"] = [{"role": "roles/viewer", "members": ["user:a@example.com"]}]
    stored = send("POST", f"{url}:setIamPolicy", {"policy": policy}).json()
    assert stored["version"] == 1
    conflict = send("POST", f"{url}:setIamPolicy", {"policy": policy})
    assert (conflict.status, conflict.json()["error"]["status"]) == (409, "ABORTED")
    bad = {"policy": {"bindings": [{"role": "roles/viewer", "members": ["nobody"]}]}}
    assert send("POST", f"{url}:setIamPolicy", bad).status == 400
    asked = {"permissions": ["secretmanager.versions.access"]}
    assert send("POST", f"{url}:testIamPermissions", asked).json() == asked


def test_what_is_not_served_says_so(send: Send) -> None:
    answer = send(
        "GET",
        "https://redis.googleapis.com/v1/projects/demo-proj/locations/us-central1/aclPolicies",
    )
    assert answer.status == 501
    assert "redis.projects.locations.aclPolicies.list" in answer.json()["error"]["message"]
    assert send("GET", "https://redis.googleapis.com/v1/nowhere").status == 404


def test_apis_may_have_to_be_enabled(world: Google, send: Send) -> None:
    world.strict_apis = True
    error = send("GET", SECRETS).json()["error"]
    assert (error["code"], error["details"][0]["reason"]) == (403, "SERVICE_DISABLED")


def test_a_project_that_cannot_exist(send: Send) -> None:
    assert send("GET", SECRETS.replace("demo-proj", "No")).status == 403
