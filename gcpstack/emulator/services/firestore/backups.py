"""Backup schedules, the backups that they make, and what is restored from them.

https://cloud.google.com/firestore/docs/backups
"""

import datetime as dt

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import seconds_of
from gcpstack.emulator.core.errors import ApiError, already_exists, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paths import MISSING
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.firestore import common
from gcpstack.emulator.services.firestore.databases import DATABASES, MULTI_REGIONS, check_id

RECURRENCES = ("dailyRecurrence", "weeklyRecurrence")
LONGEST = 14 * common.WEEK
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
COLLECTIONS = ("documents", "indexes", "fields")


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    kinds = [kind for kind in RECURRENCES if kind in body]
    if len(kinds) != 1:
        raise invalid("Exactly one recurrence must be set.", field="backup_schedule.recurrence")
    if kinds[0] == "weeklyRecurrence" and body[kinds[0]].get("day") not in DAYS:
        raise invalid(
            "The day of a weekly recurrence must be set.",
            field="backup_schedule.weekly_recurrence.day",
        )
    if not 0 < seconds_of(body.get("retention", "0s")) <= LONGEST:
        raise invalid(
            f"Retention must be positive and at most {LONGEST}s.", field="backup_schedule.retention"
        )
    parent = "/".join(call.segments[:4])
    for other in call.world.state.page(common.NAME, f"{parent}/backupSchedules"):
        if other.name != body["name"] and kinds[0] in other.body:
            every = kinds[0].removesuffix("Recurrence")
            raise already_exists(f"A {every} backup schedule already exists for the database.")


def _stamp(call: Call, body: Body, old: Body | None = None) -> None:
    body["updateTime"] = call.world.stamp()
    if old is None:
        body["createTime"] = call.world.stamp()


def _create(call: Call) -> Body:
    answer = aip.create(call)
    _plan(call.world, call.need(answer["name"]), call.world.now())
    return answer


def _patch(call: Call) -> Body:
    """The mask may name the alternatives together, as ``recurrence``."""
    obj = call.need()
    mask = str(call.query.get("updateMask") or "")
    paths = [part.strip() for part in mask.split(",") if part.strip()] or list(call.body)
    body = dict(obj.body)
    for path in paths:
        if path not in ("recurrence", "retention", "name", *RECURRENCES):
            raise invalid(f"Invalid field mask: '{path}' cannot be updated.", field="update_mask")
        for field in RECURRENCES if path in ("recurrence", *RECURRENCES) else (path,):
            value = call.body.get(field, MISSING)
            body.pop(field, None)
            if value is not MISSING:
                body[field] = value
    answer = aip.change(call, SCHEDULES, obj, {**body, "name": obj.name})
    _plan(call.world, call.need(), call.world.now())
    return answer


def _next(now: float, body: Body) -> float:
    """The moment of the next backup: a day on, or midnight of the wanted weekday."""
    if "dailyRecurrence" in body:
        return now + common.DAY
    today = dt.datetime.fromtimestamp(now, dt.UTC)
    ahead = (DAYS.index(body["weeklyRecurrence"]["day"]) - today.weekday() - 1) % 7 + 1
    day = today.date() + dt.timedelta(days=ahead)
    return dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()


def _plan(world: World, schedule: Obj, now: float) -> None:
    """Let a schedule do its work next, and forget what it was about to do."""
    plan, due = world.state.count("firestore.plan"), _next(now, schedule.body)
    world.state.put(schedule.but(meta={**schedule.meta, "plan": plan}))
    payload = {"name": schedule.name, "plan": plan, "due": due}
    world.later(due - world.now(), common.NAME, "backup", payload)


def back_up(world: World, payload: Body) -> None:
    """What a schedule does when its time has come."""
    schedule = world.state.get(common.NAME, payload["name"])
    if schedule is None or schedule.meta.get("plan") != payload["plan"]:
        return
    database = world.state.get(common.NAME, schedule.parent)
    if database is not None:
        _store_backup(world, database, payload["due"], seconds_of(schedule.body["retention"]))
        _plan(world, schedule, payload["due"])


def _store_backup(world: World, database: Obj, taken: float, kept: float) -> None:
    project, location = database.name.split("/")[1], database.body["locationId"]
    name = f"projects/{project}/locations/{location}/backups/{world.ids.uuid()}"
    inside = world.state.children(common.NAME, database.name)
    content = [
        [obj.kind, obj.name.removeprefix(database.name), obj.body]
        for obj in inside
        if obj.kind in COLLECTIONS
    ]
    counts = {kind: sum(1 for one in content if one[0] == kind) for kind in COLLECTIONS}
    body = {
        "name": name,
        "database": database.name,
        "databaseUid": database.body["uid"],
        "snapshotTime": world.stamp(taken),
        "expireTime": world.stamp(taken + kept),
        "state": "READY",
        "stats": {"documentCount": str(counts["documents"]), "indexCount": str(counts["indexes"])},
    }
    meta = {"content": content, "database": database.body}
    world.state.put(Obj(common.NAME, "backups", name, body, meta))
    world.later(taken + kept - world.now(), common.NAME, "backup.expire", {"name": name})


def expire(world: World, payload: Body) -> None:
    """A backup is kept for a time."""
    world.state.delete(common.NAME, payload["name"])


def restore(call: Call) -> Body:
    """``databases.restore``: a new database with what a backup holds."""
    backup = call.find(call.world.canonical(call.body.get("backup", "")))
    if backup is None or backup.kind != "backups":
        raise ApiError(404, f"Backup '{call.body.get('backup', '')}' does not exist.")
    name = check_id(call, str(call.body.get("databaseId", "")))
    kept = ("type", "locationId", "databaseEdition", "concurrencyMode", "appEngineIntegrationMode")
    source, content = backup.meta["database"], backup.meta["content"]
    extra = {
        "database": name,
        "backup": backup.name,
    }
    call.body = {field: source[field] for field in kept if field in source}
    answer = aip.make(call, DATABASES, name)
    for kind, path, body in content:
        told = {**body, "name": f"{name}{path}"}
        call.world.state.put(Obj(common.NAME, kind, told["name"], told))
    started = call.find(answer["name"])
    if started is None:
        return answer
    running = {**started.meta["running"], "extra": extra}
    return lro.show(
        call.world, call.world.state.put(started.but(meta={**started.meta, "running": running}))
    )


EVENTS = {"backup": back_up, "backup.expire": expire}

SCHEDULES = Kind(
    name="backupSchedules",
    resources=("projects.databases.backupSchedules",),
    schema="GoogleFirestoreAdminV1BackupSchedule",
    dialect=AIP,
    id_server=lambda call: call.world.ids.uuid(),
    not_found="Backup schedule '{name}' does not exist.",
    output_only=("createTime", "updateTime"),
    validate=_validate,
    on_create=_stamp,
    on_update=_stamp,
    methods={"create": _create, "patch": _patch},
)


def _list(call: Call) -> Body:
    """``backups.list``: not paged, and multi-regions are places, too."""
    if call.segments[3] not in MULTI_REGIONS:
        return aip.list_all(call)
    found = [call.world.show(obj) for obj in call.world.state.page(common.NAME, call.path)]
    return {"backups": found} if found else {}


BACKUPS = Kind(
    name="backups",
    resources=("projects.locations.backups",),
    schema="GoogleFirestoreAdminV1Backup",
    dialect=AIP,
    not_found="Backup '{name}' does not exist.",
    methods={"list": _list},
)
