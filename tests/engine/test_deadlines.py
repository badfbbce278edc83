"""What takes too long ends the wait, and is taken up again; a stop is heard between two tries."""

import pytest

from gcpstack._core.ports import Usual
from gcpstack._stack.brake import Brake
from gcpstack.exceptions import Interrupted, Unavailable, WaitTimeout

from .world import Inline, Lab, Net


def test_an_operation_that_outlives_its_deadline_is_not_forgotten():
    """The record keeps it: the next apply waits for it, and makes nothing anew."""
    lab = Lab()
    lab.world.seconds = 100.0
    began = lab.clock.seconds
    context = lab.context
    lab.context = lambda: _with(context(), deadline=30.0)

    outcome = lab.apply(Net("n"))

    (error,) = outcome.errors
    assert isinstance(error, WaitTimeout)
    assert "took longer than 30 s" in str(error)
    assert "the next apply takes it up again" in str(error)
    assert 30 < lab.clock.seconds - began < 60
    (record,) = lab.store.load().records.values()
    assert record.operation == "operations/1"


def test_what_never_shows_is_told_with_what_to_do():
    """A change that was accepted but can't be read: the wait ends, and the next apply looks again."""
    lab = Lab()
    hidden = {}

    def hide(phase, call):
        if call.startswith("get ") and "create projects/p1/nets/n" in lab.world.calls:
            hidden.update(lab.world.objects)
            lab.world.objects.clear()

    lab.world.fault = hide

    (error,) = lab.apply(Net("n")).errors

    assert isinstance(error, WaitTimeout)
    assert "projects/p1/nets/n is still not visible" in error.message
    assert "apply again" in error.remedy
    lab.world.fault = lambda phase, call: None
    lab.world.objects.update(hidden)
    lab.converge(Net("n"))
    assert [call for call in lab.world.mutations if call.startswith("create")] == [
        "create projects/p1/nets/n"
    ]


def _with(context, **usual):
    context.usual = lambda kind: Usual(**usual)
    return context


def test_a_stop_is_heard_between_two_tries():
    """However long Google is away: the call is not made again, and its task is parked."""
    lab = Lab()
    brake = Brake(lab.clock, Inline())
    context = lab.context
    tries = []

    def resting(seconds):
        tries.append(seconds)
        brake.stop()
        brake.pause(seconds)

    def with_rest():
        made = context()
        made.rest = resting
        return made

    lab.context = with_rest
    lab.world.fault = lambda phase, call: Unavailable("away") if call.startswith("create") else None

    outcome = lab.apply(Net("n"))

    assert len(tries) == 1
    assert outcome.parked
    assert outcome.errors == ()
    with pytest.raises(Interrupted):
        brake.check()
