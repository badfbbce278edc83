"""Several calls in one: ``POST /batch/NAME/VERSION`` with a ``multipart/mixed`` body.

The form is https://cloud.google.com/compute/docs/api/how-tos/batch.
"""

import re
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.wire import Request, Response

MOST_CALLS = 1000


def boundary_of(content_type: str) -> str:
    """The boundary of a multipart body; some clients quote it with single quotes."""
    found = re.search(r"""boundary=(?:"([^"]+)"|'([^']+)'|([^;\s]+))""", content_type)
    return next((text for text in found.groups() if text), "") if found else ""


def split(body: bytes, boundary: str) -> Iterator[tuple[dict[str, str], bytes]]:
    """The parts of a multipart body, each with its headers."""
    for part in body.split(b"--" + boundary.encode())[1:]:
        if part.startswith(b"--"):
            return
        yield head_and_body(part.lstrip(b"\r\n"))


def head_and_body(text: bytes) -> tuple[dict[str, str], bytes]:
    """Headers by lower-case name, and what follows the empty line."""
    head, _, body = text.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = (line.partition(":") for line in head.decode().split("\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines if value}, body


def read(outer: Request, host: str, largest: int) -> list[tuple[str, Request]]:
    """The calls of a batch, each with its Content-ID; the 400 of what is none."""
    if len(outer.body) > largest:
        raise ApiError(400, f"Request payload size exceeds the limit: {largest} bytes.")
    try:
        calls = list(_requests(outer, host))
    except ValueError:
        calls = []
    if not calls or any("/batch" in call.path for _, call in calls):
        raise ApiError(400, "Failed to parse batch request, error: malformed multipart body.")
    if len(calls) > MOST_CALLS:
        text = f"The batch request could not be processed: more than {MOST_CALLS} calls."
        raise ApiError(400, text)
    return calls


def _requests(outer: Request, host: str) -> Iterator[tuple[str, Request]]:
    boundary = boundary_of(outer.headers.get("content-type", ""))
    for headers, body in split(outer.body, boundary):
        line, _, rest = body.partition(b"\n")
        method, target, *_ = line.decode().split(" ")
        inner, content = head_and_body(rest)
        parts = urlsplit(target)
        path = parts.path if host in parts.path.split("/")[1:2] else f"/{host}{parts.path}"
        call = Request(method, path, parts.query, inner, content.rstrip(b"\n"))
        yield headers.get("content-id", ""), call


def response(answers: list[tuple[str, Response]]) -> Response:
    """The answer to a batch: each answer under its ``response-`` Content-ID."""
    boundary = f"batch_{uuid.uuid4().hex}"
    parts = []
    for content_id, answer in answers:
        name = content_id.strip("<>")
        head = [f"--{boundary}", "Content-Type: application/http"]
        if name:
            head.append(f"Content-ID: <response-{name}>")
        head += ["", f"HTTP/1.1 {answer.status} OK"]
        head += [f"{key}: {value}" for key, value in answer.headers.items()]
        head += [f"Content-Length: {len(answer.body)}", "", ""]
        parts.append("\r\n".join(head).encode() + answer.body + b"\r\n")
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return Response(200, body, {"Content-Type": f'multipart/mixed; boundary="{boundary}"'})
