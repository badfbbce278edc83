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
    assert "--live-prices asks Google's Cloud Billing Catalog" in said.out
    assert "--live-prices" not in Bench().run(cached(far="us-central1"), "costs").out


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


def two(size=1, *, more=False):
    """A cache, and perhaps another."""
    stack = Stack("two", project="my-project", region="us-central1", enable_apis=False)
    stack.add(RedisInstance("cache", tier="BASIC", memory_size_gb=size))
    if more:
        stack.add(RedisInstance("more", tier="BASIC", memory_size_gb=1))
    return stack


def test_the_difference_that_an_apply_makes():
    """Made, grown and gone: what each costs now and then."""
    bench = Bench()
    before = bench.run(two(), "costs", "--difference")
    assert bench.run(two(more=True), "apply", "--yes").status == 0
    same = bench.run(two(more=True), "costs", "--difference", "--json")
    after = bench.run(two(3), "costs", "--difference")

    assert before.status == after.status == 0
    assert before.out.splitlines()[1].split() == [
        "redis.Instance/us-central1/cache",
        "0.00",
        "35.77",
        "+35.77",
    ]
    assert json.loads(same.out)["difference"] == "0"
    assert [line.split() for line in after.out.splitlines()[1:4]] == [
        ["redis.Instance/us-central1/cache", "35.77", "107.31", "+71.54"],
        ["redis.Instance/us-central1/more", "35.77", "0.00", "-35.77"],
        ["a", "month", "71.54", "107.31", "+35.77"],
    ]


def test_the_difference_as_json():
    """Both estimates, and what is done to each resource."""
    body = json.loads(Bench().run(two(), "costs", "--difference", "--json").out)

    assert body["changes"] == [
        {
            "address": "redis.Instance/us-central1/cache",
            "action": "create",
            "before": "0",
            "after": "35.77",
            "difference": "35.77",
        }
    ]
    assert (body["before"]["total"], body["after"]["total"]) == ("0", "35.77")


def test_a_stack_says_what_it_expects():
    """Before the flags, which win."""
    stack = vault()
    stack.expect(accesses="2M", requests=1.5)
    stack.expect("password", accesses=3)
    said = json.loads(Bench().run(stack, "costs", "--json", "--usage", "requests=7").out)

    assert said["usage"]["usual"]["accesses"] == "2000000"
    assert said["usage"]["usual"]["requests"] == "7"
    assert said["usage"]["own"] == {"password": {"accesses": "3"}}


def test_a_stack_that_expects_nonsense():
    """Is told where, and what there is."""
    stack = vault()
    stack.expect(visits=5)
    stack.expect(requests=-1)
    said = Bench().run(stack, "costs")

    assert said.status == 1
    assert "the stack's expect(): visits" in said.err
    assert "must be a number of 0 or more" in said.err


def sized(env=None):
    """A stack whose size is its environment's."""
    return two({"dev": 1, "production": 4}[env])


def test_environments_side_by_side():
    """One line each, and nothing is connected to."""
    said = Bench().run(sized, "costs", "--envs", "dev,production,dev")

    assert [line.split() for line in said.out.splitlines()[1:3]] == [
        ["dev", "35.77", "0.00", "35.77"],
        ["production", "143.08", "0.00", "143.08"],
    ]


def test_environments_as_json():
    """The whole estimate of each."""
    body = json.loads(Bench().run(sized, "costs", "--envs", "dev,production", "--json").out)

    assert body["environments"]["production"]["total"] == "143.08"


def test_environments_and_the_difference():
    """Are two questions."""
    said = Bench().run(sized, "costs", "--envs", "dev,production", "--difference")

    assert said.status == 1
    assert "don't go together" in said.err
