"""Cloud KMS: rings and keys, which Google never deletes.

https://cloud.google.com/kms/docs/destroy-restore: a key goes with its versions, and counts as gone
once every version is destroyed or about to be.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._adapters.rest import Collection
from gcpstack._adapters.wire import revealed
from gcpstack._core.json import Body, Path, get
from gcpstack._core.normal import duration
from gcpstack._core.ports import Finished, Observed, Operation, Target
from gcpstack.exceptions import AlreadyExists, NotFound

_PLACE = "projects/{project}/locations/{location}"
_RING = _PLACE + "/keyRings/{key_ring}"
_GONE = frozenset({"DESTROYED", "DESTROY_SCHEDULED", "GENERATION_FAILED", "IMPORT_FAILED"})
#: States in which a version can be destroyed.
_USABLE = frozenset({"ENABLED", "DISABLED"})
_ROTATION = frozenset({"rotationPeriod", "nextRotationTime"})


def _unnamed(_: Mapping[str, str], body: Body) -> Body:
    """The name is told beside the body."""
    return body


def first_rotation(body: Body, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Body:
    """Begin to rotate one period from now, where no time is known: Google asks for one.

    https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys
    """
    period = duration(body.get("rotationPeriod"))
    if not isinstance(period, Decimal):
        return {key: value for key, value in body.items() if key != "nextRotationTime"}
    if body.get("nextRotationTime"):
        return body
    due = now() + timedelta(seconds=float(period))
    return {**body, "nextRotationTime": due.isoformat()}


class Keys(Discovery):
    """The adapter of keys."""

    def __init__(self, clients: Clients, row: Row) -> None:
        """Serve the kind."""
        super().__init__(clients, row)
        self._keys = Collection(clients, row.api, row.version, row.collection)
        self._versions = Collection(
            clients, row.api, row.version, f"{row.collection}.cryptoKeyVersions"
        )

    def get(self, target: Target) -> Observed | None:
        """Read one key; None where it, or every version of it, is gone."""
        found = super().get(target)
        return _settled(found) if found and self._alive(found) else None

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every key of a ring that has a version left."""
        return [_settled(found) for found in super().list(target) if self._alive(found)]

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Make the key; one whose versions are all gone gets a new one."""
        plain, _ = revealed(body)
        params: Body = {
            "parent": _RING.format_map(target.ids),
            "cryptoKeyId": target.ids["name"],
            "body": first_rotation(plain),
        }
        if plain.get("importOnly"):
            params["skipInitialVersionCreation"] = True
        try:
            return Finished(self._keys.call("create", params))
        except AlreadyExists:
            if self.get(target) is not None:
                raise
        self._renew(target)
        return Finished()

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Destroy every version, after the rotation that would make more."""
        found = super().get(target)
        if found is None:
            return Finished()
        if found.body.get("rotationPeriod") or found.body.get("nextRotationTime"):
            params = {"name": target.path, "body": {}, "updateMask": ",".join(sorted(_ROTATION))}
            self._keys.call("patch", params)
        for version in self._listed(target.path):
            if version.get("state") in _USABLE:
                self._versions.call("destroy", {"name": version["name"], "body": {}})
        return Finished()

    def holds(self, target: Target) -> str:
        """Return how many versions would be destroyed with the key."""
        states = [version.get("state") for version in self._listed(target.path)]
        count = sum(state in _USABLE for state in states)
        return f"{count} version{'' if count == 1 else 's'}" if count else ""

    def _alive(self, found: Observed) -> bool:
        """Return whether a key has a version left, or never had any."""
        primary = get(found.body, ("primary", "state"))
        if primary is not None and primary not in _GONE:
            return True
        states = [version.get("state") for version in self._listed(found.path)]
        return not states or any(state not in _GONE for state in states)

    def _renew(self, target: Target) -> None:
        made = self._versions.call("create", {"parent": target.path, "body": {}})
        key = self._keys.call("get", {"name": target.path})
        if key.get("purpose") == "ENCRYPT_DECRYPT":
            number = str(made.get("name", "")).rsplit("/", 1)[-1]
            request = {"name": target.path, "body": {"cryptoKeyVersionId": number}}
            self._keys.call("updatePrimaryVersion", request)

    def _listed(self, key: str) -> Sequence[Body]:
        try:
            return self._versions.pages({"parent": key, "pageSize": 1000}, "cryptoKeyVersions")
        except NotFound:
            return []

    def _fields(self, changed: Sequence[Path]) -> tuple[Path, ...]:
        """Name the algorithm alone of a template: nothing else of it changes."""
        whole, algorithm = ("versionTemplate",), ("versionTemplate", "algorithm")
        return tuple(algorithm if path == whole else path for path in super()._fields(changed))


def _settled(found: Observed) -> Observed:
    """Return whether a key can be used: hardware takes a while to generate one.

    https://cloud.google.com/kms/docs/key-states
    """
    state = get(found.body, ("primary", "state"))
    return replace(found, settled=state != "PENDING_GENERATION")


_RINGS = Row(
    api="cloudkms",
    version="v1",
    collection="projects.locations.keyRings",
    one={"name": "{path}"},
    parent={"parent": _PLACE},
    id="keyRingId",
    body=_unnamed,
    delete="",
    items="keyRings",
    list_params={"pageSize": 1000},
)
_KEYS = replace(
    _RINGS,
    collection="projects.locations.keyRings.cryptoKeys",
    parent={"parent": _RING},
    id="cryptoKeyId",
    shape=first_rotation,
    style="mask",
    together=(_ROTATION,),
    items="cryptoKeys",
)


def adapter(clients: Clients, kind: str, stack: str) -> Discovery:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    if kind == "cloudkms.CryptoKey":
        return Keys(clients, _KEYS)
    return Discovery(clients, _RINGS)
