"""What holds for every estimate: more is never cheaper, parts add up, no use is the idle part."""

import dataclasses
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from gcpstack._costs.estimate import estimate
from gcpstack._costs.prices import table
from gcpstack._costs.usage import IDLE, Assumptions, Usage
from tests.costs.test_formulas import redis, service, sql, subject

_AMOUNTS = st.integers(0, 10**9).map(Decimal)
_USES = st.fixed_dictionaries(
    dict.fromkeys(
        ("requests", "executions", "stored_gib", "operations", "messages", "log_gib"), _AMOUNTS
    )
).map(lambda changes: Usage(**changes))
_SERVICES = st.builds(
    service,
    cpu=st.sampled_from(["1", "2", "4"]),
    memory=st.sampled_from(["512Mi", "2Gi", "16Gi"]),
    place=st.sampled_from(["us-central1", "asia-southeast1"]),
    least=st.integers(0, 20),
    idle=st.booleans(),
    name=st.sampled_from(["a", "b", "c"]),
)
_OTHERS = st.sampled_from(
    [
        redis(3),
        sql("db-custom-2-4096"),
        subject("pubsub.Topic", {"name": "t"}),
        subject("storage.Bucket", {"name": "b"}, location="US"),
        subject("compute.GlobalForwardingRule", {"name": "r"}),
        subject("dns.ManagedZone", {"name": "z"}),
        subject("compute.BackendBucket", {"name": "c"}, enableCdn=True),
    ]
)
_RESOURCES = st.lists(st.one_of(_SERVICES, _OTHERS), max_size=4)
#: Decimals have 28 digits: sums that are added up in another order may differ in the last of them.
_HAIR = Decimal("1e-12")
_FEW = settings(max_examples=40, deadline=None)


def cost(subjects, usage):
    return estimate(subjects, Assumptions(usage), table())


def listed(found):
    """The sum before free tiers."""
    return sum(line.total for line in found.lines)


def more(one, other):
    """The larger of two uses, number by number."""
    return Usage(
        **{
            field.name: max(getattr(one, field.name), getattr(other, field.name))
            for field in dataclasses.fields(Usage)
        }
    )


@_FEW
@given(_RESOURCES, _USES, _USES)
def test_more_use_is_never_cheaper_at_list_prices(subjects, one, other):
    """An instance that works costs more than one that waits."""
    assert listed(cost(subjects, one)) <= listed(cost(subjects, more(one, other))) + _HAIR


@_FEW
@given(_RESOURCES, _USES, _USES)
def test_more_use_is_never_cheaper(subjects, one, other):
    """Free tiers included, where no instance waits: work is free at first, and waiting never is."""
    asleep = [
        dataclasses.replace(found, body={**found.body, "template": _without_least(found)})
        if found.kind == "run.Service"
        else found
        for found in subjects
    ]

    assert cost(asleep, one).total <= cost(asleep, more(one, other)).total + _HAIR


def _without_least(found):
    return {**found.body["template"], "scaling": {}}


@_FEW
@given(_RESOURCES, _USES)
def test_no_use_is_the_idle_part(subjects, usage):
    """Whatever is assumed, the idle part is what a month without use costs."""
    assert abs(cost(subjects, usage).fixed - cost(subjects, IDLE).total) <= _HAIR
    assert cost(subjects, IDLE).by_use == 0


@_FEW
@given(_RESOURCES, _RESOURCES, _USES)
def test_list_prices_add_up(left, right, usage):
    """Before free tiers, two stacks cost what they cost side by side."""
    both = cost([*left, *right], usage)

    apart = listed(cost(left, usage)) + listed(cost(right, usage))
    assert abs(listed(both) - apart) <= _HAIR


@_FEW
@given(_RESOURCES, _RESOURCES, _USES)
def test_free_tiers_are_given_once(left, right, usage):
    """Two stacks under one account get no more for nothing than each would by itself."""
    both = free(cost([*left, *right], usage))
    apart = [free(cost(half, usage)) for half in (left, right)]

    for meter, worth in both.items():
        assert worth <= sum(half.get(meter, 0) for half in apart) + _HAIR
        assert worth >= max(half.get(meter, 0) for half in apart) - _HAIR


def free(found):
    """What is taken off, by meter, where it is for a free tier alone."""
    prices = table().prices
    return {
        part.meter: -part.total
        for part in found.reductions
        if not prices[part.meter].beyond and not prices[part.meter].bundle
    }


@_FEW
@given(_RESOURCES, _RESOURCES, _USES)
def test_together_is_no_cheaper_than_one(left, right, usage):
    """Whatever volumes and free tiers take off."""
    both = cost([*left, *right], usage).total

    assert both >= max(cost(left, usage).total, cost(right, usage).total) - _HAIR


@_FEW
@given(st.integers(1, 300), st.integers(1, 50))
def test_larger_costs_more(size, extra):
    """Within a class of sizes; a larger class has a smaller price for each GB."""
    assert (cost([sql("db-custom-2-4096", dataDiskSizeGb=str(size))], IDLE).total) < (
        cost([sql("db-custom-2-4096", dataDiskSizeGb=str(size + extra))], IDLE).total
    )
    assert cost([service(least=size)], IDLE).total < cost([service(least=size + extra)], IDLE).total
