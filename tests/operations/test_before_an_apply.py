"""What people are told who ask about a stack that was never applied: what to do, and nothing that isn't so."""

import json
import uuid

import pytest

from gcpstack._cli.main import main

FILE = """
from gcpstack import CloudRunDomainMapping, CloudRunService, ServiceAgent, Stack

stack = Stack("new", region="us-central1")
service = stack.add(CloudRunService("web", image="us-docker.pkg.dev/cloudrun/container/hello"))
stack.add(CloudRunDomainMapping("new.example.com", service=service))
stack.add(ServiceAgent("secretmanager.googleapis.com"))
"""


@pytest.fixture
def place(gcp_emulator, tmp_path):
    file = tmp_path / "new.py"
    file.write_text(FILE)
    project = f"new-{uuid.uuid4().hex[:12]}"
    return [str(file), "--project", project, "--endpoint", gcp_emulator.endpoint]


@pytest.mark.parametrize(
    "words", [["logs"], ["metrics"], ["health"], ["rollout"], ["rollback", "web", "--yes"]]
)
def test_services_are_still_to_be_made(place, capsys, words):
    command, *more = words
    assert main([command, place[0], *more, *place[1:]]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: No service of the stack exists yet.",
        "  Apply the stack first.",
    ]


def test_a_domain_is_still_to_be_mapped(place, capsys):
    assert main(["doctor", *place, "--json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)["domains"]
    assert told["domain"] == "new.example.com"
    assert told["outlook"] == "It does not exist yet: apply the stack."


def test_nothing_has_drifted(place, capsys):
    """Neither what Google made by itself: nobody can tell whether it was asked for."""
    assert main(["drift", *place, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["drift"] == []
    assert "serviceusage.ServiceAgent/secretmanager.googleapis.com" in told["absent"]
