"""What counts as good service: the indicators of service level objectives."""

from collections.abc import Iterator, Sequence

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Seconds, Text
from gcpstack.resources.monitoring.conditions import filter_findings

_MINUTE = 60
_DAY = 86_400


def _present(value: object) -> object:
    """Write a choice that has no settings of its own."""
    return {} if value is True else value


@block
class BasicSli(Part):
    """What Google itself measures of a basic service: which calls succeed, or are quick enough.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives#BasicSli

    Attributes:
        availability: whether it counts which calls succeed.
        latency: or which calls are answered within this time.
        method: the methods that count; all if not given.
        location: the places that count; all if not given.
        version: the versions that count; all if not given.
    """

    availability: bool | None = spec(encode=_present)
    latency: Seconds | None = spec(wire="latency.threshold", like="duration", encode=encode.seconds)
    method: Sequence[str] | None = spec(Facet.UNORDERED)
    location: Sequence[str] | None = spec(Facet.UNORDERED)
    version: Sequence[str] | None = spec(Facet.UNORDERED)

    def findings(self) -> Iterator[Finding]:
        """Check that one of the two is measured.

        https://cloud.google.com/stackdriver/docs/solutions/slo-monitoring/api/api-structures
        """
        if self.availability is False:
            yield Finding("availability", "is False", "Leave it out, and give latency.")
        yield from checks.exactly_one(self, "availability", "latency")
        if checks.seconds(self.latency) == 0:
            yield Finding("latency", "must be above 0")


@block
class SliRatio(Part):
    """The good calls of all, each counted by a metric; two of the three are given.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives#TimeSeriesRatio

    Attributes:
        good_service_filter: what counts the good calls, such as
            ``metric.type="…" resource.type="…" metric.labels.response_code_class="2xx"``.
        bad_service_filter: what counts the bad ones.
        total_service_filter: what counts all.
    """

    good_service_filter: Text | None = spec(like="text")
    bad_service_filter: Text | None = spec(like="text")
    total_service_filter: Text | None = spec(like="text")

    def findings(self) -> Iterator[Finding]:
        """Check that two filters are given, and that they select series."""
        names = ("good_service_filter", "bad_service_filter", "total_service_filter")
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 2:  # noqa: PLR2004
            yield Finding("", f"{len(given)} filters are given", f"Give two of {', '.join(names)}.")
        for name in given:
            yield from _series(name, getattr(self, name))


@block
class SliCut(Part):
    """The calls whose measured value is within a range.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives#DistributionCut

    Attributes:
        distribution_filter: a metric of distributions, such as latencies.
        min: the lowest good value; 0 if not given.
        max: the highest good value.
    """

    distribution_filter: Text = required(like="text")
    min: float | None = spec(wire="range.min")
    max: float | None = spec(wire="range.max")

    def findings(self) -> Iterator[Finding]:
        """Check the filter and the range."""
        yield from _series("distribution_filter", self.distribution_filter)
        yield from _range(self.min, self.max)


@block
class SliMetricRange(Part):
    """The windows in which a metric is within a range.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives#MetricRange

    Attributes:
        time_series: the metric's filter.
        min: the lowest good value; 0 if not given.
        max: the highest good value.
    """

    time_series: Text = required(like="text")
    min: float | None = spec(wire="range.min")
    max: float | None = spec(wire="range.max")

    def findings(self) -> Iterator[Finding]:
        """Check the filter and the range."""
        yield from _series("time_series", self.time_series)
        yield from _range(self.min, self.max)


@block
class SliThreshold(Part):
    """The windows in which enough of the calls are good.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives#PerformanceThreshold

    Attributes:
        threshold: the share of good calls that makes a window good, between 0 and 1.
        basic: good as Google itself measures it;
        ratio: or by two metrics;
        cut: or by a distribution.
    """

    threshold: float = required()
    basic: BasicSli | None = spec(wire="basicSliPerformance")
    ratio: SliRatio | None = spec(wire="performance.goodTotalRatio")
    cut: SliCut | None = spec(wire="performance.distributionCut")

    def findings(self) -> Iterator[Finding]:
        """Check the share, and that the calls are measured in one way."""
        if not 0 < self.threshold <= 1:
            yield Finding("threshold", f"{self.threshold:g} is not a share above 0, up to 1")
        yield from checks.exactly_one(self, "basic", "ratio", "cut")


@block
class SliWindows(Part):
    """The good windows of time among all; told in one of four ways.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives#WindowsBasedSli

    Attributes:
        window_period: how long a window is: a minute at least, and a whole fraction of a day.
        good_bad_metric_filter: a metric of yes and no: a window with a no is bad.
        good_total_ratio_threshold: enough of the calls within it are good.
        metric_mean_in_range: the mean of a metric is within a range.
        metric_sum_in_range: the sum of a metric is within a range.
    """

    window_period: Seconds = required(like="duration", encode=encode.seconds)
    good_bad_metric_filter: Text | None = spec(like="text")
    good_total_ratio_threshold: SliThreshold | None = spec()
    metric_mean_in_range: SliMetricRange | None = spec()
    metric_sum_in_range: SliMetricRange | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the window, and that it is told in one way when it is good."""
        found = checks.seconds(self.window_period)
        yield from checks.duration("window_period", self.window_period, _MINUTE, _DAY)
        if found and _MINUTE <= found <= _DAY and _DAY % found:
            yield Finding("window_period", f"{found:g} s is not a whole fraction of a day")
        yield from checks.exactly_one(
            self,
            "good_bad_metric_filter",
            "good_total_ratio_threshold",
            "metric_mean_in_range",
            "metric_sum_in_range",
        )
        if self.good_bad_metric_filter is not None:
            yield from _series("good_bad_metric_filter", self.good_bad_metric_filter)


def _series(field: str, value: object) -> Iterator[Finding]:
    """Check that a filter selects the series of a metric (https://cloud.google.com/monitoring/api/v3/filters)."""
    yield from filter_findings(field, value)


def _range(low: float | None, high: float | None) -> Iterator[Finding]:
    """Check that a range has ends, in order.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives#Range
    """
    if low is None and high is None:
        yield Finding("", "has no range", "Give min, max or both.")
    elif low is not None and high is not None and low >= high:
        yield Finding("min", f"{low:g} is not below max={high:g}")
