"""Garbage over HTTP in answer to lists, changes and polls of operations."""

import re

import pytest

from gcpstack import LogMetric, Secret, Topic
from gcpstack._engine.retry import PATIENCE
from gcpstack.emulator.core.wire import Hold
from gcpstack.exceptions import RateLimited, Unavailable
from tests.cli.bench import Bench

from .garbage import (
    Case,
    address,
    finishes,
    metric,
    run,
    secret,
    service,
    sql,
    stack,
    told,
)
from .hostile import ANSWERS
from .lab import Lab, World

_ADDRESSES = "addresses"
CASES = {
    "an address is made": Case("POST .*/addresses$", address(), collection=_ADDRESSES),
    "an address is changed": Case(
        "POST .*/setLabels$", address(labels={"b": "c"}), address(), _ADDRESSES
    ),
    "an address is deleted": Case("DELETE .*/addresses/", stack, address(), _ADDRESSES),
    "an address is waited for": Case(".*/operations/", address(), collection=_ADDRESSES),
    "a secret is made": Case("POST .*/secrets$", secret()),
    "a secret is changed": Case("PATCH .*/secrets/", secret(labels={"b": "c"}), secret()),
    "a secret is deleted": Case("DELETE .*/secrets/", stack, secret()),
    "a metric is made": Case("POST .*/metrics$", metric(), collection="metrics"),
    "a metric is changed": Case("PUT .*/metrics/", metric(description="b"), metric(), "metrics"),
    "a metric is deleted": Case("DELETE .*/metrics/", stack, metric(), "metrics"),
    "a service is made": Case("POST .*/services$", service, collection="services"),
    "a service is waited for": Case(".*/operations/", service, collection="services"),
    "an instance is made": Case("POST .*/instances$", sql, collection="instances"),
    "an instance is waited for": Case("GET .*/operations/", sql, collection="instances"),
}
#: Each answer comes in some of the cases, here after the work was done and there in its place.
MIXED = [
    pytest.param((answer, case, (row + column) % 8 == 0), id=f"{answer}-{case}")
    for row, answer in enumerate(ANSWERS)
    for column, case in enumerate(CASES)
    if (row + column) % 4 == 0
]
#: Lists, and what is in them.
LISTS = {
    "secrets": ("/secrets$", Secret),
    "topics": ("/topics$", Topic),
    "metrics": ("/metrics$", lambda name: LogMetric(name, filter="severity>=ERROR")),
}
#: Pages that say that there is nothing, as far as anybody can tell.
_EMPTY = {"nothing in JSON", "nothing", "nothing and no type", "a text", "a number", "a list"}


@pytest.fixture(scope="module")
def stage():
    """A project, with what stands before each of the changes."""
    made = Lab()
    made.begun["nothing"] = made.save()
    return made


@pytest.fixture
def lab(stage, monkeypatch):
    """The project, empty. Calls are not made again for long: in one thread nobody renews the lease."""
    for kind in (Unavailable, RateLimited):
        monkeypatch.setitem(PATIENCE, kind, 10.0)
    stage.restore(stage.begun["nothing"])
    yield stage
    stage.undisturbed()


@pytest.fixture
def bench(lab):
    """The command, in that project."""
    return Bench(world=World(lab))


def spoil(lab, pattern, change, *, heard):
    """Give another answer to what matches; Google hears of the call, or does not."""
    google = lab.line.google
    wanted = re.compile(pattern)

    def instead(request):
        if not wanted.match(f"{request.method} {request.path}") or "-gcpstack" in request.path:
            return None
        good = google.handle(request) if heard else google.handle(_harmless(request))
        return change(good.resume() if isinstance(good, Hold) else good)

    lab.line.instead = instead


def _harmless(request):
    """Ask for something else, to have an answer that can be spoiled."""
    return type(request)("GET", "/", "", request.headers, b"")


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("listed", LISTS)
def test_a_list(lab, bench, listed, name):
    """Nothing is taken for missing because a list can't be read."""
    path, make = LISTS[listed]
    wanted = stack(make("one"), make("two"))
    assert bench.run(wanted, "apply", "--yes").status == 0
    before = lab.live()
    lab.line.google.log.clear()
    spoil(lab, f"GET .*{path}", ANSWERS[name], heard=True)

    said = bench.run(wanted, "apply", "--yes")

    if said.status:
        told(said)
        assert lab.line.mutations() == []
    assert lab.live() == before


@pytest.mark.parametrize("point", MIXED)
def test_a_change(lab, bench, point):
    """Done or lost on the way: it is told that this is not known, and the next apply finishes."""
    name, case, heard = point
    wanted = CASES[case]
    assert bench.run(wanted.before(), "apply", "--yes").status == 0
    spoil(lab, wanted.method, ANSWERS[name], heard=heard)

    believed = run(bench, wanted)

    if believed and not heard and "deleted" in case:
        return  # to a deletion, any message at all says that it was done
    finishes(lab, bench, wanted)
