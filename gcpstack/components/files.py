"""Folders of files, such as a static site, as objects in a bucket."""

import fnmatch
import functools
import mimetypes
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gcpstack._core.component import Component
from gcpstack._core.resource import Resource, Scope
from gcpstack.exceptions import Problem
from gcpstack.resources._types import BucketRef
from gcpstack.resources.objects import BucketObject
from gcpstack.resources.sources import FromFile

#: What Python's own table lacks, or tells otherwise than browsers expect it
#: (https://www.iana.org/assignments/media-types).
_TYPES: Mapping[str, str] = {
    ".avif": "image/avif",
    ".css": "text/css",
    ".csv": "text/csv",
    ".htm": "text/html",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".otf": "font/otf",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
_BINARY = "application/octet-stream"
#: Left alone wherever they are: what editors and systems leave behind.
_JUNK = (".DS_Store", "Thumbs.db", ".git/*", "*~", "*.swp")


@dataclass(frozen=True, eq=False)
class BucketFolder(Component):
    """A folder of files in a bucket: a static site, or data for a program.

    Each file is a `BucketObject`. It is uploaded when its hash differs from that of the live object; one
    list call reads them all, and many are uploaded in parallel. A file that is removed from the folder
    is removed from the bucket. Other objects in the bucket stay as they are.

    Content types follow from the names of the files; text is in UTF-8. Patterns are those of a
    shell: one without a slash matches the last part of a name, ``*`` also matches slashes; the first
    that matches counts.

    Refer to its parts: ``site.objects`` by the names of the files.

    Attributes:
        folder: the folder on this machine.
        bucket: the bucket: its declaration or its name.
        prefix: what comes before each name in the bucket, such as ``docs/``.
        cache_control: how long files may be cached, by pattern:
            ``{"assets/*": "public, max-age=31536000, immutable", "*": "no-cache"}``.
        content_types: other content types, by pattern.
        gzip: patterns of files that are uploaded compressed.
        exclude: patterns of files that are not uploaded, besides what editors leave behind.
        project: the bucket's project; the stack's if not given.
    """

    folder: str | os.PathLike[str]
    bucket: BucketRef = field(kw_only=True)
    prefix: str = field(default="", kw_only=True)
    cache_control: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    content_types: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    gzip: Sequence[str] = field(default=(), kw_only=True)
    exclude: Sequence[str] = field(default=(), kw_only=True)
    project: str | None = field(default=None, kw_only=True)

    @functools.cached_property
    def files(self) -> tuple[str, ...]:
        """The names of its files within the folder, with slashes."""
        root = Path(self.folder)
        found = (
            path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file()
        )
        return tuple(name for name in found if not _fits(name, (*_JUNK, *self.exclude)))

    @functools.cached_property
    def objects(self) -> Mapping[str, BucketObject]:
        """Its objects by the names of the files."""
        return {name: self._object(name) for name in self.files}

    def _object(self, name: str) -> BucketObject:
        return BucketObject(
            f"{self.prefix}{name}",
            bucket=self.bucket,
            content=FromFile(Path(self.folder) / name),
            content_type=_first(name, self.content_types) or content_type(name),
            cache_control=_first(name, self.cache_control),
            gzip=_fits(name, self.gzip),
            project=self.project,
        )

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List its objects."""
        yield from self.objects.values()

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check that there are files, and that each pattern is of one."""
        place = f"BucketFolder({os.fspath(self.folder)!r})"
        if not Path(self.folder).is_dir():
            yield Problem(
                f"{place}: folder", "there is no such folder.", "Build it, or name another."
            )
            return
        if not self.files:
            told = "holds no files: everything that went up from it would be deleted."
            yield Problem(f"{place}: folder", told, "Build it first.")
            return
        if self.prefix.startswith("/"):
            yield Problem(
                f"{place}: prefix",
                f"{self.prefix!r} begins with a slash, which would be part of every name.",
                f"Use {self.prefix.lstrip('/')!r}.",
            )
        for attribute in ("cache_control", "content_types", "gzip"):
            for pattern in getattr(self, attribute):
                if not any(_fits(name, (pattern,)) for name in self.files):
                    yield Problem(
                        f"{place}: {attribute}[{pattern!r}]",
                        "is of none of its files.",
                        "Patterns are of names within the folder, such as 'assets/*.js'.",
                    )


def content_type(name: str) -> str:
    """Return the type of a file by its name; the same on every machine.

    >>> content_type("assets/app.js")
    'text/javascript; charset=utf-8'
    """
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122 # a name in a bucket is not a path
    known = _TYPES.get(ending) or _table().get(ending, _BINARY)
    text = known.startswith("text/") or known in ("application/json", "application/xml")
    return f"{known}; charset=utf-8" if text else known


@functools.cache
def _table() -> Mapping[str, str]:
    """Read Python's own table, without what the machine adds to it."""
    return mimetypes.MimeTypes().types_map[True]


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(
        fnmatch.fnmatchcase(name if "/" in pattern else name.rsplit("/", 1)[-1], pattern)
        for pattern in patterns
    )


def _first(name: str, values: Mapping[str, str]) -> str | None:
    """Find the first value whose pattern fits."""
    return next((value for pattern, value in values.items() if _fits(name, (pattern,))), None)
