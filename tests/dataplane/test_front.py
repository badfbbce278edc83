"""What a listener takes for a request."""

import asyncio
from typing import Any

import pytest

from gcpstack.emulator.dataplane.front import LARGEST_BODY, Front
from gcpstack.emulator.dataplane.messages import Answer, Asked

SCOPE = {
    "type": "http",
    "method": "POST",
    "raw_path": b"/orders",
    "query_string": b"",
    "headers": [(b"Host", b"shop.example.com")],
}


def asked(*messages: dict[str, Any]) -> tuple[list[bytes], list[int]]:
    """The bodies that were passed on, and the statuses that were answered."""
    left = iter(messages)
    bodies: list[bytes] = []
    statuses: list[int] = []

    async def answer(request: Asked) -> Answer:
        bodies.append(request.body)
        return Answer(200)

    async def receive() -> dict[str, Any]:
        return next(left)

    async def send(message: dict[str, Any]) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    asyncio.run(Front(answer, secure=False)(SCOPE, receive, send))
    return bodies, statuses


def part(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_request_in_pieces_is_one() -> None:
    assert asked(part(b"one", more=True), part(b"two", more=False)) == ([b"onetwo"], [200])


@pytest.mark.parametrize("before", [[], [part(b"one", more=True)]])
def test_half_a_request_is_none(before: list[dict[str, Any]]) -> None:
    """Whoever dies while sending has ordered nothing."""
    assert asked(*before, {"type": "http.disconnect"}) == ([], [])


def test_a_body_that_is_too_large_is_refused() -> None:
    """https://cloud.google.com/run/quotas: 32 MiB over HTTP/1."""
    assert asked(part(b"x" * (LARGEST_BODY + 1), more=True)) == ([], [413])
