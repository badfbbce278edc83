"""What images are built from: the files of a folder, as one archive, named by the git commit."""

import functools
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from gcpstack.resources._ignored import GCLOUDIGNORE, chosen, patterns, read

_DIGITS = 12


def files(context: str) -> Sequence[str]:
    """List the files of a folder, below it.

    A ``.gcloudignore`` at its top chooses them, as it does for gcloud; without one, what git ignores
    is left out, and where git knows nothing of the folder, what its ``.gitignore`` names.

    Raises:
        OSError: there is no such folder, or a file can't be read.
    """
    folder = Path(context)
    if (folder / GCLOUDIGNORE).is_file():
        return sorted(chosen(folder, patterns(read(folder / GCLOUDIGNORE), folder)))
    told = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if told is not None:
        names = [name for name in told.split("\0") if name]
        return sorted({name for name in names if (folder / name).is_file()})
    if not folder.is_dir():
        raise NotADirectoryError(f"there is no folder {context}")
    ignored = folder / ".gitignore"
    return sorted(chosen(folder, patterns(read(ignored)) if ignored.is_file() else ()))


def packed(context: str) -> bytes:
    """Pack a folder; the same files give the same bytes.

    Raises:
        OSError: a file can't be read.
    """
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for name in files(context):
            path = Path(context) / name
            data = path.read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            entry.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


@functools.cache
def source_tag(context: str) -> str:
    """Name what a folder holds: by its git commit, with a hash behind it where it differs from that.

    Where there is no git, the hash stands alone. It is read once in a process.

    Raises:
        OSError: a file can't be read.
    """
    folder = Path(context)
    commit = _git(folder, "rev-parse", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--", ".")
    if commit and changed == "" and _committed(context):
        return commit.strip()
    content = hashlib.sha256(packed(context)).hexdigest()[:_DIGITS]
    return f"{commit.strip()}-{content}" if commit else content


def _committed(context: str) -> bool:
    """Tell whether git knows every file that goes up: a ``.gcloudignore`` may take what git ignores."""
    told = _git(Path(context), "ls-files", "-z") or ""
    return set(files(context)) <= set(told.split("\0"))


def _git(folder: Path, *arguments: str) -> str | None:
    """Ask git; None where it is not installed, or the folder is in no repository."""
    git = shutil.which("git")
    if git is None or not folder.is_dir():
        return None
    done = subprocess.run(  # noqa: S603 # git, with arguments of ours
        [git, "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else None
