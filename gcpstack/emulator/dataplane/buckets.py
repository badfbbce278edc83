"""Backend buckets at work: objects that everybody may read, as a website.

https://cloud.google.com/load-balancing/docs/https/ext-load-balancer-backend-buckets
"""

from urllib.parse import unquote

from gcpstack.emulator.core import iam
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dataplane.messages import Answer, Asked, told
from gcpstack.emulator.services.storage import versions

READERS = (
    "roles/storage.objectViewer",
    "roles/storage.legacyObjectReader",
    "roles/storage.objectAdmin",
)


def answer(world: World, name: str, request: Asked) -> Answer:
    """What a bucket answers for a path."""
    bucket = world.state.get("storage", f"b/{name}")
    if bucket is None:
        return told(404, "NoSuchBucket: The specified bucket does not exist.")
    website = bucket.body.get("website") or {}
    path = unquote(request.path.lstrip("/"))
    page = str(website.get("mainPageSuffix", ""))
    if page and (not path or path.endswith("/")):
        path += page
    found = _public(world, bucket, path)
    if found is not None:
        return _content(found, 200, request)
    missing = _public(world, bucket, str(website.get("notFoundPage", "")))
    if missing is not None:
        return _content(missing, 404, request)
    if not _everybody(world, bucket):
        return told(403, "AccessDenied: Anonymous caller does not have storage.objects.get access.")
    return told(404, "NoSuchKey: The specified key does not exist.")


def _public(world: World, bucket: Obj, path: str) -> Obj | None:
    if not path or not _everybody(world, bucket):
        return None
    return world.state.get("storage", versions.slot(bucket, path))


def _everybody(world: World, bucket: Obj) -> bool:
    policy = iam.effective(world, f"storage/{bucket.name}")
    return any(
        "allUsers" in binding["members"] and binding["role"] in READERS
        for binding in policy.get("bindings", ())
    )


def _content(found: Obj, status: int, request: Asked) -> Answer:
    body = found.body
    headers = [
        ("content-type", str(body.get("contentType", "application/octet-stream"))),
        ("etag", f'"{body.get("md5Hash", body.get("etag", ""))}"'),
        ("x-goog-generation", str(body.get("generation", ""))),
    ]
    for field, name in (
        ("cacheControl", "cache-control"),
        ("contentEncoding", "content-encoding"),
        ("contentDisposition", "content-disposition"),
    ):
        if body.get(field):
            headers.append((name, str(body[field])))
    data = b"" if request.method == "HEAD" else versions.content(found)
    return Answer(status, tuple(headers), data)
