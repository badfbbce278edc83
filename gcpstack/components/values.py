"""A secret and its value, as one thing."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gcpstack._core.component import Component
from gcpstack._core.refs import Composed, Sensitive
from gcpstack._core.resource import Output, Resource, Scope
from gcpstack.resources.secrets import Secret, SecretVersion
from gcpstack.resources.sources import FromEnv, FromFile, Generated

Value: TypeAlias = (
    str | bytes | Output | Composed | Sensitive | FromFile | FromEnv | Generated | None
)


@dataclass(frozen=True, eq=False)
class SecretValue(Component):
    """A secret and its value, as one thing.

    Attributes:
        name: the secret's name.
        value: its value, as `SecretVersion` takes it; None if somebody else adds the versions.
        allow_delete: consents that both may be deleted, because the value can be restored.
        options: further fields of the `Secret`, such as ``rotation_period``.
    """

    name: str
    value: Value
    allow_delete: bool = field(default=False, kw_only=True)
    options: Mapping[str, object] = field(default_factory=dict, kw_only=True)

    @functools.cached_property
    def secret(self) -> Secret:
        """The secret."""
        return Secret(self.name, allow_delete=self.allow_delete, **self.options)  # type: ignore[arg-type] # checked as any declaration is

    @functools.cached_property
    def version(self) -> SecretVersion | None:
        """Its value; None if somebody else adds the versions."""
        if self.value is None:
            return None
        return SecretVersion(self.secret, value=self.value, allow_delete=self.allow_delete)

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts."""
        yield self.secret
        if self.version is not None:
            yield self.version
