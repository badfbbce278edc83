"""Update masks: which fields of a body an update takes (https://google.aip.dev/134, https://google.aip.dev/161)."""

from typing import Any

from gcpstack.emulator.core.discovery import Api, Schema
from gcpstack.emulator.core.errors import ApiError, bad_request
from gcpstack.emulator.core.paths import MISSING, camel, get, put, remove, split


def parse(api: Api, schema: Schema, text: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """The paths of a mask by JSON name; refuses paths that the resource doesn't have."""
    paths = []
    for raw in filter(None, (part.strip() for part in text.split(","))):
        path = raw if raw == "*" else _json_path(api, schema, raw)
        if not path or (
            allowed and path != "*" and split(path)[0] not in allowed and path not in allowed
        ):
            message = f"Invalid field mask: unknown or not updatable path '{raw}' in update_mask."
            raise ApiError(400, message, details=[bad_request([("update_mask", message)])])
        paths.append(path)
    return paths


def _json_path(api: Api, schema: Schema, raw: str) -> str:
    """The path with JSON names, or ``""`` when the schema has no such field."""
    steps: list[str] = []
    here: Schema | None = schema
    for step in raw.replace("`", "").split("."):
        if here is None or here.map_item is not None:
            steps.append(step)
            here = None
            continue
        found = here.find(step) or here.find(camel(step))
        if found is None:
            return ""
        steps.append(found.name)
        here = api.field_schema(found)
    return ".".join(steps)


def implied(body: dict[str, Any]) -> list[str]:
    """The mask that no mask stands for: every field that was sent."""
    return list(body)


def apply(old: dict[str, Any], new: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """The old body with the named fields taken from the new one; a field absent there is cleared."""
    out: dict[str, Any] = _deep(old)
    for path in paths:
        value = get(new, path, MISSING)
        if value is MISSING:
            remove(out, path)
        else:
            put(out, path, _deep(value))
    return out


def _deep(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _deep(inner) for key, inner in value.items()}
    return [_deep(inner) for inner in value] if isinstance(value, list) else value
