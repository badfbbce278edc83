"""Imports into Cloud SQL databases: done once for each content.

An import is an action that leaves no object behind. What stands for it is the file that it read: it
is kept in a bucket, and its metadata say that it was imported
(https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances/import).
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

from gcpstack._adapters import operations
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.errors import translated
from gcpstack._adapters.rest import Collection
from gcpstack._adapters.transport import load
from gcpstack._adapters.wire import unwrapped
from gcpstack._core import fence
from gcpstack._core.json import Body, Path
from gcpstack._core.ports import (
    Done,
    Edit,
    Finished,
    Observed,
    Operation,
    Step,
    Target,
)
from gcpstack.exceptions import Conflict, InvalidRequest, NotFound

_CONTENT = ("content",)
_TEXT = "application/sql"
#: Metadata of the file: the hash of what it holds, the user it was imported as, and that it was.
_HASH, _AS, _DONE = "sha256", "import-user", "imported"


class Imports:
    """The adapter of ``sql.Import``."""

    lists = False

    def __init__(self, clients: Clients) -> None:
        """Serve the kind.

        Args:
            clients: makes the clients.
        """
        self._clients = clients
        self._instances = Collection(clients, "sqladmin", "v1", "instances")
        self._objects = Collection(clients, "storage", "v1", "objects")

    def get(self, target: Target) -> Observed | None:
        """Return the import by its file; None where there is none, or it was not imported."""
        _, found = self._file(target)
        if not found.get(_DONE):
            return None
        return Observed({"importUser": found[_AS]} if found.get(_AS) else {}, target.path)

    def list(self, target: Target) -> Sequence[Observed]:
        """Read the one that *target* stands for."""
        found = self.get(target)
        return [found] if found else []

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Begin to import; done already where this very content was."""
        content = _bytes(body)
        told = {_HASH: hashlib.sha256(content).hexdigest()}
        if body.get("importUser"):
            told[_AS] = str(body["importUser"])
        generation, found = self._file(target)
        if _imported(found, told):
            return Finished()
        try:
            self._upload(target, content, told, generation)
        except Conflict:
            # Its own answer was lost, or another run was here meanwhile.
            _, found = self._file(target)
            if _imported(found, told):
                return Finished()
            if found.get(_HASH) != told[_HASH]:
                raise
        context: Body = {
            "uri": f"gs://{target.ids['bucket']}/{_path(target)}",
            "database": target.ids["database"],
            "fileType": "SQL",
            "importUser": body.get("importUser"),
        }
        answer = self._instances.call(
            "import_",
            {
                **_instance(target),
                "body": {"importContext": {k: v for k, v in context.items() if v}},
            },
        )
        return self._followed(target, operations.sql(self._clients, target.ids["project"], answer))

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the one call: another content is imported; another user alone is only noted."""
        if edit.touches("content"):
            return [Step("import", lambda: self.create(edit.target, edit.desired, ""))]
        if edit.touches("importUser"):
            user = edit.merged.get("importUser")
            return [Step("note the user", lambda: self._note(edit.target, {_AS: user}))]
        return []

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Delete the file; what was imported stays in the database."""
        try:
            self._objects.call("delete", _object(target))
        except NotFound:
            return Finished()
        return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Take up an import that another process began."""
        return self._followed(target, operations.resume(self._clients, name))

    def reveal(self, target: Target, path: Path) -> str | None:
        """Read the file back, to compare it."""
        if path != _CONTENT:
            return None
        objects = self._clients.collection("storage", "v1", "objects")
        try:
            with translated():
                held = objects.get_media(**_object(target)).execute()
        except NotFound:
            return None
        return held.decode("utf-8", "replace") if isinstance(held, bytes) else str(held)

    def _followed(self, target: Target, operation: Operation) -> Operation:
        # What is noted once it is over is a change like the first one: only under the lease.
        noted = fence.carried(self._noted)

        def note(done: Done) -> Done:
            noted(target, {_DONE: "true"})
            return done

        return operations.ChainedOperation(operation, note)

    def _note(self, target: Target, told: Mapping[str, object]) -> Operation:
        self._noted(target, told)
        return Finished()

    def _noted(self, target: Target, told: Mapping[str, object]) -> None:
        self._objects.call("patch", {**_object(target), "body": {"metadata": dict(told)}})

    def _file(self, target: Target) -> tuple[str, Mapping[str, Any]]:
        """Read the file's generation and metadata; 0 and none if there is no such file or bucket."""
        try:
            found = self._objects.call("get", _object(target))
        except NotFound:
            return "0", {}
        told = found.get("metadata")
        return str(found["generation"]), told if isinstance(told, Mapping) else {}

    def _upload(
        self, target: Target, content: bytes, told: Mapping[str, str], generation: str
    ) -> None:
        """Put the file there if it is still of *generation*: nobody's later one is overwritten."""
        media = load("googleapiclient.http").MediaIoBaseUpload(
            io.BytesIO(content), mimetype=_TEXT, resumable=False
        )
        self._objects.call(
            "insert",
            {
                "bucket": target.ids["bucket"],
                "name": _path(target),
                "ifGenerationMatch": generation,
                "body": {"metadata": dict(told)},
                "media_body": media,
            },
        )


def _imported(found: Mapping[str, Any], told: Mapping[str, str]) -> bool:
    return bool(found.get(_DONE)) and found.get(_HASH) == told[_HASH]


def _path(target: Target) -> str:
    ids = target.ids
    return f"gcpstack/imports/{ids['instance']}/{ids['database']}/{ids['name']}"


def _object(target: Target) -> Body:
    return {"bucket": target.ids["bucket"], "object": _path(target)}


def _instance(target: Target) -> Body:
    return {"project": target.ids["project"], "instance": target.ids["instance"]}


def _bytes(body: Body) -> bytes:
    value = unwrapped(body.get("content"))
    if value is None:
        raise InvalidRequest("an import needs something to import")
    return value if isinstance(value, bytes) else str(value).encode()


def adapter(clients: Clients, kind: str, stack: str) -> Imports:  # noqa: ARG001 # one kind
    """Make the adapter."""
    return Imports(clients)
