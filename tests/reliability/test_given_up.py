"""What was begun is destroyed before it was whole: nothing stays, however little is known of it."""

import itertools

import pytest

from gcpstack import DnsAuthorization, DnsRecordSet, DnsZone, Stack

from .lab import Lab


def small():
    """A zone with a record whose name Google chooses."""
    stack = Stack("given-up")
    zone = stack.add(DnsZone("example-com", dns_name="example.com"))
    proof = stack.add(DnsAuthorization("web", domain="www.example.com"))
    stack.add(
        DnsRecordSet(
            proof.output("dnsResourceRecord.name"),
            zone=zone,
            type="CNAME",
            rrdatas=[proof.output("dnsResourceRecord.data")],
        )
    )
    return stack


def names(lab):
    services = ("dns", "certificatemanager")
    objects = lab.line.google.state.objects
    return sorted(n for s, n in objects if s in services and "operations" not in n)


@pytest.fixture(scope="module")
def lab():
    return Lab(latency=1.0)


def test_a_destroy_finds_what_a_dead_run_had_made_under_a_name_it_had_learned(lab):
    """The run's intent could not name the record yet; the proof tells its name again."""
    before, moments, made = names(lab), lab.keep_moments(), 0
    lab.apply(small()).outcome.raise_failed()
    for _, alike in itertools.groupby(moments, key=id):
        lab.undisturbed()
        lab.restore(next(alike))
        made += any("_acme-challenge" in name for name in names(lab))
        lab.apply(small(), destroy=True).outcome.raise_failed()
        assert names(lab) == before
    assert made
