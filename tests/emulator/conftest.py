"""A running emulator for the tests of this folder, and short ways to call it."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import grpc
import pytest

from gcpstack.emulator import Emulator, ManualClock
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.wire import Hold, Request, Response

Send = Callable[..., Response]


def sender(world: Google) -> Send:
    """A function that calls a world without the network: ``send("GET", "https://HOST/PATH?x=y")``."""

    def send(method: str, url: str, body: Any = None, **headers: str) -> Response:
        parts = urlsplit(url)
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        request = Request(method, f"/{parts.netloc}{parts.path}", parts.query, headers, raw)
        result = world.handle(request)
        while isinstance(result, Hold):
            world.advance(max(result.until - world.now(), 0))
            result = result.resume()
        return result

    return send


@pytest.fixture
def world() -> Google:
    return Google(clock=ManualClock())


@pytest.fixture
def send(world: Google) -> Send:
    return sender(world)


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.reset()
    running.world.latency = type(running.world.latency)("none")
    return running


@pytest.fixture
def channel(emulator: Emulator) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(emulator.grpc_address) as open_channel:
        yield open_channel
