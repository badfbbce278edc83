"""Cloud Tasks: queues with their limits and tombstones, and the tasks in them."""

import base64

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.clock import rfc3339
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

PARENT = "projects/demo-proj/locations/us-central1"
QUEUES = f"https://cloudtasks.googleapis.com/v2/{PARENT}/queues"
QUEUE, NAME = f"{QUEUES}/work", f"{PARENT}/queues/work"
TASK = {"httpRequest": {"url": "https://example.com/run"}}
DAY = 86400


@pytest.fixture
def queue(send: Send) -> dict:
    return send("POST", QUEUES, {"name": NAME}).json()


def test_what_the_server_gives_a_queue(send: Send, queue: dict) -> None:
    assert queue == {
        "name": NAME,
        "rateLimits": {"maxDispatchesPerSecond": 500, "maxBurstSize": 100, "maxConcurrentDispatches": 1000},
        "retryConfig": {"maxAttempts": 100, "minBackoff": "0.100s", "maxBackoff": "3600s", "maxDoublings": 16},
        "state": "RUNNING",
    }  # fmt: skip
    assert send("GET", QUEUE).json() == queue
    assert send("GET", QUEUES).json() == {"queues": [queue]}


@pytest.mark.parametrize(("rate", "burst"), [(0.5, 10), (5, 10), (200, 40), (500, 100)])
def test_the_burst_follows_the_rate(send: Send, rate: float, burst: int) -> None:
    body = {"name": NAME, "rateLimits": {"maxDispatchesPerSecond": rate, "maxBurstSize": 7}}
    assert send("POST", QUEUES, body).json()["rateLimits"]["maxBurstSize"] == burst


def test_the_host_of_an_app_follows_from_what_of_it_is_meant(send: Send) -> None:
    app = {"service": "web", "version": "v2"}
    told = send("POST", QUEUES, {"name": NAME, "appEngineRoutingOverride": app}).json()
    assert told["appEngineRoutingOverride"]["host"] == "v2.web.demo-proj.appspot.com"
    path = QUEUES + "/" + NAME.rsplit("/", 1)[-1]
    masks = "appEngineRoutingOverride.service,appEngineRoutingOverride.version"
    told = send("PATCH", f"{path}?updateMask={masks}", {"appEngineRoutingOverride": {}}).json()
    assert "appEngineRoutingOverride" not in told


def test_durations_are_told_in_googles_form(send: Send) -> None:
    body = {"name": NAME, "retryConfig": {"minBackoff": "0.5s", "maxBackoff": "10.000s"}}
    told = send("POST", QUEUES, body).json()["retryConfig"]
    assert (told["minBackoff"], told["maxBackoff"]) == ("0.500s", "10s")


def test_a_patch_changes_what_its_mask_names(send: Send, queue: dict) -> None:
    body = {"retryConfig": {"maxAttempts": 5, "maxDoublings": 2}, "state": "PAUSED"}
    told = send("PATCH", f"{QUEUE}?updateMask=retryConfig.maxAttempts", body).json()
    assert told["retryConfig"] == {**queue["retryConfig"], "maxAttempts": 5}
    assert told["state"] == "RUNNING"


def test_a_patch_creates_what_is_not_there(send: Send) -> None:
    told = send("PATCH", QUEUE, {"rateLimits": {"maxDispatchesPerSecond": 5}}).json()
    assert told["name"] == NAME
    assert told["state"] == "RUNNING"
    assert send("GET", QUEUE).status == 200


def test_a_queue_is_paused_and_resumed(send: Send, queue: dict) -> None:
    assert send("POST", f"{QUEUE}:pause", {}).json()["state"] == "PAUSED"
    assert send("GET", QUEUE).json()["state"] == "PAUSED"
    assert send("POST", f"{QUEUE}:resume", {}).json() == queue


def test_a_deleted_queue_leaves_its_name_behind(send: Send, queue: dict, world: Google) -> None:
    assert send("DELETE", QUEUE).json() == {}
    for call in (("POST", QUEUES, {"name": NAME}), ("PATCH", QUEUE, {})):
        error = send(*call).json()["error"]
        assert error["status"] == "FAILED_PRECONDITION"
        assert error["message"] == (
            "The queue cannot be created because a queue with this name existed too recently."
        )
    world.advance(3 * DAY + 1)
    assert send("POST", QUEUES, {"name": NAME}).status == 200


