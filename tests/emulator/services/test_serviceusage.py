"""Service Usage: enabling, disabling, what depends on what, and the time until an API answers."""

from typing import Any

import pytest

from gcpstack.emulator import Emulator, ManualClock
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send, sender
from tests.emulator.services.clients import discovery

BASE = "https://serviceusage.googleapis.com/v1"
SERVICES = f"{BASE}/projects/demo-proj/services"


def state(send: Send, name: str) -> str:
    return str(send("GET", f"{SERVICES}/{name}.googleapis.com").json()["state"])


def test_enable_through_the_discovery_client(emulator: Emulator) -> None:
    name = "projects/demo-proj/services/run.googleapis.com"
    with discovery(emulator, "serviceusage", "v1") as usage:
        operation = usage.services().enable(name=name, body={}).execute()
        done = usage.operations().get(name=operation["name"]).execute()
        found = usage.services().get(name=name).execute()
    assert operation["name"].startswith("operations/acat.")
    assert done["done"] is True
    assert done["response"]["service"]["state"] == "ENABLED"
    assert found["state"] == "ENABLED"
    assert found["config"]["title"] == "Cloud Run Admin API"
    assert found["name"] == f"{found['parent']}/services/run.googleapis.com"
    assert found["parent"].removeprefix("projects/").isdigit()


def test_enabling_what_is_enabled_is_done_at_once(send: Send) -> None:
    send("POST", f"{SERVICES}/redis.googleapis.com:enable", {})
    again = send("POST", f"{SERVICES}/redis.googleapis.com:enable", {}).json()
    assert again["name"] == "operations/noop.DONE_OPERATION"
    assert again["done"] is True


def test_batch_enable_and_batch_get(send: Send) -> None:
    names = ["redis.googleapis.com", "sqladmin.googleapis.com"]
    operation = send("POST", f"{SERVICES}:batchEnable", {"serviceIds": names}).json()
    done = send("GET", f"{BASE}/{operation['name']}").json()
    assert [service["state"] for service in done["response"]["services"]] == ["ENABLED"] * 2
    query = "&".join(f"names=projects/demo-proj/services/{name}" for name in names)
    got = send("GET", f"{SERVICES}:batchGet?{query}").json()["services"]
    assert [service["state"] for service in got] == ["ENABLED"] * 2


def test_what_an_api_needs_is_enabled_with_it(send: Send) -> None:
    send("POST", f"{SERVICES}/compute.googleapis.com:enable", {})
    assert state(send, "oslogin") == "ENABLED"
    refused = send("POST", f"{SERVICES}/oslogin.googleapis.com:disable", {})
    assert refused.status == 400
    error = refused.json()["error"]
    assert error["status"] == "FAILED_PRECONDITION"
    assert "compute.googleapis.com; Please specify disable_dependent_services=true" in str(
        error["message"]
    )
    send("POST", f"{SERVICES}/oslogin.googleapis.com:disable", {"disableDependentServices": True})
    assert state(send, "compute") == "DISABLED"


def test_list_by_state_in_pages(send: Send) -> None:
    enabled: list[str] = []
    token = ""
    while True:
        page = send("GET", f"{SERVICES}?filter=state:ENABLED&pageSize=7&pageToken={token}").json()
        enabled += [service["config"]["name"] for service in page["services"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert len(enabled) == len(set(enabled)) > 14
    assert "storage.googleapis.com" in enabled
    assert "run.googleapis.com" not in enabled
    disabled = send("GET", f"{SERVICES}?filter=state:DISABLED&pageSize=200").json()["services"]
    assert {service["state"] for service in disabled} == {"DISABLED"}


@pytest.mark.parametrize(
    ("request_line", "body", "code", "words"),
    [
        ("POST /nope.googleapis.com:enable", {}, 403, "Not found or permission denied"),
        ("POST /run:enable", {}, 403, "Not found or permission denied"),
        ("POST /run.googleapis.com:disable", {}, 400, "is not enabled"),
        ("POST :batchEnable", {}, 400, "No services"),
        ("POST :batchEnable", {"serviceIds": ["run.googleapis.com"] * 21}, 400, "maximum of 20"),
        ("POST :batchEnable", {"services": []}, 400, "Unknown name"),
        ("GET ?filter=name:run", None, 400, "Invalid filter"),
        ("GET ?colour=red", None, 400, "Unknown name"),
    ],
)
def test_mistakes(send: Send, request_line: str, body: Any, code: int, words: str) -> None:
    method, _, path = request_line.partition(" ")
    answer = send(method, f"{SERVICES}{path}", body)
    assert answer.status == code
    assert words in answer.json()["error"]["message"]


def test_one_change_of_an_api_at_a_time(world: Google, send: Send) -> None:
    world.latency = Latency("typical")
    operation = send("POST", f"{SERVICES}/redis.googleapis.com:enable", {}).json()
    busy = send("POST", f"{SERVICES}/redis.googleapis.com:enable", {})
    assert busy.status == 400
    assert "Another activation or deactivation is in progress" in busy.json()["error"]["message"]
    assert state(send, "redis") == "DISABLED"
    world.advance(60)
    assert send("GET", f"{BASE}/{operation['name']}").json()["done"] is True
    assert state(send, "redis") == "ENABLED"


def test_an_enabled_api_answers_after_a_while() -> None:
    world = Google(clock=ManualClock(), latency="typical", strict_apis=True)
    send = sender(world)
    url = "https://redis.googleapis.com/v1/projects/demo-proj/locations/us-central1/instances"
    assert send("GET", url).status == 403
    operation = send("POST", f"{SERVICES}/redis.googleapis.com:enable", {}).json()
    world.advance(27)
    assert send("GET", f"{BASE}/{operation['name']}").json()["done"] is True
    early = send("GET", url).json()["error"]
    assert early["details"][0]["reason"] == "SERVICE_DISABLED"
    world.advance(60)
    assert send("GET", url).status == 200


def test_what_is_enabled_from_the_start_answers_in_strict_mode() -> None:
    send = sender(Google(clock=ManualClock(), strict_apis=True))
    assert send("GET", "https://logging.googleapis.com/v2/projects/demo-proj/sinks").status != 403


def test_service_identity(send: Send) -> None:
    beta = "https://serviceusage.googleapis.com/v1beta1/projects/demo-proj/services"
    answer = send("POST", f"{beta}/secretmanager.googleapis.com:generateServiceIdentity").json()
    assert answer["done"] is True
    assert answer["response"]["email"].endswith("@gcp-sa-secretmanager.iam.gserviceaccount.com")
