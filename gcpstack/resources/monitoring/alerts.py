"""Alert policies and notification channels."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Self, TypeAlias

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import kinds
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import ChannelRef, Labels, Seconds, Text
from gcpstack.resources.monitoring._marked import Marked
from gcpstack.resources.monitoring.conditions import Condition
from gcpstack.resources.pubsub import Topic
from gcpstack.resources.sources import FromEnv, FromFile, Generated
from gcpstack.resources.sources import findings as secret_findings

_MOST_CONDITIONS = 6
_MOST_CHANNELS = 16
_MOST_LINKS = 3
_HALF_HOUR = 1800
_WEEK = 604_800
_TWO_DAYS = 172_800


@block
class DocumentationLink(Part):
    """A link to a playbook or the like.

    Attributes:
        display_name: what people see, 63 characters at most.
        url: where it leads, 2083 characters at most.
    """

    display_name: Text | None = spec()
    url: Text = required()


@block
class Documentation(Part):
    """What a notification says.

    https://cloud.google.com/monitoring/alerts/doc-variables

    Attributes:
        content: the text, in Markdown, 8192 characters at most; variables are filled in.
        subject: the subject line.
        mime_type: ``text/markdown``.
        links: links, 3 at most.
    """

    content: Text | None = spec()
    subject: Text | None = spec()
    mime_type: Literal["text/markdown"] | None = spec()
    links: Sequence[DocumentationLink] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the sizes."""
        if isinstance(self.content, str):
            yield from checks.longest("content", self.content, 8192)
        yield from checks.longest("links", self.links or (), _MOST_LINKS, "links")


@block
class ChannelStrategy(Part):
    """How certain channels are told.

    Attributes:
        notification_channel_names: the channels.
        renotify_interval: how often they are reminded, 30 minutes to a day.
    """

    notification_channel_names: Sequence[ChannelRef] | None = spec(Facet.UNORDERED, like="link")
    renotify_interval: Seconds | None = spec(like="duration", encode=encode.seconds)

    def findings(self) -> Iterator[Finding]:
        """Check the interval.

        https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies
        """
        if self.renotify_interval is not None:
            yield from checks.duration("renotify_interval", self.renotify_interval, 1800, 86_400)