def test_a_task_hides_what_it_carries(send: Send, queue: dict, world: Google) -> None:
    body = base64.b64encode(b"secret").decode()
    request = {**TASK["httpRequest"], "body": body, "oidcToken": {"serviceAccountEmail": "a@b.c"}}
    told = send("POST", f"{QUEUE}/tasks", {"task": {"httpRequest": request}}).json()
    assert told.pop("name").startswith(f"{NAME}/tasks/")
    assert told == {
        "createTime": rfc3339(world.now()),
        "scheduleTime": world.stamp(),
        "dispatchDeadline": "600s",
        "view": "BASIC",
        "httpRequest": {
            "url": "https://example.com/run", "httpMethod": "POST",
            "headers": {"User-Agent": "Google-Cloud-Tasks"},
        },
    }  # fmt: skip
    (listed,) = send("GET", f"{QUEUE}/tasks?responseView=FULL").json()["tasks"]
    assert listed["httpRequest"]["body"] == body
    assert listed["httpRequest"]["oidcToken"]["audience"] == "https://example.com/run"


def test_tasks_go_with_a_purge(send: Send, queue: dict, world: Google) -> None:
    for _ in range(3):
        send("POST", f"{QUEUE}/tasks", {"task": TASK})
    assert send("POST", f"{QUEUE}:purge", {}).json()["purgeTime"] == world.stamp()
    assert send("GET", f"{QUEUE}/tasks").json() == {}


def test_names_of_tasks_are_remembered(send: Send, queue: dict, world: Google) -> None:
    named = {"task": {**TASK, "name": f"{NAME}/tasks/once"}}
    assert send("POST", f"{QUEUE}/tasks", named).status == 200
    assert send("POST", f"{QUEUE}/tasks", named).json()["error"]["status"] == "ALREADY_EXISTS"
    send("DELETE", f"{QUEUE}/tasks/once")
    assert (
        "existed too recently" in send("POST", f"{QUEUE}/tasks", named).json()["error"]["message"]
    )
    world.advance(3601)
    assert send("POST", f"{QUEUE}/tasks", named).status == 200


def test_a_time_in_the_past_means_now(send: Send, queue: dict, world: Google) -> None:
    body = {"task": {**TASK, "scheduleTime": "2001-01-01T00:00:00Z"}}
    assert send("POST", f"{QUEUE}/tasks", body).json()["scheduleTime"] == world.stamp()


def test_policies_of_queues(send: Send, queue: dict) -> None:
    binding = {"role": "roles/cloudtasks.enqueuer", "members": ["user:a@example.com"]}
    send("POST", f"{QUEUE}:setIamPolicy", {"policy": {"bindings": [binding]}})
    assert send("POST", f"{QUEUE}:getIamPolicy", {}).json()["bindings"] == [binding]


