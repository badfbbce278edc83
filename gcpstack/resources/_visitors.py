"""Services that a load balancer or a domain leads to, and that the stack lets nobody call."""

from gcpstack._core.json import Path, get
from gcpstack._core.refs import Address, Link
from gcpstack.resources._granted import PROJECT_GRANT
from gcpstack.resources._stackwide import Stack, of

_SERVICE = "run.Service"
#: What leads visitors to a service, and where it names it.
_LEADING: tuple[tuple[str, Path], ...] = (
    ("compute.RegionNetworkEndpointGroup", ("cloudRun", "service")),
    ("run.DomainMapping", ("spec", "routeName")),
)
_ADVICE = (
    "its visitors would get 403: the stack lets nobody call it. CloudRunServiceIamMember(service, "
    "role='roles/run.invoker', member='allUsers') lets everybody in"
)


def uninvited(stack: Stack) -> dict[Address, str]:
    """Return what people should know of services that nobody may call, though visitors are led there.

    A load balancer passes requests on without a token of its own
    (https://cloud.google.com/run/docs/authenticating/public). It is no mistake: the grant may be
    managed elsewhere, or whoever calls may bring a token.
    """
    led = {
        link.to
        for kind, path in _LEADING
        for item in of(stack, kind)
        if isinstance(link := get(item.body, path), Link) and link.to.kind == _SERVICE
    }
    granted = {
        (grant.ids["location"], grant.ids["service"]) for grant in of(stack, "run.ServiceIamMember")
    }
    everywhere = any(grant.ids["role"] == "roles/run.invoker" for grant in of(stack, PROJECT_GRANT))
    return {
        address: _ADVICE
        for address in led & stack.keys()
        if not everywhere
        and (stack[address].ids["location"], stack[address].ids["name"]) not in granted
        and not get(stack[address].body, ("invokerIamDisabled",))
    }
