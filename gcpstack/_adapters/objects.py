"""Small text objects in Cloud Storage, replaced by compare-and-swap on their generation."""

import io
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from gcpstack._adapters import bucket_guard
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.errors import translated
from gcpstack._adapters.transport import load
from gcpstack._core.ports import StoredObject
from gcpstack.exceptions import (
    AlreadyExists,
    Conflict,
    FailedPrecondition,
    NotFound,
    PermissionDenied,
)

_TEXT = "application/json"
#: Marks a bucket that was made for the inventories, so that it may go with the last of them.
_OWN = {"gcpstack": "inventory"}


class BucketObjects:
    """Objects in one bucket. Only the project's own people can write there: see `_make`."""

    def __init__(self, clients: Clients, project: str, bucket: str, *, own: bool) -> None:
        """Take the bucket's name; nothing is read yet.

        Args:
            clients: make the calls.
            project: the project in which the bucket is made if need be.
            bucket: its name.
            own: it is gcpstack's own: made when it is needed, deleted when it is empty.
        """
        self._clients = clients
        self._project = project
        self._bucket = bucket
        self._own = own
        self._checked = False

    @property
    def where(self) -> str:
        """Name the place, for people."""
        return f"gs://{self._bucket}"

    def read(self, name: str) -> StoredObject | None:
        """Read an object; None where it, or the bucket, does not exist."""
        try:
            with translated():
                asked = self._objects.get(
                    bucket=self._bucket, object=name, fields="generation,updated"
                )
                dates: list[str] = []
                asked.add_response_callback(lambda told: dates.append(told.get("date", "")))
                found = asked.execute()
                generation = int(found["generation"])
                text = self._objects.get_media(
                    bucket=self._bucket, object=name, generation=generation
                ).execute()
        except NotFound:
            return None
        content = text if isinstance(text, bytes) else str(text).encode()
        age = _age(found.get("updated"), dates[-1] if dates else "")
        return StoredObject(content.decode("utf-8", "replace"), generation, age)

    def write(self, name: str, text: str, *, if_generation: int) -> int:
        """Write an object, making the bucket if need be.

        Raises:
            Conflict: another generation is there.
            InventoryError: others may write the bucket, or it is somebody else's.
        """
        self._guard()
        try:
            return self._insert(name, text, if_generation)
        except NotFound:
            if not self._own or if_generation:
                raise
        self._make()
        return self._insert(name, text, if_generation)

    def _insert(self, name: str, text: str, if_generation: int) -> int:
        media = load("googleapiclient.http").MediaIoBaseUpload(
            io.BytesIO(text.encode()), mimetype=_TEXT, resumable=False
        )
        with translated():
            made = self._objects.insert(
                bucket=self._bucket,
                name=name,
                media_body=media,
                ifGenerationMatch=if_generation,
                fields="generation",
            ).execute()
        return int(made["generation"])

    def delete(self, name: str, *, if_generation: int) -> None:
        """Delete an object, and the bucket with it if it is our own and empty.

        Raises:
            Conflict: another generation is there.
        """
        try:
            with translated():
                self._objects.delete(
                    bucket=self._bucket, object=name, ifGenerationMatch=if_generation
                ).execute()
        except NotFound:
            return
        self.tidy()

    def tidy(self) -> None:
        """Delete the bucket if it is our own and empty."""
        if self._own:
            self._drop_bucket()

    def names(self, prefix: str) -> Sequence[str]:
        """List the names of the objects that begin with *prefix*."""
        out: list[str] = []
        token = None
        while True:
            try:
                with translated():
                    page = self._objects.list(
                        bucket=self._bucket,
                        prefix=prefix,
                        pageToken=token,
                        fields="nextPageToken,items(name)",
                    ).execute()
            except NotFound:
                return out
            out += [item["name"] for item in page.get("items", [])]
            token = page.get("nextPageToken")
            if not token:
                return out

    def missing(self) -> bool:
        """Return whether the bucket is yet to be made; no where Google does not say."""
        if not self._own:
            return False
        try:
            with translated():
                self._buckets.get(bucket=self._bucket, fields="name").execute()
        except NotFound:
            return True
        except PermissionDenied:
            pass
        return False

    def last(self) -> bool:
        """Return whether the bucket goes with the inventory that is in it: it is our own, and holds no other."""
        return self._own and len(self.names("")) <= 1

    def _make(self) -> None:
        """Make the bucket: no public access, no access lists, old versions kept a while.

        https://cloud.google.com/storage/docs/json_api/v1/buckets/insert
        """
        body = {
            "name": self._bucket,
            "labels": _OWN,
            "versioning": {"enabled": True},
            "iamConfiguration": {
                "uniformBucketLevelAccess": {"enabled": True},
                "publicAccessPrevention": "enforced",
            },
            "lifecycle": {
                "rule": [
                    {
                        "action": {"type": "Delete"},
                        "condition": {"daysSinceNoncurrentTime": 30, "numNewerVersions": 5},
                    }
                ]
            },
            "softDeletePolicy": {"retentionDurationSeconds": "0"},
        }
        try:
            with translated():
                self._buckets.insert(project=self._project, body=body).execute()
        except (AlreadyExists, Conflict):
            self._guard()  # another stack's run was quicker, or it is somebody else's

    def _guard(self) -> None:
        """Look at the bucket once, before the first write."""
        if not self._checked:
            self._checked = bucket_guard.check(
                self._clients, self._project, self._bucket, own=self._own
            )

    def _drop_bucket(self) -> None:
        """Delete the bucket with the old versions in it, unless another inventory is there."""
        if self.names(""):
            return
        try:
            with translated():
                found = self._buckets.get(bucket=self._bucket, fields="labels").execute()
            if found.get("labels", {}).get("gcpstack") != _OWN["gcpstack"]:
                return
            self._drop_versions()
            with translated():
                self._buckets.delete(bucket=self._bucket).execute()
        except (NotFound, Conflict, FailedPrecondition):
            return  # gone already, or another stack has just moved in

    def _drop_versions(self) -> None:
        with translated():
            page = self._objects.list(
                bucket=self._bucket, versions=True, fields="items(name,generation)"
            ).execute()
        for item in page.get("items", []):
            with translated():
                self._objects.delete(
                    bucket=self._bucket, object=item["name"], generation=item["generation"]
                ).execute()

    @property
    def _objects(self) -> Any:
        return self._clients.collection("storage", "v1", "objects")

    @property
    def _buckets(self) -> Any:
        return self._clients.collection("storage", "v1", "buckets")


def _age(updated: object, date: str) -> float | None:
    """Return how old an object was when an answer was given, both moments being of Google's clock.

    A date tells whole seconds, cut off (https://httpwg.org/specs/rfc9110.html#field.date), so it
    may be a second older than this.
    """
    try:
        now = parsedate_to_datetime(date)
        return max(0.0, (now - datetime.fromisoformat(str(updated))).total_seconds())
    except (ValueError, TypeError):  # no date, none that can be read, or one without its zone
        return None
