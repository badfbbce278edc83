"""Certificate maps: which certificate is shown for which host."""

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal, TypeAlias

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_edge as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import CertificateMapRef, Labels, Of, Ref, Text
from gcpstack.resources.certificates.issued import Certificate

ManagerCertificateRef: TypeAlias = Annotated[Ref, Of(("certificatemanager.Certificate",))]
_MOST_CERTIFICATES = 4  # https://cloud.google.com/certificate-manager/docs/quotas
_IN_MAPS = (None, "DEFAULT", "EDGE_CACHE")


@resource(kinds.CERTIFICATE_MAP)
class CertificateMap(Declaration):
    """Which certificate a load balancer shows for which host; its entries say it.

    https://cloud.google.com/certificate-manager/docs/maps. A `TargetHttpsProxy` names it.

    Outputs: ``name``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        description: a note.
        labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    description: Text | None = spec()
    labels: Labels | None = spec()


@resource(kinds.CERTIFICATE_MAP_ENTRY)
class CertificateMapEntry(Declaration):
    """The certificates that are shown for a host, or where no other entry fits.

    https://cloud.google.com/certificate-manager/docs/map-entries

    Outputs: ``name``, ``state``.

    Attributes:
        name: its name.
        certificate_map: the map: its declaration or its name.
        certificates: 1 to 4 certificates; the browser gets the one that it can take.
        project: its project; the stack's if not given.
        hostname: the host, such as ``www.example.com`` or ``*.example.com``,
        matcher: or PRIMARY, for whatever no other entry is for.
        description: a note.
        labels: labels.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    certificate_map: CertificateMapRef = identity()
    project: str | None = scope()
    certificates: Sequence[ManagerCertificateRef] = required(Facet.UNORDERED, like="last")
    hostname: str | None = spec(Facet.IMMUTABLE, like="domain")
    matcher: Literal["PRIMARY"] | None = spec(Facet.IMMUTABLE)
    description: Text | None = spec()
    labels: Labels | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the host, and that its certificates can be shown for it.

        https://cloud.google.com/certificate-manager/docs/map-entries
        """
        yield from checks.name("certificate_map", self.certificate_map, RFC1035)
        yield from checks.exactly_one(self, "hostname", "matcher")
        if self.hostname is not None:
            yield from checks.host("hostname", self.hostname.removeprefix("*."))
        if not self.certificates:
            yield Finding("certificates", "is empty", "Name at least one.")
        yield from checks.longest(
            "certificates", self.certificates, _MOST_CERTIFICATES, "certificates"
        )
        yield from checks.distinct("certificates", self.certificates)
        for index, one in enumerate(self.certificates):
            if isinstance(one, Certificate):
                yield from self._fits(f"certificates[{index}]", one)

    def _fits(self, place: str, one: Certificate) -> Iterator[Finding]:
        """https://cloud.google.com/certificate-manager/docs/map-entries."""
        if one.certificate_scope not in _IN_MAPS or one.location != "global":
            yield Finding(place, f"{one.name} is for no map: global ones of scope DEFAULT are")
        if self.hostname is None or one.domains is None:
            return
        host = self.hostname.rstrip(".").lower()
        domains = {domain.rstrip(".").lower() for domain in one.domains}
        if host not in domains and f"*.{host.partition('.')[2]}" not in domains:
            yield Finding(
                place,
                f"{one.name} is not for {host}, but for {', '.join(sorted(domains))}",
                "Add the host to its domains, or name another certificate.",
            )