NEW = f"{PARENT}/queues/new"
TASKS = f"{QUEUE}/tasks"
MISTAKES = [
    ("GET", f"{QUEUES}/none", None, 404, "NOT_FOUND", "Requested entity was not found."),
    ("POST", QUEUES, {"name": NAME}, 409, "ALREADY_EXISTS", "Queue already exists"),
    ("POST", QUEUES, {}, 400, "INVALID_ARGUMENT", "Queue name must be formatted"),
    ("POST", QUEUES, {"name": "work"}, 400, "INVALID_ARGUMENT", "Queue name must be formatted"),
    ("POST", QUEUES, {"name": NEW.replace("us-central1", "us-east1")}, 400, "INVALID_ARGUMENT", "formatted"),
    ("POST", QUEUES, {"name": f"{PARENT}/queues/a_b"}, 400, "INVALID_ARGUMENT", "formatted"),
    ("POST", QUEUES, {"name": NEW, "rateLimits": {"maxDispatchesPerSecond": 501}}, 400, "INVALID_ARGUMENT", "at most 500"),
    ("POST", QUEUES, {"name": NEW, "rateLimits": {"maxDispatchesPerSecond": "fast"}}, 400, "INVALID_ARGUMENT", "DOUBLE"),
    ("POST", QUEUES, {"name": NEW, "rateLimits": {"maxConcurrentDispatches": 0}}, 400, "INVALID_ARGUMENT", "between 1 and 5000"),
    ("POST", QUEUES, {"name": NEW, "retryConfig": {"maxAttempts": 0}}, 400, "INVALID_ARGUMENT", "max_attempts"),
    ("POST", QUEUES, {"name": NEW, "retryConfig": {"maxDoublings": -1}}, 400, "INVALID_ARGUMENT", "max_doublings"),
    ("POST", QUEUES, {"name": NEW, "retryConfig": {"minBackoff": "9s", "maxBackoff": "1s"}}, 400, "INVALID_ARGUMENT", "min_backoff"),
    ("POST", QUEUES, {"name": NEW, "retryConfig": {"minBackoff": "9"}}, 400, "INVALID_ARGUMENT", "Duration"),
    ("POST", QUEUES, {"name": NEW, "stackdriverLoggingConfig": {"samplingRatio": 2}}, 400, "INVALID_ARGUMENT", "sampling_ratio"),
    ("POST", QUEUES, {"name": NEW, "rate": 1}, 400, "INVALID_ARGUMENT", 'Unknown name "rate"'),
    ("PATCH", f"{QUEUE}?updateMask=nonsense", {}, 400, "INVALID_ARGUMENT", "nonsense"),
    ("POST", f"{QUEUES}/none:pause", {}, 404, "NOT_FOUND", "not found"),
    ("POST", f"{QUEUES}/none/tasks", {"task": TASK}, 404, "NOT_FOUND", "Queue does not exist."),
    ("GET", f"{QUEUES}/none/tasks", None, 404, "NOT_FOUND", "Queue does not exist."),
    ("POST", TASKS, {"task": {}}, 400, "INVALID_ARGUMENT", "http_request"),
    ("POST", TASKS, {"task": {"httpRequest": {}}}, 400, "INVALID_ARGUMENT", "must start with"),
    ("POST", TASKS, {"task": {**TASK, "name": "x"}}, 400, "INVALID_ARGUMENT", "Task name must be formatted"),
    ("POST", TASKS, {"task": {**TASK, "dispatchDeadline": "1s"}}, 400, "INVALID_ARGUMENT", "dispatchDeadline"),
    ("POST", TASKS, {"task": {**TASK, "scheduleTime": "2099-01-01T00:00:00Z"}}, 400, "INVALID_ARGUMENT", "within 30 days"),
    ("POST", TASKS, {"task": {"httpRequest": {**TASK["httpRequest"], "httpMethod": "GET", "body": "eA=="}}}, 400, "INVALID_ARGUMENT", "HTTP body"),
    ("POST", TASKS, {"task": {"httpRequest": {**TASK["httpRequest"], "oidcToken": {}, "oauthToken": {}}}}, 400, "INVALID_ARGUMENT", "oidc_token"),
    ("POST", TASKS, {"task": {"httpRequest": {**TASK["httpRequest"], "body": "AAAA" * 40000}}}, 400, "INVALID_ARGUMENT", "Task size too large"),
    ("GET", f"{TASKS}/none", None, 404, "NOT_FOUND", "not found"),
    ("POST", f"{TASKS}/none:run", {}, 501, "UNIMPLEMENTED", "tasks.run"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, queue: dict, mistake: tuple) -> None:
    refuse(send, Mistake(*mistake))


def test_errors_tell_both_styles(send: Send) -> None:
    error = send("GET", f"{QUEUES}/none").json()["error"]
    assert error["errors"][0]["reason"] == "notFound"
    assert error["status"] == "NOT_FOUND"


def test_googles_client_works_against_it(emulator: Emulator) -> None:
    with discovery(emulator, "cloudtasks", "v2") as client:
        queues = client.projects().locations().queues()
        queues.create(parent=PARENT, body={"name": NAME}).execute()
        task = queues.tasks().create(parent=NAME, body={"task": TASK}).execute()
        assert queues.tasks().get(name=task["name"]).execute() == task
        assert queues.delete(name=NAME).execute() == {}
