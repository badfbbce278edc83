"""Service agents: their addresses are told, and they are made when they are first asked for."""

import re
import uuid

import pytest

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.registry import adapters
from gcpstack._core.ports import Done, Edit, Target
from gcpstack.exceptions import InvalidRequest
from gcpstack.resources import kinds
from gcpstack.resources._agents import DOMAINS, address

AGENT = kinds.ALL["serviceusage.ServiceAgent"]


def agent(emulator, name="secretmanager.googleapis.com"):
    project = f"p-{uuid.uuid4().hex[:12]}"
    made = adapters(Clients(project, endpoint=emulator.endpoint))(AGENT)
    return made, Target(AGENT, {"project": project, "name": name})


def test_its_address_follows_from_the_project_s_number(gcp_emulator):
    """Before it is made; making it twice is one thing."""
    made, target = agent(gcp_emulator)
    told = made.get(target).body
    answers = [made.create(target, {}, "").poll() for _ in range(2)]

    assert all(isinstance(answer, Done) for answer in answers)
    assert told["member"] == f"serviceAccount:{told['email']}"
    assert told["email"].endswith("@gcp-sa-secretmanager.iam.gserviceaccount.com")
    assert told["email"].split("@")[0].removeprefix("service-").isdigit()
    assert [one.body for one in made.list(target)] == [told]


def test_it_is_made_once_it_is_declared(gcp_emulator):
    """And never unmade; an agent that nobody knows is refused."""
    made, target = agent(gcp_emulator)
    (step,) = made.update(Edit(target, {}, {}, {}, (("made",),)))

    assert isinstance(step.call().poll(), Done)
    assert made.update(Edit(target, {}, {}, {}, ())) == []
    assert isinstance(made.delete(target, {}, "").poll(), Done)
    assert made.reveal(target, ("made",)) is None
    other, unknown = agent(gcp_emulator, "compute.googleapis.com")
    with pytest.raises(InvalidRequest, match="nothing is known of the agent"):
        other.get(unknown)


@pytest.mark.parametrize("api", sorted(DOMAINS))
def test_what_may_be_declared_is_known(gcp_emulator, api):
    """And made, each by the API that does it."""
    made, target = agent(gcp_emulator, f"{api}.googleapis.com")
    told = made.get(target).body["email"]
    number = told.split("@")[0].rsplit("-", 1)[-1]

    assert told == address(api, number)
    assert isinstance(made.create(target, {}, "").poll(), Done)


def test_the_storage_agents_are_called_otherwise(gcp_emulator):
    """As Google tells them."""
    emails = {}
    for api in ("bigquery", "storage"):
        made, target = agent(gcp_emulator, f"{api}.googleapis.com")
        emails[api] = made.get(target).body["email"]

    assert re.fullmatch(r"bq-\d+@bigquery-encryption[.]iam[.].+", emails["bigquery"])
    assert re.fullmatch(r"service-\d+@gs-project-accounts[.]iam[.].+", emails["storage"])
