"""Answers over gRPC that no Google should give: what they are, by name."""

import base64
import struct
from collections.abc import Mapping, Sequence

from .frames import Answer, data, headers, leave, reset, torn

_HTML = b"<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title><p>That's an error.</html>"
_HEAD = ((":status", "200"), ("content-type", "application/grpc"))
_DETAILS = "grpc-status-details-bin"
_GOOD = (("grpc-status", "0"),)


def message(content: bytes, size: int | None = None, *, compressed: bool = False) -> bytes:
    """Frame a message as gRPC does; it may lie about its size."""
    return struct.pack(">BI", compressed, len(content) if size is None else size) + content


def field(number: int, content: bytes | str) -> bytes:
    """Write a field of a protobuf message that has a length."""
    raw = content.encode() if isinstance(content, str) else content
    size, length = len(raw), b""
    while size >= 128:
        length += bytes([size % 128 + 128])
        size //= 128
    return _varint(number << 3 | 2) + length + bytes([size]) + raw


def number(of: int, value: int) -> bytes:
    """Write a field of a protobuf message that is a number."""
    return _varint(of << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = b""
    while value >= 128:
        out += bytes([value % 128 + 128])
        value //= 128
    return out + bytes([value])


def said(
    content: bytes,
    end: Sequence[tuple[str, str]] = _GOOD,
    head: Sequence[tuple[str, str]] = _HEAD,
) -> Answer:
    """Answer a call with a body and a trailer."""
    return lambda stream: (
        headers(stream, head) + data(stream, content) + headers(stream, end, end=True)
    )


def refused(status: str, text: str | None = None, details: bytes | None = None) -> Answer:
    """Refuse a call with a status."""
    rows = [*_HEAD, ("grpc-status", status)]
    if text is not None:
        rows.append(("grpc-message", text))
    if details is not None:
        rows.append((_DETAILS, base64.b64encode(details).decode().rstrip("=")))
    return lambda stream: headers(stream, rows, end=True)


def page(status: str, kind: str = "text/html") -> Answer:
    """Answer as a proxy would."""
    rows = ((":status", status), ("content-type", kind))
    return lambda stream: headers(stream, rows) + data(stream, _HTML, end=True)


def _told(code: int, text: str | bytes, *details: bytes) -> bytes:
    """Write a ``google.rpc.Status``."""
    return number(1, code) + field(2, text) + b"".join(field(3, one) for one in details)


def _any(kind: str, content: bytes) -> bytes:
    return field(1, f"type.googleapis.com/{kind}") + field(2, content)


def _deep(depth: int) -> bytes:
    """Nest lists into lists: ``google.protobuf.Value``."""
    out = number(1, 0)
    for _ in range(depth):
        out = field(6, field(1, out))
    return out


_NAN = field(1, field(1, "a") + field(2, b"\x11" + struct.pack("<d", float("nan"))))

#: What comes instead of a good answer, whatever was asked.
ANSWERS: Mapping[str, Answer] = {
    "a page": page("200"),
    "a page with 302": page("302"),
    "a page with 400": page("400"),
    "a page with 401": page("401"),
    "a page with 403": page("403"),
    "a page with 418": page("418"),
    "a page with 502": page("502"),
    "a page that says it is gRPC": page("200", "application/grpc"),
    "a status of HTTP that is a text": page("fine"),
    "a reset for a fault": lambda stream: reset(stream, 2),
    "a reset for refusal": lambda stream: reset(stream, 7),
    "a reset for cancelling": lambda stream: reset(stream, 8),
    "a reset for too much": lambda stream: reset(stream, 11),
    "a reset for a lack of safety": lambda stream: reset(stream, 12),
    "a reset for no reason": lambda stream: reset(stream, 99),
    "a reset in the middle": lambda stream: (
        headers(stream, _HEAD) + data(stream, message(b"ab", 9)) + reset(stream, 2)
    ),
    "a farewell": lambda stream: leave(0),
    "an angry farewell": lambda stream: leave(11),
    "a message of four gigabytes": said(message(b"abc", 2**32 - 1)),
    "a huge message": said(message(bytes(5_000_000))),
    "a message that was never compressed": said(message(b"abc", compressed=True)),
    "a message of letters": said(message(_HTML)),
    "a message of noise": said(message(b"\xff\xfe\x00\x01" * 9)),
    "no message": said(b""),
    "a message that is cut off": said(message(b"ab", 9)),
    "no end": lambda stream: headers(stream, _HEAD) + data(stream, message(b""), end=True),
    "text of no language": said(message(field(1, b"\xff\xfe"))),
    "a moment that never was": said(message(field(3, number(1, 2**62)))),
    "a status of no number": refused("broken", "words"),
    "a status that nobody knows": refused("77", "words"),
    "a negative status": refused("-1", "words"),
    "no words": refused("3"),
    "words that are a page": refused("3", _HTML.decode()),
    "words that are badly escaped": refused("3", "100%, %zz, %f"),
    "words that are not text": refused("3", "%ff%fe%00"),
    "very many words": refused("3", "word " * 1_500),
    "details of noise": refused("3", "words", b"\xff\xfe\x00\x01"),
    "details that are cut off": refused("7", "words", _told(7, "words")[:-2]),
    "details that are empty": refused("7", "words", b""),
    "details of another status": refused("3", "words", _told(7, "others")),
    "details of success": refused("3", "words", _told(0, "")),
    "a detail of an unknown kind": refused(
        "3", "words", _told(3, "words", _any("a.b.Nothing", b"x"))
    ),
    "a detail of no kind": refused("3", "words", _told(3, "words", field(2, b"x"))),
    "a cause that is cut off": refused(
        "7", "words", _told(7, "words", _any("google.rpc.ErrorInfo", field(1, "abc")[:-1]))
    ),
    "a detail that is not a number": refused(
        "3", "words", _told(3, "words", _any("google.protobuf.Struct", _NAN))
    ),
    "a detail without a value": refused(
        "3",
        "words",
        _told(3, "words", _any("google.protobuf.Struct", field(1, field(1, "a") + field(2, b"")))),
    ),
    "a detail that is deep": refused(
        "3", "words", _told(3, "words", _any("google.protobuf.Value", _deep(40)))
    ),
    "a detail that is far too deep": refused(
        "3", "words", _told(3, "words", _any("google.protobuf.Value", _deep(120)))
    ),
    "a span that is too long": refused(
        "7", "words", _told(7, "words", _any("google.rpc.RetryInfo", field(1, number(1, 2**62))))
    ),
}

#: What leaves a client waiting until the deadline of its call: it never sees an end.
STALLS: Mapping[str, Answer] = {
    "two messages": said(message(field(1, "projects/p/secrets/other")) * 2),
    "a head that is cut off": lambda stream: torn(stream, _HEAD),
}

#: What comes as soon as somebody connects.
GREETINGS: Mapping[str, bytes] = {
    "nothing": b"",
    "an older HTTP": b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n\r\n" + _HTML,
    "another protocol": b"220 mail.example.com ESMTP\r\n",
    "noise": b"\xff\xfe\x00\x01" * 99,
    "a frame that is too long": b"\xff\xff\xff\x00\x00\x00\x00\x00\x01" + bytes(99),
    "settings that are cut off": b"\x00\x00\x05\x04\x00\x00\x00\x00\x00abcde",
}
