"""Answers that no Google should give, and inventories that nobody wrote: what they are, by name."""

import json
from collections.abc import Callable, Mapping

from gcpstack.emulator.core.wire import Response

_HTML = b"<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title><p>That's an error.</html>"
_JSON = {"content-type": "application/json"}


def _said(body: bytes, status: int = 200, kind: str = "application/json") -> Response:
    return Response(status, body, {"content-type": kind})


def _cut(good: Response) -> Response:
    return _said(good.body[: len(good.body) // 2], good.status)


#: What comes instead of a good answer.
ANSWERS: Mapping[str, Callable[[Response], Response]] = {
    "nothing": lambda good: _said(b""),
    "nothing and no type": lambda good: Response(200, b"", {}),
    "a page": lambda good: _said(_HTML, 200, "text/html"),
    "a page that says it is JSON": lambda good: _said(_HTML),
    "a page with 400": lambda good: _said(_HTML, 400, "text/html"),
    "a page with 403": lambda good: _said(_HTML, 403, "text/html"),
    "nothing with 400": lambda good: _said(b"", 400),
    "nothing with 403": lambda good: _said(b"", 403),
    "no JSON with 403": lambda good: _said(b"{{{", 403),
    "a list with 403": lambda good: _said(b"[]", 403),
    "an error that is a text": lambda good: _said(b'{"error": "no"}', 403),
    "an error that is a number": lambda good: _said(b'{"error": 7}', 400),
    "an error without words": lambda good: _said(b'{"error": {}}', 400),
    "an error whose code is a text": lambda good: _said(b'{"error": {"code": "x"}}', 400),
    "an error with odd details": lambda good: _said(
        b'{"error": {"code": 400, "message": 5, "errors": 3, "details": [1, null, {"@type": 3}]}}',
        400,
    ),
    "a teapot": lambda good: _said(b"short and stout", 418, "text/plain"),
    "cut off": _cut,
    "a list": lambda good: _said(b"[]"),
    "a text": lambda good: _said(b'"yes"'),
    "a number": lambda good: _said(b"42"),
    "nothing in JSON": lambda good: _said(b"null"),
    "bytes": lambda good: _said(b"\xff\xfe\x00\x01"),
    "a hole": lambda good: _said(b'{"a": NaN'),
    "very deep": lambda good: _said(b"[" * 50_000 + b"]" * 50_000),
    "a number for a list": lambda good: _said(b'{"items": 5, "services": 5}'),
    "numbers in a list": lambda good: _said(b'{"items": [5], "services": [5]}'),
    "nulls in a list": lambda good: _said(b'{"items": [null], "services": [null]}'),
    "a text for a list": lambda good: _said(b'{"items": "x", "services": "x"}'),
    "nameless": lambda good: _said(b'{"items": [{}], "services": [{}]}'),
    "a number for a name": lambda good: _said(
        b'{"items": [{"name": 5}], "services": [{"name": 5}]}'
    ),
    "a list for a name": lambda good: _said(
        b'{"items": [{"name": []}], "services": [{"name": {}}]}'
    ),
}


def _with(**changes: object) -> Callable[[str], str]:
    def change(text: str) -> str:
        return json.dumps({**json.loads(text), **changes})

    return change


def _record(**changes: object) -> Callable[[str], str]:
    def change(text: str) -> str:
        body = json.loads(text)
        body["records"][0].update(changes)
        return json.dumps(body)

    return change


def _without(*names: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        return json.dumps({k: v for k, v in json.loads(text).items() if k not in names})

    return change


_LEASE = {
    "token": "t",
    "holder": "h",
    "since": "2026-01-01T00:00:00+00:00",
    "until": "2026-01-01T00:00:00+00:00",
    "host": "h",
    "pid": 1,
}

#: What became of an inventory.
INVENTORIES: Mapping[str, Callable[[str], str]] = {
    "nothing": lambda text: "",
    "one letter": lambda text: text[:1],
    "ten letters": lambda text: text[:10],
    "a half": lambda text: text[: len(text) // 2],
    "all but one letter": lambda text: text[:-1],
    "twice": lambda text: text * 2,
    "a page": lambda text: _HTML.decode(),
    "nought bytes": lambda text: "\x00" * 64,
    "null": lambda text: "null",
    "a list": lambda text: "[]",
    "a text": lambda text: '"x"',
    "a number": lambda text: "1",
    "an empty object": lambda text: "{}",
    "very deep": lambda text: "[" * 50_000,
    "of a newer version": _with(gcpstack=2),
    "of a far newer version": _with(gcpstack=99),
    "of a version in words": _with(gcpstack="1"),
    "of no version": _without("gcpstack"),
    "of a version before the first": _with(gcpstack=0),
    "without a stack": _without("stack"),
    "of a stack that is a number": _with(stack=5),
    "without a key": _without("key"),
    "with a key that is none": _with(key="not hexadecimal"),
    "with a key that is a number": _with(key=5),
    "without records": _without("records"),
    "with records that are none": _with(records={}),
    "with a record that is a text": _with(records=["x"]),
    "with a record that is empty": _with(records=[{}]),
    "with an address that is a number": _record(address=5),
    "with an address that is none": _record(address="nothing"),
    "with no identity": _record(ids=None),
    "with an identity that is a list": _record(ids=[]),
    "with an identity of numbers": _record(ids={"name": 5}),
    "with a path that is a number": _record(path=5),
    "with a phase that is none": _record(phase="dancing"),
    "with a phase that is a number": _record(phase=1),
    "with declared fields that are a text": _record(declared="x"),
    "with a declared field that is a text": _record(declared=["x"]),
    "with a declared field that is a number": _record(declared=[[5]]),
    "with needs that are a text": _record(dependsOn="x"),
    "with a need that is none": _record(dependsOn=["nothing"]),
    "with an operation that is a number": _record(operation=5),
    "with digests that are a list": _record(digests=[1]),
    "with relics that are a text": _record(relics="x"),
    "with a relic that is a text": _record(relics=["x"]),
    "with a relic without a path": _record(relics=[{"ids": {}}]),
    "with a lease that is a text": _with(lease="x"),
    "with a lease that is empty": _with(lease={}),
    "with a lease without a token": _with(lease={**_LEASE, "token": None}),
    "with a lease of no time": _with(lease={**_LEASE, "until": "tomorrow"}),
    "with a lease without a time zone": _with(lease={**_LEASE, "until": "2026-01-01T00:00:00"}),
    "with a lease of a process in words": _with(lease={**_LEASE, "pid": "x"}),
}
