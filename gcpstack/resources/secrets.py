"""Secrets and their versions."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import kinds, sources
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import SECRET, Finding, NameRule
from gcpstack.resources._types import KeyRef, Labels, Ref, Seconds, SecretRef, Text
from gcpstack.resources.sources import FromEnv, FromFile, Generated, readable

_MOST_BYTES = 65_536
_MOST_ALIASES = 50
_MOST_TOPICS = 10
_MOST_ANNOTATION_BYTES = 16_384
#: https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets#Secret
_ANNOTATION = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_ANNOTATION_WORDS = (
    "the key of an annotation: 1 to 63 letters, digits, dashes, underscores and dots, a letter or "
    "digit first and last"
)
_ALIAS = r"(?!(?i:latest|new)$)[A-Za-z][A-Za-z0-9_-]{0,62}"
_ALIAS_WORDS = (
    "an alias: 1 to 63 letters, digits, hyphens and underscores, a letter first, not 'latest'"
)
_HOUR = 3600
_DAY = 86_400
_CENTURY = 3_155_760_000
_FIXED = Facet.IMMUTABLE


@block
class Replica(Part):
    """A place that a secret is kept in.

    Attributes:
        location: the region.
        kms_key_name: the KMS key that encrypts it there; another encrypts the versions that are added
            from then on.
    """

    location: str = required()
    kms_key_name: KeyRef | None = spec(
        Facet.CHANGEABLE, wire="customerManagedEncryption.kmsKeyName", carries=True
    )

    def findings(self) -> Iterator[Finding]:
        """Check the region.

        https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets
        """
        yield from checks.region("location", self.location)


@block
class SecretTopic(Part):
    """A Pub/Sub topic that is told of changes.

    Attributes:
        name: the topic: its declaration, or ``projects/P/topics/T``.
    """

    name: Ref = required(like="link")

    def findings(self) -> Iterator[Finding]:
        """Check the name.

        https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets
        """
        yield from checks.pattern(
            "name", self.name, r"projects/[^/]+/topics/[^/]+", "'projects/P/topics/T'"
        )


@resource(kinds.SECRET)
class Secret(Declaration):
    """A secret: the container of its versions. Its value is declared by a `SecretVersion`.

    https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets. It holds data:
    it is never deleted or replaced without a consent that names it.

    Outputs: ``name``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        automatic: whether Google chooses where it is kept; follows from the absence of replicas.
        replicas: where it is kept; everywhere that Google chooses if not given. Can't change.
        kms_key_name: the KMS key that encrypts it, where Google chooses the places; another encrypts
            the versions that are added from then on.
        labels: labels.
        annotations: further metadata, 16 KiB at most.
        version_aliases: names of versions, by number; 50 at most.
        version_destroy_ttl: how long a destroyed version can be brought back.
        topics: who is told of changes, 10 at most; needed for rotation.
        rotation_period: how often a rotation is due, an hour at least.
        next_rotation_time: when the first one is due; a period after the secret is made, if not
            given.
        expire_time: when the secret goes,
        ttl: or how long it lives from now.
    """

    NAMES: ClassVar[NameRule | None] = SECRET

    name: str = identity(kw_only=False)
    project: str | None = scope()
    automatic: Literal[True] | None = spec(
        _FIXED, wire="replication.automatic", encode=lambda _: dict[str, object]()
    )
    replicas: Sequence[Replica] | None = spec(
        _FIXED | Facet.UNORDERED, wire="replication.userManaged.replicas", key="location"
    )
    kms_key_name: KeyRef | None = spec(
        Facet.CHANGEABLE,
        wire="replication.automatic.customerManagedEncryption.kmsKeyName",
        carries=True,
    )
    labels: Labels | None = spec()
    annotations: Labels | None = spec()
    version_aliases: Mapping[str, int] | None = spec(
        encode=lambda aliases: {name: str(number) for name, number in aliases.items()}
    )
    version_destroy_ttl: Seconds | None = spec(like="duration", encode=encode.seconds)
    topics: Sequence[SecretTopic] | None = spec(Facet.UNORDERED, key="name")
    rotation_period: Seconds | None = spec(
        wire="rotation.rotationPeriod", like="duration", encode=encode.seconds
    )
    # Google moves the next rotation on by itself, and answers a time to live with a time of expiry:
    # both are compared with what was sent last, not with what is live.
    next_rotation_time: str | datetime | None = spec(
        Facet.WRITE_ONLY,
        wire="rotation.nextRotationTime",
        encode=lambda value: encode.sensitive(encode.moment(value)),
    )
    expire_time: str | datetime | None = spec(like="timestamp", encode=encode.moment)
    ttl: Seconds | None = spec(
        Facet.WRITE_ONLY,
        encode=lambda value: encode.sensitive(encode.seconds(value)),
        shows="expireTime",
    )

    def bind(self, scope: Scope) -> Self:
        """Say that Google chooses the places, where none are named."""
        bound = super().bind(scope)
        return bound if bound.replicas else dataclasses.replace(bound, automatic=True)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check places, rotation, expiry and sizes.

        https://cloud.google.com/secret-manager/docs/secret-rotation
        """
        if self.automatic and self.replicas:
            yield Finding("", "automatic and replicas exclude each other")
        yield from checks.at_most_one(self, "replicas", "kms_key_name")
        yield from checks.at_most_one(self, "expire_time", "ttl")
        if self.replicas is not None:
            if not self.replicas:
                yield Finding("replicas", "is empty", "Name a place, or leave it out.")
            yield from checks.distinct("replicas", [item.location for item in self.replicas])
            keyed = [item.kms_key_name is not None for item in self.replicas]
            if any(keyed) and not all(keyed):
                # https://cloud.google.com/secret-manager/docs/cmek
                told = "has no kms_key_name, but others have: it is all of them, or none"
                yield Finding(f"replicas[{keyed.index(False)}]", told)
        yield from checks.longest("topics", self.topics or (), _MOST_TOPICS, "topics")
        aliases = list(self.version_aliases or ())
        yield from checks.longest("version_aliases", aliases, _MOST_ALIASES, "aliases")
        yield from self._aliases()
        if self.version_destroy_ttl is not None:
            yield from checks.duration(
                "version_destroy_ttl", self.version_destroy_ttl, _DAY, 1000 * _DAY
            )
        yield from checks.duration("ttl", self.ttl, 1, _CENTURY)
        for key in self.annotations or {}:
            place = f"annotations[{key!r}]"
            yield from checks.pattern(place, key, _ANNOTATION, _ANNOTATION_WORDS)
        texts = "".join(f"{key}{value}" for key, value in (self.annotations or {}).items())
        yield from checks.longest("annotations", texts.encode(), _MOST_ANNOTATION_BYTES, "bytes")
        if self.rotation_period is not None:
            yield from checks.duration("rotation_period", self.rotation_period, _HOUR, _CENTURY)
        if (self.rotation_period or self.next_rotation_time) and not self.topics:
            yield Finding("topics", "is needed for rotation: nobody would be told")

    def _aliases(self) -> Iterator[Finding]:
        """Check the names of versions.

        https://cloud.google.com/secret-manager/docs/assign-alias-to-secret-version
        """
        for alias, number in (self.version_aliases or {}).items():
            place = f"version_aliases[{alias!r}]"
            yield from checks.pattern(place, alias, _ALIAS, _ALIAS_WORDS)
            if number < 1:
                yield Finding(place, f"{number} is not a version: they are counted from 1")


