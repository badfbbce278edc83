"""Backend services: the groups behind a load balancer, and how they are used."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import (
    GroupRef,
    HealthCheckRef,
    Seconds,
    SecurityPolicyRef,
    Text,
)
from gcpstack.resources.compute._headers import headers
from gcpstack.resources.compute.cdn import CdnPolicy
from gcpstack.resources.compute.tls import SecuritySettings, TlsSettings
from gcpstack.resources.compute.traffic import (
    CircuitBreakers,
    ConnectionDraining,
    ConsistentHash,
    HttpCookie,
    LbPolicy,
    LocalityLbPolicyConfig,
    LogConfig,
    OutlierDetection,
)

_LIMITS = (
    "max_connections",
    "max_connections_per_instance",
    "max_connections_per_endpoint",
    "max_rate",
    "max_rate_per_instance",
    "max_rate_per_endpoint",
    "max_utilization",
)
_SERVERLESS_TIMEOUT = 30


@block
class BackendCustomMetric(Part):
    """A metric that the backend reports, by which it is balanced.

    Attributes:
        name: the metric.
        dry_run: whether it only is recorded.
        max_utilization: the load that fills the backend, 0.0 to 1.0.
    """

    name: str = required()
    dry_run: bool = required()
    max_utilization: float | None = spec()


@block
class ServiceCustomMetric(Part):
    """A metric that backends report, by which a locality policy weighs them.

    Attributes:
        name: the metric.
        dry_run: whether it only is recorded.
    """

    name: str = required()
    dry_run: bool = required()


@block
class Backend(Part):
    """A group behind a backend service.

    https://cloud.google.com/load-balancing/docs/backend-service. A serverless group takes no
    balancing mode and no limit.

    Attributes:
        group: the network endpoint group or instance group; unique within the service.
        balancing_mode: what fills it.
        capacity_scaler: the share of its capacity that is used: 0, or 0.1 to 1.0.
        preference: whether it is filled before others.
        description: a note.
        max_connections: connections, for the whole group.
        max_connections_per_instance: connections for each instance.
        max_connections_per_endpoint: connections for each endpoint.
        max_rate: requests a second, for the whole group.
        max_rate_per_instance: requests a second for each instance.
        max_rate_per_endpoint: requests a second for each endpoint.
        max_utilization: the load, 0.0 to 1.0.
        custom_metrics: metrics that it reports.
        failover: whether it serves only when others fail; passthrough load balancers only.
    """

    group: GroupRef = required(like="link")
    balancing_mode: (
        Literal["UTILIZATION", "RATE", "CONNECTION", "CUSTOM_METRICS", "IN_FLIGHT"] | None
    ) = spec()
    capacity_scaler: float | None = spec()
    preference: Literal["PREFERRED", "DEFAULT"] | None = spec()
    description: Text | None = spec()
    max_connections: int | None = spec()
    max_connections_per_instance: int | None = spec()
    max_connections_per_endpoint: int | None = spec()
    max_rate: int | None = spec()
    max_rate_per_instance: float | None = spec()
    max_rate_per_endpoint: float | None = spec()
    max_utilization: float | None = spec()
    custom_metrics: Sequence[BackendCustomMetric] | None = spec(Facet.UNORDERED, key="name")
    failover: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the shares, and what is counted in which mode.

        https://cloud.google.com/load-balancing/docs/backend-service#balancing-mode
        """
        unfit = {"RATE": "max_connections", "CONNECTION": "max_rate"}.get(self.balancing_mode or "")
        for field in _LIMITS:
            if unfit and field.startswith(unfit) and getattr(self, field) is not None:
                yield Finding(field, f"does not go with balancing_mode={self.balancing_mode!r}")
        scaler = self.capacity_scaler
        if scaler is not None and scaler != 0:
            yield from checks.within("capacity_scaler", scaler, 0.1, 1.0)
        yield from checks.within("max_utilization", self.max_utilization, 0.0, 1.0)


@block
class Iap(Part):
    """Identity-Aware Proxy in front of the service.

    https://cloud.google.com/iap/docs/enabling-compute-howto

    Attributes:
        enabled: whether it is.
        oauth2_client_id: the OAuth client; Google's own if not given.
        oauth2_client_secret: its secret; Google never shows it again.
    """

    enabled: bool = required()
    oauth2_client_id: Text | None = spec(wire="oauth2ClientId")
    oauth2_client_secret: Text | Sensitive | None = spec(
        Facet.SENSITIVE | Facet.WRITE_ONLY,
        wire="oauth2ClientSecret",
        encode=encode.sensitive,
    )

    def findings(self) -> Iterator[Finding]:
        """Check that the client has its secret (https://cloud.google.com/iap/docs/custom-oauth-configuration)."""
        if (self.oauth2_client_id is None) != (self.oauth2_client_secret is None):
            yield Finding("", "oauth2_client_id and oauth2_client_secret go together")


