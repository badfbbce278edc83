"""What is said where a command was stopped: that it goes on later only where there is something left."""

import json

import pytest

from gcpstack._cli.main import _changes, _guarded
from gcpstack._cli.output import JsonOutput, Terminal, TextOutput
from gcpstack._cli.parser import FOR_STACKS
from gcpstack._cli.signals import Signals, Stopped
from tests.cli.bench import Screen

GO_ON = "Run the same command again: it goes on where this one stopped."


def stop():
    raise Stopped


def said(make, *, goes_on):
    """Stop a command; its status, and what stands on its two streams."""
    out, err = Screen(), Screen()
    output = make(Terminal(out), Terminal(err))
    status = _guarded(stop, output, Signals(), debug=False, goes_on=goes_on)
    return status, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("goes_on", "words"), [(True, f"Stopped. {GO_ON}\n"), (False, "Stopped.\n")]
)
def test_people_are_told(goes_on, words):
    assert said(lambda out, err: TextOutput(out, err, lambda: 0.0), goes_on=goes_on) == (
        130,
        "",
        words,
    )


def test_programs_are_told():
    status, out, err = said(lambda out, err: JsonOutput(out, err, streams=False), goes_on=False)
    assert (status, err) == (130, "")
    body = json.loads(out)
    assert (body["ok"], body["stopped"], body["error"]) == (False, True, "The command was stopped.")


def test_what_only_looks_leaves_nothing_to_go_on_with():
    changing = {command for command in FOR_STACKS if _changes(command)}
    assert {"apply", "destroy", "rollback", "secrets", "backups"} <= changing
    assert changing.isdisjoint({"plan", "status", "logs", "doctor", "drift", "costs", "health"})
