"""Versions of objects in a bucket that are no longer current: listed, and brought back.

https://cloud.google.com/storage/docs/using-versioned-objects,
https://cloud.google.com/storage/docs/request-preconditions
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from gcpstack._adapters.backups import moment
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body, get
from gcpstack._engine.plan import Change
from gcpstack._inventory.model import Task
from gcpstack._operations.tasks import note, open_task
from gcpstack._stack.session import Session
from gcpstack.exceptions import (
    CloudError,
    Conflict,
    ConsentRequired,
    FailedPrecondition,
    NotFound,
    SettingsError,
)

KIND = "storage.Bucket"
_API = "storage.googleapis.com"
_FIELDS = "nextPageToken,items(name,generation,size,updated,timeDeleted)"
_VERB = "backups restore"
_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object that is no longer current.

    Attributes:
        name: the object's name.
        generation: tells it from the object's other versions.
        size: in bytes.
        written: when it was written.
        replaced: when it was replaced or deleted.
    """

    name: str
    generation: str
    size: int
    written: datetime
    replaced: datetime


@dataclass(frozen=True, slots=True)
class Restore:
    """A version that shall be brought back.

    Attributes:
        version: which one.
        current: the generation that it takes the place of; None where the object was deleted.
        kept: that one stays as a version.
        asked: the generation that was asked for; None where it was left to the command.
        begun: a run that died has begun to bring it back, and may have.
    """

    version: Version
    current: str | None
    kept: bool
    asked: str | None = None
    begun: bool = False


def versions(session: Session, change: Change, prefix: str) -> Sequence[Version]:
    """List the versions that are no longer current: by name, the newest of each first.

    Args:
        session: the stack.
        change: the bucket.
        prefix: an object's name, or what the names begin with.
    """
    objects = Collection(session.clients, "storage", "v1", "objects")
    params: Body = {
        "bucket": change.target.ids["name"], "prefix": prefix, "versions": True, "fields": _FIELDS,
    }  # fmt: skip
    found = session.caller(_API, lambda: objects.pages(params, "items"))
    told = [_version(body) for body in found if body.get("timeDeleted")]
    return sorted(told, key=lambda item: (item.name, -int(item.generation)))


def _version(body: Body) -> Version:
    return Version(
        str(body["name"]),
        str(body["generation"]),
        int(str(body.get("size") or 0)),
        moment(body.get("updated")) or _NEVER,
        moment(body.get("timeDeleted")) or _NEVER,
    )


def chosen(session: Session, change: Change, name: str, generation: str | None) -> Restore:
    """Find the version to bring back, and what it takes the place of.

    Where a run of the same command died, it is what that one chose: what it brought back is not swapped again.

    Args:
        session: the stack.
        change: the bucket.
        name: the object's name.
        generation: which version; the last one before the current if not given.

    Raises:
        SettingsError: there is no such version.
    """
    found = [item for item in versions(session, change, name) if item.name == name]
    where = f"gs://{change.target.ids['name']}/{name}"
    task = open_task(session, change, _VERB, _params(name, generation))
    if task is not None and (version := _noted(found, task)):
        return Restore(version, task.after or None, _kept(change), generation, begun=True)
    if not found:
        raise SettingsError(
            f"{where} has no earlier version.",
            remedy="A bucket with versioning keeps what is replaced from then on; "
            "`backups list` tells what it kept.",
        )
    for item in found:
        if generation in (None, item.generation):
            return Restore(item, _current(session, change, name), _kept(change), generation)
    there = ", ".join(item.generation for item in found)
    raise SettingsError(f"{where} has no version {generation!r}.", remedy=f"There are: {there}.")


def _kept(change: Change) -> bool:
    live = change.live.body if change.live else {}
    return get(live, ("versioning", "enabled")) is True


def _params(name: str, asked: str | None) -> dict[str, str]:
    return {"object": name, "backup": asked or ""}


def _noted(found: Sequence[Version], task: Task) -> Version | None:
    return next((item for item in found if item.generation in task.targets), None)


def _current(session: Session, change: Change, name: str) -> str | None:
    objects = Collection(session.clients, "storage", "v1", "objects")
    params: Body = {
        "bucket": change.target.ids["name"], "object": name, "fields": "generation",
    }  # fmt: skip
    try:
        return str(session.caller(_API, lambda: objects.call("get", params))["generation"])
    except NotFound:
        return None


def restore(session: Session, change: Change, what: Restore) -> str:
    """Copy a version over the current one, if that is still the one that was seen.

    Args:
        session: the stack.
        change: the bucket.
        what: the version and what it takes the place of.

    Returns:
        The generation that is current now.

    Raises:
        ConsentRequired: what is there now would be lost, and nobody named the bucket.
        Conflict: another one has become current meanwhile.
    """
    if what.begun:
        now = _brought_back(session, change, what)
        if now is not None:
            note(session, change, None)
            return now
    bucket = change.target.ids["name"]
    version = what.version
    where = f"gs://{bucket}/{version.name}"
    lost = what.current is not None and not what.kept
    if lost and str(change.address) not in session.settings.consents:
        raise ConsentRequired(
            f"Restoring {where} overwrites generation {what.current}: the bucket's versioning is off.",
            remedy=f"Add --allow-delete {change.address} to do it, or turn versioning on before.",
        )
    task = Task(
        verb=_VERB,
        params=_params(version.name, what.asked),
        since=session.clock.now(),
        targets=(version.generation,),
        after=what.current or "",
    )
    note(session, change, task)
    try:
        now = _copied(session, bucket, what)
    except Conflict:
        # Our own copy refuses the call that is tried again because the answer was lost.
        found = _brought_back(session, change, what)
        note(session, change, None)
        if found is None:
            raise
        return found
    except CloudError as error:
        if not error.retryable:
            note(session, change, None)
        raise
    note(session, change, None)
    return now


def _brought_back(session: Session, change: Change, what: Restore) -> str | None:
    """Return the generation that a run which died made; None where it made none."""
    now = _current(session, change, what.version.name)
    if now is None or now == what.current:
        return None
    objects = Collection(session.clients, "storage", "v1", "objects")
    place: Body = {"bucket": change.target.ids["name"], "object": what.version.name}

    def checksum(generation: str) -> object:
        params: Body = {**place, "generation": generation, "fields": "crc32c,size"}
        return session.caller(_API, lambda: objects.call("get", params))

    # Where the data differs, somebody else wrote it: the copy is tried, and refused by its condition.
    return now if checksum(now) == checksum(what.version.generation) else None


def _copied(session: Session, bucket: str, what: Restore) -> str:
    """Copy a version over the current one, in as many steps as it takes."""
    version = what.version
    objects = Collection(session.clients, "storage", "v1", "objects")
    params: Body = {
        "sourceBucket": bucket,
        "sourceObject": version.name,
        "sourceGeneration": version.generation,
        "destinationBucket": bucket,
        "destinationObject": version.name,
        "ifGenerationMatch": what.current or "0",
        "body": {},
    }
    token: object = None
    while True:  # a large object is copied in steps: each answers how to go on
        step: Body = {**params, "rewriteToken": token} if token else params
        try:
            answer = session.caller(_API, partial(objects.call, "rewrite", step))
        except (Conflict, FailedPrecondition) as error:
            raise Conflict(
                f"gs://{bucket}/{version.name} was changed meanwhile; nothing was restored.",
                code=error.code,
                reason=error.reason,
                remedy="Look at it, and run the command again.",
            ) from error
        if answer.get("done"):
            return str(get(answer, ("resource", "generation")))
        token = answer["rewriteToken"]
