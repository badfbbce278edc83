"""Bodies as protocol buffers tell them in JSON (https://protobuf.dev/programming-guides/json/#field-presence).

A field without presence that holds its type's default is left out of an answer, whether or not the
client sent it. Which fields have presence (``optional``, a member of a ``oneof``, a wrapper) stands in
the proto files, not in the discovery documents. Where the API's client is installed its descriptors tell
(``settle``); else a service names those of its own (``tidy``).
"""

from collections.abc import Collection
from typing import Any

from gcpstack.emulator.core.discovery import Api, Field, Schema

_SCALARS = ("string", "boolean", "integer", "number")
_NOTHING: tuple[Any, ...] = ("", "0", 0, False)


def tidy(api: Api, schema: Schema | None, body: dict[str, Any], present: Collection[str]) -> None:
    """Take out of a body what its message would not tell.

    Args:
        api: the discovery document.
        schema: of the body.
        body: changed in place, at every depth.
        present: the fields with presence, as ``Schema.field``: told whatever they hold.
    """
    if schema is None:
        return
    for name, value in list(body.items()):
        found = schema.fields.get(name)
        if found is None:
            continue
        if f"{schema.name}.{name}" not in present and _silent(found, value):
            del body[name]
        else:
            _inside(api, found, value, present)


def _silent(found: Field, value: Any) -> bool:
    if found.enum:
        return bool(value == found.enum[0])  # the document lists the zero first
    if found.type in ("array", "map"):
        return value in ([], {})
    if found.type == "string" and not found.format.endswith("int64"):
        return bool(value == "")
    return found.type in _SCALARS and value in _NOTHING


def _inside(api: Api, found: Field, value: Any, present: Collection[str]) -> None:
    """The messages in a field: its own, the items of a list, the values of a map."""
    if isinstance(value, list):
        for inner in value:
            if found.item is not None:
                _inside(api, found.item, inner, present)
    elif isinstance(value, dict):
        item = found.inline.map_item if found.type == "map" and found.inline else None
        if item is None:
            tidy(api, api.field_schema(found), value, present)
        else:
            for inner in value.values():
                _inside(api, item, inner, present)


def speaks_of_nothing(value: Any) -> bool:
    """Whether something in a body may be left out, at any depth."""
    if isinstance(value, dict):
        return not value or any(map(speaks_of_nothing, value.values()))
    if isinstance(value, list):
        return not value or any(map(speaks_of_nothing, value))
    named = (
        isinstance(value, str) and value.isupper()
    )  # of an enum perhaps, and then perhaps its zero
    return value is False or value in _NOTHING or named


def settle(message: Any, body: dict[str, Any]) -> None:
    """Take out of a body what its message would not tell.

    Args:
        message: the descriptor.
        body: changed in place, at every depth.
    """
    if message.full_name.startswith("google.protobuf."):
        return
    for name, value in list(body.items()):
        found = message.fields_by_camelcase_name.get(name)
        if found is None:
            continue
        inner = found.message_type
        entries = inner is not None and inner.GetOptions().map_entry
        several = _is_repeated(found)
        if several and value in ([], {}):
            del body[name]
        elif entries and isinstance(value, dict):
            _settle_all(inner.fields_by_name["value"].message_type, list(value.values()))
        elif inner is not None:
            _settle_all(inner, value if isinstance(value, list) else [value])
        elif not several and not found.has_presence and _is_default(found, value):
            del body[name]


def _settle_all(message: Any, values: list[Any]) -> None:
    for value in values:
        if message is not None and isinstance(value, dict):
            settle(message, value)


def _is_repeated(found: Any) -> bool:
    """Older releases of protobuf have a label in the place of the property, newer ones have no label."""
    told = getattr(found, "is_repeated", None)
    return bool(found.label == found.LABEL_REPEATED if told is None else told)


def _is_default(found: Any, value: Any) -> bool:
    if found.enum_type is not None:
        return bool(found.enum_type.values_by_number[0].name == value)
    if found.cpp_type == found.CPPTYPE_STRING:  # strings and bytes
        return bool(value == "")
    return value in _NOTHING