def _payload(value: object) -> Sensitive:
    return encode.sensitive(readable(value) if isinstance(value, bytes) else value)


@resource(kinds.SECRET_VERSION)
class SecretVersion(Declaration):
    """The value of a secret: its newest version. Another value adds a version.

    So does an apply that finds the newest version disabled or destroyed: whoever reads ``latest`` has
    no value then, whatever older versions hold. To stay with an older value, declare that.

    https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions. The
    value is never shown, and the inventory holds no more of it than a keyed hash. Deleting the
    declaration destroys the version, which needs a consent that names it.

    Outputs: ``name``, ``state``.

    Attributes:
        secret: the secret: its declaration or its name.
        value: the value, 64 KiB at most: text, bytes, an output of another resource, text composed
            of such, a `FromFile`, a `FromEnv`, or `Generated` to have one made up.
        project: its project; the stack's if not given.
        state: of the newest version; enabled, which follows by itself.
    """

    secret: SecretRef = identity(kw_only=False)
    project: str | None = scope()
    value: Text | bytes | Sensitive | FromFile | FromEnv | Generated = required(
        Facet.WRITE_ONLY | Facet.SENSITIVE, wire="payload.data", encode=_payload
    )
    state: Literal["ENABLED"] | None = spec()

    def bind(self, scope: Scope) -> Self:
        """Say that the newest version is to be enabled."""
        return dataclasses.replace(super().bind(scope), state="ENABLED")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the size (https://cloud.google.com/secret-manager/quotas)."""
        yield from checks.name("secret", self.secret, SECRET)
        value = self.value.value if isinstance(self.value, Sensitive) else self.value
        yield from sources.findings("value", value, _MOST_BYTES)
