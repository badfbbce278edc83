"""Metrics scopes: which projects' metrics are seen from another."""

from typing import Any

import pytest

from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send

V1 = "https://monitoring.googleapis.com/v1"
SCOPES = "locations/global/metricsScopes"


def monitored(send: Send, project: str = "scoping-proj") -> list[str]:
    told = send("GET", f"{V1}/{SCOPES}/{project}").json()
    return [one["name"].rpartition("/")[2] for one in told["monitoredProjects"]]


def add(send: Send, project: str) -> dict[str, Any]:
    name = f"{SCOPES}/scoping-proj/projects/{project}"
    answer = send("POST", f"{V1}/{SCOPES}/scoping-proj/projects", {"name": name})
    assert answer.status == 200, answer.json()
    told: dict[str, Any] = answer.json()
    return told


def test_a_project_sees_itself(send: Send, world: Google) -> None:
    assert monitored(send) == [world.number_of("scoping-proj")]


def test_another_project_comes_under_the_scope_and_goes(send: Send, world: Google) -> None:
    own, other = (world.number_of(name) for name in ("scoping-proj", "seen-proj"))
    operation = send("GET", f"{V1}/{add(send, 'seen-proj')['name']}").json()
    assert (operation["done"], operation["metadata"]["state"]) == (True, "DONE")
    assert operation["response"]["name"] == f"{SCOPES}/{own}/projects/{other}"
    assert monitored(send) == [own, other]
    assert monitored(send, own) == [own, other]
    asked = f"{V1}/{SCOPES}:listMetricsScopesByMonitoredProject?monitoredResourceContainer=projects/seen-proj"
    scopes = [one["name"].rpartition("/")[2] for one in send("GET", asked).json()["metricsScopes"]]
    assert scopes == [other, own]
    assert send("DELETE", f"{V1}/{SCOPES}/scoping-proj/projects/seen-proj").status == 200
    assert monitored(send) == [own]
    assert send("DELETE", f"{V1}/{SCOPES}/scoping-proj/projects/seen-proj").status == 404


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("", 400),
        ("projects/seen-proj", 400),
        (f"{SCOPES}/other-proj/projects/seen-proj", 400),
        (f"{SCOPES}/scoping-proj/projects/", 400),
        (f"{SCOPES}/scoping-proj/projects/scoping-proj", 409),
        (f"{SCOPES}/scoping-proj/projects/there-proj", 409),
    ],
)
def test_what_cannot_come_under_a_scope(send: Send, name: str, status: int) -> None:
    add(send, "there-proj")
    before = monitored(send)
    answer = send("POST", f"{V1}/{SCOPES}/scoping-proj/projects", {"name": name})
    assert answer.status == status
    assert monitored(send) == before


def test_a_scope_keeps_its_own_project(send: Send) -> None:
    assert send("DELETE", f"{V1}/{SCOPES}/scoping-proj/projects/scoping-proj").status == 400
