"""How a backend service spreads its requests and treats backends that fail."""

from collections.abc import Iterator, Sequence
from typing import Literal

from gcpstack._core.facets import block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Seconds, Text

LbPolicy = Literal[
    "ROUND_ROBIN",
    "LEAST_REQUEST",
    "RING_HASH",
    "RANDOM",
    "ORIGINAL_DESTINATION",
    "MAGLEV",
    "WEIGHTED_MAGLEV",
    "WEIGHTED_ROUND_ROBIN",
    "WEIGHTED_GCP_RENDEZVOUS",
]


@block
class OutlierDetection(Part):
    """When a backend is left out for a while because it fails.

    https://cloud.google.com/load-balancing/docs/https/setting-up-global-traffic-mgmt#outlier-detection.
    With serverless groups it is what moves traffic to another region.

    Attributes:
        base_ejection_time: how long it is left out the first time.
        interval: how often is looked.
        consecutive_errors: errors in a row.
        consecutive_gateway_failure: answers 502, 503 and 504 in a row.
        enforcing_consecutive_errors: chance in percent that errors in a row count.
        enforcing_consecutive_gateway_failure: the same for gateway failures.
        enforcing_success_rate: the same for the success rate.
        max_ejection_percent: the share of backends left out at most, in percent.
        success_rate_minimum_hosts: how many backends must have enough requests.
        success_rate_request_volume: how many requests are enough.
        success_rate_stdev_factor: a thousandth of the standard deviations below the mean.
    """

    base_ejection_time: Seconds | None = spec(encode=encode.span)
    interval: Seconds | None = spec(encode=encode.span)
    consecutive_errors: int | None = spec()
    consecutive_gateway_failure: int | None = spec()
    enforcing_consecutive_errors: int | None = spec()
    enforcing_consecutive_gateway_failure: int | None = spec()
    enforcing_success_rate: int | None = spec()
    max_ejection_percent: int | None = spec()
    success_rate_minimum_hosts: int | None = spec()
    success_rate_request_volume: int | None = spec()
    success_rate_stdev_factor: int | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Percentages are percentages."""
        for field in (
            "enforcing_consecutive_errors",
            "enforcing_consecutive_gateway_failure",
            "enforcing_success_rate",
            "max_ejection_percent",
        ):
            yield from checks.within(field, getattr(self, field), 0, 100, "percent")


@block
class CircuitBreakers(Part):
    """How much a backend service takes at a time.

    Attributes:
        max_requests_per_connection: requests a connection serves.
        max_connections: connections.
        max_pending_requests: requests that wait.
        max_requests: requests at a time.
        max_retries: retries at a time.
    """

    max_requests_per_connection: int | None = spec()
    max_connections: int | None = spec()
    max_pending_requests: int | None = spec()
    max_requests: int | None = spec()
    max_retries: int | None = spec()


@block
class HttpCookie(Part):
    """The cookie that ties a client to a backend.

    Attributes:
        name: its name.
        path: its path.
        ttl: how long it lives.
    """

    name: Text | None = spec()
    path: Text | None = spec()
    ttl: Seconds | None = spec(encode=encode.span)


@block
class ConsistentHash(Part):
    """What ties requests to a backend, with the policies RING_HASH and MAGLEV.

    Attributes:
        http_cookie: a cookie.
        http_header_name: a header.
        minimum_ring_size: how finely requests are spread.
    """

    http_cookie: HttpCookie | None = spec()
    http_header_name: Text | None = spec()
    minimum_ring_size: int | None = spec(encode=encode.text)


@block
class LbPolicyName(Part):
    """A policy that Google ships.

    Attributes:
        name: which.
    """

    name: LbPolicy = required()


@block
class LbCustomPolicy(Part):
    """A policy of one's own, for proxyless gRPC.

    Attributes:
        name: which.
        data: its settings as JSON text.
    """

    name: str = required()
    data: Text | None = spec()


@block
class LocalityLbPolicyConfig(Part):
    """One of several policies, the first that the client knows is taken.

    Attributes:
        policy: a policy that Google ships.
        custom_policy: one of your own.
    """

    policy: LbPolicyName | None = spec()
    custom_policy: LbCustomPolicy | None = spec()

    def findings(self) -> Iterator[Finding]:
        """It is one or the other.

        https://cloud.google.com/compute/docs/reference/rest/v1/backendServices
        """
        yield from checks.exactly_one(self, "policy", "custom_policy")


@block
class ConnectionDraining(Part):
    """What happens to open connections of a backend that goes.

    Attributes:
        draining_timeout: how long they are kept, 0 to 3600 s.
    """

    draining_timeout: Seconds | None = spec(wire="drainingTimeoutSec", encode=encode.whole_seconds)

    def findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/load-balancing/docs/enabling-connection-draining."""
        yield from checks.duration("draining_timeout", self.draining_timeout, 0, 3600)


@block
class LoggedHeader(Part):
    """A header that is logged with each request.

    Attributes:
        header_name: the header.
    """

    header_name: str = required()


@block
class LogConfig(Part):
    """Whether requests are logged.

    https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring

    Attributes:
        enable: whether they are.
        sample_rate: the share of them, 0.0 to 1.0; 1.0 is Google's default.
        optional_mode: which optional fields are logged.
        optional_fields: them, with the mode CUSTOM.
        logging_http_request_headers: request headers to log.
        logging_http_response_headers: response headers to log.
    """

    enable: bool | None = spec()
    sample_rate: float | None = spec()
    optional_mode: Literal["INCLUDE_ALL_OPTIONAL", "EXCLUDE_ALL_OPTIONAL", "CUSTOM"] | None = spec()
    optional_fields: Sequence[str] | None = spec()
    logging_http_request_headers: Sequence[LoggedHeader] | None = spec()
    logging_http_response_headers: Sequence[LoggedHeader] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the rate, that there is a log, and that fields are listed for the mode that takes them.

        https://cloud.google.com/compute/docs/reference/rest/v1/backendServices
        """
        if not self.enable:
            for field in ("sample_rate", "optional_mode", "optional_fields"):
                if getattr(self, field) is not None:
                    yield Finding(field, "needs enable=True")
        yield from checks.within("sample_rate", self.sample_rate, 0.0, 1.0)
        if self.optional_fields and self.optional_mode != "CUSTOM":
            yield Finding("optional_fields", "needs optional_mode='CUSTOM'")
