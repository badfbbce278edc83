"""Serverless VPC Access connectors, and private connections to Google's services."""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_network as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import AddressRef, NetworkRef, SubnetworkRef, Text

_FIXED = Facet.IMMUTABLE
_PREFIX = 28
_STEP = 100

#: https://cloud.google.com/vpc/docs/configure-serverless-vpc-access
_NAMES = NameRule(
    r"[a-z][-a-z0-9]{0,23}[a-z0-9]",
    "2 to 25 lower-case letters, digits and hyphens, a letter first and no hyphen last",
)


@resource(kinds.VPC_CONNECTOR)
class VpcConnector(Declaration):
    """A way from Cloud Run and the like into a VPC network.

    https://cloud.google.com/vpc/docs/reference/vpcaccess/rest/v1/projects.locations.connectors. It
    can take more instances in place, but not fewer.

    Outputs: ``name``, ``state``, ``connected_projects``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: its region; the stack's if not given.
        network: the network, with `ip_cidr_range`. Can't change.
        ip_cidr_range: a /28 of the network that nothing else uses. Can't change.
        subnet: or a subnetwork of its own, a /28. Can't change.
        subnet_project: the project of the subnetwork, where the network is shared. Can't change.
        machine_type: the machines it runs on: e2-micro (Google's default), e2-standard-4 or
            f1-micro.
        min_instances: its machines at rest, 2 to 9.
        max_instances: its machines under load, 3 to 10.
        min_throughput: or its throughput at rest, 200 to 900 Mbps. Can't change.
        max_throughput: and under load, 300 to 1000 Mbps. Can't change.
    """

    NAMES: ClassVar[NameRule | None] = _NAMES

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()
    network: NetworkRef | None = spec(_FIXED, like="last", link="name")
    ip_cidr_range: Text | None = spec(_FIXED)
    subnet: SubnetworkRef | None = spec(_FIXED, wire="subnet.name", like="last", link="name")
    subnet_project: Text | None = spec(_FIXED, wire="subnet.projectId")
    machine_type: Literal["e2-micro", "e2-standard-4", "f1-micro"] | None = spec()
    min_instances: int | None = spec()
    max_instances: int | None = spec()
    min_throughput: int | None = spec(_FIXED)
    max_throughput: int | None = spec(_FIXED)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the place and the size.

        https://cloud.google.com/vpc/docs/configure-serverless-vpc-access#create-connector
        """
        yield from checks.exactly_one(self, "network", "subnet")
        if (self.network is None) != (self.ip_cidr_range is None):
            yield Finding("ip_cidr_range", "and network go together")
        if self.subnet_project is not None and self.subnet is None:
            yield Finding("subnet_project", "needs subnet")
        found = list(checks.cidr("ip_cidr_range", self.ip_cidr_range))
        yield from found
        text = self.ip_cidr_range
        if isinstance(text, str) and not found and ipaddress.ip_network(text).prefixlen != _PREFIX:
            yield Finding("ip_cidr_range", f"{text!r} is not a /{_PREFIX}")
        yield from self._size_findings()

    def _size_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/vpc/docs/reference/vpcaccess/rest/v1/projects.locations.connectors."""
        yield from checks.exactly_one(self, "max_instances", "max_throughput")
        yield from checks.at_most_one(self, "min_instances", "min_throughput")
        bounds = (
            ("min_instances", 2, 9, "machines"),
            ("max_instances", 3, 10, "machines"),
            ("min_throughput", 200, 900, "Mbps"),
            ("max_throughput", 300, 1000, "Mbps"),
        )
        for field, low, high, unit in bounds:
            value = getattr(self, field)
            yield from checks.within(field, value, low, high, unit)
            if value is not None and unit == "Mbps" and value % _STEP:
                yield Finding(field, f"{value} is not a multiple of {_STEP}")
        for what in ("instances", "throughput"):
            low, high = getattr(self, f"min_{what}"), getattr(self, f"max_{what}")
            if low is not None and high is not None and low >= high:
                yield Finding(f"min_{what}", f"{low} is not less than max_{what}={high}")


@resource(kinds.PRIVATE_SERVICE_CONNECTION)
class PrivateServiceConnection(Declaration):
    """Private services access: a peering through which a network reaches Cloud SQL, Redis and more.

    https://cloud.google.com/vpc/docs/configure-private-services-access. It needs ranges reserved for
    it: each a `GlobalAddress` with ``address_type="INTERNAL"``, ``purpose="VPC_PEERING"``, the
    network and a prefix of 16 to 24 bits. Google refuses to delete it while instances use it, and for
    a while after they are gone.

    Outputs: ``peering``.

    Attributes:
        network: the network.
        service: the service at the other end.
        project: the network's project; the stack's if not given.
        ranges: the reserved ranges.
    """

    network: NetworkRef = identity(kw_only=False)
    service: str = spec(Facet.IDENTITY, default="servicenetworking.googleapis.com")
    project: str | None = scope()
    ranges: Sequence[AddressRef] = required(
        Facet.UNORDERED, wire="reservedPeeringRanges", link="name", like="last"
    )

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that there are ranges, and that they are for this.

        https://cloud.google.com/vpc/docs/configure-private-services-access#allocating-range
        """
        yield from checks.name("network", self.network, checks.RFC1035)
        yield from checks.name("service", self.service, checks.API)
        if not self.ranges:
            yield Finding("ranges", "is empty", "Reserve a GlobalAddress for it.")
        for index, item in enumerate(self.ranges):
            purpose = getattr(item, "purpose", None)
            if hasattr(item, "purpose") and purpose != "VPC_PEERING":
                yield Finding(f"ranges[{index}]", "is not reserved with purpose='VPC_PEERING'")
