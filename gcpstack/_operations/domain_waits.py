"""Waiting until the domains of a stack work: what is looked for, what is told, when it ends. Pure but for time.

https://cloud.google.com/load-balancing/docs/ssl-certificates/google-managed-certs#certificate-provisioning
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gcpstack._core.clock import Clock
from gcpstack._operations.domains import Diagnosis

#: Seconds between two looks; Google itself looks no oftener.
PAUSE = 30.0
#: How long Google usually takes for a certificate once everything is right.
USUAL = (timedelta(minutes=10), timedelta(minutes=60))


@dataclass(frozen=True, slots=True)
class DomainUpdate:
    """A new state of a domain that is waited for.

    Attributes:
        at: when it was seen.
        domain: the domain.
        status: Google's word for it; empty where it does not exist yet.
        ok: it works.
        wrong: what keeps it from working, each with its remedy.
        expected: between which moments it usually works, where nothing keeps it from it.
    """

    at: datetime
    domain: str
    status: str
    ok: bool
    wrong: tuple[str, ...] = ()
    expected: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a wait ended.

    Attributes:
        found: the state of the domains.
        seconds: how long it took.
    """

    found: Sequence[Diagnosis]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether all of them work."""
        return all(item.ok for item in self.found)


def await_domains(
    look: Callable[[], Sequence[Diagnosis]],
    clock: Clock,
    longest: float,
    tell: Callable[[DomainUpdate], None],
) -> Ended:
    """Look at domains until all work, or the time is over; at least once.

    Args:
        look: examines them.
        clock: tells the time, and passes it between two looks.
        longest: the seconds after which it is not looked again.
        tell: is told how each stands that does not work yet, and whatever changes of it.
    """
    began = clock.monotonic()
    told: dict[tuple[str, str], object] = {}
    right: dict[tuple[str, str], datetime] = {}
    while True:
        found = look()
        now, left = clock.now(), longest - (clock.monotonic() - began)
        done = all(item.ok for item in found)
        if longest > 0 and not (done and not told):
            for item in found:
                key = (item.claim.holder, item.claim.domain)
                facts = (item.claim.status, item.findings, item.ok)
                if item.findings:
                    right.pop(key, None)
                since = right.setdefault(key, now) if not item.findings else None
                if told.get(key) != facts and (key in told or not item.ok):
                    told[key] = facts
                    tell(_news(item, now, since))
        if done or left <= 0:
            return Ended(found, clock.monotonic() - began)
        clock.sleep(min(PAUSE, left))


def _news(item: Diagnosis, now: datetime, since: datetime | None) -> DomainUpdate:
    """Render the state of a domain; *since* then nothing kept it from working, as far as is known."""
    expected = None
    if since is not None and not item.ok and item.claim.certified and item.claim.status:
        expected = (since + USUAL[0], since + USUAL[1])
    wrong = tuple(f"{one.cause}. {one.remedy}".rstrip() for one in item.findings)
    return DomainUpdate(now, item.claim.domain, item.claim.status, item.ok, wrong, expected)
