"""VPC networks and their subnetworks."""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_network as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import NetworkRef, Text

_FIXED = Facet.IMMUTABLE
_SMALLEST = 29
_MOST_SECONDARY = 170
_OF_LOGS = ("aggregation_interval", "flow_sampling", "metadata", "metadata_fields", "filter_expr")

# https://cloud.google.com/vpc/docs/subnets#prohibited-ranges
_PROHIBITED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "199.36.153.4/30",
        "199.36.153.8/30",
        "224.0.0.0/4",
        "255.255.255.255/32",
    )
)


@resource(kinds.NETWORK)
class Network(Declaration):
    """A VPC network.

    https://cloud.google.com/compute/docs/reference/rest/v1/networks

    Outputs: ``self_link``, ``id``, ``gateway_ipv4``, ``internal_ipv6_range``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        description: a note. Can't change.
        auto_create_subnetworks: whether Google makes a subnetwork in each region. It doesn't here,
            if not given: a stack declares its own. A network that had it done keeps those it has,
            and can't have it done again.
        routing_mode: whether Cloud Routers learn routes for their region (REGIONAL, Google's
            default) or for all (GLOBAL).
        bgp_best_path_selection_mode: LEGACY (Google's default) or STANDARD.
        bgp_always_compare_med: whether MED is compared across neighbours, with STANDARD.
        bgp_inter_region_cost: how distance counts, with STANDARD.
        mtu: the largest packet, 1300 to 8896 bytes; 1460 is Google's default.
        enable_ula_internal_ipv6: whether it has a range of internal IPv6 addresses. Can't be
            turned off again.
        internal_ipv6_range: a certain /48 of them, within ``fd20::/20``. Can't change.
        firewall_policy_enforcement_order: whether network policies come before or after firewall
            rules; AFTER_CLASSIC_FIREWALL is Google's default.
        network_profile: what the network is for, such as RDMA. Can't change.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    description: Text | None = spec(_FIXED)
    auto_create_subnetworks: bool = spec(default=False)
    routing_mode: Literal["REGIONAL", "GLOBAL"] | None = spec(wire="routingConfig.routingMode")
    bgp_best_path_selection_mode: Literal["LEGACY", "STANDARD"] | None = spec(
        wire="routingConfig.bgpBestPathSelectionMode"
    )
    bgp_always_compare_med: bool | None = spec(wire="routingConfig.bgpAlwaysCompareMed")
    bgp_inter_region_cost: Literal["DEFAULT", "ADD_COST_TO_MED"] | None = spec(
        wire="routingConfig.bgpInterRegionCost"
    )
    mtu: int | None = spec()
    enable_ula_internal_ipv6: bool | None = spec()
    internal_ipv6_range: Text | None = spec(_FIXED, like="cidr")
    firewall_policy_enforcement_order: (
        Literal["BEFORE_CLASSIC_FIREWALL", "AFTER_CLASSIC_FIREWALL"] | None
    ) = spec(wire="networkFirewallPolicyEnforcementOrder")
    network_profile: Text | None = spec(_FIXED, like="link")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the MTU (https://cloud.google.com/vpc/docs/mtu) and what goes with what.

        https://cloud.google.com/network-connectivity/docs/router/concepts/best-path-selection
        """
        yield from checks.within("mtu", self.mtu, 1300, 8896, "bytes")
        if self.internal_ipv6_range is not None:
            yield from checks.cidr("internal_ipv6_range", self.internal_ipv6_range)
            if not self.enable_ula_internal_ipv6:
                yield Finding("internal_ipv6_range", "needs enable_ula_internal_ipv6=True")
        if self.bgp_best_path_selection_mode != "STANDARD":
            for field in ("bgp_always_compare_med", "bgp_inter_region_cost"):
                if getattr(self, field) is not None:
                    yield Finding(field, "needs bgp_best_path_selection_mode='STANDARD'")


