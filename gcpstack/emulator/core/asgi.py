"""Reading of requests over ASGI."""

from typing import Any


async def whole_body(receive: Any, largest: int) -> bytes | None:
    """The body of a request; None when it is larger than is served.

    Args:
        receive: ASGI's channel.
        largest: bytes that are taken at most.

    Raises:
        ConnectionError: the client went away before it had sent all: there is no request.
    """
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > largest:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)
