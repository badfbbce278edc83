"""The crash sweep: a run dies at every boundary in turn, and the next one has to finish its work.

A boundary is before a call is sent and after it was answered: of every read, poll, mutation and
save of the inventory.
"""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gcpstack import Stack
from gcpstack.exceptions import GcpstackError

from .lab import Killed, Lab, normalised
from .stacks import Shipped
from .wire import INVENTORY, Saved

#: Until certificates, revisions and the like have settled, in seconds.
_LATER = 86_400.0

#: The one thing that no lease can hold back: a call that is at hand, not yet sent. Where Google
#: chooses the name, such a call may make a second object.
_IN_HAND = re.compile(
    r"before POST .*/(alertPolicies|uptimeCheckConfigs|notificationChannels"
    r"|secrets/.*:addVersion|secrets/.*/versions.*)"
)
#: Calls that change nothing.
_READS = re.compile(
    r"GET|POST .*([:/]wait|:(testIamPermissions|getIamPolicy|search\w*|lookup\w*))$"
)
ACTIONS = (
    "create",
    "update",
    "replace",
    "prune",
    "destroy",
    "adopt",
    "give up",
    "take back",
    "abandon",
)

#: The scenarios that begin in an empty project.
_FROM_NOTHING = ("create", "give up", "abandon")


@dataclass(frozen=True)
class Run:
    """What somebody asks for: a stack to apply, or to destroy."""

    stack: Stack
    destroy: bool = False


@dataclass(frozen=True)
class Case:
    """One scenario, ready to die in.

    Attributes:
        name: the stack's and the action's.
        before: what exists when the run begins.
        run: the one that dies.
        then: what is asked for next: the same again, or something else.
        expected: what exists after undisturbed runs.
        moments: what existed at each boundary of the run; the same value where nothing had changed.
        calls: the calls of the run.
        given_up: what is asked for next is that nothing be left of what was begun.
    """

    name: str
    before: Saved
    run: Run
    then: Run
    expected: dict[str, object]
    moments: Sequence[Saved]
    calls: Sequence[str] = ()
    given_up: bool = False

    @property
    def boundaries(self) -> int:
        """How many there are."""
        return len(self.moments)


def case(lab: Lab, shipped: Shipped, action: str) -> Case:
    """Bring a scenario to where it begins, and run it once undisturbed."""
    plain = shipped.stack()
    _begin(lab, shipped, made=action not in _FROM_NOTHING)
    if action == "adopt":
        forget(lab)
    run = Run(plain, destroy=action == "destroy")
    if action in ("update", "replace", "prune"):
        run = Run(shipped.stack(getattr(shipped, action)))
    elif action == "take back":
        run = Run(shipped.stack(shipped.update))
    then = {
        "give up": Run(plain, destroy=True),
        "take back": Run(plain),
        "abandon": Run(Stack(plain.name)),
    }.get(action, run)
    lab.line.calls.clear()
    before, moments = lab.save(), lab.keep_moments()
    apply(lab, run)
    calls = tuple(lab.line.calls)
    lab.undisturbed()
    if then is not run:
        apply(lab, then)
    assert lab.unfinished() == []
    # That one more apply finds nothing to do is asked of each process that follows a dead one.
    name, given_up = f"{shipped.name}: {action}", action in ("give up", "abandon")
    return Case(name, before, run, then, outcome(lab), moments, calls, given_up)


def _begin(lab: Lab, shipped: Shipped, *, made: bool) -> None:
    """Bring back an empty project, or one where a stack has been applied."""
    key = shipped.name if made else ""
    if key not in lab.begun:
        lab.line.google.reset()
        if made:
            converge(lab, Run(shipped.stack()))
        lab.begun[key] = lab.save()
    lab.restore(lab.begun[key])


def forget(lab: Lab) -> None:
    """Lose the inventory: everything is there, and nobody's."""
    state = lab.line.google.state
    for service, name in list(state.objects):
        if service == "storage" and INVENTORY in name and "/o/" in name:
            state.delete(service, name)
    state.take_changes()


def outcome(lab: Lab) -> dict[str, object]:
    """What a run leaves: what exists, and who may what."""
    lab.line.google.advance(_LATER)
    return {**lab.live(), "policies": normalised(lab.policies())}


def apply(lab: Lab, run: Run) -> None:
    """Run once."""
    lab.apply(run.stack, destroy=run.destroy).outcome.raise_failed()


