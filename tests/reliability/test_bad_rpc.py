"""Whatever comes in over gRPC: one clear message, as over HTTP, and nothing is changed."""

import pytest

from gcpstack import Stack
from gcpstack.resources import Secret
from tests.cli.bench import Bench

from .hostile_rpc import ANSWERS, GREETINGS
from .lab import PROJECT, Lab, World
from .test_bad_input import refused


@pytest.fixture
def lab():
    """An empty project."""
    return Lab()


@pytest.fixture
def bench(lab, over_grpc):
    """The command, in that project: HTTP is well, gRPC is not."""
    lab.clients = lab.line.clients(PROJECT, over_grpc)
    return Bench(world=World(lab))


def stack(item):
    made = Stack("shop", project=PROJECT, region="us-central1", enable_apis=False)
    made.add(item)
    return made


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_google_never_gives(lab, bench, peer, name):
    """Nothing is taken for granted that was not said."""
    peer.answer = ANSWERS[name]

    said = bench.run(stack(Secret("a")), "plan")

    refused(lab, said)


@pytest.mark.parametrize("name", GREETINGS)
def test_something_else_than_google(lab, bench, peer, name):
    """Nobody there speaks gRPC."""
    peer.greeting = GREETINGS[name]

    said = bench.run(stack(Secret("a")), "plan")

    refused(lab, said)
