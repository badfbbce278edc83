"""Components: values that stand for several resources."""

import abc
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from gcpstack._core.resource import Resource, Scope
from gcpstack.exceptions import Problem


class Component(abc.ABC):
    """Something that expands into resources, without asking anybody: no call, no file, no clock.

    Two expansions of one component give equal declarations.
    """

    @abc.abstractmethod
    def expand(self, scope: Scope) -> "Iterable[Item]":
        """List its parts; they may be components again."""

    def problems(self, scope: Scope) -> Iterator[Problem]:  # noqa: ARG002 # a hook
        """Check what only the whole can know; the parts check themselves."""
        return iter(())


Item: TypeAlias = Resource | Component


def flatten(items: Iterable[Item], scope: Scope) -> Iterator[Resource]:
    """Expand components, and theirs, down to resources."""
    for item in items:
        if isinstance(item, Resource):
            yield item
        else:
            yield from flatten(item.expand(scope), scope)


def composite_problems(items: Iterable[Item], scope: Scope) -> Iterator[Problem]:
    """Collect what the components themselves complain of, theirs included."""
    for item in items:
        if isinstance(item, Component):
            yield from item.problems(scope)
            yield from composite_problems(item.expand(scope), scope)
