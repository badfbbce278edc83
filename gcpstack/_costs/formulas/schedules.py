"""How often a schedule fires in a month on average."""

import re
from decimal import Decimal

_DAYS = Decimal(365) / 12
#: The fields of a unix-cron line and their ranges
#: (https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules).
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_NAMES = {
    name: number
    for names, first in (
        ("jan feb mar apr may jun jul aug sep oct nov dec", 1),
        ("sun mon tue wed thu fri sat", 0),
    )
    for number, name in enumerate(names.split(), first)
}
_EVERY = re.compile(r"every (\d+) (minutes|mins|hours)")


def firings(schedule: str) -> Decimal | None:
    """Count how often a schedule fires in a month of 365 / 12 days; None where it can't be read.

    >>> round(firings("0 3 * * *"), 2), round(firings("*/15 9-16 * * 1-5"), 2)
    (Decimal('30.42'), Decimal('695.24'))
    """
    text = schedule.strip().lower()
    every = _EVERY.fullmatch(text)
    if every:
        minutes = int(every[1]) * (60 if every[2] == "hours" else 1)
        return _DAYS * 24 * 60 / minutes if minutes else None
    fields = text.split()
    if len(fields) != len(_RANGES):
        return None
    counts = [_chosen(field, *limits) for field, limits in zip(fields, _RANGES, strict=True)]
    if any(count is None or not count for count in counts):
        return None
    minutes, hours, days, months, weekdays = (len(count or ()) for count in counts)
    of_month = _DAYS if fields[2] == "*" else Decimal(days)
    of_week = _DAYS * weekdays / 7
    if fields[2] == "*" or fields[4] == "*":
        chosen = min(of_month, of_week)
    else:
        # A day counts if either field fits it.
        chosen = _DAYS - (_DAYS - of_month) * (_DAYS - of_week) / _DAYS
    return chosen * minutes * hours * months / 12


def _chosen(field: str, low: int, high: int) -> set[int] | None:
    out: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        begin = low if span == "*" else _number(first)
        end = high if span == "*" or (step and not dash) else _number(last) if dash else begin
        width = int(step) if step.isdecimal() else 1
        if begin is None or end is None or not width:
            return None
        # 7 is Sunday too.
        found = {
            number % 7 if high == _RANGES[4][1] else number
            for number in range(begin, end + 1, width)
        }
        if not found or min(found) < low or max(found) > high:
            return None
        out |= found
    return out


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else _NAMES.get(text)
