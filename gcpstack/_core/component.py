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
    """A value that expands into resources. Subclass it to make one of your own.

    An expansion is pure: it makes no call, reads no clock, and gives equal declarations each time.
    """

    @abc.abstractmethod
    def expand(self, scope: Scope) -> "Iterable[Item]":
        """List the parts: resources, and further components.

        Args:
            scope: the project, the default region and the stack.
        """

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what no part can check by itself; each part is checked anyway."""
        return iter(())

    def narrowings(self, scope: Scope) -> Iterator[Narrowing]:
        """List the services that it closes to direct callers, with what has to answer first."""
        return iter(())

    def stackwide(
        self,
        stack: Mapping[Address, Declared],
        scope: Scope,
    ) -> Iterator[Problem]:
        """Check what depends on the rest of the stack, once every declaration is right by itself.

        Args:
            stack: every declaration of the stack, by its address.
            scope: the project, the default region and the stack.
        """
        return iter(())


Item: TypeAlias = Resource | Component


def flatten(items: Iterable[Item], scope: Scope) -> Iterator[Resource]:
    """Expand components, nested ones included, down to resources."""
    for item in items:
        if isinstance(item, Resource):
            yield item
        else:
            yield from flatten(item.expand(scope), scope)


def composite_problems(items: Iterable[Item], scope: Scope) -> Iterator[Problem]:
    """Collect the problems that components find, nested ones included."""
    for item in components(items, scope):
        yield from item.problems(scope)


def components(items: Iterable[Item], scope: Scope) -> Iterator[Component]:
    """List components, nested ones included."""
    for item in items:
        if isinstance(item, Component):
            yield item
            yield from components(item.expand(scope), scope)
