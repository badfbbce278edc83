"""HTTP/1.1: an ASGI application over the world, and a protocol that can hang up without an answer."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.wire import Hold, Request, Response

TRANSPORT = "gcpstack.transport"


class DroppableProtocol(HttpToolsProtocol):
    """uvicorn's protocol; it hands the connection to the application, which may close it."""

    def on_message_begin(self) -> None:
        """A new request on the connection."""
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment] # an open mapping in truth
        scope[TRANSPORT] = self.transport


class Application:
    """The ASGI application.

    Args:
        world: what answers.
        wake: set whenever the time was moved by hand, so that waiting answers look again.
    """

    def __init__(self, world: Google, waiters: "Waiters") -> None:
        self._world = world
        self._waiters = waiters

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _read(receive)
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
        result = await settled(self._world.handle(request), self._world, self._waiters)
        if result.drop:
            scope[TRANSPORT].abort()
            return
        await _send(send, result)


async def _read(receive: Any) -> bytes:
    message = await receive()
    if not message.get("more_body"):
        return message.get("body", b"")  # type: ignore[no-any-return] # ASGI messages are untyped
    parts = [message["body"]]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


async def _send(send: Any, response: Response) -> None:
    headers = [
        (key.lower().encode(), str(value).encode("latin-1"))
        for key, value in response.headers.items()
    ]
    headers.append((b"content-length", str(len(response.body)).encode()))
    headers.append((b"server", b"ESF"))
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
