"""Objects in buckets: their content goes up as a whole, the rest is patched.

https://cloud.google.com/storage/docs/json_api/v1/objects
"""

import io
from collections.abc import Sequence
from dataclasses import replace

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.rest import Collection
from gcpstack._adapters.transport import load
from gcpstack._adapters.wire import merge_patch, revealed, unwrapped, without
from gcpstack._core.json import Body, Path, get
from gcpstack._core.ports import (
    Edit,
    Finished,
    Observed,
    Operation,
    Step,
    Target,
    TooMany,
)
from gcpstack.exceptions import AlreadyExists, Conflict, FailedPrecondition, NotFound
from gcpstack.resources._uploads import AS_HASHED

_CONTENT: Path = ("content",)
#: What only another upload changes.
_UPLOADED = ("content", "md5Hash", "storageClass", "kmsKeyName")
_HOLDS = ("eventBasedHold", "temporaryHold")
#: What Google fills in: an upload may not say it.
_TOLD = (
    "kind", "id", "selfLink", "mediaLink", "bucket", "name", "generation", "metageneration",
    "size", "crc32c", "etag", "timeCreated", "updated", "timeStorageClassUpdated", "timeFinalized",
    "content", "owner", "acl", "componentCount", "timeDeleted", "retentionExpirationTime",
    "kmsKeyName",
)  # fmt: skip
#: A bucket with more objects than these pages hold is not read as a whole.
_PAGES = 20
_PAGE = 1000


class BucketFiles:
    """The adapter of ``storage.BucketObject``."""

    lists = True

    def __init__(self, clients: Clients) -> None:
        """Serve the kind.

        Args:
            clients: makes the clients.
        """
        self._objects = Collection(clients, "storage", "v1", "objects")

    def get(self, target: Target) -> Observed | None:
        """Read what is told of one object; None where it does not exist."""
        try:
            return Observed(self._objects.call("get", _one(target)), target.path)
        except NotFound:
            return None

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every object of the bucket.

        Raises:
            TooMany: there are so many that each is better read by itself.
        """
        params: Body = {"bucket": target.ids["bucket"], "maxResults": _PAGE}
        out: list[Observed] = []
        for _ in range(_PAGES):
            try:
                page = self._objects.call("list", params)
            except NotFound:
                return []
            items = page.get("items")
            for body in items if isinstance(items, list) else ():
                there = replace(target, ids={**target.ids, "name": str(body["name"])})
                out.append(Observed(body, there.path))
            if not page.get("nextPageToken"):
                return out
            params = {**params, "pageToken": page["nextPageToken"]}
        raise TooMany

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Upload the object, if there is none.

        Raises:
            AlreadyExists: there is one.
        """
        try:
            return self._upload(target, body, "0")
        except (Conflict, FailedPrecondition):
            if self.get(target) is None:
                raise
        raise AlreadyExists(f"object {target.ids['name']} exists")

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the call to make next: an upload where the content differs, else a patch.

        A hold that goes has to go first: https://cloud.google.com/storage/docs/object-holds.
        """
        lifted = [name for name in _HOLDS if edit.live.get(name) and not edit.merged.get(name)]
        if lifted:
            first = replace(edit, changed=tuple((name,) for name in lifted))
            return [Step("lift hold", lambda: self._patch(first))]
        if edit.touches(*_UPLOADED):
            generation = str(edit.live.get("generation") or "")
            desired = {**without(edit.merged, _TOLD), **edit.desired}
            return [Step("upload", lambda: self._upload(edit.target, desired, generation))]
        if not edit.changed:
            return []
        return [Step("update", lambda: self._patch(edit))]

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Delete the object; done at once where it is gone already."""
        try:
            self._objects.call("delete", _one(target))
        except NotFound:
            return Finished()
        return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Say that nothing is under way: an upload is done when it is answered."""
        return Finished()

    def reveal(self, target: Target, path: Path) -> str | None:
        """Say that the content is compared by its hash, where that is known beforehand."""
        return AS_HASHED if path == _CONTENT else None

    def _patch(self, edit: Edit) -> Operation:
        params: Body = {
            **_one(edit.target),
            "body": merge_patch(edit.merged, edit.changed),
            "ifMetagenerationMatch": edit.live.get("metageneration"),
        }
        if edit.touches("retention") and get(edit.live, ("retention", "mode")) == "Unlocked":
            # https://cloud.google.com/storage/docs/using-object-lock: else it could only grow.
            params["overrideUnlockedRetention"] = True
        return Finished(self._objects.call("patch", params))

    def _upload(self, target: Target, body: Body, generation: str) -> Operation:
        content = unwrapped(body.get("content"))
        data = content if isinstance(content, bytes) else str(content or "").encode()
        plain, _ = revealed(without(body, _TOLD))
        kind = str(plain.get("contentType") or "application/octet-stream")
        media = load("googleapiclient.http").MediaIoBaseUpload(
            io.BytesIO(data), mimetype=kind, resumable=False
        )
        params: Body = {
            "bucket": target.ids["bucket"],
            "body": {**plain, "name": target.ids["name"]},
            "media_body": media,
        }
        if body.get("kmsKeyName"):
            params["kmsKeyName"] = body["kmsKeyName"]
        if generation:
            params["ifGenerationMatch"] = generation
        return Finished(self._objects.call("insert", params))


def _one(target: Target) -> Body:
    return {"bucket": target.ids["bucket"], "object": target.ids["name"]}
