"""How each kind of data comes back: what of its declaration keeps it, how much may be lost, how long it takes.

https://cloud.google.com/architecture/dr-scenarios-for-data
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gcpstack._core.json import get
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared

Stack = Mapping[Address, Declared]

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY
#: How often logs are saved from which a moment is restored:
#: https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr.
_LOGS = 300.0
_MINUTE = 60.0
#: https://cloud.google.com/storage/docs/availability-durability#cross-region-redundancy
_TURBO, _USUAL_COPY = 900.0, 12 * HOUR
_PERIODS: Mapping[str, float] = {
    "ONE_HOUR": HOUR,
    "SIX_HOURS": 6 * HOUR,
    "TWELVE_HOURS": 12 * HOUR,
    "TWENTY_FOUR_HOURS": DAY,
}
_MULTI_REGIONS = frozenset({"US", "EU", "ASIA"})


@dataclass(frozen=True, slots=True)
class Aim:
    """What has to be kept.

    Attributes:
        rpo: how much may be lost, in seconds of work.
        rto: how long it may take until everything is back, in seconds.
        survives_region: whether that holds when a region is lost, too.
        delete_protection: whether Google has to refuse a deletion.
    """

    rpo: float
    rto: float
    survives_region: bool = False
    delete_protection: bool = True


#: Something that an aim is missed by: what, and what to declare instead.
Miss = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Protection:
    """What is known of a kind.

    Attributes:
        loss: seconds of work that may be lost, by its declaration; None where nothing brings it back.
        unprotected: what to say and declare where nothing does.
        misses: what else keeps an aim from being met.
        restore: how long a restore usually takes, in seconds: the median of the creation of another
            one and of the restore into it; 0 where nothing is to be restored.
        period: how often a backup is made by itself; 0 where none is.
        slack: how much later one may come than its period says.
    """

    loss: Callable[[Declared, Stack], float | None]
    unprotected: Miss
    misses: Callable[[Declared, Stack, Aim], Iterator[Miss]]
    restore: float
    period: Callable[[Declared, Stack], float] = lambda _declared, _stack: 0.0
    slack: float = 4 * HOUR


def words(seconds: float) -> str:
    """Write a span of time for people.

    >>> words(86400), words(5400), words(300)
    ('24 h', '1.5 h', '5 min')
    """
    if seconds >= HOUR:
        return f"{seconds / HOUR:.3g} h"
    return f"{seconds / 60:.3g} min" if seconds >= _MINUTE else f"{seconds:.3g} s"


# --- Cloud SQL ------------------------------------------------------------------------------------

_BACKUPS = ("settings", "backupConfiguration")


def _sql_loss(declared: Declared, _: Stack) -> float | None:
    """https://cloud.google.com/sql/docs/postgres/backup-recovery/backups."""
    config = get(declared.body, _BACKUPS)
    if not get(config, ("enabled",)):
        return None
    logged = get(config, ("pointInTimeRecoveryEnabled",)) or get(config, ("binaryLogEnabled",))
    return _LOGS if logged else DAY


def _sql_misses(declared: Declared, _: Stack, aim: Aim) -> Iterator[Miss]:
    """https://cloud.google.com/sql/docs/postgres/deletion-protection."""
    if declared.body.get("masterInstanceName") is not None:
        yield (
            "is a read replica: it comes back with its primary.",
            "Name the primary instead.",
        )
    if aim.delete_protection and not get(declared.body, ("settings", "deletionProtectionEnabled")):
        yield "has no delete protection.", "Declare deletion_protection=True."
    place, region = get(declared.body, (*_BACKUPS, "location")), declared.body.get("region")
    if aim.survives_region and place is not None and place == region:
        yield (
            f"keeps its backups in {region}, where it stands itself.",
            "Leave the location of its backups out: Google keeps them in the multi-region around it.",
        )


# --- Firestore ------------------------------------------------------------------------------------


def _schedules(declared: Declared, stack: Stack) -> Iterator[Declared]:
    for item in stack.values():
        here = item.kind.name == "firestore.BackupSchedule"
        if here and item.ids["database"] == declared.ids["name"]:
            yield item


def _firestore_period(declared: Declared, stack: Stack) -> float:
    """https://cloud.google.com/firestore/docs/backups."""
    daily = [("dailyRecurrence" in item.body) for item in _schedules(declared, stack)]
    return (DAY if any(daily) else WEEK) if daily else 0.0


def _firestore_loss(declared: Declared, stack: Stack) -> float | None:
    """https://cloud.google.com/firestore/docs/use-pitr: any minute of a week can be read."""
    period = _firestore_period(declared, stack)
    if not period:
        return None
    state = declared.body.get("pointInTimeRecoveryEnablement")
    return _MINUTE if state == "POINT_IN_TIME_RECOVERY_ENABLED" else period


def _firestore_misses(declared: Declared, _: Stack, aim: Aim) -> Iterator[Miss]:
    """https://cloud.google.com/firestore/docs/locations."""
    state = declared.body.get("deleteProtectionState")
    if aim.delete_protection and state != "DELETE_PROTECTION_ENABLED":
        yield "has no delete protection.", "Declare delete_protection=True."
    place = str(declared.body.get("locationId") or "")
    if aim.survives_region and "-" in place:
        yield (
            f"and its backups stand in {place} alone.",
            "Choose nam5, nam7 or eur3 for a new one, and move the documents over.",
        )


