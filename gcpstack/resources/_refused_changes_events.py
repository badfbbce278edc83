"""What Google refuses to change of functions and of what else starts work.

Each rule compares a live object with what is declared, before anything is touched.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gcpstack._core.kinds import Refusal

Body = Mapping[str, object]


def function(live: Body, desired: Body) -> Iterator[Refusal]:
    """What starts a function stays: a call, or an event.

    https://cloud.google.com/functions/docs/calling#triggers
    """
    before, after = live.get("eventTrigger"), desired.get("eventTrigger")
    if bool(before) != bool(after):
        was, shall = ("events", "calls") if before else ("calls", "events")
        yield Refusal(
            ("eventTrigger",),
            f"can't change from {was} to {shall}",
            "Declare another function under another name, and let this one go.",
        )


_DEFINITION = ("definition",)
_ADVICE = "Declare another schema under another name, and let its topics take that."


def schema(live: Body, desired: Body) -> Iterator[Refusal]:
    """A revision reads what earlier ones wrote, and the other way round; the type stays.

    https://cloud.google.com/pubsub/docs/commit-schema-revision
    """
    before, after = live.get("type"), desired.get("type")
    if before and after and before != after:
        yield Refusal(("type",), f"can't change from {before} to {after}", _ADVICE)
        return
    old, new = live.get("definition"), desired.get("definition")
    if isinstance(old, str) and isinstance(new, str):
        read = _avro_fields if after == "AVRO" else _proto_fields
        yield from _revised(read(old), read(new))


def _revised(
    old: Mapping[str, tuple[object, bool]], new: Mapping[str, tuple[object, bool]]
) -> Iterator[Refusal]:
    """Compare fields, each with what it is and whether it may be missing.

    https://cloud.google.com/pubsub/docs/commit-schema-revision
    """
    for name in sorted({*old, *new}):
        if name in old and name in new:
            if old[name][0] != new[name][0]:
                yield Refusal(
                    _DEFINITION, f"changes the field {name!r}, which stays as it is", _ADVICE
                )
            continue
        _, optional = old.get(name) or new[name]
        if not optional:
            deed = "adds" if name in new else "removes"
            yield Refusal(
                _DEFINITION,
                f"{deed} the field {name!r}, which messages can't be without",
                "Only fields that may be missing come and go.",
            )


def _avro_fields(text: str) -> Mapping[str, tuple[object, bool]]:
    """Read the fields of an Avro record; those with a default may be missing.

    Numbers that widen, unions that grow and names that have aliases are Google's to judge
    (https://avro.apache.org/docs/1.11.1/specification/#schema-resolution).
    """
    try:
        found: Any = json.loads(text)
        fields = found["fields"]
        return {one["name"]: (_essence(one["type"]), "default" in one) for one in fields}
    except (ValueError, TypeError, KeyError):
        return {}


def _essence(kind: Any) -> object:
    """Tell types apart that no reader could take for another."""
    plain = kind.get("type") if isinstance(kind, dict) else kind
    families = {"int": "number", "long": "number", "float": "number", "double": "number"}
    families |= {"string": "text", "bytes": "text"}
    if isinstance(plain, list):
        return "union"
    return families.get(str(plain), str(plain))


_PROTO_FIELD = re.compile(
    r"^\s*(?P<rule>optional|required|repeated)?\s*(?P<type>[\w.]+(?:\s*<[^>]*>)?)\s+(?P<name>\w+)\s*=\s*"
    r"(?P<number>\d+)",
    re.MULTILINE,
)


def _proto_fields(text: str) -> Mapping[str, tuple[object, bool]]:
    """Read the fields of a message of Protocol Buffers; all but required ones may be missing."""
    plain = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
    return {
        found["name"]: ((found["type"], found["number"]), found["rule"] != "required")
        for found in _PROTO_FIELD.finditer(plain)
        if found["type"] not in {"option", "syntax"}
    }
