"""What every dialect does alike with a body: required fields, defaults, immutable fields, protection."""

import re
from collections.abc import Iterable
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paths import MISSING, get, parents, put, remove, split
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj


def need_kind(call: Call) -> Kind:
    """The kind of a call to a standard method."""
    if call.kind is None:
        message = f"{call.method.id} belongs to no kind"
        raise LookupError(message)
    return call.kind


def drop_output(kind: Kind, body: Body) -> None:
    """Ignore what only the server sets."""
    for path in kind.output_only:
        remove(body, path)


def drop_input(call: Call, kind: Kind, body: Body) -> None:
    """Keep nothing of what Google takes with a request and never tells (https://google.aip.dev/203#input-only).

    An empty object, which asks for nothing, stays: Compute Engine tells the ``params`` of an instance like that.
    """
    # Cloud Run's first version has schemas of its own: its bodies come translated.
    schema = call.api.schemas.get(kind.schema)
    for field in schema.fields.values() if schema is not None else ():
        if field.input_only and body.get(field.name) != {}:
            body.pop(field.name, None)


def missing_fields(kind: Kind, body: Body) -> Iterable[str]:
    """The required fields that a body lacks."""
    return (path for path in kind.required if get(body, path) in (None, "", [], MISSING))


def cleared_field(kind: Kind, old: Body, new: Body) -> str:
    """The first required field that an update would take away, or ``""``."""
    return next((path for path in missing_fields(kind, new) if get(old, path)), "")


def fill_defaults(call: Call, kind: Kind, body: Body) -> None:
    """Give what the client left out the value that the server gives it."""
    for path, value in kind.defaults.items():
        *above, last = split(path)
        for holder in list(parents(body, tuple(above))):
            if isinstance(holder, dict) and last not in holder:
                made = value(call, body) if callable(value) else _copy(value)
                if made is not None:
                    holder[last] = made


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def changed_immutable(kind: Kind, old: Body, new: Body) -> str:
    """The first immutable field that an update would change, or ``""``."""
    return next((path for path in kind.immutable if get(old, path) != get(new, path)), "")


def check_id(kind: Kind, text: str) -> bool:
    """Whether an id follows the kind's name rule."""
    return not kind.id_pattern or re.fullmatch(kind.id_pattern, plain(text)) is not None


def check_protection(kind: Kind, obj: Obj) -> None:
    """Refuse to delete what is protected."""
    if kind.protection and get(obj.body, kind.protection) is True:
        text = f"Resource '{obj.name}' cannot be deleted while {kind.protection} is set."
        raise ApiError(400, text, status="FAILED_PRECONDITION", reason="failedPrecondition")


def keep(old: Body, new: Body, paths: Iterable[str]) -> None:
    """Carry values that an update can't touch over into the new body."""
    for path in paths:
        value = get(old, path, MISSING)
        if value is not MISSING:
            put(new, path, value)
