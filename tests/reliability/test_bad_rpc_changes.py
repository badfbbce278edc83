"""Garbage over gRPC in answer to lists, changes and polls of operations.

Google's servers are well, but for some methods: what they answer there is spoiled on the way, or
never reaches them at all.
"""

import re

import grpc
import pytest

from gcpstack import Secret
from gcpstack._engine.retry import PATIENCE
from gcpstack.exceptions import RateLimited, Unavailable
from tests.cli.bench import Bench

from .garbage import Case, finishes, redis, run, secret, stack, told
from .hostile_rpc import ANSWERS, STALLS
from .lab import PROJECT, Lab, World
from .wire import Line, _Channel

#: The deadline of a call whose answer never ends, in seconds.
_SHORT = 0.2
_ALL = {**ANSWERS, **STALLS}


class Spoiled(_Channel):
    """Carries calls to Google, but for the methods whose answers are spoiled on the way back."""

    def __init__(self, line: Line, peer: grpc.Channel) -> None:
        super().__init__(line)
        self.peer = peer
        #: The methods, and whether Google hears of these calls at all.
        self.methods: re.Pattern[str] | None = None
        self.heard = True
        #: No answer ends: calls are given up soon, instead of after a minute.
        self.stalls = False

    def unary_unary(
        self, method, request_serializer=None, response_deserializer=None, *more, **named
    ):
        good = super().unary_unary(method, request_serializer, response_deserializer)
        bad = self.peer.unary_unary(method, request_serializer, response_deserializer)
        return _Either(self, method, good, bad)


class _Either(grpc.UnaryUnaryMultiCallable):
    """One method, whose answer may be spoiled."""

    def __init__(self, channel: Spoiled, method: str, good, bad) -> None:
        self.channel, self.method, self.good, self.bad = channel, method, good, bad

    def __call__(self, request, *args, **named):
        return self.with_call(request, *args, **named)[0]

    def with_call(self, request, *args, **named):
        methods = self.channel.methods
        if methods is None or not methods.search(self.method):
            return self.good.with_call(request, *args, **named)
        if self.channel.heard:
            self.good.with_call(request, *args, **named)
        deadline = _SHORT if self.channel.stalls else named.get("timeout")
        return self.bad.with_call(request, *args, **{**named, "timeout": deadline})

    def future(self, *_, **__):
        raise AssertionError("no call of ours is a future")


@pytest.fixture
def lab(monkeypatch):
    """An empty project. Calls are not made again for long: in one thread nobody renews the lease."""
    for kind in (Unavailable, RateLimited):
        monkeypatch.setitem(PATIENCE, kind, 10.0)
    return Lab()


@pytest.fixture
def channel(lab, over_grpc):
    """The way to Google and back."""
    return Spoiled(lab.line, over_grpc)


@pytest.fixture
def bench(lab, channel):
    """The command, over that channel."""
    lab.clients = lab.line.clients(PROJECT, channel)
    return Bench(world=World(lab))


CASES = {
    "a creation": Case("CreateSecret$", secret()),
    "an update": Case("UpdateSecret$", secret(labels={"b": "c"}), secret()),
    "a deletion": Case("DeleteSecret$", stack, secret()),
    "a creation that takes long": Case("CreateInstance$", redis, collection="instances"),
    "a poll": Case("Operations/", redis, collection="instances"),
}
#: Each answer comes in two of the cases, once after the work was done and once in its place.
MIXED = [
    pytest.param((answer, case, (row + column) % 5 == 0), id=f"{answer}-{case}")
    for row, answer in enumerate(_ALL)
    for column, case in enumerate(CASES)
    if (row + column) % 5 in (0, 2)
]


@pytest.mark.parametrize("name", _ALL)
def test_a_list(lab, bench, peer, channel, name):
    """Nothing is taken for missing because a list can't be read."""
    wanted = stack(Secret("a"), Secret("b"))
    assert bench.run(wanted, "apply", "--yes").status == 0
    channel.methods, peer.answer = re.compile("ListSecrets$"), _ALL[name]
    channel.stalls = name in STALLS
    before = lab.live()
    lab.line.google.log.clear()

    said = bench.run(stack(Secret("a", labels={"b": "c"}), Secret("b")), "apply", "--yes")

    if name == "a moment that never was":
        # A field that a page doesn't have is dropped: this is an empty page. What exists is then
        # met while it is made, and taken over as it is declared.
        assert said.status == 0, said.err
    else:
        told(said)
        assert lab.line.mutations() == []
        assert lab.live() == before


@pytest.mark.parametrize("point", MIXED)
def test_a_change(lab, bench, peer, channel, point):
    """Done or lost on the way: it is told that this is not known, and the next apply finishes."""
    name, case, heard = point
    wanted = CASES[case]
    assert bench.run(wanted.before(), "apply", "--yes").status == 0
    channel.methods, channel.heard = re.compile(wanted.method), heard
    peer.answer, channel.stalls = _ALL[name], name in STALLS

    believed = run(bench, wanted)

    if believed and not heard and case == "a deletion":
        return  # to a deletion, any message at all says that it was done
    channel.methods = None
    finishes(lab, bench, wanted)
