"""Components: values that stand for several resources."""

import abc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared, Resource, Scope
from gcpstack.exceptions import Problem


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A service that is closed to direct callers once a load balancer answers for it.

    Attributes:
        service: the service.
        ingress: what its ingress becomes.
        address: the load balancer's address.
        host: the host that is asked for.
        path: the path.
    """

    service: Address
    ingress: str
    address: Address
    host: str
    path: str


class Component(abc.ABC):
    """Something that expands into resources, without asking anybody: no call, no file, no clock.

    Two expansions of one component give equal declarations.
    """

    @abc.abstractmethod
    def expand(self, scope: Scope) -> "Iterable[Item]":
        """List its parts; they may be components again."""

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what only the whole can know; the parts check themselves."""
        return iter(())

    def narrowings(self, scope: Scope) -> Iterator[Narrowing]:
        """Return which services it closes to direct callers, and what has to answer before."""
        return iter(())

    def stackwide(
        self,
        stack: Mapping[Address, Declared],
        scope: Scope,
    ) -> Iterator[Problem]:
        """Check what only the whole stack can know, once every part of it is right by itself."""
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
    for item in components(items, scope):
        yield from item.problems(scope)


def components(items: Iterable[Item], scope: Scope) -> Iterator[Component]:
    """List components, and theirs."""
    for item in items:
        if isinstance(item, Component):
            yield item
            yield from components(item.expand(scope), scope)
