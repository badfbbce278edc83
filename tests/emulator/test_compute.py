"""Compute's dialect: operations, references, fingerprints, lists, batches."""

import json

import pytest

from gcpstack.emulator import ManualClock
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from gcpstack.emulator.core.model import Kind, Reference, Service
from gcpstack.emulator.dialects.compute import COMPUTE, OPERATIONS
from tests.emulator.conftest import Send, sender

ROOT = "https://compute.googleapis.com/compute/v1/projects/demo-proj"
LINK = "https://www.googleapis.com/compute/v1/projects/demo-proj"


def test_insert_answers_running_and_is_done_at_the_next_look(send: Send) -> None:
    operation = send("POST", f"{ROOT}/global/addresses", {"name": "a"}).json()
    assert (operation["status"], operation["operationType"]) == ("RUNNING", "insert")
    assert operation["targetLink"] == f"{LINK}/global/addresses/a"
    again = send("GET", f"{ROOT}/global/operations/{operation['name']}").json()
    assert (again["status"], again["progress"]) == ("DONE", 100)
    assert send("GET", f"{ROOT}/global/addresses/a").json()["id"] == operation["targetId"]


def test_regional_operations_tell_their_region(send: Send) -> None:
    operation = send("POST", f"{ROOT}/regions/us-east1/addresses", {"name": "a"}).json()
    assert operation["region"] == f"{LINK}/regions/us-east1"
    assert send("POST", f"{ROOT}/regions/mars-1/addresses", {"name": "a"}).status == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("GET", "global/addresses/none", None, 404, "notFound"),
        ("DELETE", "global/addresses/none", None, 404, "notFound"),
        ("POST", "global/addresses", {"name": "A"}, 400, "invalid"),
        ("POST", "global/addresses", {"name": "taken"}, 409, "alreadyExists"),
        (
            "POST",
            "global/addresses",
            {"name": "b", "network": "global/networks/none"},
            404,
            "notFound",
        ),
        ("POST", "global/addresses", {"name": "b", "network": "default"}, 400, "invalid"),
        ("POST", "global/healthChecks", {"name": "h", "timeoutSec": 9}, 400, "invalid"),
    ],
)
def test_refusals(  # noqa: PLR0917
    send: Send, method: str, path: str, body: dict | None, status: int, reason: str
) -> None:
    send("POST", f"{ROOT}/global/addresses", {"name": "taken"})
    answer = send(method, f"{ROOT}/{path}", body)
    error = answer.json()["error"]
    assert (answer.status, error["errors"][0]["reason"]) == (status, reason)
    assert "status" not in error


def test_request_ids_make_a_repeat_harmless(send: Send) -> None:
    url = f"{ROOT}/global/addresses?requestId=1e2c8a3c-7c1a-4f0e-9d53-0b8f1f9b9a10"
    first = send("POST", url, {"name": "a"}).json()
    second = send("POST", url, {"name": "a"})
    assert (second.status, second.json()["name"]) == (200, first["name"])


def test_labels_are_guarded_by_their_fingerprint(send: Send) -> None:
    send("POST", f"{ROOT}/global/addresses", {"name": "a", "labels": {"x": "1"}})
    old = send("GET", f"{ROOT}/global/addresses/a").json()["labelFingerprint"]
    url = f"{ROOT}/global/addresses/a/setLabels"
    assert send("POST", url, {"labels": {"x": "2"}, "labelFingerprint": old}).status == 200
    stale = send("POST", url, {"labels": {"x": "3"}, "labelFingerprint": old})
    assert (stale.status, stale.json()["error"]["errors"][0]["reason"]) == (412, "conditionNotMet")
    assert send("GET", f"{ROOT}/global/addresses/a").json()["labels"] == {"x": "2"}


