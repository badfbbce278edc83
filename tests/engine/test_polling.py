"""The pauses between two questions about an operation, and between two tries."""

import random

from hypothesis import given
from hypothesis import strategies as st

from gcpstack._engine.polling import pause
from gcpstack._engine.quota import Bucket
from gcpstack._engine.retry import Backoff
from gcpstack.testing import FakeClock

SECONDS = st.floats(0, 1e6)


@given(SECONDS, SECONDS)
def test_a_pause_has_bounds(elapsed, usual):
    """Somebody who waits is never asked to wait for long, nor is Google asked all the time."""
    assert 0.05 <= pause(elapsed, usual) <= 10.0


@given(SECONDS, SECONDS, SECONDS)
def test_pauses_only_grow(one, other, usual):
    """With the time that has passed, and with what is usual."""
    less, more = sorted((one, other))

    assert pause(less, usual) <= pause(more, usual)
    assert pause(usual, less) <= pause(usual, more)


@given(st.floats(0.1, 1e4), st.floats(0, 7200))
def test_asking_adds_about_a_tenth_at_most(takes, usual):
    """However long an operation takes: its end is noticed soon after."""
    asked = 0.0
    while asked < takes:
        asked += pause(asked, usual)

    assert asked - takes <= max(0.05, 0.1 * takes)


@given(st.integers(1, 200), st.integers())
def test_tries_are_further_and_further_apart(attempt, seed):
    """Between half of the step and all of it, and no more than the longest."""
    backoff = Backoff(random.Random(seed))
    top = min(backoff.longest, backoff.first * 2.0 ** min(attempt, 30))

    assert top / 2 <= backoff.pause(attempt) <= top


@given(st.integers(1, 600), st.lists(st.floats(0, 30), max_size=60))
def test_no_more_calls_than_the_quota(per_minute, gaps):
    """Within any minute, a full bucket and what came in meanwhile are all that is taken."""
    clock = FakeClock()
    bucket = Bucket(per_minute, clock)
    taken = []
    for gap in gaps:
        clock.sleep(gap)
        bucket.take()
        taken.append(clock.monotonic())

    for first, began in enumerate(taken):
        within = [at for at in taken[first:] if at - began <= 60]
        assert len(within) <= 2 * per_minute + 1
