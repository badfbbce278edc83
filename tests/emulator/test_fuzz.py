"""Nobody's request brings the emulator down: no 500, no hang, no growth that stays.

The seed is fixed here, and the number of requests small; ``nox -s fuzz`` takes a new seed and 200,000.
"""

import gc
import json
import os
import random
import socket
import time
from typing import Any

import grpc
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gcpstack.emulator import Emulator, ManualClock
from gcpstack.emulator.core import shelf
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.wire import Hold, Request, Response
from tests.emulator.fuzzing import Shot, controls, volleys
from tests.emulator.good_requests import REQUESTS, whole

REQUESTS_MADE = int(os.environ.get("GCPSTACK_FUZZ", "2000"))
RANDOM = "GCPSTACK_FUZZ" in os.environ
RUN = 20_000  # Hypothesis remembers all it made in a run
VOLLEY = 40
SLOWEST = 2.0  # seconds of processor time that one request may take

fuzzed = settings(
    database=None,
    deadline=None,
    derandomize=not RANDOM,
    phases=[Phase.generate, Phase.shrink] if RANDOM else [Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=RANDOM,
)


def fire(world: Google, shot: Shot) -> Response:
    """Make one request, and hold its answer against what every answer must be."""
    begun = time.process_time()
    result = world.handle(Request(shot.method, shot.path, shot.query, {}, shot.body))
    while isinstance(result, Hold):
        world.advance(max(0.0, result.until - world.now()))
        result = result.resume()
    assert time.process_time() - begun < SLOWEST, shot
    assert not world.problems, (shot, world.problems[-1])
    assert result.status != 500, (shot, result.body)
    if result.headers.get("Content-Type", "").startswith("application/json"):
        json.loads(result.body)
    return result


@pytest.mark.timeout(0 if RANDOM else 60)
@pytest.mark.parametrize("_run", range(max(1, REQUESTS_MADE // RUN)))
@settings(fuzzed, max_examples=max(1, min(REQUESTS_MADE, RUN) // VOLLEY))
@given(volley=volleys(VOLLEY))
def test_no_request_is_too_strange(_run: int, volley: list[Shot]) -> None:
    world = Google(clock=ManualClock(), latency="typical" if len(volley[0].body) % 2 else "none")
    for shot in volley:
        fire(world, shot)
        world.advance(len(shot.path))
    world.advance(40 * 86400)  # whatever was to happen later happens
    assert not world.problems, (volley, world.problems[-1])


@settings(fuzzed, max_examples=100)
@given(st.lists(controls(), max_size=20))
def test_no_control_call_is_too_strange(calls: list[Shot]) -> None:
    world = Google(clock=ManualClock())
    for call in calls:
        fire(world, call)
    assert fire(world, Shot("GET", "/")).status == 200


@pytest.mark.parametrize("service", sorted(REQUESTS))
def test_what_the_volleys_begin_with_is_good(service: str) -> None:
    world = Google(clock=ManualClock())
    for method, url, body in REQUESTS[service]:
        raw = b"" if body is None else json.dumps(body).encode()
        answer = fire(world, Shot(method, *whole(service, url), raw))
        assert answer.status == 200, (url, answer.body)
        world.advance(3600)


def _size(world: Google) -> int:
    """How much a world holds, in rows of any kind."""
    state = world.state
    kept = (state.objects, state.records, state.events, state._users, state._heap, world.before)
    return sum(len(rows) for rows in kept)


def test_what_was_deleted_leaves_nothing_behind() -> None:
    """Resources are made and deleted again, time and again: only what the API tells of them is kept."""
    world = Google(clock=ManualClock())
    url = "/compute.googleapis.com/compute/v1/projects/demo-proj/global/addresses"
    sizes = []
    for number in range(1, 2001):
        fire(world, Shot("POST", url, f"requestId={number}", b'{"name": "a"}'))
        fire(world, Shot("DELETE", f"{url}/a"))
        if number % 500 == 0:
            world.advance(15 * 86400)  # Compute forgets its operations after two weeks
            world.before.clear()
            sizes.append(_size(world))
    assert len(set(sizes)) == 1, sizes


def test_operations_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 100)
    world = Google(clock=ManualClock())
    url = "/compute.googleapis.com/compute/v1/projects/demo-proj/global/addresses"
    fire(world, Shot("POST", url, "", b'{"name": "a"}'))
    for _ in range(150):
        fire(world, Shot("POST", f"{url}/a/setLabels", "", b'{"labels": {}}'))
    operations = url.replace("addresses", "operations").partition(
        "compute.googleapis.com/compute/v1/"
    )[2]
    assert world.state.size("compute", operations) == 100


# -- on the wire ---------------------------------------------------------------------------------

HEADS = (
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n", b"GET /\r\n\r\n", b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET  HTTP/1.1\r\n\r\n", b"GET /%zz%ff HTTP/1.1\r\nHost: \xff\r\n\r\n", b"POST / HTTP/1.1\r\n",
    b"GET /\xc3\xbc HTTP/1.1\r\nHost: x\r\n\r\n", b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", b"GET http://compute.googleapis.com HTTP/1.1\r\nHost: compute.googleapis.com\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: redis.googleapis.com:x:y\r\n\r\n", b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    b"POST /batch HTTP/1.1\r\nHost: compute.googleapis.com\r\nContent-Length: 3\r\n\r\nabc", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 100,
    b"POST /v1/x HTTP/1.1\r\nHost: run.googleapis.com\r\nX-HTTP-Method-Override: GET\r\nContent-Length: 2\r\n\r\n\xff\xff",
    b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    b"POST /v1/x HTTP/1.1\r\nHost: run.googleapis.com\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"POST /v1/x HTTP/1.1\r\nHost: run.googleapis.com\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"POST /v1/x HTTP/1.1\r\nHost: run.googleapis.com\r\nContent-Length: -1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
    b"POST /v1/x HTTP/1.1\r\nHost: run.googleapis.com\r\nContent-Length: 100\r\n\r\n{", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"\x00" * 100,
)  # fmt: skip


def _send(address: tuple[str, int], raw: bytes) -> bytes:
    """What comes back for some bytes, after which no more are sent."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionError:
            pass  # refused in the midst of it
    return answer


@pytest.fixture(scope="module")
def address() -> Any:
    with Emulator(grpc_port=None) as emulator:
        host, port = emulator.endpoint.removeprefix("http://").split(":")
        yield host, int(port)
        assert not emulator.world.problems


@pytest.mark.timeout(0 if RANDOM else 60)
def test_no_bytes_are_too_broken(
    address: tuple[str, int], capfd: pytest.CaptureFixture[str]
) -> None:
    """Each is answered or hung up on; after all of them a good request is answered as ever."""
    chooser = random.Random(None if RANDOM else 7)
    broken = list(HEADS)
    for _ in range(max(100, REQUESTS_MADE // 50)):
        raw = bytearray(chooser.choice(HEADS)[:2000])
        for _ in range(chooser.randint(1, 8)):
            at = chooser.randrange(len(raw) + 1)
            raw[at : at + chooser.randint(0, 3)] = chooser.randbytes(chooser.randint(0, 3))
        broken.append(bytes(raw))
    for raw in broken:
        assert b" 500 " not in _send(address, raw).partition(b"\r\n")[0], raw[:300]
    assert _send(address, HEADS[0]).startswith(b"HTTP/1.1 200")
    assert "Traceback" not in capfd.readouterr().err


def test_a_broken_message_over_grpc(emulator: Emulator) -> None:
    with grpc.insecure_channel(emulator.grpc_address) as channel:
        for path in (
            "/google.cloud.secretmanager.v1.SecretManagerService/GetSecret",
            "/google.longrunning.Operations/GetOperation",
        ):
            for raw in (b"\xff\xff\xff", b"\x0a\x05abc", b"\x0a\x01\xff"):
                with pytest.raises(grpc.RpcError) as caught:
                    channel.unary_unary(path)(raw, timeout=10)
                assert caught.value.code() in {
                    grpc.StatusCode.INVALID_ARGUMENT,
                    grpc.StatusCode.NOT_FOUND,
                }


def test_memory_comes_back() -> None:
    """However often it was used, a world that was reset is as small as the first time."""
    world = Google(clock=ManualClock())
    rows = REQUESTS["compute"][:8]

    def use() -> int:
        for method, url, body in rows:
            fire(world, Shot(method, *whole("compute", url), json.dumps(body).encode()))
        world.reset()
        gc.collect()
        return len(gc.get_objects())

    use()
    first = use()
    later = [use() for _ in range(4)]
    assert max(later) < first + 200, (first, later)
