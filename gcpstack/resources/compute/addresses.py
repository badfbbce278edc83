"""Static addresses: global ones, and those of a region."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, identity, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_network, kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import Labels, NetworkRef, SubnetworkRef, Text

_FIXED = Facet.IMMUTABLE


@resource(kinds.GLOBAL_ADDRESS)
class GlobalAddress(Declaration):
    """A static anycast IP address, for global load balancers.

    https://cloud.google.com/compute/docs/reference/rest/v1/globalAddresses. Nothing but the labels
    can change in place: another description gives another address.

    Outputs: ``address`` (the IP), ``self_link``, ``status``, ``id``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        description: a note.
        address: a certain IP to reserve; Google chooses one if not given.
        ip_version: IPV4 (Google's default) or IPV6.
        address_type: EXTERNAL (Google's default) or INTERNAL.
        purpose: what an internal address is for.
        prefix_length: the size of an internal range, in bits.
        network: the network of an internal address or range.
        labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    description: Text | None = spec(_FIXED)
    address: Text | None = spec(_FIXED, like="ip")
    ip_version: Literal["IPV4", "IPV6"] | None = spec(_FIXED, like="or_ipv4", otherwise="IPV4")
    address_type: Literal["EXTERNAL", "INTERNAL"] | None = spec(
        _FIXED, like="or_external", otherwise="EXTERNAL"
    )
    purpose: Literal["VPC_PEERING", "PRIVATE_SERVICE_CONNECT"] | None = spec(_FIXED)
    prefix_length: int | None = spec(_FIXED)
    network: NetworkRef | None = spec(_FIXED, like="link")
    labels: Labels | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the IP and what belongs to internal ranges only."""
        yield from checks.ip("address", self.address)
        if self.prefix_length is not None:
            yield from checks.within("prefix_length", self.prefix_length, 8, 96, "bits")
        if self.address_type != "INTERNAL":
            for field in ("purpose", "prefix_length", "network"):
                if getattr(self, field) is not None:
                    yield Finding(
                        field,
                        "is for internal addresses only",
                        "Add address_type='INTERNAL', or leave it out.",
                    )


@resource(_kinds_network.ADDRESS)
class RegionalAddress(Declaration):
    """A static IP address of a region: what Cloud NAT sends from, or a fixed one within a network.

    https://cloud.google.com/compute/docs/reference/rest/v1/addresses. Nothing but the labels can
    change in place: another description gives another address.

    Outputs: ``address`` (the IP), ``self_link``, ``status``, ``id``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        region: its region; the stack's if not given.
        description: a note.
        address: a certain IP to reserve; Google chooses one if not given.
        address_type: EXTERNAL (Google's default) or INTERNAL.
        network_tier: PREMIUM (Google's default) or STANDARD, of an external address.
        purpose: what an internal address is for; GCE_ENDPOINT is Google's default.
        subnetwork: the subnetwork that an internal address, or an external one of IPv6, is of.
        network: the network of an internal range.
        prefix_length: the size of an internal range, in bits.
        ip_version: IPV4 (Google's default) or IPV6.
        ipv6_endpoint_type: what an external IPv6 address is for: VM or NETLB.
        ip_collection: the public delegated prefix that it is taken from.
        labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    region: str | None = scope()
    description: Text | None = spec(_FIXED)
    address: Text | None = spec(_FIXED, like="ip")
    address_type: Literal["EXTERNAL", "INTERNAL"] | None = spec(
        _FIXED, like="or_external", otherwise="EXTERNAL"
    )
    network_tier: Literal["PREMIUM", "STANDARD"] | None = spec(_FIXED)
    purpose: Literal["GCE_ENDPOINT", "SHARED_LOADBALANCER_VIP", "IPSEC_INTERCONNECT"] | None = spec(
        _FIXED
    )
    subnetwork: SubnetworkRef | None = spec(_FIXED, like="link")
    network: NetworkRef | None = spec(_FIXED, like="link")
    prefix_length: int | None = spec(_FIXED)
    ip_version: Literal["IPV4", "IPV6"] | None = spec(_FIXED, like="or_ipv4", otherwise="IPV4")
    ipv6_endpoint_type: Literal["VM", "NETLB"] | None = spec(_FIXED)
    ip_collection: Text | None = spec(_FIXED, like="link")
    labels: Labels | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the IP, and what belongs to internal or external addresses only.

        https://cloud.google.com/vpc/docs/configure-private-services-access,
        https://cloud.google.com/network-tiers/docs/overview
        """
        yield from checks.ip("address", self.address)
        internal = self.address_type == "INTERNAL"
        if internal and self.network_tier is not None:
            yield Finding("network_tier", "is for external addresses only", "Leave it out.")
        # An external IPv6 address is taken from a subnetwork
        # (https://cloud.google.com/vpc/docs/reserve-static-external-ip-address).
        ranged = () if self.ip_version == "IPV6" else ("subnetwork",)
        for field in () if internal else ("purpose", *ranged, "network", "prefix_length"):
            if getattr(self, field) is not None:
                yield Finding(
                    field,
                    "is for internal addresses only",
                    "Add address_type='INTERNAL', or leave it out.",
                )
