"""What has its name from another, which is replaced: the old goes and the new comes, whenever a run dies."""

import itertools

import pytest

from gcpstack import DnsAuthorization, DnsRecordSet, DnsZone, Stack

from .lab import Lab, normalised
from .sweep import Run, converge


def proven(domain, data=None):
    """A zone with the record that proves a domain; its data is the proof's, or always the same."""
    stack = Stack("renamed")
    zone = stack.add(DnsZone("example-com", dns_name="example.com"))
    proof = stack.add(DnsAuthorization("web", domain=domain))
    name = proof.output("dnsResourceRecord.name")
    data = data or proof.output("dnsResourceRecord.data")
    stack.add(DnsRecordSet(name, zone=zone, type="CNAME", rrdatas=[data]))
    return stack


def records(lab):
    """The names of the proofs' records, with their data."""
    rows = lab.line.google.state.objects.items()
    return {n.split("/")[-2]: obj.body["rrdatas"] for (_, n), obj in rows if "_acme" in n}


@pytest.fixture(scope="module")
def lab():
    return Lab(latency=1.0)


@pytest.mark.parametrize("data", [None, "proof.example.net."])
def test_the_next_apply_finishes(lab, data):
    """Whether anything but the name differs or not."""
    lab.undisturbed()
    lab.line.google.reset()
    before, after = Run(proven("www.example.com", data)), Run(proven("api.example.com", data))
    converge(lab, before)
    moments = lab.keep_moments()
    lab.apply(after.stack).outcome.raise_failed()
    lab.undisturbed()
    expected = normalised(records(lab))
    assert list(expected) == ["_acme-challenge.api.example.com."]

    groups = itertools.groupby(moments, key=lambda moment: [*map(id, moment[0].values())])
    states = [next(alike) for _, alike in groups]
    assert len(states) > 5
    for state in states:
        lab.restore(state)
        lab.undisturbed()
        converge(lab, after)
        assert normalised(records(lab)) == expected
        lab.restore(state)
        lab.undisturbed()
        converge(lab, Run(after.stack, destroy=True))
        assert records(lab) == {}


def test_a_rollback_tells_what_it_leaves(lab):
    """The record under the old name is gone; the new one stays, and a destroy finds it."""
    lab.undisturbed()
    lab.line.google.reset()
    converge(lab, Run(proven("www.example.com")))
    refused = "certificatemanager.projects.locations.dnsAuthorizations.delete"
    lab.line.google.faults.set([{"method": refused, "fault": "403"}])
    after = proven("api.example.com")
    session = lab.session(after)
    session.prepare()
    result = session.apply(session.plan(), rollback=True)

    assert any("made anew" in kept.reason for kept in result.undone.kept)
    assert list(records(lab)) == ["_acme-challenge.api.example.com."]
    lab.undisturbed()
    converge(lab, Run(after, destroy=True))
    assert records(lab) == {}
