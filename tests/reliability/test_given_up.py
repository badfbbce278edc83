"""What was begun is given up before it was whole: nothing stays, however little is known of it."""

import itertools

import pytest

from gcpstack import DnsAuthorization, DnsRecordSet, DnsZone, Stack

from .lab import Lab


def small(*, record=True):
    """A zone with a record whose name Google chooses."""
    stack = Stack("given-up")
    zone = stack.add(DnsZone("example-com", dns_name="example.com"))
    proof = stack.add(DnsAuthorization("web", domain="www.example.com"))
    if record:
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


def destroy(lab):
    lab.apply(small(), destroy=True).outcome.raise_failed()


def destroy_unknowing(lab):
    """The file that declared it is lost."""
    lab.apply(Stack("given-up"), destroy=True).outcome.raise_failed()


def leave_out_all(lab):
    lab.apply(Stack("given-up")).outcome.raise_failed()


def leave_out_the_record(lab):
    lab.apply(small(record=False)).outcome.raise_failed()
    assert not any("_acme-challenge" in name for name in names(lab))
    destroy(lab)


def roll_back(lab):
    session = lab.session(small())
    session.prepare()
    session.roll_back(session.plan_rollback()).outcome.raise_failed()


@pytest.mark.parametrize(
    "give_up", [destroy, destroy_unknowing, leave_out_all, leave_out_the_record, roll_back]
)
def test_what_a_dead_run_had_made_under_a_name_it_had_learned_goes(lab, give_up):
    """The run's intent could not name the record yet; the proof tells its name again."""
    lab.undisturbed()
    before, moments = names(lab), lab.keep_moments()
    lab.apply(small()).outcome.raise_failed()
    done, made = lab.save(), 0
    for _, alike in itertools.groupby(moments, key=id):
        lab.undisturbed()
        lab.restore(next(alike))
        if any("_acme-challenge" in name for name in names(lab)) and lab.save() != done:
            made += 1
            give_up(lab)
            assert names(lab) == before
    assert made
    lab.restore(done)
    destroy(lab)
