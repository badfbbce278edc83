"""Waiting for domains, on a clock that passes only when somebody sleeps."""

from collections.abc import Sequence

import pytest

from gcpstack._cli.doctor import told
from gcpstack._operations.domain_waits import PAUSE, DomainUpdate, await_domains
from gcpstack._operations.domains import Claim, Diagnosis, Finding
from gcpstack.testing import FakeClock

MISSING = Finding("there is no such name", "Create the A record for a.example.com: 203.0.113.7.")


def domain(status: str, *findings: Finding, name: str = "a.example.com") -> Diagnosis:
    claim = Claim(domain=name, holder="compute.ManagedSslCertificate/web", status=status)
    return Diagnosis(claim, {}, findings)


class Watch:
    """Domains that change as time passes, and what is told of them."""

    def __init__(self, *changes: tuple[float, Sequence[Diagnosis]]) -> None:
        self.clock = FakeClock()
        self.changes = changes
        self.looks: list[float] = []
        self.news: list[DomainUpdate] = []

    def look(self) -> Sequence[Diagnosis]:
        now = self.clock.monotonic()
        self.looks.append(now)
        return [found for at, found in self.changes if at <= now][-1]

    def wait(self, longest: float) -> tuple[bool, float]:
        ended = await_domains(self.look, self.clock, longest, self.news.append)
        return ended.ok, ended.seconds

    @property
    def words(self) -> list[str]:
        return [told(one).partition("  ")[2] for one in self.news]


def test_it_ends_when_all_work() -> None:
    watch = Watch(
        (0, [domain("PROVISIONING", MISSING)]),
        (300, [domain("PROVISIONING")]),
        (1500, [domain("ACTIVE")]),
    )
    assert watch.wait(3600) == (True, 1500.0)
    assert watch.looks == [at * PAUSE for at in range(51)]
    assert [round((one.at - watch.news[0].at).total_seconds()) for one in watch.news] == [
        0,
        300,
        1500,
    ], "only what changes is told"
    assert watch.words[0] == (
        "a.example.com  PROVISIONING: there is no such name. "
        "Create the A record for a.example.com: 203.0.113.7."
    )
    assert watch.words[2] == "a.example.com  ACTIVE: it works."


def test_the_estimate_counts_from_when_all_was_right() -> None:
    watch = Watch((0, [domain("PROVISIONING", MISSING)]), (600, [domain("PROVISIONING")]))
    assert watch.wait(900) == (False, 900.0)
    expected = watch.news[1].expected
    assert expected is not None
    assert [(at - watch.news[0].at).total_seconds() for at in expected] == [1200.0, 4200.0]
    early, late = (f"{at:%H:%M}" for at in expected)
    assert f"ready between {early} and {late} UTC" in watch.words[1]


def test_what_breaks_again_is_told_and_counts_anew() -> None:
    watch = Watch(
        (0, [domain("PROVISIONING")]),
        (60, [domain("FAILED_NOT_VISIBLE", MISSING)]),
        (120, [domain("FAILED_NOT_VISIBLE")]),
    )
    assert watch.wait(150) == (False, 150.0)
    first, last = watch.news[0].expected, watch.news[2].expected
    assert first is not None
    assert last is not None
    assert (last[0] - first[0]).total_seconds() == 120


@pytest.mark.parametrize("longest", [0.0, 29.0, 30.0, 31.0, 3600.0])
def test_it_never_takes_longer_than_it_may(longest: float) -> None:
    watch = Watch((0, [domain("PROVISIONING")]))
    assert watch.wait(longest) == (False, longest)
    assert watch.looks[-1] == longest, "the last look is at the deadline"
    assert len(watch.news) == (1 if longest else 0), "who does not wait is told once, at the end"


def test_what_works_is_not_waited_for() -> None:
    watch = Watch((0, [domain("ACTIVE")]))
    assert watch.wait(3600) == (True, 0.0)
    assert not watch.news
    assert Watch((0, [])).wait(3600) == (True, 0.0), "no domains, nothing to wait for"


def test_one_that_works_does_not_end_the_wait_for_another() -> None:
    other = domain("PROVISIONING", name="b.example.com")
    watch = Watch(
        (0, [domain("ACTIVE"), other]),
        (90, [domain("ACTIVE"), domain("ACTIVE", name="b.example.com")]),
    )
    assert watch.wait(600) == (True, 90.0)
    assert {one.domain for one in watch.news} == {"b.example.com"}


def test_what_is_not_there_yet_has_no_estimate() -> None:
    watch = Watch((0, [domain("")]))
    watch.wait(10)
    assert watch.words == ["a.example.com  ABSENT."]
