"""What Google refuses to change although it can change: the way back is closed, or never was.

Each rule compares a live object with what is declared, before anything is touched.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from gcpstack._core import normal
from gcpstack._core.json import MISSING, Path, get
from gcpstack._core.kinds import Refusal

Body = Mapping[str, object]


def pair(live: Body, desired: Body, dotted: str) -> tuple[Path, object, object]:
    """Read a field of both; None for what is not known yet."""
    path: Path = tuple(dotted.split("."))
    plain = (str, int, float, bool)
    before, after = get(live, path), get(desired, path)
    known = (
        before if isinstance(before, plain) else None,
        after if isinstance(after, plain) else None,
    )
    return path, *known


def _numbers(text: object) -> tuple[int, ...]:
    """Read the numbers of a version: ``REDIS_6_X`` is 6, ``POSTGRES_15`` is 15."""
    return tuple(int(part) for part in re.findall(r"(?<=_)\d+", str(text)))


def _grows(live: Body, desired: Body, dotted: str, unit: str = "") -> Iterator[Refusal]:
    """Refuse less than there is."""
    path, before, after = pair(live, desired, dotted)
    if not str(before).isdigit() or not str(after).isdigit():
        return
    if int(str(after)) < int(str(before)):
        many = f" {unit}" if unit else ""
        yield Refusal(path, f"can't shrink from {before} to {after}{many}")


def _stays_on(live: Body, desired: Body, dotted: str, why: str) -> Iterator[Refusal]:
    """Refuse to turn off what is on."""
    path, before, after = pair(live, desired, dotted)
    if before is True and after is False:
        yield Refusal(path, why)


def redis(live: Body, desired: Body) -> Iterator[Refusal]:
    """Versions only go up: https://cloud.google.com/memorystore/docs/redis/upgrade-version.

    Read replicas stay: https://cloud.google.com/memorystore/docs/redis/about-read-replicas.
    """
    path, before, after = pair(live, desired, "redisVersion")
    if before and after and _numbers(after) < _numbers(before):
        remedy = f"Declare {before}, or another instance and move the data over."
        yield Refusal(path, f"can't go back from {before} to {after}", remedy)
    path, before, after = pair(live, desired, "readReplicasMode")
    unset = get(desired, path, MISSING) is None
    if before == "READ_REPLICAS_ENABLED" and (unset or after == "READ_REPLICAS_DISABLED"):
        yield Refusal(path, "can't be disabled again", f"Declare {before}.")


def sql_instance(live: Body, desired: Body) -> Iterator[Refusal]:
    """Versions only go up, within one engine; disks only grow; backups of logs outlive nothing.

    https://cloud.google.com/sql/docs/postgres/upgrade-major-db-version-inplace,
    https://cloud.google.com/sql/docs/postgres/instance-settings#storage-capacity-2ndgen,
    https://cloud.google.com/sql/docs/postgres/configure-private-ip
    """
    path, before, after = pair(live, desired, "databaseVersion")
    if before and after:
        remedy = "Declare another instance under another name, and move the data over."
        engines = [str(one).split("_")[0] for one in (before, after)]
        if engines[0] != engines[1]:
            yield Refusal(path, f"can't turn {before} into {after}", remedy)
        elif _numbers(after) < _numbers(before):
            yield Refusal(path, f"can't go back from {before} to {after}", remedy)
    yield from _grows(live, desired, "settings.dataDiskSizeGb", "GB")
    path, before, after = pair(live, desired, "settings.autoUpgradeEnabled")
    if before is True and (after is False or _unset(desired, path)):
        yield Refusal(path, "can't be turned off again", "Declare it as True.")
    path = ("settings", "ipConfiguration", "privateNetwork")
    if get(live, path) and _unset(desired, path):
        yield Refusal(path, "can't be taken away again", "Declare the network that it is in.")


def connector(live: Body, desired: Body) -> Iterator[Refusal]:
    """Connectors only grow: https://cloud.google.com/vpc/docs/configure-serverless-vpc-access#update."""
    yield from _grows(live, desired, "minInstances", "machines")
    yield from _grows(live, desired, "maxInstances", "machines")


def log_bucket(live: Body, desired: Body) -> Iterator[Refusal]:
    """Locks hold, and Log Analytics stays.

    https://cloud.google.com/logging/docs/buckets#locking-logs-buckets,
    https://cloud.google.com/logging/docs/buckets#upgrade-bucket
    """
    yield from _stays_on(live, desired, "analyticsEnabled", "can't be turned off again")
    yield from _stays_on(live, desired, "locked", "can't be unlocked")
    if live.get("locked"):
        path, before, after = pair(live, desired, "retentionDays")
        if before and after and before != after:
            yield Refusal(path, f"is locked at {before} days")


def _unset(desired: Body, path: Path) -> bool:
    """Return whether a field is to be unset, by itself or with what holds it."""
    return any(get(desired, path[:size], MISSING) is None for size in range(1, len(path) + 1))


def bucket(live: Body, desired: Body) -> Iterator[Refusal]:
    """A locked retention only grows: https://cloud.google.com/storage/docs/bucket-lock."""
    if get(live, ("retentionPolicy", "isLocked")):
        path: Path = ("retentionPolicy", "retentionPeriod")
        if _unset(desired, path):
            yield Refusal(path, "is locked: it can't be removed")
        yield from _grows(live, desired, "retentionPolicy.retentionPeriod", "seconds")
        path = ("retentionPolicy", "isLocked")
        if _unset(desired, path):
            yield Refusal(path, "can't be undone")


def bucket_object(live: Body, desired: Body) -> Iterator[Refusal]:
    """A locked retention only grows: https://cloud.google.com/storage/docs/object-lock.

    What is held is not written over: https://cloud.google.com/storage/docs/object-holds.
    """
    held = [
        key
        for key in ("eventBasedHold", "temporaryHold")
        if live.get(key) and desired.get(key, True)
    ]
    content = desired.get("md5Hash")
    if held and content and content != live.get("md5Hash"):
        remedy = "Set the hold to False and apply; it can be set again after that."
        yield Refusal(("content",), "can't change while the object is held", remedy)
    if get(live, ("retention", "mode")) != "Locked":
        return
    mode: Path = ("retention", "mode")
    if _unset(desired, mode) or get(desired, mode) == "Unlocked":
        yield Refusal(mode, "can't be undone")
    path, before, after = pair(live, desired, "retention.retainUntilTime")
    old, new = normal.timestamp(before), normal.timestamp(after)
    if isinstance(old, datetime) and isinstance(new, datetime) and new < old:
        yield Refusal(path, f"is locked until {before}")
