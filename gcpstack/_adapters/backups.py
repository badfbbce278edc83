"""The newest backup of what is backed up by itself, and restores of it into something new.

https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/backupRuns,
https://cloud.google.com/firestore/docs/reference/rest/v1/projects.locations.backups,
https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body, get
from gcpstack._core.ports import Target

_PERIODS: Mapping[str, timedelta] = {
    "ONE_HOUR": timedelta(hours=1),
    "SIX_HOURS": timedelta(hours=6),
    "TWELVE_HOURS": timedelta(hours=12),
    "TWENTY_FOUR_HOURS": timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup.

    Attributes:
        name: what its service calls it.
        taken: the moment that it holds.
        body: all that is told of it.
    """

    name: str
    taken: datetime
    body: Mapping[str, object]


def newest(clients: Clients, target: Target, live: Body) -> Backup | None:
    """Find the newest backup that can be restored; None where there is none.

    Args:
        clients: makes the clients.
        target: what is backed up.
        live: its body.
    """
    return max(listed(clients, target, live), key=lambda backup: backup.taken, default=None)


def listed(clients: Clients, target: Target, live: Body) -> Iterable[Backup]:
    """List the backups that can be restored, in no order.

    Args:
        clients: makes the clients.
        target: what is backed up.
        live: its body.
    """
    read = _READERS.get(target.kind.name)
    return read(clients, target, live) if read else ()


def _sql(clients: Clients, target: Target, _: Body) -> Iterable[Backup]:
    params = {"project": target.ids["project"], "instance": target.ids["name"]}
    for body in Collection(clients, "sqladmin", "v1", "backupRuns").pages(params, "items"):
        taken = moment(body.get("endTime"))
        if body.get("status") == "SUCCESSFUL" and taken is not None:
            yield Backup(str(body["id"]), taken, body)


def _firestore(clients: Clients, target: Target, live: Body) -> Iterable[Backup]:
    parent = f"projects/{target.ids['project']}/locations/{live.get('locationId')}"
    backups = Collection(clients, "firestore", "v1", "projects.locations.backups")
    # Lists of backups are not paged, and tell those of every database.
    listed = backups.call("list", {"parent": parent}).get("backups")
    for body in listed if isinstance(listed, list) else ():
        taken = moment(body.get("snapshotTime"))
        mine = str(body.get("database", "")).rsplit("/", 1)[-1] == target.ids["name"]
        if mine and body.get("state") == "READY" and taken is not None:
            yield Backup(str(body["name"]), taken, body)


def _redis(_: Clients, __: Target, live: Body) -> Iterable[Backup]:
    """Snapshots are not listed: the one before the next is the newest, if the instance was there."""
    config = live.get("persistenceConfig")
    following = moment(get(config, ("rdbNextSnapshotTime",)))
    period = _PERIODS.get(str(get(config, ("rdbSnapshotPeriod",))))
    made = moment(live.get("createTime"))
    if following is None or period is None:
        return
    taken = following - period
    if made is None or taken > made:
        yield Backup("", taken, {})


_READERS: Mapping[str, Callable[[Clients, Target, Body], Iterable[Backup]]] = {
    "firestore.Database": _firestore,
    "redis.Instance": _redis,
    "sql.DatabaseInstance": _sql,
}


def moment(value: object) -> datetime | None:
    """Read a moment as Google writes it; None where it is none."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