@resource(kinds.ALERT_POLICY)
class AlertPolicy(Marked):
    """When somebody is told that something is wrong.

    https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies

    Outputs: ``name``.

    Attributes:
        name: its name in the stack.
        conditions: when, 1 to 6.
        project: its project; the stack's if not given.
        display_name: what people see; the name if not given.
        combiner: how the conditions go together: OR if not given.
        enabled: whether it is on.
        severity: CRITICAL, ERROR or WARNING.
        notification_channels: who is told, 16 channels at most.
        documentation: what they are told.
        auto_close: incidents without data close after this, 30 minutes to 7 days.
        notification_rate_limit: one notification in this time; log conditions need it.
        notification_prompts: whether opening or closing an incident is told.
        notification_channel_strategy: how certain channels are told.
        user_labels: labels.
    """

    name: str = identity(kw_only=False)
    project: str | None = scope()
    # Google gives each condition a name; that stays where the display name does.
    conditions: Sequence[Condition] = required(Facet.UNORDERED, key="displayName")
    display_name: Text | None = spec()
    combiner: Literal["OR", "AND", "AND_WITH_MATCHING_RESOURCE"] = spec(default="OR")
    enabled: bool | None = spec(otherwise=True)
    severity: Literal["CRITICAL", "ERROR", "WARNING"] | None = spec()
    notification_channels: Sequence[ChannelRef] | None = spec(Facet.UNORDERED, like="link")
    documentation: Documentation | None = spec()
    auto_close: Seconds | None = spec(
        wire="alertStrategy.autoClose", like="duration", encode=encode.seconds
    )
    notification_rate_limit: Seconds | None = spec(
        wire="alertStrategy.notificationRateLimit.period", like="duration", encode=encode.seconds
    )
    notification_prompts: Sequence[Literal["OPENED", "CLOSED"]] | None = spec(
        Facet.UNORDERED, wire="alertStrategy.notificationPrompts"
    )
    notification_channel_strategy: Sequence[ChannelStrategy] | None = spec(
        wire="alertStrategy.notificationChannelStrategy"
    )
    user_labels: Labels | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the conditions and what their forms demand."""
        yield from super().findings(scope)
        if not self.conditions:
            yield Finding("conditions", "is empty", "Give at least one.")
        yield from checks.longest("conditions", self.conditions, _MOST_CONDITIONS, "conditions")
        yield from checks.distinct("conditions", [item.display_name for item in self.conditions])
        channels = self.notification_channels or ()
        yield from checks.longest("notification_channels", channels, _MOST_CHANNELS, "channels")
        yield from checks.distinct("notification_channels", channels)
        if self.auto_close is not None:
            yield from checks.duration("auto_close", self.auto_close, _HALF_HOUR, _WEEK)
        logs = [item for item in self.conditions if item.condition_matched_log is not None]
        if logs and len(self.conditions) > 1:
            yield Finding("conditions", "a log condition stands alone in its policy")
        if bool(logs) != (self.notification_rate_limit is not None):
            verb = "is needed" if logs else "is only for policies"
            yield Finding("notification_rate_limit", f"{verb} with a log condition")
        if self.notification_rate_limit is not None:
            yield from checks.duration(
                "notification_rate_limit", self.notification_rate_limit, 300, _TWO_DAYS
            )


#: What each type of channel needs: labels, and secret labels.
#: https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.notificationChannelDescriptors
_NEEDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "email": (("email_address",), ()),
    "sms": (("number",), ()),
    "pubsub": (("topic",), ()),
    "slack": (("channel_name",), ("auth_token",)),
    "pagerduty": ((), ("service_key",)),
    "webhook_basicauth": (("url", "username"), ("password",)),
    "webhook_tokenauth": (("url",), ()),
    "google_chat": (("space",), ()),
}


#: Where a secret comes from.
Source: TypeAlias = FromFile | FromEnv | Generated


def _hidden(labels: Mapping[str, object]) -> dict[str, Sensitive]:
    return {key: encode.sensitive(value) for key, value in labels.items()}


@resource(kinds.NOTIFICATION_CHANNEL)
class NotificationChannel(Marked):
    """Somebody to tell, and how.

    https://cloud.google.com/monitoring/support/notification-options. Its type can't change.

    Outputs: ``name``, ``verification_status``.

    Attributes:
        name: its name in the stack.
        type: ``email``, ``slack``, ``pagerduty``, ``pubsub``, ``sms``, ``webhook_tokenauth``,
            ``webhook_basicauth``, ``google_chat`` or another that Google knows.
        labels: its settings, such as ``{"email_address": "a@example.com"}``.
        secret_labels: settings that Google never shows: ``auth_token``, ``password``,
            ``service_key``; text, a `FromEnv`, a `FromFile`, or a `Generated` that a secret keeps.
        project: its project; the stack's if not given.
        display_name: what people see; the name if not given.
        description: a note, 1024 characters at most.
        enabled: whether it is used.
        user_labels: labels.
    """

    name: str = identity(kw_only=False)
    project: str | None = scope()
    type: str = required(Facet.IMMUTABLE)
    labels: Mapping[str, Text | Resource] | None = spec()
    # Both stand at one place in Google's JSON; what must be hidden is wrapped, value by value.
    secret_labels: Mapping[str, Text | Sensitive | Source] | None = spec(
        Facet.WRITE_ONLY, wire="labels", encode=_hidden
    )
    display_name: Text | None = spec()
    description: Text | None = spec()
    enabled: bool | None = spec(otherwise=True)
    user_labels: Labels | None = spec()

    @classmethod
    def email(cls, name: str, address: Text) -> Self:
        """Notify somebody by email."""
        return cls(name, type="email", labels={"email_address": address})

    @classmethod
    def pubsub(cls, name: str, topic: Text | Topic) -> Self:
        """Notify a Pub/Sub topic: its declaration, or ``projects/P/topics/T``.

        Monitoring's service agent must be allowed to publish there.
        """
        return cls(name, type="pubsub", labels={"topic": topic})

    @classmethod
    def slack(cls, name: str, channel: Text, *, token: Text | Source) -> Self:
        """Notify a channel of Slack.

        https://cloud.google.com/monitoring/support/notification-options#slack

        Args:
            name: its name in the stack.
            channel: the channel, such as ``#on-call``.
            token: the token of Slack's app; a `Generated` whose secret holds it reads it from there.
        """
        return cls(
            name,
            type="slack",
            labels={"channel_name": channel},
            secret_labels={"auth_token": token},
        )

    @classmethod
    def webhook(
        cls,
        name: str,
        url: Text | Source,
        *,
        username: Text | None = None,
        password: Text | Source | None = None,
    ) -> Self:
        """Notify a web service, with a user and a password, or by a URL that holds a token.

        https://cloud.google.com/monitoring/support/notification-options#webhooks

        Args:
            name: its name in the stack.
            url: where it listens; hidden where it is a source such as `FromEnv`.
            username: who calls it.
            password: and with what.
        """
        secret = isinstance(url, FromEnv | FromFile | Generated)
        labels: dict[str, Text | Resource] = {} if secret else {"url": url}  # type: ignore[dict-item] # not a source here
        hidden: dict[str, Text | Source] = {"url": url} if secret else {}
        if username is None:
            return cls(
                name, type="webhook_tokenauth", labels=labels or None, secret_labels=hidden or None
            )
        return cls(
            name,
            type="webhook_basicauth",
            labels={**labels, "username": username},
            secret_labels={**hidden, **({} if password is None else {"password": password})},
        )

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that the type has the settings it needs."""
        yield from super().findings(scope)
        yield from checks.longest("description", self.description or "", 1024)
        labels, secrets = _NEEDS.get(self.type, ((), ()))
        given = {**(self.labels or {}), **(self.secret_labels or {})}
        for key in labels:
            if key not in given:
                yield Finding(f"labels[{key!r}]", f"is needed with type={self.type!r}")
        for key in secrets:
            if key not in (self.secret_labels or {}):
                yield Finding(f"secret_labels[{key!r}]", f"is needed with type={self.type!r}")
        for key in ("auth_token", "password", "service_key"):
            if key in (self.labels or {}):
                yield Finding(f"labels[{key!r}]", "is a secret", "Put it into secret_labels.")
        for key, value in (self.secret_labels or {}).items():
            yield from secret_findings(f"secret_labels[{key!r}]", value)
            if key in (self.labels or {}):
                yield Finding(f"labels[{key!r}]", "stands in secret_labels, too")
        yield from self._place_findings()
        address = (self.labels or {}).get("email_address")
        yield from checks.pattern(
            "labels['email_address']", address, r"[^@\s]+@[^@\s]+", "an email address"
        )

    def _place_findings(self) -> Iterator[Finding]:
        """Check where it leads: https://cloud.google.com/monitoring/support/notification-options."""
        labels = self.labels or {}
        yield from checks.pattern(
            "labels['topic']", labels.get("topic"), r"projects/[^/]+/topics/[^/]+", "a topic's path"
        )
        yield from checks.pattern("labels['url']", labels.get("url"), r"https?://\S+", "a URL")
        yield from checks.pattern(
            "labels['number']",
            labels.get("number"),
            r"\+[1-9][0-9]{6,14}",
            "a number as +14155550100",
        )
        for key, value in labels.items():
            if isinstance(value, Resource) and (key, value.KIND.name) != ("topic", "pubsub.Topic"):
                yield Finding(f"labels[{key!r}]", f"refers to a {value.KIND.name}")
