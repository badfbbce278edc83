"""What those who let others pass demand of the rest of a stack.

`gcpstack.resources._stack_rules` asks these rules with all others.
"""

import dataclasses
from collections.abc import Iterator, Mapping

from gcpstack._core.json import get
from gcpstack._core.refs import Address, Link
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem
from gcpstack.resources._granted import PROJECT_GRANT, agent_may, listed, may
from gcpstack.resources._stackwide import Stack, of

_INVOKERS = frozenset({"roles/run.invoker", "roles/run.admin", "roles/owner"})
_RUN_GRANT = "run.ServiceIamMember"


def guard(stack: Stack) -> Iterator[Problem]:
    """Find everything that Google would refuse, or that would let nobody pass."""
    yield from _proxies_that_may_not_call(stack)
    yield from _locked_out(stack)
    yield from _unreached_endpoints(stack)


def guards_first(stack: dict[Address, Declared]) -> None:
    """Put what asks a policy after the policy: else what is deployed is judged by the one before.

    https://cloud.google.com/binary-authorization/docs/run/enabling-binauthz-cloud-run
    """
    policies = {item.address for item in of(stack, "binaryauthorization.Policy")}
    for item in [*of(stack, "run.Service"), *of(stack, "run.Job"), *of(stack, "run.WorkerPool")]:
        if get(item.body, ("binaryAuthorization", "useDefault")) is True:
            stack[item.address] = dataclasses.replace(item, depends_on=item.depends_on | policies)


# --- Identity-Aware Proxy ------------------------------------------------------------------------


def _guarded(stack: Stack) -> Iterator[tuple[Declared, Declared]]:
    """List the backend services with a proxy, each with a Cloud Run service behind it."""
    for backend in of(stack, "compute.BackendService"):
        if get(backend.body, ("iap", "enabled")) is not True:
            continue
        for item in listed(backend.body, "backends"):
            to = item.get("group")
            group = stack.get(to.to) if isinstance(to, Link) else None
            link = get(group.body, ("cloudRun", "service")) if group is not None else None
            service = stack.get(link.to) if isinstance(link, Link) else None
            if service is not None:
                yield backend, service


def _proxies_that_may_not_call(stack: Stack) -> Iterator[Problem]:
    """The proxy calls a Cloud Run service as its own service agent, in one place only.

    https://cloud.google.com/iap/docs/enabling-cloud-run,
    https://cloud.google.com/run/docs/securing/identity-aware-proxy-cloud-run
    """
    behind = dict.fromkeys(service.address for _, service in _guarded(stack))
    for backend, service in _guarded(stack):
        if service.body.get("iapEnabled") is True:
            yield Problem(
                str(service.address),
                f"has Identity-Aware Proxy twice: here and on {backend.ids['name']}.",
                "Leave it out in one of the two places.",
            )
    for service in of(stack, "run.Service"):
        guarded = service.address in behind or service.body.get("iapEnabled") is True
        if not guarded or service.body.get("invokerIamDisabled") is True:
            continue
        name = service.ids["name"]
        if not (
            agent_may(stack, "iap", _RUN_GRANT, _INVOKERS, service=name)
            or agent_may(stack, "iap", PROJECT_GRANT, _INVOKERS)
            or may(stack, "allUsers", _RUN_GRANT, _INVOKERS, service=name)
        ):
            yield Problem(
                str(service.address),
                "is behind Identity-Aware Proxy, whose service agent may not call it.",
                "Declare CloudRunServiceIamMember(service, role='roles/run.invoker', "
                "member=ServiceAgent('iap.googleapis.com').output('member')).",
            )


# --- perimeters ----------------------------------------------------------------------------------

#: What every run calls: the project, its APIs, and the bucket of the inventory.
_OURS = frozenset(
    {
        "cloudresourcemanager.googleapis.com",
        "serviceusage.googleapis.com",
        "storage.googleapis.com",
    }
)


def _locked_out(stack: Stack) -> Iterator[Problem]:
    """Nobody calls a restricted API from outside of a perimeter without a way in.

    https://cloud.google.com/vpc-service-controls/docs/ingress-egress-rules
    """
    called = _OURS | {item.kind.api for item in stack.values()}
    for perimeter in of(stack, "accesscontextmanager.ServicePerimeter"):
        status = perimeter.body.get("status")
        if not isinstance(status, dict) or status.get("accessLevels") or _ways_in(status):
            continue
        inside = [
            stack[one.to].ids["name"]
            for one in _items(status.get("resources"))
            if isinstance(one, Link) and one.to in stack
        ]
        owned = {item.ids["project"] for item in stack.values() if "project" in item.ids}
        locked = sorted(called.intersection(map(str, _items(status.get("restrictedServices")))))
        held = sorted(owned.intersection(inside))
        if held and locked:
            yield Problem(
                f"{perimeter.address}: status",
                f"locks out whoever runs gcpstack: {held[0]} is inside, and {', '.join(locked)} "
                "can't be called from outside.",
                "Add an access level or an ingress rule for who runs it; or try it as dry_run.",
            )


def _ways_in(status: Mapping[str, object]) -> bool:
    return bool(listed(status, "ingressPolicies"))


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


# --- Cloud IDS -----------------------------------------------------------------------------------


def _unreached_endpoints(stack: Stack) -> Iterator[Problem]:
    """An endpoint is reached by private services access.

    https://cloud.google.com/intrusion-detection-system/docs/configuring-ids#before_you_begin
    """
    for item in of(stack, "ids.Endpoint"):
        network = item.body.get("network")
        connections = {
            other.address
            for other in of(stack, "servicenetworking.Connection")
            if isinstance(network, Link) and other.ids["network"] == network.to.name
        }
        if isinstance(network, Link) and not connections & item.depends_on:
            yield Problem(
                f"{item.address}: network",
                "needs private services access to the network before it.",
                "Declare a PrivateServiceConnection, and name it in depends_on.",
            )
