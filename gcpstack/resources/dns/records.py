"""Record sets of Cloud DNS, with their routing policies."""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal, Self, TypeAlias, TypeVar

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.refs import PROJECT, InScope
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_edge as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import HealthCheckRef, NetworkRef, Of, Ref, Seconds, Text
from gcpstack.resources.dns import rdata
from gcpstack.resources.dns.zones import rooted

ZoneRef: TypeAlias = Annotated[Ref, Of(("dns.ManagedZone",))]

# https://cloud.google.com/dns/quotas
_MOST_RECORDS = 100
_MOST_ITEMS = 100
_LONGEST_TTL = 2_147_483_647  # RFC 2181, section 8
_LONGEST_NAME = 253
_CHECKED = ("A", "AAAA")
_LABEL = re.compile(r"[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?")


@block
class DnsLoadBalancer(Part):
    """An internal load balancer whose health decides whether it is answered.

    Attributes:
        ip_address: the address of its forwarding rule.
        port: its port.
        ip_protocol: tcp or udp.
        network: its network.
        load_balancer_type: which load balancer it is.
        region: its region, of a regional one.
        project: its project; the stack's if not given.
    """

    ip_address: Text = required()
    port: int | Text = required(encode=encode.text)
    ip_protocol: Literal["tcp", "udp"] = required()
    network: NetworkRef = required(wire="networkUrl", encode=encode.compute_url, like="link")
    load_balancer_type: Literal["regionalL4ilb", "regionalL7ilb", "globalL7ilb"] = required()
    region: Text | None = spec()
    project: Text | InScope = spec(default=PROJECT)

    def findings(self) -> Iterator[Finding]:
        """Check the address and the port, and that a regional one has its region.

        https://cloud.google.com/dns/docs/routing-policies-overview#health-checks
        """
        yield from checks.ip("ip_address", self.ip_address)
        if isinstance(self.port, str) and not self.port.isdigit():
            yield Finding("port", f"{self.port!r} is not a port")
        yield from checks.within("port", self.port, 1, 65535)
        if (self.load_balancer_type == "globalL7ilb") != (self.region is None):
            words = "is not for" if self.region else "is needed but for"
            yield Finding("region", f"{words} 'globalL7ilb'")


@block
class DnsTargets(Part):
    """What is answered while it is healthy.

    Attributes:
        internal_load_balancers: internal load balancers, for private zones.
        external_endpoints: addresses on the internet; the record set needs a health check.
    """

    internal_load_balancers: Sequence[DnsLoadBalancer] | None = spec()
    external_endpoints: Sequence[Text] | None = spec(like="rrdata")

    def findings(self) -> Iterator[Finding]:
        """Check that there is one kind of target (https://cloud.google.com/dns/docs/routing-policies-overview)."""
        yield from checks.exactly_one(self, "internal_load_balancers", "external_endpoints")
        for index, one in enumerate(self.external_endpoints or ()):
            yield from checks.ip(f"external_endpoints[{index}]", one)


@block
class _Answer(Part):
    rrdatas: Sequence[Text] | None = spec(Facet.UNORDERED, like="rrdata")
    targets: DnsTargets | None = spec(wire="healthCheckedTargets")

    def findings(self) -> Iterator[Finding]:
        """Check that something is answered, in one way.

        https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets
        """
        yield from checks.exactly_one(self, "rrdatas", "targets")


@block
class DnsWeighted(_Answer):
    """An answer that is given in a share of all cases.

    Attributes:
        weight: its share, among those of the record set; 0 is never given.
        rrdatas: the records,
        targets: or what is answered while it is healthy.
    """

    weight: float = required()

    def findings(self) -> Iterator[Finding]:
        """Check the weight (https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets)."""
        yield from super().findings()
        yield from checks.within("weight", self.weight, 0, 1000)


@block
class DnsLocated(_Answer):
    """An answer for those who are nearest to a region.

    Attributes:
        location: the region.
        rrdatas: the records,
        targets: or what is answered while it is healthy.
    """

    location: str = required()

    def findings(self) -> Iterator[Finding]:
        """Check the region (https://cloud.google.com/dns/docs/routing-policies-overview#geolocation)."""
        yield from super().findings()
        yield from checks.region("location", self.location)


@block
class DnsFailover(Part):
    """An answer while it is healthy, and others for when it is not.

    https://cloud.google.com/dns/docs/routing-policies-overview#failover

    Attributes:
        primary: what is answered while it is healthy.
        backup: what is answered otherwise, by region.
        backup_fencing: whether a region's answer is given there even when it is not healthy.
        trickle_traffic: the share of answers, 0.0 to 1.0, that go to the backup all the same.
    """

    primary: DnsTargets = required(wire="primaryTargets")
    backup: Sequence[DnsLocated] = required(wire="backupGeoTargets.items")
    backup_fencing: bool | None = spec(wire="backupGeoTargets.enableFencing")
    trickle_traffic: float | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the share and the regions."""
        yield from checks.within("trickle_traffic", self.trickle_traffic, 0, 1)
        yield from _places("backup", self.backup)


def _places(field: str, items: Sequence[DnsLocated]) -> Iterator[Finding]:
    """https://cloud.google.com/dns/docs/routing-policies-overview#geolocation: a place has one answer."""
    if not items:
        yield Finding(field, "is empty", "Name at least one region.")
    places = [item.location for item in items]
    for index, place in enumerate(places):
        if place in places[:index]:
            yield Finding(f"{field}[{index}].location", f"{place!r} stands there twice")


_WAYS = ("rrdatas", "weighted", "geo", "failover")


