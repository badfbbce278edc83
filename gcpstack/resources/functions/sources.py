"""Where the source of a function comes from: a folder, or an archive in a bucket."""

from collections.abc import Iterator
from pathlib import Path

from gcpstack._core.facets import block, required, spec
from gcpstack._core.resource import Resource
from gcpstack.resources import _checks as checks
from gcpstack.resources._base import Part
from gcpstack.resources._checks import BUCKET, Finding
from gcpstack.resources._types import BucketRef
from gcpstack.resources.functions.archives import digest, digest_of

#: Google tells where its own copy is, not where it was taken from.
_UNREAD = "unread"


@block
class FunctionArchive(Part):
    """A zip archive in a bucket that a function is built from.

    https://cloud.google.com/functions/docs/deploy#from_cloud_storage. Google copies it: another
    content under the same name shows only with a *generation*, or another name.

    Attributes:
        bucket: the bucket: its declaration or its name.
        object: the archive's name in the bucket.
        generation: its generation; the newest if not given.
    """

    bucket: BucketRef = required(link="name")
    object: str = required()
    generation: int | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the names (https://cloud.google.com/storage/docs/buckets#naming)."""
        yield from checks.name("bucket", self.bucket, BUCKET)
        if not isinstance(self.bucket, str | Resource):
            yield Finding(
                "bucket", "is known only after apply", "Give the bucket's declaration or its name."
            )
        if not self.object:
            yield Finding("object", "is empty")


@block
class SourceForm(Part):
    """What a function is built from, as it stands in a body.

    Attributes:
        digest: tells this source from another; the function carries it as a label.
        folder: the folder.
        bucket: or the bucket of the archive,
        object: its name there,
        generation: and its generation.
    """

    digest: str = required()
    folder: str | None = spec(like=_UNREAD)
    bucket: BucketRef | None = spec(like=_UNREAD, link="name")
    object: str | None = spec(like=_UNREAD)
    generation: int | None = spec(like=_UNREAD)


def form(source: str | Path | FunctionArchive) -> SourceForm:
    """Write a source as it stands in a body."""
    if isinstance(source, FunctionArchive):
        # A bucket's name is part of its declaration, so the digest is known without Google.
        held = source.bucket.name if isinstance(source.bucket, Resource) else source.bucket  # type: ignore[attr-defined] # a bucket, by its annotation
        where = f"gs://{held}/{source.object}#{source.generation or ''}"
        return SourceForm(
            digest=digest_of(where),
            bucket=source.bucket,
            object=source.object,
            generation=source.generation,
        )
    folder = str(source)
    try:
        return SourceForm(digest=digest(folder), folder=folder)
    except OSError:  # the checks tell why
        return SourceForm(digest="", folder=folder)
