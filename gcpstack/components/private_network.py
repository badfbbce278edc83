"""A VPC network whose machines have no public address, and the one way out of it."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gcpstack._core.component import Component
from gcpstack._core.facets import Block
from gcpstack._core.resource import Resource, Scope
from gcpstack.components._parts import Overrides, overridden, override_problems
from gcpstack.exceptions import Problem
from gcpstack.resources.compute.addresses import RegionalAddress
from gcpstack.resources.compute.firewalls import Firewall, FirewallProtocol
from gcpstack.resources.compute.networks import Network, Subnetwork, SubnetworkLogConfig
from gcpstack.resources.compute.routers import Router, RouterNat
from gcpstack.resources.run.parts import NetworkInterface

#: Where Google's APIs answer machines without public addresses: restricted and private.googleapis.com
#: (https://cloud.google.com/vpc/docs/configure-private-google-access#config-domain).
GOOGLE_RANGES = ("199.36.153.4/30", "199.36.153.8/30")
EVERYWHERE = "0.0.0.0/0"
#: After everything that lets something through; before what Google's own last rules say.
_LAST = 65_000

_PARTS: Mapping[str, type[Resource | Block]] = {
    "network": Network,
    "subnetworks": Subnetwork,
    "addresses": RegionalAddress,
    "routers": Router,
    "nat": RouterNat,
    "allow_internal": Firewall,
    "allow_internal_egress": Firewall,
    "allow_google": Firewall,
    "deny_egress": Firewall,
}


@dataclass(frozen=True)
class Allowed:
    """Connections that a network lets in, or out.

    Attributes:
        name: what it is for; ends the name of the firewall rule.
        ranges: where they come from, or go to.
        ports: the ports, such as ``443`` and ``8000-8999``; all if empty.
        protocol: the protocol.
        tags: the machines that it applies to, by network tag; all if empty.
    """

    name: str
    ranges: Sequence[str]
    ports: Sequence[str] = field(default=("443",), kw_only=True)
    protocol: str = field(default="tcp", kw_only=True)
    tags: Sequence[str] = field(default=(), kw_only=True)


@dataclass(frozen=True, eq=False)
class PrivateNetwork(Component):
    """A VPC network of private subnetworks, with Cloud NAT as its way out.

    https://cloud.google.com/nat/docs/overview. Each region gets a subnetwork whose machines reach
    Google's APIs without a public address, a router, and a NAT gateway with static
    addresses, which others can put on an allowlist. Only the network itself and what *ingress* names may
    connect to it; with *egress*, connections out of it go only to the network, to Google's APIs, and
    to what *egress* names.

    Refer to its parts: ``network.subnetworks["us-central1"]``, ``network.interface("us-central1")``
    for a Cloud Run service.

    Attributes:
        name: the network's name; its parts are named after it.
        subnets: the range of each region's subnetwork, by region: ``{"us-central1": "10.0.0.0/20"}``.
        nat_addresses: how many static addresses each NAT gateway has; with 0 Google chooses them, and
            they may change.
        ingress: who may connect from elsewhere.
        egress: what may be connected to elsewhere; everything if None.
        flow_logs: the share of flows that is logged, 0 to 1.
        overrides: further fields of the parts, by part: ``{"nat": {"min_ports_per_vm": 128}}``.
        project: the project; the stack's if not given.
    """

    name: str
    subnets: Mapping[str, str] = field(kw_only=True)
    nat_addresses: int = field(default=1, kw_only=True)
    ingress: Sequence[Allowed] = field(default=(), kw_only=True)
    egress: Sequence[Allowed] | None = field(default=None, kw_only=True)
    flow_logs: float = field(default=0, kw_only=True)
    overrides: Overrides = field(default_factory=dict, kw_only=True)
    project: str | None = field(default=None, kw_only=True)

    @functools.cached_property
    def network(self) -> Network:
        """The network: ``{name}``."""
        return overridden(Network(self.name, project=self.project), self._said("network"))

    @functools.cached_property
    def subnetworks(self) -> Mapping[str, Subnetwork]:
        """The subnetwork of each region: ``{name}-{region}``."""
        flows = SubnetworkLogConfig(enable=True, flow_sampling=float(self.flow_logs))
        return {
            region: overridden(
                Subnetwork(
                    f"{self.name}-{region}",
                    project=self.project,
                    region=region,
                    network=self.network,
                    ip_cidr_range=cidr,
                    private_ip_google_access=True,
                    log_config=flows if self.flow_logs else None,
                ),
                self._said("subnetworks"),
            )
            for region, cidr in self.subnets.items()
        }

    @functools.cached_property
    def addresses(self) -> Mapping[str, tuple[RegionalAddress, ...]]:
        """What each region's NAT gateway sends from: ``{name}-nat-1`` and so on."""
        return {
            region: tuple(
                overridden(
                    RegionalAddress(
                        f"{self.name}-nat-{number}", project=self.project, region=region
                    ),
                    self._said("addresses"),
                )
                for number in range(1, self.nat_addresses + 1)
            )
            for region in self.subnets
        }

    @functools.cached_property
    def routers(self) -> Mapping[str, Router]:
        """The router of each region, ``{name}-router``, with its NAT gateway ``{name}-nat``."""
        return {
            region: overridden(
                Router(
                    f"{self.name}-router",
                    project=self.project,
                    region=region,
                    network=self.network,
                    nats=[self._nat(region)],
                ),
                self._said("routers"),
            )
            for region in self.subnets
        }

    def _nat(self, region: str) -> RouterNat:
        addresses = self.addresses[region]
        nat = RouterNat(
            name=f"{self.name}-nat",
            nat_ip_allocate_option="MANUAL_ONLY" if addresses else "AUTO_ONLY",
            nat_ips=addresses or None,
            source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
            log=True,
            log_filter="ERRORS_ONLY",
        )
        return overridden(nat, self._said("nat"))

    @functools.cached_property
    def firewalls(self) -> tuple[Firewall, ...]:
        """The firewall rules."""
        own = tuple(self.subnets.values())
        anything = FirewallProtocol(protocol="all")
        rules = [
            self._own("allow_internal", direction="INGRESS", source_ranges=own, allowed=[anything]),
            *(self._allowed("in", item) for item in self.ingress),
        ]
        if self.egress is not None:
            https = FirewallProtocol(protocol="tcp", ports=["443"])
            to = {"direction": "EGRESS"}
            rules += [
                self._own(
                    "allow_internal_egress", **to, destination_ranges=own, allowed=[anything]
                ),
                self._own("allow_google", **to, destination_ranges=GOOGLE_RANGES, allowed=[https]),
                *(self._allowed("out", item) for item in self.egress),
                self._own(
                    "deny_egress",
                    **to,
                    destination_ranges=(EVERYWHERE,),
                    denied=[anything],
                    priority=_LAST,
                    log=True,
                ),
            ]
        return tuple(rules)

    def _own(self, part: str, **fields: object) -> Firewall:
        """Make a rule that every such network has: it is named after its part."""
        rule = self._rule(part.replace("_", "-"), **fields)
        return overridden(rule, self._said(part))

    def _allowed(self, way: str, item: Allowed) -> Firewall:
        """Make a rule of what is let in or out."""
        side = (
            {"direction": "INGRESS", "source_ranges": item.ranges}
            if way == "in"
            else {"direction": "EGRESS", "destination_ranges": item.ranges}
        )
        protocol = FirewallProtocol(protocol=item.protocol, ports=item.ports or None)
        return self._rule(
            f"{way}-{item.name}", allowed=[protocol], target_tags=item.tags or None, **side
        )

    def _rule(self, suffix: str, **fields: object) -> Firewall:
        return Firewall(
            f"{self.name}-{suffix}",
            project=self.project,
            network=self.network,
            **fields,  # type: ignore[arg-type] # checked as any declaration is
        )

    def interface(self, region: str, tags: Sequence[str] = ()) -> NetworkInterface:
        """Make it the direct VPC egress of a Cloud Run service.

        Args:
            region: where the service runs.
            tags: network tags of its instances, for firewall rules.

        Raises:
            KeyError: the network has no subnetwork there.
        """
        return NetworkInterface(
            network=self.network, subnetwork=self.subnetworks[region], tags=tags or None
        )

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts, each after what it needs."""
        yield self.network
        yield from self.subnetworks.values()
        for addresses in self.addresses.values():
            yield from addresses
        yield from self.routers.values()
        yield from self.firewalls

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what no part can check by itself."""
        place = f"PrivateNetwork/{self.name}"
        yield from override_problems(place, self.overrides, _PARTS)
        if not self.subnets:
            yield Problem(f"{place}: subnets", "is empty.", "Give a range for a region.")
        if self.nat_addresses < 0:
            yield Problem(f"{place}: nat_addresses", f"{self.nat_addresses} is less than 0.")
        for way, items in (("ingress", self.ingress), ("egress", self.egress or ())):
            names = [item.name for item in items]
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield Problem(
                    f"{place}: {way}", f"two are named {name!r}.", "Put their ranges together."
                )
            for item in items:
                if not item.ranges:
                    # A rule without ranges would be about everybody.
                    yield Problem(
                        f"{place}: {way}",
                        f"{item.name!r} has no ranges.",
                        f"Write {EVERYWHERE!r} for everywhere.",
                    )

    def _said(self, part: str) -> Mapping[str, object]:
        return self.overrides.get(part, {})
