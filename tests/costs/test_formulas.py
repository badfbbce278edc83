"""Each kind's formula against sums that were worked out by hand from Google's pricing pages."""

from decimal import Decimal

import pytest

from gcpstack._core.refs import Address
from gcpstack._costs.estimate import estimate
from gcpstack._costs.model import Subject, cents
from gcpstack._costs.prices import table
from gcpstack._costs.usage import Assumptions, Usage


def subject(kind, ids, **body):
    """A resource as formulas see it."""
    return Subject(Address(kind, "/".join(ids.values())), ids, body)


def cost(*subjects, prices=None, **usage):
    """An estimate with the use that is given, and the defaults beside."""
    numbers = {name: Decimal(str(value)) for name, value in usage.items()}
    return estimate(subjects, Assumptions(Usage(**numbers)), prices or table())


def service(
    cpu="1", memory="512Mi", *, place="us-central1", least=0, idle=True, name="web", **template
):
    container = {"resources": {"limits": {"cpu": cpu, "memory": memory}, "cpuIdle": idle}}
    body = {"containers": [container], "scaling": {"minInstanceCount": least}, **template}
    return subject("run.Service", {"location": place, "name": name}, template=body)


def sql(tier, **settings):
    body = {"tier": tier, "ipConfiguration": {"ipv4Enabled": False}, **settings}
    ids = {"name": "db"}
    return subject(
        "sql.DatabaseInstance",
        ids,
        region="us-central1",
        databaseVersion="POSTGRES_15",
        settings=body,
    )


def redis(size, tier="BASIC", **body):
    ids = {"location": "us-central1", "name": "cache"}
    return subject("redis.Instance", ids, memorySizeGb=size, tier=tier, **body)


# What a month costs that nobody uses: (resource, USD).
FIXED = [
    # 730 h * 3600 s * (2 * 0.000018 + 4 * 0.000002), less the free tier's 240 000 and 450 000.
    (service("2", "4Gi", least=1, idle=False), "110.41"),
    (service("2", "4Gi", least=1, idle=False, place="asia-southeast1"), "156.66"),
    # 730 h * 3600 s * (2 + 2) * 0.0000025
    (service("2", "2Gi", least=1), "26.28"),
    (service("1", "512Mi"), "0.00"),
    # 730 h * 0.0105 + 10 GB * 0.17
    (sql("db-f1-micro"), "9.37"),
    # 730 h * (2 * 0.0413 + 4 * 0.007) + 10 GB * 0.17
    (sql("db-custom-2-4096"), "82.44"),
    (sql("db-custom-2-4096", availabilityType="REGIONAL"), "164.88"),
    (sql("db-custom-2-4096", activationPolicy="NEVER"), "1.70"),
    (sql("db-g1-small", dataDiskSizeGb="100", dataDiskType="PD_HDD"), "34.55"),
    (sql("db-f1-micro", ipConfiguration={"ipv4Enabled": True}), "16.67"),
    (redis(1), "35.77"),
    (redis(5), "98.55"),
    (redis(25), "419.75"),
    (redis(45), "624.15"),
    (redis(105), "1226.40"),
    (redis(1, "STANDARD_HA"), "46.72"),
    (redis(45, "STANDARD_HA"), "1149.75"),
]


@pytest.mark.parametrize(
    ("resource", "usd"), FIXED, ids=lambda value: str(getattr(value, "body", value))[:60]
)
def test_idle(resource, usd):
    """The price of a month in which nothing happens."""
    assert str(cents(cost(resource).fixed)) == usd


def test_request_based_service_by_use():
    """10 million requests of 0.2 s, ten at once: 200 000 busy seconds."""
    found = cost(service(), requests=10_000_000, response_kib=0)

    # (200 000 - 180 000) * 0.000024 + nothing of memory, 100 000 GiB-s being free + 8M * 0.0000004
    assert cents(found.by_use) == Decimal("3.68")
    assert found.fixed == 0


def test_waiting_and_working_are_paid_differently():
    """A minimum instance that works is no longer paid for as one that waits."""
    busy = cost(service(least=1), requests=1_000_000, response_kib=0, seconds=1)
    quantities = {line.meter: line.quantity for line in busy.lines}

    assert quantities["run.cpu.request"] == 100_000
    assert quantities["run.cpu.idle"] == 730 * 3600 - 100_000


def test_concurrency_is_capped_by_the_service():
    """A service that takes one request at once needs an instance for each."""
    one = cost(service(maxInstanceRequestConcurrency=1), requests=10, seconds=1, concurrency=10)

    assert {line.meter: line.quantity for line in one.lines}["run.cpu.request"] == 10


def test_five_forwarding_rules_cost_as_much_as_one():
    """Five for 0.025 an hour, each further one for 0.01."""
    rules = [
        subject("compute.GlobalForwardingRule", {"name": f"rule-{number}"}) for number in range(7)
    ]

    assert [cents(cost(*rules[:many]).fixed) for many in (1, 2, 5, 6, 7)] == [
        Decimal(usd) for usd in ("18.25", "18.25", "18.25", "25.55", "32.85")
    ]


def test_replicas_of_a_secret_count():
    """An active version is paid for in each place; six are free."""
    places = {"userManaged": {"replicas": [{"location": name} for name in ("a", "b", "c", "d")]}}
    secret = subject("secretmanager.Secret", {"name": "key"}, replication=places)
    versions = [
        Subject(Address("secretmanager.SecretVersion", f"key/{number}"), {"secret": "key"}, {})
        for number in range(2)
    ]

    assert cents(cost(secret, *versions).fixed) == Decimal("0.12")


def test_what_has_no_price_is_told_and_not_counted():
    """A region, a machine or a kind that the table lacks is no zero."""
    elsewhere = cost(subject("redis.Instance", {"location": "mars-north1", "name": "a"}))
    large = cost(sql("db-perf-optimized-N-8"))
    strange = cost(subject("moon.Base", {"name": "a"}))

    assert [item.why for item in elsewhere.unpriced] == [
        "the table has no price in mars-north1 for Redis Basic Tier, M1"
    ]
    assert [item.why for item in large.unpriced] == [
        "the table has no price for the machine db-perf-optimized-N-8"
    ]
    assert [item.why for item in strange.unpriced] == ["the table has no price for its kind"]
    assert elsewhere.total == strange.total == 0
    assert cents(large.fixed) == Decimal("1.70")


def test_volumes_make_egress_cheaper():
    """12 TiB to the internet: 1 free, 1023 at 0.12, 9216 at 0.11, the rest at 0.08."""
    kib = 12 * 1024 * 1024 * 1024
    found = cost(service(idle=True), requests=1, seconds=0, response_kib=kib)

    wanted = 1023 * Decimal("0.12") + 9216 * Decimal("0.11") + 2048 * Decimal("0.08")
    assert cents(found.total) == cents(wanted)
