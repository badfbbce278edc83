"""Probes: how Cloud Run finds out whether a container works."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Seconds, Text

_HIGHEST_PORT = 65_535
_ACTIONS = ("http_get", "tcp_socket", "grpc")


@block
class HttpHeader(Part):
    """A header of a probe's request.

    Attributes:
        name: its name.
        value: its value.
    """

    name: str = required()
    value: Text | None = spec()


def _headers(value: Mapping[str, Text]) -> list[HttpHeader]:
    return [HttpHeader(name=name, value=text) for name, text in value.items()]


@block
class HttpGet(Part):
    """Asks for a path; an answer from 200 to 399 is good.

    Attributes:
        path: the path; ``/`` is Google's default.
        port: the port; the container's own if not given.
        headers: headers to send.
    """

    path: Text | None = spec()
    port: int | None = spec()
    headers: Mapping[str, Text] | None = spec(
        Facet.UNORDERED, wire="httpHeaders", key="name", encode=_headers, block=HttpHeader
    )

    def findings(self) -> Iterator[Finding]:
        """Check the path and the port.

        https://cloud.google.com/run/docs/configuring/healthchecks
        """
        yield from checks.pattern("path", self.path, r"/.*", "a path: it starts with '/'")
        yield from checks.within("port", self.port, 1, _HIGHEST_PORT)


@block
class TcpSocket(Part):
    """Opens a connection.

    Attributes:
        port: the port; the container's own if not given.
    """

    port: int | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the port.

        https://cloud.google.com/run/docs/configuring/healthchecks
        """
        yield from checks.within("port", self.port, 1, _HIGHEST_PORT)


@block
class Grpc(Part):
    """Asks the gRPC health service.

    Attributes:
        port: the port; the container's own if not given.
        service: the service to ask about.
    """

    port: int | None = spec()
    service: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the port.

        https://cloud.google.com/run/docs/configuring/healthchecks
        """
        yield from checks.within("port", self.port, 1, _HIGHEST_PORT)


@block
class Probe(Part):
    """How Cloud Run finds out whether a container works; one of the three actions.

    https://cloud.google.com/run/docs/configuring/healthchecks

    Attributes:
        http_get: asks for a path.
        tcp_socket: opens a connection; not for liveness.
        grpc: asks the gRPC health service.
        initial_delay: how long after the start it begins, 0 to 240 s (startup) or 3600 s
            (liveness).
        period: how often, 1 to 240 s (startup) or 3600 s (liveness); 10 s is Google's default.
        timeout: how long an answer may take, no longer than the period; 1 s is the default.
        failure_threshold: failures in a row that count, 1 at least; 3 is the default.
    """

    http_get: HttpGet | None = spec()
    tcp_socket: TcpSocket | None = spec()
    grpc: Grpc | None = spec()
    initial_delay: Seconds | None = spec(wire="initialDelaySeconds", encode=encode.whole_seconds)
    period: Seconds | None = spec(wire="periodSeconds", encode=encode.whole_seconds)
    timeout: Seconds | None = spec(wire="timeoutSeconds", encode=encode.whole_seconds)
    failure_threshold: int | None = spec()

    @classmethod
    def http(
        cls,
        path: str = "/",
        *,
        port: int | None = None,
        headers: Mapping[str, Text] | None = None,
        period: Seconds | None = None,
        timeout: Seconds | None = None,
        initial_delay: Seconds | None = None,
        failure_threshold: int | None = None,
    ) -> "Probe":
        """Ask for a path; the arguments are those of `HttpGet` and `Probe`."""
        return cls(
            http_get=HttpGet(path=path, port=port, headers=headers),
            period=period,
            timeout=timeout,
            initial_delay=initial_delay,
            failure_threshold=failure_threshold,
        )

    @classmethod
    def tcp(
        cls,
        port: int | None = None,
        *,
        period: Seconds | None = None,
        timeout: Seconds | None = None,
        initial_delay: Seconds | None = None,
        failure_threshold: int | None = None,
    ) -> "Probe":
        """Open a connection; the arguments are those of `TcpSocket` and `Probe`."""
        return cls(
            tcp_socket=TcpSocket(port=port),
            period=period,
            timeout=timeout,
            initial_delay=initial_delay,
            failure_threshold=failure_threshold,
        )

    def findings(self) -> Iterator[Finding]:
        """Check the action and the times that hold for every probe."""
        yield from checks.exactly_one(self, *_ACTIONS)
        yield from checks.duration("timeout", self.timeout, 1, 3600)
        yield from checks.within("failure_threshold", self.failure_threshold, 1, 2_147_483_647)
        period = checks.seconds(self.period) or 10
        timeout = checks.seconds(self.timeout) or 1
        if timeout > period:
            yield Finding("timeout", f"{timeout:g} s is longer than the period of {period:g} s")


@dataclass(frozen=True, slots=True)
class ProbeLimits:
    """What a kind of probe allows.

    Attributes:
        longest: how long delay and period may be, in seconds.
        tcp: whether it may open a plain connection.
        whole: how long all its tries may take together, in seconds; None for no limit.
        delay: whether it takes an initial delay.
    """

    longest: int
    tcp: bool
    whole: int | None = None
    delay: bool = True


# https://cloud.google.com/run/docs/configuring/healthchecks and the descriptions of
# https://cloud.google.com/run/docs/reference/rest/v2/Container#Probe
STARTUP = ProbeLimits(longest=240, tcp=True, whole=240)
LIVENESS = ProbeLimits(longest=3600, tcp=False)
READINESS = ProbeLimits(longest=3600, tcp=False, delay=False)

Limits: TypeAlias = ProbeLimits


def probe_findings(field: str, probe: Probe | None, limits: Limits) -> Iterator[Finding]:
    """Check a probe against what its kind allows.

    https://cloud.google.com/run/docs/configuring/healthchecks
    """
    if probe is None:
        return
    yield from checks.duration(f"{field}.period", probe.period, 1, limits.longest)
    yield from checks.duration(f"{field}.initial_delay", probe.initial_delay, 0, limits.longest)
    if probe.tcp_socket is not None and not limits.tcp:
        yield Finding(
            f"{field}.tcp_socket", "is for startup probes only", "Use http_get or grpc here."
        )
    if probe.initial_delay is not None and not limits.delay:
        yield Finding(f"{field}.initial_delay", "is not for readiness probes")
    period = checks.seconds(probe.period) or 10
    whole = period * (probe.failure_threshold or 3)
    if limits.whole is not None and whole > limits.whole:
        yield Finding(
            f"{field}.failure_threshold",
            f"gives the container {whole:g} s to start, {limits.whole} s at most",
            "Lower failure_threshold or period.",
        )
