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
        "update": "sql.instances.patch",
        "replace": "compute.targetHttpsProxies.setSslCertificates",
        "prune": "run.projects.locations.services.patch",
        "adopt": "sql.users.update",
    },
    "eaili5": {"update": "sql.instances.patch"},
    "virtuoso": {
        "update": "run.projects.locations.services.patch",
        "replace": "compute.targetHttpsProxies.setSslCertificates",
        "prune": "compute.urlMaps.update",
        "adopt": "serviceusage.services.generateServiceIdentity",
    },
}
#: Of a big stack, every so many-th moment is looked at.
SPARSE = 4


@dataclass(frozen=True)
class Case:
    """One scenario, ready to die in.

    Attributes:
        name: the stack's, the action's, and the method that fails.
        run: the apply that can't succeed.
        undone: what exists after an undisturbed rollback.
        done: what exists after the apply, once it can succeed.
        moments: what existed at each boundary.
        fresh: nothing was there before.
    """

    name: str
    run: sweep.Run
    undone: dict[str, object]
    done: dict[str, object]
    moments: Sequence[Saved]
    fresh: bool


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
    if action != "create":
        assert undone == _plain(there), sweep.differences(undone, _plain(there))
    name = f"{made.name}, {broken} fails"
    return Case(name, made.run, undone, _plain(made.expected), moments, action == "create")


def _plain(state: Mapping[str, object]) -> dict[str, object]:
    """Leave out history: destroyed versions of secrets, and grants on the inventory's bucket."""
    out: dict[str, object] = {}
    for key, found in state.items():
        if isinstance(found, Mapping):
            out[key] = {name: policy for name, policy in found.items() if INVENTORY not in name}
            continue
        versions = "/secrets/" in key and "/versions/" in key
        alive = [body for body in found if not versions or body["state"] != "DESTROYED"]
        if alive or not versions:
            name = re.sub(r"/versions/\d+", "/versions/#", key)
            out[name] = [{**body, "name": name} if versions else body for body in alive]
    return out


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
    # What had not been made yet when the process died needs no keeping.
    expected = {key: here.undone.get(key) for key in left} if here.fresh else here.undone
    assert left == expected, sweep.differences(left, expected)


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
