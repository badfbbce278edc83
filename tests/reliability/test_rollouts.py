"""A slice of the rollouts: at which moments a process dies while a new version takes over."""

import contextlib
import random

import pytest

from gcpstack._core.traffic import Share, Traffic

from . import rollouts
from .lab import Killed

_SLICE = 3


@pytest.mark.parametrize(("way", "fate"), rollouts.SCENARIOS)
def test_whoever_dies_during_a_rollout_is_followed_by_one_who_ends_it(lab, way, fate):
    """A good version takes over, a bad one is taken back and never had more than it is tried with."""
    here = rollouts.case(lab, way, fate)
    moments = [group[0][1] for group in rollouts.groups(here)]
    assert len(moments) >= 10
    rng = random.Random(f"{way} {fate}")

    for moment in rng.sample(moments, _SLICE):
        rollouts.go_on(lab, moment, here)


@pytest.mark.parametrize("way", rollouts.WAYS)
def test_a_process_that_dies_leaves_what_was_kept(lab, way):
    """The moments are those that a process leaves which really dies."""
    here = rollouts.case(lab, way, "failing")
    rng = random.Random(way)

    for number in rng.sample(range(len(here.moments)), _SLICE):
        lab.restore(here.before)
        rollouts.well(lab)
        died = lab.kill_at(number)
        with contextlib.suppress(Killed):
            lab.apply(here.run.stack)
        assert died()
        left = rollouts.traffic(lab)
        lab.restore(here.moments[number])
        assert left == rollouts.traffic(lab)


def test_the_check_finds_what_it_is_for(lab, monkeypatch):
    """Where nobody knows any more to whom all traffic went before, a bad version comes to stay."""

    def forgetful(
        traffic: Traffic, stable: str, trial: str, percent: int, tag: str
    ) -> tuple[Share, ...]:
        kept = [Share(stable, 100 - percent)] if percent < 100 else []
        return (*kept, Share(trial, percent, tag))

    monkeypatch.setattr(Traffic, "divided", forgetful)
    here = rollouts.case(lab, "blue-green", "failing")
    tried = (100, "candidate")

    def on_trial(moment) -> bool:
        lab.restore(moment)
        return [row[1:] for row in rollouts.traffic(lab)] == [tried]

    (*_, moment) = [group[0][1] for group in rollouts.groups(here) if on_trial(group[0][1])]
    with pytest.raises((AssertionError, ExceptionGroup)):
        rollouts.go_on(lab, moment, here)