@resource(kinds.BACKEND_SERVICE)
class BackendService(Declaration):
    """A global backend service.

    https://cloud.google.com/compute/docs/reference/rest/v1/backendServices. Limits of serverless
    groups: https://cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts#limitations.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        description: a note.
        backends: the groups behind it; one serverless group a region.
        load_balancing_scheme: EXTERNAL_MANAGED if not given: the global external Application Load
            Balancer. Google's own default is EXTERNAL, the classic one.
        protocol: how backends are spoken to; serverless groups ignore it.
        port_name: the named port of instance groups.
        timeout: how long an answer may take, 30 s if not given; serverless groups take nothing
            else.
        health_checks: one health check; none with serverless groups.
        session_affinity: what ties a client to a backend.
        affinity_cookie_ttl: how long the cookie of GENERATED_COOKIE lives.
        strong_session_affinity_cookie: the cookie of STRONG_COOKIE_AFFINITY.
        locality_lb_policy: how requests are spread within a group.
        locality_lb_policies: the same, in order of preference.
        consistent_hash: for RING_HASH and MAGLEV.
        circuit_breakers: how much is taken at a time.
        outlier_detection: when a failing backend is left out.
        connection_draining: what happens to connections of a backend that goes.
        enable_cdn: whether answers are cached.
        cdn_policy: how.
        compression_mode: whether answers are compressed.
        custom_request_headers: headers added to requests, as ``Name: value``.
        custom_response_headers: headers added to answers, as ``Name: value``.
        log_config: whether requests are logged.
        security_policy: the Cloud Armor policy in front of it.
        edge_security_policy: the Cloud Armor policy in front of the cache.
        iap: Identity-Aware Proxy.
        ip_address_selection_policy: IPv4 or IPv6 to the backends.
        custom_metrics: metrics that backends report.
        security_settings: authentication towards a service mesh or AWS.
        tls_settings: TLS towards the backends.
        service_lb_policy: a service load balancing policy.
        max_stream_duration: how long a stream may last.
        external_managed_migration_state: the step of a migration from the classic load balancer.
        external_managed_migration_testing_percentage: the share of requests in the step
            TEST_BY_PERCENTAGE.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    description: Text | None = spec()
    backends: Sequence[Backend] | None = spec(Facet.UNORDERED, key="group")
    load_balancing_scheme: Literal[
        "EXTERNAL", "EXTERNAL_MANAGED", "INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED"
    ] = spec(default="EXTERNAL_MANAGED")
    protocol: (
        Literal["HTTP", "HTTPS", "HTTP2", "H2C", "TCP", "SSL", "UDP", "GRPC", "UNSPECIFIED"] | None
    ) = spec()
    port_name: Text | None = spec()
    timeout: Seconds | None = spec(wire="timeoutSec", encode=encode.whole_seconds)
    health_checks: Sequence[HealthCheckRef] | None = spec(Facet.UNORDERED, like="link")
    session_affinity: (
        Literal[
            "NONE",
            "CLIENT_IP",
            "CLIENT_IP_PORT_PROTO",
            "CLIENT_IP_PROTO",
            "GENERATED_COOKIE",
            "HEADER_FIELD",
            "HTTP_COOKIE",
            "STRONG_COOKIE_AFFINITY",
        ]
        | None
    ) = spec()
    affinity_cookie_ttl: Seconds | None = spec(
        wire="affinityCookieTtlSec", encode=encode.whole_seconds
    )
    strong_session_affinity_cookie: HttpCookie | None = spec()
    locality_lb_policy: LbPolicy | None = spec()
    locality_lb_policies: Sequence[LocalityLbPolicyConfig] | None = spec()
    consistent_hash: ConsistentHash | None = spec()
    circuit_breakers: CircuitBreakers | None = spec()
    outlier_detection: OutlierDetection | None = spec()
    connection_draining: ConnectionDraining | None = spec()
    enable_cdn: bool | None = spec(wire="enableCDN")
    cdn_policy: CdnPolicy | None = spec()
    compression_mode: Literal["AUTOMATIC", "DISABLED"] | None = spec()
    custom_request_headers: Sequence[Text] | None = spec(Facet.UNORDERED)
    custom_response_headers: Sequence[Text] | None = spec(Facet.UNORDERED)
    log_config: LogConfig | None = spec()
    security_policy: SecurityPolicyRef | None = spec(like="link")
    edge_security_policy: SecurityPolicyRef | None = spec(like="link")
    iap: Iap | None = spec()
    ip_address_selection_policy: Literal["IPV4_ONLY", "PREFER_IPV6", "IPV6_ONLY"] | None = spec()
    custom_metrics: Sequence[ServiceCustomMetric] | None = spec(Facet.UNORDERED, key="name")
    security_settings: SecuritySettings | None = spec()
    tls_settings: TlsSettings | None = spec()
    service_lb_policy: Text | None = spec(like="link")
    max_stream_duration: Seconds | None = spec(encode=encode.span)
    external_managed_migration_state: (
        Literal["PREPARE", "TEST_BY_PERCENTAGE", "TEST_ALL_TRAFFIC"] | None
    ) = spec()
    external_managed_migration_testing_percentage: float | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check what the backends and the settings demand of each other."""
        yield from self._headers()
        yield from checks.duration("affinity_cookie_ttl", self.affinity_cookie_ttl, 0, 1_209_600)
        yield from self._health()
        if self.timeout is not None:
            yield from checks.duration("timeout", self.timeout, 1, 2_147_483_647)
        if self.cdn_policy is not None and self.enable_cdn is not True:
            yield Finding("cdn_policy", "has no effect without enable_cdn=True")
        if self.enable_cdn and self.iap is not None and self.iap.enabled:
            # https://cloud.google.com/cdn/docs/overview#limitations
            yield Finding("enable_cdn", "does not go with Identity-Aware Proxy")
        percentage = self.external_managed_migration_testing_percentage
        yield from checks.within(
            "external_managed_migration_testing_percentage", percentage, 0, 100, "percent"
        )
        yield from self._scheme_findings()
        yield from self._groups(scope)

    def _scheme_findings(self) -> Iterator[Finding]:
        """Check what some load balancers alone do.

        https://cloud.google.com/load-balancing/docs/features,
        https://cloud.google.com/compute/docs/reference/rest/v1/backendServices
        """
        scheme = self.load_balancing_scheme
        if self.enable_cdn and not scheme.startswith("EXTERNAL"):
            yield Finding("enable_cdn", "is for external load balancers alone")
        if self.outlier_detection is not None and scheme == "EXTERNAL":
            yield Finding("outlier_detection", "is not for the classic load balancer, EXTERNAL")
        if self.external_managed_migration_state and not scheme.startswith("EXTERNAL"):
            yield Finding("external_managed_migration_state", "is for external load balancers")
        sticky = self.session_affinity == "STRONG_COOKIE_AFFINITY"
        if sticky and self.strong_session_affinity_cookie is None:
            yield Finding(
                "strong_session_affinity_cookie",
                "is needed with session_affinity='STRONG_COOKIE_AFFINITY'",
            )

    def _health(self) -> Iterator[Finding]:
        """https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks."""
        yield from checks.longest("health_checks", self.health_checks or (), 1, "health checks")
        for index, one in enumerate(self.health_checks or ()):
            if getattr(one, "source_regions", None):
                yield Finding(
                    f"health_checks[{index}]",
                    "asks from source_regions: it is for DNS records only",
                    "Name one without them.",
                )

    def _headers(self) -> Iterator[Finding]:
        for field in ("custom_request_headers", "custom_response_headers"):
            yield from headers(field, getattr(self, field))

    def _groups(self, scope: Scope) -> Iterator[Finding]:
        groups = [backend.group for backend in self.backends or ()]
        yield from checks.distinct("backends", groups)
        regions: set[str] = set()
        for index, group in enumerate(groups):
            if not _serverless(group):
                continue
            yield from self._serverless_limits(index)
            region = group.ids(scope)["region"] if isinstance(group, Resource) else ""
            if region in regions:
                yield Finding(
                    f"backends[{index}].group",
                    f"is a second serverless group in {region}; a region takes one",
                )
            regions.add(region)

    def _serverless_limits(self, index: int) -> Iterator[Finding]:
        for field in _LIMITS:
            if getattr((self.backends or ())[index], field) is not None:
                yield Finding(f"backends[{index}].{field}", "is not for a serverless group")
        if self.health_checks:
            yield Finding("health_checks", "are not for serverless groups", "Leave them out.")
        if checks.seconds(self.timeout) not in (None, _SERVERLESS_TIMEOUT):
            yield Finding(
                "timeout",
                "is not for serverless groups",
                "Leave it out, and set the timeout of the Cloud Run service.",
            )
        if self.port_name not in (None, "", "http"):
            yield Finding("port_name", "is not for serverless groups", "Leave it out.")


def _serverless(group: object) -> bool:
    return getattr(group, "network_endpoint_type", "") == "SERVERLESS"
