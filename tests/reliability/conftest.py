"""What the reliability tests share."""

import grpc
import pytest

from .frames import Peer
from .lab import Lab


@pytest.fixture(scope="module")
def project():
    """One emulated project for the tests of a module; each point begins from a kept state."""
    return Lab()


@pytest.fixture
def lab(project):
    """The project of the module: after a point that failed, the next inherits nothing of it."""
    yield project
    project.undisturbed()


@pytest.fixture
def peer():
    """What answers in the place of Google's gRPC servers, or of some methods of theirs."""
    made = Peer()
    yield made
    made.close()


@pytest.fixture
def over_grpc(peer):
    """The channel to whoever answers in Google's place."""
    with grpc.insecure_channel(peer.address) as channel:
        yield channel
