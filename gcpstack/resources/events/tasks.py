"""Queues of Cloud Tasks."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_events as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import Seconds, ServiceAccountRef, TaskQueueRef, Text
from gcpstack.resources.events.scheduler import Method, senders_findings, token_findings
from gcpstack.resources.grants import IamMember, beside

_FASTEST, _MOST_CONCURRENT = 500, 5000
_HIGHEST_PORT = 65_535

#: https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#Queue
QUEUE_NAME = NameRule(r"[A-Za-z0-9-]{1,100}", "1 to 100 letters, digits and hyphens")


@block
class HeaderOverride(Part):
    """A header in Google's form.

    Attributes:
        key: its name.
        value: its value.
    """

    key: str = required(wire="header.key")
    value: Text = required(wire="header.value")


def _headers(value: Mapping[str, Text]) -> list[HeaderOverride]:
    return [HeaderOverride(key=key, value=text) for key, text in sorted(value.items())]


@block
class QueueTarget(Part):
    """What every HTTP task of a queue is called with, in place of what it says itself.

    https://cloud.google.com/tasks/docs/configuring-queues#routing

    Attributes:
        method: the method.
        scheme: HTTP or HTTPS.
        host: the host.
        port: the port.
        path: the path.
        query: the query, as ``a=1&b=2``.
        enforce: ALWAYS (Google's default), or IF_NOT_EXISTS for tasks that say none.
        headers: headers.
        oidc_service_account: who calls, where that is a service or a function,
        oidc_audience: and whom the token is for; the address if not given.
        oauth_service_account: who calls, where that is an API of Google's,
        oauth_scope: and what for.
    """

    method: Method | None = spec(wire="httpMethod")
    scheme: Literal["HTTP", "HTTPS"] | None = spec(wire="uriOverride.scheme")
    host: Text | None = spec(wire="uriOverride.host")
    port: int | None = spec(wire="uriOverride.port", encode=encode.text)
    path: Text | None = spec(wire="uriOverride.pathOverride.path")
    query: Text | None = spec(wire="uriOverride.queryOverride.queryParams")
    enforce: Literal["ALWAYS", "IF_NOT_EXISTS"] | None = spec(
        wire="uriOverride.uriOverrideEnforceMode"
    )
    headers: Mapping[str, Text] | None = spec(
        wire="headerOverrides", encode=_headers, block=HeaderOverride
    )
    oidc_service_account: ServiceAccountRef | None = spec(
        wire="oidcToken.serviceAccountEmail", link="email", like="last"
    )
    oidc_audience: Text | None = spec(wire="oidcToken.audience")
    oauth_service_account: ServiceAccountRef | None = spec(
        wire="oauthToken.serviceAccountEmail", link="email", like="last"
    )
    oauth_scope: Text | None = spec(wire="oauthToken.scope")

    def findings(self) -> Iterator[Finding]:
        """Check the host, the port and who calls.

        https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#UriOverride
        """
        yield from checks.host("host", self.host)
        yield from checks.within("port", self.port, 1, _HIGHEST_PORT)
        yield from checks.pattern("path", self.path, r"/.*", "a path: '/…'")
        host = f"https://{self.host}" if isinstance(self.host, str) else None
        yield from token_findings(self, host)


@resource(kinds.TASK_QUEUE)
class TaskQueue(Declaration):
    """A queue of Cloud Tasks: calls that are made later, and again until they succeed.

    https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues. The name of a
    deleted queue can't be used again for up to three days; tasks that wait are deleted with it.

    Outputs: ``name`` (known before it exists), ``state``, ``max_burst_size``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: its region; the stack's if not given.
        max_dispatches_per_second: calls a second, 500 at most and by default.
        max_concurrent_dispatches: calls at a time, 5000 at most; 1000 is Google's default.
        max_attempts: how often a call is made, with the first; -1 without an end; 100 is Google's
            default.
        max_retry_duration: for how long it is made again; without an end if not given.
        min_backoff: how long it waits before that, at least; 0.1 seconds is Google's default.
        max_backoff: and at most; an hour is Google's default.
        max_doublings: how often that doubles; 16 is Google's default.
        http: what HTTP tasks are called with, in place of what they say themselves.
        app_engine_service: the App Engine service that App Engine tasks go to,
        app_engine_version: its version,
        app_engine_instance: and instance.
        log_sampling: which part of the operations is logged, 0 to 1; none is Google's default.
        paused: whether it rests.
    """

    NAMES: ClassVar[NameRule | None] = QUEUE_NAME

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()
    max_dispatches_per_second: float | None = spec(wire="rateLimits.maxDispatchesPerSecond")
    max_concurrent_dispatches: int | None = spec(wire="rateLimits.maxConcurrentDispatches")
    max_attempts: int | None = spec(wire="retryConfig.maxAttempts")
    max_retry_duration: Seconds | None = spec(
        wire="retryConfig.maxRetryDuration", like="span", encode=encode.seconds
    )
    min_backoff: Seconds | None = spec(
        wire="retryConfig.minBackoff", like="span", encode=encode.seconds
    )
    max_backoff: Seconds | None = spec(
        wire="retryConfig.maxBackoff", like="span", encode=encode.seconds
    )
    max_doublings: int | None = spec(wire="retryConfig.maxDoublings")
    http: QueueTarget | None = spec(wire="httpTarget")
    app_engine_service: Text | None = spec(wire="appEngineRoutingOverride.service")
    app_engine_version: Text | None = spec(wire="appEngineRoutingOverride.version")
    app_engine_instance: Text | None = spec(wire="appEngineRoutingOverride.instance")
    log_sampling: float | None = spec(wire="stackdriverLoggingConfig.samplingRatio")
    paused: bool | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the rates and the retries.

        https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#RateLimits
        """
        yield from senders_findings("http", self.http, self.project or scope.project)
        rate = self.max_dispatches_per_second
        if rate is not None and not 0 < rate <= _FASTEST:
            yield Finding(
                "max_dispatches_per_second", f"{rate} is not more than 0 and {_FASTEST} at most"
            )
        yield from checks.within(
            "max_concurrent_dispatches", self.max_concurrent_dispatches, 1, _MOST_CONCURRENT
        )
        attempts = self.max_attempts
        if attempts is not None and (attempts < -1 or attempts == 0):
            yield Finding("max_attempts", f"{attempts} is neither -1 nor more than 0")
        for field in ("max_retry_duration", "min_backoff", "max_backoff"):
            yield from checks.duration(field, getattr(self, field), 0, 10**9)
        low, high = checks.seconds(self.min_backoff), checks.seconds(self.max_backoff)
        if low is not None and high is not None and low > high:
            yield Finding("min_backoff", "is longer than max_backoff")
        yield from checks.within("max_doublings", self.max_doublings, 0, 2**31 - 1)
        yield from checks.within("log_sampling", self.log_sampling, 0, 1)


@resource(kinds.TASK_QUEUE_IAM_MEMBER)
class TaskQueueIamMember(IamMember):
    """A grant on a queue, such as ``roles/cloudtasks.enqueuer``.

    https://cloud.google.com/tasks/docs/reference-access-control

    Attributes:
        queue: the queue: its declaration or its name.
        role: the role.
        member: the principal; not everybody.
        project: its project; the stack's if not given.
        location: its region; that of the declared queue, or the stack's, if not given.
    """

    PUBLIC: ClassVar[bool] = False
    ON: ClassVar[tuple[str, NameRule] | None] = ("queue", QUEUE_NAME)

    queue: TaskQueueRef = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()

    def located(self, scope: Scope) -> Self:
        """Stand where the queue stands."""
        return beside(self, self.queue, "location", scope)
