"""Conditions of alert policies that ask in a query language."""

from collections.abc import Iterator
from typing import Literal

from gcpstack._core.facets import block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Labels, Seconds, Text

_MINUTE = 60
_DAY = 86_400

MissingData = Literal[
    "EVALUATION_MISSING_DATA_INACTIVE",
    "EVALUATION_MISSING_DATA_ACTIVE",
    "EVALUATION_MISSING_DATA_NO_OP",
]
Comparison = Literal[
    "COMPARISON_GT", "COMPARISON_GE", "COMPARISON_LT", "COMPARISON_LE", "COMPARISON_EQ",
    "COMPARISON_NE",
]  # fmt: skip


def whole_minutes(value: object, least: int = 0) -> Iterator[Finding]:
    """Check the duration of a condition: whole minutes, up to a day.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies
    """
    yield from checks.duration("duration", value, least, _DAY)
    found = checks.seconds(value)
    if found is not None and found % _MINUTE:
        yield Finding("duration", f"{found:g} s is not a whole number of minutes")


@block
class Trigger(Part):
    """How many series must break the threshold; one of the two. Any one if not given.

    Attributes:
        count: so many.
        percent: such a share of them.
    """

    count: int | None = spec()
    percent: float | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that it is one of the two.

        https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies
        """
        yield from checks.exactly_one(self, "count", "percent")
        yield from checks.within("percent", self.percent, 0, 100, "percent")


@block
class LogMatch(Part):
    """A log entry appears.

    Attributes:
        filter: which (https://cloud.google.com/logging/docs/view/logging-query-language).
        label_extractors: what is taken from it, by label.
    """

    filter: Text = required(like="text")
    label_extractors: Labels | None = spec()


@block
class PromQuery(Part):
    """A PromQL expression gives anything.

    https://cloud.google.com/monitoring/promql/promql-in-alerting

    Attributes:
        query: the expression.
        duration: for how long.
        evaluation_interval: how often it is tried: a multiple of 30 s.
        labels: labels added to the result.
        rule_group: the Prometheus rule group it comes from.
        alert_rule: the Prometheus rule it comes from.
        disable_metric_validation: whether the metric may not exist yet.
    """

    query: Text = required(like="text")
    duration: Seconds | None = spec(like="duration", encode=encode.seconds)
    evaluation_interval: Seconds | None = spec(like="duration", encode=encode.seconds)
    labels: Labels | None = spec()
    rule_group: Text | None = spec()
    alert_rule: Text | None = spec()
    disable_metric_validation: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the interval."""
        if self.duration is not None:
            yield from checks.duration("duration", self.duration, 0, _DAY)
        found = checks.seconds(self.evaluation_interval)
        if found is not None and (found <= 0 or found % 30):
            yield Finding("evaluation_interval", f"{found:g} s is not a multiple of 30 s")


@block
class MonitoringQuery(Part):
    """A query in the Monitoring Query Language gives anything.

    https://cloud.google.com/monitoring/mql/alerts

    Attributes:
        query: the query.
        duration: for how long, in whole minutes.
        trigger: how many series.
        evaluation_missing_data: what no data means.
    """

    query: Text = required(like="text")
    duration: Seconds = required(like="duration", encode=encode.seconds)
    trigger: Trigger | None = spec()
    evaluation_missing_data: MissingData | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the time."""
        yield from whole_minutes(self.duration)


@block
class SqlQuery(Part):
    """A Log Analytics query, run on a schedule, gives too many rows or a true one.

    https://cloud.google.com/logging/docs/analyze/sql-in-alerting

    Attributes:
        query: the query.
        every_minutes: how often, in minutes,
        every_hours: or in hours,
        minute_offset: at this minute of the hour;
        every_days: or in days,
        hour: at this hour of the day, UTC,
        minute: and this minute.
        row_count_comparison: how the number of rows is compared
        row_count: with this,
        boolean_column: or the column that is looked at.
    """

    query: Text = required(like="text")
    every_minutes: int | None = spec(wire="minutes.periodicity")
    every_hours: int | None = spec(wire="hourly.periodicity")
    minute_offset: int | None = spec(wire="hourly.minuteOffset")
    every_days: int | None = spec(wire="daily.periodicity")
    hour: int | None = spec(wire="daily.executionTime.hours")
    minute: int | None = spec(wire="daily.executionTime.minutes")
    row_count_comparison: Comparison | None = spec(wire="rowCountTest.comparison")
    row_count: int | None = spec(wire="rowCountTest.threshold", encode=encode.text)
    boolean_column: Text | None = spec(wire="booleanTest.column")

    def findings(self) -> Iterator[Finding]:
        """Check the schedule and the test."""
        yield from checks.exactly_one(self, "every_minutes", "every_hours", "every_days")
        yield from checks.within("every_minutes", self.every_minutes, 5, 1440)
        yield from checks.within("every_hours", self.every_hours, 1, 48)
        yield from checks.within("every_days", self.every_days, 1, 31)
        yield from checks.within("minute_offset", self.minute_offset, 0, 59)
        yield from checks.within("hour", self.hour, 0, 23)
        yield from checks.within("minute", self.minute, 0, 59)
        yield from checks.exactly_one(self, "row_count", "boolean_column")
        if (self.row_count is None) != (self.row_count_comparison is None):
            yield Finding("", "row_count and row_count_comparison go together")
