"""Cloud Routers and their NAT gateways."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_network as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import NetworkRef, RegionalAddressRef, Seconds, SubnetworkRef, Text

_FIXED = Facet.IMMUTABLE
_ANY_ORDER = Facet.UNORDERED
_MOST_PORTS = 65536
_LEAST_DYNAMIC = 32

#: https://cloud.google.com/nat/docs/tune-nat-configuration
_TIMEOUTS = (
    "udp_idle_timeout",
    "icmp_idle_timeout",
    "tcp_established_idle_timeout",
    "tcp_transitory_idle_timeout",
    "tcp_time_wait_timeout",
)


@block
class NatSubnetwork(Part):
    """A subnetwork that a NAT gateway serves.

    Attributes:
        name: the subnetwork.
        source_ip_ranges_to_nat: which of its ranges: ALL_IP_RANGES, PRIMARY_IP_RANGE or
            LIST_OF_SECONDARY_IP_RANGES.
        secondary_ip_range_names: those secondary ranges.
    """

    name: SubnetworkRef = required(like="link")
    source_ip_ranges_to_nat: Sequence[
        Literal["ALL_IP_RANGES", "PRIMARY_IP_RANGE", "LIST_OF_SECONDARY_IP_RANGES"]
    ] = required(_ANY_ORDER)
    secondary_ip_range_names: Sequence[str] | None = spec(_ANY_ORDER)

    def findings(self) -> Iterator[Finding]:
        """Check that the list is there when it is asked for.

        https://cloud.google.com/compute/docs/reference/rest/v1/routers
        """
        listed = "LIST_OF_SECONDARY_IP_RANGES" in self.source_ip_ranges_to_nat
        if listed != bool(self.secondary_ip_range_names):
            yield Finding(
                "secondary_ip_range_names", "and 'LIST_OF_SECONDARY_IP_RANGES' go together"
            )


@block
class Nat64Subnetwork(Part):
    """A subnetwork whose IPv6-only machines a NAT gateway serves.

    Attributes:
        name: the subnetwork.
    """

    name: SubnetworkRef = required(like="link")


@block
class NatRule(Part):
    """Connections that a NAT gateway gives other addresses.

    https://cloud.google.com/nat/docs/nat-rules-overview

    Attributes:
        rule_number: its number, unique in the gateway, 0 to 65000.
        match: which connections, such as ``destination.ip == '203.0.113.7'``.
        description: a note.
        active_ips: the addresses they get.
        drain_ips: addresses that only connections keep which have them.
        active_ranges: the subnetworks they get addresses of, with a private gateway.
        drain_ranges: subnetworks whose addresses only connections keep which have them.
    """

    rule_number: int = required()
    match: Text = required()
    description: Text | None = spec()
    active_ips: Sequence[RegionalAddressRef] | None = spec(
        _ANY_ORDER, wire="action.sourceNatActiveIps", like="link"
    )
    drain_ips: Sequence[RegionalAddressRef] | None = spec(
        _ANY_ORDER, wire="action.sourceNatDrainIps", like="link"
    )
    active_ranges: Sequence[SubnetworkRef] | None = spec(
        _ANY_ORDER, wire="action.sourceNatActiveRanges", like="link"
    )
    drain_ranges: Sequence[SubnetworkRef] | None = spec(
        _ANY_ORDER, wire="action.sourceNatDrainRanges", like="link"
    )

    def findings(self) -> Iterator[Finding]:
        """Check the number."""
        yield from checks.within("rule_number", self.rule_number, 0, 65000)


@block
class RouterNat(Part):
    """A NAT gateway: machines without external addresses reach the internet through it.

    https://cloud.google.com/nat/docs/overview

    Attributes:
        name: its name, unique in the router.
        nat_ip_allocate_option: AUTO_ONLY (Google reserves addresses) or MANUAL_ONLY (`nat_ips`);
            for all but private gateways.
        nat_ips: its reserved addresses.
        drain_nat_ips: addresses that only connections keep which have them.
        source_subnetwork_ip_ranges_to_nat: whom it serves: ALL_SUBNETWORKS_ALL_IP_RANGES,
            ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES or LIST_OF_SUBNETWORKS.
        subnetworks: those subnetworks.
        source_subnetwork_ip_ranges_to_nat64: which IPv6-only subnetworks it serves.
        nat64_subnetworks: those subnetworks.
        min_ports_per_vm: ports that each machine has; a power of two with dynamic allocation.
        max_ports_per_vm: ports that a machine may get, with dynamic allocation.
        enable_dynamic_port_allocation: whether machines get more ports as they need them.
        enable_endpoint_independent_mapping: whether a machine's port is the same for all peers.
        udp_idle_timeout: when a quiet UDP connection ends; 30 s is Google's default.
        icmp_idle_timeout: the same for ICMP; 30 s.
        tcp_established_idle_timeout: the same for TCP; 1200 s.
        tcp_transitory_idle_timeout: the same for half-open TCP connections; 30 s.
        tcp_time_wait_timeout: how long a closed TCP connection keeps its port; 120 s.
        log: whether it logs.
        log_filter: what it logs: ERRORS_ONLY, TRANSLATIONS_ONLY or ALL.
        endpoint_types: what it serves; machines (ENDPOINT_TYPE_VM) are Google's default.
        rules: connections that get other addresses.
        type: PUBLIC (Google's default), or PRIVATE between networks.
        auto_network_tier: the network tier of addresses that Google reserves.
    """

    name: str = required()
    nat_ip_allocate_option: Literal["AUTO_ONLY", "MANUAL_ONLY"] | None = spec()
    nat_ips: Sequence[RegionalAddressRef] | None = spec(_ANY_ORDER, like="link")
    drain_nat_ips: Sequence[RegionalAddressRef] | None = spec(_ANY_ORDER, like="link")
    source_subnetwork_ip_ranges_to_nat: Literal[
        "ALL_SUBNETWORKS_ALL_IP_RANGES",
        "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
        "LIST_OF_SUBNETWORKS",
    ] = required()
    subnetworks: Sequence[NatSubnetwork] | None = spec(_ANY_ORDER, key="name", like="link")
    source_subnetwork_ip_ranges_to_nat64: (
        Literal["ALL_IPV6_SUBNETWORKS", "LIST_OF_IPV6_SUBNETWORKS"] | None
    ) = spec()
    nat64_subnetworks: Sequence[Nat64Subnetwork] | None = spec(_ANY_ORDER, key="name", like="link")
    min_ports_per_vm: int | None = spec()
    max_ports_per_vm: int | None = spec()
    enable_dynamic_port_allocation: bool | None = spec()
    enable_endpoint_independent_mapping: bool | None = spec()
    udp_idle_timeout: Seconds | None = spec(wire="udpIdleTimeoutSec", encode=encode.whole_seconds)
    icmp_idle_timeout: Seconds | None = spec(wire="icmpIdleTimeoutSec", encode=encode.whole_seconds)
    tcp_established_idle_timeout: Seconds | None = spec(
        wire="tcpEstablishedIdleTimeoutSec", encode=encode.whole_seconds
    )
    tcp_transitory_idle_timeout: Seconds | None = spec(
        wire="tcpTransitoryIdleTimeoutSec", encode=encode.whole_seconds
    )
    tcp_time_wait_timeout: Seconds | None = spec(
        wire="tcpTimeWaitTimeoutSec", encode=encode.whole_seconds
    )
    log: bool | None = spec(wire="logConfig.enable")
    log_filter: Literal["ERRORS_ONLY", "TRANSLATIONS_ONLY", "ALL"] | None = spec(
        wire="logConfig.filter"
    )
    endpoint_types: (
        Sequence[Literal["ENDPOINT_TYPE_VM", "ENDPOINT_TYPE_SWG", "ENDPOINT_TYPE_MANAGED_PROXY_LB"]]
        | None
    ) = spec(_ANY_ORDER)
    rules: Sequence[NatRule] | None = spec(_ANY_ORDER, key="ruleNumber")
    type: Literal["PUBLIC", "PRIVATE"] | None = spec()
    auto_network_tier: Literal["PREMIUM", "STANDARD"] | None = spec(like="unread")

    def findings(self) -> Iterator[Finding]:
        """Check the addresses, the subnetworks and the times."""
        yield from checks.name("name", self.name, RFC1035)
        yield from self._address_findings()
        yield from self._port_findings()
        pairs = (
            ("source_subnetwork_ip_ranges_to_nat", "LIST_OF_SUBNETWORKS", "subnetworks"),
            (
                "source_subnetwork_ip_ranges_to_nat64",
                "LIST_OF_IPV6_SUBNETWORKS",
                "nat64_subnetworks",
            ),
        )
        for field, word, listed in pairs:
            if (getattr(self, field) == word) != bool(getattr(self, listed)):
                yield Finding(listed, f"and {field}={word!r} go together")
        for field in _TIMEOUTS:
            value = getattr(self, field)
            if value is not None:
                yield from checks.duration(field, value, 1, 2**31 - 1)
        yield from checks.distinct("rules", [rule.rule_number for rule in self.rules or ()])
        if self.log_filter is not None and self.log is None:
            yield Finding("log_filter", "needs log")

    def _address_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/nat/docs/ports-and-addresses#addresses."""
        manual = self.nat_ip_allocate_option == "MANUAL_ONLY"
        if self.type == "PRIVATE":
            if self.nat_ip_allocate_option is not None:
                yield Finding("nat_ip_allocate_option", "is not for private gateways")
        elif self.nat_ip_allocate_option is None:
            yield Finding("nat_ip_allocate_option", "is missing", "AUTO_ONLY lets Google choose.")
        if manual and not self.nat_ips:
            yield Finding("nat_ips", "is needed with nat_ip_allocate_option='MANUAL_ONLY'")
        if not manual and (self.nat_ips or self.drain_nat_ips):
            yield Finding("nat_ips", "needs nat_ip_allocate_option='MANUAL_ONLY'")

    def _port_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/nat/docs/ports-and-addresses#ports."""
        low, high = self.min_ports_per_vm, self.max_ports_per_vm
        yield from checks.within("min_ports_per_vm", low, 2, _MOST_PORTS, "ports")
        if not self.enable_dynamic_port_allocation:
            if high is not None:
                yield Finding("max_ports_per_vm", "needs enable_dynamic_port_allocation=True")
            return
        for field, value in (("min_ports_per_vm", low), ("max_ports_per_vm", high)):
            if value is not None and (value < _LEAST_DYNAMIC or value & (value - 1)):
                yield Finding(field, f"{value} is not a power of two, {_LEAST_DYNAMIC} at least")
        if low is not None and high is not None and low >= high:
            yield Finding("max_ports_per_vm", f"{high} is not more than min_ports_per_vm={low}")
        if self.enable_endpoint_independent_mapping:
            yield Finding(
                "enable_endpoint_independent_mapping",
                "excludes enable_dynamic_port_allocation",
                "Keep one of them.",
            )


@block
class AdvertisedRange(Part):
    """A range that a router tells its peers of.

    Attributes:
        range: the range.
        description: a note.
    """

    range: Text = required()
    description: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the range.

        https://cloud.google.com/compute/docs/reference/rest/v1/routers
        """
        yield from checks.cidr("range", self.range)


@block
class RouterBgp(Part):
    """How a router speaks BGP.

    Attributes:
        asn: its private autonomous system number.
        advertise_mode: DEFAULT (all subnetworks) or CUSTOM.
        advertised_groups: ALL_SUBNETS or nothing, with CUSTOM.
        advertised_ip_ranges: further ranges, with CUSTOM.
        keepalive_interval: seconds between keepalives, 20 to 60.
        identifier_range: where its BGP identifiers are taken from.
    """

    asn: int = required()
    advertise_mode: Literal["DEFAULT", "CUSTOM"] | None = spec()
    advertised_groups: Sequence[Literal["ALL_SUBNETS"]] | None = spec()
    advertised_ip_ranges: Sequence[AdvertisedRange] | None = spec(_ANY_ORDER, key="range")
    keepalive_interval: Seconds | None = spec(encode=encode.whole_seconds)
    identifier_range: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the number (RFC 6996) and what belongs to CUSTOM.

        https://cloud.google.com/network-connectivity/docs/router/concepts/overview
        """
        private = (16550, 16550), (64512, 65534), (4200000000, 4294967294)
        if not any(low <= self.asn <= high for low, high in private):
            yield Finding(
                "asn", f"{self.asn} is not a private number: 64512-65534 or 4200000000-4294967294"
            )
        if self.keepalive_interval is not None:
            yield from checks.duration("keepalive_interval", self.keepalive_interval, 20, 60)
        if self.advertise_mode != "CUSTOM":
            for field in ("advertised_groups", "advertised_ip_ranges"):
                if getattr(self, field):
                    yield Finding(field, "needs advertise_mode='CUSTOM'")


@resource(kinds.ROUTER)
class Router(Declaration):
    """A Cloud Router, with its NAT gateways.

    https://cloud.google.com/compute/docs/reference/rest/v1/routers. Where `nats` is given, it is
    all of the router's gateways.

    Outputs: ``self_link``, ``id``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        region: its region; the stack's if not given.
        network: its network. Can't change.
        description: a note.
        nats: its NAT gateways.
        bgp: how it speaks BGP.
        encrypted_interconnect_router: whether it is for encrypted VLAN attachments. Can't change.
        ncc_gateway: the NCC gateway it belongs to, instead of a network. Can't change.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    region: str | None = scope()
    network: NetworkRef | None = spec(_FIXED, like="link")
    description: Text | None = spec()
    nats: Sequence[RouterNat] | None = spec(_ANY_ORDER, key="name")
    bgp: RouterBgp | None = spec()
    encrypted_interconnect_router: bool | None = spec(_FIXED)
    ncc_gateway: Text | None = spec(_FIXED, like="link")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check where it stands, and that gateways have names of their own."""
        yield from checks.exactly_one(self, "network", "ncc_gateway")
        yield from checks.distinct("nats", [nat.name for nat in self.nats or ()])
