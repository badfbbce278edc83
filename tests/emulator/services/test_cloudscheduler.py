"""Cloud Scheduler: jobs, their targets, and the times at which they run."""

import datetime as dt
import zoneinfo

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.clock import rfc3339
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.services.cloudscheduler import cron
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

PARENT = "projects/demo-proj/locations/us-central1"
JOBS = f"https://cloudscheduler.googleapis.com/v1/{PARENT}/jobs"
JOB, NAME = f"{JOBS}/nightly", f"{PARENT}/jobs/nightly"
BODY = {"name": NAME, "schedule": "0 3 * * *", "httpTarget": {"uri": "https://example.com/run"}}
START = dt.datetime(2023, 11, 14, 22, 13, 20, tzinfo=dt.UTC).timestamp()  # when a world begins


def at(*parts: int, zone: str = "UTC") -> float:
    return dt.datetime(*parts, tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()


@pytest.fixture
def job(send: Send) -> dict:
    return send("POST", JOBS, BODY).json()


def test_what_the_server_gives_a_call_of_an_app(send: Send) -> None:
    target = {"body": "aGk=", "appEngineRouting": {"service": "web"}}
    body = {"name": NAME, "schedule": "0 3 * * *", "appEngineHttpTarget": target}
    told = send("POST", JOBS, body).json()["appEngineHttpTarget"]
    assert told["appEngineRouting"] == {"service": "web", "host": "web.demo-proj.appspot.com"}
    assert told["headers"]["User-Agent"].startswith("AppEngine-Google")
    assert told["headers"]["Content-Type"] == "application/octet-stream"


def test_what_the_server_gives_a_job(send: Send, job: dict, world: Google) -> None:
    assert job == {
        "name": NAME,
        "schedule": "0 3 * * *",
        "timeZone": "UTC",
        "state": "ENABLED",
        "userUpdateTime": world.stamp(),
        "scheduleTime": rfc3339(at(2023, 11, 15, 3)),
        "attemptDeadline": "180s",
        "retryConfig": {
            "maxRetryDuration": "0s", "minBackoffDuration": "5s", "maxBackoffDuration": "3600s", "maxDoublings": 5,
        },
        "httpTarget": {
            "uri": "https://example.com/run", "httpMethod": "POST",
            "headers": {"User-Agent": "Google-Cloud-Scheduler"},
        },
    }  # fmt: skip
    assert send("GET", JOBS).json() == {"jobs": [job]}


def test_what_the_server_gives_a_target(send: Send) -> None:
    target = {
        "uri": "https://example.com",
        "body": "eA==",
        "httpMethod": "PUT",
        "headers": {"X-Mine": "1"},
        "oidcToken": {"serviceAccountEmail": "a@b.c"},
    }
    told = send("POST", JOBS, {**BODY, "httpTarget": target}).json()["httpTarget"]
    assert told["uri"] == "https://example.com/"
    assert told["oidcToken"]["audience"] == "https://example.com/"
    assert told["headers"] == {
        "User-Agent": "Google-Cloud-Scheduler", "X-Mine": "1", "Content-Type": "application/octet-stream",
    }  # fmt: skip
    oauth = {"uri": "https://run.googleapis.com/", "oauthToken": {"serviceAccountEmail": "a@b.c"}}
    told = send("PATCH", f"{JOB}?updateMask=httpTarget", {"httpTarget": oauth}).json()["httpTarget"]
    assert told["oauthToken"]["scope"] == "https://www.googleapis.com/auth/cloud-platform"


def test_pausing_is_a_method_not_a_field(send: Send, job: dict) -> None:
    told = send(
        "PATCH", f"{JOB}?updateMask=description,state", {"description": "x", "state": "PAUSED"}
    ).json()
    assert told["state"] == "ENABLED"
    assert send("POST", f"{JOB}:resume", {}).json()["error"]["status"] == "FAILED_PRECONDITION"
    paused = send("POST", f"{JOB}:pause", {}).json()
    assert paused["state"] == "PAUSED"
    assert "scheduleTime" not in paused
    assert send("POST", f"{JOB}:pause", {}).json()["error"]["status"] == "FAILED_PRECONDITION"
    assert send("PATCH", JOB, {"schedule": "0 4 * * *"}).json()["state"] == "PAUSED"
    resumed = send("POST", f"{JOB}:resume", {}).json()
    assert resumed["scheduleTime"] == rfc3339(at(2023, 11, 15, 4))


def test_attempts_happen_in_time(send: Send, job: dict, world: Google) -> None:
    world.advance(2 * 86400)
    told = send("GET", JOB).json()
    assert told["lastAttemptTime"] == rfc3339(at(2023, 11, 16, 3))
    assert told["scheduleTime"] == rfc3339(at(2023, 11, 17, 3))
    assert send("POST", f"{JOB}:run", {}).json()["lastAttemptTime"] == world.stamp()
    send("POST", f"{JOB}:pause", {})
    world.advance(86400)
    assert send("POST", f"{JOB}:run", {}).json()["lastAttemptTime"] == world.stamp()


def test_a_new_target_replaces_the_old_one(send: Send, job: dict) -> None:
    send("PUT", "https://pubsub.googleapis.com/v1/projects/demo-proj/topics/tick", {})
    target = {"topicName": "projects/demo-proj/topics/tick", "data": "eA=="}
    told = send("PATCH", JOB, {"pubsubTarget": target}).json()
    assert told["pubsubTarget"] == target
    assert "httpTarget" not in told


@pytest.mark.parametrize(
    ("schedule", "zone", "following"),
    [
        ("*/15 * * * *", "UTC", at(2023, 11, 14, 22, 15)),
        ("0 3 * * *", "America/New_York", at(2023, 11, 15, 3, zone="America/New_York")),
        ("30 9 * * mon-fri", "Europe/Berlin", at(2023, 11, 15, 9, 30, zone="Europe/Berlin")),
        ("0 0 1 1 *", "UTC", at(2024, 1, 1)),
        ("0 0 29 2 *", "UTC", at(2024, 2, 29)),
        ("0 12 * * 7", "UTC", at(2023, 11, 19, 12)),
        ("5,10-12 23 * * *", "UTC", at(2023, 11, 14, 23, 5)),
        ("0 0 13 * fri", "UTC", at(2023, 11, 17)),
        ("0 0 * dec *", "UTC", at(2023, 12, 1)),
        ("10/20 * * * *", "UTC", at(2023, 11, 14, 22, 30)),
        ("every 5 minutes", "UTC", at(2023, 11, 14, 22, 15)),
        ("every 6 hours", "utc", at(2023, 11, 15)),
        ("every monday 09:00", "UTC", at(2023, 11, 20, 9)),
        ("every 12 hours synchronized", "UTC", at(2023, 11, 15)),
        ("every 2 hours from 10:00 to 14:00", "UTC", at(2023, 11, 15, 10)),
        ("every mon,wed of december 9:30", "UTC", at(2023, 12, 4, 9, 30)),
        ("1st monday of sep,oct,nov 17:00", "UTC", at(2024, 9, 2, 17)),
        ("2nd, third tue of month 04:00", "UTC", at(2023, 11, 21, 4)),
        ("every day of quarter 00:00", "UTC", at(2024, 1, 1)),
        ("1,15 of jan,april 00:00", "UTC", at(2024, 1, 1)),
        ("every day 23:59", "Etc/UTC", at(2023, 11, 14, 23, 59)),
    ],
)
def test_schedules(schedule: str, zone: str, following: float) -> None:
    found = cron.parse(schedule, zone)
    assert found.after(START) == following
    assert found.last(following) == following


@pytest.mark.parametrize(
    "schedule",
    [
        "", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "x * * * *", "5-1 * * * *",
        "*/0 * * * *", "*/x * * * *", "every now and then", "every 5 weeks", "every 0 hours",
        "every mon 25:00", "every xyzday 09:00", "6th monday 09:00", "1 of smarch 09:00", "40 of month 09:00",
    ],
)  # fmt: skip
def test_schedules_that_nobody_understands(schedule: str) -> None:
    with pytest.raises(cron.ScheduleError):
        cron.parse(schedule, "UTC")


def test_a_day_that_never_comes() -> None:
    assert cron.parse("0 0 31 2 *", "UTC").after(START) is None


HTTP = BODY["httpTarget"]
NEW = {**BODY, "name": f"{PARENT}/jobs/new"}
MISTAKES = [
    ("GET", f"{JOBS}/none", None, 404, "NOT_FOUND", "Job not found."),
    ("POST", JOBS, BODY, 409, "ALREADY_EXISTS", "already exists"),
    ("POST", JOBS, {**NEW, "name": "new"}, 400, "INVALID_ARGUMENT", "Job name must be formatted"),
    ("POST", JOBS, {**NEW, "name": f"{PARENT}/jobs/a b"}, 400, "INVALID_ARGUMENT", "Job name must be formatted"),
    ("POST", JOBS, {**NEW, "schedule": "often"}, 400, "INVALID_ARGUMENT", "Schedule or time zone is invalid."),
    ("POST", JOBS, {**NEW, "timeZone": "Mars/Olympus"}, 400, "INVALID_ARGUMENT", "Schedule or time zone is invalid."),
    ("POST", JOBS, {**NEW, "cron": "x"}, 400, "INVALID_ARGUMENT", 'Unknown name "cron"'),
    ("POST", JOBS, {**NEW, "pubsubTarget": {}}, 400, "INVALID_ARGUMENT", "exactly one target"),
    ("POST", JOBS, {"name": NEW["name"], "schedule": "* * * * *"}, 400, "INVALID_ARGUMENT", "exactly one target"),
    ("POST", JOBS, {**NEW, "httpTarget": {"uri": "ftp://x"}}, 400, "INVALID_ARGUMENT", "must start with"),
    ("POST", JOBS, {**NEW, "httpTarget": {**HTTP, "httpMethod": "GET", "body": "eA=="}}, 400, "INVALID_ARGUMENT", "HTTP body"),
    ("POST", JOBS, {**NEW, "httpTarget": {**HTTP, "httpMethod": "SEND"}}, 400, "INVALID_ARGUMENT", "http_method"),
    ("POST", JOBS, {**NEW, "httpTarget": {**HTTP, "headers": {"X-Google-A": "1"}}}, 400, "INVALID_ARGUMENT", "X-Google-A"),
    ("POST", JOBS, {**NEW, "httpTarget": {**HTTP, "headers": {"Content-Length": "1"}}}, 400, "INVALID_ARGUMENT", "Content-Length"),
    ("POST", JOBS, {**NEW, "httpTarget": {**HTTP, "oidcToken": {}, "oauthToken": {}}}, 400, "INVALID_ARGUMENT", "oidc_token"),
    ("POST", JOBS, {**NEW, "attemptDeadline": "5s"}, 400, "INVALID_ARGUMENT", "attemptDeadline"),
    ("POST", JOBS, {**NEW, "attemptDeadline": "1801s"}, 400, "INVALID_ARGUMENT", "attemptDeadline"),
    ("POST", JOBS, {**NEW, "retryConfig": {"retryCount": 6}}, 400, "INVALID_ARGUMENT", "retry_count"),
    ("POST", JOBS, {**NEW, "description": "x" * 501}, 400, "INVALID_ARGUMENT", "500 characters"),
    (
        "POST", JOBS,
        {"name": NEW["name"], "schedule": "* * * * *", "pubsubTarget": {"topicName": "projects/demo-proj/topics/none", "data": "eA=="}},
        404, "NOT_FOUND", "resource=none",
    ),
    (
        "PATCH", JOB, {"pubsubTarget": {"data": "eA=="}}, 400, "INVALID_ARGUMENT", "topic_name",
    ),
    ("PATCH", f"{JOB}?updateMask=nonsense", {}, 400, "INVALID_ARGUMENT", "nonsense"),
    ("POST", f"{JOBS}/none:run", {}, 404, "NOT_FOUND", "Job not found."),
    ("POST", JOBS.replace("us-central1", "mars-1"), {**NEW, "name": NEW["name"].replace("us-central1", "mars-1")}, 403, "PERMISSION_DENIED", "mars-1"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, job: dict, mistake: tuple) -> None:
    refuse(send, Mistake(*mistake))


def test_an_empty_message_is_no_message(send: Send) -> None:
    send("PUT", "https://pubsub.googleapis.com/v1/projects/demo-proj/topics/tick", {})
    body = {
        "name": NAME,
        "schedule": "* * * * *",
        "pubsubTarget": {"topicName": "projects/demo-proj/topics/tick"},
    }
    answer = send("POST", JOBS, body)
    assert "non-empty data, or at least one attribute" in answer.json()["error"]["message"]


def test_googles_client_works_against_it(emulator: Emulator) -> None:
    with discovery(emulator, "cloudscheduler", "v1") as client:
        jobs = client.projects().locations().jobs()
        jobs.create(parent=PARENT, body=BODY).execute()
        assert jobs.pause(name=NAME, body={}).execute()["state"] == "PAUSED"
        assert jobs.list(parent=PARENT).execute()["jobs"][0]["name"] == NAME
        jobs.delete(name=NAME).execute()
