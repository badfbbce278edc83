"""Reading and writing inside JSON bodies by dotted paths such as ``settings.ipConfiguration`` or ``backends[].group``."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

MISSING: Any = object()


@cache
def split(path: str) -> tuple[str, ...]:
    """The steps of a path; ``[]`` (every element) and ``{}`` (every value) are steps of their own."""
    return tuple(re.findall(r"\[\]|\{\}|[^.\[\]{}]+", path))


def get(body: Any, path: str, default: Any = None) -> Any:
    """The value at a path without ``[]``, or the default."""
    for step in split(path):
        if not isinstance(body, dict) or step not in body:
            return default
        body = body[step]
    return body


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Set a value, making the objects on the way."""
    *parents, last = split(path)
    for step in parents:
        inner = body.get(step)
        if not isinstance(inner, dict):
            inner = body[step] = {}
        body = inner
    body[last] = value


def remove(body: dict[str, Any], path: str) -> Any:
    """Take a value out and return it; ``MISSING`` when there was none."""
    *parents, last = split(path)
    inner: Any = body
    for step in parents:
        inner = inner.get(step) if isinstance(inner, dict) else None
    return inner.pop(last, MISSING) if isinstance(inner, dict) else MISSING


def parents(body: Any, steps: tuple[str, ...]) -> Iterator[dict[str, Any] | list[Any]]:
    """Every container that the steps lead to; absent ones are left out."""
    if not steps:
        yield body
        return
    step, rest = steps[0], steps[1:]
    if step == "[]" and isinstance(body, list):
        for item in body:
            yield from parents(item, rest)
    elif step == "{}" and isinstance(body, dict):
        for item in body.values():
            yield from parents(item, rest)
    elif isinstance(body, dict) and step in body:
        yield from parents(body[step], rest)


def places(body: Any, path: str) -> Iterator[tuple[Any, Any]]:
    """(container, key) of every existing value at a path that may hold ``[]`` and ``{}``."""
    steps = split(path)
    for holder in list(parents(body, steps[:-1])):
        if steps[-1] == "[]" and isinstance(holder, list):
            yield from ((holder, index) for index in range(len(holder)))
        elif steps[-1] == "{}" and isinstance(holder, dict):
            yield from ((holder, key) for key in list(holder))
        elif isinstance(holder, dict) and steps[-1] in holder:
            yield holder, steps[-1]


def values(body: Any, path: str) -> Iterator[Any]:
    """Every existing value at a path."""
    return (holder[key] for holder, key in places(body, path))


def merge_patch(target: Any, patch: Any) -> Any:
    """JSON merge patch (https://www.rfc-editor.org/rfc/rfc7396): null clears, objects merge, the rest replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def strip_nulls(value: Any) -> Any:
    """The value without nulls: to Google's JSON parsers null means absent."""
    if isinstance(value, dict):
        return {key: strip_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [strip_nulls(inner) for inner in value]
    return value


def strip_empty(value: Any) -> Any:
    """The value without empty lists: a repeated field that holds nothing is not told."""
    if isinstance(value, dict):
        return {key: strip_empty(inner) for key, inner in value.items() if inner != []}
    if isinstance(value, list):
        return [strip_empty(inner) for inner in value]
    return value


@lru_cache(4096)
def snake(name: str) -> str:
    """``memorySizeGb`` as ``memory_size_gb``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


@lru_cache(4096)
def camel(name: str) -> str:
    """``memory_size_gb`` as ``memorySizeGb``."""
    return re.sub(r"_([a-zA-Z0-9])", lambda match: match[1].upper(), name)
