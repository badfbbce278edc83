"""Whether Cloud Scheduler understands a schedule, and whether it ever comes round.

https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules
"""

import functools
import re
import zoneinfo
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONG_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_LONG_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
#: How many days a month has at most.
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five fields of a unix-cron line."""

    title: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("a minute", 0, 59),
    _Field("an hour", 0, 23),
    _Field("a day of the month", 1, 31),
    _Field("a month", 1, 12, _MONTHS),
    _Field("a day of the week", 0, 7, _DAYS),
)


class ScheduleError(ValueError):
    """A schedule that Cloud Scheduler would refuse; says why."""


def check(text: str) -> None:
    """Check a schedule: five fields of unix-cron, or App Engine's form in English.

    Raises:
        ScheduleError: it does not parse, or never comes round.
    """
    words = text.split()
    if not words:
        raise ScheduleError("is empty")
    if not _english(" ".join(words).lower()):
        if len(words) != len(_FIELDS):
            raise ScheduleError(
                f"{text!r} is not a schedule: five fields, as '0 3 * * MON', or words, as "
                "'every 5 minutes' or 'every monday 09:00'"
            )
        _cron(words)


def zone_exists(name: str) -> bool:
    """Return whether a time zone is one of the tz database; yes where that is not at hand."""
    known = _zones()
    return not known or name in known


@functools.cache
def _zones() -> frozenset[str]:
    """Every name of the tz database: to list them opens each file of it."""
    return frozenset(zoneinfo.available_timezones())


def _cron(words: list[str]) -> None:
    found = [_values(field, word) for field, word in zip(_FIELDS, words, strict=True)]
    days, months = found[2], found[3]
    # Where both days are given, each is enough.
    by_week = not words[4].startswith("*")
    if not by_week and all(day > _LENGTHS[month - 1] for day in days for month in months):
        raise ScheduleError(f"never comes round: no such month has a day {min(days)}")


def _values(field: _Field, text: str) -> set[int]:
    out: set[int] = set()
    for part in text.split(","):
        out |= set(_range(field, part))
    return out


def _range(field: _Field, text: str) -> range:
    span, slash, step = text.partition("/")
    first, dash, last = span.partition("-")
    if slash and not (step.isdigit() and int(step)):
        raise ScheduleError(f"{text!r} is not {field.title}: what follows '/' is a whole number")
    if span == "*":
        low, high = field.low, field.high
    else:
        low = _number(field, first)
        high = _number(field, last) if dash else (field.high if slash else low)
    if low > high:
        raise ScheduleError(f"{text!r} is not {field.title}: {low} comes after {high}")
    return range(low, high + 1, int(step) if slash else 1)


def _number(field: _Field, text: str) -> int:
    if text.lower() in field.names:
        return field.names.index(text.lower()) + field.low
    if text.isdigit() and field.low <= int(text) <= field.high:
        return int(text)
    names = f", or {field.names[0].upper()} to {field.names[-1].upper()}" if field.names else ""
    raise ScheduleError(f"{text!r} is not {field.title}: {field.low} to {field.high}{names}")


# --- App Engine's form ---------------------------------------------------------------------------

_ORDINALS = (
    "1st", "2nd", "3rd", "4th", "5th", "first", "second", "third", "fourth", "fifth",
)  # fmt: skip
_ORDINAL = rf"(?:{'|'.join(_ORDINALS)})"
_DAY = rf"(?:{'|'.join((*_LONG_DAYS, *_DAYS))})"
_MONTH = rf"(?:{'|'.join((*_LONG_MONTHS, *_MONTHS))})"
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d"
_MORE = r"(?: ?, ?{one})*"


def _list(one: str) -> str:
    return one + _MORE.format(one=one)


_NUMBER = r"(?:[12]?\d|3[01])"
_OF = rf"(?: of (?:month|quarter|{_list(_MONTH)}))?"
#: https://cloud.google.com/appengine/docs/standard/scheduling-jobs-with-cron-yaml#formatting_the_schedule
_FORMS = (
    re.compile(
        rf"every (?P<count>\d+) (?P<unit>hours?|mins?|minutes?)"
        rf"(?: (?:synchronized|from {_TIME} to {_TIME}))?"
    ),
    re.compile(rf"every (?:day|{_list(_DAY)}){_OF} {_TIME}"),
    re.compile(rf"{_list(_ORDINAL)} (?:day|{_list(_DAY)}){_OF} {_TIME}"),
    re.compile(rf"{_list(_NUMBER)} of (?:month|{_list(_MONTH)}) {_TIME}"),
)


def _english(line: str) -> bool:
    """Return whether a schedule is one in words."""
    found = next((match for form in _FORMS if (match := form.fullmatch(line))), None)
    if found is not None and found.groupdict().get("count") and not int(found["count"]):
        raise ScheduleError(f"{line!r} is not a schedule: every 0 {found['unit']}")
    return found is not None
