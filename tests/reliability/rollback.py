"""Rollbacks: an apply that can't succeed is undone, and whoever dies on the way is followed by one who is not.

What makes it fail is a method that Google keeps refusing. A process may die at any boundary, before
or during the rollback; then either the rollback is finished, or, once Google is well again, the
apply.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from . import sweep
from .lab import Lab
from .stacks import SHIPPED, Shipped
from .wire import INVENTORY, Saved

#: What Google keeps refusing, by stack and action.
BROKEN: Mapping[str, Mapping[str, str]] = {
    "aster": {
        "create": "compute.globalForwardingRules.insert",
        "update": "compute.urlMaps.update",
        "replace": "compute.targetHttpsProxies.setSslCertificates",
        "prune": "compute.targetHttpProxies.setUrlMap",
    },
    "atp": {
        "create": "compute.globalForwardingRules.insert",
        "update": "sql.instances.patch",
        "replace": "compute.targetHttpsProxies.setSslCertificates",
        "prune": "run.projects.locations.services.patch",
        "adopt": "sql.users.update",
    },
    "eaili5": {
        "create": "run.projects.locations.services.create",
        "update": "sql.instances.patch",
        "replace": "run.projects.locations.services.patch",
        "prune": "run.projects.locations.services.patch",
        "adopt": "sql.users.update",
    },
    "virtuoso": {
        "create": "compute.globalForwardingRules.insert",
        "update": "run.projects.locations.services.patch",
        "replace": "compute.targetHttpsProxies.setSslCertificates",
        "prune": "compute.urlMaps.update",
        "adopt": "serviceusage.services.generateServiceIdentity",
    },
    "trade_streamer": {
        "create": "compute.globalForwardingRules.insert",
        "update": "cloudscheduler.projects.locations.jobs.patch",
        "replace": "certificatemanager.projects.locations.certificateMaps.certificateMapEntries.create",
        "adopt": "serviceusage.services.generateServiceIdentity",
    },
}
#: Names of versions, and the states in which they are history.
_VERSION = re.compile(r"/secrets/.*/versions/|/cryptoKeyVersions/")
_DESTROYED = ("DESTROYED", "DESTROY_SCHEDULED")
#: What Google counts: versions, and proofs that somebody owns a domain.
_NUMBER = re.compile(r"(?<=/versions/)\d+|(?<=/cryptoKeyVersions/)\d+|\d+(?=\.authorize\.certif)")
#: Of a big stack, every so many-th moment is looked at.
SPARSE = 4


@dataclass(frozen=True)
class First:
    """A first creation: there was nothing, and yet not all that was made goes.

    Data stays, and what it needs; so do enabled APIs, and what came with them by itself. A process
    that died early has made less of that than one that did not die.

    Attributes:
        there: what existed before.
        destroyed: what exists once the stack is destroyed after its rollback: what can't be deleted.
    """

    there: dict[str, object]
    destroyed: dict[str, object]


@dataclass(frozen=True)
class Case:
    """One scenario, ready to die in.

    Attributes:
        name: the stack's, the action's, and the method that fails.
        run: the apply that can't succeed.
        undone: what exists after an undisturbed rollback.
        done: what exists after the apply, once it can succeed.
        moments: what existed at each boundary.
        first: what is special about a first creation; None for any other scenario.
    """

    name: str
    run: sweep.Run
    undone: dict[str, object]
    done: dict[str, object]
    moments: Sequence[Saved]
    first: "First | None"


def case(lab: Lab, shipped: Shipped, action: str, broken: str) -> Case:
    """Bring a scenario to where it begins, run it with a method broken, and see that all is undone.

    Raises:
        AssertionError: what was there before is not there again.
    """
    made = sweep.case(lab, shipped, action)
    lab.restore(made.before)
    there = sweep.outcome(lab)
    lab.restore(made.before)
    moments = lab.keep_moments()
    fail(lab, made.run, broken)
    lab.undisturbed()
    undone = _plain(sweep.outcome(lab))
    first = None
    if action == "create":
        destroy(lab, made.run)
        first = First(_plain(there), _plain(sweep.outcome(lab)))
    else:
        assert undone == _plain(there), sweep.differences(undone, _plain(there))
    name = f"{made.name}, {broken} fails"
    return Case(name, made.run, undone, _plain(made.expected), moments, first)


def destroy(lab: Lab, run: sweep.Run) -> None:
    """Give a stack up."""
    sweep.apply(lab, sweep.Run(run.stack, destroy=True))
    assert lab.unfinished() == []


def _plain(state: Mapping[str, object]) -> dict[str, object]:
    """Leave out history: destroyed versions of secrets and keys, and grants on the inventory's bucket.

    What was destroyed and is made again has a later number.
    """
    out: dict[str, object] = {}
    for key, found in state.items():
        if isinstance(found, Mapping):
            out[key] = {name: policy for name, policy in found.items() if INVENTORY not in name}
            continue
        versions = _VERSION.search(key) is not None
        alive = [body for body in found if not versions or body["state"] not in _DESTROYED]
        if alive or not versions:
            name = _unnumbered(key)
            out[name] = [*out.get(name, ()), *_unnumbered(alive)]
    return out


def _unnumbered(value):
    if isinstance(value, dict):
        return {key: _unnumbered(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unnumbered(inner) for inner in value]
    return _NUMBER.sub("#", value) if isinstance(value, str) else value


def fail(lab: Lab, run: sweep.Run, broken: str) -> None:
    """Apply with a method broken, and be rolled back."""
    lab.line.google.faults.set([{"method": broken, "fault": "403"}])
    session = lab.session(run.stack)
    session.prepare()
    result = session.apply(session.plan(), rollback=True)
    assert result.outcome.errors, f"{broken} is not called"
    assert result.undone is not None
    result.undone.outcome.raise_failed()


def undo(lab: Lab, moment: Saved, here: Case) -> None:
    """Begin where a process died, and undo what it did.

    Raises:
        AssertionError: what is left differs from what an undisturbed rollback leaves.
    """
    lab.restore(moment)
    lab.undisturbed()
    session = lab.session(here.run.stack)
    session.prepare()
    session.roll_back(session.plan_rollback()).outcome.raise_failed()
    assert lab.unfinished() == []
    left = _plain(sweep.outcome(lab))
    if here.first is None:
        assert left == here.undone, sweep.differences(left, here.undone)
        return
    more = between(left, here.first.there, here.undone)
    assert more == [], more
    # Whatever stayed is still known to be ours.
    destroy(lab, here.run)
    left = _plain(sweep.outcome(lab))
    expected = sweep.as_far(here.first.destroyed, left)
    assert left == expected, sweep.differences(left, expected)


def between(
    left: Mapping[str, object], least: Mapping[str, object], most: Mapping[str, object]
) -> list[str]:
    """Name what exists beyond what was there before and what an undisturbed rollback leaves, or is missing."""
    missing = [f"{key} is gone" for key in least if key not in left]
    return missing + [
        f"{key}: {item!r}"
        for key, found in left.items()
        for item in _items(found)
        if item not in [*_items(least.get(key)), *_items(most.get(key))]
    ]


def _items(found: object) -> list[object]:
    """List the objects of a name, or the policies by theirs.

    A network tells its peerings too, which stand beside it as connections, and a key its newest
    version. A key that is given up can't be deleted: it loses its versions, and rotates no more.
    """
    if isinstance(found, Mapping):
        return list(found.items())
    rows = found if isinstance(found, list) else []
    beside = ("peerings", "primary", "rotationPeriod", "nextRotationTime")
    return [{key: value for key, value in body.items() if key not in beside} for body in rows]


def go_on(lab: Lab, moment: Saved, here: Case) -> None:
    """Begin where a process died, and apply, now that it can succeed.

    Raises:
        AssertionError: what is left differs from what an undisturbed apply leaves.
    """
    lab.restore(moment)
    lab.undisturbed()
    sweep.converge(lab, here.run)
    left = _plain(sweep.outcome(lab))
    assert left == here.done, sweep.differences(left, here.done)


def points(
    lab: Lab, name: str, action: str, share: int = 1, offset: int = 0
) -> Iterator[tuple[int, int, Callable[[], None]]]:
    """List where a process dies: each moment by its number, for how many it stands, what is done.

    From one moment to the next the rollback and the new apply take turns.

    Args:
        lab: where it happens.
        name: the stack.
        action: the scenario.
        share: the one moment in so many.
        offset: which share, and which of the two begins.
    """
    here = case(lab, SHIPPED[name], action, BROKEN[name][action])
    alike = itertools.groupby(enumerate(here.moments), lambda row: id(row[1]))
    chosen = itertools.islice(alike, offset % share, None, share)
    for turn, (_, group) in enumerate(chosen, start=offset // share):
        number, moment = next(group)
        then = go_on if turn % 2 else undo
        yield number, 1, lambda then=then, moment=moment: then(lab, moment, here)  # type: ignore[misc] # bound now
