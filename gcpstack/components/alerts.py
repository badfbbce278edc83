"""Alerts that most services want: too many errors, too slow, not there."""

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gcpstack._core.component import Component
from gcpstack._core.refs import compose
from gcpstack._core.resource import As, Resource, Scope
from gcpstack.exceptions import Problem
from gcpstack.resources._types import ChannelRef, Seconds
from gcpstack.resources.monitoring.alerts import AlertPolicy, Documentation
from gcpstack.resources.monitoring.conditions import Aggregation, Condition, MetricThreshold
from gcpstack.resources.monitoring.uptime import HttpCheck, UptimeCheckConfig

_MINUTE = 60
_LATENCIES = "run.googleapis.com/request_latencies"
_COUNT = "run.googleapis.com/request_count"
_PASSED = "monitoring.googleapis.com/uptime_check/check_passed"
_BY_SERVICE = ("resource.label.service_name",)


@dataclass(frozen=True, eq=False)
class CloudRunAlerts(Component):
    """Notifies somebody when Cloud Run services fail too often or answer too slowly.

    The metrics are Cloud Run's own (https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run);
    each service alerts separately, over all its regions.

    Attributes:
        name: what the policies are named after: ``{name}-errors`` and ``{name}-latency``.
        services: the names of the services.
        error_rate: the share of responses with a status of 500 or more that is too high: 0.05 is 5 %.
        latency: how long 95 of 100 responses may take, in seconds.
        duration: how long a threshold must be exceeded before it alerts, in whole minutes.
        channels: who is told.
    """

    name: str
    services: Sequence[str]
    error_rate: float | None = field(default=None, kw_only=True)
    latency: float | None = field(default=None, kw_only=True)
    duration: Seconds = field(default=300, kw_only=True)
    channels: Sequence[ChannelRef] = field(default=(), kw_only=True)

    @functools.cached_property
    def errors(self) -> AlertPolicy | None:
        """The policy on errors."""
        if self.error_rate is None:
            return None
        rate = Aggregation(
            alignment_period=_MINUTE,
            per_series_aligner="ALIGN_RATE",
            cross_series_reducer="REDUCE_SUM",
            group_by_fields=_BY_SERVICE,
        )
        share = f"{self.error_rate * 100:g} %"
        failed = 'AND metric.labels.response_code_class="5xx"'
        condition = Condition(
            display_name=f"More than {share} of the answers are errors",
            condition_threshold=MetricThreshold(
                filter=f"{self._series(_COUNT)} {failed}",
                denominator_filter=self._series(_COUNT),
                aggregations=[rate],
                denominator_aggregations=[rate],
                comparison="COMPARISON_GT",
                threshold_value=self.error_rate,
                duration=self.duration,
            ),
        )
        return self._policy("errors", "ERROR", condition)

    @functools.cached_property
    def slowness(self) -> AlertPolicy | None:
        """The policy on slow answers."""
        if self.latency is None:
            return None
        condition = Condition.above(
            f"95 of 100 answers take longer than {self.latency:g} s",
            self.latency * 1000,
            filter=self._series(_LATENCIES),
            duration=self.duration,
            aggregations=[
                Aggregation(
                    alignment_period=_MINUTE,
                    per_series_aligner="ALIGN_DELTA",
                    cross_series_reducer="REDUCE_PERCENTILE_95",
                    group_by_fields=_BY_SERVICE,
                )
            ],
        )
        return self._policy("latency", "WARNING", condition)

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the policies."""
        yield from (policy for policy in (self.errors, self.slowness) if policy is not None)

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check that it watches something."""
        place = f"CloudRunAlerts/{self.name}"
        if not self.services:
            yield Problem(f"{place}: services", "is empty.", "Name a service.")
        if self.error_rate is not None and not 0 < self.error_rate < 1:
            yield Problem(
                f"{place}: error_rate",
                f"{self.error_rate:g} is not a share between 0 and 1.",
                f"Write {self.error_rate / 100:g} for {self.error_rate:g} percent.",
            )

    def _series(self, metric: str) -> str:
        names = ",".join(json.dumps(name) for name in self.services)
        return (
            f'metric.type="{metric}" AND resource.type="cloud_run_revision" '
            f"AND resource.labels.service_name=one_of({names})"
        )

    def _policy(self, what: str, severity: str, condition: Condition) -> AlertPolicy:
        return AlertPolicy(
            f"{self.name}-{what}",
            severity=severity,  # type: ignore[arg-type] # one of Google's, see the callers
            conditions=[condition],
            notification_channels=self.channels or None,
            documentation=Documentation(
                content="Cloud Run service ${resource.label.service_name}: look at its logs and "
                "its newest revision.",
                mime_type="text/markdown",
            ),
        )


@dataclass(frozen=True, eq=False)
class UptimeAlert(Component):
    """Requests a page from around the world, and notifies somebody when that fails.

    https://cloud.google.com/monitoring/uptime-checks/uptime-alerting-policies

    Attributes:
        name: the name of the check, and of the policy.
        host: the host.
        path: the page.
        period: how often: 60, 300, 600 or 900 s.
        channels: who is told.
    """

    name: str
    host: str
    path: str = field(default="/", kw_only=True)
    period: Seconds = field(default=60, kw_only=True)
    channels: Sequence[ChannelRef] = field(default=(), kw_only=True)

    @functools.cached_property
    def check(self) -> UptimeCheckConfig:
        """The check."""
        return UptimeCheckConfig(
            self.name,
            host=self.host,
            http_check=HttpCheck(path=self.path, port=443, use_ssl=True, validate_ssl=True),
            period=self.period,
            timeout=10,
        )

    @functools.cached_property
    def policy(self) -> AlertPolicy:
        """The policy: it alerts when two places fail at once, so that one bad line wakes nobody."""
        series = compose(
            f'metric.type="{_PASSED}" AND resource.type="uptime_url" '
            'AND metric.labels.check_id="{id}"',
            id=As(self.check, "name"),
        )
        return AlertPolicy(
            self.name,
            severity="CRITICAL",
            conditions=[
                Condition.above(
                    f"{self.host}{self.path} does not answer",
                    1,
                    filter=series,
                    duration=_MINUTE,
                    aggregations=[
                        Aggregation(
                            alignment_period=1200,
                            per_series_aligner="ALIGN_NEXT_OLDER",
                            cross_series_reducer="REDUCE_COUNT_FALSE",
                            group_by_fields=("resource.label.host",),
                        )
                    ],
                )
            ],
            notification_channels=self.channels or None,
        )

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts."""
        yield self.check
        yield self.policy
