"""What goes up as the content of an object: read when it is needed, told apart by its hash."""

import base64
import functools
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from gcpstack.resources.sources import FromFile

#: What stands for content in the memory of what was sent, where its hash tells it apart.
AS_HASHED = "compared by its hash"
#: Files are hashed in pieces of this size.
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """Content that is known before anything is touched.

    Attributes:
        source: text, bytes or a file.
        zipped: it is compressed.
    """

    source: str | bytes | FromFile
    zipped: bool = False

    def __call__(self) -> bytes:
        """Read it.

        Raises:
            SettingsError: its file can't be read.
        """
        found = self.source() if isinstance(self.source, FromFile) else self.source
        data = found.encode() if isinstance(found, str) else found
        # Without a time in it, equal content stays equal.
        return gzip.compress(data, mtime=0) if self.zipped else data

    def __str__(self) -> str:
        return AS_HASHED

    def md5(self) -> str:
        """Hash it as Cloud Storage does: https://cloud.google.com/storage/docs/json_api/v1/objects."""
        if isinstance(self.source, FromFile) and not self.zipped:
            return _of_file(self.source)
        return _told(hashlib.md5(self(), usedforsecurity=False))


def _of_file(source: FromFile) -> str:
    try:
        facts = Path(source.path).stat()
    except OSError:
        return _told(hashlib.md5(Upload(source)(), usedforsecurity=False))
    return _hashed(str(source.path), facts.st_mtime_ns, facts.st_size)


@functools.lru_cache(maxsize=100_000)
def _hashed(path: str, changed: int, size: int) -> str:  # noqa: ARG001 # what makes it another file
    digest = hashlib.md5(usedforsecurity=False)
    with Path(path).open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return _told(digest)


def _told(digest: "hashlib._Hash") -> str:
    return base64.b64encode(digest.digest()).decode()
