"""Conditions of alert policies."""

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from gcpstack._core.facets import block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Seconds, Text
from gcpstack.resources.monitoring.queries import (
    LogMatch,
    MissingData,
    MonitoringQuery,
    PromQuery,
    SqlQuery,
    Trigger,
    whole_minutes,
)

_LONGEST_FILTER = 2048
_LEAST_ABSENCE = 120
_LEAST_ALIGNMENT = 60

Aligner = Literal[
    "ALIGN_NONE", "ALIGN_DELTA", "ALIGN_RATE", "ALIGN_INTERPOLATE", "ALIGN_NEXT_OLDER",
    "ALIGN_MIN", "ALIGN_MAX", "ALIGN_MEAN", "ALIGN_COUNT", "ALIGN_SUM", "ALIGN_STDDEV",
    "ALIGN_COUNT_TRUE", "ALIGN_COUNT_FALSE", "ALIGN_FRACTION_TRUE", "ALIGN_PERCENTILE_99",
    "ALIGN_PERCENTILE_95", "ALIGN_PERCENTILE_50", "ALIGN_PERCENTILE_05", "ALIGN_PERCENT_CHANGE",
]  # fmt: skip
Reducer = Literal[
    "REDUCE_NONE", "REDUCE_MEAN", "REDUCE_MIN", "REDUCE_MAX", "REDUCE_SUM", "REDUCE_STDDEV",
    "REDUCE_COUNT", "REDUCE_COUNT_TRUE", "REDUCE_COUNT_FALSE", "REDUCE_FRACTION_TRUE",
    "REDUCE_PERCENTILE_99", "REDUCE_PERCENTILE_95", "REDUCE_PERCENTILE_50",
    "REDUCE_PERCENTILE_05",
]  # fmt: skip