@resource(kinds.DNS_RECORD_SET)
class DnsRecordSet(Declaration):
    """The records of one name and type in a zone, answered all, by weight, by place or by health.

    https://cloud.google.com/dns/docs/records, https://cloud.google.com/dns/docs/routing-policies-overview.
    ``DnsRecordSet("www.example.com", zone=zone, type="A", rrdatas=[address.output("address")])``.

    Attributes:
        name: the domain name in full, such as ``www.example.com`` or ``*.example.com``.
        zone: the zone: its declaration or its name.
        type: the type of its records.
        project: its project; the stack's if not given.
        ttl: how long an answer may be remembered, in seconds.
        rrdatas: the records, written as in a zone file; text of TXT records needs no quotes.
        weighted: the records by weight, instead.
        geo: the records by the place of who asks, instead.
        geo_fencing: whether a region's answer is given there even when it is not healthy.
        failover: the records by health, instead.
        health_check: what checks targets on the internet.
    """

    name: Text = identity(kw_only=False)
    zone: ZoneRef = identity()
    type: Literal[
        "A", "AAAA", "ALIAS", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "IPSECKEY", "MX", "NAPTR",
        "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT",
    ] = required(Facet.IDENTITY)  # fmt: skip
    project: str | None = scope()
    ttl: Seconds = spec(default=300, encode=encode.whole_seconds)
    rrdatas: Sequence[Text] | None = spec(Facet.UNORDERED, like="rrdata")
    weighted: Sequence[DnsWeighted] | None = spec(wire="routingPolicy.wrr.items")
    geo: Sequence[DnsLocated] | None = spec(
        Facet.UNORDERED, wire="routingPolicy.geo.items", key="location"
    )
    geo_fencing: bool | None = spec(wire="routingPolicy.geo.enableFencing")
    failover: DnsFailover | None = spec(wire="routingPolicy.primaryBackup")
    health_check: HealthCheckRef | None = spec(
        Facet.IMMUTABLE, wire="routingPolicy.healthCheck", encode=encode.compute_url, like="link"
    )

    NAMES: ClassVar[NameRule | None] = None

    def bind(self, scope: Scope) -> Self:
        """Quote the text of TXT records."""
        bound = super().bind(scope)
        if bound.type not in rdata.TEXTS:
            return bound
        return dataclasses.replace(
            bound,
            rrdatas=_quoted(bound.rrdatas),
            weighted=_quoted_items(bound.weighted),
            geo=_quoted_items(bound.geo),
        )

    def ids(self, scope: Scope) -> dict[str, str]:
        """Return the identity; a name is written as DNS does."""
        found = super().ids(scope)
        if isinstance(self.name, str):
            found["name"] = str(rooted(self.name))
        return found

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the name, the time and the data.

        https://cloud.google.com/dns/docs/records-overview, https://cloud.google.com/dns/quotas
        """
        yield from checks.name("zone", self.zone, RFC1035)
        yield from _name(self.name)
        yield from checks.duration("ttl", self.ttl, 0, _LONGEST_TTL)
        yield from checks.exactly_one(self, *_WAYS)
        yield from rdata.every("rrdatas", self.type, self.rrdatas, _MOST_RECORDS)
        yield from self._routing()

    def _routing(self) -> Iterator[Finding]:
        """Check the answers (https://cloud.google.com/dns/docs/routing-policies-overview)."""
        if self.geo_fencing is not None and self.geo is None:
            yield Finding("geo_fencing", "is for geo")
        if self.geo is not None:
            yield from _places("geo", self.geo)
        for field in ("weighted", "geo"):
            items: Sequence[_Answer] = getattr(self, field) or ()
            yield from checks.longest(field, items, _MOST_ITEMS, "items")
            for index, item in enumerate(items):
                place = f"{field}[{index}].rrdatas"
                yield from rdata.every(place, self.type, item.rrdatas, _MOST_RECORDS)
        if self.weighted is not None and not any(item.weight for item in self.weighted):
            yield Finding("weighted", "no item has a weight: nothing would be answered")
        yield from self._health()

    def _health(self) -> Iterator[Finding]:
        """Check what is answered by its health.

        https://cloud.google.com/dns/docs/configure-routing-policies#before_you_begin: record sets
        of addresses only, and a health check where targets are on the internet.
        """
        found = list(self._targets())
        if found and self.type not in _CHECKED:
            yield Finding("type", f"{self.type!r} knows no health: only A and AAAA do")
        outside = any(targets.external_endpoints for targets in found)
        if outside and self.health_check is None:
            yield Finding("health_check", "is needed for targets on the internet")
        if self.health_check is not None and not outside:
            yield Finding("health_check", "is for targets on the internet")

    def _targets(self) -> Iterator[DnsTargets]:
        for item in (*(self.weighted or ()), *(self.geo or ())):
            if item.targets is not None:
                yield item.targets
        if self.failover is not None:
            yield self.failover.primary
            for item in self.failover.backup:
                if item.targets is not None:
                    yield item.targets


def _quoted(values: Sequence[Text] | None) -> list[Text] | None:
    if values is None:
        return None
    return [rdata.quoted(value) if isinstance(value, str) else value for value in values]


_Item = TypeVar("_Item", bound=_Answer)


def _quoted_items(items: Sequence[_Item] | None) -> list[_Item] | None:
    if items is None:
        return None
    return [dataclasses.replace(item, rrdatas=_quoted(item.rrdatas)) for item in items]


def _name(value: object) -> Iterator[Finding]:
    """Check the name of a record set: RFC 1035, with the underscores of RFC 8552."""
    if not isinstance(value, str):
        return
    bare = value.removesuffix(".").removeprefix("*.")
    if len(value) > _LONGEST_NAME or not all(_LABEL.fullmatch(part) for part in bare.split(".")):
        yield Finding("name", f"{value!r} is not a domain name")
    elif "." not in bare:
        yield Finding("name", f"{value!r} is not in full", "Write it with its domain.")
