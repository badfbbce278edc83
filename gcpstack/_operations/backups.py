"""Backups of a stack's data: listed, made, and restored.

https://cloud.google.com/sql/docs/postgres/backup-recovery/restoring,
https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr,
https://cloud.google.com/firestore/docs/backups#restore_data_from_a_database_backup
"""

import re
from collections.abc import Callable, Container, Sequence
from datetime import UTC, datetime

from gcpstack._adapters.backups import Backup, listed
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body, get
from gcpstack._core.ports import Target
from gcpstack._engine.plan import Change, Plan
from gcpstack._operations.logins import forget_passwords
from gcpstack._operations.tasks import Call, carry_out
from gcpstack._stack.session import Session
from gcpstack.exceptions import ConsentRequired, NotFound, SettingsError

_SQL, _FIRESTORE = "sql.DatabaseInstance", "firestore.Database"
KINDS = (_SQL, _FIRESTORE)
_ANOTHER = "It would be restored into a new one: name another one with --to."
#: What instances and databases may be called; Google checks the rest.
_NAME = r"\(default\)|[a-z][a-z0-9-]{0,97}"


def data(plan: Plan, name: str | None = None, *, kinds: Container[str] = KINDS) -> list[Change]:
    """List what holds data and exists: Cloud SQL instances and Firestore databases by default.

    Args:
        plan: a plan of the stack.
        name: one of them, by name or address.
        kinds: the kinds that are looked for.

    Raises:
        SettingsError: there is none.
    """
    found = [change for change in plan.changes if change.kind.name in kinds and change.live]
    if name is None:
        return found
    chosen = [c for c in found if name in (c.target.ids["name"], str(c.address))]
    if not chosen:
        names = ", ".join(c.target.ids["name"] for c in found) or "nothing yet"
        raise SettingsError(
            f"The stack has no data called {name!r} that this command works on.",
            remedy=f"There is: {names}.",
        )
    return chosen


def backups(session: Session, change: Change) -> Sequence[Backup]:
    """List what can be restored, the newest first."""
    live = dict(change.live.body) if change.live else {}
    found = session.caller(
        change.kind.api, lambda: list(listed(session.clients, change.target, live))
    )
    return sorted(found, key=lambda backup: backup.taken, reverse=True)


def make(session: Session, change: Change) -> None:
    """Make a backup now, and wait for it; one that a run which died has begun is waited for.

    Raises:
        SettingsError: the kind is backed up by schedule alone.
        CloudError: it failed.
    """
    if change.kind.name != _SQL:
        raise SettingsError(
            f"{change.target.ids['name']} is backed up by its schedule alone.",
            remedy="Declare a FirestoreBackupSchedule; Google makes no backup on demand.",
        )
    runs = Collection(session.clients, "sqladmin", "v1", "backupRuns")
    body: Body = {"description": "made by gcpstack"}
    params = {**_instance(change.target), "body": body}
    call = _sql_call(change, "BACKUP_VOLUME", lambda: runs.call("insert", params))
    carry_out(session, change, "backups make", {}, lambda: call)


def _sql_call(change: Change, kind: str, begin: Callable[[], Body], *others: str) -> Call:
    """A call that begins an operation on an instance, or on others that it is listed at."""
    project = change.target.ids["project"]
    names = others or (change.target.ids["name"],)
    targets = tuple(f"projects/{project}/instances/{name}" for name in names)
    return Call(service="sqladmin", kinds=(kind,), targets=targets, begin=begin)


def restore(
    session: Session, change: Change, *, backup: str | None, at: datetime | None, to: str | None
) -> str:
    """Restore data, and wait for it; what a run which died has begun is waited for.

    Args:
        session: the stack.
        change: what is restored.
        backup: which backup; the newest if not given.
        at: a moment instead of a backup, where the point in time can be chosen.
        to: the name of something new to restore into; the same one if not given.

    Returns:
        The name of what was restored into.

    Raises:
        ConsentRequired: data would be overwritten, here or in *to*, and nobody named it.
        SettingsError: there is no such backup, or it can't be restored so.
        CloudError: it failed.
    """
    name = str(change.target.ids["name"])
    if to in (name, str(change.address)):
        to = None
    if to is None:
        _consented(session, str(change.address), ", or --to NAME to restore beside it")
    elif not re.fullmatch(_NAME, to):
        raise SettingsError(
            f"--to: {to!r} is not a valid name of an instance or database.",
            remedy="Use lower-case letters, digits and hyphens, and begin with a letter.",
        )
    given = {"backup": backup, "at": at.isoformat() if at else None, "to": to}
    params = {key: value for key, value in given.items() if value}

    def prepare() -> Call:
        if change.kind.name == _FIRESTORE:
            return _restore_documents(session, change, _chosen(session, change, backup), at, to)
        if at is not None:
            return _restore_moment(session, change, at, to)
        return _restore_run(session, change, _chosen(session, change, backup), to)

    carry_out(session, change, "backups restore", params, prepare)
    return to or name