@block
class Aggregation(Part):
    """How points are brought to one rhythm, and series to one.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Aggregation

    Attributes:
        alignment_period: the rhythm, 60 s at least.
        per_series_aligner: how points within it become one.
        cross_series_reducer: how series become one.
        group_by_fields: labels that stay apart.
    """

    alignment_period: Seconds | None = spec(like="duration", encode=encode.seconds)
    per_series_aligner: Aligner | None = spec(like="or_align_none")
    cross_series_reducer: Reducer | None = spec(like="or_reduce_none")
    group_by_fields: Sequence[str] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the period, and what reducing needs."""
        if self.alignment_period is not None:
            yield from checks.duration(
                "alignment_period", self.alignment_period, _LEAST_ALIGNMENT, 90_000
            )
        elif self.per_series_aligner not in (None, "ALIGN_NONE"):
            yield Finding("alignment_period", "is needed with per_series_aligner")
        reduces = self.cross_series_reducer not in (None, "REDUCE_NONE")
        if reduces and self.per_series_aligner in (None, "ALIGN_NONE"):
            yield Finding("per_series_aligner", "is needed with cross_series_reducer")


@block
class MetricThreshold(Part):
    """A metric is above or below a value for a while.

    Attributes:
        filter: which series, such as ``metric.type="…" resource.type="…"``.
        comparison: COMPARISON_GT or COMPARISON_LT: Google supports no others here.
        threshold_value: the value.
        duration: for how long, in whole minutes; 0 for at once.
        aggregations: how points and series become one.
        denominator_filter: what the series are divided by.
        denominator_aggregations: the same for the divisor.
        trigger: how many series.
        evaluation_missing_data: what no data means.
        forecast_horizon: whether it will happen within this time.
    """

    filter: Text = required(like="text")
    comparison: Literal["COMPARISON_GT", "COMPARISON_LT"] = required()
    threshold_value: float | None = spec()
    duration: Seconds = required(like="duration", encode=encode.seconds)
    aggregations: Sequence[Aggregation] | None = spec()
    denominator_filter: Text | None = spec(like="text")
    denominator_aggregations: Sequence[Aggregation] | None = spec()
    trigger: Trigger | None = spec()
    evaluation_missing_data: MissingData | None = spec()
    forecast_horizon: Seconds | None = spec(
        wire="forecastOptions.forecastHorizon", like="duration", encode=encode.seconds
    )

    def findings(self) -> Iterator[Finding]:
        """Check the filters and times.

        https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies
        """
        yield from filter_findings("filter", self.filter)
        yield from filter_findings("denominator_filter", self.denominator_filter)
        yield from whole_minutes(self.duration)
        if self.forecast_horizon is not None:
            yield from checks.duration("forecast_horizon", self.forecast_horizon, 3600, 216_000)
        if self.evaluation_missing_data is not None and checks.seconds(self.duration) == 0:
            yield Finding("evaluation_missing_data", "needs a duration above 0")


def filter_findings(field: str, value: object) -> Iterator[Finding]:
    """Check a monitoring filter (https://cloud.google.com/monitoring/api/v3/filters)."""
    if not isinstance(value, str):
        return
    yield from checks.longest(field, value, _LONGEST_FILTER)
    if "metric.type" not in value and "select_slo" not in value:
        yield Finding(field, "names no metric", 'Add metric.type="…" to it.')


@block
class MetricAbsence(Part):
    """A metric has no data for a while.

    Attributes:
        filter: which series.
        duration: for how long, in whole minutes, two at least.
        aggregations: how points and series become one.
        trigger: how many series.
    """

    filter: Text = required(like="text")
    duration: Seconds = required(like="duration", encode=encode.seconds)
    aggregations: Sequence[Aggregation] | None = spec()
    trigger: Trigger | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the filter and the time."""
        yield from filter_findings("filter", self.filter)
        yield from whole_minutes(self.duration, _LEAST_ABSENCE)


_FORMS = (
    "condition_threshold",
    "condition_absent",
    "condition_matched_log",
    "condition_prometheus_query_language",
    "condition_monitoring_query_language",
    "condition_sql",
)


@block
class Condition(Part):
    """When an alert policy alerts; one of the forms. The class methods write the usual ones.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Condition

    Attributes:
        display_name: what people see; unique in the policy.
        condition_threshold: a metric above or below a value.
        condition_absent: a metric without data.
        condition_matched_log: a log entry.
        condition_prometheus_query_language: a PromQL expression.
        condition_monitoring_query_language: an MQL query.
        condition_sql: a Log Analytics query.
    """

    display_name: str = required()
    condition_threshold: MetricThreshold | None = spec()
    condition_absent: MetricAbsence | None = spec()
    condition_matched_log: LogMatch | None = spec()
    condition_prometheus_query_language: PromQuery | None = spec()
    condition_monitoring_query_language: MonitoringQuery | None = spec()
    condition_sql: SqlQuery | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the name and that there is one form."""
        if not self.display_name:
            yield Finding("display_name", "is empty")
        yield from checks.exactly_one(self, *_FORMS)

    @classmethod
    def above(
        cls,
        display_name: str,
        value: float,
        *,
        filter: Text,  # noqa: A002 # Google's name
        duration: Seconds = 60,
        aggregations: Sequence[Aggregation] | None = None,
        trigger: Trigger | None = None,
        comparison: Literal["COMPARISON_GT", "COMPARISON_LT"] = "COMPARISON_GT",
    ) -> Self:
        """Alert when a metric is above a value; the arguments are those of `MetricThreshold`."""
        threshold = MetricThreshold(
            filter=filter,
            comparison=comparison,
            threshold_value=value,
            duration=duration,
            aggregations=aggregations,
            trigger=trigger,
        )
        return cls(display_name=display_name, condition_threshold=threshold)

    @classmethod
    def below(
        cls,
        display_name: str,
        value: float,
        *,
        filter: Text,  # noqa: A002 # Google's name
        duration: Seconds = 60,
        aggregations: Sequence[Aggregation] | None = None,
        trigger: Trigger | None = None,
    ) -> Self:
        """Alert when a metric is below a value; the arguments are those of `MetricThreshold`."""
        return cls.above(
            display_name,
            value,
            filter=filter,
            duration=duration,
            aggregations=aggregations,
            trigger=trigger,
            comparison="COMPARISON_LT",
        )

    @classmethod
    def absent(
        cls,
        display_name: str,
        *,
        filter: Text,  # noqa: A002 # Google's name
        duration: Seconds = 300,
        aggregations: Sequence[Aggregation] | None = None,
    ) -> Self:
        """Alert when a metric has no data; the arguments are those of `MetricAbsence`."""
        absence = MetricAbsence(filter=filter, duration=duration, aggregations=aggregations)
        return cls(display_name=display_name, condition_absent=absence)

    @classmethod
    def promql(cls, display_name: str, query: Text, *, duration: Seconds | None = None) -> Self:
        """Alert when a PromQL expression gives anything; see `PromQuery`."""
        asked = PromQuery(query=query, duration=duration)
        return cls(display_name=display_name, condition_prometheus_query_language=asked)

    @classmethod
    def mql(cls, display_name: str, query: Text, *, duration: Seconds = 0) -> Self:
        """Alert when an MQL query gives anything; see `MonitoringQuery`."""
        asked = MonitoringQuery(query=query, duration=duration)
        return cls(display_name=display_name, condition_monitoring_query_language=asked)

    @classmethod
    def log_match(cls, display_name: str, filter: Text) -> Self:  # noqa: A002 # Google's name
        """Alert when a log entry appears; see `LogMatch`."""
        return cls(display_name=display_name, condition_matched_log=LogMatch(filter=filter))
