"""What functions are built from: the files of a folder as a zip archive, told by its content.

https://cloud.google.com/functions/docs/deploy#from_local_machine
"""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from gcpstack.resources._ignored import GCLOUDIGNORE
from gcpstack.resources.contexts import files

#: What belongs to tools: it changes with each run, or means nothing to a function.
_TOOLS = frozenset({".git", ".gcloudignore", "__pycache__"})
#: What is left out beside where no .gcloudignore chooses: it is made anew where the function is built.
_LEFT_OUT = _TOOLS | {".gitignore", "node_modules"}
#: The earliest moment that an archive can tell: when files were written is of no interest.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_DIGITS = 40
_RUNNABLE, _PLAIN = 0o100755, 0o100644


def content(folder: str) -> Mapping[str, bytes]:
    """Read the files of a folder by their paths below it.

    A ``.gcloudignore`` at its top chooses them; without one, what git ignores is left out, and so are
    folders of dependencies. Caches never go up.

    Raises:
        OSError: a file can't be read, or there is no such folder.
    """
    return {name: (Path(folder) / name).read_bytes() for name in names(folder)}


def names(folder: str) -> Iterator[str]:
    """List the files of a folder that belong to a function.

    Raises:
        OSError: there is no such folder.
    """
    out = _TOOLS if (Path(folder) / GCLOUDIGNORE).is_file() else _LEFT_OUT
    return (name for name in files(folder) if not out & set(name.split("/")))


def zipped(folder: str) -> bytes:
    """Pack a folder; the same files give the same bytes.

    Raises:
        OSError: a file can't be read.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content(folder).items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.create_system = 3  # Unix, wherever it is packed
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _mode(folder, name) << 16
            archive.writestr(entry, data)
    return out.getvalue()


def digest(folder: str) -> str:
    """Return what a folder holds: a hash over names, modes and contents, whatever packs them.

    Raises:
        OSError: a file can't be read.
    """
    total = hashlib.sha256()
    for name, data in content(folder).items():
        inner = hashlib.sha256(data).hexdigest()
        total.update(f"{name}\0{_mode(folder, name):o}\0{inner}\n".encode())
    return total.hexdigest()[:_DIGITS]


def digest_of(text: str) -> str:
    """Return where a source is kept that is not ours to read."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _mode(folder: str, name: str) -> int:
    return _RUNNABLE if os.access(Path(folder) / name, os.X_OK) else _PLAIN
