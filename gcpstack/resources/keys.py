"""Keys of Cloud KMS, and who may use them."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_storage as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import KMS, Finding, NameRule
from gcpstack.resources._kms_enums import AccessReason, Algorithm
from gcpstack.resources._regions import KEY_LOCATIONS
from gcpstack.resources._types import KeyRef, KeyRingRef, Labels, Seconds
from gcpstack.resources.grants import IamMember, beside

_FIXED = Facet.IMMUTABLE
_DAY = 86_400
_CENTURY = 3_153_600_000
_LONGEST_DESTRUCTION = 120 * _DAY
#: How the algorithms of each purpose begin (https://cloud.google.com/kms/docs/algorithms).
_ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "ENCRYPT_DECRYPT": ("GOOGLE_SYMMETRIC_ENCRYPTION", "EXTERNAL_SYMMETRIC_ENCRYPTION"),
    "ASYMMETRIC_SIGN": ("RSA_SIGN_", "EC_SIGN_", "PQ_SIGN_"),
    "ASYMMETRIC_DECRYPT": ("RSA_DECRYPT_",),
    "RAW_ENCRYPT_DECRYPT": ("AES_128_", "AES_256_GCM", "AES_256_CBC", "AES_256_CTR"),
    "MAC": ("HMAC_",),
    "KEY_ENCAPSULATION": ("ML_KEM_", "KEM_"),
    "AES_WRAPPING": ("AES_256_KWP",),
}

Purpose = Literal[
    "ENCRYPT_DECRYPT",
    "ASYMMETRIC_SIGN",
    "ASYMMETRIC_DECRYPT",
    "RAW_ENCRYPT_DECRYPT",
    "MAC",
    "KEY_ENCAPSULATION",
    "AES_WRAPPING",
]


@resource(kinds.KMS_KEY_RING)
class KmsKeyRing(Declaration):
    """A ring of keys in one place. Google never deletes one, so it stays when a stack goes.

    https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings. A ring that is
    there already is taken over.

    Outputs: ``name``, ``create_time``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: its place: a region, ``global``, ``us``, ``europe`` or ``asia``, or another
            multi-region; the stack's region if not given.
    """

    NAMES: ClassVar[NameRule | None] = KMS
    PLACES: ClassVar[frozenset[str]] = KEY_LOCATIONS

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()


@resource(kinds.KMS_CRYPTO_KEY)
class KmsCryptoKey(Declaration):
    """A key. It holds what data are read with: never destroyed without a consent.

    https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys.
    Google never deletes a key. Deleting the declaration destroys all its versions, which is done
    for good after *destroy_scheduled_duration* (until then ``gcloud kms keys versions restore``
    brings one back), and ends its rotation. Declared again under its name, it gets a new version;
    what can't change stays as it was.

    Outputs: ``name``, ``primary`` and ``primary_state`` (of the version that encrypts),
    ``next_rotation_time``, ``create_time``.

    Attributes:
        name: its name.
        key_ring: its ring: the declaration or the name.
        project: its project; the stack's if not given.
        location: its place; that of the declared ring, or the stack's region, if not given.
        purpose: what it is for. Can't change.
        algorithm: of new versions; needed where the purpose is not ENCRYPT_DECRYPT.
        protection_level: where its versions are kept: SOFTWARE (Google's default), HSM, EXTERNAL,
            EXTERNAL_VPC or HSM_SINGLE_TENANT. Can't change.
        rotation_period: how often a new version becomes the primary one: a day at least; with
            ENCRYPT_DECRYPT alone. Older versions go on decrypting.
        next_rotation_time: when the first rotation is; a period after the key is made, if not
            given.
        destroy_scheduled_duration: how long a destroyed version can be brought back: a day to 120;
            30 is Google's default. Can't change.
        import_only: whether it holds imported versions alone; it is made without any. Can't
            change.
        crypto_key_backend: the external key manager or single-tenant HSM instance. Can't change.
        allowed_access_reasons: why Google may use it, such as CUSTOMER_INITIATED_ACCESS.
        labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = KMS
    PLACES: ClassVar[frozenset[str]] = KEY_LOCATIONS

    name: str = identity(kw_only=False)
    key_ring: KeyRingRef = required(Facet.IDENTITY)
    project: str | None = scope()
    location: str | None = scope()
    purpose: Purpose = spec(_FIXED, default="ENCRYPT_DECRYPT")
    algorithm: Algorithm | None = spec(wire="versionTemplate.algorithm")
    protection_level: (
        Literal["SOFTWARE", "HSM", "EXTERNAL", "EXTERNAL_VPC", "HSM_SINGLE_TENANT"] | None
    ) = spec(_FIXED, wire="versionTemplate.protectionLevel")
    rotation_period: Seconds | None = spec(like="duration", encode=encode.seconds)
    # Google moves it on by itself: compared with what was sent last.
    next_rotation_time: str | datetime | None = spec(
        Facet.WRITE_ONLY, encode=lambda value: encode.sensitive(encode.moment(value))
    )
    destroy_scheduled_duration: Seconds | None = spec(
        _FIXED, like="duration", encode=encode.seconds
    )
    import_only: bool | None = spec(_FIXED)
    crypto_key_backend: str | None = spec(_FIXED)
    allowed_access_reasons: Sequence[AccessReason] | None = spec(
        Facet.UNORDERED, wire="keyAccessJustificationsPolicy.allowedAccessReasons"
    )
    labels: Labels | None = spec()

    def located(self, scope: Scope) -> Self:
        """Stand where the ring stands."""
        return beside(self, self.key_ring, "location", scope)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the algorithm and the times.

        https://cloud.google.com/kms/docs/algorithms, https://cloud.google.com/kms/docs/key-rotation
        """
        yield from checks.name("key_ring", self.key_ring, KMS)
        symmetric = self.purpose == "ENCRYPT_DECRYPT"
        fits = _ALGORITHMS[self.purpose]
        if self.algorithm is None and not symmetric:
            yield Finding("algorithm", f"is needed with purpose={self.purpose!r}")
        elif self.algorithm is not None and not self.algorithm.startswith(fits):
            begins = " or ".join(fits)
            told = f"{self.algorithm!r} does not go with purpose={self.purpose!r}"
            yield Finding("algorithm", told, f"It begins with {begins}.")
        if self.rotation_period is not None:
            yield from checks.duration("rotation_period", self.rotation_period, _DAY, _CENTURY)
            if not symmetric:
                yield Finding("rotation_period", "needs purpose='ENCRYPT_DECRYPT'")
        elif self.next_rotation_time is not None:
            yield Finding("next_rotation_time", "needs rotation_period")
        yield from checks.duration(
            "destroy_scheduled_duration",
            self.destroy_scheduled_duration,
            _DAY,
            _LONGEST_DESTRUCTION,
        )
        if self.import_only and self.rotation_period is not None:
            yield Finding("import_only", "excludes rotation: nothing could be generated")
        if self.crypto_key_backend and self.protection_level not in (
            "EXTERNAL_VPC",
            "HSM_SINGLE_TENANT",
        ):
            needed = "needs protection_level='EXTERNAL_VPC' or 'HSM_SINGLE_TENANT'"
            yield Finding("crypto_key_backend", needed)


@resource(kinds.KMS_KEY_RING_IAM_MEMBER)
class KmsKeyRingIamMember(IamMember):
    """A grant on a key ring and all its keys.

    https://cloud.google.com/kms/docs/iam

    Attributes:
        key_ring: the ring: its declaration or its name.
        role: the role, such as ``roles/cloudkms.cryptoKeyEncrypterDecrypter``.
        member: the principal; not everybody.
        project: its project; the stack's if not given.
        location: its place; that of the declared ring, or the stack's region, if not given.
    """

    PUBLIC: ClassVar[bool] = False
    ON: ClassVar[tuple[str, NameRule] | None] = ("key_ring", KMS)
    PLACES: ClassVar[frozenset[str]] = KEY_LOCATIONS

    key_ring: KeyRingRef = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()

    def located(self, scope: Scope) -> Self:
        """Stand where the ring stands."""
        return beside(self, self.key_ring, "location", scope)


@resource(kinds.KMS_CRYPTO_KEY_IAM_MEMBER)
class KmsCryptoKeyIamMember(IamMember):
    """A grant on a key, such as that of a service's agent to encrypt with it.

    https://cloud.google.com/kms/docs/iam. What is encrypted with the key is made after it.

    Attributes:
        key: the key: its declaration or its name.
        role: the role, such as ``roles/cloudkms.cryptoKeyEncrypterDecrypter``.
        member: the principal; not everybody. The agent of a service is a `ServiceAgent`'s output
            ``member``.
        key_ring: its ring; that of the declared key if not given.
        project: its project; the stack's if not given.
        location: its place; that of the declared key, or the stack's region, if not given.
    """

    PUBLIC: ClassVar[bool] = False
    ON: ClassVar[tuple[str, NameRule] | None] = ("key", KMS)
    PLACES: ClassVar[frozenset[str]] = KEY_LOCATIONS

    key: KeyRef = identity(kw_only=False)
    key_ring: KeyRingRef | None = spec(Facet.IDENTITY)
    project: str | None = scope()
    location: str | None = scope()

    def located(self, scope: Scope) -> Self:
        """Stand where the key stands."""
        key = self.key.located(scope) if isinstance(self.key, Resource) else self.key
        ring = getattr(key, "key_ring", None) if self.key_ring is None else self.key_ring
        return beside(dataclasses.replace(self, key_ring=ring), key, "location", scope)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the grant, and that the ring is known."""
        yield from super().findings(scope)
        if self.key_ring is None and not isinstance(self.key, Resource):
            yield Finding("key_ring", "is missing", "Give it, or refer to a declared KmsCryptoKey.")
