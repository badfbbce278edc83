"""A clock that only moves when somebody sleeps or moves it."""

import threading
from datetime import UTC, datetime, timedelta

_START = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """Time in a test's hands: sleeping takes none of the test's own.

    It may be shared by threads.
    """

    def __init__(self) -> None:
        """Start at the beginning of a year."""
        self._seconds = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        """Tell the seconds that have passed."""
        with self._lock:
            return self._seconds

    def now(self) -> datetime:
        """Tell the time of day."""
        return _START + timedelta(seconds=self.monotonic())

    def sleep(self, seconds: float, /) -> None:
        """Let time pass."""
        self.advance(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        with self._lock:
            self._seconds += seconds