# --- Redis ----------------------------------------------------------------------------------------


def _redis_period(declared: Declared, _: Stack) -> float:
    """https://cloud.google.com/memorystore/docs/redis/about-rdb-snapshots."""
    config = declared.body.get("persistenceConfig")
    if get(config, ("persistenceMode",)) != "RDB":
        return 0.0
    return _PERIODS.get(str(get(config, ("rdbSnapshotPeriod",))), DAY)


def _redis_misses(declared: Declared, _: Stack, aim: Aim) -> Iterator[Miss]:
    """https://cloud.google.com/memorystore/docs/redis/high-availability-for-memorystore-for-redis."""
    if aim.survives_region:
        yield (
            f"and its snapshots stand in {declared.ids['location']} alone.",
            "Leave it out where it only caches; else keep what it holds in a database, too.",
        )


# --- buckets --------------------------------------------------------------------------------------


def _bucket_loss(declared: Declared, _: Stack) -> float | None:
    """https://cloud.google.com/storage/docs/object-versioning."""
    return 0.0 if get(declared.body, ("versioning", "enabled")) else None


def _bucket_misses(declared: Declared, _: Stack, aim: Aim) -> Iterator[Miss]:
    """https://cloud.google.com/storage/docs/availability-durability#cross-region-redundancy."""
    if not aim.survives_region:
        return
    place = str(declared.body.get("location") or "").upper()
    dual = "customPlacementConfig" in declared.body or place in {"NAM4", "EUR4", "ASIA1"}
    if not dual and place not in _MULTI_REGIONS:
        yield (
            f"stands in {place.lower()} alone.",
            "Choose a dual-region or multi-region, such as NAM4 or US, for a new one.",
        )
        return
    copied = _TURBO if declared.body.get("rpo") == "ASYNC_TURBO" else _USUAL_COPY
    if copied > aim.rpo:
        yield (
            f"is copied to its other region within {words(copied)}, not {words(aim.rpo)}.",
            "Declare turbo_replication=True in a dual-region."
            if copied > _TURBO
            else "Raise the RPO: nothing copies quicker.",
        )


#: What is known of each kind. Restores: another Cloud SQL instance takes ten minutes and a restore
#: into it two, in the median; a Firestore database is restored within ten
#: (https://cloud.google.com/firestore/docs/backups#restore_data_from_a_database_backup); a Redis
#: instance brings its snapshot back by itself when it comes up.
PROTECTIONS: Mapping[str, Protection] = {
    "firestore.Database": Protection(
        loss=_firestore_loss,
        unprotected=(
            "is never backed up.",
            "Declare FirestoreBackupSchedule('daily', database=…, retention='7d').",
        ),
        misses=_firestore_misses,
        restore=600.0,
        period=_firestore_period,
    ),
    "redis.Instance": Protection(
        loss=lambda declared, stack: _redis_period(declared, stack) or None,
        unprotected=(
            "keeps no snapshots: what it holds is lost when it fails.",
            "Declare persistence_mode='RDB' with rdb_snapshot_period.",
        ),
        misses=_redis_misses,
        restore=300.0,
        period=_redis_period,
        slack=HOUR,
    ),
    "sql.DatabaseInstance": Protection(
        loss=_sql_loss,
        unprotected=(
            "is never backed up.",
            "Declare backups=SqlBackups(enabled=True, point_in_time_recovery=True).",
        ),
        misses=_sql_misses,
        restore=720.0,
        period=lambda declared, stack: DAY if _sql_loss(declared, stack) is not None else 0.0,
    ),
    "storage.Bucket": Protection(
        loss=_bucket_loss,
        unprotected=(
            "keeps no versions: an object that is overwritten is lost.",
            "Declare versioning=True.",
        ),
        misses=_bucket_misses,
        restore=0.0,
    ),
}
#: What makes less be lost, by kind.
OFTENER: Mapping[str, str] = {
    "firestore.Database": "Declare point_in_time_recovery=True, or a daily schedule.",
    "redis.Instance": "Take snapshots more often: rdb_snapshot_period='ONE_HOUR' is the least.",
    "sql.DatabaseInstance": "Declare point_in_time_recovery=True (binary_log=True for MySQL) in its backups.",
}


def missed(declared: Declared, stack: Stack, aim: Aim) -> Iterator[Miss]:
    """Find what keeps an aim from being met by a declaration."""
    known = PROTECTIONS[declared.kind.name]
    loss = known.loss(declared, stack)
    if declared.body.get("masterInstanceName") is None:
        if loss is None:
            yield known.unprotected
        elif loss > aim.rpo:
            yield (
                f"loses up to {words(loss)}, where the RPO is {words(aim.rpo)}.",
                OFTENER[declared.kind.name],
            )
    if known.restore > aim.rto:
        yield (
            f"usually takes {words(known.restore)} to come back, where the RTO is {words(aim.rto)}.",
            "Raise the RTO, or keep a replica that can take over.",
        )
    yield from known.misses(declared, stack, aim)
