"""Projects are read, and nothing else."""

import pytest

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.registry import adapters
from gcpstack._core.ports import Done, Edit, Target
from gcpstack.exceptions import NotFound
from gcpstack.resources import kinds
from tests.adapters.google import Answer, refusal

PROJECT = kinds.ALL["resourcemanager.Project"]
TARGET = Target(PROJECT, {"name": "demo-proj"})


def project(google):
    return adapters(Clients("demo-proj", endpoint=google.endpoint))(PROJECT)


def test_its_number_is_told(google):
    body = {"name": "projects/123", "projectId": "demo-proj", "parent": "organizations/1"}
    google.script = lambda asked: Answer(body)
    found = project(google).get(TARGET)

    assert found.body == {**body, "number": "123"}
    assert found.path == "projects/demo-proj"
    assert [one.body for one in project(google).list(TARGET)] == [found.body]


def test_nothing_makes_changes_or_deletes_one(google):
    google.script = lambda asked: refusal(404, "notFound")
    made = project(google)

    assert made.get(TARGET) is None
    assert made.list(TARGET) == []
    with pytest.raises(NotFound, match="no project demo-proj"):
        made.create(TARGET, {}, "")
    assert made.update(Edit(TARGET, {}, {}, {}, ())) == []
    assert isinstance(made.delete(TARGET, {}, "").poll(), Done)
    assert isinstance(made.resume(TARGET, "").poll(), Done)
    assert made.reveal(TARGET, ("number",)) is None
    assert {asked.method for asked in google.asked} == {"GET"}
