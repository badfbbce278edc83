"""List filters and orders.

The language of https://google.aip.dev/160, with Compute's ``eq``/``ne`` regular expressions
(https://cloud.google.com/compute/docs/reference/rest/v1/addresses/list) beside it.
"""

import functools
import re
from collections.abc import Callable
from typing import Any

from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.paths import MISSING, camel

Predicate = Callable[[dict[str, Any]], bool]
TOKEN = re.compile(
    r"""\s*(?:(?P<op><=|>=|!=|=~|!~|=|<|>|:)|(?P<paren>[()])|(?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<word>[^\s()=<>!:"',]+)|(?P<comma>,))"""
)
# A repeated group that holds a repeat: (a+)+, (a|b*)*, (a{2,})*.
NESTED_REPEAT = re.compile(r"\([^()]*(?:\([^()]*\))*[^()]*[*+}][^()]*\)+[*+{]")
LONGEST_PATTERN = 1_000
LONGEST = 20_000  # characters
DEEPEST = 60
STEP = re.compile(r"""["'`]?([^."'`]+)["'`]?""")


def matcher(text: str) -> Predicate:
    """The predicate of a filter; raises the 400 of a filter that can't be read."""
    if not text.strip():
        return lambda _body: True
    if len(text) > LONGEST or text.count("(") > DEEPEST:
        raise ApiError(400, f"Invalid filter: '{text[:80]}…' is too complex", reason="invalid")
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._scan(text)
        self._at = 0

    def _scan(self, text: str) -> list[tuple[str, str]]:
        tokens, position = [], 0
        text = text.rstrip()
        while position < len(text):
            found = TOKEN.match(text, position)
            if not found:
                raise self._error()
            tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
            position = found.end()
        return tokens

    def _error(self) -> ApiError:
        return ApiError(400, f"Invalid filter: '{self._text}'", reason="invalid")

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def parse(self) -> Predicate:
        found = self._all()
        if self._peek()[0] != "end":
            raise self._error()
        return found

    def _all(self) -> Predicate:
        parts = [self._any()]
        while self._peek()[0] != "end" and self._peek() != ("paren", ")"):
            if self._peek() == ("word", "AND"):
                self._next()
            parts.append(self._any())
        return lambda body: all(part(body) for part in parts)

    def _any(self) -> Predicate:
        parts = [self._term()]
        while self._peek() == ("word", "OR"):
            self._next()
            parts.append(self._term())
        return lambda body: any(part(body) for part in parts)

    def _term(self) -> Predicate:
        negated = False
        while self._peek() == ("word", "NOT"):
            self._next()
            negated = not negated
        if negated:
            inner = self._term()
            return lambda body: not inner(body)
        if self._peek() == ("paren", "("):
            self._next()
            inner = self._all()
            if self._next() != ("paren", ")"):
                raise self._error()
            return inner
        return self._restriction()

    def _restriction(self) -> Predicate:
        kind, text = self._next()
        if kind not in ("word", "quoted"):
            raise self._error()
        name = text.lstrip("-") if kind == "word" else text
        found = self._compared(name)
        if (len(text) - len(name)) % 2:
            return lambda body: not found(body)
        return found

    def _compared(self, text: str) -> Predicate:
        operator = self._operator()
        if not operator:
            word = _unquote(text).lower()
            return lambda body: word in str(body).lower()
        pattern = operator in ("eq", "ne", "=~", "!~")
        if (values := self._several()) is not None:
            path, (word, texts) = _path(text), values
            combined = any if word == "OR" else all
            return lambda body: combined(
                _compare(_lookup(body, path), operator, one) for one in texts
            )
        value = self._value(pattern=pattern)
        if pattern:
            self._check_pattern(value)
        path = _path(text)
        return lambda body: _compare(_lookup(body, path), operator, value)

    def _check_pattern(self, text: str) -> None:
        """Refuse a pattern that RE2 would refuse, or that takes Python for ever."""
        try:
            re.compile(text)
        except (re.error, RecursionError, OverflowError):
            raise self._error() from None
        if len(text) > LONGEST_PATTERN or NESTED_REPEAT.search(text):
            raise self._error()

    def _operator(self) -> str:
        kind, text = self._peek()
        if kind == "op" or (kind == "word" and text in ("eq", "ne")):
            self._next()
            return text
        return ""

    def _several(self) -> tuple[str, list[str]] | None:
        """Values in brackets with OR or AND between them: ``name:("a" OR "b")``; None for others."""
        start = self._at
        if self._next() == ("paren", "("):
            texts, words = [_unquote(self._next()[1])], set()
            while self._peek()[0] == "word" and self._peek()[1] in ("OR", "AND"):
                words.add(self._next()[1])
                texts.append(_unquote(self._next()[1]))
            if len(words) == 1 and self._next() == ("paren", ")"):
                return words.pop(), texts
        self._at = start
        return None

    def _value(self, *, pattern: bool = False) -> str:
        kind, text = self._next()
        if kind == "paren" and text == "(":
            words = []
            while self._peek()[0] not in ("end", "paren"):
                words.append(_unquote(self._next()[1]))
            if self._next() != ("paren", ")"):
                raise self._error()
            return " ".join(words)
        if kind not in ("word", "quoted"):
            raise self._error()
        return self._joined(_unquote(text, pattern=pattern), kind)

    def _joined(self, text: str, kind: str) -> str:
        """Unquoted values may hold colons, as links and timestamps do."""
        while kind == "word" and self._peek()[1] == ":" and self._at + 1 < len(self._tokens):
            self._next()
            text += ":" + self._next()[1]
        return text


