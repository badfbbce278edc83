"""Checking a JSON body against a discovery schema, in the words of Google's JSON parser.

The accepted forms are those of https://protobuf.dev/programming-guides/json/: JSON names and proto
names, 64-bit integers as number or string, enums by name or number, null meaning absent.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from gcpstack.emulator.core.discovery import Api, Field, Schema
from gcpstack.emulator.core.paths import snake

DURATION = re.compile(r"-?\d{1,12}(\.\d{1,9})?s")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
TIME_PARTS = re.compile(r"([^.+Z]{19})(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
INT_RANGE = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
PARSER_TYPE = {
    "int32": "TYPE_INT32",
    "uint32": "TYPE_UINT32",
    "int64": "TYPE_INT64",
    "uint64": "TYPE_UINT64",
    "double": "TYPE_DOUBLE",
    "float": "TYPE_FLOAT",
    "byte": "TYPE_BYTES",
}
Numbers = Callable[[str, Field], dict[str, int]]
_BAD: Any = object()


class Checker:
    """One body's check: ``clean`` gives the body as the server keeps it, ``problems`` what is wrong.

    Args:
        api: whose schemas to use.
        compute_words: word the problems as Compute does, ``Invalid value for field 'resource.x'``.
        keep_nulls: keep explicit nulls, which a merge patch needs.
        numbers: gives an enum's names with their numbers.
    """

    def __init__(
        self, api: Api, *, compute_words: bool, keep_nulls: bool, numbers: Numbers
    ) -> None:
        self._api = api
        self._compute = compute_words
        self._nulls = keep_nulls
        self._numbers = numbers
        self.problems: list[tuple[str, str]] = []

    def clean(self, schema: Schema, body: dict[str, Any], path: str) -> dict[str, Any]:
        """The body with JSON names, canonical values, and nothing that only the server sets."""
        out: dict[str, Any] = {}
        for key, value in body.items():
            found = schema.find(key)
            if found is None and schema.map_item is not None:
                found = schema.map_item
                out[key] = self._value(schema.name, found, value, f"{path}.{key}")
            elif found is None:
                self._unknown(key, path)
            elif value is None:
                if self._nulls:
                    out[found.name] = None
            elif not found.read_only:
                result = self._value(schema.name, found, value, self._join(path, found.name))
                if result is not _BAD:
                    out[found.name] = result
        return out

    def _join(self, path: str, name: str) -> str:
        step = name if self._compute else snake(name)
        return f"{path}.{step}" if path else step

    def _unknown(self, key: str, path: str) -> None:
        at = f" at '{path}'" if path else ""
        text = f'Invalid JSON payload received. Unknown name "{key}"{at}: Cannot find field.'
        self.problems.append((path, text))

    def _wrong(self, path: str, value: Any, expected: str) -> Any:
        if self._compute:
            shown = value if isinstance(value, str) else json.dumps(value)
            text = f"Invalid value for field '{path}': '{shown}'. {_COMPUTE_HINT.get(expected, '')}"
            self.problems.append((path, text.rstrip()))
        else:
            shown = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            self.problems.append((path, f"Invalid value at '{path}' ({expected}), {shown}"))
        return _BAD

    def _value(self, owner: str, found: Field, value: Any, path: str) -> Any:
        if found.enum:
            return self._enum(owner, found, value, path)
        check = getattr(self, f"_{found.type}", None)
        return check(owner, found, value, path) if check else value

    def _enum(self, owner: str, found: Field, value: Any, path: str) -> Any:
        if isinstance(value, str) and value in found.enum:
            return value
        if value == "" and self._compute:
            return _BAD  # Compute takes an empty name for none
        if isinstance(value, int) and not isinstance(value, bool):
            names = {number: name for name, number in self._numbers(owner, found).items()}
            if value in names:
                return names[value]
        kind = found.name[:1].upper() + found.name[1:]
        return self._wrong(path, value, f"type.googleapis.com/{owner}.{kind}")

    def _array(self, owner: str, found: Field, value: Any, path: str) -> Any:
        item = found.item
        if item is None:
            return value
        if not isinstance(value, list):
            return self._wrong(path, value, "TYPE_LIST")
        items = [self._value(owner, item, inner, f"{path}[{i}]") for i, inner in enumerate(value)]
        return [inner for inner in items if inner is not _BAD]

    def _map(self, owner: str, found: Field, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            return self._wrong(path, value, "TYPE_MESSAGE")
        item = found.inline.map_item if found.inline else None
        if item is None:
            return value
        out = {}
        for key, inner in value.items():
            kept = inner if inner is None else self._value(owner, item, inner, f"{path}[{key}]")
            if kept is not _BAD and (kept is not None or self._nulls):
                out[key] = kept
        return out

    def _object(self, owner: str, found: Field, value: Any, path: str) -> Any:
        schema = self._api.field_schema(found)
        if not isinstance(value, dict):
            name = found.ref or owner
            return self._wrong(path, value, f"type.googleapis.com/{name}")
        return self.clean(schema, value, path) if schema else value

    def _boolean(self, _owner: str, _found: Field, value: Any, path: str) -> Any:
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return value == "true"
        return self._wrong(path, value, "TYPE_BOOL")

    def _integer(self, _owner: str, found: Field, value: Any, path: str) -> Any:
        kind = found.format if found.format in INT_RANGE else "int32"
        number = _whole(value, kind)
        return self._wrong(path, value, PARSER_TYPE[kind]) if number is None else number

    def _number(self, _owner: str, found: Field, value: Any, path: str) -> Any:
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            try:
                number = float(value)
            except (ValueError, OverflowError):
                number = math.inf
            if math.isfinite(number):
                return number if isinstance(value, str) else value
        return self._wrong(path, value, PARSER_TYPE.get(found.format, "TYPE_DOUBLE"))

    def _string(self, _owner: str, found: Field, value: Any, path: str) -> Any:
        if found.format in ("int64", "uint64"):
            number = _whole(value, found.format)
            return (
                self._wrong(path, value, PARSER_TYPE[found.format])
                if number is None
                else str(number)
            )
        if not isinstance(value, str):
            return self._wrong(path, value, "TYPE_STRING")
        return self._formatted(found, value, path)

    def _formatted(self, found: Field, value: str, path: str) -> Any:
        if found.format == "byte":
            text = _base64(value)
            return self._wrong(path, value, "TYPE_BYTES") if text is None else text
        if found.format == "google-duration":
            if not DURATION.fullmatch(value):
                return self._wrong(path, value, "type.googleapis.com/google.protobuf.Duration")
            return _as_told(value)
        if found.format == "google-datetime":
            if not TIMESTAMP.fullmatch(value):
                return self._wrong(path, value, "type.googleapis.com/google.protobuf.Timestamp")
            return _in_utc(value)
        return value


_COMPUTE_HINT = {
    "TYPE_BOOL": "Must be a boolean.",
    "TYPE_INT32": "Must be a 32-bit integer.",
    "TYPE_INT64": "Must be a 64-bit integer.",
}


def _whole(value: Any, kind: str) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and (not math.isfinite(value) or value != int(value)):
        return None
    if isinstance(value, str) and not re.fullmatch(r"-?\d{1,20}", value):
        return None
    if not isinstance(value, (int, float, str)):
        return None
    number = int(value)
    low, high = INT_RANGE[kind]
    return number if low <= number <= high else None


def _as_told(text: str) -> str:
    """A duration as a server tells it back: with no fraction, or with one of 3, 6 or 9 digits."""
    whole, _, fraction = text.rstrip("s").partition(".")
    fraction = fraction.rstrip("0")
    digits = -(-len(fraction) // 3) * 3
    return f"{whole}.{fraction.ljust(digits, '0')}s" if digits else f"{whole}s"


def _in_utc(text: str) -> str:
    """A time as a server tells it back: in UTC, with no fraction, or with one of 3, 6 or 9 digits."""
    clock, fraction, zone = TIME_PARTS.fullmatch(text.upper()).groups("")  # type: ignore[union-attr] # it is a time
    if zone != "Z":
        try:
            moment = datetime.fromisoformat(f"{clock}{zone}").astimezone(UTC)
        except (ValueError, OverflowError):
            return text  # on the edge of what a calendar holds
        clock = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    digits = -(-len(fraction.rstrip("0")) // 3) * 3
    return f"{clock}.{fraction.rstrip('0').ljust(digits, '0')}Z" if digits else f"{clock}Z"


def _base64(value: str) -> str | None:
    text = value.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(raw).decode()
