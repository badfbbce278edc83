"""Examines the domains of a stack: what Google sees, what keeps a certificate from being issued."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from gcpstack._adapters.public_dns import PublicDns
from gcpstack._core.json import get
from gcpstack._core.kinds import Health
from gcpstack._engine.plan import Change, Plan
from gcpstack._operations.domains import (
    ACTIVE,
    Claim,
    Diagnosis,
    Question,
    Seen,
    Wanted,
    diagnose,
    questions,
)
from gcpstack._stack.result import Report
from gcpstack._stack.session import Session
from gcpstack.exceptions import CloudError

#: How many questions are asked at once.
_AT_ONCE = 16
_HTTPS = 443
_HOLDERS = frozenset(
    {"compute.ManagedSslCertificate", "certificatemanager.Certificate", "run.DomainMapping"}
)
Live = Mapping[str, object]
Lookup = Callable[[str, str], Seen]


def examine(session: Session) -> list[Diagnosis]:
    """Return the state of each domain of a stack.

    Args:
        session: the stack.

    Raises:
        GcpstackError: what is live, or DNS, could not be read.
    """
    return judged(claims(session.plan()), _public(PublicDns(session.clients)))


def explained(session: Session, report: Report) -> Report:
    """Add to a report why its domains don't work, where one of them does not.

    Args:
        session: the stack.
        report: the state of its resources.
    """
    ill = {
        str(row.address)
        for row in report.rows
        if row.exists and row.address.kind in _HOLDERS and row.health is not Health.READY
    }
    if not ill:
        return report
    by_holder: dict[str, list[str]] = {}
    try:
        found = examine(session)
    except CloudError as error:  # the current state is reported even so
        found = []
        by_holder = {name: [f"DNS could not be asked: {error.message}"] for name in ill}
    for item in found:
        words = [f"{finding.cause}. {finding.remedy}".rstrip() for finding in item.findings]
        told = [f"{item.claim.domain}: {text}" for text in words]
        by_holder.setdefault(item.claim.holder, []).extend(told)
    rows = (
        dataclasses.replace(row, detail=(*row.detail, *by_holder.get(str(row.address), ())))
        for row in report.rows
    )
    return dataclasses.replace(report, rows=tuple(rows))


def judged(found: Sequence[Claim], lookup: Lookup) -> list[Diagnosis]:
    """Ask DNS all that has to be known about some domains, each thing once, and judge them.

    Args:
        found: the domains.
        lookup: asks for the records of a name and type.
    """
    asked = {claim: list(questions(claim)) for claim in found}
    wanted = list(dict.fromkeys(item for items in asked.values() for item in items))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        seen: Mapping[Question, Seen] = dict(
            zip(wanted, pool.map(lambda item: lookup(*item), wanted), strict=True)
        )
    return [diagnose(claim, {item: seen[item] for item in asked[claim]}) for claim in found]


def claims(plan: Plan) -> list[Claim]:
    """List the domains that a stack's live resources serve, or that its declarations name."""
    bodies = _Bodies(plan)
    return [
        *_managed(bodies),
        *_authorized(bodies),
        *_authorizations(bodies),
        *_mapped(bodies),
    ]


class _Bodies:
    """The live bodies of a plan, by kind."""

    def __init__(self, plan: Plan) -> None:
        self._changes: dict[str, list[Change]] = {}
        for change in plan.changes:
            self._changes.setdefault(change.kind.name, []).append(change)

    def of(self, kind: str) -> list[Change]:
        return self._changes.get(kind, [])

    def live(self, kind: str) -> Iterator[tuple[str, Live]]:
        """Yield each live object of a kind: its path, its body."""
        for change in self.of(kind):
            if change.live is not None:
                yield change.live.path, change.live.body

    def served_at(self, field: str, path: str) -> tuple[set[str], str]:
        """Find the addresses at which a certificate is offered; else what is missing."""
        proxies = [
            name
            for name, body in self.live("compute.TargetHttpsProxy")
            if any(_same(link, path) for link in _listed(body.get(field)))
        ]
        if not proxies:
            return set(), "no target HTTPS proxy uses the certificate"
        rules = [
            str(body.get("IPAddress"))
            for _, body in self.live("compute.GlobalForwardingRule")
            if any(_same(body.get("target"), proxy) for proxy in proxies)
            and _covers(str(body.get("portRange") or ""), _HTTPS)
        ]
        missing = "" if rules else "no forwarding rule leads port 443 to the certificate's proxy"
        return set(rules), missing