def _block(text: object) -> ipaddress.IPv4Network | None:
    """Read a range; None where it is none, or not known yet."""
    try:
        return ipaddress.IPv4Network(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _range_findings(field: str, text: object) -> Iterator[Finding]:
    """Check a range of a subnetwork: https://cloud.google.com/vpc/docs/subnets#ipv4-ranges."""
    yield from checks.cidr(field, text)
    found = _block(text)
    if found is None:
        return
    if found.prefixlen > _SMALLEST:
        yield Finding(field, f"{text!r} is smaller than a /{_SMALLEST}")
    for barred in _PROHIBITED:
        if found.overlaps(barred):
            yield Finding(field, f"{text!r} holds addresses of {barred}, which no subnetwork may")


@block
class SecondaryRange(Part):
    """A further range of a subnetwork, for aliases of machines.

    Attributes:
        range_name: its name, unique in the subnetwork.
        ip_cidr_range: the range.
        reserved_internal_range: or the internal range that it is taken from.
    """

    range_name: str = required()
    ip_cidr_range: Text | None = spec()
    reserved_internal_range: Text | None = spec(like="link")

    def findings(self) -> Iterator[Finding]:
        """Check the name and the range.

        https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks
        """
        yield from checks.name("range_name", self.range_name, RFC1035)
        yield from _range_findings("ip_cidr_range", self.ip_cidr_range)
        if self.ip_cidr_range is None and self.reserved_internal_range is None:
            yield Finding("", "one of ip_cidr_range, reserved_internal_range is needed")


@block
class SubnetworkLogConfig(Part):
    """VPC flow logs of a subnetwork: https://cloud.google.com/vpc/docs/flow-logs.

    Attributes:
        enable: whether flows are logged.
        aggregation_interval: over which time; INTERVAL_5_SEC is Google's default.
        flow_sampling: which part of the flows, 0 to 1; 0.5 is Google's default.
        metadata: what is told beside; EXCLUDE_ALL_METADATA is Google's default.
        metadata_fields: which, with CUSTOM_METADATA.
        filter_expr: which flows, as a CEL expression.
    """

    enable: bool = required()
    aggregation_interval: (
        Literal[
            "INTERVAL_5_SEC",
            "INTERVAL_30_SEC",
            "INTERVAL_1_MIN",
            "INTERVAL_5_MIN",
            "INTERVAL_10_MIN",
            "INTERVAL_15_MIN",
        ]
        | None
    ) = spec()
    flow_sampling: float | None = spec()
    metadata: Literal["EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA", "CUSTOM_METADATA"] | None = (
        spec()
    )
    metadata_fields: Sequence[str] | None = spec(Facet.UNORDERED)
    filter_expr: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the sampling and the metadata, and that there are logs that they are about.

        https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks
        """
        if not self.enable:
            for field in _OF_LOGS:
                if getattr(self, field) is not None:
                    yield Finding(field, "needs enable=True")
        yield from checks.within("flow_sampling", self.flow_sampling, 0, 1)
        if self.metadata_fields and self.metadata != "CUSTOM_METADATA":
            yield Finding("metadata_fields", "needs metadata='CUSTOM_METADATA'")


@resource(kinds.SUBNETWORK)
class Subnetwork(Declaration):
    """A range of addresses of a network, in a region.

    https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks. Its range can grow in place;
    it can't shrink.

    Outputs: ``self_link``, ``id``, ``gateway_address``, ``ip_cidr_range``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        region: its region; the stack's if not given.
        network: its network. Can't change.
        ip_cidr_range: its range, a /29 at least, apart from all others of the network.
        reserved_internal_range: or the internal range that it is taken from. Can't change.
        description: a note. Can't change.
        secondary_ip_ranges: further ranges.
        private_ip_google_access: whether machines without external addresses reach Google's APIs.
        private_ipv6_google_access: the same by IPv6.
        purpose: what it is for; PRIVATE, for machines, is Google's default. Can't change, but from
            INTERNAL_HTTPS_LOAD_BALANCER to REGIONAL_MANAGED_PROXY and from PEER_MIGRATION to PRIVATE.
        role: whether a proxy-only subnetwork is ACTIVE or BACKUP. The one that is ACTIVE becomes
            BACKUP as soon as another one is made ACTIVE.
        log_config: flow logs.
        stack_type: IPV4_ONLY (Google's default), IPV4_IPV6 or IPV6_ONLY.
        ipv6_access_type: whether its IPv6 addresses are INTERNAL or EXTERNAL. Can't change.
        internal_ipv6_prefix: a certain internal IPv6 range. Can't change.
        external_ipv6_prefix: a certain external IPv6 range. Can't change.
        ip_collection: the public delegated prefix that its external IPv6 range is taken from.
        allow_subnet_cidr_routes_overlap: whether routes may lead into its range.
        resolve_subnet_mask: which ARP requests are answered. Can't change.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    region: str | None = scope()
    network: NetworkRef = required(_FIXED, like="link")
    ip_cidr_range: Text | None = spec()
    reserved_internal_range: Text | None = spec(_FIXED, like="link")
    description: Text | None = spec(_FIXED)
    secondary_ip_ranges: Sequence[SecondaryRange] | None = spec(Facet.UNORDERED, key="rangeName")
    private_ip_google_access: bool | None = spec()
    private_ipv6_google_access: (
        Literal[
            "DISABLE_GOOGLE_ACCESS",
            "ENABLE_BIDIRECTIONAL_ACCESS_TO_GOOGLE",
            "ENABLE_OUTBOUND_VM_ACCESS_TO_GOOGLE",
        ]
        | None
    ) = spec()
    purpose: (
        Literal[
            "PRIVATE",
            "REGIONAL_MANAGED_PROXY",
            "GLOBAL_MANAGED_PROXY",
            "PRIVATE_SERVICE_CONNECT",
            "PRIVATE_NAT",
            "PEER_MIGRATION",
            "INTERNAL_HTTPS_LOAD_BALANCER",
            "PRIVATE_RFC_1918",
        ]
        | None
    ) = spec(otherwise="PRIVATE")
    role: Literal["ACTIVE", "BACKUP"] | None = spec()
    log_config: SubnetworkLogConfig | None = spec(carries=False)
    stack_type: Literal["IPV4_ONLY", "IPV4_IPV6", "IPV6_ONLY"] | None = spec()
    ipv6_access_type: Literal["EXTERNAL", "INTERNAL"] | None = spec()
    internal_ipv6_prefix: Text | None = spec(_FIXED, like="cidr")
    external_ipv6_prefix: Text | None = spec(_FIXED, like="cidr")
    ip_collection: Text | None = spec(like="link")
    allow_subnet_cidr_routes_overlap: bool | None = spec()
    resolve_subnet_mask: (
        Literal[
            "ARP_ALL_RANGES",
            "ARP_PRIMARY_RANGE",
            "ARP_BROADCAST_PRIMARY_RANGE",
            "ARP_BROADCAST_PRIMARY_RANGE_WITH_LEARNING",
        ]
        | None
    ) = spec(_FIXED)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the ranges, and what belongs to some purposes and stacks only.

        https://cloud.google.com/vpc/docs/subnets,
        https://cloud.google.com/load-balancing/docs/proxy-only-subnets
        """
        yield from _range_findings("ip_cidr_range", self.ip_cidr_range)
        if self.stack_type != "IPV6_ONLY":
            given = self.ip_cidr_range, self.reserved_internal_range
            if given == (None, None):
                yield Finding("ip_cidr_range", "is missing", "Write it as 10.0.0.0/24.")
        elif self.ip_cidr_range is not None:
            yield Finding("ip_cidr_range", "does not go with stack_type='IPV6_ONLY'")
        yield from self._overlap_findings()
        if self.role is not None and self.purpose not in {
            "REGIONAL_MANAGED_PROXY",
            "GLOBAL_MANAGED_PROXY",
            "INTERNAL_HTTPS_LOAD_BALANCER",
        }:
            yield Finding(
                "role", "is for proxy-only subnetworks", "Name their purpose, or leave it."
            )
        dual = self.stack_type in {"IPV4_IPV6", "IPV6_ONLY"}
        if dual and self.ipv6_access_type is None:
            yield Finding("ipv6_access_type", f"is needed with stack_type={self.stack_type!r}")
        if not dual and self.ipv6_access_type is not None:
            yield Finding("ipv6_access_type", "needs stack_type='IPV4_IPV6' or 'IPV6_ONLY'")

    def _overlap_findings(self) -> Iterator[Finding]:
        """No address stands in two ranges of a network."""
        ranges = self.secondary_ip_ranges or ()
        yield from checks.longest("secondary_ip_ranges", ranges, _MOST_SECONDARY, "ranges")
        yield from checks.distinct("secondary_ip_ranges", [item.range_name for item in ranges])
        seen = [("ip_cidr_range", _block(self.ip_cidr_range))]
        for index, item in enumerate(ranges):
            place, mine = f"secondary_ip_ranges[{index}].ip_cidr_range", _block(item.ip_cidr_range)
            for other, taken in seen:
                if mine is not None and taken is not None and mine.overlaps(taken):
                    yield Finding(place, f"{mine} overlaps {other}, {taken}")
            seen.append((place, mine))
