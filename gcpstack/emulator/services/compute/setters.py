"""What many of Compute's kinds share: ``setX`` methods, which replace one field, and defaults by scope."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gcpstack.emulator.core import masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paths import MISSING, get, put
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects import standard


def setter(field: str, verb: str, *, sent_as: str = "") -> Callable[[Call], Body]:
    """Make the handler of a method that replaces *field*; an empty value clears it.

    Args:
        field: the field of the resource; it may be one that ``patch`` can't change.
        verb: the operation's type.
        sent_as: the field of the request, where it has another name.
    """

    def handler(call: Call) -> Body:
        return mutate(
            call, verb, lambda obj: _with(obj, field, call.body.get(sent_as or field)), field
        )

    return handler


def _with(obj: Obj, field: str, value: object) -> Body:
    body = {key: kept for key, kept in obj.body.items() if key != field}
    return body if value in (None, "", []) else {**body, field: value}


def mutate(call: Call, verb: str, make: Callable[[Obj], Body], *freed: str) -> Body:
    """Give the resource of a custom method a new body, checked like an update, and answer the operation.

    Args:
        call: the call of the method.
        verb: the operation's type.
        make: makes the new body.
        freed: fields that are immutable to other methods but not to this one.
    """
    earlier = operations.replayed(call)
    if earlier is not None:
        return earlier
    kind, obj = standard.need_kind(call), dialect.ready(call)
    changed = dialect.change(call, _freed(kind, freed), obj, make(obj))
    return operations.start(call, verb, changed)


def _freed(kind: Kind, fields: tuple[str, ...]) -> Kind:
    return replace(kind, immutable=tuple(path for path in kind.immutable if path not in fields))


def patch_by_mask(call: Call) -> Body:
    """``patch`` with an update mask: what the mask names and the body doesn't is cleared."""
    schema = call.api.schemas[standard.need_kind(call).schema]
    for path in masks.parse(call.api, schema, str(call.query.get("updateMask", ""))):
        if get(call.body, path, MISSING) is MISSING:
            put(call.body, path, None)
    return dialect.patch(call)


def regional(value: Any) -> Callable[[Call, Body], Any]:
    """Make a default that only regional and zonal resources get."""
    return lambda call, _body: None if call.location == "global" else value
