"""Restores into something new, which is looked at and deleted again.

https://cloud.google.com/sql/docs/postgres/backup-recovery/restoring#projectid,
https://cloud.google.com/firestore/docs/backups#restore_data_from_a_database_backup
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gcpstack._adapters import operations
from gcpstack._adapters.backups import Backup
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.rest import Collection
from gcpstack._core import marks
from gcpstack._core.json import Body, get
from gcpstack._core.ports import Operation, Target

#: The label that tells what an instance was made for.
LABEL = "gcpstack-rehearsal"
#: What its name ends with, before the time.
MARK = "-rehearsal-"

#: The parts of an instance's settings without which another one would be no likeness of it; it is
#: never a replica, keeps no backups, and nothing protects it.
_ALIKE = (
    "tier",
    "edition",
    "dataDiskSizeGb",
    "dataDiskType",
    "databaseFlags",
    "pricingPlan",
    "collation",
)
_NETWORK = ("ipv4Enabled", "privateNetwork", "allocatedIpRange", "sslMode", "requireSsl")


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a rehearsal.

    Attributes:
        title: what it does.
        call: makes it.
    """

    title: str
    call: Callable[[], Operation]


class Rehearsal(Protocol):
    """How one kind of data is restored for a try."""

    def leftovers(self) -> Sequence[str]:
        """Name what rehearsals that were cut off have left."""

    def steps(self, live: Body, backup: Backup, name: str) -> Iterator[Step]:
        """List the calls that restore a backup into something new."""

    def missing(self, backup: Backup, name: str) -> Sequence[str]:
        """Name what is not there that should be."""

    def remove(self, name: str) -> Operation:
        """Begin to delete what was made."""

    def name(self, moment: str) -> str:
        """Make a name up for what is made at a moment."""


class SqlRehearsal:
    """A backup of a Cloud SQL instance, restored into another instance."""

    def __init__(self, clients: Clients, target: Target) -> None:
        """Take what is rehearsed."""
        self._clients = clients
        self._project, self._source = target.ids["project"], target.ids["name"]
        self._instances = Collection(clients, "sqladmin", "v1", "instances")
        self._databases = Collection(clients, "sqladmin", "v1", "databases")

    def name(self, moment: str) -> str:
        """Make a name up; none can be used again for a week."""
        return f"{self._source[:60]}{MARK}{moment}"

    def leftovers(self) -> Sequence[str]:
        """Name what carries the label."""
        wanted = marks.slug(self._source)
        found = self._instances.pages({"project": self._project}, "items")
        return [
            str(body["name"])
            for body in found
            if get(body, ("settings", "userLabels", LABEL)) == wanted
        ]

    def steps(self, live: Body, backup: Backup, name: str) -> Iterator[Step]:
        """Make an instance alike, and restore into it."""
        # What was upgraded since then is restored into the version that it had.
        version = backup.body.get("databaseVersion") or live.get("databaseVersion")
        body = {**self._alike(live, name), "databaseVersion": version}
        hide = []
        if str(version).startswith("SQLSERVER"):  # it asks for one: nobody is to know it
            hide = [f"Aa1-{secrets.token_urlsafe(24)}"]
            body["rootPassword"] = hide[0]
        params = {"project": self._project, "body": body}
        yield Step("make an instance alike", lambda: self._call("insert", params, hide))
        context = {
            "project": self._project,
            "instanceId": self._source,
            "backupRunId": backup.name,
        }
        restore = {
            "project": self._project,
            "instance": name,
            "body": {"restoreBackupContext": context},
        }
        yield Step("restore the backup into it", lambda: self._call("restoreBackup", restore))

    def missing(self, backup: Backup, name: str) -> Sequence[str]:
        """Name the databases that the restored instance lacks."""
        wanted, found = self._names(self._source), self._names(name)
        return [f"the database {one}" for one in sorted(wanted - found)]

    def remove(self, name: str) -> Operation:
        """Begin to delete the instance."""
        return self._call("delete", {"project": self._project, "instance": name})

    def _names(self, instance: str) -> set[str]:
        params = {"project": self._project, "instance": instance}
        listed = self._databases.call("list", params).get("items")
        return {str(body["name"]) for body in (listed if isinstance(listed, list) else ())}

    def _alike(self, live: Body, name: str) -> Body:
        settings = live.get("settings")
        here: Mapping[str, object] = settings if isinstance(settings, Mapping) else {}
        network = here.get("ipConfiguration")
        joined: Mapping[str, object] = network if isinstance(network, Mapping) else {}
        alike: Body = {key: here[key] for key in _ALIKE if key in here}
        alike |= {
            "availabilityType": "ZONAL",
            "backupConfiguration": {"enabled": False},
            "deletionProtectionEnabled": False,
            "ipConfiguration": {key: joined[key] for key in _NETWORK if key in joined},
            "userLabels": {LABEL: marks.slug(self._source)},
        }
        key = get(live, ("diskEncryptionConfiguration", "kmsKeyName"))
        made: Body = {"name": name, "region": live.get("region"), "settings": alike}
        return made | ({"diskEncryptionConfiguration": {"kmsKeyName": key}} if key else {})

    def _call(
        self, method: str, params: Mapping[str, object], hide: Sequence[str] = ()
    ) -> Operation:
        answer = self._instances.call(method, params, hide=hide)
        return operations.sql(self._clients, self._project, answer)


class FirestoreRehearsal:
    """A backup of a Firestore database, restored into another database."""

    def __init__(self, clients: Clients, target: Target) -> None:
        """Take what is rehearsed."""
        self._clients = clients
        self._parent = f"projects/{target.ids['project']}"
        self._base = target.ids["name"].strip("()")[:30].rstrip("-")
        self._databases = Collection(clients, "firestore", "v1", "projects.databases")

    def name(self, moment: str) -> str:
        """Make a name up."""
        return f"{self._base}{MARK}{moment}"

    def leftovers(self) -> Sequence[str]:
        """Name what is called as rehearsals call it: databases carry no labels."""
        listed = self._databases.call("list", {"parent": self._parent}).get("databases")
        names = [
            str(body["name"]).rsplit("/", 1)[-1]
            for body in (listed if isinstance(listed, list) else ())
        ]
        return [name for name in names if name.startswith(f"{self._base}{MARK}")]

    def steps(self, live: Body, backup: Backup, name: str) -> Iterator[Step]:
        """Restore into a new database."""
        params = {"parent": self._parent, "body": {"databaseId": name, "backup": backup.name}}
        yield Step("restore the backup into a new database", lambda: self._call("restore", params))

    def missing(self, backup: Backup, name: str) -> Sequence[str]:
        """Return whether the database is there: Google restores a backup whole or not at all."""
        found = self._databases.call("get", {"name": f"{self._parent}/databases/{name}"})
        return [] if found.get("name") else [f"the database {name}"]

    def remove(self, name: str) -> Operation:
        """Begin to delete the database."""
        return self._call("delete", {"name": f"{self._parent}/databases/{name}"})

    def _call(self, method: str, params: Mapping[str, object]) -> Operation:
        answer = self._databases.call(method, params)
        return operations.longrunning(self._clients, "firestore", answer)


_KINDS: Mapping[str, Callable[[Clients, Target], Rehearsal]] = {
    "firestore.Database": FirestoreRehearsal,
    "sql.DatabaseInstance": SqlRehearsal,
}


def rehearsal(clients: Clients, target: Target) -> Rehearsal | None:
    """Return how an object is restored for a try; None where nothing is restored."""
    make = _KINDS.get(target.kind.name)
    return make(clients, target) if make else None
