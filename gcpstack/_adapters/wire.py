"""The last step before the wire and the first after it: secrets unwrapped, masks, merge patches."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from gcpstack._core.json import MISSING, Body, Path, clone_body, drop, get, put
from gcpstack._core.normal import same
from gcpstack._core.refs import Sensitive


def reveal_all(value: object) -> tuple[Any, tuple[str, ...]]:
    """Unwrap every secret of a body.

    Returns:
        The plain value, and the secrets that it holds (to keep them out of messages).
    """
    found: list[str] = []
    return _reveal(value, found), tuple(found)


def revealed(body: Mapping[str, object]) -> tuple[Body, tuple[str, ...]]:
    """Unwrap every secret of an object's body, as `reveal_all` does."""
    plain, secrets = reveal_all(body)
    return dict(plain), secrets


def unwrapped(value: object) -> object:
    """Take a value out of its wrapping; one that is made on demand is made now."""
    while isinstance(value, Sensitive) or callable(value):
        value = value.value if isinstance(value, Sensitive) else value()
    return value


def _reveal(value: object, found: list[str]) -> object:
    if isinstance(value, Sensitive):
        plain = unwrapped(value)
        found.append(plain.decode("utf-8", "replace") if isinstance(plain, bytes) else str(plain))
        return plain
    if isinstance(value, Mapping):
        return {key: _reveal(inner, found) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_reveal(inner, found) for inner in value]
    return value


def prefix_of_lists(path: Path) -> Path:
    """Cut a path at the first list: the wire replaces lists whole."""
    for index, step in enumerate(path):
        if isinstance(step, int):
            return path[:index]
    return path


def mask(changed: Iterable[Path], *, depth: int = 1) -> tuple[Path, ...]:
    """Return which fields an update must name.

    No field is named within another; lists are named whole.

    Args:
        changed: the wire paths that differ.
        depth: how far down the API takes field names. Many take the first level alone, or clear
            what stands beside a nested name.
    """
    cut = sorted({prefix_of_lists(path)[:depth] for path in changed} - {()}, key=len)
    out: list[Path] = []
    for path in cut:
        if not any(path[: len(over)] == over for over in out):
            out.append(path)
    return tuple(sorted(out, key=lambda path: [str(step) for step in path]))


def mask_text(paths: Iterable[Path]) -> str:
    """Write a mask as JSON does: ``displayName,template.timeout``."""
    return ",".join(".".join(str(step) for step in path) for path in paths)


def pick(body: Mapping[str, object], paths: Iterable[Path]) -> Body:
    """Keep only these paths of a body; one that is not there is left out: the mask clears it."""
    out: Body = {}
    for path in paths:
        value = get(body, path, MISSING)
        if value is not MISSING and value is not None:
            put(out, path, value)
    return out


def merge_patch(merged: Mapping[str, object], changed: Iterable[Path]) -> Body:
    """Write a change as a JSON merge patch: null unsets (https://www.rfc-editor.org/rfc/rfc7396)."""
    out: Body = {}
    for path in mask(changed, depth=1000):
        put(out, path, get(merged, path))
    return out


def unsets(patch: object) -> bool:
    """Return whether a patch holds what typed clients can't send: null, or an empty container."""
    if isinstance(patch, Mapping):
        return not patch or any(unsets(inner) for inner in patch.values())
    return patch is None or patch == []


def without(body: Mapping[str, object], paths: Iterable[str]) -> Body:
    """Copy a body without these dotted paths."""
    out = clone_body(body)
    for path in paths:
        drop(out, tuple(path.split(".")))
    return out


def derived_id(request_id: str, part: str) -> str:
    """Make the request id of a further call of the same step; empty where there is none."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{request_id} {part}")) if request_id else ""


def alike(left: object, right: object) -> bool:
    """Return whether two JSON values mean the same, however Google spells the scalars."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return all(alike(left.get(key), right.get(key)) for key in {*left, *right})
    if isinstance(left, list) and isinstance(right, list):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(alike(one, other) for one, other in pairs)
    return same(left, right)