def converge(lab: Lab, run: Run) -> None:
    """Apply once; then nothing is under way, and an apply finds nothing to do and does nothing."""
    apply(lab, run)
    assert lab.unfinished() == []
    lab.line.google.log.clear()
    again = lab.apply(run.stack, destroy=run.destroy)
    assert again.plan.empty, [str(change.address) for change in again.plan.changes if change.diff]
    assert lab.line.mutations() == []


def die(lab: Lab, here: Case, number: int) -> bool:
    """Die at one boundary and run again; tell whether there was such a boundary.

    Raises:
        AssertionError: what is left differs from what undisturbed runs leave.
    """
    reached = die_at(lab, here, number)
    lab.undisturbed()
    finish(lab, here)
    return reached


def die_at(lab: Lab, here: Case, number: int) -> bool:
    """Die at one boundary; tell whether there was such a boundary."""
    lab.restore(here.before)
    died = lab.kill_at(number)
    with contextlib.suppress(Killed):
        apply(lab, here.run)
    return died()


def go_on(lab: Lab, moment: Saved, here: Case) -> None:
    """Begin where a process died: what it leaves is what existed at that boundary, and no more.

    The next process knows nothing else, so boundaries between which nothing changed are one.

    Raises:
        AssertionError: what is left differs from what undisturbed runs leave.
    """
    lab.restore(moment)
    lab.undisturbed()
    finish(lab, here)


def wake_late(lab: Lab, here: Case, number: int) -> int:
    """Sleep at one boundary while another run does the same work; tell what was changed on waking.

    The lease of a process that is paused ends; when it goes on, the stack is another's.

    Raises:
        AssertionError: the process that woke up undid the other's work.
    """
    lab.restore(here.before)
    at: list[str] = []

    def other(where: str) -> None:
        lab.undisturbed()
        converge(lab, here.then)
        lab.line.google.log.clear()
        at.append(where)

    lab.interrupt_at(number, other)
    with contextlib.suppress(GcpstackError, ExceptionGroup):
        apply(lab, here.run)
    changed = len(lab.line.mutations()) if at else 0
    lab.undisturbed()
    if changed and _IN_HAND.fullmatch(at[0]):
        return changed
    finish(lab, here)
    return changed


def changing(here: Case) -> list[int]:
    """List the calls of a run that change something, by their numbers."""
    return [number for number, what in enumerate(here.calls) if not _READS.match(what)]


def lose(lab: Lab, here: Case, number: int) -> None:
    """Lose the answer to one call: the same run sees what became of it, and ends well.

    Raises:
        AssertionError: it does not, or what is left differs from what undisturbed runs leave.
    """
    lab.restore(here.before)
    lab.lose_answer(number)
    apply(lab, here.run)
    lab.undisturbed()
    finish(lab, here)


def finish(lab: Lab, here: Case) -> None:
    """Do what is asked for next, and compare what is left with what should be."""
    converge(lab, here.then)
    compare(lab, here)


def compare(lab: Lab, here: Case) -> None:
    """Compare what is left with what should be.

    Raises:
        AssertionError: they differ.
    """
    left, expected = outcome(lab), here.expected
    if here.given_up:
        expected = as_far(expected, left)
    assert left == expected, differences(left, expected)


def as_far(expected: dict[str, object], left: dict[str, object]) -> dict[str, object]:
    """Drop what can't be deleted and was never made, as the run was given up before: key rings, say."""
    mine, theirs = expected["policies"], left["policies"]
    assert isinstance(mine, dict)
    assert isinstance(theirs, dict)
    return {
        **{name: body for name, body in expected.items() if name in left},
        "policies": {name: body for name, body in mine.items() if name in theirs},
    }


def differences(left: object, expected: object, where: str = "") -> list[str]:
    """Name the places at which two states differ."""
    if isinstance(left, dict) and isinstance(expected, dict):
        keys = sorted(left.keys() | expected.keys())
        found = [differences(left.get(k), expected.get(k), f"{where}.{k}") for k in keys]
        return [line for lines in found for line in lines]
    if isinstance(left, list) and isinstance(expected, list) and len(left) == len(expected):
        pairs = enumerate(zip(left, expected, strict=True))
        found = [differences(a, b, f"{where}[{n}]") for n, (a, b) in pairs]
        return [line for lines in found for line in lines]
    return [] if left == expected else [f"{where}: {left!r} instead of {expected!r}"]
