"""Keyed hashes of write-only values: whether one has changed is known, but not what it is. Pure."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping

from gcpstack._core.facets import Facet, FieldTable
from gcpstack._core.json import Path
from gcpstack._core.refs import UNKNOWN, Initial, Sensitive


def digest(key: str, path: Path, value: str) -> str:
    """Hash a write-only value under the inventory's key, so that the hash says nothing of it."""
    text = ".".join(map(str, path)) + "\0" + value
    return hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()


def write_only(desired: Mapping[str, object], table: FieldTable) -> Iterator[tuple[Path, str]]:
    """Walk the write-only values of a resolved declaration."""
    for path, value in _secrets(desired, ()):
        if isinstance(value, Initial):
            continue  # nobody is to compare it
        if table.at(path).facets & Facet.WRITE_ONLY and not isinstance(value.value, type(UNKNOWN)):
            yield path, str(value.value)


def digests(key: str, desired: Mapping[str, object], table: FieldTable) -> dict[str, str]:
    """Hash the write-only values of a resolved declaration, by their dotted paths."""
    found = write_only(desired, table)
    return {".".join(map(str, path)): digest(key, path, value) for path, value in found}


def _secrets(value: object, path: Path) -> Iterator[tuple[Path, Sensitive]]:
    if isinstance(value, Sensitive):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _secrets(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _secrets(inner, (*path, index))
