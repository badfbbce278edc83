"""Jobs of Cloud Scheduler: calls and messages at their times."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, TypeAlias

from gcpstack._core.facets import block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_events as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import Seconds, ServiceAccountRef, Text, TopicRef
from gcpstack.resources.events import schedules

_DEADLINES = {"http": (15, 1800), "app_engine": (15, 24 * 3600 + 15)}
_MOST_RETRIES = 5
_LONGEST_NOTE = 500
_LONGEST_ADDRESS = 2083
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", None})
_REFUSED = ("x-google-", "x-appengine-", "x-cloudscheduler")
_SET = frozenset({"content-length", "host", "user-agent"})
_HOST = re.compile(r"https?://([^/:?#]+)")

Method: TypeAlias = Literal["POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]

#: https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#Job
JOB_NAME = NameRule(r"[A-Za-z0-9_-]{1,500}", "1 to 500 letters, digits, hyphens and underscores")


def coded(value: object) -> object:
    """Write bytes as JSON does: in base64."""
    data = value.encode() if isinstance(value, str) else value
    return base64.b64encode(data).decode() if isinstance(data, bytes) else value


def call_findings(method: str | None, body: object, headers: object) -> Iterator[Finding]:
    """Check what a call sends.

    https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#HttpTarget
    """
    if body is not None and method not in _WITH_BODY:
        yield Finding("body", f"does not go with {method}", "Use POST, PUT or PATCH.")
    for name in headers if isinstance(headers, Mapping) else ():
        if name.lower().startswith(_REFUSED) or name.lower() in _SET:
            yield Finding(f"headers[{name!r}]", "is set by Google itself", "Leave it out.")


def token_findings(item: object, uri: object) -> Iterator[Finding]:
    """Check who a call comes as: Google's APIs take OAuth, everything else OpenID Connect.

    https://cloud.google.com/scheduler/docs/http-target-auth#using-the-token-type
    """
    oidc = getattr(item, "oidc_service_account", None)
    oauth = getattr(item, "oauth_service_account", None)
    if oidc is not None and oauth is not None:
        yield Finding("", "oidc_service_account and oauth_service_account exclude each other")
    if getattr(item, "oidc_audience", None) is not None and oidc is None:
        yield Finding("oidc_audience", "needs oidc_service_account")
    if getattr(item, "oauth_scope", None) is not None and oauth is None:
        yield Finding("oauth_scope", "needs oauth_service_account")
    named = _HOST.match(uri.lower()) if isinstance(uri, str) else None
    for host in [named[1]] if named else []:
        google = host.endswith(".googleapis.com")
        if google and oidc is not None:
            yield Finding(
                "oidc_service_account", f"{host} takes OAuth", "Use oauth_service_account."
            )
        elif not google and oauth is not None:
            yield Finding(
                "oauth_service_account",
                f"would give {host} a token for Google's APIs",
                "Use oidc_service_account.",
            )


def senders_findings(field: str, call: object, project: str) -> Iterator[Finding]:
    """Check that calls come as accounts of the project.

    https://cloud.google.com/scheduler/docs/http-target-auth

    Args:
        field: where the call stands.
        call: the call, if there is one.
        project: the project of what makes it.
    """
    for name in ("oidc_service_account", "oauth_service_account"):
        account = getattr(call, name, None)
        yield from checks.own_account(f"{field}.{name}", account, project)


@block
class ScheduledCall(Part):
    """A call of an address.

    https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#HttpTarget

    Attributes:
        uri: the address, such as a service's output ``uri``.
        method: POST (Google's default), GET, PUT and so on.
        body: what is sent: text or bytes.
        headers: headers.
        oidc_service_account: who calls, where the address is a service or a function,
        oidc_audience: and whom the token is for; the address if not given.
        oauth_service_account: who calls, where the address is an API of Google's,
        oauth_scope: and what for; the whole of Google Cloud if not given.
    """

    uri: Text = required(like="slash")
    method: Method | None = spec(wire="httpMethod")
    body: str | bytes | None = spec(encode=coded)
    headers: Mapping[str, Text] | None = spec()
    oidc_service_account: ServiceAccountRef | None = spec(
        wire="oidcToken.serviceAccountEmail", link="email", like="last"
    )
    oidc_audience: Text | None = spec(wire="oidcToken.audience", like="slash")
    oauth_service_account: ServiceAccountRef | None = spec(
        wire="oauthToken.serviceAccountEmail", link="email", like="last"
    )
    oauth_scope: Text | None = spec(wire="oauthToken.scope")

    def findings(self) -> Iterator[Finding]:
        """Check the address, what is sent and who calls."""
        yield from checks.pattern("uri", self.uri, r"https?://.+", "an http or https URL")
        if isinstance(self.uri, str):
            yield from checks.longest("uri", self.uri, _LONGEST_ADDRESS)
        yield from call_findings(self.method, self.body, self.headers)
        yield from token_findings(self, self.uri)


@block
class ScheduledMessage(Part):
    """A message to a topic.

    https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#PubsubTarget

    Attributes:
        topic: the topic.
        data: what it holds: text or bytes.
        attributes: its attributes; one of the two is needed.
    """

    topic: TopicRef = required(wire="topicName", like="link")
    data: str | bytes | None = spec(encode=coded)
    attributes: Mapping[str, Text] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that there is something to say.

        https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#PubsubTarget
        """
        if not self.data and not self.attributes:
            yield Finding("", "one of data, attributes is needed: an empty message is refused")


@block
class ScheduledAppEngineCall(Part):
    """A call of an App Engine app in the project.

    https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#AppEngineHttpTarget

    Attributes:
        relative_uri: the path; ``/`` is Google's default.
        method: POST (Google's default), GET, PUT and so on.
        body: what is sent: text or bytes.
        headers: headers.
        service: the App Engine service,
        version: its version,
        instance: and instance.
    """

    relative_uri: Text = spec(default="/")
    method: Method | None = spec(wire="httpMethod")
    body: str | bytes | None = spec(encode=coded)
    headers: Mapping[str, Text] | None = spec()
    service: Text | None = spec(wire="appEngineRouting.service")
    version: Text | None = spec(wire="appEngineRouting.version")
    instance: Text | None = spec(wire="appEngineRouting.instance")

    def findings(self) -> Iterator[Finding]:
        """Check the path and what is sent.

        https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#AppEngineHttpTarget
        """
        yield from checks.pattern("relative_uri", self.relative_uri, r"/.*", "a path: '/…'")
        yield from call_findings(self.method, self.body, self.headers)


@resource(kinds.SCHEDULER_JOB)
class SchedulerJob(Declaration):
    """A job of Cloud Scheduler: something is called or told at its times.

    https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs

    Outputs: ``name``, ``state``, ``schedule_time`` (the next time), ``last_attempt_time``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: its region; the stack's if not given.
        schedule: when: five fields of unix-cron, as ``0 3 * * MON``, or words, as
            ``every 5 minutes``.
        time_zone: the time zone of the schedule, as ``Europe/Berlin``; UTC is Google's default.
        http: the address to call,
        message: or the message to publish,
        app_engine: or the App Engine app to call.
        description: a note, 500 characters at most.
        paused: whether it rests.
        attempt_deadline: how long a call may take: 15 seconds to 30 minutes; for App Engine 24
            hours; 3 minutes is Google's default.
        retries: how often a call that failed is made again, 5 at most.
        max_retry_duration: for how long; without an end if not given.
        min_backoff: how long it waits before that, at least; 5 seconds is Google's default.
        max_backoff: and at most; an hour is Google's default.
        max_doublings: how often that doubles; 5 is Google's default.
    """

    NAMES: ClassVar[NameRule | None] = JOB_NAME

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()
    schedule: str = required()
    time_zone: str | None = spec()
    http: ScheduledCall | None = spec(wire="httpTarget")
    message: ScheduledMessage | None = spec(wire="pubsubTarget")
    app_engine: ScheduledAppEngineCall | None = spec(wire="appEngineHttpTarget")
    description: Text | None = spec()
    paused: bool | None = spec()
    attempt_deadline: Seconds | None = spec(like="duration", encode=encode.seconds)
    retries: int | None = spec(wire="retryConfig.retryCount")
    max_retry_duration: Seconds | None = spec(
        wire="retryConfig.maxRetryDuration", like="span", encode=encode.seconds
    )
    min_backoff: Seconds | None = spec(
        wire="retryConfig.minBackoffDuration", like="span", encode=encode.seconds
    )
    max_backoff: Seconds | None = spec(
        wire="retryConfig.maxBackoffDuration", like="span", encode=encode.seconds
    )
    max_doublings: int | None = spec(wire="retryConfig.maxDoublings")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the times, the target and the retries.

        https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules,
        https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#RetryConfig
        """
        try:
            schedules.check(self.schedule)
        except schedules.ScheduleError as error:
            yield Finding("schedule", str(error))
        if self.time_zone is not None and not schedules.zone_exists(self.time_zone):
            yield Finding(
                "time_zone", f"{self.time_zone!r} is not a time zone", "Write 'Europe/Berlin'."
            )
        yield from checks.exactly_one(self, "http", "message", "app_engine")
        yield from senders_findings("http", self.http, self.project or scope.project)
        if isinstance(self.description, str):
            yield from checks.longest("description", self.description, _LONGEST_NOTE)
        yield from checks.within("retries", self.retries, 0, _MOST_RETRIES)
        yield from self._deadline_findings()
        for field in ("max_retry_duration", "min_backoff", "max_backoff"):
            yield from checks.duration(field, getattr(self, field), 0, 10**9)
        low, high = checks.seconds(self.min_backoff), checks.seconds(self.max_backoff)
        if low is not None and high is not None and low > high:
            yield Finding("min_backoff", "is longer than max_backoff")

    def _deadline_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#Job."""
        if self.attempt_deadline is None:
            return
        if self.message is not None:
            yield Finding("attempt_deadline", "is for calls: a message has none")
            return
        low, high = _DEADLINES["app_engine" if self.app_engine is not None else "http"]
        yield from checks.duration("attempt_deadline", self.attempt_deadline, low, high)
