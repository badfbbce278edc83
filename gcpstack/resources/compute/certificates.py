"""Certificates that Google obtains and renews, and SSL policies."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import RFC1035, Finding, NameRule
from gcpstack.resources._types import Text

_MOST_DOMAINS = 100
_LONGEST_FIRST = 63
_FIXED = Facet.IMMUTABLE


@resource(kinds.MANAGED_SSL_CERTIFICATE)
class ManagedSslCertificate(Declaration):
    """A certificate that Google obtains and renews by itself.

    https://cloud.google.com/load-balancing/docs/ssl-certificates/google-managed-certs. It becomes
    active once a forwarding rule on port 443 uses it and the A or AAAA records of all its domains
    lead there, and no sooner: an apply does not wait for that. Another list of domains gives a
    successor; the old certificate stays in service until that one is active.

    Outputs: ``status``, ``domain_status``, ``expire_time``, ``self_link``.

    Attributes:
        name: its name.
        domains: the domains, 1 to 100; no wildcards. The first has 63 characters at most.
        project: its project; the stack's if not given.
        description: a note.
        type: MANAGED; a certificate of that name that is not is replaced.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    domains: Sequence[str] = required(
        _FIXED | Facet.UNORDERED, wire="managed.domains", like="domain"
    )
    description: Text | None = spec(_FIXED)
    type: Literal["MANAGED"] = spec(_FIXED, default="MANAGED")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the domains (https://cloud.google.com/load-balancing/docs/quotas#ssl_certificates)."""
        if not self.domains:
            yield Finding("domains", "is empty", "Name at least one domain.")
        yield from checks.longest("domains", self.domains, _MOST_DOMAINS, "domains")
        yield from checks.distinct(
            "domains", [domain.rstrip(".").lower() for domain in self.domains]
        )
        for index, domain in enumerate(self.domains):
            place = f"domains[{index}]"
            yield from checks.host(place, domain)
            if "." not in domain.rstrip(".") and not domain.startswith("*"):
                yield Finding(place, f"{domain!r} is not a domain: it has no dot")
        # It becomes the common name, which holds no more.
        yield from checks.longest("domains[0]", (self.domains or [""])[0], _LONGEST_FIRST)


@resource(kinds.SSL_POLICY)
class SslPolicy(Declaration):
    """Which TLS versions and ciphers a load balancer speaks.

    https://cloud.google.com/load-balancing/docs/ssl-policies-concepts

    Outputs: ``enabled_features``, ``self_link``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        description: a note.
        profile: COMPATIBLE (Google's default), MODERN, RESTRICTED, FIPS_202205 or CUSTOM.
        min_tls_version: the oldest version; TLS_1_0 is Google's default.
        custom_features: the ciphers, with the profile CUSTOM.
        post_quantum_key_exchange: whether X25519MLKEM768 is spoken.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    description: Text | None = spec(_FIXED)
    profile: Literal["COMPATIBLE", "MODERN", "RESTRICTED", "CUSTOM", "FIPS_202205"] | None = spec()
    min_tls_version: Literal["TLS_1_0", "TLS_1_1", "TLS_1_2", "TLS_1_3"] | None = spec()
    custom_features: Sequence[str] | None = spec(Facet.UNORDERED)
    post_quantum_key_exchange: Literal["DEFAULT", "ENABLED", "DEFERRED"] | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check which version goes with which profile.

        https://cloud.google.com/compute/docs/reference/rest/v1/sslPolicies
        """
        if self.min_tls_version == "TLS_1_3" and self.profile != "RESTRICTED":
            yield Finding("min_tls_version", "TLS_1_3 needs profile='RESTRICTED'")
        if self.profile == "FIPS_202205" and self.min_tls_version != "TLS_1_2":
            yield Finding("profile", "FIPS_202205 needs min_tls_version='TLS_1_2'")
        if self.profile == "CUSTOM" and not self.custom_features:
            yield Finding("custom_features", "is needed with profile='CUSTOM'")
        if self.custom_features and self.profile != "CUSTOM":
            yield Finding("custom_features", "needs profile='CUSTOM'")