def _consented(session: Session, address: str, otherwise: str = "") -> None:
    """Refuse to overwrite what nobody named.

    Raises:
        ConsentRequired: the address is not among the consents.
    """
    if address not in session.settings.consents:
        raise ConsentRequired(
            f"Restoring overwrites everything that {address} holds now.",
            remedy=f"Add --allow-delete {address} to do it{otherwise}.",
        )


def _chosen(session: Session, change: Change, name: str | None) -> Backup:
    found = backups(session, change)
    if not found:
        remedy = "Wait for the first one of its schedule."
        if change.kind.name == _SQL:
            remedy = "Make one with `backups make`, or wait for the first."
        raise SettingsError(f"{change.target.ids['name']} has no backup.", remedy=remedy)
    for item in found:
        if name is None or name in (item.name, item.name.rsplit("/", 1)[-1]):
            return item
    names = ", ".join(item.name.rsplit("/", 1)[-1] for item in found)
    raise SettingsError(
        f"{change.target.ids['name']} has no backup {name!r}.", remedy=f"There are: {names}."
    )


def _restore_run(session: Session, change: Change, backup: Backup, to: str | None) -> Call:
    if to is not None and not _exists(session, change, to):
        raise SettingsError(
            f"There is no instance {to!r} to restore into.",
            remedy="Declare it with the same settings and apply, or restore a point in time with --at, which creates it.",
        )
    if to is not None:
        _consented(session, f"{_SQL}/{to}")
    instances = Collection(session.clients, "sqladmin", "v1", "instances")
    project, source = change.target.ids["project"], change.target.ids["name"]
    forget_passwords(session, project, to or source)
    context = {"project": project, "instanceId": source, "backupRunId": backup.name}
    params = {
        "project": project,
        "instance": to or source,
        "body": {"restoreBackupContext": context},
    }
    return _sql_call(
        change, "RESTORE_VOLUME", lambda: instances.call("restoreBackup", params), to or source
    )


def _exists(session: Session, change: Change, name: str) -> bool:
    """Return whether there is an instance, or a database, of that name beside the one that is meant."""
    project = change.target.ids["project"]
    if change.kind.name == _SQL:
        found = Collection(session.clients, "sqladmin", "v1", "instances")
        params = {"project": project, "instance": name}
    else:
        found = Collection(session.clients, "firestore", "v1", "projects.databases")
        params = {"name": f"projects/{project}/databases/{name}"}
    try:
        session.caller(change.kind.api, lambda: found.call("get", params))
    except NotFound:
        return False
    return True


def _restore_moment(session: Session, change: Change, at: datetime, to: str | None) -> Call:
    """Make a clone as the instance was at a moment; Google makes it in no other way."""
    if to is None:
        raise SettingsError(
            "A point in time can only be restored into a new instance.", remedy="Name it with --to."
        )
    live = change.live.body if change.live else {}
    if not get(live, ("settings", "backupConfiguration", "pointInTimeRecoveryEnabled")):
        raise SettingsError(
            f"{change.target.ids['name']} keeps no logs to restore a moment from.",
            remedy="Enable point-in-time recovery in its backup settings; it works from then on.",
        )
    made = datetime.fromisoformat(str(get(live, ("createTime",)) or at.isoformat()))
    if at < made.replace(microsecond=0):
        raise SettingsError(
            f"{change.target.ids['name']} was made after {at.isoformat()}.",
            remedy=f"Name a time from {made.isoformat(timespec='seconds')} on.",
        )
    if _exists(session, change, to):
        raise SettingsError(f"There is an instance {to!r} already.", remedy=_ANOTHER)
    instances = Collection(session.clients, "sqladmin", "v1", "instances")
    context = {
        "kind": "sql#cloneContext",
        "destinationInstanceName": to,
        "pointInTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    params = {**_instance(change.target), "body": {"cloneContext": context}}
    # Nothing says whether Google lists it with the source or with what is made.
    both = (to, change.target.ids["name"])
    return _sql_call(change, "CLONE", lambda: instances.call("clone", params), *both)


def _restore_documents(
    session: Session, change: Change, backup: Backup, at: datetime | None, to: str | None
) -> Call:
    if at is not None:
        raise SettingsError(
            "Firestore restores backups, not points in time.",
            remedy="Leave --at out; choose a --backup.",
        )
    if to is None:
        raise SettingsError(
            "Firestore can only restore into a new database.", remedy="Name it with --to."
        )
    if _exists(session, change, to):
        raise SettingsError(f"There is a database {to!r} already.", remedy=_ANOTHER)
    databases = Collection(session.clients, "firestore", "v1", "projects.databases")
    params = {
        "parent": f"projects/{change.target.ids['project']}",
        "body": {"databaseId": to, "backup": backup.name},
    }
    return Call(
        service="firestore",
        kinds=("RestoreDatabaseMetadata",),
        targets=(f"projects/{change.target.ids['project']}/databases/{to}",),
        begin=lambda: databases.call("restore", params),
    )


def _instance(target: Target) -> dict[str, object]:
    return {"project": target.ids["project"], "instance": target.ids["name"]}
