"""Services that only a load balancer may call, once it is known to answer for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gcpstack._core.component import Component, Narrowing
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared, Scope
from gcpstack.components.backends import CloudRunBackend
from gcpstack.components.load_balancer import LoadBalancer
from gcpstack.exceptions import Problem
from gcpstack.resources.run.services import CloudRunService

_INGRESS = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"


@dataclass(frozen=True, eq=False)
class VerifiedIngress(Component):
    """Closes services to everybody but a load balancer, once it answers for them.

    A service that is closed too early is unreachable. Until the load balancer answers at its own
    address, with a certificate of its domain, the services of its backends stay as open as they
    are, and the plan says why; from then on an apply narrows their ingress to
    ``internal-and-cloud-load-balancing``, and verifies that they refuse direct calls.

    https://cloud.google.com/run/docs/securing/ingress

    Attributes:
        through: the load balancer.
        path: what is requested of its default backend; of others, the start of their first route.
    """

    through: LoadBalancer
    path: str = field(default="/", kw_only=True)

    def expand(self, scope: Scope) -> Iterator[Component]:
        """List the load balancer: it is part of the stack."""
        yield self.through

    @property
    def host(self) -> str:
        """The host that is asked for; empty where the load balancer has none."""
        names = (*self.through.hosts, *self.through.certificate_domains)
        return next((name for name in names if not name.startswith("*")), "")

    def narrowings(self, scope: Scope) -> Iterator[Narrowing]:
        """Yield which services are closed, and what has to answer before."""
        address = self.through.address.address_in(scope)
        for backend, path in self._backends():
            for _, service in backend.places():
                if isinstance(service, CloudRunService):
                    yield Narrowing(
                        service=service.address_in(scope),
                        ingress=_INGRESS,
                        address=address,
                        host=self.host,
                        path=path,
                    )

    def _backends(self) -> Iterator[tuple[CloudRunBackend, str]]:
        if isinstance(self.through.default, CloudRunBackend):
            yield self.through.default, self.path
        seen = {id(self.through.default)}
        for route, target in self.through.routes.items():
            if isinstance(target, CloudRunBackend) and id(target) not in seen:
                seen.add(id(target))
                yield target, route.rstrip("*")

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check that there is something to ask for, and something to close."""
        place = f"VerifiedIngress/{self.through.name}"
        if self.through.https_proxy is None or not self.host:
            yield Problem(
                place,
                "the load balancer has no domain to be asked for over HTTPS.",
                "Give it hosts=[...].",
            )
        if not self.path.startswith("/"):
            yield Problem(f"{place}: path", f"{self.path!r} is not a path.", "Begin it with '/'.")
        if not any(self.narrowings(scope)):
            yield Problem(
                place,
                "none of the services behind the load balancer is declared.",
                "Hand CloudRunBackend the CloudRunService itself, not its name.",
            )

    def stackwide(self, stack: Mapping[Address, Declared], scope: Scope) -> Iterator[Problem]:
        """Check that nothing else says what the ingress is."""
        for one in self.narrowings(scope):
            found = stack.get(one.service)
            if found is not None and "ingress" in found.body:
                yield Problem(
                    f"{one.service}: ingress",
                    "is declared, and VerifiedIngress sets it too.",
                    "Leave it out.",
                )
