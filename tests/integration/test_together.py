"""All stacks that ship, one after another in one project: none knows of the others."""

import pytest

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


def untouched(place, names):
    """Tell which of these stacks are no longer as they are declared, and how."""
    found = {name: place.plan(make(name)) for name in names}
    return {
        name: [(str(change.address), change.action.value) for change in plan.changes if change.diff]
        for name, plan in found.items()
        if not plan.empty
    }


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "order",
    [
        ["aster", "atp", "eaili5", "virtuoso", "trade_streamer"],
        ["trade_streamer", "eaili5", "virtuoso", "aster", "atp"],
    ],
    ids=["as they came", "in another order"],
)
def test_stacks_leave_each_other_alone(emulated, monkeypatch, order):
    """What they share, such as APIs and service agents, stays for those that still need it."""
    monkeypatch.setenv("EAILI5_DOMAIN", f"{emulated.settings.project}.example.com")
    for name in STACKS:
        emulated.apply(make(name))
    assert untouched(emulated, STACKS) == {}
    left = list(STACKS)
    for name in order:
        make(name).destroy(emulated.settings)
        left.remove(name)
        assert untouched(emulated, left) == {}, f"after {name} was destroyed"
    assert emulated.resources() == {}
