"""Bodies as protocol buffers tell them in JSON (https://protobuf.dev/programming-guides/json/#field-presence).

A field without presence that holds its type's default is left out of an answer, whether or not the
client sent it. Which fields have presence (``optional``, a member of a ``oneof``, a wrapper) stands in
the proto files, not in the discovery documents: a service names those of its own.
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
