"""The newest version of a secret: versions are only ever added, so a changed value adds one.

``latest`` is the version that was made last, enabled or not
(https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access):
where that one is disabled or destroyed, whoever reads ``latest`` gets nothing, whatever older
versions hold.

https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions
"""

import base64
from collections.abc import Sequence

from gcpstack._adapters import gapic, operations
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.errors import translated
from gcpstack._adapters.wire import unwrapped
from gcpstack._core.json import Body, Path, get
from gcpstack._core.ports import Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import FailedPrecondition, InvalidRequest, NotFound, PermissionDenied

_DATA = ("payload", "data")
_ENABLED = "ENABLED"


class SecretVersions:
    """The adapter of ``secretmanager.SecretVersion``."""

    lists = False

    def __init__(self, clients: Clients) -> None:
        """Serve the kind."""
        self._clients = clients
        self._api = gapic.Api(
            clients, "google.cloud.secretmanager_v1", "SecretManagerServiceClient"
        )

    def get(self, target: Target) -> Observed | None:
        """Read the newest version that is enabled, with the state of the one that ``latest`` is.

        Its payload is not read.
        """
        found = self._newest(target)
        return Observed(found, target.path) if found else None

    def list(self, target: Target) -> Sequence[Observed]:
        """Read the one that *target* stands for."""
        found = self.get(target)
        return [found] if found else []

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Add a version; done already where ``latest`` gives the same payload.

        An answer may get lost after the version was added: the repeated call then adds none.
        """
        wanted = _payload(body)
        if self._held(self._latest(target)) == wanted:
            return Finished()
        request = {
            "parent": _secret(target),
            "payload": {"data": base64.b64encode(wanted).decode("ascii")},
        }
        hide = (wanted.decode("utf-8", "replace"), str(get(request, _DATA)))
        return Finished(
            self._api.json("add_secret_version", "AddSecretVersionRequest", request, hide=hide)
        )

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the one call: another version."""
        if not edit.touches("payload", "state"):
            return []
        return [Step("add version", lambda: self.create(edit.target, edit.desired, ""))]

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Destroy the version; its payload can't be brought back."""
        name = live.get("name") or (self._newest(target) or {}).get("name")
        if not name:
            return Finished()
        try:
            self._api.json(
                "destroy_secret_version", "DestroySecretVersionRequest", {"name": str(name)}
            )
        except NotFound:
            return Finished()
        except FailedPrecondition:
            # Destroyed already; or the newest still, and the refusal stands.
            current = self._newest(target)
            if current is not None and current.get("name") == name:
                raise
        return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Take up an operation; versions have none that could be under way."""
        return operations.resume(self._clients, name)

    def reveal(self, target: Target, path: Path) -> str | None:
        """Read the payload, to compare it; None where it can't be read or is not text."""
        if path != _DATA:
            return None
        held = self._held(self._newest(target))
        try:
            return held.decode() if held is not None else None
        except UnicodeDecodeError:
            return None

    def _versions(self, target: Target) -> Sequence[Body]:
        """List the versions, the newest first; none where there is no such secret."""
        try:
            found = self._api.pages(
                "list_secret_versions",
                "ListSecretVersionsRequest",
                {"parent": _secret(target)},
                "versions",
            )
        except NotFound:
            return ()
        # Versions are counted; that they are listed the newest first is nothing to rely on.
        return sorted(found, key=_number, reverse=True)

    def _newest(self, target: Target) -> Body | None:
        """Find the newest version that is enabled; its state is that of the newest of all."""
        versions = self._versions(target)
        enabled = next((item for item in versions if item.get("state") == _ENABLED), None)
        return enabled and {**enabled, "state": versions[0].get("state")}

    def _latest(self, target: Target) -> Body | None:
        """Find what ``latest`` is, where that can be read."""
        newest = self._newest(target)
        return newest if newest and newest["state"] == _ENABLED else None

    def _held(self, version: Body | None) -> bytes | None:
        """Read the payload of a version; None where there is none, or where we may not."""
        if version is None:
            return None
        try:
            answer = self._api.call(
                "access_secret_version",
                "AccessSecretVersionRequest",
                {"name": str(version["name"])},
            )
        except (NotFound, FailedPrecondition, PermissionDenied):
            return None
        with translated():
            return bytes(answer.payload.data)


def _number(version: Body) -> int:
    return int(str(version["name"]).rsplit("/", 1)[-1])


def _secret(target: Target) -> str:
    return f"projects/{target.ids['project']}/secrets/{target.ids['secret']}"


def _payload(body: Body) -> bytes:
    value = get(body, _DATA)
    if value is None:
        raise InvalidRequest("a secret version needs a value")
    plain = unwrapped(value)
    return plain if isinstance(plain, bytes) else str(plain).encode()


def adapter(clients: Clients, kind: str, stack: str) -> SecretVersions:  # noqa: ARG001 # one kind
    """Make the adapter."""
    return SecretVersions(clients)
