"""A clock that tests own."""

import threading
from datetime import UTC, datetime, timedelta

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """Virtual time: it passes only when somebody sleeps, and then at once.

    It stands in wherever a `Clock` is taken; safe to use from several threads.

    >>> clock = FakeClock()
    >>> clock.sleep(90)
    >>> clock.monotonic()
    90.0
    """

    def __init__(self, begin: datetime = _BEGIN) -> None:
        """Stand at *begin*, with zero seconds passed."""
        self._begin = begin
        self._seconds = 0.0
        self._lock = threading.Lock()
        #: Every pause that was asked for, in seconds, in order.
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Return the seconds that have passed."""
        return self._seconds

    def now(self) -> datetime:
        """Return the virtual time of day, in UTC."""
        return self._begin + timedelta(seconds=self._seconds)

    def sleep(self, seconds: float, /) -> None:
        """Let time pass without waiting for it."""
        with self._lock:
            self.slept.append(seconds)
            self._seconds += max(0.0, seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass that nobody asked to wait for."""
        with self._lock:
            self._seconds += max(0.0, seconds)
