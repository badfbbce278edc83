"""A key of one's own, and who encrypts with it."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gcpstack._core.component import Component
from gcpstack._core.facets import Block
from gcpstack._core.resource import Resource, Scope
from gcpstack.components._parts import Overrides, overridden, override_problems
from gcpstack.exceptions import Problem
from gcpstack.resources._types import Seconds
from gcpstack.resources.access import ServiceAgent
from gcpstack.resources.keys import KmsCryptoKey, KmsCryptoKeyIamMember, KmsKeyRing

ENCRYPTER = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

_PARTS: Mapping[str, type[Resource | Block]] = {"key_ring": KmsKeyRing, "key": KmsCryptoKey}


@dataclass(frozen=True, eq=False)
class EncryptionKey(Component):
    """A KMS key that rotates, and the services that may encrypt with it.

    https://cloud.google.com/kms/docs/cmek. Services encrypt as their service agents, which are
    granted the key; resources that name the key come after that: ``Bucket(..., kms_key_name=key.key)``.

    Attributes:
        name: the key's name, and its ring's.
        users: the services that encrypt with it, by API: ``("storage", "firestore")``.
        location: its location, the same as that of what it encrypts: a region, or ``us`` for ``US`` and ``nam5``;
            the stack's region if not given.
        rotation_period: how often a new version takes over encryption; older ones still decrypt.
        allow_delete: consents that its versions may be destroyed.
        overrides: further fields of the parts, by part: ``{"key": {"protection_level": "HSM"}}``.
        project: the project; the stack's if not given.
    """

    name: str
    users: Sequence[str] = field(kw_only=True)
    location: str | None = field(default=None, kw_only=True)
    rotation_period: Seconds = field(default="90d", kw_only=True)
    allow_delete: bool = field(default=False, kw_only=True)
    overrides: Overrides = field(default_factory=dict, kw_only=True)
    project: str | None = field(default=None, kw_only=True)

    @functools.cached_property
    def key_ring(self) -> KmsKeyRing:
        """The ring: ``{name}``."""
        made = KmsKeyRing(self.name, location=self.location, project=self.project)
        return overridden(made, self.overrides.get("key_ring", {}))

    @functools.cached_property
    def key(self) -> KmsCryptoKey:
        """The key: ``{name}``."""
        made = KmsCryptoKey(
            self.name,
            key_ring=self.key_ring,
            project=self.project,
            rotation_period=self.rotation_period,
            allow_delete=self.allow_delete,
        )
        return overridden(made, self.overrides.get("key", {}))

    @functools.cached_property
    def grants(self) -> tuple[KmsCryptoKeyIamMember, ...]:
        """What each service's agent is granted."""
        return tuple(
            KmsCryptoKeyIamMember(
                self.key,
                role=ENCRYPTER,
                member=ServiceAgent(f"{api}.googleapis.com", project=self.project).output("member"),
                project=self.project,
            )
            for api in self.users
        )

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts, each after what it needs."""
        yield self.key_ring
        yield self.key
        yield from self.grants

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what no part can check by itself."""
        place = f"EncryptionKey/{self.name}"
        yield from override_problems(place, self.overrides, _PARTS)
        for api in self.users:
            if "." in api:
                short = api.removesuffix(".googleapis.com")
                yield Problem(
                    f"{place}: users", f"{api!r} is more than a service.", f"Write {short!r}."
                )
