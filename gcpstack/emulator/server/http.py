"""HTTP/1.1: an ASGI application over the world, and a protocol that can hang up without an answer."""

import asyncio
from email.utils import formatdate
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gcpstack.emulator.core.asgi import whole_body
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.wire import Hold, Request, Response
from gcpstack.emulator.dataplane.plane import Plane

TRANSPORT = "gcpstack.transport"
LARGEST_HEAD = 128 * 1024
LARGEST_BODY = 128 * 1024 * 1024


class DroppableProtocol(HttpToolsProtocol):
    """uvicorn's protocol; it hands the connection to the application, which may close it.

    A head that doesn't end is refused: the parser itself would take any.
    """

    def on_message_begin(self) -> None:
        """A new request on the connection."""
        super().on_message_begin()
        self._head = 0
        scope: dict[str, Any] = self.scope  # type: ignore[assignment] # an open mapping in truth
        scope[TRANSPORT] = self.transport

    def on_url(self, url: bytes) -> None:
        """A piece of the request line."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._count(name)
        self._count(value)
        super().on_header(name, value)

    def _count(self, part: bytes) -> None:
        self._head += len(part)
        if self._head > LARGEST_HEAD:
            raise ValueError("the head of the request is too large")  # the parser makes it a 400


class Application:
    """The ASGI application.

    Args:
        world: what answers.
        waiters: set whenever the time was moved by hand, so that waiting answers look again.
        plane: answers at the addresses of services and load balancers.
    """

    def __init__(self, world: Google, waiters: "Waiters", plane: Plane) -> None:
        self._world = world
        self._waiters = waiters
        self._plane = plane

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            body = await whole_body(receive, LARGEST_BODY)
        except ConnectionError:
            return
        if body is None:
            await _send(send, Response(413, b"", {"Connection": "close"}))
            return
        headers = {
            key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
        }
        request = Request(
            scope["method"],
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers,
            body,
        )
        if self._plane.takes(request):
            await _send(send, await self._plane.through(request))
            return
        result = await settled(self._world.handle(request), self._world, self._waiters)
        if result.drop:
            scope[TRANSPORT].abort()
            return
        date = formatdate(self._world.now(), usegmt=True)
        await _send(send, result, (b"date", date.encode()))


async def _send(send: Any, response: Response, *more: tuple[bytes, bytes]) -> None:
    headers = [
        (key.lower().encode(), str(value).encode("latin-1"))
        for key, value in response.headers.items()
    ]
    headers.append((b"content-length", str(len(response.body)).encode()))
    headers += [(b"server", b"ESF"), *more]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


class Waiters:
    """Answers that wait for the clock; they look again when somebody moves it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._moved = asyncio.Event()

    def wake(self) -> None:
        """The clock was moved, from whatever thread."""
        self._loop.call_soon_threadsafe(self._pulse)

    def _pulse(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def pause(self, seconds: float | None) -> None:
        """Wait until the clock is moved, at most some seconds."""
        moved = self._moved
        try:
            await asyncio.wait_for(moved.wait(), seconds)
        except TimeoutError:
            return


async def settled(result: Response | Hold, world: Google, waiters: Waiters) -> Response:
    """The answer, once the clock shows its time."""
    while isinstance(result, Hold):
        left = result.until - world.now()
        if left > 0:
            await waiters.pause(None if getattr(world.clock, "manual", False) else left)
        else:
            result = result.resume()
    return result
