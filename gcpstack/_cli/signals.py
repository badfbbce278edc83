"""Ctrl-C, SIGTERM and a terminal that closes: the first stops in good order, the second at once."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Self

_SHOW_CURSOR = b"\x1b[?25h\n"


class Stopped(KeyboardInterrupt):
    """The command was told to stop while there was nothing to finish."""


class Undecided(Stopped):
    """The command was told to stop at a question, before anything was changed."""


class Signals:
    """Listens while it is entered.

    Attributes:
        received: the number of the first signal; 0 while there was none.
    """

    def __init__(self) -> None:
        """Listen to nothing yet."""
        self.received = 0
        self._stop: Callable[[], None] | None = None
        self._before: dict[int, object] = {}

    @property
    def status(self) -> int:
        """The exit status of a command that a signal ended."""
        return 128 + (self.received or signal.SIGINT)

    @contextlib.contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Call *stop* at the first signal, instead of raising `Stopped` wherever that strikes."""
        if self.received:
            raise Stopped
        self._stop = stop
        try:
            yield
        finally:
            self._stop = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # others may set no handlers
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)  # Windows knows no SIGHUP
                if number is not None:
                    self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type] # as `signal` gave it
        self._before.clear()

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self.received:
            # Nothing is sure of its locks in here: what is under way is in the inventory, so the
            # process may just go. Only the terminal has to get its cursor back.
            with contextlib.suppress(OSError, ValueError):
                if sys.stdout.isatty():
                    os.write(sys.stdout.fileno(), _SHOW_CURSOR)
            os._exit(128 + number)
        self.received = number
        if self._stop is None:
            raise Stopped
        self._stop()
