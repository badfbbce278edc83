"""Certificates of Certificate Manager, and the authorizations that prove their domains."""

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal, TypeAlias

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_edge as kinds
from gcpstack.resources import sources
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import Labels, Of, Ref, Text
from gcpstack.resources.sources import FromEnv, FromFile

_FIXED = Facet.IMMUTABLE
_SECRET = Facet.WRITE_ONLY | Facet.SENSITIVE
# https://cloud.google.com/certificate-manager/docs/quotas
_MOST_DOMAINS = {True: 100, False: 5}
_MOST_BYTES = 64 * 1024
_WORLDWIDE = ("ALL_REGIONS", "EDGE_CACHE")

AuthorizationRef: TypeAlias = Annotated[Ref, Of(("certificatemanager.DnsAuthorization",))]


@resource(kinds.DNS_AUTHORIZATION)
class DnsAuthorization(Declaration):
    """The proof that a domain is ours, by a CNAME record in its zone.

    https://cloud.google.com/certificate-manager/docs/domain-authorization#dns. The record is
    ``DnsRecordSet(auth.output("record_name"), zone=zone, type="CNAME",
    rrdatas=[auth.output("record_data")])``; it stays for as long as certificates are renewed.

    Outputs: ``record_name``, ``record_type``, ``record_data``.

    Attributes:
        name: its name.
        domain: the domain; it stands for ``*.`` of it as well.
        project: its project; the stack's if not given.
        location: global if not given, or the region of regional certificates.
        description: a note.
        labels: labels.
        type: FIXED_RECORD, or PER_PROJECT_RECORD to have several projects prove one domain; that is
            the only one, and Google's default, in a region.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035
    PLACES: ClassVar[frozenset[str]] = frozenset({"global"})

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str = spec(Facet.IDENTITY, default="global")
    domain: str = required(_FIXED, like="domain")
    description: Text | None = spec()
    labels: Labels | None = spec()
    type: Literal["FIXED_RECORD", "PER_PROJECT_RECORD"] | None = spec(_FIXED)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the domain (https://cloud.google.com/certificate-manager/docs/dns-authorizations)."""
        if self.domain.startswith("*."):
            bare = self.domain.removeprefix("*.")
            yield Finding("domain", "can't be a wildcard", f"Write {bare!r}: it stands for both.")
        else:
            yield from checks.host("domain", self.domain)
        if self.type == "FIXED_RECORD" and self.location != "global":
            yield Finding("type", "is PER_PROJECT_RECORD in a region", "Leave it out.")


