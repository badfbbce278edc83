"""How often a schedule fires."""

from decimal import Decimal

import pytest

from gcpstack._costs.formulas.schedules import firings

DAYS = Decimal(365) / 12


@pytest.mark.parametrize(
    ("schedule", "times"),
    [
        ("* * * * *", DAYS * 1440),
        ("0 3 * * *", DAYS),
        ("0 0 1 * *", Decimal(1)),
        ("0 0 1 1,7 *", Decimal(1) / 6),
        ("*/15 9-16 * * 1-5", DAYS * 5 / 7 * 8 * 4),
        ("*/15 9-16 * * MON-FRI", DAYS * 5 / 7 * 8 * 4),
        ("5/20 * * * *", DAYS * 24 * 3),
        ("0 0 * * 0,7", DAYS / 7),
        ("every 5 minutes", DAYS * 288),
        ("every 2 hours", DAYS * 12),
    ],
)
def test_times(schedule, times):
    """In an average month."""
    assert abs(firings(schedule) - times) < Decimal("1e-20")


def test_either_day_counts():
    """A day of the month or of the week: cron takes both."""
    both = firings("0 0 1-10 * 1")

    assert firings("0 0 1-10 * *") < both < firings("0 0 1-10 * *") + firings("0 0 * * 1")


@pytest.mark.parametrize(
    "schedule",
    ["", "* * * *", "99 * * * *", "x * * * *", "*/0 * * * *", "every 0 hours", "5-1 * * * *"],
)
def test_what_can_not_be_read(schedule):
    """Tells nothing, and what is assumed holds."""
    assert firings(schedule) is None
