"""A slice of the random stacks; the whole of them is `nox -s reliability`."""

import random

import pytest

from gcpstack._engine import planner

from . import medleys, mixtures, whole

#: Some other ones for each word.
_SLICE = random.Random("medleys").sample(range(1000), 3)


@pytest.mark.parametrize("seed", _SLICE)
def test_a_stack_that_changes_is_as_if_made_from_nothing(seed):
    """However it changes, and whatever happens meanwhile."""
    assert medleys.play(seed, 4)["turns"] >= 1


@pytest.mark.parametrize("way", ["plain", "killed", "forgotten", "spoilt"])
def test_a_move_is_as_if_made_there(way):
    """From another project, by itself and with what it brings along."""
    medley = medleys.Medley(1)

    assert medley.go((topic(project=mixtures.ELSEWHERE),), "plain")
    assert medley.go((topic(),), way)
    medley.end()


def test_a_planted_bug_is_found(monkeypatch):
    """What was declared in another project stays there: the place is told."""
    monkeypatch.setattr(planner, "moved", lambda declared, record: [])
    medley = medleys.Medley(1)
    assert medley.go((topic(project=mixtures.ELSEWHERE),), "plain")

    with pytest.raises(AssertionError, match="other-project/topics/news"):
        medley.go((topic(),), "plain")


def test_the_command_plays_medleys(capsys):
    """It counts the turns that led somewhere."""
    asked = "--check medley --medleys 1 --processes 1 --offset 5"

    assert whole.main(asked.split()) == 0
    assert "| medley | kinds | a sample |" in capsys.readouterr().out


def topic(**fields):
    """A part of a mixture."""
    kinds = [known.path.base.KIND.name for known in mixtures.KNOWN]
    return mixtures.Part(1, kinds.index("pubsub.Topic"), **fields)
