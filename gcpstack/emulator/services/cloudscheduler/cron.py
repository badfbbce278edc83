"""When a schedule fires: crontab lines and the English-like form.

https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules
"""

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_SEARCH = 4 * 366 + 1  # days: a 29 February comes within
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
NAMES: tuple[tuple[str, ...], ...] = ((), (), (), MONTHS, DAYS)
EVERY = re.compile(r"every (\d+) (minutes?|mins?|hours?)")
DAILY = re.compile(r"every (day|[a-z]{3,9}day|[a-z]{3}) (\d\d):(\d\d)")


class ScheduleError(ValueError):
    """A schedule or a time zone that nobody understands."""


@dataclass(frozen=True)
class Schedule:
    """The days on which and the minutes of the day at which a job runs, in its time zone."""

    zone: dt.tzinfo
    minutes: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def _on(self, day: dt.date) -> bool:
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        fits = (in_month or in_week) if self.either else (in_month and in_week)
        return day.month in self.months and fits

    def _of(self, day: dt.date) -> Iterator[float]:
        start = dt.datetime.combine(day, dt.time(), self.zone)
        for minute in self.minutes:
            yield (start + dt.timedelta(minutes=minute)).timestamp()

    def _from(self, moment: float, step: int) -> Iterator[list[float]]:
        day = dt.datetime.fromtimestamp(moment, self.zone).date()
        for _ in range(LONGEST_SEARCH):
            if self._on(day):
                yield list(self._of(day))
            day += dt.timedelta(days=step)

    def after(self, moment: float) -> float | None:
        """The first time after a moment."""
        found = (time for times in self._from(moment, 1) for time in times if time > moment)
        return next(found, None)

    def last(self, moment: float) -> float | None:
        """The last time up to a moment."""
        found = (t for times in self._from(moment, -1) for t in reversed(times) if t <= moment)
        return next(found, None)


def parse(text: str, zone: str) -> Schedule:
    """A schedule in a time zone; raises ``ScheduleError``."""
    place = _zone(zone)
    words = text.lower().split()
    line = " ".join(words)
    if line.startswith("every "):
        words = _english(line)
    if len(words) != len(RANGES):
        raise ScheduleError(text)
    minutes, hours, days, months, weekdays = map(_field, words, range(len(RANGES)))
    return Schedule(
        place,
        tuple(hour * 60 + minute for hour in sorted(hours) for minute in sorted(minutes)),
        days, months, frozenset(day % 7 for day in weekdays),
        either=not (words[2].startswith("*") or words[4].startswith("*")),
    )  # fmt: skip


def _zone(name: str) -> dt.tzinfo:
    if name.lower() in ("utc", "etc/utc", "gmt"):
        return dt.UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise ScheduleError(name) from None


def _english(line: str) -> list[str]:
    """The crontab line of ``every 5 minutes`` or ``every monday 09:00``."""
    step, day = EVERY.fullmatch(line), DAILY.fullmatch(line)
    if step:
        minutes = step[2].startswith("min")
        return [f"*/{step[1]}", *"****"] if minutes else ["0", f"*/{step[1]}", *"***"]
    if day:
        weekday = "*" if day[1] == "day" else day[1][:3]
        return [day[3], day[2], "*", "*", weekday]
    raise ScheduleError(line)


def _field(text: str, which: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        found |= set(_part(part, which))
    return frozenset(found)


def _part(text: str, which: int) -> range:
    low, high = RANGES[which]
    span, _, step = text.partition("/")
    first, dash, last = span.partition("-")
    if span == "*":
        start, end = low, high
    else:
        start = _number(first, which)
        end = _number(last, which) if dash else (high if step else start)
    if not (low <= start <= end <= high) or (step and not step.isdigit()) or step == "0":
        raise ScheduleError(text)
    return range(start, end + 1, int(step or 1))


def _number(text: str, which: int) -> int:
    names = NAMES[which]
    if text in names:
        return names.index(text) + RANGES[which][0]
    if not text.isdigit():
        raise ScheduleError(text)
    return int(text)
