"""Requests and answers as the core sees them, free of any server."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(slots=True)
class Request:
    """One call from outside; the path is still percent-encoded."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(slots=True)
class Response:
    """One answer; ``drop`` closes the connection instead of sending it."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False

    def json(self) -> Any:
        """The body as JSON; None when it is empty."""
        return json.loads(self.body) if self.body else None


@dataclass(slots=True)
class Hold:
    """An answer that is not ready: call ``resume`` once the clock shows ``until``."""

    until: float
    resume: Callable[[], "Response | Hold"]


Result = Response | Hold


def json_response(status: int, value: Any) -> Response:
    """An answer with a JSON body, as Google's front end sends it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, {"Content-Type": JSON_TYPE})
