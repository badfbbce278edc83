"""Networks and what stands at their edge: load balancers, Cloud Armor, CDN, NAT, connectors, IDS."""

from collections.abc import Iterator
from decimal import Decimal

from gcpstack._core.json import get
from gcpstack._costs.model import HOURS, Metered, Subject
from gcpstack._costs.usage import Usage
from gcpstack._costs.world import KIB_A_GIB, World, at, number, rows

#: https://cloud.google.com/vpc/docs/serverless-vpc-access: the default of its instances.
_MACHINE, _LEAST = "e2-micro", 2
#: https://cloud.google.com/nat/pricing: more machines cost no more.
_MOST_MACHINES = 32


def forwarding_rule(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a rule by the hours that it stands."""
    yield Metered("lb.rule", HOURS)


def backend(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count what a load balancer hands on, both ways, and what goes out, by the CDN or without."""
    sent = usage.requests * usage.response_kib / KIB_A_GIB
    missed = sent
    if at(subject, "enableCDN") or at(subject, "enableCdn"):
        missed = sent * (1 - usage.cached)
        yield Metered("cdn.out", sent)
        yield Metered("cdn.fill", missed)
        yield Metered("cdn.lookups", usage.requests)
    else:
        yield Metered("internet.out", sent)
    yield Metered("lb.data", usage.requests * usage.request_kib / KIB_A_GIB + missed)
    if at(subject, "logConfig.enable"):
        yield Metered("logs.taken_in", usage.log_gib)


def security_policy(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a policy of Cloud Armor, its rules and the requests that it looks at."""
    if at(subject, "type", "CLOUD_ARMOR") not in ("CLOUD_ARMOR", "CLOUD_ARMOR_EDGE"):
        yield Metered("a policy of this type", Decimal(1))
        return
    # The default rule is counted as every other: Google's page makes no exception for it.
    yield Metered("armor.policy", Decimal(1))
    yield Metered("armor.rule", Decimal(max(len(rows(at(subject, "rules"))), 1)))
    yield Metered("armor.requests", usage.requests)


def connector(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a connector's least instances, as the machines that they are."""
    machine = at(subject, "machineType", _MACHINE)
    least = number(at(subject, "minInstances"), _LEAST)
    yield Metered(f"machine.{machine}", least * HOURS, subject.ids["location"])


def router(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count the NAT gateways of a router: their addresses, machines and data."""
    for gateway in rows(at(subject, "nats")):
        addresses = get(gateway, ("natIps",))
        count = len(addresses) if isinstance(addresses, list | tuple) else 0
        # Google takes one address at least where it chooses them.
        yield Metered("nat.address", HOURS * max(count, 1))
        yield Metered("nat.machines", HOURS * min(usage.nat_machines, Decimal(_MOST_MACHINES)))
        yield Metered("nat.data", usage.nat_gib)


def address(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count an external address that is reserved and that nothing uses."""
    inside = at(subject, "addressType") == "INTERNAL" or at(subject, "purpose") is not None
    if inside or at(subject, "ipVersion") == "IPV6":
        return
    users = ("compute.GlobalForwardingRule", "compute.Router")
    number_of_it = str(at(subject, "address", ""))
    if not any(any(world.referring(kind, subject, number_of_it)) for kind in users):
        yield Metered("address.unused", HOURS)


def intrusion(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count an endpoint of Cloud IDS and what it looks at."""
    yield Metered("ids.endpoint", HOURS)
    yield Metered("ids.data", usage.mirrored_gib)


FORMULAS = {
    "compute.GlobalForwardingRule": forwarding_rule,
    "compute.BackendService": backend,
    "compute.BackendBucket": backend,
    "compute.SecurityPolicy": security_policy,
    "vpcaccess.Connector": connector,
    "compute.Router": router,
    "compute.Address": address,
    "compute.GlobalAddress": address,
    "ids.Endpoint": intrusion,
}
