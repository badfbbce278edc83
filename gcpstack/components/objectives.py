"""Objectives of what people deploy, and the alerts on how fast their budgets burn."""

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gcpstack._core.component import Component
from gcpstack._core.refs import InScope, compose
from gcpstack._core.resource import As, Resource, Scope
from gcpstack.exceptions import Problem
from gcpstack.resources import _checks as checks
from gcpstack.resources._types import ChannelRef, Seconds
from gcpstack.resources.functions.functions import CloudFunction
from gcpstack.resources.monitoring.alerts import AlertPolicy, Documentation
from gcpstack.resources.monitoring.conditions import Condition, MetricThreshold
from gcpstack.resources.monitoring.indicators import BasicSli, SliCut, SliRatio
from gcpstack.resources.monitoring.objectives import BasicService, MonitoredService, Slo
from gcpstack.resources.run.services import CloudRunService

_HOUR = 3600
_MINUTE = 60
_DAY = 86_400

Severity = Literal["CRITICAL", "ERROR", "WARNING"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnRate:
    """A rate at which the error budget burns too fast: a multiple of what the objective allows.

    Both windows must burn: the long one shows that enough of the budget is gone, the short one that
    it still burns, so that the alert ends soon after its cause.

    Attributes:
        name: what the policy is called after, such as ``fast``.
        rate: how many times faster than allowed the budget burns.
        long: over this time;
        short: and over this one, too.
        severity: the severity of the alert.
    """

    name: str
    rate: float
    long: Seconds
    short: Seconds
    severity: Severity = "CRITICAL"


#: The usual pair for objectives over a month (https://sre.google/workbook/alerting-on-slos/): the
#: first takes 2 % of the budget in an hour, the second 5 % of it in six.
FAST = BurnRate(name="fast", rate=14.4, long=_HOUR, short=5 * _MINUTE)
SLOW = BurnRate(name="slow", rate=6, long=6 * _HOUR, short=30 * _MINUTE, severity="WARNING")


def _span(value: Seconds) -> str:
    """Write a span of time as selectors do: ``300s``."""
    return f"{int(checks.seconds(value) or 0)}s"


def _told(value: Seconds) -> str:
    """Write a span of time for people: ``5 min``."""
    found = checks.seconds(value) or 0.0
    return f"{found / _HOUR:g} h" if found >= _HOUR else f"{found / _MINUTE:g} min"


def burnt_out(slo: Slo) -> float:
    """Return the rate at which every call is bad: no budget burns faster."""
    return 1 / (1 - slo.goal) if 0 < slo.goal < 1 else float("inf")


@dataclass(frozen=True, eq=False)
class SloAlerts(Component):
    """Notifies somebody when the error budget of an objective burns too fast.

    https://cloud.google.com/stackdriver/docs/solutions/slo-monitoring/alerting-on-budget-burn-rate.
    Each rate makes a policy, ``{slo}-{rate}``, that alerts when both its windows burn too fast.

    Attributes:
        slo: the objective.
        channels: who is told.
        rates: how fast is too fast; if not given, 14.4 times as fast over an hour and five minutes,
            and 6 times over six hours and half an hour, as far as the goal lets it burn so fast.
        name: what the policies are named after; the service and the objective if not given.
    """

    slo: Slo
    channels: Sequence[ChannelRef] = field(default=(), kw_only=True)
    rates: Sequence[BurnRate] | None = field(default=None, kw_only=True)
    name: str = field(default="", kw_only=True)

    @property
    def _named(self) -> str:
        service = self.slo.service
        of = service.name if isinstance(service, MonitoredService) else str(service)
        return self.name or f"{of}-{self.slo.name}"

    @property
    def _rates(self) -> Sequence[BurnRate]:
        if self.rates is not None:
            return self.rates
        return [rate for rate in (FAST, SLOW) if rate.rate <= burnt_out(self.slo)]

    @functools.cached_property
    def policies(self) -> tuple[AlertPolicy, ...]:
        """The policies, one for each rate."""
        return tuple(self._policy(rate) for rate in self._rates)

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the policies."""
        yield from self.policies

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check the rates: https://sre.google/workbook/alerting-on-slos/."""
        place = f"SloAlerts/{self._named}"
        if not self._rates:
            most = burnt_out(self.slo)
            told = f"are missing: with this goal the budget burns {most:.4g} times as fast at most."
            given = "is empty." if self.rates is not None else told
            yield Problem(f"{place}: rates", given, "Give a BurnRate that can be reached.")
        names = [rate.name for rate in self._rates]
        for found in checks.distinct("rates", names):
            yield Problem(f"{place}: {found.field}", f"{found.message}.", found.remedy)
        for index, rate in enumerate(self._rates):
            where = f"{place}: rates[{index}]"
            yield from (
                Problem(f"{where}.{message}", told, remedy)
                for message, told, remedy in _rate_findings(rate, burnt_out(self.slo))
            )

    def _policy(self, rate: BurnRate) -> AlertPolicy:
        spans = (rate.long, rate.short)
        return AlertPolicy(
            f"{self._named}-{rate.name}",
            severity=rate.severity,
            combiner="AND",
            conditions=[self._condition(rate, span) for span in spans],
            notification_channels=self.channels or None,
            documentation=Documentation(
                content=f"The error budget of {self.slo.display_name or self.slo.name} burns "
                f"{rate.rate:g} times as fast as it may: at this pace it is gone before its "
                "period ends. Look at the newest release first.",
                mime_type="text/markdown",
            ),
        )

    def _condition(self, rate: BurnRate, span: Seconds) -> Condition:
        series = compose(
            f'select_slo_burn_rate("{{slo}}", "{_span(span)}")', slo=As(self.slo, "path")
        )
        return Condition(
            display_name=f"Burns {rate.rate:g} times too fast over {_told(span)}",
            condition_threshold=MetricThreshold(
                filter=series, comparison="COMPARISON_GT", threshold_value=rate.rate, duration=0
            ),
        )


def _rate_findings(rate: BurnRate, most: float) -> Iterator[tuple[str, str, str]]:
    """Find what is wrong with a rate: the field, what, and what to write."""
    long, short = checks.seconds(rate.long), checks.seconds(rate.short)
    for name, value in (("long", long), ("short", short)):
        if value is None or not _MINUTE <= value <= _DAY:
            yield name, "is not a span of time from a minute to a day.", "Write '1h' or '5m'."
    if long and short and short >= long:
        yield "short", "is not shorter than long.", f"A twelfth is usual: {long / 12:g} s."
    if not 1 <= rate.rate <= most:
        told = f"{rate.rate:g} never happens: even if every call is bad it burns {most:.4g} times"
        low = "is below 1: the budget lasts as long as it should."
        yield "rate", low if rate.rate < 1 else f"{told} as fast.", ""


_BALANCER = "loadbalancing.googleapis.com/https"


@dataclass(frozen=True, eq=False)
class ServiceObjectives(Component):
    """Objectives for how often a service must succeed and how quickly, and alerts when it does not.

    Made of a `MonitoredService`, an `Slo` for each of the two, and `SloAlerts` on both. Cloud Run
    services, and functions, which run as such services, are measured by Google itself; a load balancer by its own metrics
    (https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring).

    Attributes:
        service: the Cloud Run service or function: its declaration or its name; or, with *url_map*, what the
            objectives are named after.
        url_map: the name of a load balancer's URL map, to measure what people outside see.
        availability: the share of calls that must succeed, such as 0.999.
        latency: how long calls may take, such as ``500ms``;
        fast_enough: and the share of them that must take no longer.
        period: over which time, 1 to 30 days.
        channels: who is told.
        rates: see `SloAlerts`.
        location: the region of a service that is given by its name; the stack's if not given.
    """

    service: CloudRunService | CloudFunction | str
    url_map: str | None = field(default=None, kw_only=True)
    availability: float | None = field(default=None, kw_only=True)
    latency: Seconds | None = field(default=None, kw_only=True)
    fast_enough: float = field(default=0.95, kw_only=True)
    period: Seconds = field(default="28d", kw_only=True)
    channels: Sequence[ChannelRef] = field(default=(), kw_only=True)
    rates: Sequence[BurnRate] | None = field(default=None, kw_only=True)
    location: str | None = field(default=None, kw_only=True)

    @property
    def _name(self) -> str:
        return self.service if isinstance(self.service, str) else self.service.name

    @functools.cached_property
    def monitored(self) -> MonitoredService:
        """The service as Cloud Monitoring knows it."""
        if self.url_map is not None:
            return MonitoredService(self._name)
        if not isinstance(self.service, str):
            return MonitoredService.cloud_run(self._name, self.service)
        place = self.location or InScope("region")
        labels = {"service_name": self.service, "location": place}
        return MonitoredService(
            self._name, basic=BasicService(service_type="CLOUD_RUN", service_labels=labels)
        )

    @functools.cached_property
    def objectives(self) -> tuple[Slo, ...]:
        """The objectives."""
        found = (self._available(), self._quick())
        return tuple(slo for slo in found if slo is not None)

    @functools.cached_property
    def alerts(self) -> tuple[SloAlerts, ...]:
        """The alerts on each."""
        return tuple(
            SloAlerts(slo, channels=self.channels, rates=self.rates) for slo in self.objectives
        )

    def expand(self, scope: Scope) -> Iterator[Resource | Component]:
        """List the parts."""
        yield self.monitored
        yield from self.objectives
        yield from self.alerts

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check that it holds the service to something."""
        if self.availability is None and self.latency is None:
            yield Problem(
                f"ServiceObjectives/{self._name}",
                "holds the service to nothing.",
                "Give availability=0.999, latency='500ms' or both.",
            )

    def _available(self) -> Slo | None:
        if self.availability is None:
            return None
        if self.url_map is None:
            return self._slo("availability", self.availability, basic=BasicSli(availability=True))
        counted = self._balancer("request_count")
        failed = f"{counted} AND metric.labels.response_code_class=500"
        ratio = SliRatio(bad_service_filter=failed, total_service_filter=counted)
        return self._slo("availability", self.availability, ratio=ratio)

    def _quick(self) -> Slo | None:
        if self.latency is None:
            return None
        if self.url_map is None:
            return self._slo("latency", self.fast_enough, basic=BasicSli(latency=self.latency))
        most = (checks.seconds(self.latency) or 0) * 1000
        cut = SliCut(distribution_filter=self._balancer("total_latencies"), max=most)
        return self._slo("latency", self.fast_enough, cut=cut)

    def _balancer(self, metric: str) -> str:
        return (
            f'metric.type="{_BALANCER}/{metric}" AND resource.type="https_lb_rule" '
            f"AND resource.labels.url_map_name={json.dumps(self.url_map)}"
        )

    def _slo(
        self,
        name: str,
        goal: float,
        *,
        basic: BasicSli | None = None,
        ratio: SliRatio | None = None,
        cut: SliCut | None = None,
    ) -> Slo:
        return Slo(
            name,
            service=self.monitored,
            goal=goal,
            rolling_period=self.period,
            basic=basic,
            ratio=ratio,
            cut=cut,
        )
