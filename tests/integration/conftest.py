"""Where the integration tests run: emulators in this process and in another, or a real project.

Name a project in GCPSTACK_SANDBOX_PROJECT to run the tests marked `sandbox` against Google too:
they make, change and delete what they declare there.
"""

import contextlib
import functools
import json
import os
import subprocess
import sys
import urllib.request
import uuid
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from gcpstack import Settings, Stack
from gcpstack._engine.events import Event
from gcpstack._engine.plan import Plan
from gcpstack._stack.result import Result
from gcpstack.emulator import Emulator

from . import stacks

SANDBOX = "GCPSTACK_SANDBOX_PROJECT"
NO_SANDBOX = f"no project is named in {SANDBOX}"


class Place:
    """Somewhere to apply stacks to."""

    def __init__(self, settings: Settings, endpoint: str | None) -> None:
        self.settings = settings
        self.endpoint = endpoint
        self.events: list[Event] = []

    @property
    def emulated(self) -> bool:
        return self.endpoint is not None

    def control(self, method: str, path: str, body: object = None) -> object:
        """Call the emulator's own address space."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def resources(self) -> dict[str, dict]:
        """Everything that exists in the project, the enabled APIs aside."""
        found = self.control("GET", "/_emulator/resources")
        project = self.settings.project
        own = (f"/projects/{project}/", f"b/{project}-", "/secrets/")
        return {
            name: body
            for name, body in found.items()
            if any(mark in name for mark in own)
            and not name.startswith("//serviceusage")
            and "/networks/default" not in name
            # Google deletes neither a key nor its ring.
            and not name.startswith("//cloudkms")
            # What builds of functions leave behind belongs to Google, who leaves it too.
            and not name.endswith("/repositories/gcf-artifacts")
            and "/builds/" not in name
            # What is deleted, and keeps its name for a while.
            and body.get("state") != "DELETED"
            and "/buckets/_" not in name
            and "/sinks/_" not in name
            and "/logScopes/_" not in name
            and (f"/{project}" in name or f"b/{project}" in name)
        }

    def mutations(self) -> list[str]:
        """The mutating calls since `forget_calls`."""
        rows = self.control("GET", "/_emulator/requests")
        reads = {"get", "list", "wait", "access", "getIamPolicy", "getPolicy", "aggregatedList"}
        reads |= {"testIamPermissions"}
        return [row["method"] for row in rows if row["method"].rsplit(".", 1)[-1] not in reads]

    def forget_calls(self) -> None:
        self.control("DELETE", "/_emulator/requests")

    def plan(self, stack: Stack) -> Plan:
        return stack.plan(self.settings)

    def apply(self, stack: Stack) -> Result:
        return stack.apply(self.settings, on_event=self.events.append)

    def converge(self, stack: Stack) -> Result:
        """Apply; then nothing may be left to do, and a second apply may change nothing."""
        result = self.apply(stack)
        again = self.plan(stack)
        assert again.empty, [(str(c.address), c.action, c.diff) for c in again.changes if c.diff]
        if self.emulated:
            self.forget_calls()
            self.apply(stack)
            assert self.mutations() == []
        return result


@contextlib.contextmanager
def _process() -> Iterator[str]:
    """Run `gcpstack emulator` and tell its endpoint."""
    with Emulator() as probe:  # two ports that are free
        ports = probe.endpoint.rsplit(":", 1)[1], probe.grpc_address.rsplit(":", 1)[1]
    command = [
        sys.executable,
        "-m",
        "gcpstack",
        "emulator",
        "--port",
        ports[0],
        "--grpc-port",
        ports[1],
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            endpoint = f"http://127.0.0.1:{ports[0]}"
            _await(endpoint, process)
            yield endpoint
        finally:
            process.terminate()
            process.wait(20)


def _await(endpoint: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(400):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{endpoint}/", timeout=5):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            break
    pytest.fail("`gcpstack emulator` did not come up")


@pytest.fixture(scope="session")
def emulator_process() -> Iterator[str]:
    with _process() as endpoint:
        yield endpoint


#: How a stack reaches its emulator.
WAYS = ("rest", "grpc", "process")


def ways_of(story: str) -> tuple[str, ...]:
    """Tell which ways a story goes unless `--every-way` is given.

    The whole life of each stack goes all of them, and so does everything of the smallest stack;
    any other story of a large one goes a single way, which its name chooses.
    """
    if "test_the_whole_life" in story or "test_aster.py" in story:
        return WAYS
    return (WAYS[zlib.crc32(story.encode()) % len(WAYS)],)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that takes a `place` its ways; a module's own `place` stays as it is."""
    if "place" in metafunc.fixturenames and not hasattr(metafunc.module, "place"):
        every = metafunc.config.getoption("--every-way")
        ways = WAYS if every else ways_of(metafunc.definition.nodeid)
        metafunc.parametrize("place", ways, indirect=True)


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Place:
    """An emulator over REST, over gRPC, or in another process."""
    project = f"test-{uuid.uuid4().hex[:12]}"
    if request.param == "process":
        endpoint = request.getfixturevalue("emulator_process")
        transport = "rest"
    else:
        endpoint = request.getfixturevalue("gcp_emulator").endpoint
        transport = request.param
    settings = Settings(
        project=project, region="us-central1", endpoint=endpoint, transport=transport
    )
    return Place(settings, endpoint)


@pytest.fixture
def emulated(gcp_emulator: Emulator) -> Place:
    """An emulator in this process, over REST."""
    project = f"test-{uuid.uuid4().hex[:12]}"
    settings = Settings(project=project, region="us-central1", endpoint=gcp_emulator.endpoint)
    return Place(settings, gcp_emulator.endpoint)


@pytest.fixture
def command(commands: str) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run ``gcpstack`` in a folder; it starts at once."""
    return functools.partial(stacks.command, Path(commands) / "gcpstack")


@pytest.fixture
def sandbox() -> Place:
    """The real project, where one is named."""
    project = os.environ.get(SANDBOX)
    if not project:
        pytest.skip(NO_SANDBOX)
    return Place(Settings(project=project, region="us-central1"), None)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every HTTP request that leaves this process: its address and its body."""
    out: list[tuple[str, str]] = []
    send = requests.adapters.HTTPAdapter.send

    def recorded(self: Any, request: Any, **more: Any) -> Any:
        body = request.body or b""
        out.append(
            (request.url, body.decode(errors="replace") if isinstance(body, bytes) else str(body))
        )
        return send(self, request, **more)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", recorded)
    return out
