"""What the parts of a load balancer demand of each other, known before anything is touched."""

from collections.abc import Iterator, Mapping

from gcpstack._core.json import get
from gcpstack._core.refs import Address, Link, placeholders
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem
from gcpstack.resources._stackwide import Stack
from gcpstack.resources._stackwide import of as _of

_SERVICE = "compute.BackendService"
_MAP = "compute.UrlMap"
_PROXIES = ("compute.TargetHttpProxy", "compute.TargetHttpsProxy")
#: What a classic load balancer does not know:
#: https://cloud.google.com/load-balancing/docs/features#routing_and_traffic_management.
_ADVANCED = frozenset({"headerAction", "routeRules", "weightedBackendServices"})


def balancing(stack: Stack) -> Iterator[Problem]:
    """Find everything that Google would refuse of load balancers."""
    yield from _maps(stack)
    yield from _rules(stack)


def _scheme(item: Declared) -> str:
    return str(item.body.get("loadBalancingScheme") or "EXTERNAL")


def _served(stack: Stack, item: Declared) -> list[Declared]:
    """List the backend services of this stack to which a URL map leads."""
    links = {one.to for one in placeholders(item.body) if isinstance(one, Link)}
    return [stack[to] for to in sorted(links) if to.kind == _SERVICE and to in stack]


def _maps(stack: Stack) -> Iterator[Problem]:
    """The services of a URL map are of one load balancer, which knows what it says.

    https://cloud.google.com/load-balancing/docs/backend-service
    """
    for item in _of(stack, _MAP):
        services = _served(stack, item)
        schemes = {_scheme(one): one.ids["name"] for one in services}
        if len(schemes) > 1 and not any(_moving(one) for one in services):
            told = " and ".join(f"{name} ({scheme})" for scheme, name in sorted(schemes.items()))
            yield Problem(
                str(item.address),
                f"leads to services of several load balancers: {told}.",
                "Give all of them one load_balancing_scheme.",
            )
        found = sorted(_ADVANCED & set(_keys(item.body)))
        if "EXTERNAL" in schemes and found:
            yield Problem(
                str(item.address),
                f"says {found[0]}, which the classic load balancer of {schemes['EXTERNAL']} does "
                "not know.",
                "Declare that service with load_balancing_scheme='EXTERNAL_MANAGED'.",
            )


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _moving(item: Declared) -> bool:
    """Return whether a service is on its way from the classic load balancer to the other."""
    return item.body.get("externalManagedMigrationState") is not None


def _follow(stack: Stack, item: Declared | None, field: str, *kinds: str) -> Declared | None:
    link = get(item.body, (field,)) if item is not None else None
    to: Address | None = link.to if isinstance(link, Link) else None
    return stack.get(to) if to is not None and to.kind in kinds else None


def _rules(stack: Stack) -> Iterator[Problem]:
    """A forwarding rule and the services behind it are of one load balancer.

    https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts
    """
    for item in _of(stack, "compute.GlobalForwardingRule"):
        proxy = _follow(stack, item, "target", *_PROXIES)
        found = _follow(stack, proxy, "urlMap", _MAP)
        for service in _served(stack, found) if found is not None else ():
            if _scheme(service) != _scheme(item) and not _moving(service):
                yield Problem(
                    f"{item.address}: load_balancing_scheme",
                    f"is {_scheme(item)}, that of {service.ids['name']} behind it "
                    f"{_scheme(service)}.",
                    "Give both the same.",
                )
