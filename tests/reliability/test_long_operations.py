"""What takes long costs little: the polls of a creation are few, and its time passes at once."""

from collections import Counter

import pytest

from gcpstack import SqlInstance, Stack, Timeouts
from gcpstack._engine.durations import usual
from gcpstack._engine.wait import pause
from gcpstack._inventory.keeper import LEASE
from gcpstack.exceptions import WaitTimeout

from .lab import Lab

#: Two and a half times as long as a Cloud SQL instance usually takes.
FACTOR = 2.5
MINUTES = 25


def shop(timeouts=None):
    """A stack of one instance."""
    stack = Stack("shop", enable_apis=False)
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
    assert sum(calls.values()) <= 12, calls


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
