"""Schedules: who calls what, and as whom."""

from pathlib import Path

import pytest

from gcpstack import (
    CloudFunction,
    CloudRunJob,
    CloudRunService,
    Container,
    FunctionTrigger,
    Schedule,
    Settings,
    Stack,
    Topic,
)
from gcpstack._core.refs import Address, Composed, Link, OutputOf

from .compiled import declared, refused

HELLO = Path(__file__).parents[1] / "adapters" / "function"
IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"
API = CloudRunService("api", image=IMAGE)
JOB = CloudRunJob("batch", containers=[Container(image=IMAGE)])
FUNCTION = CloudFunction("hello", runtime="python313", source=HELLO)
SETTINGS = Settings(project="demo-proj", region="us-central1")
WHEN = "0 3 * * *"


def target(found, name="nightly"):
    return found[f"cloudscheduler.Job/us-central1/{name}"].body["httpTarget"]


@pytest.mark.parametrize(
    ("called", "path"),
    [(API, ("uri",)), (FUNCTION, ("serviceConfig", "uri"))],
    ids=["service", "function"],
)
def test_an_address_is_called_with_a_token_for_it(called, path):
    """By an account that may call this and nothing else."""
    found = declared(called, Schedule("nightly", called, WHEN, time_zone="Europe/Berlin"))
    address = called.address_in(Stack("demo").scope(SETTINGS))
    email = Link(Address("iam.ServiceAccount", "nightly"), "email")

    assert target(found) == {
        "uri": OutputOf(address, path),
        "oidcToken": {"serviceAccountEmail": email, "audience": OutputOf(address, path)},
    }
    grants = [item for item in found.values() if item.kind.additive]
    assert [(item.kind.name, item.ids["service"], item.ids["role"]) for item in grants] == [
        ("run.ServiceIamMember", called.name, "roles/run.invoker")
    ]
    job = found["cloudscheduler.Job/us-central1/nightly"]
    assert job.body["timeZone"] == "Europe/Berlin"
    assert grants[0].address in job.depends_on


def test_a_path_is_called_with_a_token_for_the_service():
    """The audience is the service's address."""
    made = Schedule(
        "nightly", API, WHEN, path="work", call={"method": "GET"}, options={"retries": 2}
    )
    found = declared(API, made)
    address = OutputOf(Address("run.Service", "us-central1/api"), ("uri",))

    assert target(found)["uri"] == Composed((address, "/work"))
    assert target(found)["oidcToken"]["audience"] == address
    assert target(found)["httpMethod"] == "GET"
    assert found["cloudscheduler.Job/us-central1/nightly"].body["retryConfig"] == {"retryCount": 2}


def test_a_job_is_executed():
    """Through Cloud Run's API, where the job is."""
    job = CloudRunJob("batch", containers=[Container(image=IMAGE)], location="us-east1")
    found = declared(job, Schedule("nightly", job, WHEN, account="batch-caller"))
    body = found["cloudscheduler.Job/us-east1/nightly"].body["httpTarget"]

    assert body == {
        "uri": "https://run.googleapis.com/v2/projects/demo-proj/locations/us-east1/jobs/batch:run",
        "oauthToken": {
            "serviceAccountEmail": Link(Address("iam.ServiceAccount", "batch-caller"), "email")
        },
    }
    assert any(item.kind.name == "run.JobIamMember" for item in found.values())


def test_a_short_name_makes_an_account_too():
    """Which takes six letters."""
    found = declared(JOB, Schedule("tick", JOB, WHEN))

    assert "iam.ServiceAccount/tick-schedule" in found


def test_what_can_not_be_called_is_told():
    """By the place of the schedule."""
    started = CloudFunction(
        "handler",
        runtime="python313",
        source=HELLO.parent / "event_function",
        entry_point="handle",
        trigger=FunctionTrigger(topic=Topic("events")),
    )

    text = refused(started, Schedule("nightly", started, "every minute"))
    assert "Schedule/nightly: target: handler is started by events: it can't be called." in text
    assert "schedule: 'every minute' is not a schedule" in text
    assert "path: is for services" in refused(JOB, Schedule("nightly", JOB, WHEN, path="/x"))


def test_schedules_converge(gcp_settings):
    """Each of the three, and nothing is left to do."""
    stack = Stack("shop", enable_apis=False)
    for item in (
        Schedule("service-tick", API, WHEN),
        Schedule("function-tick", FUNCTION, "every 5 minutes", path="/x"),
        Schedule("job-tick", JOB, "every monday 09:00", options={"paused": True}),
    ):
        stack.add(item)
    stack.apply(gcp_settings)

    assert stack.plan(gcp_settings).empty
