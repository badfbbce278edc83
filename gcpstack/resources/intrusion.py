"""Cloud IDS, and the mirroring of packets that lets it see traffic."""

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal, TypeAlias

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_intrusion as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import Labels, NetworkRef, Of, Ref, SubnetworkRef, Text

_FIXED = Facet.IMMUTABLE
# https://cloud.google.com/intrusion-detection-system/docs/configuring-ids
_MOST_EXCEPTIONS = 99
_ZONE = r"[a-z]+-[a-z]+\d+-[a-z]"
# https://cloud.google.com/vpc/docs/packet-mirroring#limits
_MOST = {"subnetworks": 5, "instances": 50, "tags": 5}
_PROTOCOL = r"tcp|udp|icmp|esp|ah|ipip|sctp|\d{1,3}"

CollectorRef: TypeAlias = Annotated[Ref, Of(("ids.Endpoint",))]


@resource(kinds.IDS_ENDPOINT)
class IdsEndpoint(Declaration):
    """What looks for attacks in the traffic of a network; takes about 15 minutes to make.

    https://cloud.google.com/intrusion-detection-system/docs/overview. It sees what a
    `PacketMirroring` sends it, and tells what it finds in the logs. The network needs a
    `PrivateServiceConnection`, named in ``depends_on``.

    Outputs: ``forwarding_rule``, ``ip``, ``name``, ``state``.

    Attributes:
        name: its name.
        zone: the zone that it stands in, such as ``us-central1-a``.
        network: the network that it watches.
        severity: how grave what it finds must be, to be told.
        project: its project; the stack's if not given.
        description: a note.
        labels: labels.
        traffic_logs: whether all traffic is logged.
        threat_exceptions: ids of threats that are not told, 99 at most.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    zone: str = identity()
    project: str | None = scope()
    network: NetworkRef = required(_FIXED, like="link")
    severity: Literal["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"] = required(_FIXED)
    description: Text | None = spec(_FIXED)
    labels: Labels | None = spec()
    traffic_logs: bool | None = spec(_FIXED)
    threat_exceptions: Sequence[str] | None = spec(Facet.UNORDERED)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the zone and the exceptions.

        https://cloud.google.com/intrusion-detection-system/docs/configuring-ids
        """
        yield from checks.pattern("zone", self.zone, _ZONE, "a zone, as 'us-central1-a'")
        exceptions = self.threat_exceptions or ()
        yield from checks.longest("threat_exceptions", exceptions, _MOST_EXCEPTIONS, "threats")
        yield from checks.distinct("threat_exceptions", exceptions)
        for index, one in enumerate(exceptions):
            yield from checks.pattern(f"threat_exceptions[{index}]", one, r"\d+", "a threat's id")


@block
class _Named(Part):
    """What Compute names within a block.

    Attributes:
        url: its path.
    """

    url: str = required(like="link")


def _urls(values: Sequence[object]) -> list[dict[str, object]]:
    return [{"url": one} for one in values]


def _collector(value: object) -> object:
    """Send to an endpoint by its forwarding rule."""
    of_ids = isinstance(value, Resource) and value.KIND is kinds.IDS_ENDPOINT
    return value.output("forwarding_rule") if of_ids and isinstance(value, Resource) else value


@resource(kinds.PACKET_MIRRORING)
class PacketMirroring(Declaration):
    """Sends a copy of machines' packets to a collector, such as Cloud IDS.

    https://cloud.google.com/vpc/docs/packet-mirroring

    Attributes:
        name: its name.
        network: the network.
        collector: an `IdsEndpoint`, or the forwarding rule of another collector.
        project: its project; the stack's if not given.
        region: its region; the stack's if not given.
        description: a note.
        enable: whether it is on: TRUE if not given.
        priority: which of several wins: the lower; 1000 if not given.
        subnetworks: whose machines' packets,
        instances: or packets of these machines, as ``projects/P/zones/Z/instances/I``,
        tags: or of machines with one of these tags.
        cidr_ranges: only packets from or to these ranges.
        protocols: only packets of these protocols, such as ``tcp``.
        direction: INGRESS, EGRESS, or BOTH if not given.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    region: str | None = scope()
    network: NetworkRef = required(_FIXED, wire="network.url", like="link")
    collector: CollectorRef = required(wire="collectorIlb.url", encode=_collector, like="link")
    description: Text | None = spec(_FIXED)
    enable: Literal["TRUE", "FALSE"] | None = spec()
    priority: int | None = spec()
    subnetworks: Sequence[SubnetworkRef] | None = spec(
        Facet.UNORDERED,
        wire="mirroredResources.subnetworks",
        encode=_urls,
        key="url",
        block=_Named,
    )
    instances: Sequence[Text] | None = spec(
        Facet.UNORDERED,
        wire="mirroredResources.instances",
        encode=_urls,
        key="url",
        block=_Named,
    )
    tags: Sequence[str] | None = spec(Facet.UNORDERED, wire="mirroredResources.tags")
    cidr_ranges: Sequence[str] | None = spec(Facet.UNORDERED, wire="filter.cidrRanges", like="cidr")
    protocols: Sequence[str] | None = spec(
        Facet.UNORDERED, wire="filter.IPProtocols", like="caseless"
    )
    direction: Literal["INGRESS", "EGRESS", "BOTH"] | None = spec(wire="filter.direction")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check whose packets, and which (https://cloud.google.com/vpc/docs/packet-mirroring#limits)."""
        if not (self.subnetworks or self.instances or self.tags):
            yield Finding("", "one of subnetworks, instances, tags is needed")
        for field, most in _MOST.items():
            yield from checks.longest(field, getattr(self, field) or (), most, field)
        yield from checks.within("priority", self.priority, 0, 65535)
        for index, one in enumerate(self.cidr_ranges or ()):
            yield from checks.cidr(f"cidr_ranges[{index}]", one)
        for index, one in enumerate(self.protocols or ()):
            yield from checks.pattern(
                f"protocols[{index}]", one.lower(), _PROTOCOL, "a protocol, as 'tcp'"
            )
