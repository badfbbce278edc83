"""Networks and what stands at their edge: load balancers, Cloud Armor, connectors."""

from collections.abc import Iterator
from decimal import Decimal

from gcpstack._costs.model import HOURS, Metered, Subject
from gcpstack._costs.usage import Usage
from gcpstack._costs.world import KIB_A_GIB, World, at, number, rows

#: https://cloud.google.com/vpc/docs/serverless-vpc-access: the default of its instances.
_MACHINE, _LEAST = "e2-micro", 2


def forwarding_rule(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a rule by the hours that it stands."""
    yield Metered("lb.rule", HOURS)


def backend_service(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count what a load balancer hands on, both ways."""
    yield Metered("lb.data", usage.requests * usage.request_kib / KIB_A_GIB)
    yield Metered("lb.data", usage.requests * usage.response_kib / KIB_A_GIB)


def security_policy(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a policy of Cloud Armor, its rules and the requests that it looks at."""
    if at(subject, "type", "CLOUD_ARMOR") not in ("CLOUD_ARMOR", "CLOUD_ARMOR_EDGE"):
        return
    # The default rule is a rule as every other, and is billed as one.
    count = max(len(rows(at(subject, "rules"))), 1)
    yield Metered("armor.policy", Decimal(1))
    yield Metered("armor.rule", Decimal(count))
    yield Metered("armor.requests", usage.requests)


def connector(subject: Subject, usage: Usage, world: World) -> Iterator[Metered]:  # noqa: ARG001 # a formula's form
    """Count a connector's least instances, as the machines that they are."""
    machine = at(subject, "machineType", _MACHINE)
    least = number(at(subject, "minInstances"), _LEAST)
    yield Metered(f"machine.{machine}", least * HOURS, subject.ids["location"])


FORMULAS = {
    "compute.GlobalForwardingRule": forwarding_rule,
    "compute.BackendService": backend_service,
    "compute.SecurityPolicy": security_policy,
    "vpcaccess.Connector": connector,
}
