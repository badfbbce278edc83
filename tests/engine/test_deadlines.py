"""What takes too long ends the wait, and is taken up again; a stop is heard between two tries."""

import math
from datetime import timedelta

import pytest

from gcpstack._core.ports import Target, UsualDurations
from gcpstack._core.refs import Address
from gcpstack._core.timeouts import Timeouts
from gcpstack._engine.calls import Asker
from gcpstack._stack.brake import Brake
from gcpstack.exceptions import (
    FailedPrecondition,
    Interrupted,
    OperationInProgress,
    Unavailable,
    WaitTimeout,
)

from .world import NET, Cert, Inline, Lab, Net


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
    assert "took longer than 30 s to create, the deadline of its kind" in str(error)
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
    context.usual = lambda kind: UsualDurations(**usual)
    return context


def test_a_declaration_says_how_long_it_may_take():
    """Its own deadline in the place of the kind's, longer or shorter, told with Google's last words."""
    lab = Lab()
    lab.world.seconds, lab.world.detail = 3000.0, "resizing disks"
    began = lab.clock.seconds

    (error,) = lab.apply(Net("n", timeouts=Timeouts(create="40m"))).errors

    assert isinstance(error, WaitTimeout)
    assert error.message == (
        "net n took longer than 40 min to create, the create timeout of its declaration; "
        "Google says: resizing disks."
    )
    assert "the next apply takes it up again" in error.remedy
    assert "timeouts=Timeouts(create=…)" in error.remedy
    assert 2400 < lab.clock.seconds - began < 2460


def test_what_took_too_long_is_waited_for_with_the_next_apply():
    """It has all its time again, or more of it: the declaration may have changed."""
    lab = Lab()
    lab.world.seconds = 3000.0
    lab.apply(Net("n", timeouts=Timeouts(create=600)))
    lab.new_process()
    net = Net("n", timeouts=Timeouts(create=timedelta(hours=1)))

    lab.resume(net)
    lab.converge(net)

    assert [call for call in lab.world.mutations if call.startswith("create")] == [
        "create projects/p1/nets/n"
    ]


def test_each_verb_has_its_own():
    """A short one for changes leaves a creation alone; a deletion has its own too."""
    lab = Lab()
    lab.world.seconds = 100.0
    hurried = Timeouts(update="30s", delete="20s")
    lab.converge(Net("n", size=1, zone="a", timeouts=hurried))

    (changing,) = lab.apply(Net("n", size=2, zone="a", timeouts=hurried)).errors
    lab.clock.sleep(100)
    lab.converge(Net("n", size=2, zone="a", timeouts=hurried))
    (deleting,) = lab.apply(Net("n", size=2, zone="b", timeouts=hurried)).errors

    assert "took longer than 30 s to update, the update timeout" in changing.message
    assert "took longer than 20 s to delete, the delete timeout" in deleting.message


def test_timeouts_are_no_difference():
    """They are about the wait: Google never hears of them, and a plan doesn't either."""
    lab = Lab()
    lab.converge(Net("n", size=1))
    calls = len(lab.world.mutations)

    lab.converge(Net("n", size=1, timeouts=Timeouts(create="2h", update="2h", delete="2h")))

    assert lab.world.mutations[calls:] == []
    assert "timeouts" not in str(lab.world.objects)


def test_readiness_is_waited_for_as_long_as_declared():
    """Where others wait until it is ready, the clock of its creation runs until then."""
    lab = Lab()
    lab.waited_for = frozenset({"widgets.Cert"})
    lab.world.fault = lambda phase, call: _all_pending(lab)
    began = lab.clock.seconds

    (error,) = lab.apply(Cert("c", domains=["a.example"], timeouts=Timeouts(create="5m"))).errors

    assert isinstance(error, WaitTimeout)
    assert "is not ready after" in error.message
    assert "the create timeout of its declaration is 5 min: PROVISIONING" in error.message
    assert 300 < lab.clock.seconds - began < 330


@pytest.mark.parametrize(
    "refusal", [Unavailable("away"), OperationInProgress("busy with another operation")]
)
def test_tries_end_with_the_declared_time(refusal):
    """What is worth another try is tried for as long as the declaration says, not longer."""
    lab = Lab()
    lab.world.fault = lambda phase, call: refusal if call.startswith("create") else None
    began = lab.clock.seconds

    (error,) = lab.apply(Net("n", timeouts=Timeouts(create=20))).errors

    assert type(error) is type(refusal)
    assert 20 <= lab.clock.seconds - began < 20 + 31


def test_what_is_asked_once_it_is_done_is_tried_as_ever():
    """A rollout looks at its figures long after the change was made: its timeout is over by then."""
    lab = Lab()
    net = Net("n", timeouts=Timeouts(update=20))
    lab.plan(net)
    ask = Asker(lab.context(), Address("widgets.Net", "n"), NET)
    ask.begin("update")
    assert ask.left() == 20
    target = Target(NET, {"project": "p1", "name": "n"})
    lab.world.objects[target.path] = {}

    run(lab, ask.visible(lab.adapter(NET), target))
    lab.clock.sleep(3600)

    assert ask.left() == math.inf
    assert ask.deadline().seconds == 20


def run(lab, program):
    """Carry a part of a program out."""
    lab.begin().spawn(program)
    lab.scheduler.run()


def test_an_object_in_use_is_tried_to_be_deleted_for_as_long_as_declared():
    """Google may hold what its users have left for a while: the declared time bounds that too."""
    lab = Lab()
    lab.converge(Net("n", zone="a"), Net("other", zone="a"))
    lab.world.fault = lambda phase, call: (
        FailedPrecondition("is in use") if call == "delete projects/p1/nets/n" else None
    )
    began = lab.clock.seconds

    outcome = lab.apply(
        Net("other", zone="b"),
        Net("n", zone="b", timeouts=Timeouts(delete=90), depends_on=[Net("other", zone="b")]),
    )

    (error,) = outcome.errors
    assert isinstance(error, FailedPrecondition)
    assert "It was tried for 1 min 30 s, the delete timeout of its declaration." in error.remedy
    assert 90 <= lab.clock.seconds - began < 90 + 60


def _all_pending(lab):
    for body in lab.world.objects.values():
        body["status"] = "PROVISIONING"


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
