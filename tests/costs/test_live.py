"""Today's prices: Google's catalog read into the table, by words alone and through the emulator."""

from decimal import Decimal

import pytest

from gcpstack._core.clock import SystemClock
from gcpstack._costs.live import from_catalog
from gcpstack._costs.prices import table
from gcpstack._operations.costs import live_prices
from gcpstack._stack.stack import Settings
from gcpstack.emulator import Emulator
from tests.costs.test_formulas import cost, redis, service, subject


def sku(
    words, *, title="Cloud SQL", unit="h", rates=(("0", "0.5"),), places=("mars-north1",), **more
):
    """A SKU as the catalog tells it."""
    tiers = []
    for start, price in rates:
        units, _, rest = price.partition(".")
        money = {"currencyCode": more.get("currency", "USD"), "units": units}
        tiers.append(
            {"startUsageAmount": float(start), "unitPrice": {**money, "nanos": int(f"{rest:0<9}")}}
        )
    return {
        "description": words,
        "category": {"serviceDisplayName": title, "usageType": more.get("usage", "OnDemand")},
        "serviceRegions": list(places),
        "pricingInfo": [{"pricingExpression": {"usageUnit": unit, "tieredRates": tiers}}],
    }


VCPU = "Cloud SQL for PostgreSQL: Zonal - vCPU in Mars"


def rate(meter, place, *skus):
    return from_catalog(table(), skus, "2030-01-02").rate(meter, place)


def test_a_price_of_another_place():
    """The catalog fills what the table lacks."""
    assert rate("sql.cpu.zonal", "mars-north1", sku(VCPU)) == Decimal("0.5")
    assert rate("sql.cpu.zonal", "mars-north1") is None


def test_the_catalog_goes_before_the_table():
    """For the places that it tells; the others stay."""
    found = sku(VCPU, places=["us-central1"])

    assert rate("sql.cpu.zonal", "us-central1", found) == Decimal("0.5")
    assert rate("sql.memory.zonal", "us-central1", found) == Decimal("0.007")


@pytest.mark.parametrize(
    "other",
    [
        sku(VCPU.replace("vCPU", "Enterprise Plus vCPU")),
        sku(VCPU.replace("Zonal", "Regional")),
        sku(VCPU, title="Cloud Spanner"),
        sku(VCPU, usage="Commit1Yr"),
        sku(VCPU, unit="GiBy.h"),
        sku(VCPU, currency="EUR"),
        sku(VCPU, rates=[("0", "0.0")]),
        sku(VCPU, rates=[]),
        {**sku(VCPU), "pricingInfo": []},
    ],
)
def test_what_is_not_meant_is_left(other):
    """Other SKUs, units that are not understood, other currencies, nothing to pay."""
    assert rate("sql.cpu.zonal", "mars-north1", other) is None


def test_a_region_that_is_told_as_global():
    """Its geography says where it is; a multi-region is not one of its regions."""
    regional = {"type": "REGIONAL", "regions": ["mars-north1"]}
    several = {"type": "MULTI_REGIONAL", "regions": ["mars-north1", "mars-south1"]}
    one = {**sku(VCPU, places=["global"]), "geoTaxonomy": regional}
    many = {**sku(VCPU, places=["global"]), "geoTaxonomy": several}

    assert rate("sql.cpu.zonal", "mars-north1", one) == Decimal("0.5")
    assert rate("sql.cpu.zonal", "mars-south1", one) is None
    assert rate("sql.cpu.zonal", "mars-north1", many) is None


def test_the_first_price_behind_a_free_tier_counts():
    """Which is the list price."""
    found = sku(VCPU, rates=[("0", "0.0"), ("100", "0.4"), ("1000", "0.3")])

    assert rate("sql.cpu.zonal", "mars-north1", found) == Decimal("0.4")


def test_a_machine_is_its_cores_and_its_memory():
    """A quarter of a core and a GiB; both must be told."""
    core = sku("E2 Instance Core running in Mars", title="Compute Engine", rates=[("0", "0.04")])
    ram = sku(
        "E2 Instance Ram running in Mars",
        title="Compute Engine",
        unit="GiBy.h",
        rates=[("0", "0.01")],
    )

    assert rate("machine.e2-micro", "mars-north1", core, ram) == Decimal("0.02")
    assert rate("machine.e2-micro", "mars-north1", core) is None


def test_terabytes_become_gigabytes():
    """In the unit of the table."""
    words = {"title": "Cloud Pub/Sub", "unit": "TiBy", "places": ["global"]}
    found = sku("Message Delivery Basic", rates=[("0", "0.0"), ("0.01", "80.0")], **words)

    assert rate("messages.throughput", "", found) == Decimal("0.078125")


def test_one_price_for_all_places_only_where_they_agree():
    """Else the table's stays."""
    words = {"title": "Cloud Logging", "unit": "GiBy"}
    here = sku("Log Storage cost", places=["here"], rates=[("0", "0.7")], **words)
    there = sku("Log Storage cost", places=["there"], rates=[("0", "0.7")], **words)
    dear = sku("Log Storage cost", places=["far"], rates=[("0", "0.9")], **words)

    assert rate("logs.taken_in", "", here, there) == Decimal("0.7")
    assert rate("logs.taken_in", "", here, dear) == Decimal("0.50")


def test_free_tiers_follow_the_live_price():
    """A free unit is worth what it costs in the cheaper tier."""
    words = {"title": "Cloud Run", "unit": "s", "rates": [("0", "0.00003")]}
    cpu = sku("Services CPU (Request-based billing)", places=["us-central1", "us-east1"], **words)
    prices = from_catalog(table(), [cpu], "2030-01-02")
    found = cost(
        service(), prices=prices, requests=1_000_000, seconds=1, concurrency=1, response_kib=0
    )
    [off] = [part for part in found.reductions if part.meter == "run.cpu.request"]

    assert off.total == -180_000 * Decimal("0.00003")


def test_it_is_told_what_is_live():
    """How many meters, and when."""
    found = from_catalog(table(), [sku(VCPU)], "2030-01-02")

    assert found.live
    assert "for 1 meters, read on 2030-01-02" in found.told
    assert not table().live


@pytest.fixture(scope="module")
def emulator():
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def live(emulator):
    settings = Settings(project="my-project", endpoint=emulator.endpoint)
    return live_prices(settings, table(), SystemClock())


def test_the_emulated_catalog_agrees_with_the_table(live):
    """Every meter that the catalog tells, at every place that the table has."""
    told = [price for price in table().prices.values() if price.service]

    assert len(told) > 50
    for price in told:
        for key in price.rates:
            for place in table().groups.get(key, {"" if key == "*" else key}):
                assert live.rate(price.name, place) == table().rate(price.name, place), (
                    price.name,
                    place,
                )
    assert f"for {len(told)} meters" in live.told


def test_the_emulated_catalog_tells_more_places(live):
    """London is not in the table."""
    found = subject("redis.Instance", {"location": "europe-west2", "name": "a"}, memorySizeGb=1)

    assert cost(found).unpriced
    assert cost(found, prices=live).fixed == 730 * Decimal("0.0592")
    assert cost(redis(1), prices=live).fixed == cost(redis(1)).fixed
