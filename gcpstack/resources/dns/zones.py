"""Zones of Cloud DNS."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Block, Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_edge as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import Labels, NetworkRef, Text

_FIXED = Facet.IMMUTABLE
_MOST_NETWORKS = 100
_MOST_TARGETS = 50
_NETWORK = r"(https://[^ ]+/)?projects/[^/]+/global/networks/[^/]+"


def rooted(value: object) -> object:
    """Write a domain as DNS does: in lower case, with a dot at its end."""
    return f"{value.rstrip('.').lower()}." if isinstance(value, str) else value


@block
class _VisibleNetwork(Block):
    """A network that sees a zone, in Google's form.

    Attributes:
        network_url: its URL.
    """

    network_url: str = required(like="link")


@block
class _VisibleCluster(Block):
    """A cluster that sees a zone, in Google's form.

    Attributes:
        gke_cluster_name: its path.
    """

    gke_cluster_name: str = required()


def _networks(value: Sequence[object]) -> list[Mapping[str, object]]:
    return [{"networkUrl": encode.compute_url(item)} for item in value]


def _clusters(value: Sequence[object]) -> list[Mapping[str, object]]:
    return [{"gkeClusterName": item} for item in value]


@block
class DnsKeySpec(Part):
    """A key that a zone is signed with.

    Attributes:
        key_type: keySigning or zoneSigning; a zone takes one of each.
        algorithm: how it signs.
        key_length: its length in bits; with the RSA algorithms.
    """

    key_type: Literal["keySigning", "zoneSigning"] = required()
    algorithm: Literal[
        "ecdsap256sha256", "ecdsap384sha384", "rsasha1", "rsasha256", "rsasha512"
    ] = required()
    key_length: int | None = spec()


@block
class DnsSec(Part):
    """How a public zone is signed.

    https://cloud.google.com/dns/docs/dnssec-config. The registrar of the domain is told the keys'
    DS record by hand.

    Attributes:
        state: on, off, or transfer, which keeps the keys of another operator valid for a while.
        non_existence: how a name that isn't there is denied; can't change while it is on.
        default_key_specs: the keys that are made; can't change while it is on.
    """

    state: Literal["on", "off", "transfer"] = required(like="or_off")
    non_existence: Literal["nsec", "nsec3"] | None = spec()
    default_key_specs: Sequence[DnsKeySpec] | None = spec(Facet.UNORDERED, key="keyType")

    def findings(self) -> Iterator[Finding]:
        """Check that keys are one of each type (https://cloud.google.com/dns/docs/dnssec-advanced)."""
        if self.default_key_specs is not None:
            types = [item.key_type for item in self.default_key_specs]
            if sorted(types) != ["keySigning", "zoneSigning"]:
                yield Finding(
                    "default_key_specs", "one key of each type is needed: keySigning, zoneSigning"
                )


@block
class DnsNameServer(Part):
    """A name server that a zone forwards to.

    Attributes:
        ipv4_address: its address,
        ipv6_address: or this,
        domain_name: or its name.
        forwarding_path: private, to reach it through the network whatever its address.
    """

    ipv4_address: Text | None = spec(wire="ipv4Address")
    ipv6_address: Text | None = spec(wire="ipv6Address")
    domain_name: Text | None = spec(encode=rooted, like="domain")
    forwarding_path: Literal["default", "private"] | None = spec(like="or_default")

    def findings(self) -> Iterator[Finding]:
        """Check that it is named once (https://cloud.google.com/dns/docs/zones/forwarding-zones)."""
        yield from checks.exactly_one(self, "ipv4_address", "ipv6_address", "domain_name")
        yield from checks.ip("ipv4_address", self.ipv4_address)
        yield from checks.ip("ipv6_address", self.ipv6_address)
        yield from checks.host("domain_name", self.domain_name)


@resource(kinds.DNS_ZONE)
class DnsZone(Declaration):
    """A zone: the records of a domain, for everybody or within networks.

    https://cloud.google.com/dns/docs/zones. A public zone answers once the domain's registrar
    names its servers, the output ``name_servers``. Google makes the NS and SOA records of the zone
    itself; a zone is deleted only when no other record is left. Where it is replaced, the stack's
    records go before it and come back after it; others keep it from going.

    Outputs: ``name_servers``, ``dns_name``, ``id``.

    Attributes:
        name: its name.
        dns_name: the domain, such as ``example.com``.
        project: its project; the stack's if not given.
        description: a note; its name if not given.
        labels: labels.
        visibility: public if not given, or private.
        networks: the networks that a private zone is seen in.
        gke_clusters: the GKE clusters that it is seen in, as
            ``projects/P/locations/L/clusters/C``.
        dnssec: how a public zone is signed.
        forwarding: name servers that a private zone leaves every answer to.
        peering_network: the network whose zones answer instead of a private zone.
        logging: whether queries to a public zone are logged.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    dns_name: str = required(_FIXED, encode=rooted, like="domain")
    description: Text | None = spec()
    labels: Labels | None = spec()
    visibility: Literal["public", "private"] | None = spec(
        _FIXED, like="or_public", otherwise="public"
    )
    networks: Sequence[NetworkRef] | None = spec(
        Facet.UNORDERED,
        wire="privateVisibilityConfig.networks",
        encode=_networks,
        key="networkUrl",
        block=_VisibleNetwork,
    )
    gke_clusters: Sequence[Text] | None = spec(
        Facet.UNORDERED,
        wire="privateVisibilityConfig.gkeClusters",
        encode=_clusters,
        key="gkeClusterName",
        block=_VisibleCluster,
    )
    dnssec: DnsSec | None = spec(wire="dnssecConfig")
    forwarding: Sequence[DnsNameServer] | None = spec(
        Facet.UNORDERED, wire="forwardingConfig.targetNameServers"
    )
    peering_network: NetworkRef | None = spec(
        wire="peeringConfig.targetNetwork.networkUrl", encode=encode.compute_url, like="link"
    )
    logging: bool | None = spec(wire="cloudLoggingConfig.enableLogging")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the domain, and what goes with which visibility.

        https://cloud.google.com/dns/docs/zones, https://cloud.google.com/dns/quotas
        """
        yield from checks.host("dns_name", self.dns_name)
        private = self.visibility == "private"
        needed = ("networks", "gke_clusters", "forwarding", "peering_network")
        for field in ("dnssec", "logging") if private else needed:
            if getattr(self, field):
                other = "public" if private else "private"
                yield Finding(field, f"is for {other} zones", f"Add visibility={other!r}.")
        yield from checks.at_most_one(self, "forwarding", "peering_network")
        yield from checks.longest("networks", self.networks or (), _MOST_NETWORKS, "networks")
        yield from checks.longest("forwarding", self.forwarding or (), _MOST_TARGETS, "servers")
        for index, one in enumerate(self.networks or ()):
            yield from checks.pattern(f"networks[{index}]", one, _NETWORK, "the path of a network")
        yield from checks.pattern(
            "peering_network", self.peering_network, _NETWORK, "the path of a network"
        )
