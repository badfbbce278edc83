"""Data exported to Cloud Storage and imported from there.

https://cloud.google.com/memorystore/docs/redis/about-importing-exporting,
https://cloud.google.com/firestore/docs/manage-data/export-import
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body
from gcpstack._engine.plan import Change
from gcpstack._operations.tasks import Call, carry_out
from gcpstack._stack.session import Session
from gcpstack.exceptions import ConsentRequired, NotFound, PermissionDenied, SettingsError

_AGENT = "Firestore's service agent, service-NUMBER@gcp-sa-firestore.iam.gserviceaccount.com,"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a kind's data goes to files and comes back.

    Attributes:
        api: the API's short name.
        collection: where the methods are.
        export, import_: the methods.
        kinds: what the service's list of operations calls exports and imports.
        to, from_: the bodies of the requests, by the place of the files.
        marker: the object that an export leaves at a place; None where Google names the place.
        overwrites: what an import overwrites.
        mover: who needs access to the bucket.
    """

    api: str
    collection: str
    export: str
    import_: str
    kinds: tuple[str, str]
    to: Callable[[str], Body]
    from_: Callable[[str], Body]
    marker: Callable[[str], str | None]
    overwrites: str
    mover: Callable[[Change], str]


def _overall(place: str) -> str | None:
    _, path = _split(place)
    return f"{path}/{path.rsplit('/', 1)[-1]}.overall_export_metadata" if path else None


def _identity(change: Change) -> str:
    live = change.live.body if change.live else {}
    return str(live.get("persistenceIamIdentity") or "the instance's persistence_iam_identity")


_WAYS: Mapping[str, _Way] = {
    "redis.Instance": _Way(
        api="redis",
        collection="projects.locations.instances",
        export="export",
        import_="import_",
        kinds=("export", "import"),
        to=lambda place: {"outputConfig": {"gcsDestination": {"uri": place}}},
        from_=lambda place: {"inputConfig": {"gcsSource": {"uri": place}}},
        marker=lambda place: _split(place)[1],
        overwrites="everything that it holds now",
        mover=_identity,
    ),
    "firestore.Database": _Way(
        api="firestore",
        collection="projects.databases",
        export="exportDocuments",
        import_="importDocuments",
        kinds=("ExportDocumentsMetadata", "ImportDocumentsMetadata"),
        to=lambda place: {"outputUriPrefix": place},
        from_=lambda place: {"inputUriPrefix": place},
        marker=_overall,
        overwrites="the documents that have the names of those in the export",
        mover=lambda _: _AGENT,
    ),
}
#: The kinds whose data goes to files and comes back.
KINDS = tuple(_WAYS)


def overwritten(change: Change) -> str:
    """Return what an import overwrites, in words."""
    return _WAYS[change.kind.name].overwrites


def export(session: Session, change: Change, place: str) -> str:
    """Write data to files, and wait until they are there; what a run which died has begun included.

    Args:
        session: the stack.
        change: what holds the data.
        place: ``gs://BUCKET/FILE``; a folder, or only a bucket, for Firestore.

    Returns:
        Where the files are, to be given to `import_`.

    Raises:
        SettingsError: an export is there already, or the place is none.
        CloudError: it failed.
    """
    way, place = _WAYS[change.kind.name], place.rstrip("/")

    def prepare() -> Call:
        _check(session, change, place, exporting=True)
        return _call(session, change, way.kinds[0], way.export, way.to(place))

    return carry_out(session, change, "backups export", {"file": place}, prepare) or place


def import_(session: Session, change: Change, place: str) -> None:
    """Read data from files, over what is there, and wait for it; as `export` does.

    Args:
        session: the stack.
        change: what shall hold the data.
        place: what `export` gave.

    Raises:
        ConsentRequired: data would be overwritten, and nobody named it.
        SettingsError: there is no export at the place.
        CloudError: it failed.
    """
    way, place = _WAYS[change.kind.name], place.rstrip("/")
    if str(change.address) not in session.settings.consents:
        raise ConsentRequired(
            f"Importing into {change.target.ids['name']} overwrites {way.overwrites}.",
            remedy=f"Add --allow-delete {change.address} to do it.",
        )

    def prepare() -> Call:
        _check(session, change, place, exporting=False)
        return _call(session, change, way.kinds[1], way.import_, way.from_(place))

    carry_out(session, change, "backups import", {"file": place}, prepare)


def _call(session: Session, change: Change, kind: str, method: str, body: Body) -> Call:
    way = _WAYS[change.kind.name]
    calls = Collection(session.clients, way.api, "v1", way.collection)
    params: Body = {"name": change.target.path, "body": body}

    def begin() -> Body:
        try:
            return calls.call(method, params)
        except PermissionDenied as error:
            error.remedy = (
                f"{way.mover(change)} needs roles/storage.objectAdmin on the bucket: "
                "declare a BucketIamMember; and you need the permission to export and import."
            )
            raise

    return Call(service=way.api, kinds=(kind,), targets=(change.target.path,), begin=begin)


def _check(session: Session, change: Change, place: str, *, exporting: bool) -> None:
    """Look at the place first: an export never takes the place of another."""
    bucket, _ = _split(place)
    name = _WAYS[change.kind.name].marker(place)
    if name is None and exporting:
        return
    if not name:
        raise SettingsError(
            f"{place} names only a bucket.", remedy="Name a file or folder: gs://BUCKET/NAME."
        )
    there = _exists(session, bucket, name)
    if exporting and there:
        raise SettingsError(
            f"gs://{bucket}/{name} is there already.",
            remedy="Name another place, or delete it: nothing that was exported is overwritten.",
        )
    if not exporting and not there:
        raise SettingsError(
            f"There is no export at {place}.",
            remedy=f"gs://{bucket}/{name} does not exist; give the place that the export printed.",
        )


def _exists(session: Session, bucket: str, name: str) -> bool:
    objects = Collection(session.clients, "storage", "v1", "objects")
    params: Body = {"bucket": bucket, "object": name, "fields": "generation"}
    try:
        session.caller("storage.googleapis.com", lambda: objects.call("get", params))
    except NotFound:
        return False
    return True


def _split(place: str) -> tuple[str, str]:
    bucket, _, path = place.removeprefix("gs://").partition("/")
    return bucket, path
