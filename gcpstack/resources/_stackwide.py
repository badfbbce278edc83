"""A whole stack, as the rules see it that look at several of its resources."""

import dataclasses
from collections.abc import Iterator, Mapping

from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared

Stack = Mapping[Address, Declared]


def of(stack: Stack, kind: str) -> Iterator[Declared]:
    """List the declarations of a kind."""
    return (item for item in stack.values() if item.kind.name == kind)


def holders_first(stack: dict[Address, Declared]) -> None:
    """Put what stands within another object of the stack after that one, also where it only names it."""
    paths = {item.kind.template.format(item.ids): item.address for item in stack.values()}
    for address, item in list(stack.items()):
        path = item.kind.template.format(item.ids)
        while path := path.rpartition("/")[0]:
            holder = paths.get(path)
            if holder is None:
                continue
            if address not in stack[holder].depends_on:
                needs = item.depends_on | {holder}
                stack[address] = dataclasses.replace(item, depends_on=needs)
            break
