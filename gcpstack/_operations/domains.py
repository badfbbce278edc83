"""Why a domain has no certificate yet, and which record to set: pure, from what is live and what DNS says.

https://cloud.google.com/load-balancing/docs/ssl-certificates/troubleshooting
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

#: Who issues Google-managed certificates, as CAA records name them
#: (https://cloud.google.com/load-balancing/docs/ssl-certificates/google-managed-certs#caa).
AUTHORITIES = ("pki.goog", "letsencrypt.org")
ACTIVE = "ACTIVE"
_PROXIED = (
    " If a proxy of another provider stands before it, switch that off until the certificate is "
    "active."
)
_RATE_LIMITED = "FAILED_RATE_LIMITED"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that keeps a domain from working.

    Attributes:
        cause: what is wrong, as Google sees it.
        remedy: what to do; empty where only time helps.
    """

    cause: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record that a domain needs.

    Attributes:
        name: whose it is.
        type: such as ``A``.
        values: what it must say.
    """

    name: str
    type: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A domain that something of the stack serves, or proves to own.

    Attributes:
        domain: the domain.
        holder: the resource, such as ``compute.ManagedSslCertificate/web``.
        status: Google's word for how it stands; empty where the resource does not exist yet.
        wanted: the records it needs.
        attached: what is missing between the certificate and port 443; empty if nothing is.
        certified: a certificate is issued for it, which CAA records may forbid.
    """

    domain: str
    holder: str
    status: str
    wanted: tuple[Wanted, ...] = ()
    attached: str = ""
    certified: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What DNS says of a name and type.

    Attributes:
        values: the records' data.
        aliases: the names that CNAME records led through.
        exists: whether there is such a name.
        failure: why nothing could be told; empty where it could.
    """

    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    exists: bool = True
    failure: str = ""


Question = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The state of a domain.

    Attributes:
        claim: the domain, and what serves it.
        records: what DNS says, by type, empty types left out.
        findings: what is wrong; none where all is right.
        outlook: what happens next by itself.
    """

    claim: Claim
    records: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    outlook: str = ""

    @property
    def ok(self) -> bool:
        """Whether it works."""
        return not self.findings and self.claim.status == ACTIVE

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "domain": self.claim.domain,
            "holder": self.claim.holder,
            "status": self.claim.status,
            "ok": self.ok,
            "records": {kind: list(values) for kind, values in self.records.items()},
            "findings": [{"cause": item.cause, "remedy": item.remedy} for item in self.findings],
            "outlook": self.outlook,
        }


def questions(claim: Claim) -> Iterator[Question]:
    """List what has to be asked of DNS to judge a claim."""
    if any(item.type in ("A", "AAAA") for item in claim.wanted):
        yield from ((claim.domain, "A"), (claim.domain, "AAAA"))
    yield from ((item.name, item.type) for item in claim.wanted)
    if claim.certified:
        yield from ((name, "CAA") for name in _upwards(claim.domain))


def diagnose(claim: Claim, seen: Mapping[Question, Seen]) -> Diagnosis:
    """Say what is wrong with a domain.

    Args:
        claim: the domain, and what serves it.
        seen: the answers to its `questions`.
    """
    records = {
        kind: found.values
        for (name, kind), found in seen.items()
        if name == claim.domain and found.values
    }
    if claim.status == ACTIVE and not claim.wanted:
        return Diagnosis(claim, records)
    findings = tuple(_findings(claim, seen))
    return Diagnosis(claim, records, findings, _outlook(claim, findings))


