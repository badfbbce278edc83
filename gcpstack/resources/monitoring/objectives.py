"""Monitored services, and the objectives that they are held to."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.json import Body
from gcpstack._core.refs import InScope
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_monitoring as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import Labels, MonitoredServiceRef, Seconds, Text
from gcpstack.resources.functions.functions import CloudFunction
from gcpstack.resources.monitoring.indicators import BasicSli, SliCut, SliRatio, SliWindows
from gcpstack.resources.run.services import CloudRunService

_DAY = 86_400
_LONGEST = 30
_HIGHEST = 0.9999
_LONGEST_NAME = 512

#: https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services/create
_NEW_SERVICE = NameRule(r"[a-z0-9-]{1,63}", "1 to 63 lower-case letters, digits and hyphens")
#: Those that Google makes itself have more in their names.
SERVICE_NAME = NameRule(
    r"[a-zA-Z0-9:_.-]{1,63}", "1 to 63 letters, digits, hyphens, underscores, colons and dots"
)
#: https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives/create
SLO_NAME = NameRule(
    r"[a-zA-Z0-9:_.-]{1,63}",
    "1 to 63 letters, digits, hyphens, underscores, colons and dots",
)

#: The labels that tell a service of each type:
#: https://cloud.google.com/stackdriver/docs/solutions/slo-monitoring/api/api-structures.
_LABELS: Mapping[str, tuple[str, ...]] = {
    "APP_ENGINE": ("module_id",),
    "CLOUD_ENDPOINTS": ("service",),
    "CLOUD_RUN": ("location", "service_name"),
    "CLUSTER_ISTIO": ("cluster_name", "location", "service_name", "service_namespace"),
    "GKE_NAMESPACE": ("cluster_name", "location", "namespace_name", "project_id"),
    "GKE_SERVICE": ("cluster_name", "location", "namespace_name", "project_id", "service_name"),
    "GKE_WORKLOAD": (
        "cluster_name",
        "location",
        "namespace_name",
        "project_id",
        "top_level_controller_name",
        "top_level_controller_type",
    ),
    "ISTIO_CANONICAL_SERVICE": (
        "canonical_service",
        "canonical_service_namespace",
        "mesh_uid",
    ),
}
#: Types of which Google measures calls by itself, and so knows basic indicators.
_MEASURED = frozenset(
    {"APP_ENGINE", "CLOUD_ENDPOINTS", "CLOUD_RUN", "CLUSTER_ISTIO", "ISTIO_CANONICAL_SERVICE"}
)


@block
class BasicService(Part):
    """A service that Google knows by itself.

    https://cloud.google.com/stackdriver/docs/solutions/slo-monitoring/api/api-structures#basic-svc-w-basic-sli

    Attributes:
        service_type: what it is, such as CLOUD_RUN. Can't change.
        service_labels: what tells it from others of its type, such as
            ``{"service_name": "api", "location": "us-central1"}``. Can't change.
    """

    service_type: Literal[
        "APP_ENGINE",
        "CLOUD_ENDPOINTS",
        "CLOUD_RUN",
        "CLUSTER_ISTIO",
        "GKE_NAMESPACE",
        "GKE_SERVICE",
        "GKE_WORKLOAD",
        "ISTIO_CANONICAL_SERVICE",
    ] = required(Facet.IMMUTABLE)
    service_labels: Mapping[str, Text | InScope] = required(Facet.IMMUTABLE)

    def findings(self) -> Iterator[Finding]:
        """Check that the labels are those of the type."""
        wanted = set(_LABELS[self.service_type])
        for key in sorted(wanted - self.service_labels.keys()):
            yield Finding(
                f"service_labels[{key!r}]",
                f"is needed with service_type={self.service_type!r}",
            )
        for key in sorted(self.service_labels.keys() - wanted):
            yield checks.not_one_of("service_labels", key, sorted(wanted))


@resource(kinds.MONITORED_SERVICE)
class MonitoredService(Declaration):
    """A service as Cloud Monitoring knows it: what objectives are set for.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services. One of Google's basic types,
    such as Cloud Run, brings indicators of its own; anything else, such as a load balancer, is a
    custom service whose objectives name the metrics that count. Its objectives go
    when it goes.

    Outputs: ``name``.

    Attributes:
        name: its id.
        project: its project; the stack's if not given.
        display_name: what people see; the id if not given.
        basic: which of Google's services it is; a custom one if not given. Can't change.
        telemetry: the full name of the resource that it is, for people who look at it.
        user_labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = _NEW_SERVICE
    LABELS: ClassVar[tuple[str, ...]] = ("user_labels",)

    name: str = identity(kw_only=False)
    project: str | None = scope()
    display_name: Text | None = spec()
    basic: BasicService | None = spec(Facet.IMMUTABLE, wire="basicService")
    telemetry: Text | None = spec(wire="telemetry.resourceName")
    user_labels: Labels | None = spec()

    @classmethod
    def cloud_run(
        cls,
        name: str,
        service: CloudRunService | CloudFunction,
        *,
        display_name: Text | None = None,
    ) -> Self:
        """Watch a Cloud Run service, or a function, which runs as a service of its name.

        Args:
            name: its id.
            service: the declared service or function.
            display_name: what people see.
        """
        made = BasicService(
            service_type="CLOUD_RUN",
            service_labels={
                "service_name": service.name,
                "location": service.location or InScope("region"),
            },
        )
        return cls(name, basic=made, display_name=display_name, depends_on=(service,))

    def fixed(self, scope: Scope) -> Body:
        """Say that it is a custom service where it is not one of Google's."""
        named: Body = {"displayName": self.name}
        return named if self.basic is not None else {**named, "custom": {}}

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the display name (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services)."""
        yield from checks.longest("display_name", self.display_name or "", _LONGEST_NAME)


_INDICATORS = ("basic", "ratio", "cut", "windows")


@resource(kinds.SLO)
class Slo(Declaration):
    """How good a service has to be: a share of good calls, or of good windows, over a period.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives

    Outputs: ``name``.

    Attributes:
        name: its id.
        service: the service: its declaration or its id.
        project: its project; the stack's if not given.
        display_name: what people see; the id if not given.
        goal: the share that has to be good, above 0, up to 0.9999.
        rolling_period: in any time of this length, 1 to 30 whole days;
        calendar_period: or in every DAY, WEEK, FORTNIGHT or MONTH.
        basic: good as Google itself measures it, of a basic service;
        ratio: or by metrics that count calls;
        cut: or by a metric of distributions, such as latencies;
        windows: or by windows of time.
        user_labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = SLO_NAME
    LABELS: ClassVar[tuple[str, ...]] = ("user_labels",)

    name: str = identity(kw_only=False)
    service: MonitoredServiceRef = identity()
    project: str | None = scope()
    display_name: Text | None = spec()
    goal: float = required()
    rolling_period: Seconds | None = spec(like="duration", encode=encode.seconds)
    calendar_period: Literal["DAY", "WEEK", "FORTNIGHT", "MONTH"] | None = spec()
    basic: BasicSli | None = spec(wire="serviceLevelIndicator.basicSli")
    ratio: SliRatio | None = spec(wire="serviceLevelIndicator.requestBased.goodTotalRatio")
    cut: SliCut | None = spec(wire="serviceLevelIndicator.requestBased.distributionCut")
    windows: SliWindows | None = spec(wire="serviceLevelIndicator.windowsBased")
    user_labels: Labels | None = spec()

    def fixed(self, scope: Scope) -> Body:
        """Show the id where no name for people is given."""
        return {"displayName": self.name}

    @property
    def measured(self) -> BasicSli | None:
        """The basic indicator that it uses, if any."""
        threshold = self.windows.good_total_ratio_threshold if self.windows else None
        return self.basic or (threshold.basic if threshold else None)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the goal, the period and the indicator.

        https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives,
        https://cloud.google.com/stackdriver/docs/solutions/slo-monitoring/api/api-structures
        """
        if not 0 < self.goal <= _HIGHEST:
            remedy = (
                f"Write {self.goal / 100:g} for {self.goal:g} percent." if self.goal > 1 else ""
            )
            yield Finding("goal", f"{self.goal:g} is not a share above 0, up to {_HIGHEST}", remedy)
        yield from checks.exactly_one(self, "rolling_period", "calendar_period")
        found = checks.seconds(self.rolling_period)
        yield from checks.duration("rolling_period", self.rolling_period, _DAY, _LONGEST * _DAY)
        if found and found % _DAY:
            yield Finding("rolling_period", f"{found:g} s is not a whole number of days")
        yield from checks.exactly_one(self, *_INDICATORS)
        yield from checks.longest("display_name", self.display_name or "", _LONGEST_NAME)
        yield from self._service_findings()

    def _service_findings(self) -> Iterator[Finding]:
        """Check that there is a service, and that Google measures it where that is asked for."""
        service = self.service
        if isinstance(service, str):
            yield from checks.name("service", service, SERVICE_NAME)
        if not isinstance(service, MonitoredService) or self.measured is None:
            return
        kind = service.basic.service_type if service.basic else "a custom one"
        if kind not in _MEASURED:
            field = "basic" if self.basic else "windows.good_total_ratio_threshold.basic"
            yield Finding(
                field,
                f"is not known of {service.name}: Google measures no calls of its type, {kind}",
                "Give ratio or cut with the metrics that count.",
            )
