"""The parts of a function: the events that start it, and the secrets that it is given."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack._core.refs import PROJECT, InScope
from gcpstack.resources import _checks as checks
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import BucketRef, SecretRef, ServiceAccountRef, Text, TopicRef
from gcpstack.resources.run.containers import SecretEnv

#: What a message to a Pub/Sub topic is as an event.
PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
#: How the events of Cloud Storage begin.
STORED = "google.cloud.storage.object.v1."
_ATTRIBUTE = r"[a-z][A-Za-z0-9_-]*"
_RETRY = {True: "RETRY_POLICY_RETRY", False: "RETRY_POLICY_DO_NOT_RETRY"}


@block
class EventFilter(Part):
    """What an attribute of an event must be.

    https://cloud.google.com/eventarc/docs/reference/supported-events

    Attributes:
        attribute: the attribute, such as ``bucket``.
        value: what it must be; a bucket may be its declaration.
        operator: ``match-path-pattern`` where the value is a pattern.
    """

    attribute: str = required()
    value: BucketRef = required(link="name")
    operator: str | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the attribute and the operator.

        https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers#EventFilter
        """
        yield from checks.pattern("attribute", self.attribute, _ATTRIBUTE, "an attribute")
        if self.operator is not None and self.operator != "match-path-pattern":
            yield checks.not_one_of("operator", self.operator, ["match-path-pattern"])


def filters_findings(filters: Sequence[EventFilter] | None) -> Iterator[Finding]:
    """Check that no attribute is filtered twice.

    https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers#Trigger
    """
    yield from checks.distinct("filters", [item.attribute for item in filters or ()])


@block
class FunctionTrigger(Part):
    """The events that start a function: messages of a topic, or other events.

    https://cloud.google.com/functions/docs/calling/eventarc. Who the events come as must be allowed
    to call the function (``roles/run.invoker``), and, but for messages, to receive events
    (``roles/eventarc.eventReceiver``).

    Attributes:
        topic: the topic whose messages start it; Google makes one if not given.
        event_type: the type of the event; that of a message if not given.
        filters: what attributes of the event must be.
        retry: whether an event that fails is tried again, for up to a day.
        service_account: who the events come as; Google's default account if not given.
        region: where the events are from; the function's region if not given, or the bucket's.
        channel: the channel of events from elsewhere.
    """

    topic: TopicRef | None = spec(wire="pubsubTopic", like="link")
    event_type: str = spec(default=PUBLISHED)
    filters: Sequence[EventFilter] | None = spec(
        Facet.UNORDERED, wire="eventFilters", key="attribute"
    )
    retry: bool | None = spec(wire="retryPolicy", encode=_RETRY.__getitem__)
    service_account: ServiceAccountRef | None = spec(
        wire="serviceAccountEmail", link="email", like="last"
    )
    region: str | None = spec(wire="triggerRegion")
    channel: Text | None = spec(like="link")

    def findings(self) -> Iterator[Finding]:
        """Check the type with what it is about.

        https://cloud.google.com/eventarc/docs/event-types
        """
        yield from checks.pattern(
            "event_type", self.event_type, r"[a-z][\w.-]*\.[\w.-]+", "a type of events"
        )
        if self.topic is not None and self.event_type != PUBLISHED:
            yield Finding("topic", f"is for {PUBLISHED} only")
        yield from filters_findings(self.filters)
        given = {item.attribute for item in self.filters or ()}
        if self.event_type.startswith(STORED) and "bucket" not in given:
            yield Finding(
                "filters", "name no bucket", "Add EventFilter(attribute='bucket', value=bucket)."
            )
        if "type" in given:
            yield Finding("filters", "name the type", "Give it as event_type.")
        yield from checks.region("region", self.region, frozenset({"global", "us", "eu", "asia"}))


@block
class FunctionSecret(Part):
    """A secret in the environment, in Google's form.

    Attributes:
        key: the variable.
        secret: the secret.
        version: its version.
        project_id: its project.
    """

    key: str = required()
    secret: SecretRef = required(link="name", like="last")
    version: str = required()
    project_id: object = spec(default=PROJECT, wire="projectId")


def secret_env(value: Mapping[str, SecretRef | SecretEnv]) -> list[FunctionSecret]:
    """Write secrets in the environment in Google's form."""
    return [
        FunctionSecret(
            key=key,
            secret=item.secret if isinstance(item, SecretEnv) else item,
            version=item.version if isinstance(item, SecretEnv) else "latest",
            project_id=_project(item),
        )
        for key, item in value.items()
    ]


def _project(secret: object) -> str | InScope:
    """Return where a secret is: the stack's project, if it does not say."""
    held = secret.secret if isinstance(secret, SecretEnv) else secret
    project = getattr(held, "project", None)
    if isinstance(held, str) and held.startswith("projects/"):
        project = held.split("/")[1]
    return project or PROJECT


@block
class SecretVersionPath(Part):
    """A version of a secret as a file, in Google's form.

    Attributes:
        path: the file.
        version: the version.
    """

    path: str = required()
    version: str = required()


def _versions(value: Mapping[str, str]) -> list[SecretVersionPath]:
    return [SecretVersionPath(path=path, version=version) for path, version in value.items()]


@block
class FunctionSecretVolume(Part):
    """A secret as files of a function.

    https://cloud.google.com/functions/docs/configuring/secrets

    Attributes:
        secret: the secret: its declaration or its name.
        mount_path: the folder of its files.
        versions: the version that each file holds, by the file's name; the newest version under
            the secret's own name if not given.
        project_id: the project of the secret; that of its declaration, or the stack's, if not given.
    """

    secret: SecretRef = required(link="name", like="last")
    mount_path: str = required()
    versions: Mapping[str, str] | None = spec(
        Facet.UNORDERED, key="path", encode=_versions, block=SecretVersionPath
    )
    project_id: object = spec(default=PROJECT, wire="projectId")

    def findings(self) -> Iterator[Finding]:
        """Check the folder and the versions.

        https://cloud.google.com/functions/docs/configuring/secrets#mounting_as_a_volume
        """
        yield from checks.pattern("mount_path", self.mount_path, r"/[^:]+", "a folder, as '/keys'")
        for path, version in (self.versions or {}).items():
            yield from checks.pattern(
                f"versions[{path!r}]",
                version,
                r"latest|[1-9]\d*",
                "a version: a number or 'latest'",
            )


def secret_volumes(value: Sequence[FunctionSecretVolume]) -> list[FunctionSecretVolume]:
    """Tell of each secret where it is."""
    return [
        dataclasses.replace(one, project_id=_project(one.secret))
        if one.project_id is PROJECT
        else one
        for one in value
    ]
