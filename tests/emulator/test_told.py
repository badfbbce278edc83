"""Every resource tells only what Google's description of it knows: fields, and names of enums."""

from collections.abc import Iterator
from typing import Any

import pytest

from gcpstack.emulator.core.discovery import Api, Catalogue, Field, Schema
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.good_requests import PEERED, REQUESTS, whole

NEEDED = ("storage",)


def strangers(api: Api, schema: Schema | None, body: dict[str, Any], path: str) -> Iterator[str]:
    """The paths of what a schema doesn't know."""
    if schema is None or not schema.fields:
        return
    for name, value in body.items():
        found = schema.fields.get(name)
        if found is not None:
            yield from _inside(api, found, value, f"{path}.{name}")
        elif schema.map_item is None:
            yield f"{path}.{name}"


def _inside(api: Api, found: Field, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, list) and found.item is not None:
        for inner in value:
            yield from _inside(api, found.item, inner, path)
    elif isinstance(value, dict):
        item = found.inline.map_item if found.type == "map" and found.inline else None
        if item is None:
            yield from strangers(api, api.field_schema(found), value, path)
        else:
            for inner in value.values():
                yield from _inside(api, item, inner, path)
    elif found.enum and isinstance(value, str) and value not in found.enum:
        yield f"{path}={value}"


def unknown(world: Google, catalogue: Catalogue) -> Iterator[str]:
    """What every resource there is tells beyond its schema, in the version that knows most of it."""
    for obj in list(world.state.objects.values()):
        kind, service = world.kind_of(obj), world.registry.service(obj.service)
        if kind is None or service is None or obj.kind == "operations":
            continue
        apis = (catalogue.api(obj.service, version) for version in service.versions)
        found = [
            list(strangers(api, api.schemas[kind.schema], world.show(obj), kind.schema))
            for api in apis
            if api is not None and kind.schema in api.schemas
        ]
        yield from min(found, key=len, default=[])


@pytest.mark.parametrize("service", REQUESTS)
def test_resources_tell_what_their_schema_knows(world: Google, send: Send, service: str) -> None:
    before = [(name, row) for name in NEEDED for row in REQUESTS[name] if name != service]
    rows = [*(("compute", row) for row in PEERED), *before]
    for name, (method, url, body) in [*rows, *((service, row) for row in REQUESTS[service])]:
        path, query = whole(name, url)
        send(method, f"https:/{path}?{query}", body)
        world.advance(3000)
    assert sorted(set(unknown(world, Catalogue()))) == []


def test_a_stranger_is_seen() -> None:
    api = Catalogue().api("redis", "v1")
    assert api is not None
    body = {"tier": "GOLD", "nodes": [{"id": "a", "age": 3}], "labels": {"any": "thing"}}
    found = list(strangers(api, api.schemas["Instance"], body, "Instance"))
    assert found == ["Instance.tier=GOLD", "Instance.nodes.age"]
