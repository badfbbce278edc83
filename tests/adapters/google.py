"""A server on the loopback that stands in for Google where a test needs an answer of its own."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from gcpstack._adapters.clients import Clients


@dataclass
class Asked:
    """One request, as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    peer: str = ""


@dataclass
class Answer:
    """What to answer with; a body that is not text is written as JSON."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"


def refusal(code: int, reason: str, message: str = "no") -> Answer:
    """An error of the older APIs."""
    return Answer(
        {"error": {"code": code, "message": message, "errors": [{"reason": reason}]}}, code
    )


Script = Callable[[Asked], Any]


class FakeGoogle:
    """Answers every request by a function; remembers the requests."""

    def __init__(self, script: Script | None = None) -> None:
        self.script: Script = script or (lambda asked: {})
        self.asked: list[Asked] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                owner._answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def clients(self, **more: Any) -> Clients:
        return Clients("p", endpoint=self.endpoint, **more)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def paths(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        raw = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        parts = urlsplit(handler.path)
        asked = Asked(
            handler.command,
            parts.path,
            {key: values[0] for key, values in parse_qs(parts.query).items()},
            {key.lower(): value for key, value in handler.headers.items()},
            json.loads(raw) if raw else None,
            str(handler.client_address),
        )
        self.asked.append(asked)
        told = self.script(asked)
        answer = told if isinstance(told, Answer) else Answer(told)
        if answer.status < 0:  # hang up without a word
            handler.close_connection = True
            return
        content = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        handler.send_response(answer.status)
        handler.send_header("content-type", answer.kind)
        handler.send_header("content-length", str(len(content.encode())))
        for key, value in answer.headers.items():
            handler.send_header(key, value)
        handler.end_headers()
        handler.wfile.write(content.encode())


HANG_UP = Answer(status=-1)
