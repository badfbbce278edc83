"""Certificates that are proved in Cloud DNS before anything is served with them."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gcpstack._core import marks
from gcpstack._core.component import Component
from gcpstack._core.facets import Block
from gcpstack._core.resource import Resource, Scope
from gcpstack.components._parts import Overrides, overridden, override_problems
from gcpstack.exceptions import Problem
from gcpstack.resources.certificates.issued import Certificate, DnsAuthorization
from gcpstack.resources.certificates.maps import CertificateMap, CertificateMapEntry
from gcpstack.resources.dns.records import DnsRecordSet
from gcpstack.resources.dns.zones import DnsZone

_PARTS: Mapping[str, type[Resource | Block]] = {
    "authorization": DnsAuthorization,
    "certificate": Certificate,
    "entry": CertificateMapEntry,
    "map": CertificateMap,
    "record": DnsRecordSet,
}


@dataclass(frozen=True, eq=False)
class DnsCertificate(Component):
    """One certificate for some domains of a zone, wildcards included, and the certificate map with it.

    https://cloud.google.com/certificate-manager/docs/deploy-google-managed-dns-auth. An apply waits
    until it is active; a load balancer that takes it comes after that:
    ``LoadBalancer(..., certificate_map=certificate.map)``. If the domains change, a successor is
    active before the old one is deleted.

    Attributes:
        name: the certificate's name, and its map's.
        domains: the domains, such as ``("example.com", "*.example.com")``.
        zone: the zone of all of them: a `DnsZone`, or the name of one.
        overrides: further fields of the parts, by part: ``{"record": {"ttl": 60}}``.
        project: the project; the stack's if not given.
    """

    name: str
    domains: Sequence[str] = field(kw_only=True)
    zone: str | Resource = field(kw_only=True)
    overrides: Overrides = field(default_factory=dict, kw_only=True)
    project: str | None = field(default=None, kw_only=True)

    @functools.cached_property
    def authorizations(self) -> tuple[DnsAuthorization, ...]:
        """The proof of each domain: ``{name}-{domain}``; a wildcard has that of its domain."""
        bare = dict.fromkeys(_bare(domain) for domain in self.domains)
        return tuple(
            overridden(
                DnsAuthorization(self._named(domain), domain=domain, project=self.project),
                self.overrides.get("authorization", {}),
            )
            for domain in bare
        )

    @functools.cached_property
    def records(self) -> tuple[DnsRecordSet, ...]:
        """The record of each proof."""
        return tuple(
            overridden(
                DnsRecordSet(
                    proof.output("record_name"),
                    zone=self.zone,
                    type="CNAME",
                    rrdatas=[proof.output("record_data")],
                    project=self.project,
                ),
                self.overrides.get("record", {}),
            )
            for proof in self.authorizations
        )

    @functools.cached_property
    def certificate(self) -> Certificate:
        """The certificate: ``{name}``."""
        made = Certificate(
            self.name,
            domains=self.domains,
            dns_authorizations=self.authorizations,
            project=self.project,
        )
        return overridden(made, self.overrides.get("certificate", {}))

    @functools.cached_property
    def map(self) -> CertificateMap:
        """The map: ``{name}``."""
        made = CertificateMap(self.name, project=self.project)
        return overridden(made, self.overrides.get("map", {}))

    @functools.cached_property
    def entry(self) -> CertificateMapEntry:
        """The map's one entry, for every host: ``{name}``."""
        made = CertificateMapEntry(
            self.name,
            certificate_map=self.map,
            certificates=[self.certificate],
            matcher="PRIMARY",
            project=self.project,
        )
        return overridden(made, self.overrides.get("entry", {}))

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts, each after what it needs."""
        yield from self.authorizations
        yield from self.records
        yield self.certificate
        yield self.map
        yield self.entry

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what no part can check by itself."""
        place = f"DnsCertificate/{self.name}"
        yield from override_problems(place, self.overrides, _PARTS)
        if not self.domains:
            yield Problem(f"{place}: domains", "is empty.", "Name at least one domain.")
        apex = _bare(self.zone.dns_name) if isinstance(self.zone, DnsZone) else ""
        for domain in self.domains if apex else ():
            if not f".{_bare(domain)}".endswith(f".{apex}"):
                yield Problem(
                    f"{place}: domains",
                    f"{domain!r} is not within {apex}, the domain of the zone.",
                    "Give each zone a certificate of its own.",
                )

    def _named(self, domain: str) -> str:
        """Name a domain's proof, in the letters that names have."""
        return marks.slug(f"{self.name}-{domain.replace('.', '-')}")


def _bare(domain: str) -> str:
    return domain.rstrip(".").lower().removeprefix("*.")
