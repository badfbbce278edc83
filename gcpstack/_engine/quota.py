"""Token buckets: no more calls a minute than Google's quotas allow."""

import threading
from collections.abc import Mapping

from gcpstack._core.clock import Clock

_MINUTE = 60.0


class Bucket:
    """A token bucket that refills steadily; `take` waits its turn."""

    def __init__(self, per_minute: float, clock: Clock) -> None:
        """Start full.

        Args:
            per_minute: tokens a minute, and the most that can be saved up.
            clock: tells and passes time.
        """
        self._rate = per_minute / _MINUTE
        self._most = per_minute
        self._tokens = per_minute
        self._clock = clock
        self._last = clock.monotonic()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Take one token; sleep until there is one."""
        pause = self.reserve()
        if pause > 0:
            self._clock.sleep(pause)

    def reserve(self) -> float:
        """Take one token, on credit if need be; tell how long to wait before using it."""
        with self._lock:
            now = self._clock.monotonic()
            self._tokens = min(self._most, self._tokens + (now - self._last) * self._rate)
            self._last = now
            self._tokens -= 1
            return max(0.0, -self._tokens / self._rate)

    def drain(self) -> None:
        """Empty the bucket: Google said that the quota is used up."""
        with self._lock:
            self._tokens = min(self._tokens, 0.0)


class Quotas:
    """One bucket for each API and group of calls."""

    def __init__(self, limits: Mapping[str, float], clock: Clock) -> None:
        """Set the limits.

        Args:
            limits: calls a minute, by API such as ``compute.googleapis.com``; an API without a
                limit is not held back.
            clock: tells and passes time.
        """
        self._buckets = {name: Bucket(limit, clock) for name, limit in limits.items()}

    def take(self, group: str) -> None:
        """Wait for a call's turn."""
        bucket = self._buckets.get(group)
        if bucket is not None:
            bucket.take()

    def drain(self, group: str) -> None:
        """Slow a group down after a refusal."""
        bucket = self._buckets.get(group)
        if bucket is not None:
            bucket.drain()
