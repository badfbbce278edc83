"""Events: a topic, who gets its messages, and where those end that nobody could take."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gcpstack._core.component import Component
from gcpstack._core.facets import Block
from gcpstack._core.resource import Resource, Scope
from gcpstack.components._parts import Overrides, overridden, override_problems
from gcpstack.exceptions import Problem
from gcpstack.resources._types import Ref
from gcpstack.resources.access import ServiceAgent, SubscriptionIamMember, TopicIamMember
from gcpstack.resources.pubsub import Subscription, Topic

_PUBSUB = "pubsub.googleapis.com"
PUBLISHER = "roles/pubsub.publisher"
SUBSCRIBER = "roles/pubsub.subscriber"

_PARTS: Mapping[str, type[Resource | Block]] = {
    "topic": Topic,
    "subscriptions": Subscription,
    "dead_letters": Topic,
    "dead_letter_subscription": Subscription,
}


@dataclass(frozen=True, eq=False)
class EventPipeline(Component):
    """A Pub/Sub topic whose subscribers lose no message.

    https://cloud.google.com/pubsub/docs/handling-failures. Every subscriber has a subscription of its
    own. A message that one of them fails to process several times goes to a dead-letter topic, and
    waits in its subscription until somebody looks. Pub/Sub forwards it, and is granted the
    permissions for that.

    Refer to its parts: ``events.topic``, ``events.subscriptions["worker"]``.

    Attributes:
        name: the topic's name; its parts are named after it.
        subscribers: the fields of each subscription, by what it is named after the topic:
            ``{"writer": {"push_endpoint": url}, "audit": {}}`` makes ``{name}-writer`` and
            ``{name}-audit``.
        publishers: who may publish.
        pullers: who may pull, by subscriber.
        attempts: after how many attempts a message is dead-lettered, 5 to 100.
        kept_days: how long a dead letter waits, 1 to 31 days.
        overrides: further fields of the parts, by part: ``{"topic": {"kms_key_name": key}}``.
        project: the project; the stack's if not given.
    """

    name: str
    subscribers: Mapping[str, Mapping[str, object]] = field(kw_only=True)
    publishers: Sequence[Ref] = field(default=(), kw_only=True)
    pullers: Mapping[str, Sequence[Ref]] = field(default_factory=dict, kw_only=True)
    attempts: int = field(default=5, kw_only=True)
    kept_days: int = field(default=14, kw_only=True)
    overrides: Overrides = field(default_factory=dict, kw_only=True)
    project: str | None = field(default=None, kw_only=True)

    @functools.cached_property
    def topic(self) -> Topic:
        """The topic: ``{name}``."""
        return overridden(Topic(self.name, project=self.project), self._said("topic"))

    @functools.cached_property
    def dead_letters(self) -> Topic:
        """The topic of dead letters: ``{name}-dead-letters``."""
        made = Topic(f"{self.name}-dead-letters", project=self.project)
        return overridden(made, self._said("dead_letters"))

    @functools.cached_property
    def dead_letter_subscription(self) -> Subscription:
        """Where they wait: ``{name}-dead-letters``. It stays, used or not."""
        made = Subscription(
            f"{self.name}-dead-letters",
            project=self.project,
            topic=self.dead_letters,
            message_retention=f"{self.kept_days}d",
            expires="never",
        )
        return overridden(made, self._said("dead_letter_subscription"))

    @functools.cached_property
    def agent(self) -> ServiceAgent:
        """The service agent that forwards dead letters: Pub/Sub's."""
        return ServiceAgent(_PUBSUB, project=self.project)

    @functools.cached_property
    def subscriptions(self) -> Mapping[str, Subscription]:
        """The subscription of each subscriber: ``{name}-{subscriber}``."""
        # What goes to a topic without a subscription is gone: that one comes first.
        first = (self.dead_letter_subscription, self._forwards)
        return {
            subscriber: overridden(
                Subscription(
                    f"{self.name}-{subscriber}",
                    project=self.project,
                    topic=self.topic,
                    dead_letter_topic=self.dead_letters,
                    max_delivery_attempts=self.attempts,
                    expires="never",
                    depends_on=first,
                ),
                {**self._said("subscriptions"), **fields},
            )
            for subscriber, fields in self.subscribers.items()
        }

    @functools.cached_property
    def _forwards(self) -> TopicIamMember:
        return TopicIamMember(
            self.dead_letters,
            role=PUBLISHER,
            member=self.agent.output("member"),
            project=self.project,
        )

    @functools.cached_property
    def grants(self) -> tuple[TopicIamMember | SubscriptionIamMember, ...]:
        """What Pub/Sub, the publishers and the pullers are granted."""
        agent = self.agent.output("member")
        return (
            self._forwards,
            *(
                TopicIamMember(self.topic, role=PUBLISHER, member=member, project=self.project)
                for member in self.publishers
            ),
            *(
                SubscriptionIamMember(item, role=SUBSCRIBER, member=member, project=self.project)
                for name, item in self.subscriptions.items()
                for member in (agent, *self.pullers.get(name, ()))
            ),
        )

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts, each after what it needs."""
        yield self.topic
        yield self.dead_letters
        yield self.dead_letter_subscription
        yield self.agent
        yield from self.subscriptions.values()
        yield from self.grants

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what no part can check by itself."""
        place = f"EventPipeline/{self.name}"
        yield from override_problems(place, self.overrides, _PARTS)
        for name, fields in self.subscribers.items():
            yield from override_problems(
                f"{place}: subscribers", {name: fields}, {name: Subscription}
            )
        for name in sorted(set(self.pullers) - set(self.subscribers)):
            yield Problem(
                f"{place}: pullers", f"{name!r} is not a subscriber.", "Name it in subscribers too."
            )

    def _said(self, part: str) -> Mapping[str, object]:
        return self.overrides.get(part, {})
