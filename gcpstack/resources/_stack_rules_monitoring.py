"""What sinks, metrics and notification channels demand of the rest of a stack.

A rule speaks only of what the stack itself declares: what is managed elsewhere may be right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gcpstack._core.json import get
from gcpstack._core.names import relative
from gcpstack._core.refs import Address, Composed, Link, OutputOf, placeholders
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem
from gcpstack.resources._granted import PROJECT_GRANT, agent_may
from gcpstack.resources._stackwide import Stack
from gcpstack.resources._stackwide import of as _of

_MOST_EXCLUSIONS = 10


@dataclass(frozen=True, slots=True)
class _Grant:
    """How somebody is allowed to write to a kind of object.

    Attributes:
        kind: the kind of grant.
        on: the part of its identity that names the object.
        roles: the roles that do; the first is the one to declare.
        written: how it is declared.
    """

    kind: str
    on: str
    roles: tuple[str, ...]
    written: str


#: https://cloud.google.com/logging/docs/export/configure_export_v2#dest-auth
_WRITES: Mapping[str, _Grant] = {
    "bigquery.Dataset": _Grant(
        "bigquery.DatasetIamMember",
        "dataset",
        ("roles/bigquery.dataEditor", "roles/bigquery.dataOwner", "roles/bigquery.admin"),
        "BigQueryDatasetIamMember(dataset, ",
    ),
    "storage.Bucket": _Grant(
        "storage.BucketIamMember",
        "bucket",
        (
            "roles/storage.objectCreator",
            "roles/storage.objectUser",
            "roles/storage.objectAdmin",
            "roles/storage.admin",
            "roles/storage.legacyBucketWriter",
            "roles/storage.legacyBucketOwner",
        ),
        "BucketIamMember(bucket, ",
    ),
    "pubsub.Topic": _Grant(
        "pubsub.TopicIamMember",
        "topic",
        ("roles/pubsub.publisher", "roles/pubsub.editor", "roles/pubsub.admin"),
        "TopicIamMember(topic, ",
    ),
}
_BASIC = frozenset({"roles/editor", "roles/owner"})


def watched(stack: Stack) -> Iterator[Problem]:
    """Find what would silently not work of what is watched."""
    for rule in (_mute_sinks, _mute_channels, _exclusions, _excluded_twice):
        yield from rule(stack)


def _mute_sinks(stack: Stack) -> Iterator[Problem]:
    """A sink writes as an identity of its own, which must be allowed to; else logs are dropped.

    https://cloud.google.com/logging/docs/export/configure_export_v2#dest-auth
    """
    for sink in _of(stack, "logging.ProjectSink"):
        place = _declared(stack, sink.body.get("destination"))
        if place is None or place.kind.name not in _WRITES:
            continue
        if not _may_write(stack, place, sink.address):
            grant = _WRITES[place.kind.name]
            yield Problem(
                str(sink.address),
                f"writes to the {place.kind.title} {place.ids['name']}, which nobody allows it to: "
                "its logs would be dropped.",
                f"Declare {grant.written}role='{grant.roles[0]}', "
                "member=sink.output('writer_identity')), or a LogExport.",
            )


def _mute_channels(stack: Stack) -> Iterator[Problem]:
    """Monitoring publishes as its service agent: https://cloud.google.com/monitoring/support/notification-options#pubsub."""
    for channel in _of(stack, "monitoring.NotificationChannel"):
        topic = _declared(stack, get(channel.body, ("labels", "topic")))
        if topic is None or topic.kind.name != "pubsub.Topic":
            continue
        roles = frozenset(_WRITES["pubsub.Topic"].roles)
        if not (
            agent_may(stack, "monitoring", "pubsub.TopicIamMember", roles, topic=topic.ids["name"])
            or agent_may(stack, "monitoring", PROJECT_GRANT, roles)
        ):
            yield Problem(
                str(channel.address),
                f"publishes to the Pub/Sub topic {topic.ids['name']}, which Monitoring's service "
                "agent may not.",
                "Declare TopicIamMember(topic, role='roles/pubsub.publisher', "
                "member=ServiceAgent('monitoring.googleapis.com').output('member')).",
            )


def _exclusions(stack: Stack) -> Iterator[Problem]:
    """A project has few: https://cloud.google.com/logging/quotas."""
    seen: dict[str, int] = {}
    for item in _of(stack, "logging.Exclusion"):
        project = item.ids["project"]
        seen[project] = seen.get(project, 0) + 1
        if seen[project] == _MOST_EXCLUSIONS + 1:
            yield Problem(
                str(item.address),
                f"is one exclusion more than the {_MOST_EXCLUSIONS} that a project may have.",
                "Join some filters by OR.",
            )


def _excluded_twice(stack: Stack) -> Iterator[Problem]:
    """A project's exclusions are those of its sink _Default: https://cloud.google.com/logging/docs/exclusions."""
    projects = {item.ids["project"] for item in _of(stack, "logging.Exclusion")}
    for sink in _of(stack, "logging.ProjectSink"):
        default = sink.ids["name"] == "_Default" and "exclusions" in sink.body
        if default and sink.ids["project"] in projects:
            yield Problem(
                f"{sink.address}: exclusions",
                "is declared beside ProjectLogExclusion, which stands for the same exclusions.",
                "Keep one of them.",
            )


def _declared(stack: Stack, value: object) -> Declared | None:
    """Find what a field names: by reference, or by its name as sinks and channels write it."""
    links = [found.to for found in placeholders(value) if isinstance(found, Link)]
    if links:
        return stack.get(links[0])
    if not isinstance(value, str) or isinstance(value, Composed):
        return None
    for item in stack.values():
        if item.kind.name in _WRITES and value in _names(item):
            return item
    return None


def _names(item: Declared) -> tuple[str, ...]:
    """Write an object as sinks and channels do."""
    path = item.kind.template.format(item.ids)
    if item.kind.name == "storage.Bucket":
        return (f"{item.kind.api}/{item.ids['name']}",)
    return (f"{item.kind.api}/{path}", relative(path))


def _may_write(stack: Stack, place: Declared, writer: Address) -> bool:
    """Return whether an identity that Google gives is granted a role on an object, or on all of them."""
    grant = _WRITES[place.kind.name]
    for item in stack.values():
        here = item.kind.name == grant.kind and item.ids[grant.on] == place.ids["name"]
        if not here and item.kind.name != PROJECT_GRANT:
            continue
        role = item.ids["role"]
        fits = role in grant.roles or not role.startswith("roles/") or role in _BASIC
        if fits and any(
            isinstance(found, OutputOf) and found.of == writer for found in placeholders(item.late)
        ):
            return True
    return False
