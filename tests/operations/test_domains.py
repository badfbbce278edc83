"""What keeps a domain from working, by what DNS says."""

import pytest

from gcpstack._operations.domains import ACTIVE, Claim, Seen, Wanted, diagnose, questions

HERE, SIX, ELSEWHERE = "34.1.2.3", "2600:1901::1", "198.51.100.7"
NAME = "shop.example.com"
A = Wanted(NAME, "A", (HERE,))
AAAA = Wanted(NAME, "AAAA", (SIX,))


def claim(status="FAILED_NOT_VISIBLE", wanted=(A,), **more):
    return Claim(domain=NAME, holder="compute.X/c", status=status, wanted=wanted, **more)


def judge(which, **records):
    """Judge a claim; records are given as A="…", AAAA=…, CAA=(name, value)."""
    seen = {question: Seen(exists=bool(records)) for question in questions(which)}
    for kind, value in records.items():
        name, *values = value if isinstance(value, tuple) else (NAME, value)
        seen[name, kind] = value if isinstance(value, Seen) else Seen(tuple(values))
    return diagnose(which, seen)


CASES = {
    "no such name": (
        claim(),
        {},
        "there is no such name",
        f"Create the A record for {NAME}: {HERE}",
    ),
    "no address": (claim(), {"CAA": (NAME, '0 issue "pki.goog"')}, "it has no A record", HERE),
    "elsewhere": (claim(), {"A": ELSEWHERE}, f"leads to {ELSEWHERE}", HERE),
    "elsewhere too": (claim(), {"A": (NAME, HERE, ELSEWHERE)}, "beside the right one", HERE),
    "IPv6 leads elsewhere": (
        claim(),
        {"A": HERE, "AAAA": "2001:db8::1"},
        "has no IPv6 address",
        "Delete the AAAA record",
    ),
    "wrong IPv6": (
        claim(wanted=(A, AAAA)),
        {"A": HERE, "AAAA": "2001:db8::1"},
        "its AAAA record leads to 2001:db8::1",
        SIX,
    ),
    "CAA of its own": (
        claim("FAILED_CAA_FORBIDDEN"),
        {"A": HERE, "CAA": (NAME, '0 issue "digicert.com"')},
        "let only digicert.com",
        'Add the CAA record 0 issue "pki.goog"',
    ),
    "CAA above": (
        claim("FAILED_CAA_FORBIDDEN"),
        {"A": HERE, "CAA": ("example.com", '0 issue ";"')},
        "CAA records of example.com let only nobody",
        "to example.com",
    ),
    "no proxy": (
        claim(wanted=(), attached="no target HTTPS proxy uses the certificate"),
        {},
        "no target HTTPS proxy",
        "Add what is missing",
    ),
    "rate": (claim("FAILED_RATE_LIMITED"), {"A": HERE}, "limits how many", "tries again by itself"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_cause_and_its_remedy(case):
    """Each is told with the record to set."""
    which, records, cause, remedy = CASES[case]
    found = judge(which, **records)
    assert not found.ok
    told = [item for item in found.findings if cause in item.cause]
    assert told, found.findings
    assert remedy in told[0].remedy
    assert len(found.findings) == 1


@pytest.mark.parametrize(
    ("which", "records"),
    [
        (claim(), {"A": HERE}),
        (claim(), {"A": HERE, "CAA": (NAME, '0 issue "letsencrypt.org"')}),
        (claim(), {"A": HERE, "CAA": (NAME, '0 issuewild "digicert.com"')}),
        (claim(wanted=(A, AAAA)), {"A": HERE}),
        (claim(wanted=(A, AAAA)), {"A": HERE, "AAAA": SIX}),
    ],
)
def test_nothing_is_wrong(which, records):
    """What is right is not complained of; the certificate is on its way."""
    found = judge(which, **records)
    assert not found.findings
    assert not found.ok
    assert "10 to 60 minutes" in found.outlook


def test_the_nearest_caa_records_count():
    """A name with records of its own is not bound by those above it."""
    which = claim()
    seen = {question: Seen() for question in questions(which)}
    seen[NAME, "A"] = Seen((HERE,))
    seen[NAME, "CAA"] = Seen(('0 issue "pki.goog"',))
    seen["example.com", "CAA"] = Seen(('0 issue "digicert.com"',))
    assert not diagnose(which, seen).findings


def test_name_servers_that_fail_are_told_alone():
    """Nothing is said about records that could not be read."""
    which = claim()
    seen = {question: Seen(failure="SERVFAIL") for question in questions(which)}
    found = diagnose(which, seen)
    assert [item.cause for item in found.findings] == [
        f"the name servers of {found.findings[0].cause.split()[4]} can't be asked: SERVFAIL"
    ]


def test_an_active_domain_is_fine():
    """Whatever else there is."""
    found = judge(claim(ACTIVE), A=HERE)
    assert found.ok
    assert not found.outlook
    assert found.to_json()["records"] == {"A": [HERE]}


def test_a_wildcard_asks_its_parent():
    """CAA records stand at names, and a wildcard is none."""
    which = Claim(domain="*.example.com", holder="x", status="PROVISIONING")
    assert list(questions(which)) == [("example.com", "CAA")]