def _unquote(text: str, *, pattern: bool = False) -> str:
    """What a value says without its quotes; in a pattern backslashes are the pattern's own."""
    if text[:1] in "\"'" and len(text) > 1:
        return text[1:-1] if pattern else re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


@functools.lru_cache(4096)
def _path(text: str) -> tuple[str, ...]:
    return tuple(STEP.findall(text))


def _lookup(body: Any, path: tuple[str, ...]) -> Any:
    if not path:
        return body
    if isinstance(body, list):
        return [found for item in body if (found := _lookup(item, path)) is not MISSING]
    if not isinstance(body, dict):
        return MISSING
    for count in range(1, len(path) + 1):
        key = ".".join(path[:count])
        for name in (key, camel(key)):
            if name in body:
                return _lookup(body[name], path[count:])
    return MISSING


def _compare(actual: Any, operator: str, wanted: str) -> bool:
    if operator == ":":
        return _has(actual, wanted)
    if operator in ("!=", "ne", "!~"):
        return not _compare(actual, {"!=": "=", "ne": "eq", "!~": "=~"}[operator], wanted)
    if isinstance(actual, list):
        return any(_compare(item, operator, wanted) for item in actual)
    if actual is MISSING:
        return operator == "=" and wanted in ("", "false")
    if operator in ("eq", "=~"):
        found = re.search if operator == "=~" else re.fullmatch
        return found(wanted, _text(actual)) is not None
    return _ordered(actual, operator, wanted)


def _ordered(actual: Any, operator: str, wanted: str) -> bool:
    left: Any = _text(actual)
    right: Any = wanted
    try:
        left, right = float(left), float(right)
    except ValueError:
        if operator == "=":
            return _fits(right, left)
    outcomes: dict[str, bool] = {
        "=": left == right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }
    return outcomes[operator]


def _has(actual: Any, wanted: str) -> bool:
    if wanted == "*":
        return actual is not MISSING and actual not in ("", [], {})
    if isinstance(actual, dict):
        return wanted in actual
    if isinstance(actual, list):
        return any(_has(item, wanted) for item in actual)
    return actual is not MISSING and _fits(f"*{wanted.lower()}*", _text(actual).lower())


def _fits(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern with ``*``; in time that grows with both, whatever the pattern."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == first
    *middle, last = rest
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    at = len(first)
    for part in middle:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return text.endswith(last) and at <= len(text) - len(last)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def order_key(text: str) -> list[tuple[tuple[str, ...], bool]]:
    """``create_time desc, name`` as paths with a mark for descending."""
    order = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        words = part.split()
        if len(words) > 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):  # noqa: PLR2004
            message = f"Invalid value for field 'orderBy': '{text}'."
            raise ApiError(400, message, reason="invalid")
        order.append((_path(words[0]), len(words) > 1 and words[1].lower() == "desc"))
    return order


def sort(items: list[Any], text: str, body_of: Callable[[Any], dict[str, Any]]) -> list[Any]:
    """The items in an order; the given order where they tie."""
    for path, descending in reversed(order_key(text)):
        items = sorted(
            items, key=lambda item: _sortable(_lookup(body_of(item), path)), reverse=descending
        )
    return items


def _sortable(value: Any) -> tuple[bool, bool, Any]:
    if value is MISSING:
        return (False, False, "")
    if isinstance(value, (int, float)):
        return (True, False, value)
    return (True, True, str(value))
