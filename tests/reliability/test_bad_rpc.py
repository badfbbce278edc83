"""Whatever comes in over gRPC: one clear message, as over HTTP, and nothing is changed."""

import grpc
import pytest

from gcpstack import Stack
from gcpstack._adapters.clients import Clients
from gcpstack.resources import Secret
from tests.cli.bench import Bench

from .frames import Peer
from .hostile_rpc import ANSWERS, GREETINGS
from .lab import PROJECT, Lab
from .test_bad_input import World, refused
from .wire import ENDPOINT, _Http


@pytest.fixture
def lab():
    """An empty project."""
    return Lab()


@pytest.fixture
def peer():
    """What answers in the place of Google's gRPC servers."""
    made = Peer()
    yield made
    made.close()


@pytest.fixture
def bench(lab, peer):
    """The command, in that project: HTTP is well, gRPC is not."""
    with grpc.insecure_channel(peer.address) as channel:
        lab.clients = Clients(
            PROJECT,
            endpoint=ENDPOINT,
            connections=_Http(lab.line),
            channel=channel,
            transport="grpc",
        )
        yield Bench(world=World(lab))


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
