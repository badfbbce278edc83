"""Triggers of Eventarc: events that call a service."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_events as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import Labels, RunServiceRef, ServiceAccountRef, Text, TopicRef
from gcpstack.resources.functions.parts import PUBLISHED, STORED, EventFilter, filters_findings

_FIXED = Facet.IMMUTABLE
#: https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers#RetryPolicy
_ATTEMPTS = (1, 1)


@resource(kinds.EVENTARC_TRIGGER)
class EventarcTrigger(Declaration):
    """Events that call a Cloud Run service.

    https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers. Who the
    events come as must be allowed to call the service (``roles/run.invoker``), and, but for
    messages of Pub/Sub, to receive events (``roles/eventarc.eventReceiver``). A function has a
    trigger of its own.

    Outputs: ``name``, ``uid``, ``topic``, ``subscription`` (what carries the events).

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: where the events are from: a region, or ``global``; the stack's region if not
            given.
        filters: what attributes of an event must be; one of them is ``type``.
        service: the service that is called: its declaration or its name.
        service_region: its region; that of the trigger if not given.
        path: the path that is called.
        service_account: who the events come as.
        topic: the topic whose messages are the events; Google makes one if not given. Can't
            change.
        channel: the channel of events from elsewhere. Can't change.
        content_type: how the event is written, ``application/json`` or ``application/protobuf``.
        max_attempts: 1, so that an event is delivered once; as long as its topic keeps it if not given.
        labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035
    PLACES: ClassVar[frozenset[str]] = frozenset({"global", "us", "eu", "asia"})

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()
    filters: Sequence[EventFilter] = required(Facet.UNORDERED, wire="eventFilters", key="attribute")
    service: RunServiceRef = required(wire="destination.cloudRun.service", link="name", like="last")
    service_region: str | None = spec(wire="destination.cloudRun.region")
    path: Text | None = spec(wire="destination.cloudRun.path", like="slash")
    service_account: ServiceAccountRef | None = spec(link="email", like="last")
    topic: TopicRef | None = spec(_FIXED, wire="transport.pubsub.topic", like="link")
    channel: Text | None = spec(_FIXED, like="link")
    content_type: Literal["application/json", "application/protobuf"] | None = spec(
        wire="eventDataContentType"
    )
    max_attempts: int | None = spec(wire="retryPolicy.maxAttempts")
    labels: Labels | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the filters with what they are about.

        https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers#Trigger
        """
        yield from filters_findings(self.filters)
        given = {item.attribute: item.value for item in self.filters}
        kind = given.get("type")
        if kind is None:
            yield Finding("filters", "name no type", "Add EventFilter(attribute='type', value=…).")
        elif self.topic is not None and kind != PUBLISHED:
            yield Finding("topic", f"is for {PUBLISHED} only")
        elif str(kind).startswith(STORED) and "bucket" not in given:
            yield Finding(
                "filters", "name no bucket", "Add EventFilter(attribute='bucket', value=bucket)."
            )
        if self.location == "global" and self.service_region is None:
            yield Finding("service_region", "is needed where the events are from everywhere")
        yield from checks.region("service_region", self.service_region)
        yield from checks.within("max_attempts", self.max_attempts, *_ATTEMPTS)

    def fixed(self, scope: Scope) -> dict[str, object]:
        """Say the region of the service, which Google asks for."""
        place = self.location or scope.region
        return {} if place == "global" else {"destination": {"cloudRun": {"region": place}}}