@resource(kinds.CERTIFICATE)
class Certificate(Declaration):
    """A certificate of Certificate Manager: obtained and renewed by Google, or one's own.

    https://cloud.google.com/certificate-manager/docs/certificates. With `DnsAuthorization` whose
    records the same stack declares, an apply waits until it is active, and nothing that uses it is
    touched before. Without, it becomes active once a load balancer serves it and all its domains
    lead there. Other domains give a successor, and the old certificate stays in service until that
    one is active.

    Outputs: ``name``, ``state``, ``expire_time``, ``domains``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: global if not given, or the region of a regional load balancer.
        description: a note.
        labels: labels.
        certificate_scope: where it is served: DEFAULT, EDGE_CACHE for Media CDN, ALL_REGIONS for
            cross-region internal load balancers, CLIENT_AUTH to show to backends.
        domains: the domains of a certificate that Google obtains.
        dns_authorizations: what proves them; the load balancer does if not given.
        issuance_config: the configuration of a certificate from a private authority instead.
        pem_certificate: one's own certificate with its chain, in PEM form.
        pem_private_key: its key, which is never shown: text, a `FromFile` or a `FromEnv`.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035
    PLACES: ClassVar[frozenset[str]] = frozenset({"global"})

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str = spec(Facet.IDENTITY, default="global")
    description: Text | None = spec()
    labels: Labels | None = spec()
    certificate_scope: Literal["DEFAULT", "EDGE_CACHE", "ALL_REGIONS", "CLIENT_AUTH"] | None = spec(
        _FIXED, wire="scope", like="or_default_scope", otherwise="DEFAULT"
    )
    domains: Sequence[str] | None = spec(
        _FIXED | Facet.UNORDERED, wire="managed.domains", like="domain"
    )
    dns_authorizations: Sequence[AuthorizationRef] | None = spec(
        _FIXED | Facet.UNORDERED, wire="managed.dnsAuthorizations", like="last"
    )
    issuance_config: Text | None = spec(_FIXED, wire="managed.issuanceConfig", like="last")
    # Google answers neither: both are compared with what was sent last.
    pem_certificate: Text | Sensitive | FromFile | FromEnv | None = spec(
        Facet.WRITE_ONLY, wire="selfManaged.pemCertificate", encode=encode.sensitive
    )
    pem_private_key: Text | Sensitive | FromFile | FromEnv | None = spec(
        _SECRET, wire="selfManaged.pemPrivateKey", encode=encode.sensitive
    )

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that it is one certificate, and that its domains can be proved.

        https://cloud.google.com/certificate-manager/docs/certificates,
        https://cloud.google.com/certificate-manager/docs/domain-authorization
        """
        yield from checks.exactly_one(self, "domains", "pem_certificate")
        for one, other in (
            ("pem_private_key", "pem_certificate"),
            ("pem_certificate", "pem_private_key"),
            ("dns_authorizations", "domains"),
            ("issuance_config", "domains"),
        ):
            if getattr(self, one) is not None and getattr(self, other) is None:
                yield Finding(one, f"needs {other}")
        yield from checks.at_most_one(self, "dns_authorizations", "issuance_config")
        yield from _pem("pem_certificate", self.pem_certificate, "CERTIFICATE")
        yield from _pem("pem_private_key", self.pem_private_key, "PRIVATE KEY")
        if self.location != "global" and self.certificate_scope in _WORLDWIDE:
            yield Finding("certificate_scope", f"{self.certificate_scope} is for global ones only")
        yield from self._domains(scope)

    def _domains(self, scope: Scope) -> Iterator[Finding]:
        """https://cloud.google.com/certificate-manager/docs/domain-authorization."""
        domains = self.domains
        if domains is None:
            return
        if not domains:
            yield Finding("domains", "is empty", "Name at least one domain.")
        proved = bool(self.dns_authorizations)
        if self.issuance_config is None:
            yield from checks.longest("domains", domains, _MOST_DOMAINS[proved], "domains")
        yield from checks.distinct("domains", [domain.rstrip(".").lower() for domain in domains])
        for index, domain in enumerate(domains):
            place = f"domains[{index}]"
            yield from checks.host(place, domain.removeprefix("*."))
            if domain.startswith("*.") and not proved and self.issuance_config is None:
                yield Finding(place, "a wildcard needs dns_authorizations")
        if proved:
            yield from self._proofs(scope)
        elif self.issuance_config is None and self.location != "global":
            yield Finding("dns_authorizations", "is needed for regional certificates")

    def _proofs(self, scope: Scope) -> Iterator[Finding]:
        """https://cloud.google.com/certificate-manager/docs/dns-authorizations."""
        proofs = [one for one in self.dns_authorizations or () if isinstance(one, DnsAuthorization)]
        for one in proofs:
            place = one.ids(scope)["location"]
            if place != self.location:
                yield Finding(
                    "dns_authorizations", f"{one.name} is in {place}, not in {self.location}"
                )
        if len(proofs) < len(self.dns_authorizations or ()):
            return  # what is declared elsewhere may prove anything
        proved = {one.domain.rstrip(".").lower() for one in proofs}
        for index, domain in enumerate(self.domains or ()):
            bare = domain.rstrip(".").lower().removeprefix("*.")
            if bare not in proved:
                yield Finding(
                    f"domains[{index}]",
                    f"no authorization is for {bare}",
                    f"Add a DnsAuthorization with domain={bare!r}.",
                )


def _pem(field: str, value: object, words: str) -> Iterator[Finding]:
    """Check that a value is of the PEM form, RFC 7468; it is never shown."""
    plain = value.value if isinstance(value, Sensitive) else value
    found = list(sources.findings(field, plain, _MOST_BYTES))
    yield from found
    if isinstance(plain, FromFile | FromEnv) and not found:
        plain = plain()
    if isinstance(plain, str | bytes) and not found:
        text = plain.decode("ascii", "replace") if isinstance(plain, bytes) else plain
        if f"{words}-----" not in text or "-----BEGIN " not in text:
            yield Finding(field, f"is not a {words.lower()} in PEM form")
