"""Health checks of backends that are not serverless."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, block, identity, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import Seconds, Text

PortSpecification = Literal["USE_FIXED_PORT", "USE_NAMED_PORT", "USE_SERVING_PORT"]
_REGIONS = 3
_LEAST_REGIONAL = 30


@block
class _Port(Part):
    """Which port is asked.

    Attributes:
        port: its number.
        port_specification: USE_FIXED_PORT, USE_NAMED_PORT or USE_SERVING_PORT.
    """

    port: int | None = spec()
    port_specification: PortSpecification | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the port, and that it goes with how it is chosen.

        https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks
        """
        yield from checks.within("port", self.port, 1, 65_535)
        if self.port is not None and self.port_specification == "USE_SERVING_PORT":
            yield Finding("port", "does not go with port_specification='USE_SERVING_PORT'")


@block
class HttpHealthCheck(_Port):
    """Asks for a path, over HTTP, HTTPS or HTTP/2.

    Attributes:
        host: the Host header.
        request_path: the path; ``/`` is Google's default.
        response: how the answer must start.
        port_name: a named port.
        proxy_header: whether a PROXY header is sent.
    """

    host: Text | None = spec()
    request_path: Text | None = spec()
    response: Text | None = spec()
    port_name: Text | None = spec()
    proxy_header: Literal["NONE", "PROXY_V1"] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the path too.

        https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks
        """
        yield from super().findings()
        yield from checks.pattern(
            "request_path", self.request_path, r"/.*", "a path: it starts with '/'"
        )


@block
class TcpHealthCheck(_Port):
    """Opens a connection, plain or with TLS.

    Attributes:
        request: what is sent.
        response: how the answer must start.
        port_name: a named port.
        proxy_header: whether a PROXY header is sent.
    """

    request: Text | None = spec()
    response: Text | None = spec()
    port_name: Text | None = spec()
    proxy_header: Literal["NONE", "PROXY_V1"] | None = spec()


@block
class GrpcTlsHealthCheck(_Port):
    """Asks the gRPC health service over TLS.

    Attributes:
        grpc_service_name: the service to ask about.
    """

    grpc_service_name: Text | None = spec()


@block
class GrpcHealthCheck(GrpcTlsHealthCheck):
    """Asks the gRPC health service.

    Attributes:
        port_name: a named port.
    """

    port_name: Text | None = spec()


HealthCheckType = Literal["HTTP", "HTTPS", "HTTP2", "TCP", "SSL", "GRPC", "GRPC_WITH_TLS"]
_TYPES: dict[str, HealthCheckType] = {
    "http": "HTTP",
    "https": "HTTPS",
    "http2": "HTTP2",
    "tcp": "TCP",
    "ssl": "SSL",
    "grpc": "GRPC",
    "grpc_tls": "GRPC_WITH_TLS",
}


@resource(kinds.HEALTH_CHECK)
class HealthCheck(Declaration):
    """How a load balancer finds out which backends work.

    https://cloud.google.com/load-balancing/docs/health-check-concepts. Serverless groups take none.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        description: a note.
        check_interval: how often is asked, 1 to 300 s; 5 s is Google's default.
        timeout: how long an answer may take, no longer than the interval; 5 s is the default.
        healthy_threshold: good answers in a row that make a backend healthy, 1 to 10.
        unhealthy_threshold: bad answers in a row that make it unhealthy, 1 to 10.
        http: asks over HTTP.
        https: asks over HTTPS.
        http2: asks over HTTP/2.
        tcp: opens a TCP connection.
        ssl: opens a TLS connection.
        grpc: asks the gRPC health service.
        grpc_tls: asks it over TLS.
        type: follows from which of these is given.
        source_regions: three regions that ask, instead of everywhere: for DNS records, and for no
            backend service.
        log: whether changes of health are logged.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    description: Text | None = spec()
    check_interval: Seconds | None = spec(wire="checkIntervalSec", encode=encode.whole_seconds)
    timeout: Seconds | None = spec(wire="timeoutSec", encode=encode.whole_seconds)
    healthy_threshold: int | None = spec()
    unhealthy_threshold: int | None = spec()
    http: HttpHealthCheck | None = spec(wire="httpHealthCheck")
    https: HttpHealthCheck | None = spec(wire="httpsHealthCheck")
    http2: HttpHealthCheck | None = spec(wire="http2HealthCheck")
    tcp: TcpHealthCheck | None = spec(wire="tcpHealthCheck")
    ssl: TcpHealthCheck | None = spec(wire="sslHealthCheck")
    grpc: GrpcHealthCheck | None = spec(wire="grpcHealthCheck")
    grpc_tls: GrpcTlsHealthCheck | None = spec(wire="grpcTlsHealthCheck")
    type: HealthCheckType | None = spec(Facet.IMMUTABLE)
    source_regions: Sequence[str] | None = spec(Facet.UNORDERED)
    log: bool | None = spec(wire="logConfig.enable")

    def bind(self, scope: Scope) -> Self:
        """Add the type: Google wants it beside the settings of that type."""
        bound = super().bind(scope)
        given = next((_TYPES[name] for name in _TYPES if getattr(self, name) is not None), None)
        if bound.type is not None or given is None:
            return bound
        return dataclasses.replace(bound, type=given)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check times, thresholds and that one protocol is given.

        https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks
        """
        yield from checks.exactly_one(self, *_TYPES)
        yield from checks.duration("check_interval", self.check_interval, 1, 300)
        yield from checks.duration("timeout", self.timeout, 1, 300)
        interval = checks.seconds(self.check_interval) or 5
        timeout = checks.seconds(self.timeout) or 5
        if timeout > interval:
            yield Finding("timeout", f"{timeout:g} s is longer than the interval of {interval:g} s")
        for field in ("healthy_threshold", "unhealthy_threshold"):
            yield from checks.within(field, getattr(self, field), 1, 10)
        yield from self._regions(interval)

    def _regions(self, interval: float) -> Iterator[Finding]:
        if self.source_regions is None:
            return
        if len(self.source_regions) != _REGIONS:
            yield Finding("source_regions", f"has {len(self.source_regions)} regions, not 3")
        for index, region in enumerate(self.source_regions):
            yield from checks.region(f"source_regions[{index}]", region)
        if interval < _LEAST_REGIONAL:
            yield Finding("check_interval", "is 30 s at least where source_regions are given")
        if not (self.http or self.https or self.tcp):
            yield Finding("source_regions", "goes with http, https and tcp only")
        for field in ("http", "https", "tcp"):
            asked = getattr(self, field)
            for part in ("proxy_header", "request"):
                if getattr(asked, part, None) not in (None, "NONE"):
                    yield Finding(f"{field}.{part}", "does not go with source_regions")
