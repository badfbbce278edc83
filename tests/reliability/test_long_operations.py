"""What takes long costs little: the polls of a creation are few, and its time passes at once."""

from collections import Counter

import pytest

from gcpstack import SqlInstance, Stack, Timeouts
from gcpstack._engine.durations import usual
from gcpstack._engine.polling import pause
from gcpstack._inventory.keeper import LEASE
from gcpstack.exceptions import DeclarationError, WaitTimeout

from .lab import Lab

#: Two and a half times as long as a Cloud SQL instance usually takes.
FACTOR = 2.5
MINUTES = 25


def shop(timeouts=None, of_kinds=None):
    """A stack of one instance."""
    stack = Stack("shop", enable_apis=False, timeouts=of_kinds)
    stack.add(
        SqlInstance(
            "main",
            database_version="POSTGRES_16",
            edition="ENTERPRISE",
            tier="db-f1-micro",
            timeouts=timeouts,
        )
    )
    return stack


def polls(seconds, usually):
    """Tell how often something that takes so long is asked about: at the beginning, and after each pause."""
    asked, elapsed = 1, 0.0
    while elapsed < seconds:
        elapsed += pause(elapsed, usually)
        asked += 1
    return asked


def test_the_polls_of_a_creation_of_25_minutes():
    """By Google's own client, on the virtual clock: as many polls as the pauses say, and little else."""
    lab = Lab(FACTOR)
    began = lab.line.clock.monotonic()

    result = lab.apply(shop())

    assert result.outcome.ok
    took = lab.line.clock.monotonic() - began
    assert MINUTES * 60 <= took <= MINUTES * 60 * 1.01
    calls = Counter(row["method"] for row in lab.line.google.log.rows())
    most = polls(MINUTES * 60, usual("sql.DatabaseInstance").create)
    assert most < 350
    assert most - 2 <= calls.pop("sql.operations.get") <= most
    renewals = took / (LEASE.total_seconds() * 0.3)
    assert calls.pop("storage.objects.insert") <= renewals + 5
    assert calls.pop("sql.instances.insert") == 1
    assert sum(calls.values()) <= 15, calls


def test_a_creation_that_outlives_its_timeout_is_finished_by_the_next_apply():
    """Nothing is made twice: the operation is waited for, as long as it takes."""
    lab = Lab(FACTOR)
    began = lab.line.clock.monotonic()

    with pytest.raises(ExceptionGroup) as raised:
        lab.apply(shop(Timeouts(create="10m"))).outcome.raise_failed()

    (error,) = raised.value.exceptions
    assert isinstance(error, WaitTimeout)
    assert "took longer than 10 min to create, the create timeout of its declaration" in str(error)
    assert 600 < lab.line.clock.monotonic() - began < 620

    lab.apply(shop(Timeouts(create="20m"))).outcome.raise_failed()

    assert MINUTES * 60 <= lab.line.clock.monotonic() - began <= MINUTES * 60 * 1.02
    calls = Counter(row["method"] for row in lab.line.google.log.rows())
    assert calls["sql.instances.insert"] == 1
    assert lab.plan(shop()).empty


def test_a_stack_gives_its_kinds_their_time():
    """For what declares no time of its own, also when it is deleted after it has left the code."""
    lab = Lab(FACTOR)
    hurried = {SqlInstance: Timeouts(create="2h", delete="60s")}
    with pytest.raises(ExceptionGroup) as raised:
        lab.apply(shop(Timeouts(create="10m"), hurried)).outcome.raise_failed()
    assert "the create timeout of its declaration" in str(raised.value.exceptions[0])
    lab.apply(shop(of_kinds=hurried)).outcome.raise_failed()
    empty = Stack("shop", enable_apis=False, timeouts=hurried)

    done = lab.apply(empty, consents=frozenset({"sql.DatabaseInstance/main"}))

    (error,) = done.outcome.errors
    assert "took longer than 1 min to delete, the delete timeout that the stack gives" in str(error)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {SqlInstance: Timeouts(create="soon")},
            "timeouts[SqlInstance].create: 'soon' is not a span",
        ),
        ({SqlInstance: "2h"}, "timeouts[SqlInstance]: expected Timeouts, got str."),
        ({"sql.DatabaseInstance": Timeouts()}, "'sql.DatabaseInstance' is not the class of a"),
        (Timeouts(create="2h"), "timeouts: expected a mapping, got Timeouts."),
    ],
    ids=["no-span", "no-timeouts", "no-class", "no-mapping"],
)
def test_what_a_stack_may_not_say(given, told):
    """Is told with the other problems of the declaration, before anything is called."""
    with pytest.raises(DeclarationError) as raised:
        Lab().session(shop(of_kinds=given))

    assert told in str(raised.value)
