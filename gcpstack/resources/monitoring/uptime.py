"""Uptime checks."""

import base64
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Self

from gcpstack._core.facets import Facet, block, identity, meta, required, scope, spec
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import kinds
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Labels, Seconds, Text
from gcpstack.resources.monitoring._marked import Marked

_FIXED = Facet.IMMUTABLE
_PERIODS = (60, 300, 600, 900)
_LEAST_LOCATIONS = 3
_MOST_HEADERS = 100
_MOST_BODY = 1_000_000

UptimeRegion = Literal[
    "USA", "EUROPE", "SOUTH_AMERICA", "ASIA_PACIFIC", "USA_OREGON", "USA_IOWA", "USA_VIRGINIA"
]


@block
class StatusCode(Part):
    """Statuses that count as good; one of the two.

    Attributes:
        status_value: a status.
        status_class: a class of them, such as STATUS_CLASS_2XX.
    """

    status_value: int | None = spec()
    status_class: (
        Literal[
            "STATUS_CLASS_1XX",
            "STATUS_CLASS_2XX",
            "STATUS_CLASS_3XX",
            "STATUS_CLASS_4XX",
            "STATUS_CLASS_5XX",
            "STATUS_CLASS_ANY",
        ]
        | None
    ) = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that it is one of the two.

        https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs
        """
        yield from checks.exactly_one(self, "status_value", "status_class")
        yield from checks.within("status_value", self.status_value, 100, 599)


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode("ascii")


@block
class HttpCheck(Part):
    """Asks for a page.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs#HttpCheck

    Attributes:
        path: the page; ``/`` is Google's default.
        port: the port; 80, or 443 with TLS, is Google's default.
        use_ssl: whether over TLS.
        validate_ssl: whether the certificate is checked.
        request_method: GET if not given, or POST. Can't change.
        headers: headers to send, 100 at most.
        mask_headers: whether Google hides their values; then they are secrets here too.
        body: what POST sends, 1 MB at most.
        content_type: what it is.
        custom_content_type: what it is, with USER_PROVIDED.
        accepted_response_status_codes: what counts as good; 200 to 299 if not given.
        username: who asks, with basic authentication.
        password: its password; never shown.
        service_agent_authentication: OIDC_TOKEN asks as the monitoring service agent.
        pings: pings beside each request, up to 3.
    """

    path: Text | None = spec()
    port: int | None = spec()
    use_ssl: bool | None = spec()
    validate_ssl: bool | None = spec()
    request_method: Literal["GET", "POST"] = spec(_FIXED, default="GET")
    headers: Mapping[str, Text | Sensitive] | None = spec(Facet.WRITE_ONLY)
    mask_headers: bool | None = spec()
    body: str | None = spec(encode=_base64)
    content_type: Literal["URL_ENCODED", "USER_PROVIDED"] | None = spec()
    custom_content_type: Text | None = spec()
    accepted_response_status_codes: Sequence[StatusCode] | None = spec()
    username: Text | None = spec(wire="authInfo.username")
    password: Text | Sensitive | None = spec(
        Facet.WRITE_ONLY | Facet.SENSITIVE, wire="authInfo.password", encode=encode.sensitive
    )
    service_agent_authentication: Literal["OIDC_TOKEN"] | None = spec(
        wire="serviceAgentAuthentication.type"
    )
    pings: int | None = spec(wire="pingConfig.pingsCount")

    def findings(self) -> Iterator[Finding]:
        """Check sizes, and what goes with which method."""
        yield from checks.pattern("path", self.path, r"/.*", "a path: it starts with '/'")
        yield from checks.within("port", self.port, 1, 65_535)
        yield from checks.within("pings", self.pings, 1, 3)
        yield from checks.longest("headers", list(self.headers or ()), _MOST_HEADERS, "headers")
        yield from checks.longest("body", (self.body or "").encode(), _MOST_BODY, "bytes")
        if self.request_method == "POST" and self.content_type is None:
            yield Finding("content_type", "is needed with request_method='POST'")
        if self.request_method != "POST":
            for field in ("body", "content_type"):
                if getattr(self, field) is not None:
                    yield Finding(field, "needs request_method='POST'")
        elif any(name.lower() == "content-type" for name in self.headers or ()):
            yield Finding("headers", "hold Content-Type", "Say it by content_type.")
        if (self.content_type == "USER_PROVIDED") != (self.custom_content_type is not None):
            yield Finding("", "content_type='USER_PROVIDED' and custom_content_type go together")
        if (self.username is None) != (self.password is None):
            yield Finding("", "username and password go together")
        yield from checks.at_most_one(self, "username", "service_agent_authentication")
        if self.validate_ssl and not self.use_ssl:
            yield Finding("validate_ssl", "has no effect without use_ssl=True")


@block
class TcpCheck(Part):
    """Opens a connection.

    Attributes:
        port: the port. Can't change.
        pings: pings beside each connection, up to 3.
    """

    # With it and the method of a page, a check of one protocol does not become one of another.
    port: int = required(_FIXED)
    pings: int | None = spec(wire="pingConfig.pingsCount")

    def findings(self) -> Iterator[Finding]:
        """Check the port and the pings.

        https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs
        """
        yield from checks.within("port", self.port, 1, 65_535)
        yield from checks.within("pings", self.pings, 1, 3)


@block
class ContentMatcher(Part):
    """What the answer must hold.

    Attributes:
        content: the text or pattern, 1024 bytes at most.
        matcher: how it is compared; CONTAINS_STRING is Google's default.
        json_path: where in a JSON answer, with the JSON matchers.
        json_matcher: how it is compared there.
    """

    content: Text = required()
    matcher: (
        Literal[
            "CONTAINS_STRING",
            "NOT_CONTAINS_STRING",
            "MATCHES_REGEX",
            "NOT_MATCHES_REGEX",
            "MATCHES_JSON_PATH",
            "NOT_MATCHES_JSON_PATH",
        ]
        | None
    ) = spec()
    json_path: Text | None = spec(wire="jsonPathMatcher.jsonPath")
    json_matcher: Literal["EXACT_MATCH", "REGEX_MATCH"] | None = spec(
        wire="jsonPathMatcher.jsonMatcher"
    )

    def findings(self) -> Iterator[Finding]:
        """Check the size, and that a JSON matcher has its path.

        https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs
        """
        if isinstance(self.content, str):
            yield from checks.longest("content", self.content.encode(), 1024, "bytes")
        if (self.matcher or "").endswith("JSON_PATH") != (self.json_path is not None):
            yield Finding("", "a JSON matcher and json_path go together")


@block
class MonitoredResource(Part):
    """What is checked (https://cloud.google.com/monitoring/api/resources).

    Attributes:
        type: its type, such as ``uptime_url`` or ``cloud_run_revision``.
        labels: which one.
    """

    type: Literal[
        "uptime_url",
        "gce_instance",
        "gae_app",
        "aws_ec2_instance",
        "aws_elb_load_balancer",
        "k8s_service",
        "servicedirectory_service",
        "cloud_run_revision",
    ] = required()
    labels: Labels = required()


@block
class ResourceGroup(Part):
    """A group of things to check.

    Attributes:
        group_id: the monitoring group.
        resource_type: what its members are.
    """

    group_id: Text | None = spec(like="last")
    resource_type: Literal["INSTANCE", "AWS_ELB_LOAD_BALANCER"] | None = spec()


@resource(kinds.UPTIME_CHECK_CONFIG)
class UptimeCheckConfig(Marked):
    """An uptime check: asks from around the world whether something answers.

    https://cloud.google.com/monitoring/uptime-checks. What is checked can't change in place.

    Outputs: ``name``. Its id is `As(check, "name")`.

    Attributes:
        name: its name in the stack.
        host: the host to ask: short for the monitored resource ``uptime_url``,
        monitored_resource: or what is checked,
        resource_group: or a group,
        synthetic_function: or the Cloud Function that checks.
        http_check: asks for a page,
        tcp_check: or opens a connection.
        project: its project; the stack's if not given.
        display_name: what people see; the name if not given.
        period: how often: 60, 300, 600 or 900 s; 60 s is Google's default.
        timeout: how long an answer may take, 1 to 60 s; 10 s if not given.
        content_matchers: what the answer must hold; one.
        selected_regions: where is asked from, three places at least; everywhere if not given.
        checker_type: STATIC_IP_CHECKERS, or VPC_CHECKERS for private addresses. Can't change.
        log_check_failures: whether failures are logged.
        disabled: whether it is off.
        user_labels: labels.
    """

    name: str = identity(kw_only=False)
    project: str | None = scope()
    host: str | None = meta()
    monitored_resource: MonitoredResource | None = spec(_FIXED)
    resource_group: ResourceGroup | None = spec(_FIXED)
    synthetic_function: Text | None = spec(
        _FIXED, wire="syntheticMonitor.cloudFunctionV2.name", like="link"
    )
    http_check: HttpCheck | None = spec()
    tcp_check: TcpCheck | None = spec()
    display_name: Text | None = spec()
    period: Seconds | None = spec(like="duration", encode=encode.seconds)
    timeout: Seconds = spec(default=10, like="duration", encode=encode.seconds)
    content_matchers: Sequence[ContentMatcher] | None = spec()
    selected_regions: Sequence[UptimeRegion] | None = spec(Facet.UNORDERED)
    checker_type: Literal["STATIC_IP_CHECKERS", "VPC_CHECKERS"] | None = spec(
        _FIXED, otherwise="STATIC_IP_CHECKERS"
    )
    log_check_failures: bool | None = spec()
    disabled: bool | None = spec()
    user_labels: Labels | None = spec()

    def bind(self, scope: Scope) -> Self:
        """Write the host as Google does, and hide headers that Google will hide."""
        bound = super().bind(scope)
        changes: dict[str, object] = {}
        if self.host is not None and self.monitored_resource is None:
            labels = {"host": self.host, "project_id": str(bound.project)}
            changes["monitored_resource"] = MonitoredResource(type="uptime_url", labels=labels)
        check = self.http_check
        if check is not None and check.mask_headers:
            hidden = {key: encode.sensitive(value) for key, value in (check.headers or {}).items()}
            changes["http_check"] = dataclasses.replace(check, headers=hidden)
        return dataclasses.replace(bound, **changes) if changes else bound  # type: ignore[arg-type] # of the right types

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check what is asked, how, how often and from where."""
        yield from super().findings(scope)
        yield from checks.host("host", self.host)
        yield from checks.exactly_one(
            self, "host", "monitored_resource", "resource_group", "synthetic_function"
        )
        if self.synthetic_function is None:
            yield from checks.exactly_one(self, "http_check", "tcp_check")
        period = checks.seconds(self.period)
        if period is not None and period not in _PERIODS:
            yield Finding("period", f"{period:g} s is not one of 60, 300, 600, 900")
        yield from checks.duration("timeout", self.timeout, 1, 60)
        yield from checks.longest("content_matchers", self.content_matchers or (), 1, "matchers")
        yield from checks.distinct("selected_regions", self.selected_regions or ())
        # USA has three places, every other region one.
        places = sum(_LEAST_LOCATIONS if r == "USA" else 1 for r in self.selected_regions or ())
        if self.selected_regions is not None and places < _LEAST_LOCATIONS:
            yield Finding("selected_regions", f"hold {places} places, three at least", "Add more.")
