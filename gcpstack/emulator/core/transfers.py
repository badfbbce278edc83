"""Files that one service reads from Cloud Storage or writes there for another.

Whose identity moves them must have been given access to the bucket:
https://cloud.google.com/iam/docs/service-agents, https://cloud.google.com/storage/docs/access-control/iam-roles.
"""

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from gcpstack.emulator.core import iam
from gcpstack.emulator.core.errors import ApiError, failed_precondition, invalid
from gcpstack.emulator.core.serve import ask

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

STORAGE = "/storage.googleapis.com"
_OWNERS = frozenset({"roles/owner", "roles/storage.admin", "roles/storage.objectAdmin"})
WRITERS = _OWNERS | {
    "roles/editor", "roles/storage.legacyBucketOwner", "roles/storage.legacyBucketWriter",
    "roles/storage.objectCreator", "roles/storage.objectUser",
}  # fmt: skip
READERS = _OWNERS | {
    "roles/storage.legacyObjectOwner", "roles/storage.legacyObjectReader",
    "roles/storage.objectUser", "roles/storage.objectViewer",
}  # fmt: skip


def split(uri: str) -> tuple[str, str]:
    """Bucket and path of ``gs://BUCKET/PATH``; the path may be empty."""
    bucket, _, path = uri.removeprefix("gs://").partition("/")
    if not uri.startswith("gs://") or not bucket:
        raise invalid(f"Invalid Cloud Storage URI: '{uri}'.")
    return bucket, path


def check(
    world: "World", bucket: str, identity: str, project: str, *, write: bool, agent: bool = False
) -> None:
    """Refuse a bucket that is not there, or that an identity may not use.

    Args:
        world: what there is.
        bucket: its name.
        identity: who moves the files, as an address.
        project: whose identity it is.
        write: whether files are written, not read.
        agent: its role in its own project covers the buckets there.
    """
    try:
        found = ask(world, "GET", f"{STORAGE}/storage/v1/b/{bucket}")
    except ApiError:
        raise failed_precondition(f"The bucket '{bucket}' does not exist.") from None
    within = str(found["projectNumber"]) == str(world.number_of(project))
    keys = [f"storage/b/{bucket}"]
    if within:
        keys.append(f"cloudresourcemanager/projects/{project}")
    roles = WRITERS if write else READERS
    verb = "create" if write else "get"
    if (agent and within) or iam.granted(world, keys, identity, roles, f"storage.objects.{verb}"):
        return
    raise ApiError(
        403,
        f"{identity} does not have storage.objects.{verb} access to the bucket '{bucket}'.",
        reason="forbidden",
        status="PERMISSION_DENIED",
    )


def read(world: "World", uri: str) -> bytes:
    """What a file holds; Cloud Storage's 404 where there is none."""
    bucket, path = split(uri)
    url = f"{STORAGE}/storage/v1/b/{bucket}/o/{quote(path, safe='')}"
    data: bytes = ask(world, "GET", url, query="alt=media").body
    return data


def write(world: "World", uri: str, data: bytes) -> None:
    """Write a file, over what is there."""
    bucket, path = split(uri)
    query = urlencode({"uploadType": "media", "name": path})
    ask(
        world, "POST", f"{STORAGE}/upload/storage/v1/b/{bucket}/o", data,
        query=query, kind="application/octet-stream",
    )  # fmt: skip
