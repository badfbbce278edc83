"""Enums by number, for clients that ask for ``$alt=json;enum-encoding=int``.

Google's newer clients ask so (https://google.aip.dev/client-libraries/4233). The numbers stand in the
proto files, not in the discovery documents: they are read from the installed client of the API where
there is one, from the service's own table, else counted in the order of the document.
"""

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

from gcpstack.emulator.core.discovery import Api, Field, Schema
from gcpstack.emulator.core.paths import snake

# google/api/launch_stage.proto
LAUNCH_STAGE = {
    "LAUNCH_STAGE_UNSPECIFIED": 0,
    "UNIMPLEMENTED": 6,
    "PRELAUNCH": 7,
    "EARLY_ACCESS": 1,
    "ALPHA": 2,
    "BETA": 3,
    "GA": 4,
    "DEPRECATED": 5,
}


def installed(module: str) -> bool:
    """Whether the client of an API is here; not all are needed."""
    try:
        return bool(module) and importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # of a package above it
        return False


class EnumTable:
    """The enum numbers of one API.

    Args:
        api: the discovery document.
        module: the installed client's module, or ``""``.
        declared: names with numbers by ``Schema.field``.
    """

    def __init__(self, api: Api, module: str, declared: Mapping[str, Mapping[str, int]]) -> None:
        self._api = api
        self._module = module
        self._declared = declared
        self._messages: dict[str, Any] | None = None
        self._known: dict[tuple[str, str], dict[str, int]] = {}

    def numbers(self, owner: str, found: Field) -> dict[str, int]:
        """The numbers by name of one enum field."""
        key = (owner, found.name)
        if key not in self._known:
            self._known[key] = self._look_up(owner, found)
        return self._known[key]

    def _look_up(self, owner: str, found: Field) -> dict[str, int]:
        declared = self._declared.get(f"{owner}.{found.name}")
        if declared is not None:
            return dict(declared)
        if "LAUNCH_STAGE_UNSPECIFIED" in found.enum:
            return LAUNCH_STAGE
        from_proto = self._proto(owner, found.name)
        return from_proto or {name: number for number, name in enumerate(found.enum)}

    def _proto(self, owner: str, name: str) -> dict[str, int]:
        for message in self._candidates(owner):
            found = message.fields_by_name.get(snake(name))
            if found is not None and found.enum_type is not None:
                return {value.name: value.number for value in found.enum_type.values}
        return {}

    def _candidates(self, owner: str) -> list[Any]:
        """The messages that a schema may be, the likeliest first: ``GoogleCloudRunV2Job`` is ``Job``."""
        if self._messages is None:
            self._messages = _messages(self._module) if installed(self._module) else {}
        names = [text for text in self._messages if owner.endswith(text)]
        return [self._messages[text] for text in sorted(names, key=len, reverse=True)]

    def message(self, owner: str) -> Any:
        """The descriptor of a schema's message, None where the client is not installed or lacks it."""
        return next(iter(self._candidates(owner)), None)

    def encode(self, schema: Schema | None, value: Any) -> Any:
        """A response with its enums as numbers; messages inside ``Any`` too."""
        if not isinstance(value, dict):
            return value
        if "@type" in value:
            schema = self._of_type(value["@type"])
        if schema is None:
            return value
        return {
            key: self._one(schema, schema.fields.get(key), inner) for key, inner in value.items()
        }

    def _of_type(self, url: str) -> Schema | None:
        short = url.rsplit(".", 1)[-1]
        schemas = self._api.schemas
        ends = [name for name in schemas if name == short or name.endswith(short)]
        return schemas[min(ends, key=len)] if ends else None

    def _one(self, schema: Schema, found: Field | None, value: Any) -> Any:
        if found is None:
            return value
        if isinstance(value, list):
            return [self._one(schema, found.item, inner) for inner in value]
        if found.enum and isinstance(value, str):
            return self.numbers(schema.name, found).get(value, value)
        if found.type == "map":
            item = found.inline.map_item if found.inline else None
            if isinstance(value, dict) and "@type" in value:
                return self.encode(None, value)
            return {key: self._one(schema, item, inner) for key, inner in value.items()}
        return self.encode(self._api.field_schema(found), value)


def _messages(module: str) -> dict[str, Any]:
    """Every message descriptor of a client's types by its short name, nested ones too."""
    found: dict[str, Any] = {}
    types = importlib.import_module(f"{module}.types")
    for item in vars(types).values():
        pb = getattr(item, "pb", None)
        if isinstance(item, type) and callable(pb):
            _index(pb().DESCRIPTOR, found)
        elif hasattr(item, "DESCRIPTOR") and hasattr(item.DESCRIPTOR, "nested_types"):
            _index(item.DESCRIPTOR, found)
    return found


def _index(descriptor: Any, found: dict[str, Any]) -> None:
    found.setdefault(descriptor.name, descriptor)
    for nested in descriptor.nested_types:
        _index(nested, found)
