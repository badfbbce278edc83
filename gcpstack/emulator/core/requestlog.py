"""The calls that came in, newest last, a bounded number of them."""

from collections import deque
from itertools import islice
from typing import Any

NAMES = ("service", "method", "http", "path", "status", "start", "seconds")


class RequestLog:
    """What ``GET /_emulator/requests`` tells.

    Attributes:
        total: how many calls there were, those that are forgotten too.
    """

    def __init__(self, size: int = 50_000) -> None:
        self.total = 0
        self._rows: deque[tuple[str, str, str, str, int, float, float]] = deque(maxlen=size)

    def add(
        self, service: str, method: str, line: str, *, status: int, start: float, seconds: float
    ) -> None:
        """Note one answered call; status 0 means that the connection was dropped."""
        http, _, path = line.partition(" ")
        self.total += 1
        self._rows.append((service, method, http, path, status, start, seconds))

    def rows(self) -> list[dict[str, Any]]:
        """Every call as a mapping."""
        return [dict(zip(NAMES, row, strict=True)) for row in list(self._rows)]

    def last(self, number: int) -> list[dict[str, Any]]:
        """The last calls, newest first."""
        newest = islice(reversed(self._rows), number)
        return [dict(zip(NAMES, row, strict=True)) for row in newest]

    def clear(self) -> None:
        """Forget the calls."""
        self._rows.clear()
        self.total = 0
