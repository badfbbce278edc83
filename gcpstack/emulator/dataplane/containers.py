"""What answers in the place of containers: declared behaviours, functions, processes."""

import asyncio
import inspect
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from gcpstack.emulator.core import behaviours, images
from gcpstack.emulator.core.behaviours import Behaviour
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dataplane.messages import Answer, Asked, Handler, told

# What belongs to one connection only (https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1).
HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
T = TypeVar("T")
STARTING = 10.0
UNAVAILABLE = 503


@dataclass(slots=True)
class Process:
    """A program of this computer that serves on the port of its environment variable ``PORT``."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    running: "subprocess.Popen[bytes] | None" = None
    port: int = 0

    async def answer(self, request: Asked, client: httpx.AsyncClient) -> Answer:
        """Pass the request on; the program is started when it is first needed, or has ended."""
        if self.running is None or self.running.poll() is not None:
            await self._start()
        try:
            answer = await client.request(
                request.method,
                f"http://127.0.0.1:{self.port}{request.url}",
                headers=[("host", request.host), *_passed(request)],
                content=request.body,
            )
        except httpx.HTTPError as error:
            return told(UNAVAILABLE, f"the container did not answer: {error}")
        gone = HOP | {"content-length", "content-encoding"}
        headers = tuple(
            (key.lower(), value)
            for key, value in answer.headers.multi_items()
            if key.lower() not in gone
        )
        return Answer(answer.status_code, headers, answer.content)

    async def _start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        environment = {**os.environ, **self.environment, "PORT": str(self.port)}
        # The user's own words, not anything that came over the network.
        self.running = subprocess.Popen(  # noqa: ASYNC220, S603 # it returns at once
            list(self.command), env=environment, cwd=tempfile.gettempdir(), stdout=sys.stderr
        )
        for _ in range(int(STARTING / 0.05)):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return

    def stop(self) -> None:
        """End the program."""
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            self.running.wait(timeout=10)
        self.running = None


def _passed(request: Asked) -> list[tuple[str, str]]:
    gone = HOP | {"host", "content-length"}
    return [(key, value) for key, value in request.headers if key not in gone]


@dataclass(slots=True)
class Containers:
    """Answers for revisions by what is bound to their image.

    Attributes:
        world: what was declared, and the time.
        functions: functions by image.
        processes: programs by image.
        served: answers so far by revision.
    """

    world: World
    functions: dict[str, Handler] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)
    served: dict[str, int] = field(default_factory=dict)

    async def answer(
        self, revision: Obj, request: Asked, share: float, client: httpx.AsyncClient
    ) -> Answer:
        """What the main container of a revision answers.

        Args:
            revision: the revision.
            request: what it is asked.
            share: percent of the service's traffic that goes to it.
            client: carries requests to processes.
        """
        image = image_of(revision)
        count = self.served.get(revision.name, 0)
        self.served[revision.name] = count + 1
        function = _bound(self.functions, image)
        if function is not None:
            return await _called(function, request)
        process = _bound(self.processes, image)
        if process is not None:
            return await process.answer(request, client)
        behaviour = behaviours.of(self.world, image)
        if behaviour.seconds and not getattr(self.world.clock, "manual", False):
            await asyncio.sleep(behaviour.seconds)
        return _declared(behaviour, revision, request, count, share)

    def seconds(self, revision: Obj) -> float:
        """How long an answer of a revision takes where the time stands still by itself."""
        manual = getattr(self.world.clock, "manual", False)
        return behaviours.of(self.world, image_of(revision)).seconds if manual else 0.0

    def healthy(self, revision: Obj, path: str, share: float) -> bool:
        """Whether a probe of a path would find the container well, as far as its behaviour is declared."""
        behaviour = behaviours.of(self.world, image_of(revision))
        return behaviour.ready and behaviour.status_of(path, 0, share) < 400  # noqa: PLR2004 # of HTTP

    def stop(self) -> None:
        """End the programs."""
        for process in self.processes.values():
            process.stop()


def _bound(bound: Mapping[str, T], image: str) -> T | None:
    return bound.get(image, bound.get(images.split(image)[0]))


def image_of(revision: Obj) -> str:
    """The image of a revision's main container, as it was named."""
    containers = revision.meta["template"]["containers"]
    main = next((one for one in containers if one.get("ports")), containers[0])
    return str(main.get("image", ""))


async def _called(function: Handler, request: Asked) -> Answer:
    try:
        answer = function(request)
        return await answer if inspect.isawaitable(answer) else answer
    except Exception as error:  # noqa: BLE001 # what a container raises ends in a 500
        return told(500, f"the container failed: {error!r}")


def _declared(
    behaviour: Behaviour, revision: Obj, request: Asked, count: int, share: float
) -> Answer:
    """The answer of a declared behaviour."""
    if not behaviour.ready:
        return told(UNAVAILABLE, "The request failed because no instance is ready.")
    if behaviour.crash_after and (count + 1) % (behaviour.crash_after + 1) == 0:
        return told(UNAVAILABLE, "The request failed because the container instance ended.")
    status = behaviour.status_of(request.path, count, share)
    headers = tuple((key.lower(), value) for key, value in behaviour.headers.items())
    if behaviour.body is not None:
        kind = () if "content-type" in dict(headers) else (("content-type", "text/plain"),)
        return Answer(status, (*headers, *kind), behaviour.body.encode())
    facts = {
        "service": revision.name.split("/")[5],
        "revision": revision.id,
        "region": revision.name.split("/")[3],
        "method": request.method,
        "host": request.host,
        "path": request.url,
    }
    return Answer(
        status, (*headers, ("content-type", "application/json")), json.dumps(facts).encode()
    )
