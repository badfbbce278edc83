"""Objects in buckets, and notifications of what happens to them."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from gcpstack._core.facets import Facet, block, identity, meta, required, scope, spec
from gcpstack._core.json import Body
from gcpstack._core.refs import Composed
from gcpstack._core.resource import Output, Resource, Scope, resource
from gcpstack.exceptions import SettingsError
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _identities as identities
from gcpstack.resources import _kinds_storage as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import BUCKET, Finding
from gcpstack.resources._types import BucketRef, KeyRef, Labels, Text, TopicRef
from gcpstack.resources._uploads import Upload
from gcpstack.resources.buckets import StorageClass
from gcpstack.resources.sources import FromFile

_FIXED = Facet.IMMUTABLE
_LONGEST_NAME = 1024
_MOST_METADATA = 8192


@block
class ObjectRetention(Part):
    """Until when an object can't be deleted or replaced.

    https://cloud.google.com/storage/docs/object-lock. The bucket needs ``object_retention=True``.

    Attributes:
        mode: Unlocked, or Locked: that can't be undone, needs ``allow_irreversible=True``.
        retain_until_time: until when.
    """

    mode: Literal["Unlocked", "Locked"] = required()
    retain_until_time: str | datetime = required(like="timestamp", encode=encode.moment)


def _content(value: object) -> object:
    """Hide the content: it is no part of a plan, however harmless."""
    return encode.sensitive(value)


@resource(kinds.BUCKET_OBJECT)
class BucketObject(Declaration):
    """An object in a bucket: a file, or what is written here.

    https://cloud.google.com/storage/docs/json_api/v1/objects. It goes up again when its content or
    the object in the bucket has another MD5 hash. A folder of files is a `BucketFolder`.

    Outputs: ``url`` (``gs://…``), ``media_link``, ``self_link``, ``generation``, ``md5_hash``,
    ``crc32c``, ``size``.

    Attributes:
        name: its name, with slashes for folders: 1024 bytes at most.
        bucket: the bucket: its declaration or its name.
        content: text, bytes, a `FromFile`, or text composed of what other resources give.
        project: the bucket's project; the stack's if not given.
        content_type: its type, such as ``text/html; charset=utf-8``.
        cache_control: how long it may be cached, such as ``public, max-age=3600``.
        content_disposition: how browsers show it.
        content_encoding: how it is compressed; given by *gzip*.
        content_language: its language.
        metadata: further headers, as ``x-goog-meta-…``.
        storage_class: its class; the bucket's if not given.
        kms_key_name: the KMS key that encrypts it; the bucket's if not given.
        event_based_hold: whether it is held until an event.
        temporary_hold: whether it is held.
        custom_time: a moment of its own, for lifecycle rules; it only moves on.
        retention: until when it is kept.
        gzip: whether it goes up compressed; browsers get it as they can take it.
    """

    name: str = identity(kw_only=False)
    bucket: BucketRef = required(Facet.IDENTITY)
    content: Text | bytes | FromFile = required(Facet.WRITE_ONLY, encode=_content)
    project: str | None = scope()
    content_type: str | None = spec()
    cache_control: str | None = spec()
    content_disposition: str | None = spec()
    content_encoding: str | None = spec()
    content_language: str | None = spec()
    metadata: Mapping[str, Text] | None = spec()
    storage_class: StorageClass | None = spec(otherwise="STANDARD")
    kms_key_name: KeyRef | None = spec(like="key")
    event_based_hold: bool | None = spec()
    temporary_hold: bool | None = spec()
    custom_time: str | datetime | None = spec(like="timestamp", encode=encode.moment)
    retention: ObjectRetention | None = spec()
    gzip: bool = meta(default=False)

    def bind(self, scope: Scope) -> Any:
        """Wrap what is known already, so that it is read when it goes up."""
        bound = super().bind(scope)
        upload = self._upload()
        if upload is None:
            return bound
        encoding = bound.content_encoding or ("gzip" if self.gzip else None)
        return dataclasses.replace(
            bound,
            content=upload,  # type: ignore[arg-type] # only the encoding below sees it
            content_encoding=encoding,
        )

    def fixed(self, scope: Scope) -> Body:
        """Return the hash of what is known: it is compared with the object's."""
        upload = self._upload()
        try:
            return {} if upload is None else {"md5Hash": upload.md5()}
        except SettingsError:  # a problem of its own
            return {}

    def _upload(self) -> Upload | None:
        content: object = self.content
        if isinstance(content, Upload):
            return content
        if isinstance(content, str | bytes | FromFile):
            return Upload(content, zipped=self.gzip)
        return None

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the name, and that the content can be read.

        https://cloud.google.com/storage/docs/objects#naming,
        https://cloud.google.com/storage/quotas#objects
        """
        yield from checks.name("bucket", self.bucket, BUCKET)
        if not 0 < len(self.name.encode()) <= _LONGEST_NAME:
            yield Finding("name", f"has {len(self.name.encode())} bytes: 1 to {_LONGEST_NAME}")
        if self.name in (".", "..") or set(self.name) & {"\r", "\n"}:
            yield Finding("name", f"{self.name!r} is not a valid object name")
        if self.name.startswith(".well-known/acme-challenge/"):
            yield Finding("name", "begins with '.well-known/acme-challenge/', which Google refuses")
        told = "".join(f"{key}{value}" for key, value in (self.metadata or {}).items())
        yield from checks.longest("metadata", told.encode(), _MOST_METADATA, "bytes")
        if isinstance(self.content, FromFile):
            try:
                with Path(self.content.path).open("rb"):
                    pass
            except OSError as error:
                told = f"the file {self.content.path} can't be read: {error.strerror}"
                yield Finding("content", told, "Create it, or name another.")
        if self.gzip and isinstance(self.content, Output | Composed):
            yield Finding("gzip", "needs content that is known before anything is made")
        if self.gzip and self.content_encoding not in (None, "gzip"):
            yield Finding("content_encoding", "is 'gzip' with gzip=True")


Event = Literal["OBJECT_FINALIZE", "OBJECT_METADATA_UPDATE", "OBJECT_DELETE", "OBJECT_ARCHIVE"]
_TOPIC = r"projects/[^/]+/topics/[^/]+"


@resource(kinds.NOTIFICATION)
class BucketNotification(Declaration):
    """Messages to a Pub/Sub topic about what happens to a bucket's objects.

    https://cloud.google.com/storage/docs/pubsub-notifications. It has no name: it is told by its
    topic, events and prefix; with others, another one is made before it goes. The agent of Cloud
    Storage must be allowed to publish there:
    ``TopicIamMember(topic, role="roles/pubsub.publisher", member=ServiceAgent(
    "storage.googleapis.com").output("member"))``.

    Outputs: ``id``.

    Attributes:
        bucket: the bucket: its declaration or its name.
        topic: the topic: its declaration, or ``projects/P/topics/T``.
        payload_format: JSON_API_V1, with what is told of the object; NONE for attributes alone.
            Can't change.
        event_types: what is told: OBJECT_FINALIZE (made or replaced), OBJECT_METADATA_UPDATE,
            OBJECT_DELETE, OBJECT_ARCHIVE; everything if not given.
        object_name_prefix: objects whose names begin so, alone.
        custom_attributes: attributes of each message, 5 at most. Can't change.
        project: the bucket's project; the stack's if not given.
    """

    bucket: BucketRef = identity(kw_only=False)
    topic: TopicRef = required(_FIXED, like="link")
    payload_format: Literal["JSON_API_V1", "NONE"] = spec(
        _FIXED, wire="payload_format", default="JSON_API_V1"
    )
    event_types: Sequence[Event] | None = spec(_FIXED | Facet.UNORDERED, wire="event_types")
    object_name_prefix: str | None = spec(_FIXED, wire="object_name_prefix")
    custom_attributes: Labels | None = spec(_FIXED, wire="custom_attributes")
    project: str | None = scope()

    @property
    def name(self) -> str:
        """What tells it apart: its topic, events and prefix."""
        topic = self.topic.name if isinstance(self.topic, Resource) else self.topic  # type: ignore[attr-defined] # a topic
        return identities.notification(
            {
                "topic": topic,
                "event_types": self.event_types,
                "object_name_prefix": self.object_name_prefix,
            }
        )

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the names and the attributes.

        https://cloud.google.com/storage/docs/json_api/v1/notifications,
        https://cloud.google.com/storage/docs/pubsub-notifications#limitations
        """
        yield from checks.name("bucket", self.bucket, BUCKET)
        if isinstance(self.topic, Output | Composed):
            yield Finding("topic", "can't be told from another resource: it names the notification")
        yield from checks.distinct("event_types", self.event_types)
        attributes = list(self.custom_attributes or ())
        yield from checks.longest("custom_attributes", attributes, 5, "attributes")
