"""A whole stack, as the rules see it that look at several of its resources."""

from collections.abc import Iterator, Mapping

from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared

Stack = Mapping[Address, Declared]


def of(stack: Stack, kind: str) -> Iterator[Declared]:
    """List the declarations of a kind."""
    return (item for item in stack.values() if item.kind.name == kind)
