"""The emulator's time: real, or moved by hand in tests."""

import datetime as dt
import time
from typing import Protocol


class Clock(Protocol):
    """Where the emulator learns the time."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def advance(self, seconds: float) -> None:
        """Move the time forward."""

    def rewind(self) -> None:
        """Show again what was not moved by hand."""


class RealClock:
    """The computer's time plus what was advanced by hand."""

    manual = False

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        """Seconds since the epoch, the offset added."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Jump forward; delayed effects that fall due happen before the next answer."""
        self.offset += seconds

    def rewind(self) -> None:
        """Show the computer's time again."""
        self.offset = 0.0


class ManualClock:
    """Time that stands still until it is advanced."""

    manual = True

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self.offset = start
        self._start = start

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.offset

    def advance(self, seconds: float) -> None:
        """Move the time forward."""
        self.offset += seconds

    def rewind(self) -> None:
        """Show the time that it began with."""
        self.offset = self._start


def rfc3339(seconds: float) -> str:
    """A timestamp as the newer APIs print it: UTC, nine digits cut to six."""
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def rfc3339_offset(seconds: float) -> str:
    """A timestamp as Compute prints it: milliseconds, Google's head office's offset."""
    zone = dt.timezone(dt.timedelta(hours=-8))
    moment = dt.datetime.fromtimestamp(seconds, zone)
    return moment.isoformat(timespec="milliseconds")


def parse_rfc3339(text: str) -> float:
    """Seconds since the epoch of a timestamp a client sent."""
    return dt.datetime.fromisoformat(text).timestamp()


def seconds_of(duration: str) -> float:
    """The seconds of a duration as JSON has it, ``3.5s``."""
    return float(duration.rstrip("s"))
