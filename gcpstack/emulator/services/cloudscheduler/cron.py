"""When a schedule fires: crontab lines and the English-like form.

https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules,
https://cloud.google.com/appengine/docs/standard/scheduling-jobs-with-cron-yaml#formatting_the_schedule
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
ORDINALS = {
    **{name: n for n, name in enumerate(("1st", "2nd", "3rd", "4th", "5th"), 1)},
    **{name: n for n, name in enumerate(("first", "second", "third", "fourth", "fifth"), 1)},
}
QUARTERS = frozenset({1, 4, 7, 10})
TIME = r"(?P<hour>\d\d?):(?P<minute>\d\d)"
EVERY = re.compile(
    r"every (?P<step>\d+) (?P<unit>minutes?|mins?|hours?)"
    r"(?: (?:synchronized|from (?P<begin>\d\d?:\d\d) to (?P<end>\d\d?:\d\d)))?"
)
WEEKLY = re.compile(rf"(?P<weeks>\S+) (?P<days>\S+)(?: of (?P<months>\S+))? {TIME}")
MONTHLY = re.compile(rf"(?P<dates>[\d,]+) of (?P<months>\S+) {TIME}")
ALL_DAYS, ALL_MONTHS, WEEK = frozenset(range(1, 32)), frozenset(range(1, 13)), frozenset(range(7))


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
    weeks: frozenset[int] = frozenset()

    def _on(self, day: dt.date) -> bool:
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        fits = (in_month or in_week) if self.either else (in_month and in_week)
        in_turn = not self.weeks or (day.day - 1) // 7 + 1 in self.weeks
        return day.month in self.months and fits and in_turn

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
    said = _english(re.sub(r" ?, ?", ",", " ".join(words)), place)
    if said is not None:
        return said
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


def _english(line: str, place: dt.tzinfo) -> Schedule | None:
    """The schedule of ``every 5 minutes``, ``2nd monday of march 09:00`` or ``1,15 of month 09:00``."""
    step = EVERY.fullmatch(line)
    if step:
        return Schedule(place, _steps(step), ALL_DAYS, ALL_MONTHS, WEEK, either=False)
    monthly, weekly = MONTHLY.fullmatch(line), WEEKLY.fullmatch(line)
    found = monthly or weekly
    if found is None:
        return None
    minutes = (_minute(f"{found['hour']}:{found['minute']}"),)
    months = _months(found["months"] or "month")
    if monthly:
        return Schedule(place, minutes, _field(monthly["dates"], 2), months, WEEK, either=False)
    names = found["weeks"].split(",")
    if names != ["every"] and not set(names) <= ORDINALS.keys():
        return None
    weeks = frozenset(ORDINALS[name] for name in names if name != "every")
    days = WEEK if found["days"] == "day" else frozenset(_day(n) for n in found["days"].split(","))
    return Schedule(place, minutes, ALL_DAYS, months, days, either=False, weeks=weeks)


def _steps(found: re.Match[str]) -> tuple[int, ...]:
    """The minutes of the day at which an interval comes round."""
    step = int(found["step"]) * (1 if found["unit"].startswith("min") else 60)
    if not step:
        raise ScheduleError(found[0])
    begin = _minute(found["begin"]) if found["begin"] else 0
    end = _minute(found["end"]) if found["end"] else 24 * 60 - 1
    return tuple(range(begin, end + 1, step))


def _minute(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    if hour > RANGES[1][1] or minute > RANGES[0][1]:
        raise ScheduleError(text)
    return hour * 60 + minute


def _day(name: str) -> int:
    if name not in DAYS and not (name.endswith("day") and name[:3] in DAYS):
        raise ScheduleError(name)
    return DAYS.index(name[:3])


def _months(text: str) -> frozenset[int]:
    if text in ("month", "quarter"):
        return ALL_MONTHS if text == "month" else QUARTERS
    names = [name[:3] for name in text.split(",")]
    if not set(names) <= set(MONTHS):
        raise ScheduleError(text)
    return frozenset(MONTHS.index(name) + 1 for name in names)


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