def test_patch_merges_and_null_clears(send: Send) -> None:
    send(
        "POST",
        f"{ROOT}/global/healthChecks",
        {"name": "h", "description": "x", "httpHealthCheck": {"port": 8080}},
    )
    send(
        "PATCH",
        f"{ROOT}/global/healthChecks/h",
        {"description": None, "httpHealthCheck": {"requestPath": "/up"}},
    )
    got = send("GET", f"{ROOT}/global/healthChecks/h").json()
    assert got["httpHealthCheck"] == {"port": 8080, "requestPath": "/up", "proxyHeader": "NONE"}
    assert "description" not in got


def test_update_replaces(send: Send) -> None:
    send(
        "POST",
        f"{ROOT}/global/healthChecks",
        {"name": "h", "description": "x", "checkIntervalSec": 30, "tcpHealthCheck": {}},
    )
    send("PUT", f"{ROOT}/global/healthChecks/h", {"name": "h", "tcpHealthCheck": {"port": 81}})
    got = send("GET", f"{ROOT}/global/healthChecks/h").json()
    assert (got["checkIntervalSec"], got["tcpHealthCheck"]["port"], got["name"]) == (5, 81, "h")
    assert "description" not in got


def test_lists_page_filter_and_order(send: Send) -> None:
    for name in ("c", "a", "b"):
        send("POST", f"{ROOT}/global/addresses", {"name": name, "description": f"d-{name}"})
    first = send("GET", f"{ROOT}/global/addresses?maxResults=2").json()
    assert [item["name"] for item in first["items"]] == ["a", "b"]
    rest = send(
        "GET", f"{ROOT}/global/addresses?maxResults=2&pageToken={first['nextPageToken']}"
    ).json()
    assert [item["name"] for item in rest["items"]] == ["c"]
    assert "nextPageToken" not in rest
    found = send("GET", f"{ROOT}/global/addresses?filter=description%3Dd-b").json()
    assert [item["name"] for item in found["items"]] == ["b"]
    ordered = send("GET", f"{ROOT}/global/addresses?orderBy=creationTimestamp%20desc,name").json()
    assert len(ordered["items"]) == 3
    assert send("GET", f"{ROOT}/global/addresses?maxResults=501").status == 400


def test_aggregated_lists_tell_every_scope(send: Send) -> None:
    send("POST", f"{ROOT}/regions/us-east1/addresses", {"name": "r"})
    send("POST", f"{ROOT}/global/addresses", {"name": "g"})
    items = send("GET", f"{ROOT}/aggregated/addresses").json()["items"]
    assert [item["name"] for item in items["global"]["addresses"]] == ["g"]
    assert [item["name"] for item in items["regions/us-east1"]["addresses"]] == ["r"]
    assert items["regions/us-west1"]["warning"]["code"] == "NO_RESULTS_ON_PAGE"


def test_operations_take_their_time(send: Send, world: Google) -> None:
    world.latency = Latency("typical")
    operation = send(
        "POST", f"{ROOT}/global/networks", {"name": "n", "autoCreateSubnetworks": False}
    ).json()
    url = f"{ROOT}/global/operations/{operation['name']}"
    assert send("GET", url).json()["status"] == "RUNNING"
    busy = send("PATCH", f"{ROOT}/global/networks/n", {"mtu": 1500})
    assert busy.json()["error"]["errors"][0]["reason"] == "resourceNotReady"
    before = world.now()
    assert send("POST", f"{url}/wait").json()["status"] == "DONE"
    assert world.now() > before
    assert send("PATCH", f"{ROOT}/global/networks/n", {"mtu": 1500}).status == 200


def test_a_batch_answers_each_call(send: Send) -> None:
    part = (
        b"--x\r\nContent-Type: application/http\r\nContent-ID: <id+%d>\r\n\r\n"
        b"GET /compute/v1/projects/demo-proj/global/addresses/%s HTTP/1.1\r\n\r\n\r\n"
    )
    send("POST", f"{ROOT}/global/addresses", {"name": "a"})
    body = part % (0, b"a") + part % (1, b"none") + b"--x--\r\n"
    answer = send(
        "POST",
        "https://compute.googleapis.com/batch/compute/v1",
        body,
        **{"content-type": "multipart/mixed; boundary='x'"},
    )
    text = answer.body.decode()
    assert answer.headers["Content-Type"].startswith("multipart/mixed")
    assert "Content-ID: <response-id+0>" in text
    assert "HTTP/1.1 200" in text
    assert "HTTP/1.1 404" in text


