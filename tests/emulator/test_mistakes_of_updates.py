"""Updates that are refused: of a field that is none, and of one that can't change. One row for each thing of the scene."""

from functools import cache
from typing import Any, NamedTuple

import pytest

from gcpstack.emulator.core.discovery import Field, Method
from gcpstack.emulator.core.model import Kind, Service
from gcpstack.emulator.core.store import Obj
from tests.emulator.conftest import Send
from tests.emulator.scene import scene

# Google makes these; the scene's own stand for them.
GIVEN = ("default", "_")


class Thing(NamedTuple):
    """Something of the scene that its API can patch."""

    service: Service
    kind: Kind
    method: Method
    obj: Obj
    url: str
    fields: dict[str, Field]


@cache
def standing() -> tuple[Send, tuple[Thing, ...]]:
    """The scene, and the first of each kind in it that can be patched."""
    world, send = scene()
    things: dict[tuple[str, str], Thing] = {}
    for obj in world.state.objects.values():
        service, kind = world.registry.service(obj.service), world.kind_of(obj)
        if service is None or kind is None or obj.id.startswith(GIVEN):
            continue
        version = (kind.versions or service.versions)[0]
        api = world.catalogue.api(service.name, version)
        if api is None or (obj.service, obj.kind) in things:
            continue
        path = [*(api.prefix or [version]), *obj.name.split("/")]
        match = api.match("PATCH", path)
        if match is None or world.registry.handler(service, version, match.method)[0] is None:
            continue
        url = f"https://{service.name}.googleapis.com/{'/'.join(path)}"
        fields = api.schemas[kind.schema].fields
        things[obj.service, obj.kind] = Thing(service, kind, match.method, obj, url, fields)
    return send, tuple(things.values())


def _masked() -> list[Any]:
    found = [one for one in standing()[1] if "updateMask" in one.method.query]
    return [pytest.param(one, id=one.method.id) for one in found]


@pytest.mark.parametrize("thing", _masked())
def test_a_mask_with_a_field_that_is_none(thing: Thing) -> None:
    send, _ = standing()
    answer = send("PATCH", f"{thing.url}?updateMask=no_such_field", {})
    error = answer.json()["error"]
    assert answer.status == 400
    assert error.get("status", "INVALID_ARGUMENT") == "INVALID_ARGUMENT"
    assert "no_such_field" in error["message"]


def _other(field: Field, value: Any) -> Any:
    """Another value of the field's type, or None where none is easily made."""
    if field.enum:
        return next(word for word in field.enum if word != value and "UNSPECIFIED" not in word)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    plain = isinstance(value, str) and not field.format and "/" not in value
    return f"{value}x" if plain else None


def _fixed() -> list[Any]:
    rows = []
    for thing in standing()[1]:
        for name in thing.kind.immutable:
            field, value = thing.fields.get(name), thing.obj.body.get(name)
            other = _other(field, value) if field is not None and value is not None else None
            if other is not None and field is not None and not field.read_only:
                rows.append(pytest.param(thing, name, other, id=f"{thing.method.id}-{name}"))
    return rows


@pytest.mark.parametrize(("thing", "name", "other"), _fixed())
def test_a_field_that_cannot_change(thing: Thing, name: str, other: Any) -> None:
    send, _ = standing()
    body = {name: other}
    if thing.kind.fingerprint:
        body[thing.kind.fingerprint] = thing.obj.body[thing.kind.fingerprint]
    query = f"?updateMask={name}" if "updateMask" in thing.method.query else ""
    answer = send("PATCH", f"{thing.url}{query}", body)
    message = answer.json()["error"]["message"]
    assert answer.status == 400, message
    assert name in message
    assert send("GET", thing.url).json()[name] == thing.obj.body[name]
