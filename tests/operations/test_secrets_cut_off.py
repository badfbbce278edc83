"""Bringing services up again and putting old values away, cut off at every boundary."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from gcpstack import Canary
from gcpstack._operations import secrets as operations
from gcpstack._operations.secret_states import secret_states
from tests.operations.test_secrets import readers
from tests.reliability.lab import Lab
from tests.reliability.sweep import outcome

_READERS = 2


class Aged:
    """An applied stack whose secret got a second version, which no service reads yet."""

    def __init__(self, rollout=None):
        self.lab = Lab()
        for value in ("first", "second"):
            self.stack = readers(_READERS, value, rollout)
            self.lab.apply(self.stack).outcome.raise_failed()
            self.lab.line.clock.advance(60)

    def roll(self):
        return operations.roll(self.lab.session(self.stack))

    def put_away(self, *, destroy):
        settings = replace(self.lab.settings, consents=("secretmanager.Secret/key",))
        session = self.lab.session(self.stack, settings)
        found = secret_states(session, session.plan())
        return operations.retire(session, found, timedelta(0), destroy=destroy)

    def revisions(self):
        """How many each service has."""
        names = [name for api, name in self.lab.line.google.state.objects if api == "run"]
        return Counter(name.split("/")[-3] for name in names if "/revisions/" in name)

    def versions(self):
        """How each version stands, the oldest first."""
        objects = sorted(self.lab.line.google.state.objects.items())
        return [obj.body["state"] for (_, name), obj in objects if "/key/versions/" in name]

    def cut_off(self, work):
        """What existed at each boundary of some work, each once; and what exists after it."""
        moments = self.lab.keep_moments()
        assert work()
        left = [
            moment for at, moment in enumerate(moments) if at == 0 or moment is not moments[at - 1]
        ]
        self.lab.undisturbed()
        assert len(left) >= 4
        return left, outcome(self.lab)

    def again(self, moment, work, expected):
        """Go on from there with the same command: the same is left, and nothing is left to do."""
        self.lab.restore(moment)
        self.lab.undisturbed()
        work()
        assert self.lab.unfinished() == []
        self.lab.line.google.log.clear()
        assert work() == []
        assert self.lab.line.mutations() == []
        assert self.lab.plan(self.stack).empty
        assert outcome(self.lab) == expected


@pytest.mark.parametrize(
    "rollout", [None, Canary(steps=(50,), bake=0)], ids=["all at once", "canary"]
)
def test_services_that_were_being_brought_up_are_by_the_same_command(rollout):
    """None twice."""
    place = Aged(rollout)
    before = place.revisions()
    moments, expected = place.cut_off(place.roll)
    once = place.revisions()
    assert once - before == dict.fromkeys(before, 1)

    for moment in moments:
        place.again(moment, place.roll, expected)
        assert place.revisions() == once


@pytest.mark.parametrize(("destroy", "state"), [(False, "DISABLED"), (True, "DESTROYED")])
def test_what_was_being_put_away_is_by_the_same_command(destroy, state):
    """The version in use stays."""
    place = Aged()
    place.roll()
    if destroy:
        place.put_away(destroy=False)
    place.lab.undisturbed()

    def work():
        return place.put_away(destroy=destroy)

    moments, expected = place.cut_off(work)
    assert place.versions() == [state, "ENABLED"]

    for moment in moments:
        place.again(moment, work, expected)
        assert place.versions() == [state, "ENABLED"]
