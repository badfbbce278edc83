"""The command of the reliability checks: it fails on the bugs that it is there for, and tells where.

Each bug is planted in this process, and a share of one scenario is run.
"""

import re

import pytest

from gcpstack._engine import node, tasks
from gcpstack._engine.node import Node
from gcpstack._inventory.keeper import Keeper
from gcpstack._stack import session

from . import whole

#: What is taken away, with what, and the share that shows it.
BUGS = {
    "the intent before the call": (
        (session, "intents", lambda plan, snapshot: dict(snapshot.records)),
        "--check crash --action abandon --every 24",
    ),
    "the lease's fencing": (
        (Keeper, "still_held", lambda self: None),
        "--check late --action create --point {late}",
    ),
    "the wait for an operation that an earlier run began": (
        (Node, "resume", lambda self, record: iter(())),
        "--check crash --action create --every 24",
    ),
    "the order of a destroy": (
        (tasks, "users", lambda plan, records: {}),
        "--check crash --action destroy --every 48",
    ),
    "the care for a create whose answer was lost": (
        (node, "AlreadyExists", ZeroDivisionError),
        "--check lost --action create --point {lost}",
    ),
}


def run(part):
    """Run a part of everything in this process, the same on any day."""
    fixed = "--stack aster --processes 1 --offset 5"
    return whole.main(f"{fixed} {part}".split())


def telling_points():
    """Choose calls: one before which much is left to do, and one that no request id makes safe."""
    calls = whole._case("aster", "create").calls
    late = max(n for n, what in enumerate(calls) if what.endswith("/secrets/ASTER_STATIC_IP"))
    lost = next(n for n, what in enumerate(calls) if re.match("POST .*/datasets$", what))
    return {"late": 2 * late, "lost": lost}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_ends_with_status_1(bug, monkeypatch, capsys):
    """And with a line for each point that shows it, which repeats it."""
    (where, name, instead), part = BUGS[bug]
    part = part.format_map(telling_points())
    monkeypatch.setattr(where, name, instead)

    assert run(part) == 1
    told = capsys.readouterr().err.splitlines()[0]
    assert re.match(r"--check \w+ --stack aster --action '\w+'", told)


def test_without_a_bug_it_ends_with_status_0(capsys):
    """And tells how to run the same again."""
    assert run("--check crash --action create --every 48") == 0
    out = capsys.readouterr().out
    assert "| crash | aster | one in 48, from 5 |" in out
    assert "--offset 5 runs the same share again" in out
    assert "0 runs failed" in out


def test_all_shares_together_leave_nothing_out():
    """From day to day another share is run; one point by its number is the same on any day."""
    here = whole._case("aster", "update")
    for check in ("crash", "late", "lost"):
        every = points(check)
        shares = [points(check, share=3, offset=day) for day in (0, 1, 2)]
        assert sorted(number for share in shares for number in share) == sorted(every)
    assert len(points("lost")) == len(whole.sweep.changing(here))


def points(check, **more):
    jobs = [whole.Job(check, "aster", "update", part, **more) for part in range(4)]
    return [number for job in jobs for number, _, _ in whole._points(job)]
