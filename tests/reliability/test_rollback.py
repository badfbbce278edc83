"""A slice of the rollbacks: what fails, and at which moments a process dies on the way."""

import random

import pytest

from . import rollback
from .stacks import SHIPPED

CASES = [
    (name, action, broken)
    for name, actions in rollback.BROKEN.items()
    for action, broken in actions.items()
]
_SLICE = 3


@pytest.mark.parametrize(("name", "action", "broken"), CASES)
def test_a_failed_apply_leaves_what_was_there(lab, name, action, broken):
    """Whoever dies on the way is followed by a rollback, or by an apply that can succeed."""
    here = rollback.case(lab, SHIPPED[name], action, broken)
    assert len(here.moments) > 20
    rng = random.Random(action)

    ends = [rollback.undo, rollback.go_on]
    for moment in rng.sample(here.moments, 1 if SHIPPED[name].big else _SLICE):
        for end in rng.sample(ends, 1 if SHIPPED[name].big else 2):
            end(lab, moment, here)


def test_the_check_finds_what_it_is_for(lab, monkeypatch):
    """Where nothing is written down before the first call, something is left."""
    monkeypatch.setattr("gcpstack._stack.session.journal", lambda plan, snapshot: {})

    with pytest.raises(AssertionError):
        rollback.case(lab, SHIPPED["aster"], "update", rollback.BROKEN["aster"]["update"])