def _managed(bodies: _Bodies) -> Iterator[Claim]:
    """Yield the domains of Compute Engine's Google-managed certificates."""
    for change in bodies.of("compute.ManagedSslCertificate"):
        holder = str(change.address)
        live: Live = change.live.body if change.live else {}
        states = get(live, ("managed", "domainStatus"), {})
        known = {str(k): str(v) for k, v in states.items()} if isinstance(states, Mapping) else {}
        addresses: set[str] = set()
        missing = ""
        if change.live:
            addresses, missing = bodies.served_at("sslCertificates", change.live.path)
        declared = _texts(get(change.desired, ("managed", "domains")))
        for domain in dict.fromkeys([*known, *declared]):
            yield Claim(
                domain=domain,
                holder=holder,
                status=known.get(domain, ""),
                wanted=_addresses(domain, addresses),
                attached=missing if domain in known else "",
            )


def _authorized(bodies: _Bodies) -> Iterator[Claim]:
    """Yield the domains of Certificate Manager's certificates."""
    maps = dict(_mapped_certificates(bodies))
    for change in bodies.of("certificatemanager.Certificate"):
        live: Live = change.live.body if change.live else {}
        attempts = _listed(get(live, ("managed", "authorizationAttemptInfo")))
        by_domain = {
            str(item.get("domain")): item for item in attempts if isinstance(item, Mapping)
        }
        proven = bool(get(live or change.desired, ("managed", "dnsAuthorizations")))
        addresses: set[str] = set()
        missing = ""
        if change.live and not proven:
            held = maps.get(change.live.path, ())
            found = [bodies.served_at("certificateMap", path) for path in held]
            addresses = {address for some, _ in found for address in some}
            missing = "" if addresses else "no certificate map at a forwarding rule holds it"
        for domain in _texts(get(live or change.desired, ("managed", "domains"))):
            attempt = by_domain.get(domain, {})
            limited = attempt.get("failureReason") == "RATE_LIMITED"
            state = str(get(live, ("managed", "state")) or "")
            yield Claim(
                domain=domain,
                holder=str(change.address),
                status="FAILED_RATE_LIMITED" if limited else state,
                wanted=_addresses(domain, addresses),
                attached=missing,
            )


def _mapped_certificates(bodies: _Bodies) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the maps of each certificate, by the certificate's path."""
    entries = list(bodies.live("certificatemanager.CertificateMapEntry"))
    for path, _ in bodies.live("certificatemanager.Certificate"):
        holding = (
            name.split("/certificateMapEntries/")[0]
            for name, body in entries
            if any(_same(link, path) for link in _listed(body.get("certificates")))
        )
        yield path, tuple(dict.fromkeys(holding))


def _authorizations(bodies: _Bodies) -> Iterator[Claim]:
    """Yield the records by which Certificate Manager knows that a domain is ours."""
    for change in bodies.of("certificatemanager.DnsAuthorization"):
        record = get(change.live.body, ("dnsResourceRecord",)) if change.live else None
        if not isinstance(record, Mapping):
            continue
        name = str(record.get("name")).removesuffix(".")
        value = str(record.get("data")).removesuffix(".")
        yield Claim(
            domain=name,
            holder=str(change.address),
            status=ACTIVE,
            wanted=(Wanted(name, str(record.get("type")), (value,)),),
            certified=False,
        )


def _mapped(bodies: _Bodies) -> Iterator[Claim]:
    """Yield the domains that are mapped to Cloud Run services."""
    for change in bodies.of("run.DomainMapping"):
        if change.live is None:
            yield Claim(domain=change.target.ids["name"], holder=str(change.address), status="")
            continue
        domain = change.live.path.rsplit("/", 1)[-1]
        found = _listed(get(change.live.body, ("status", "resourceRecords")))
        records = [item for item in found if isinstance(item, Mapping)]
        by_type: dict[str, list[str]] = {}
        for item in records:
            by_type.setdefault(str(item.get("type")), []).append(str(item.get("rrdata")))
        condition = change.kind.condition(change.live.body)
        yield Claim(
            domain=domain,
            holder=str(change.address),
            status=ACTIVE if condition.health.value == "ready" else condition.label,
            wanted=tuple(
                Wanted(domain, kind, tuple(value.removesuffix(".") for value in values))
                for kind, values in by_type.items()
            ),
        )


def _addresses(domain: str, served: Iterable[str]) -> tuple[Wanted, ...]:
    four = tuple(sorted(item for item in served if ":" not in item))
    six = tuple(sorted(item for item in served if ":" in item))
    found = (Wanted(domain, "A", four), Wanted(domain, "AAAA", six))
    return tuple(item for item in found if item.values)


def _public(dns: PublicDns) -> Lookup:
    def lookup(name: str, kind: str) -> Seen:
        found = dns.lookup(name, kind)
        return Seen(found.values, found.aliases, exists=found.exists, failure=found.failure)

    return lookup


def _covers(ports: str, port: int) -> bool:
    low, _, high = ports.partition("-")
    return bool(low) and int(low) <= port <= int(high or low)


def _same(link: object, path: str) -> bool:
    """Whether a link leads to the object with a path, whichever host it names."""
    return str(link or "").endswith(f"/{path}") or link == path


def _listed(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _texts(value: object) -> list[str]:
    return [item for item in _listed(value) if isinstance(item, str)]
