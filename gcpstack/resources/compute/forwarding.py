"""Forwarding rules: which address and port lead to which target proxy."""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import (
    AddressRef,
    Labels,
    NetworkRef,
    ProxyRef,
    SubnetworkRef,
    Text,
)
from gcpstack.resources.compute.routing import MetadataFilter

_FIXED = Facet.IMMUTABLE
_HIGHEST_PORT = 65_535
_BUNDLES = ("all-apis", "vpc-sc")
#: https://cloud.google.com/vpc/docs/configure-private-service-connect-apis
_ENDPOINT = NameRule(
    r"[a-z][a-z0-9]{0,19}",
    "1 to 20 lower-case letters and digits, a letter first, for Google's APIs",
)
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


def _target(value: object) -> object:
    """Send a target as it is: the bundles of Google's APIs are named, not linked."""
    return value


def _ports(value: object) -> object:
    return str(value) if isinstance(value, int) else value


@block
class ServiceDirectoryRegistration(Part):
    """Where the rule is registered in Service Directory.

    Attributes:
        namespace: the namespace.
        service_directory_region: its region.
    """

    namespace: Text | None = spec()
    service_directory_region: Text | None = spec()


@resource(kinds.GLOBAL_FORWARDING_RULE)
class GlobalForwardingRule(Declaration):
    """Binds an address and a port to a target proxy.

    https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts. Only target, labels and
    the scheme change in place. No two rules share an address and port.

    Outputs: ``ip_address``, ``self_link``.

    Attributes:
        name: its name.
        target: the target proxy; or ``all-apis`` or ``vpc-sc`` for Private Service Connect.
        port_range: the port, such as 443.
        ip_address: the address: a `GlobalAddress` or an IP. Without it Google assigns one that is
            lost with the rule.
        project: its project; the stack's if not given.
        description: a note.
        ip_protocol: TCP is Google's default.
        ip_version: of an address that Google assigns.
        load_balancing_scheme: EXTERNAL_MANAGED if not given; Google's own default is EXTERNAL,
            the classic load balancer. It must be that of the backend services; None for Private
            Service Connect.
        network: the network of an internal rule.
        subnetwork: the subnetwork of an internal rule.
        network_tier: PREMIUM is the only tier of global rules.
        labels: labels.
        metadata_filters: which proxies take the rule; Traffic Director only.
        source_ip_ranges: only requests from there.
        service_directory_registrations: where it is registered.
        external_managed_backend_bucket_migration_state: the step of a migration from the classic
            load balancer.
        external_managed_backend_bucket_migration_testing_percentage: the share of requests in the
            step TEST_BY_PERCENTAGE.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    target: ProxyRef = required(like="link", encode=_target)
    port_range: int | str | None = spec(_FIXED, like="port_range", encode=_ports)
    ip_address: AddressRef | None = spec(_FIXED, wire="IPAddress", encode=encode.address, like="ip")
    description: Text | None = spec(_FIXED)
    ip_protocol: Literal["TCP", "UDP", "ESP", "AH", "SCTP", "ICMP"] | None = spec(
        _FIXED, wire="IPProtocol", otherwise="TCP"
    )
    ip_version: Literal["IPV4", "IPV6"] | None = spec(_FIXED, like="or_ipv4")
    load_balancing_scheme: (
        Literal["EXTERNAL", "EXTERNAL_MANAGED", "INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED"] | None
    ) = spec(default="EXTERNAL_MANAGED")
    network: NetworkRef | None = spec(_FIXED, like="link")
    subnetwork: SubnetworkRef | None = spec(_FIXED, like="link")
    network_tier: Literal["PREMIUM", "STANDARD"] | None = spec(_FIXED)
    labels: Labels | None = spec()
    metadata_filters: Sequence[MetadataFilter] | None = spec(_FIXED)
    source_ip_ranges: Sequence[str] | None = spec(_FIXED | Facet.UNORDERED, like="cidr")
    service_directory_registrations: Sequence[ServiceDirectoryRegistration] | None = spec(_FIXED)
    external_managed_backend_bucket_migration_state: (
        Literal["PREPARE", "TEST_BY_PERCENTAGE", "TEST_ALL_TRAFFIC"] | None
    ) = spec()
    external_managed_backend_bucket_migration_testing_percentage: float | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the ports, the address, and what the target takes.

        https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts#port_specifications
        """
        yield from self._port_findings()
        if isinstance(self.ip_address, str) and "/" not in self.ip_address:
            yield from checks.ip("ip_address", self.ip_address)
        for index, source in enumerate(self.source_ip_ranges or ()):
            yield from checks.cidr(f"source_ip_ranges[{index}]", source)
        target = self.target
        if target in _BUNDLES:
            yield from checks.name("name", self.name, _ENDPOINT)
        if isinstance(target, str) and "/" not in target and target not in _BUNDLES:
            yield Finding("target", f"{target!r} is not a path and none of {', '.join(_BUNDLES)}")
        if self.network_tier == "STANDARD":
            yield Finding("network_tier", "of a global rule is PREMIUM", "Leave it out.")
        if not isinstance(self.target, Resource):
            return
        if self.ip_protocol not in (None, "TCP"):
            yield Finding("ip_protocol", "of a rule to a target proxy is TCP", "Leave it out.")

    def _port_findings(self) -> Iterator[Finding]:
        if self.port_range is None:
            if isinstance(self.target, Resource):
                yield Finding("port_range", "is missing", "Give the port, such as 443.")
            return
        match = _PORTS.fullmatch(str(self.port_range))
        if match is None:
            yield Finding("port_range", f"{self.port_range!r} is not a port or range of ports")
            return
        low, high = int(match[1]), int(match[2] or match[1])
        if not 1 <= low <= high <= _HIGHEST_PORT:
            yield Finding("port_range", f"{self.port_range!r} is not within 1 to {_HIGHEST_PORT}")
        elif isinstance(self.target, Resource) and low != high:
            yield Finding("port_range", "of a rule to a target proxy is one port")
        elif (
            self.load_balancing_scheme == "EXTERNAL"
            and isinstance(self.target, Resource)
            and low not in _classic(self.target)
        ):
            ports = " or ".join(map(str, _classic(self.target)))
            yield Finding("port_range", f"of a classic load balancer is {ports} here")


def _classic(target: Resource) -> tuple[int, ...]:
    return (443,) if target.KIND is kinds.TARGET_HTTPS_PROXY else (80, 8080)
