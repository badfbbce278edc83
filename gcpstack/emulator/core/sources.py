"""Source archives in Cloud Storage, which builds and functions are made from."""

import io
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.serve import ask

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

LARGEST = 64 * 1024 * 1024  # of an archive, unpacked


def _path(source: dict[str, Any]) -> tuple[str, str]:
    bucket, name = quote(source["bucket"], safe=""), quote(source["object"], safe="")
    generation = source.get("generation")
    query = f"generation={generation}" if generation and str(generation) != "0" else ""
    return f"/storage.googleapis.com/storage/v1/b/{bucket}/o/{name}", query


def find(world: "World", source: dict[str, Any]) -> dict[str, Any]:
    """The object of a source with ``bucket``, ``object`` and perhaps ``generation``.

    Raises:
        ApiError: 404, in Cloud Storage's words, when it is not there.
    """
    path, query = _path(source)
    found: dict[str, Any] = ask(world, "GET", path, query=query)
    return found


def read(world: "World", source: dict[str, Any]) -> bytes:
    """The content of a source; errors as of ``find``."""
    path, query = _path(source)
    content: bytes = ask(world, "GET", path, query=f"alt=media&{query}").body
    return content


def files(data: bytes) -> dict[str, bytes] | None:
    """The files of a ``.zip`` or ``.tar.gz`` by path; None for what is no such archive."""
    try:
        found = _zip(data) if data[:2] == b"PK" else _tar(data)
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, zlib.error, ValueError):
        return None
    return {name.removeprefix("./"): content for name, content in found.items()}


def _zip(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _check(sum(entry.file_size for entry in entries))
        return {entry.filename: archive.read(entry) for entry in entries}


def _tar(data: bytes) -> dict[str, bytes]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
        left = LARGEST
        for entry in archive:
            left -= entry.size
            _check(LARGEST - left)
            handle = archive.extractfile(entry) if entry.isfile() else None
            if handle is not None:
                found[entry.name] = handle.read()
    return found


def _check(size: int) -> None:
    if size > LARGEST:
        raise ApiError(400, f"The source archive is larger than {LARGEST} bytes.")
