"""Cloud Storage: buckets, the objects in them, and notifications of what happens there."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from gcpstack._adapters.by_name import ByName, Named
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._adapters.rest import Collection
from gcpstack._adapters.storage_objects import BucketFiles
from gcpstack._adapters.wire import without
from gcpstack._core import fence
from gcpstack._core.json import Body, Path, get
from gcpstack._core.ports import Adapter, Edit, Finished, Operation, Step, Target
from gcpstack.exceptions import AlreadyExists, Conflict, FailedPrecondition, NotFound
from gcpstack.resources import _identities as identities

_LOCK: Path = ("retentionPolicy", "isLocked")
#: How many objects are deleted in parallel.
_SIDE_BY_SIDE = 16
#: How many pages are counted before it is told that there are more.
_PAGES = 5


class Buckets(Discovery):
    """The adapter of buckets."""

    def __init__(self, clients: Clients, row: Row) -> None:
        """Serve the kind."""
        super().__init__(clients, row)
        self._buckets = Collection(clients, "storage", "v1", "buckets")
        self._objects = Collection(clients, "storage", "v1", "objects")
        self._folders = Collection(clients, "storage", "v1", "folders")

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Make the bucket. Its retention is locked by a call of its own, afterwards."""
        params: Body = {
            "project": target.ids["project"],
            "body": {**without(body, ("retentionPolicy.isLocked",)), "name": target.ids["name"]},
        }
        if get(body, ("objectRetention", "mode")):
            # https://cloud.google.com/storage/docs/json_api/v1/buckets/insert#enableObjectRetention
            params["enableObjectRetention"] = True
        return Finished(self._buckets.call("insert", params))

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the calls: the fields by one; the lock, which can't be undone, last of all."""
        changed = tuple(path for path in edit.changed if path != _LOCK)
        steps = list(super().update(replace(edit, changed=changed))) if changed else []
        if _LOCK in edit.changed and get(edit.merged, _LOCK):
            steps.append(Step("lock the retention", lambda: self._lock(edit)))
        return steps

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Delete the bucket, with what is in it: nobody gets here without having consented."""
        try:
            return super().delete(target, live, request_id)
        except (AlreadyExists, Conflict, FailedPrecondition):
            if not self._emptied(target):
                raise
        return super().delete(target, live, request_id)

    def holds(self, target: Target) -> str:
        """Return what would go with the bucket; nothing where it is empty."""
        count, size, more = 0, 0, False
        params: Body = {"bucket": target.ids["name"], "versions": True, "maxResults": 1000}
        params["fields"] = "nextPageToken,items(size)"
        try:
            for _ in range(_PAGES):
                page = self._objects.call("list", params)
                items = page.get("items")
                held = items if isinstance(items, list) else []
                count, size = count + len(held), size + sum(int(one["size"]) for one in held)
                more = bool(page.get("nextPageToken"))
                if not more:
                    break
                params = {**params, "pageToken": page["nextPageToken"]}
        except NotFound:
            return ""
        if not count:
            return ""
        least = "more than " if more else ""
        return f"{least}{count:,} object{'' if count == 1 else 's'} ({_sized(size)})"

    def _lock(self, edit: Edit) -> Operation:
        """https://cloud.google.com/storage/docs/json_api/v1/buckets/lockRetentionPolicy."""
        params = {
            "bucket": edit.target.ids["name"],
            "ifMetagenerationMatch": edit.live.get("metageneration"),
        }
        return Finished(self._buckets.call("lockRetentionPolicy", params))

    def _emptied(self, target: Target) -> bool:
        """Delete every version of every object, and every folder; tell whether there was any."""
        bucket = target.ids["name"]
        items = self._objects.pages(
            {
                "bucket": bucket,
                "versions": True,
                "maxResults": 1000,
                "fields": "nextPageToken,items(name,generation)",
            },
            "items",
        )
        self._each(
            lambda item: self._gone(
                self._objects,
                bucket=bucket,
                object=item["name"],
                generation=item["generation"],
            ),
            items,
        )
        folders = self._listed_folders(bucket)
        for name in sorted(folders, key=lambda name: name.count("/"), reverse=True):
            self._gone(self._folders, bucket=bucket, folder=name)
        return bool(items or folders)

    def _listed_folders(self, bucket: str) -> list[str]:
        """List the folders of a bucket that has real ones."""
        told = self._buckets.call("get", {"bucket": bucket, "fields": "hierarchicalNamespace"})
        if not get(told, ("hierarchicalNamespace", "enabled")):
            return []
        return [str(one["name"]) for one in self._folders.pages({"bucket": bucket}, "items")]

    def _gone(self, collection: Collection, **params: object) -> None:
        try:
            collection.call("delete", params)
        except NotFound:
            return

    def _each(self, act: Callable[[Body], None], items: Iterable[Body]) -> None:
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            for done in [pool.submit(fence.carried(act), item) for item in items]:
                done.result()


def _sized(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004 # the next unit's
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


_TOPIC = "//pubsub.googleapis.com/"

# https://cloud.google.com/storage/docs/json_api/v1/buckets
_BUCKETS = Row(
    api="storage",
    version="v1",
    collection="buckets",
    one={"bucket": "{name}"},
    parent={"project": "{project}"},
    create="insert",
    style="merge",
    etag=("ifMetagenerationMatch", "metageneration"),
    items="items",
    list_params={"maxResults": 1000},
)
# https://cloud.google.com/storage/docs/json_api/v1/notifications
_NOTIFICATIONS = Named(
    row=Row(
        api="storage",
        version="v1",
        collection="notifications",
        one={"bucket": "{bucket}", "notification": "{id}"},
        parent={"bucket": "{bucket}"},
        create="insert",
        body=lambda _, body: {**body, "topic": _TOPIC + str(body.get("topic"))},
        items="items",
        key=lambda body: str(body.get("id", "")),
    ),
    shown=identities.notification,
)


def adapter(clients: Clients, kind: str, stack: str) -> Adapter:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    if kind == "storage.Notification":
        return ByName(clients, _NOTIFICATIONS)
    return Buckets(clients, _BUCKETS) if kind == "storage.Bucket" else BucketFiles(clients)
