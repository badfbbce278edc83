"""Retries, quotas and polling: all on a virtual clock."""

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcpstack._engine.polling import pause
from gcpstack._engine.quota import Bucket, Quotas
from gcpstack._engine.retry import Backoff, Caller, patience
from gcpstack.exceptions import (
    AlreadyExists,
    CloudError,
    Conflict,
    InvalidRequest,
    NotFound,
    OperationInProgress,
    PermissionDenied,
    QuotaExceeded,
    RateLimited,
    Unavailable,
    Unreachable,
)

from .world import VirtualClock


@pytest.mark.parametrize(
    ("kind", "again"),
    [
        (RateLimited, True),
        (Unavailable, True),
        (OperationInProgress, True),
        (QuotaExceeded, False),
        (NotFound, False),
        (AlreadyExists, False),
        (InvalidRequest, False),
        (PermissionDenied, False),
        # Sending the same stale fingerprint again can't help: the engine reads again first.
        (Conflict, False),
    ],
)
def test_what_is_made_again(kind, again):
    """The predicate table."""
    assert (patience(kind("x")) > 0) is again


def caller(clock):
    return Caller(Quotas({}, clock), clock, random.Random(0))


def test_a_passing_fault_is_survived():
    """Three failures, then the result; each told."""
    clock, failures, told = (
        VirtualClock(),
        [Unavailable("a"), RateLimited("b"), Unavailable("c")],
        [],
    )

    def call():
        if failures:
            raise failures.pop(0)
        return "done"

    assert caller(clock)("api", call, lambda error, seconds: told.append(str(error))) == "done"
    assert told == ["a", "b", "c"]


def test_it_gives_up_in_the_end():
    """After the patience for that failure has run out, the last one is raised."""
    clock = VirtualClock()
    began = clock.monotonic()

    def call():
        raise Unavailable("down")

    with pytest.raises(Unavailable):
        caller(clock)("api", call)
    assert patience(Unavailable("")) <= clock.monotonic() - began < patience(Unavailable("")) + 60


def gone():
    raise Unreachable("no network")


def test_where_nobody_was_ever_reached_it_is_told_in_seconds():
    """A network that isn't there is no outage: nobody waits minutes to hear of it."""
    clock = VirtualClock()
    began, tries = clock.monotonic(), []

    with pytest.raises(Unreachable):
        caller(clock)("api", gone, lambda error, _: tries.append(error))
    assert 0 < clock.monotonic() - began < 10
    assert tries


@pytest.mark.parametrize("answer", [None, NotFound("no such thing"), Unavailable("busy")])
def test_a_network_that_drops_in_the_middle_is_waited_for(answer):
    """Once anybody has answered, even with a refusal, the network is known to be there."""
    clock, answers = VirtualClock(), [answer]

    def first():
        error = answers.pop() if answers else None
        if error is not None:
            raise error

    call = caller(clock)
    with contextlib.suppress(NotFound):
        call("api", first)
    began = clock.monotonic()
    with pytest.raises(Unreachable):
        call("other", gone)
    assert clock.monotonic() - began >= 180


def test_google_tells_how_long_to_wait():
    """A Retry-After wins over the backoff."""
    clock = VirtualClock()
    began = clock.monotonic()
    errors: list[CloudError] = [RateLimited("slow", retry_after=42)]

    def call():
        if errors:
            raise errors.pop()

    caller(clock)("api", call)
    assert clock.monotonic() - began == 42


@given(st.integers(1, 200))
def test_pauses_stay_within_bounds(attempt):
    """Never nothing, never too long."""
    backoff = Backoff(random.Random(attempt))

    assert 0 < backoff.pause(attempt) <= backoff.longest


@given(st.lists(st.floats(0, 5), max_size=200))
def test_a_bucket_keeps_the_rate(gaps):
    """However calls arrive, no more go out than were saved up and refilled."""
    clock = VirtualClock()
    bucket = Bucket(60, clock)
    began = clock.monotonic()
    for gap in gaps:
        clock.sleep(gap)
        bucket.take()

    assert len(gaps) <= 60 + (clock.monotonic() - began) + 1e-6


@given(st.floats(0.1, 3600), st.floats(0.1, 3600))
def test_asking_adds_little(duration, usual):
    """Polling finds the end soon: within a tenth of the time or the longest pause."""
    elapsed, polls = 0.0, 0
    while elapsed < duration:
        elapsed += pause(elapsed, usual)
        polls += 1

    assert elapsed - duration <= max(0.1, duration * 0.1)
    assert polls < 60 + duration / 1.5
