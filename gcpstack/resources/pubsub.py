"""Pub/Sub topics and subscriptions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import (
    BucketRef,
    KeyRef,
    Labels,
    PubSubSchemaRef,
    Seconds,
    ServiceAccountRef,
    Text,
    TopicRef,
)

_FIXED = Facet.IMMUTABLE
_SHORTEST, _LONGEST = 600, 31 * 86_400
_DAY, _YEAR = 86_400, 365 * 86_400
_USUAL_RETENTION = 7 * _DAY
_LONGEST_FILTER = 256
_MOST_TRANSFORMS = 5
_MOST_SOURCE = 20_000

#: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
PUBSUB_NAME = NameRule(
    r"(?!goog)[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}",
    "3 to 255 letters, digits and -_.~+%, a letter first, and not 'goog' first",
)


@block
class MessageTransform(Part):
    """A JavaScript function that every message goes through.

    https://cloud.google.com/pubsub/docs/smts/udfs-overview

    Attributes:
        function_name: the function.
        code: its source, 20 KB at most.
        disabled: whether it is off.
    """

    function_name: str = required(wire="javascriptUdf.functionName")
    code: Text = required(wire="javascriptUdf.code", like="text")
    disabled: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that the function is there, and not too long."""
        if isinstance(self.code, str):
            yield from checks.longest("code", self.code.encode(), _MOST_SOURCE, "bytes")
            if self.function_name not in self.code:
                yield Finding("function_name", f"{self.function_name!r} does not stand in the code")


