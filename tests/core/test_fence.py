"""The fence: what has to hold at each request."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gcpstack._core import fence


def test_without_a_fence_everything_passes():
    """Reading needs no lease."""
    fence.passed()


def test_each_request_asks():
    """At once, and whenever something is about to be sent."""
    asked = []
    with fence.fenced(lambda: asked.append(1)):
        fence.passed()
        fence.passed()
    fence.passed()

    assert len(asked) == 3


def test_what_does_not_hold_stops_the_next_request():
    """And nothing stays behind for what comes after."""
    left = iter((None, None, TimeoutError()))

    def check():
        error = next(left)
        if error is not None:
            raise error

    with fence.fenced(check):
        fence.passed()
        with pytest.raises(TimeoutError):
            fence.passed()
    fence.passed()


def test_the_check_may_send_requests_itself():
    """It reads who holds the lease: nobody asks for leave to do that."""
    asked = []

    def check():
        asked.append(1)
        fence.passed()

    with fence.fenced(check):
        fence.passed()

    assert len(asked) == 2


def test_another_thread_asks_too_where_the_call_was_carried_there():
    """What an adapter does side by side is fenced like the rest; a bare thread would be not."""
    asked = []
    with fence.fenced(lambda: asked.append(1)), ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(fence.carried(fence.passed)) for _ in range(4)]:
            done.result()
        pool.submit(fence.passed).result()

    assert len(asked) == 5
