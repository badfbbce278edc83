"""What charts ask for: time series by filters, ratios or query languages."""

from collections.abc import Iterator
from typing import Literal

from gcpstack._core.facets import block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Text
from gcpstack.resources.monitoring.conditions import Aggregation, filter_findings


@block
class PickSeries(Part):
    """Only the highest or lowest of many series.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#PickTimeSeriesFilter

    Attributes:
        direction: TOP or BOTTOM.
        ranking_method: what each series is ranked by.
        num_time_series: how many are shown.
    """

    direction: Literal["TOP", "BOTTOM"] | None = spec()
    ranking_method: (
        Literal["METHOD_MEAN", "METHOD_MAX", "METHOD_MIN", "METHOD_SUM", "METHOD_LATEST"] | None
    ) = spec()
    num_time_series: int | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check how many are shown."""
        yield from checks.within("num_time_series", self.num_time_series, 1, 100, "series")


@block
class RatioPart(Part):
    """One side of a ratio of series.

    Attributes:
        filter: which series.
        aggregation: how they become one.
    """

    filter: Text = required(like="text")
    aggregation: Aggregation | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the filter (https://cloud.google.com/monitoring/api/v3/filters)."""
        yield from filter_findings("filter", self.filter)


_FORMS = (
    "filter",
    "numerator",
    "prometheus_query",
    "time_series_query_language",
    "sql",
)


@block
class TimeSeriesQuery(Part):
    """Which time series are shown; told in one of five ways.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#TimeSeriesQuery

    Attributes:
        filter: those that match ``metric.type="…" resource.type="…"``;
        aggregation: brought to one rhythm, and to fewer;
        secondary_aggregation: once more after that;
        pick: the highest or lowest of them.
        numerator: or the ratio of these series
        denominator: to those.
        prometheus_query: or what a PromQL expression gives.
        time_series_query_language: or what an MQL query gives.
        sql: or what a Log Analytics query gives.
        unit_override: the unit that the axis shows.
        output_full_duration: whether one value of the whole time is shown.
    """

    filter: Text | None = spec(wire="timeSeriesFilter.filter", like="text")
    aggregation: Aggregation | None = spec(wire="timeSeriesFilter.aggregation")
    secondary_aggregation: Aggregation | None = spec(wire="timeSeriesFilter.secondaryAggregation")
    pick: PickSeries | None = spec(wire="timeSeriesFilter.pickTimeSeriesFilter")
    numerator: RatioPart | None = spec(wire="timeSeriesFilterRatio.numerator")
    denominator: RatioPart | None = spec(wire="timeSeriesFilterRatio.denominator")
    prometheus_query: Text | None = spec()
    time_series_query_language: Text | None = spec()
    sql: Text | None = spec(wire="opsAnalyticsQuery.sql")
    unit_override: str | None = spec()
    output_full_duration: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that there is one form, and what belongs to it."""
        yield from checks.exactly_one(self, *_FORMS)
        yield from filter_findings("filter", self.filter)
        if (self.numerator is None) != (self.denominator is None):
            missing = "denominator" if self.denominator is None else "numerator"
            yield Finding(missing, "is missing: a ratio has two parts")
        for field in ("aggregation", "secondary_aggregation", "pick"):
            if getattr(self, field) is not None and self.filter is None:
                yield Finding(field, "goes with filter only")
