"""Backups by project, those that outlive their instance among them.

https://cloud.google.com/sql/docs/postgres/backup-recovery/manage-standard-backups: what an instance has
as backup runs is told here too; a final backup, or all of them, may stay when the instance goes.
"""

import datetime as dt

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.sqladmin import backups, operations
from gcpstack.emulator.services.sqladmin.operations import DIALECT, SERVICE, invalid, running

DAY = 86400
MOST_DAYS = 365
USUAL_DAYS = 30


def _of_run(run: Obj, instance: Body) -> Body:
    """A backup run as a backup of the project."""
    name = f"{run.name.partition('/instances/')[0]}/backups/{run.id}"
    body: Body = {
        "kind": "sql#backup",
        "name": name,
        "selfLink": f"https://sqladmin.googleapis.com/v1/{name}",
        "type": run.body["type"],
        "state": run.body["status"],
        "instance": run.body["instance"],
        "location": run.body["location"],
        "databaseVersion": run.body["databaseVersion"],
        "backupKind": run.body["backupKind"],
        "backupInterval": {"startTime": run.body["startTime"], "endTime": run.body["endTime"]},
        "backupRun": run.name,
        "instanceSettings": instance,
    }
    if "description" in run.body:
        body["description"] = run.body["description"]
    return body


def _told(world: World, obj: Obj) -> Body:
    if obj.kind == BACKUPS.name:
        return obj.body
    instance = world.state.get(SERVICE, obj.name.partition("/backupRuns/")[0])
    return {**_of_run(obj, instance.body if instance else {}), **obj.meta.get("told", {})}


def _need(call: Call) -> Obj:
    obj = backups.named(call, call.name)
    if obj is None:
        raise backups.missing()
    return obj


def _get(call: Call) -> Body:
    return _told(call.world, _need(call))


def _list(call: Call) -> Body:
    every = [
        *call.world.state.page(SERVICE, call.path),
        *call.world.state.children(SERVICE, call.path.removesuffix("backups") + "instances"),
    ]
    found = [obj for obj in every if obj.kind in (BACKUPS.name, backups.BACKUP_RUNS.name)]
    told = sorted((_told(call.world, obj) for obj in found), key=lambda body: body["name"])
    return cut(told, call.query, "backups")


def _create(call: Call) -> Body:
    """``CreateBackup``: of an instance of the project, by its short or full name."""
    text = str(call.body.get("instance", ""))
    name = text if "/" in text else f"projects/{call.project}/instances/{text}"
    instance = call.find(call.world.canonical(name))
    if instance is None:
        raise invalid(f"Invalid request: The instance {text} does not exist.")
    operations.refuse_busy(instance)
    running(instance)
    run = backups.store(call.world, instance, "ON_DEMAND", call.world.now(), call.body)
    told = _expiry(call.world, call.body.get("ttlDays"), call.body.get("expiryTime"))
    body = {**run.body, "status": "RUNNING"}
    call.world.state.put(run.but(body=body, meta={**run.meta, "told": told}))
    return operations.start(
        call, "BACKUP_VOLUME", instance, latency=("BackupRun", "create"), finish="backup.done", run=run.name,
        backupContext={"kind": "sql#backupContext", "backupId": run.id, "name": f"{call.path}/{run.id}"},
    )  # fmt: skip


def _expiry(world: World, days: object, time: object) -> Body:
    """When a backup goes by itself, if it was told."""
    if days and time:
        raise invalid("Invalid request: Only one of ttlDays and expiryTime can be set.")
    if days:
        if not 1 <= int(str(days)) <= MOST_DAYS:
            raise invalid(f"Invalid request: ttlDays must be between 1 and {MOST_DAYS}.")
        return {"expiryTime": world.stamp(world.now() + int(str(days)) * DAY)}
    return {"expiryTime": str(time)} if time else {}


def _update(call: Call) -> Body:
    """``UpdateBackup``: its description and when it goes."""
    obj = _need(call)
    told = _expiry(call.world, call.body.get("ttlDays"), call.body.get("expiryTime"))
    if "description" in call.body:
        told["description"] = call.body["description"]
    if obj.kind == BACKUPS.name:
        call.world.state.put(obj.but(body={**obj.body, **told}))
    else:
        meta = {**obj.meta, "told": {**obj.meta.get("told", {}), **told}}
        call.world.state.put(obj.but(meta=meta))
    return operations.start(
        call, "UPDATE_BACKUP", _target(call, obj), latency=("BackupRun", "delete")
    )


def _delete(call: Call) -> Body:
    obj = _need(call)
    target = _target(call, obj)
    operations.refuse_busy(target)
    call.world.state.delete(SERVICE, obj.name)
    return operations.start(call, "DELETE_BACKUP", target, latency=("BackupRun", "delete"))


def _target(call: Call, obj: Obj) -> Obj:
    """What the operation on a backup is about: its instance, or the backup itself where that is gone."""
    instance = call.find(obj.name.partition("/backupRuns/")[0])
    return instance if instance is not None else obj


def retire(call: Call, instance: Obj) -> None:
    """Keep what should outlive an instance that is being deleted."""
    world, settings = call.world, instance.body["settings"]
    final = settings.get("finalBackupConfig", {})
    if settings.get("retainBackupsOnDelete"):
        for run in backups.runs_of(world, instance):
            _keep(world, run, instance, {})
    if call.query.get("enableFinalBackup", final.get("enabled")):
        days = call.query.get("finalBackupTtlDays") or final.get("retentionDays") or USUAL_DAYS
        time = call.query.get("finalBackupExpiryTime")
        told = _expiry(world, None if time else days, time)
        sent = {"description": call.query.get("finalBackupDescription")}
        run = backups.store(world, instance, "FINAL", world.now(), sent)
        _keep(world, run, instance, told)


def _keep(world: World, run: Obj, instance: Obj, told: Body) -> None:
    body = {**_of_run(run, instance.body), **run.meta.get("told", {}), **told}
    body["instanceDeletionTime"] = world.stamp()
    world.state.put(Obj(SERVICE, BACKUPS.name, body["name"], body, run.meta))
    if "expiryTime" in body:
        due = dt.datetime.fromisoformat(body["expiryTime"]).timestamp()
        world.later(max(due - world.now(), 0), SERVICE, "backup.expire", {"name": body["name"]})


def expire(world: World, payload: Body) -> None:
    """The end of a backup's time, unless it was given more."""
    obj = world.state.get(SERVICE, payload["name"])
    if obj is None:
        return
    due = dt.datetime.fromisoformat(obj.body["expiryTime"]).timestamp()
    if due <= world.now():
        world.state.delete(SERVICE, obj.name)
    else:
        world.later(due - world.now(), SERVICE, "backup.expire", payload)


EVENTS = {"backup.expire": expire}


BACKUPS = Kind(
    name="backups",
    resources=("backups", "Backups"),
    schema="Backup",
    dialect=DIALECT,
    methods={
        "createBackup": _create,
        "getBackup": _get,
        "listBackups": _list,
        "updateBackup": _update,
        "deleteBackup": _delete,
        "CreateBackup": _create,
        "GetBackup": _get,
        "ListBackups": _list,
        "UpdateBackup": _update,
        "DeleteBackup": _delete,
    },
)
