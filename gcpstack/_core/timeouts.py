"""How long a resource may take: what its declaration says, instead of its kind's own deadline."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from gcpstack._core import normal

#: What is done to a resource.
Verb = Literal["create", "update", "delete"]
VERBS: tuple[Verb, ...] = ("create", "update", "delete")

_SHORTEST = 10.0
_LONGEST = 86_400.0
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long Google may take with a resource, or with all resources of a kind, before the wait ends.

    What is not given is the deadline of the kind.

    Each is a number of seconds, a text such as ``90s``, ``40m`` or ``2h``, or a `timedelta`: from 10
    seconds to a day. It counts from the call until Google shows the object as requested, including
    retries.

    Attributes:
        create: for the creation of the object or its successor, and until it is ready, where others
            wait for that.
        update: for each change.
        delete: for the deletion; once the resource is no longer declared, the stack's timeouts for
            its kind apply.
    """

    create: int | float | str | timedelta | None = None
    update: int | float | str | timedelta | None = None
    delete: int | float | str | timedelta | None = None

    def seconds(self, verb: Verb) -> float | None:
        """Return how long a verb may take, in seconds; None where nothing is said."""
        return _seconds(getattr(self, verb))

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """Find what is wrong: the field, what, and what to write instead."""
        for verb in VERBS:
            value: object = getattr(self, verb)
            if value is None:
                continue
            found = _seconds(value)
            if found is None:
                remedy = "Write seconds, a text such as '40m', or a timedelta."
                yield verb, f"{value!r} is not a span of time", remedy
            elif not _SHORTEST <= found <= _LONGEST:
                yield (
                    verb,
                    f"{told(found)} is not between {told(_SHORTEST)} and {told(_LONGEST)}",
                    "",
                )


def _seconds(value: object) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    found = normal.duration(value)
    return float(found) if isinstance(found, Decimal) else None


def told(seconds: float) -> str:
    """Write a span of time for people: ``45 s``, ``20 min``, ``1 h 30 min``."""
    if seconds < _MINUTE:
        return f"{seconds:g} s" if seconds == round(seconds, 1) else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
