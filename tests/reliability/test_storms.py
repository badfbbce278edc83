"""A slice of the fault storms; the whole of them is `nox -s reliability`."""

import pytest

from gcpstack._engine import node

from . import storms, sweep
from .stacks import SHIPPED

_SEEDS = range(16)


@pytest.fixture(scope="module")
def cases(project):
    """Every scenario of one stack, brought to where it begins."""
    return [sweep.case(project, SHIPPED["aster"], action) for action in sweep.ACTIONS]


@pytest.mark.parametrize("seed", _SEEDS)
def test_it_converges_once_google_is_well(lab, cases, seed):
    """Within two applies, to what an undisturbed run leaves."""
    storms.weather(lab, cases[seed % len(cases)], seed)


def test_a_seed_replays_alike(lab, cases):
    """The same number gives the same calls."""
    seen = []
    for _ in range(2):
        lab.line.calls.clear()
        storms.weather(lab, cases[0], 7)
        seen.append([call for call in lab.line.calls if "operations" not in call])

    assert seen[0] == seen[1]


def test_storms_strike(lab, cases):
    """Among the seeds are some whose apply fails: the weather is not fine."""
    assert any(storms.strike(lab, cases[0], seed) for seed in _SEEDS)


def test_a_planted_bug_is_found(lab, cases, monkeypatch):
    """A create that was committed although its answer was lost must not count as a failure."""
    monkeypatch.setattr(node, "AlreadyExists", ZeroDivisionError)
    assert not lossy(lab, cases[0])

    monkeypatch.undo()
    lab.undisturbed()
    assert lossy(lab, cases[0])


def test_an_operation_that_is_not_found_is_no_deletion(lab):
    """A read of a deletion's operation that comes too early says nothing about the object."""
    here = sweep.case(lab, SHIPPED["atp"], "destroy")
    lab.restore(here.before)
    rule = {"method": "servicenetworking.operations.get", "fault": "stale", "times": 1}
    lab.line.google.faults.set([rule])

    assert lab.apply(here.run.stack, destroy=True).outcome.ok
    lab.undisturbed()
    assert sweep.differences(sweep.outcome(lab), here.expected) == []


def lossy(lab, here):
    """Apply while the first answer of each method that makes something is lost; tell whether it went well."""
    lab.restore(here.before)
    methods = (
        "compute.globalAddresses.insert",
        "compute.urlMaps.insert",
        "bigquery.datasets.insert",
    )
    rules = [{"method": name, "fault": "reset_after", "nth": 1} for name in methods]
    lab.line.google.faults.set(rules)
    return lab.apply(here.run.stack).outcome.ok
