"""Firewall rules of VPC networks."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_network as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import NetworkRef, ServiceAccountRef, Text

_MOST_ACCOUNTS = 10
_WITH_PORTS = frozenset({"tcp", "udp", "sctp", "6", "17", "132"})
_PORTS = r"\d{1,5}(-\d{1,5})?"
_LAST_PORT = 65535


@block
class FirewallProtocol(Part):
    """A protocol that a rule is about.

    Attributes:
        protocol: ``tcp``, ``udp``, ``icmp``, ``esp``, ``ah``, ``sctp``, ``ipip``, a number, or
            ``all``.
        ports: its ports, such as ``443`` and ``8000-8999``; all if not given.
    """

    protocol: str = required(wire="IPProtocol", like="caseless")
    ports: Sequence[str] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the ports (https://cloud.google.com/firewall/docs/firewalls#protocols_and_ports)."""
        if self.ports and self.protocol.lower() not in _WITH_PORTS:
            yield Finding("ports", f"{self.protocol} has no ports")
        for index, text in enumerate(self.ports or ()):
            place = f"ports[{index}]"
            found = list(checks.pattern(place, text, _PORTS, "a port or a range, as '8000-8999'"))
            yield from found
            low, _, high = text.partition("-")
            if not found and not int(low) <= int(high or low) <= _LAST_PORT:
                yield Finding(place, f"{text!r} is not a range of ports within 0 to {_LAST_PORT}")


@resource(kinds.FIREWALL)
class Firewall(Declaration):
    """A firewall rule: which connections of machines of a network are let through, or not.

    https://cloud.google.com/compute/docs/reference/rest/v1/firewalls

    Outputs: ``self_link``, ``id``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        network: the network. Can't change.
        description: a note.
        direction: INGRESS if not given, or EGRESS. Can't change.
        priority: the lower the weightier, 0 to 65535; 1000 is Google's default.
        allowed: what it lets through,
        denied: or what it stops.
        source_ranges: from where, for INGRESS; from everywhere if no source is given.
        source_tags: from machines with these tags.
        source_service_accounts: from machines that run as these, 10 at most.
        destination_ranges: to where.
        target_tags: it is about machines with these tags,
        target_service_accounts: or about those that run as these, 10 at most; about all if neither
            is given.
        disabled: whether it is off.
        log: whether connections are logged.
        log_metadata: what logs tell beside.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    network: NetworkRef = required(Facet.IMMUTABLE, like="link")
    description: Text | None = spec()
    direction: Literal["INGRESS", "EGRESS"] = spec(Facet.IMMUTABLE, default="INGRESS")
    priority: int | None = spec()
    allowed: Sequence[FirewallProtocol] | None = spec(
        Facet.UNORDERED, key="IPProtocol", like="caseless"
    )
    denied: Sequence[FirewallProtocol] | None = spec(
        Facet.UNORDERED, key="IPProtocol", like="caseless"
    )
    source_ranges: Sequence[Text] | None = spec(Facet.UNORDERED, like="cidr")
    source_tags: Sequence[str] | None = spec(Facet.UNORDERED)
    source_service_accounts: Sequence[ServiceAccountRef] | None = spec(
        Facet.UNORDERED, link="email"
    )
    destination_ranges: Sequence[Text] | None = spec(Facet.UNORDERED, like="cidr")
    target_tags: Sequence[str] | None = spec(Facet.UNORDERED)
    target_service_accounts: Sequence[ServiceAccountRef] | None = spec(
        Facet.UNORDERED, link="email"
    )
    disabled: bool | None = spec()
    log: bool | None = spec(wire="logConfig.enable")
    log_metadata: Literal["EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA"] | None = spec(
        wire="logConfig.metadata"
    )

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check who, what and which way (https://cloud.google.com/firewall/docs/firewalls)."""
        yield from checks.exactly_one(self, "allowed", "denied")
        for field in ("allowed", "denied"):
            protocols = [item.protocol.lower() for item in getattr(self, field) or ()]
            for finding in checks.distinct(field, protocols):
                yield finding._replace(remedy="Put its ports together.")
        yield from checks.within("priority", self.priority, 0, _LAST_PORT)
        for field in ("source_ranges", "destination_ranges"):
            for index, text in enumerate(getattr(self, field) or ()):
                yield from checks.cidr(f"{field}[{index}]", text)
        for field in ("source_tags", "target_tags"):
            for index, tag in enumerate(getattr(self, field) or ()):
                yield from checks.name(f"{field}[{index}]", tag, RFC1035)
        for field in ("source_service_accounts", "target_service_accounts"):
            accounts = getattr(self, field) or ()
            yield from checks.longest(field, accounts, _MOST_ACCOUNTS, "accounts")
        if self.log_metadata is not None and not self.log:
            yield Finding("log_metadata", "needs log=True")
        yield from self._direction_findings()

    def _direction_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/firewall/docs/firewalls#sources_or_destinations_for_the_rule."""
        if self.direction == "EGRESS":
            for field in ("source_tags", "source_service_accounts"):
                if getattr(self, field):
                    yield Finding(field, "is for INGRESS only")
        tags = [field for field in ("source_tags", "target_tags") if getattr(self, field)]
        accounts = [
            field
            for field in ("source_service_accounts", "target_service_accounts")
            if getattr(self, field)
        ]
        if tags and accounts:
            yield Finding(
                "", f"{tags[0]} and {accounts[0]} exclude each other", "Keep one of them."
            )
