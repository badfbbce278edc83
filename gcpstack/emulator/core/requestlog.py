"""The calls that came in, newest last, a bounded number of them."""

from collections import deque
from typing import Any


class RequestLog:
    """What ``GET /_emulator/requests`` tells."""

    def __init__(self, size: int = 50_000) -> None:
        self._rows: deque[tuple[str, str, str, str, int, float, float]] = deque(maxlen=size)

    def add(
        self, service: str, method: str, line: str, *, status: int, start: float, seconds: float
    ) -> None:
        """Note one answered call; status 0 means that the connection was dropped."""
        http, _, path = line.partition(" ")
        self._rows.append((service, method, http, path, status, start, seconds))

    def rows(self) -> list[dict[str, Any]]:
        """Every call as a mapping."""
        names = ("service", "method", "http", "path", "status", "start", "seconds")
        return [dict(zip(names, row, strict=True)) for row in list(self._rows)]

    def clear(self) -> None:
        """Forget the calls."""
        self._rows.clear()
