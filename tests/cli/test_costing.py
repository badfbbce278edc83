"""`costs`: what a month costs, without a connection to anybody."""

import json

import pytest

from gcpstack import RedisInstance, Stack
from gcpstack.emulator import Emulator
from tests.cli.bench import Bench, vault


@pytest.fixture(scope="module")
def emulator():
    with Emulator() as running:
        yield running


def cached(far="us-west1"):
    """A stack with one thing that costs and one that has no price there."""
    stack = Stack("cached", project="my-project", region="us-central1", enable_apis=False)
    stack.add(RedisInstance("cache", tier="BASIC", memory_size_gb=1))
    stack.add(RedisInstance("far", tier="BASIC", location=far, memory_size_gb=1))
    return stack


def test_a_table():
    """Each resource, the sum, and what is not in it."""
    said = Bench().run(cached(), "costs")

    assert said.status == 0
    assert said.out.splitlines()[1].split() == [
        "redis.Instance/us-central1/cache",
        "35.77",
        "0.00",
        "35.77",
    ]
    assert "a month" in said.out
    assert "redis.Instance/us-west1/far: the table has no price in us-west1" in said.out


def test_json():
    """Exact amounts, and the page of each price."""
    body = json.loads(Bench().run(cached(), "costs", "--json").out)

    assert body["total"] == body["fixed"] == "35.77"
    assert body["lines"][0]["source"].startswith("https://cloud.google.com/")
    assert [item["address"] for item in body["unpriced"]] == ["redis.Instance/us-west1/far"]


def test_live_prices(emulator):
    """Google's catalog fills what the table lacks, and says so."""
    endpoint = ["--endpoint", emulator.endpoint]
    said = Bench().run(cached("europe-west2"), "costs", "--live-prices", "--json", *endpoint)

    body = json.loads(said.out)
    assert body["prices"]["live"] is True
    assert body["unpriced"] == []
    assert body["fixed"] == "78.986"


def test_assumed_use_of_nothing():
    """A misspelt name is told."""
    said = Bench().run(cached(), "costs", "--usage", "wep:requests=3")

    assert said.status == 1
    assert "the assumed use of wep: fits no resource" in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--usage", "missing.json"], "missing.json can't be read"),
        (["--usage", "a.json", "--usage", "b.json"], "names 2 files"),
        (["--usage", "request=3"], "there is no 'request' to assume"),
    ],
)
def test_wrong_use(words, told):
    """What is wrong is said in one message."""
    said = Bench().run(vault(), "costs", *words)

    assert said.status == 1
    assert told in said.err
    assert "Traceback" not in said.err