@resource(kinds.TOPIC)
class Topic(Declaration):
    """A Pub/Sub topic.

    https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics. What it takes in by itself
    from elsewhere is given as `extra`.

    Outputs: ``name`` (known before it exists), ``state``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        labels: labels.
        kms_key_name: the KMS key of its messages; another one encrypts those that come from then on.
        message_retention: how long messages can be read again: 10 minutes to 31 days.
        allowed_persistence_regions: the regions that may keep messages.
        enforce_in_transit: whether messages may not even pass through others.
        schema: the schema of its messages: a `PubSubSchema`, or its full name.
        schema_encoding: how they are written: JSON or BINARY.
        schema_first_revision_id: the oldest revision that they may follow.
        schema_last_revision_id: the newest revision that they may follow.
        message_transforms: functions that every message goes through, 5 at most.
    """

    NAMES: ClassVar[NameRule | None] = PUBSUB_NAME

    name: str = identity(kw_only=False)
    project: str | None = scope()
    labels: Labels | None = spec()
    kms_key_name: KeyRef | None = spec()
    message_retention: Seconds | None = spec(
        wire="messageRetentionDuration", like="duration", encode=encode.seconds
    )
    allowed_persistence_regions: Sequence[str] | None = spec(
        Facet.UNORDERED, wire="messageStoragePolicy.allowedPersistenceRegions"
    )
    enforce_in_transit: bool | None = spec(wire="messageStoragePolicy.enforceInTransit")
    schema: PubSubSchemaRef | None = spec(wire="schemaSettings.schema", like="link")
    schema_encoding: Literal["JSON", "BINARY"] | None = spec(wire="schemaSettings.encoding")
    schema_first_revision_id: Text | None = spec(wire="schemaSettings.firstRevisionId")
    schema_last_revision_id: Text | None = spec(wire="schemaSettings.lastRevisionId")
    message_transforms: Sequence[MessageTransform] | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check retention, regions and schema (https://cloud.google.com/pubsub/quotas)."""
        yield from _message_retention(self.message_retention)
        for index, region in enumerate(self.allowed_persistence_regions or ()):
            yield from checks.region(f"allowed_persistence_regions[{index}]", region)
        if self.enforce_in_transit is not None and not self.allowed_persistence_regions:
            yield Finding("enforce_in_transit", "needs allowed_persistence_regions")
        if (self.schema is None) != (self.schema_encoding is None):
            yield Finding("", "schema and schema_encoding go together")
        yield from _transforms(self.message_transforms)


def _message_retention(value: Seconds | None) -> Iterator[Finding]:
    """https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics."""
    if value is not None:
        yield from checks.duration("message_retention", value, _SHORTEST, _LONGEST)


def _transforms(transforms: Sequence[MessageTransform] | None) -> Iterator[Finding]:
    """https://cloud.google.com/pubsub/docs/smts/smts-overview."""
    yield from checks.longest(
        "message_transforms", transforms or (), _MOST_TRANSFORMS, "transforms"
    )


@block
class BigQueryDelivery(Part):
    """A BigQuery table that messages are written to: https://cloud.google.com/pubsub/docs/bigquery.

    Attributes:
        table: the table: ``project.dataset.table``.
        use_topic_schema: whether the topic's schema tells the columns,
        use_table_schema: or the table's own.
        write_metadata: whether ids, times and attributes are written too.
        drop_unknown_fields: whether fields without a column are left out.
        service_account_email: who writes; Pub/Sub's own account if not given.
    """

    table: Text = required()
    use_topic_schema: bool | None = spec()
    use_table_schema: bool | None = spec()
    write_metadata: bool | None = spec()
    drop_unknown_fields: bool | None = spec()
    service_account_email: ServiceAccountRef | None = spec(link="email")

    def findings(self) -> Iterator[Finding]:
        """Check the table's name and the schemas."""
        yield from checks.pattern(
            "table", self.table, r"[^.]+\.[^.]+\.[^.]+", "a table, as 'project.dataset.table'"
        )
        if self.use_topic_schema and self.use_table_schema:
            yield Finding("", "use_topic_schema and use_table_schema exclude each other")


@block
class StorageDelivery(Part):
    """A bucket that messages are written to: https://cloud.google.com/pubsub/docs/cloudstorage.

    Attributes:
        bucket: the bucket.
        filename_prefix: how the names of files begin.
        filename_suffix: how they end.
        filename_datetime_format: how they tell the time.
        max_duration: how long a file grows, 1 to 10 minutes.
        max_bytes: how large it grows.
        max_messages: how many messages it takes.
        avro: whether it is an Avro file; it is text if not.
        avro_write_metadata: whether ids, times and attributes are written too.
        avro_use_topic_schema: whether the topic's schema is that of the file.
        service_account_email: who writes; Pub/Sub's own account if not given.
    """

    bucket: BucketRef = required(link="name")
    filename_prefix: Text | None = spec()
    filename_suffix: Text | None = spec()
    filename_datetime_format: Text | None = spec()
    max_duration: Seconds | None = spec(like="duration", encode=encode.seconds)
    max_bytes: int | None = spec(encode=encode.text)
    max_messages: int | None = spec(encode=encode.text)
    avro: Literal[True] | None = spec(wire="avroConfig", encode=lambda _: dict[str, object]())
    avro_write_metadata: bool | None = spec(wire="avroConfig.writeMetadata")
    avro_use_topic_schema: bool | None = spec(wire="avroConfig.useTopicSchema")
    service_account_email: ServiceAccountRef | None = spec(link="email")

    def findings(self) -> Iterator[Finding]:
        """Check the sizes."""
        if self.max_duration is not None:
            yield from checks.duration("max_duration", self.max_duration, 60, 600)
        yield from checks.within("max_bytes", self.max_bytes, 1000, 10 * 2**30, "bytes")
        yield from checks.within("max_messages", self.max_messages, 1000, 2**63 - 1, "messages")


def _ttl(value: object) -> object:
    return "" if value == "never" else encode.seconds(value)


@resource(kinds.SUBSCRIPTION)
class Subscription(Declaration):
    """A Pub/Sub subscription: messages are pulled, pushed, or written to BigQuery or a bucket.

    https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions

    Outputs: ``name`` (known before it exists), ``state``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        topic: the topic. Can't change.
        labels: labels.
        push_endpoint: where messages are pushed to.
        push_service_account: who signs the pushes' tokens.
        push_audience: whom the tokens are for; the endpoint if not given.
        push_attributes: attributes of the endpoint.
        push_unwrapped_metadata: pushes hold the bare message; and whether headers tell the rest.
        bigquery: or the table that messages are written to,
        cloud_storage: or the bucket.
        ack_deadline: how long a subscriber has, 10 to 600 seconds; 10 is Google's default.
        message_retention: how long messages wait, 10 minutes to 31 days; 7 days is Google's default.
        retain_acked_messages: whether acknowledged messages are kept as long.
        expires: without use, after a day at least and not before *message_retention*, or ``never``; 31
            days is Google's default.
        filter: which messages it gets. Can't change.
        dead_letter_topic: where messages go that nobody acknowledges.
        max_delivery_attempts: after how many attempts, 5 to 100.
        minimum_backoff: how long a retry waits at least, 0 to 600 seconds.
        maximum_backoff: how long at most.
        enable_message_ordering: whether messages of a key come in order. Can't change.
        enable_exactly_once_delivery: whether none comes twice.
        message_transforms: functions that every message goes through, 5 at most.
    """

    NAMES: ClassVar[NameRule | None] = PUBSUB_NAME

    name: str = identity(kw_only=False)
    project: str | None = scope()
    topic: TopicRef = required(_FIXED, like="link")
    labels: Labels | None = spec()
    push_endpoint: Text | None = spec(wire="pushConfig.pushEndpoint")
    push_service_account: ServiceAccountRef | None = spec(
        wire="pushConfig.oidcToken.serviceAccountEmail", link="email"
    )
    push_audience: Text | None = spec(wire="pushConfig.oidcToken.audience")
    push_attributes: Mapping[str, Text] | None = spec(wire="pushConfig.attributes")
    push_unwrapped_metadata: bool | None = spec(wire="pushConfig.noWrapper.writeMetadata")
    bigquery: BigQueryDelivery | None = spec(wire="bigqueryConfig")
    cloud_storage: StorageDelivery | None = spec(wire="cloudStorageConfig")
    ack_deadline: Seconds | None = spec(wire="ackDeadlineSeconds", encode=encode.whole_seconds)
    message_retention: Seconds | None = spec(
        wire="messageRetentionDuration", like="duration", encode=encode.seconds
    )
    retain_acked_messages: bool | None = spec()
    expires: Seconds | None = spec(
        wire="expirationPolicy.ttl",
        like="duration",
        encode=_ttl,
        carries=True,
        otherwise="2678400s",
    )
    filter: Text | None = spec(_FIXED)
    dead_letter_topic: TopicRef | None = spec(
        wire="deadLetterPolicy.deadLetterTopic", like="link", carries=True
    )
    max_delivery_attempts: int | None = spec(wire="deadLetterPolicy.maxDeliveryAttempts")
    minimum_backoff: Seconds | None = spec(
        wire="retryPolicy.minimumBackoff", like="duration", encode=encode.seconds, carries=True
    )
    maximum_backoff: Seconds | None = spec(
        wire="retryPolicy.maximumBackoff", like="duration", encode=encode.seconds, carries=True
    )
    enable_message_ordering: bool | None = spec(_FIXED)
    enable_exactly_once_delivery: bool | None = spec()
    message_transforms: Sequence[MessageTransform] | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check times and sizes (https://cloud.google.com/pubsub/quotas), and what goes together.

        https://cloud.google.com/pubsub/docs/subscription-properties
        """
        yield from checks.at_most_one(self, "push_endpoint", "bigquery", "cloud_storage")
        yield from _message_retention(self.message_retention)
        if self.ack_deadline is not None:
            yield from checks.duration("ack_deadline", self.ack_deadline, 10, 600)
        if self.expires is not None and self.expires != "never":
            yield from checks.duration("expires", self.expires, _DAY, _YEAR)
            # https://cloud.google.com/pubsub/docs/subscription-properties#expiration_period
            kept = checks.seconds(self.message_retention or _USUAL_RETENTION)
            left = checks.seconds(self.expires)
            if kept is not None and left is not None and left < kept:
                whose = "" if self.message_retention else ", 7 days where it is not given"
                yield Finding("expires", f"is shorter than message_retention{whose}")
        if isinstance(self.filter, str):
            yield from checks.longest("filter", self.filter.encode(), _LONGEST_FILTER, "bytes")
        yield from _transforms(self.message_transforms)
        # https://cloud.google.com/pubsub/docs/exactly-once-delivery
        if self.enable_exactly_once_delivery and not self._pulled():
            yield Finding("enable_exactly_once_delivery", "is for pulled messages only")
        project = self.project or scope.project
        yield from checks.own_account("push_service_account", self.push_service_account, project)
        yield from self._push_findings()
        yield from self._retry_findings()

    def _pulled(self) -> bool:
        return self.push_endpoint is None and self.bigquery is None and self.cloud_storage is None

    def _push_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/pubsub/docs/push."""
        yield from checks.pattern(
            "push_endpoint", self.push_endpoint, r"https://.+", "an https URL"
        )
        if self.push_endpoint is None:
            for field in ("push_service_account", "push_attributes", "push_unwrapped_metadata"):
                if getattr(self, field) is not None:
                    yield Finding(field, "needs push_endpoint")
        if self.push_audience is not None and self.push_service_account is None:
            yield Finding("push_audience", "needs push_service_account")

    def _retry_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/pubsub/docs/handling-failures."""
        yield from checks.within("max_delivery_attempts", self.max_delivery_attempts, 5, 100)
        if self.max_delivery_attempts is not None and self.dead_letter_topic is None:
            yield Finding("max_delivery_attempts", "needs dead_letter_topic")
        for field in ("minimum_backoff", "maximum_backoff"):
            value = getattr(self, field)
            if value is not None:
                yield from checks.duration(field, value, 0, 600)
        low, high = checks.seconds(self.minimum_backoff), checks.seconds(self.maximum_backoff)
        if low is not None and high is not None and low > high:
            yield Finding("minimum_backoff", "is longer than maximum_backoff")