def _findings(claim: Claim, seen: Mapping[Question, Seen]) -> Iterator[Finding]:
    if claim.attached:
        yield Finding(claim.attached, "Add what is missing to the stack, and apply it.")
    broken = {found.failure: name for (name, _), found in seen.items() if found.failure}
    for failure, name in broken.items():
        yield Finding(
            f"the name servers of {name} can't be asked: {failure}",
            "Check the zone's NS records at the registrar, and its DNSSEC keys.",
        )
    if not broken:
        for item in claim.wanted:
            yield from _record(item, seen.get((item.name, item.type), Seen()), claim, seen)
        yield from _stray(claim, seen)
        if claim.certified:
            yield from _forbidden(claim, seen)
    if claim.status == _RATE_LIMITED:
        yield Finding(
            "the certificate authority limits how many certificates it issues for the domain",
            "Wait; Google tries again by itself. Fewer subdomains a certificate, or a wildcard, avoid it.",
        )


def _record(
    item: Wanted, found: Seen, claim: Claim, seen: Mapping[Question, Seen]
) -> Iterator[Finding]:
    """Compare a record with what is wanted."""
    values = tuple(value.lower() for value in found.values)
    right = {value.lower().removesuffix(".") for value in item.values}
    setting = f"{item.type} record for {item.name}: {' and '.join(item.values)}"
    only = f"{item.type} record for {item.name} lead to {' and '.join(item.values)} only"
    who = "" if item.name == claim.domain else f"{item.name}: "
    via = f" (through {' and '.join(found.aliases)})" if found.aliases else ""
    if not values:
        if item.type == "AAAA" and seen.get((item.name, "A"), Seen()).values:
            return  # one protocol is enough for the authority
        missing = "there is no such name" if not found.exists else f"it has no {item.type} record"
        yield Finding(f"{who}{missing}{via}", f"Create the {setting}.")
    elif set(values) - right:
        wrong = ", ".join(sorted(set(values) - right))
        others = " beside the right one" if set(values) & right else ""
        yield Finding(
            f"{who}its {item.type} record leads to {wrong}{others}{via}",
            f"Let the {only}." + (_PROXIED if claim.certified else ""),
        )


def _stray(claim: Claim, seen: Mapping[Question, Seen]) -> Iterator[Finding]:
    """Find addresses of a protocol that the load balancer doesn't speak."""
    kinds = {item.type for item in claim.wanted}
    for kind, other in (("A", "AAAA"), ("AAAA", "A")):
        found = seen.get((claim.domain, other), Seen()).values
        if kind in kinds and other not in kinds and found:
            protocol = "IPv6" if other == "AAAA" else "IPv4"
            yield Finding(
                f"its {other} record leads to {', '.join(found)}, but the load "
                f"balancer has no {protocol} address",
                f"Delete the {other} record, or give the load balancer an {protocol} address.",
            )


def _forbidden(claim: Claim, seen: Mapping[Question, Seen]) -> Iterator[Finding]:
    """Find out whether CAA records keep Google's authorities out; the nearest ones count (RFC 8659)."""
    for name in _upwards(claim.domain):
        records = seen.get((name, "CAA"), Seen()).values
        if not records:
            continue
        issuers = [_issuer(record) for record in records if record.split()[1:2] == ["issue"]]
        if issuers and not any(issuer in AUTHORITIES for issuer in issuers):
            yield Finding(
                f"the CAA records of {name} let only {', '.join(filter(None, issuers)) or 'nobody'} "
                "issue certificates",
                f'Add the CAA record 0 issue "pki.goog" to {name}.',
            )
        return


def _issuer(record: str) -> str:
    return record.split(maxsplit=2)[-1].strip('"').split(";")[0].strip()


def _upwards(domain: str) -> Iterator[str]:
    """List a name and those above it, the public suffix aside; a wildcard stands for its parent."""
    labels = domain.removeprefix("*.").split(".")
    for at in range(max(len(labels) - 1, 1)):
        yield ".".join(labels[at:])


def _outlook(claim: Claim, findings: Sequence[Finding]) -> str:
    if claim.status == ACTIVE:
        return ""
    if not claim.status:
        return "It does not exist yet: apply the stack."
    if findings:
        return "Google looks again by itself once this is fixed: usually within the hour."
    if not claim.certified:
        return ""
    return "Everything is right; Google issues the certificate within 10 to 60 minutes."
