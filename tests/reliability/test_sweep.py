"""A slice of the crash sweep; the whole of it is `nox -s reliability`."""

import random

import pytest

from gcpstack._engine import tasks
from gcpstack._engine.node import Node
from gcpstack._inventory.keeper import Keeper
from gcpstack._stack import session

from . import sweep
from .lab import Lab
from .stacks import SHIPPED

#: Points of each scenario that run with the other tests, of a small stack.
_SLICE = 4


@pytest.mark.parametrize("action", sweep.ACTIONS)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_next_run_finishes(lab, name, action):
    """Whatever boundary the process dies at, one more apply ends as if it had not died."""
    here = sweep.case(lab, SHIPPED[name], action)
    assert here.boundaries > 20
    rng = random.Random(f"{name} {action}")

    for number in rng.sample(range(here.boundaries), 1 if SHIPPED[name].big else _SLICE):
        assert sweep.die(lab, here, number), f"there is no boundary {number}"


@pytest.mark.parametrize("action", ["create", "update", "destroy"])
def test_a_kept_moment_is_what_a_dead_process_leaves(lab, action):
    """The whole sweep goes on from kept moments: they are what a run that dies there leaves."""
    here = sweep.case(lab, SHIPPED["aster"], action)
    rng = random.Random(action)

    for number in rng.sample(range(here.boundaries), 2 * _SLICE):
        sweep.die_at(lab, here, number)
        left = (lab.live(), lab.policies(), lab.line.now)
        lab.restore(here.moments[number])
        assert (lab.live(), lab.policies(), lab.line.now) == left


def test_a_slow_creation_takes_no_time(lab):
    """Virtual time: a run of many minutes ends in an instant, and the clock tells the minutes."""
    slow = Lab(latency=20.0)
    began = slow.line.clock.monotonic()

    slow.apply(SHIPPED["aster"].stack()).outcome.raise_failed()

    assert slow.line.clock.monotonic() - began > 25 * 60


@pytest.mark.parametrize("action", ["create", "update", "destroy"])
def test_a_process_that_wakes_up_late_touches_nothing(lab, action):
    """Its lease has ended and another run has done the work: it stops after the call at hand."""
    here = sweep.case(lab, SHIPPED["aster"], action)
    rng = random.Random(action)

    for number in rng.sample(range(here.boundaries), _SLICE):
        assert sweep.wake_late(lab, here, number) <= 1


def test_what_another_run_makes_up_while_one_plans_stays(lab):
    """A plan that began before another run chose a password must not choose its own."""
    here = sweep.case(lab, SHIPPED["atp"], "create")
    reading = next(number for number, what in enumerate(lab.line.calls) if "/versions" in what)

    assert sweep.wake_late(lab, here, 2 * reading + 1) == 0


def test_a_file_whose_import_was_cut_off_goes_too(lab):
    """Nothing shows that it was imported, yet its bucket can't go while it is there."""
    here = sweep.case(lab, SHIPPED["eaili5"], "give up")
    calls = [what for what in lab.line.calls[: here.boundaries // 2] if "import" in what]
    begun = lab.line.calls.index(next(what for what in calls if what.startswith("POST")))

    sweep.go_on(lab, here.moments[2 * begun], here)


class TestPlantedBugs:
    """The sweep finds what it is for."""

    def fails(self, lab, action, point=sweep.die, step=5):
        """Tell whether some point of a scenario goes wrong, in whichever way."""
        try:
            here = sweep.case(lab, SHIPPED["aster"], action)
            for number in reversed(range(0, here.boundaries, step)):
                point(lab, here, number)
        except Exception:  # noqa: BLE001 # the point is that it fails
            return True
        return False

    def test_no_intent_before_action(self, lab, monkeypatch):
        """What a run made is nobody's if it died before it said so, and is left when we give up."""
        monkeypatch.setattr(session, "intents", lambda plan, snapshot: dict(snapshot.records))

        assert self.fails(lab, "give up")

    def test_no_fencing(self, lab, monkeypatch):
        """A run goes on although its lease has ended."""
        monkeypatch.setattr(Keeper, "still_held", lambda self: None)

        def point(lab, here, number):
            assert sweep.wake_late(lab, here, number) <= 1

        assert self.fails(lab, "create", point)

    def test_no_resume(self, lab, monkeypatch):
        """A run is done although the operation that an earlier one began goes on."""
        monkeypatch.setattr(Node, "resume", lambda self, record: iter(()))

        assert self.fails(lab, "create")

    def test_no_prune_order(self, lab, monkeypatch):
        """What is used is deleted before its users."""
        monkeypatch.setattr(tasks, "users", lambda plan, records: {})

        assert self.fails(lab, "destroy")
