"""JSON as Google's parser reads it, and its words for what it can't read."""

import json
import re
from typing import Any, NoReturn

from gcpstack.emulator.core.errors import ApiError, bad_request

DEEPEST = 100  # nested messages
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def refuse(problems: list[tuple[str, str]]) -> ApiError:
    """The 400 that tells every problem of a body at once."""
    return ApiError(
        400,
        "\n".join(text for _, text in problems),
        reason="invalid",
        details=[bad_request(problems)],
        show_status=True,
    )


def parse_json(raw: bytes) -> Any:
    """The body as JSON, or the 400 of Google's parser."""
    try:
        _check_depth(raw)
        value = json.loads(raw, parse_constant=_no_constant, parse_float=_finite)
    except ValueError as error:
        lines = raw.decode(errors="replace").splitlines() or [""]
        line = lines[min(getattr(error, "lineno", 1), len(lines)) - 1]
        at = max(getattr(error, "colno", 1) - 1, 0)
        text = f"Invalid JSON payload received. {_words(error)}\n{line}\n{' ' * at}^"
        raise refuse([("", text)]) from None
    if b"\\u" in raw and LONE_SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise refuse([("", "Invalid JSON payload received. Invalid unicode surrogate pair.")])
    return value


def _check_depth(raw: bytes) -> None:
    if raw.count(b"{") + raw.count(b"[") <= DEEPEST:
        return
    depth, quoted, escaped = 0, False, False
    for char in raw:
        if quoted:
            quoted = escaped or char != ord('"')
            escaped = char == ord("\\") and not escaped
        elif char == ord('"'):
            quoted = True
        elif char in b"{[":
            depth += 1
            if depth > DEEPEST:
                raise ValueError("Message too deep. Max recursion depth reached.")
        elif char in b"}]":
            depth -= 1


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"Unexpected token: {text}")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("Number exceeds the range of double.")
    return number


def _words(error: ValueError) -> str:
    words = str(error)
    if words.startswith(("Message too deep", "Number exceeds")):
        return words
    if "property name" in words:
        return "Expected an object key or }."
    if "delimiter" in words:
        return "Expected , or } after key:value pair."
    if "Unterminated" in words:
        return "Closing quote expected in string."
    return "Expected a value."
