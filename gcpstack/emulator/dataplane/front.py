"""From HTTP to the messages of the data plane and back."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from gcpstack.emulator.core.asgi import whole_body
from gcpstack.emulator.core.wire import Request
from gcpstack.emulator.dataplane.messages import CLIENT, Answer, Asked

RUN = ".run.app"
ADDRESS = re.compile(r"(?P<address>\d+\.\d+\.\d+\.\d+|\[[0-9a-fA-F:]+\]):(?P<port>\d+)")
LARGEST_BODY = 32 * 1024 * 1024  # of a request to Cloud Run over HTTP/1


def place(request: Request) -> str | None:
    """The host that stands first in a path, or in the header of a request to a service's own host."""
    first = request.path.lstrip("/").partition("/")[0]
    if first.endswith(RUN) or ADDRESS.fullmatch(first):
        return first
    host = bare_host(request.headers.get("host", ""))
    return host if host.endswith(RUN) else None


def bare_host(header: str) -> str:
    """A host without its port."""
    return header if header.endswith("]") else header.rpartition(":")[0] or header


def claimed(request: Asked) -> Asked:
    """The request of whoever the client claims to be: on one computer all come from one address."""
    client = request.header(CLIENT)
    if client is None:
        return request
    return Asked(
        request.method, request.scheme, request.host, request.path, request.query,
        tuple(pair for pair in request.headers if pair[0] != CLIENT), request.body, client,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Front:
    """The ASGI application of one listener.

    Attributes:
        answer: answers a request.
        secure: it came over TLS.
    """

    answer: Callable[[Asked], Awaitable[Answer]]
    secure: bool

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            body = await whole_body(receive, LARGEST_BODY)
        except ConnectionError:
            return
        if body is None:
            await send_answer(send, Answer(413), head=scope["method"] == "HEAD")
            return
        headers = tuple(
            (key.decode("latin-1").lower(), value.decode("latin-1"))
            for key, value in scope["headers"]
        )
        host = dict(headers).get("host", "")
        request = Asked(
            scope["method"],
            "https" if self.secure else "http",
            bare_host(host),
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers,
            body,
            (scope.get("client") or ("127.0.0.1",))[0],
        )
        answer = await self.answer(claimed(request))
        await send_answer(send, answer, head=request.method == "HEAD")


async def send_answer(send: Any, answer: Answer, *, head: bool) -> None:
    """Send an answer over ASGI."""
    headers = [(key.encode(), value.encode("latin-1")) for key, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
