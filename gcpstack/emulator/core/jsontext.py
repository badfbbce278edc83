"""JSON as Google's parser reads it, and its words for what it can't read."""

import json
import re
from typing import Any, NoReturn

from gcpstack.emulator.core.errors import ApiError, bad_request

MOST_SHOWN = 200  # characters of the line that can't be read
DEEPEST = 100  # nested messages
TOO_DEEP = "Message too deep. Max recursion depth reached."
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
        value = _parsed(raw)
    except ValueError as error:
        lines = raw.decode(errors="replace").splitlines() or [""]
        line = lines[min(getattr(error, "lineno", 1), len(lines)) - 1]
        at = max(getattr(error, "colno", 1) - 1, 0)
        begin = max(0, at - MOST_SHOWN // 2)
        shown, mark = line[begin : begin + MOST_SHOWN], " " * (at - begin)
        text = f"Invalid JSON payload received. {_words(error)}\n{shown}\n{mark}^"
        raise refuse([("", text)]) from None
    if b"\\u" in raw and LONE_SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise refuse([("", "Invalid JSON payload received. Invalid unicode surrogate pair.")])
    return value


def _parsed(raw: bytes) -> Any:
    try:
        value = json.loads(raw, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    if isinstance(value, (dict, list)) and raw.count(b"{") + raw.count(b"[") > DEEPEST:
        _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    """Refuse what is nested too deeply, level by level."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise ValueError(TOO_DEEP)


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"Unexpected token: {text}")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("Number exceeds the range of double.")
    return number


def _words(error: ValueError) -> str:
    words = str(error)
    if words.startswith((TOO_DEEP, "Number exceeds")):
        return words
    if "property name" in words:
        return "Expected an object key or }."
    if "delimiter" in words:
        return "Expected , or } after key:value pair."
    if "Unterminated" in words:
        return "Closing quote expected in string."
    return "Expected a value."
