"""Shared VPC: projects become hosts, and others use their networks."""

from typing import Any

import pytest

from tests.emulator.conftest import Send

ROOT = "https://compute.googleapis.com/compute/v1/projects"
HOST, SERVICE = "host-proj", "service-proj"
RESOURCE = {"xpnResource": {"id": SERVICE, "type": "PROJECT"}}


def call(send: Send, project: str, verb: str, body: dict[str, Any] | None = None) -> int:
    return send("POST", f"{ROOT}/{project}/{verb}", body).status


def told(send: Send, project: str, what: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = send("GET", f"{ROOT}/{project}{what}").json()
    return answer


@pytest.fixture
def host(send: Send) -> None:
    assert call(send, HOST, "enableXpnHost") == 200


@pytest.fixture
def attached(send: Send, host: None) -> None:
    del host
    assert call(send, HOST, "enableXpnResource", RESOURCE) == 200


def test_a_project_begins_as_neither(send: Send) -> None:
    assert told(send, HOST)["xpnProjectStatus"] == "UNSPECIFIED_XPN_PROJECT_STATUS"
    assert told(send, HOST, "/getXpnHost") == {"kind": "compute#project"}
    assert told(send, HOST, "/getXpnResources") == {"kind": "compute#projectsGetXpnResources"}


@pytest.mark.usefixtures("attached")
def test_a_service_project_is_attached_to_a_host(send: Send) -> None:
    assert told(send, HOST)["xpnProjectStatus"] == "HOST"
    assert told(send, SERVICE, "/getXpnHost")["name"] == HOST
    assert told(send, HOST, "/getXpnResources")["resources"] == [{"id": SERVICE, "type": "PROJECT"}]
    hosts = send("POST", f"{ROOT}/{SERVICE}/listXpnHosts", {}).json()
    assert [one["name"] for one in hosts["items"]] == [HOST]


@pytest.mark.usefixtures("attached")
def test_a_host_goes_once_nothing_is_attached(send: Send) -> None:
    refused = send("POST", f"{ROOT}/{HOST}/disableXpnHost")
    assert refused.json()["error"]["errors"][0]["reason"] == "invalidResourceUsage"
    assert call(send, HOST, "disableXpnResource", RESOURCE) == 200
    assert told(send, SERVICE, "/getXpnHost") == {"kind": "compute#project"}
    assert call(send, HOST, "disableXpnHost") == 200
    assert told(send, HOST)["xpnProjectStatus"] == "UNSPECIFIED_XPN_PROJECT_STATUS"


@pytest.mark.usefixtures("attached")
def test_a_project_has_one_host_and_is_none_itself(send: Send) -> None:
    assert call(send, "other-proj", "enableXpnHost") == 200
    assert call(send, "other-proj", "enableXpnResource", RESOURCE) == 400
    assert call(send, SERVICE, "enableXpnHost") == 400
    of_host = {"xpnResource": {"id": HOST, "type": "PROJECT"}}
    assert call(send, "other-proj", "enableXpnResource", of_host) == 400
    assert call(send, HOST, "enableXpnResource", of_host) == 400
    assert call(send, HOST, "enableXpnResource", RESOURCE) == 200  # as it is


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("enableXpnResource", RESOURCE),
        ("disableXpnResource", RESOURCE),
        ("enableXpnResource", {}),
        (
            "enableXpnResource",
            {"xpnResource": {"id": SERVICE, "type": "XPN_RESOURCE_TYPE_UNSPECIFIED"}},
        ),
    ],
)
def test_only_hosts_have_service_projects(send: Send, verb: str, body: dict[str, Any]) -> None:
    assert call(send, "plain-proj", verb, body) == 400
    assert "resources" not in told(send, "plain-proj", "/getXpnResources")
