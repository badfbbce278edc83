"""All stacks that ship, one after another in one project: none knows of the others."""

import json

import pytest

from gcpstack.emulator.core.wire import Request
from tests.reliability.lab import Lab

from .conftest import Place
from .stacks import load

STACKS = {
    "aster": "",
    "atp": "staging",
    "eaili5": "staging",
    "virtuoso": "staging",
    "trade_streamer": "staging",
}


def make(name):
    """Make one of the stacks."""
    found = load(name)
    return found(STACKS[name]) if callable(found) else found


class Here(Place):
    """An emulated Google of this process; calls of it go through no socket."""

    def __init__(self, lab):
        super().__init__(lab.settings, lab.settings.endpoint)
        self.lab = lab

    def control(self, method, path, body=None):
        raw = b"" if body is None else json.dumps(body).encode()
        return self.lab.line.google.handle(Request(method, path, body=raw)).json()

    def plan(self, stack):
        return self.lab.plan(stack)

    def apply(self, stack):
        result = self.lab.apply(stack)
        result.outcome.raise_failed()
        return result

    def destroy(self, stack):
        self.lab.apply(stack, destroy=True).outcome.raise_failed()


def untouched(place, names):
    """Tell which of these stacks are no longer as they are declared, and how."""
    found = {name: place.plan(make(name)) for name in names}
    return {
        name: [(str(change.address), change.action.value) for change in plan.changes if change.diff]
        for name, plan in found.items()
        if not plan.empty
    }


@pytest.fixture(scope="module")
def here():
    """One project for both orders."""
    return Here(Lab())


@pytest.fixture
def made(here, monkeypatch):
    """The project with all stacks, applied once."""
    monkeypatch.setenv("EAILI5_DOMAIN", f"{here.settings.project}.example.com")
    if "all" not in here.lab.begun:
        for name in STACKS:
            here.apply(make(name))
        assert untouched(here, STACKS) == {}
        here.lab.begun["all"] = here.lab.save()
    here.lab.restore(here.lab.begun["all"])
    return here


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "order",
    [
        ["aster", "atp", "eaili5", "virtuoso", "trade_streamer"],
        ["trade_streamer", "eaili5", "virtuoso", "aster", "atp"],
    ],
    ids=["as they came", "in another order"],
)
def test_stacks_leave_each_other_alone(made, order):
    """What they share, such as APIs and service agents, stays for those that still need it."""
    left = list(STACKS)
    assert made.resources() != {}
    for name in order:
        made.destroy(make(name))
        left.remove(name)
        assert untouched(made, left) == {}, f"after {name} was destroyed"
    assert made.resources() == {}
