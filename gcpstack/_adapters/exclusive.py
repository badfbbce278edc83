"""Fields of which only one may be set: the declared one stays, what is live beside it goes.

A changed object is what is live with the declared fields laid over it. Where the declaration moves
from one alternative to another, such as an environment variable from a value to a secret, both
would exist side by side, and Google refuses that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gcpstack._core.json import Body


class Level(Protocol):
    """What is known of the fields of one object."""

    @property
    def groups(self) -> Iterable[Iterable[str]]:
        """The fields of which only one may be set, in groups."""

    def inner(self, name: str) -> "Level | None":
        """What is known of the objects in a field."""


@dataclass(frozen=True, slots=True)
class Named:
    """Groups told by name, at any depth."""

    groups: tuple[frozenset[str], ...]

    def inner(self, name: str) -> "Named":
        """Return the same groups."""
        return self


@dataclass(frozen=True, slots=True)
class Message:
    """The groups of a protobuf message: its oneofs."""

    descriptor: Any

    @property
    def groups(self) -> list[list[str]]:
        """The oneofs, by JSON names; an optional field counts as one of its own."""
        return [[field.json_name for field in one.fields] for one in self.descriptor.oneofs]

    def inner(self, name: str) -> "Message | None":
        """Find the message of a field; None for scalars and maps."""
        for field in self.descriptor.fields:
            if field.json_name == name:
                held = field.message_type
                plain = held is None or held.GetOptions().map_entry
                return None if plain else Message(held)
        return None


def settle(merged: Mapping[str, object], desired: object, level: Level) -> Body:
    """Drop the alternatives that the declaration has left.

    Args:
        merged: the live object with the declared fields laid over it.
        desired: the declared fields alone.
        level: what excludes what.
    """
    wanted = desired if isinstance(desired, Mapping) else {}
    gone: set[str] = set()
    for group in level.groups:
        names = set(group)
        if names & wanted.keys():
            gone |= names - wanted.keys()
    return {
        key: _inner(value, wanted.get(key), level.inner(key))
        for key, value in merged.items()
        if key not in gone
    }


def _inner(value: object, desired: object, level: Level | None) -> object:
    if level is None:
        return value
    if isinstance(value, Mapping):
        return settle(value, desired, level)
    if isinstance(value, list):
        # The items of a changed list stand in the order of the declaration.
        fits = isinstance(desired, Sequence) and len(desired) == len(value)
        partners = desired if fits and isinstance(desired, Sequence) else [None] * len(value)
        return [_inner(item, partner, level) for item, partner in zip(value, partners, strict=True)]
    return value