USERS = Kind(
    name="backendServices", resources=("backendServices",), schema="BackendService", dialect=COMPUTE,
    fingerprint="fingerprint", check_fingerprint=True, immutable=("loadBalancingScheme",),
    refs=(Reference(path="healthChecks[]", to=("healthChecks",)),),
)  # fmt: skip
CHECKS = Kind(
    name="healthChecks",
    resources=("healthChecks",),
    schema="HealthCheck",
    dialect=COMPUTE,
    label="health_check",
)
TOY = Service(
    name="compute",
    style="v1",
    kinds=(USERS, CHECKS, OPERATIONS),
    not_found="The resource '{name}' was not found",
)


@pytest.fixture
def toy() -> Send:
    send = sender(Google((TOY,), clock=ManualClock()))
    send("POST", f"{ROOT}/global/healthChecks", {"name": "h"})
    return send


def test_references_become_links_and_forbid_deletion(toy: Send) -> None:
    for sent in (
        "global/healthChecks/h",
        "projects/demo-proj/global/healthChecks/h",
        "http://127.0.0.1:1/compute/v1/projects/demo-proj/global/healthChecks/h",
    ):
        name = f"b{len(sent)}"
        assert (
            toy(
                "POST", f"{ROOT}/global/backendServices", {"name": name, "healthChecks": [sent]}
            ).status
            == 200
        )
        assert toy("GET", f"{ROOT}/global/backendServices/{name}").json()["healthChecks"] == [
            f"{LINK}/global/healthChecks/h"
        ]
    refused = toy("DELETE", f"{ROOT}/global/healthChecks/h").json()["error"]
    assert refused["errors"][0]["reason"] == "resourceInUseByAnotherResource"
    assert refused["message"].startswith(
        "The health_check resource 'projects/demo-proj/global/healthChecks/h' is already being used by "
    )


def test_a_stale_fingerprint_is_refused(toy: Send) -> None:
    toy("POST", f"{ROOT}/global/backendServices", {"name": "b", "loadBalancingScheme": "EXTERNAL"})
    url = f"{ROOT}/global/backendServices/b"
    seen = toy("GET", url).json()["fingerprint"]
    assert (
        toy("PATCH", url, {"description": "1"}).json()["error"]["errors"][0]["reason"] == "required"
    )
    assert toy("PATCH", url, {"description": "1", "fingerprint": seen}).status == 200
    assert toy("PATCH", url, {"description": "2", "fingerprint": seen}).status == 412
    fresh = toy("GET", url).json()["fingerprint"]
    refused = toy("PATCH", url, {"loadBalancingScheme": "INTERNAL", "fingerprint": fresh})
    assert "loadBalancingScheme" in refused.json()["error"]["message"]


def test_the_default_network_is_there_until_it_is_deleted(send: Send) -> None:
    assert send("GET", f"{ROOT}/global/networks/default").status == 200
    assert json.loads(send("GET", f"{ROOT}/global/networks").body)["items"][0]["name"] == "default"
    used = send("DELETE", f"{ROOT}/global/networks/default").json()["error"]
    assert "firewalls/default-allow-" in used["message"]
    for rule in send("GET", f"{ROOT}/global/firewalls").json()["items"]:
        send("DELETE", f"{ROOT}/global/firewalls/{rule['name']}")
    assert send("DELETE", f"{ROOT}/global/networks/default").status == 200
    assert "items" not in send("GET", f"{ROOT}/global/routes").json()
    assert send("GET", f"{ROOT}/global/networks/default").status == 404
