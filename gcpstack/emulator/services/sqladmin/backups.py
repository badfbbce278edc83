"""Backups of an instance, made on demand and every day (https://cloud.google.com/sql/docs/mysql/backup-recovery/backups)."""

import datetime as dt

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paging import place, token
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.sqladmin import databases, operations, users
from gcpstack.emulator.services.sqladmin.operations import DIALECT, SERVICE, invalid, need, running

DAY = 86400


def _config(instance: Obj) -> Body:
    config: Body = instance.body["settings"]["backupConfiguration"]
    return config


def _location(instance: Obj) -> str:
    """By default the multi-region around the instance."""
    region: str = instance.body["region"]
    usual = {"europe": "eu", "asia": "asia"}.get(region.partition("-")[0], "us")
    return str(_config(instance).get("location") or usual)


def store(world: World, instance: Obj, kind: str, taken: float, sent: Body) -> Obj:
    """Take a backup at a time."""
    ident = str(int(taken * 1000) + world.state.count("sqladmin.backup"))
    link = f"{instance.body['selfLink']}/backupRuns/{ident}"
    time = world.stamp(taken)
    body: Body = {
        "kind": "sql#backupRun",
        "id": ident,
        "instance": instance.id,
        "selfLink": link,
        "type": kind,
        "status": "SUCCESSFUL",
        "enqueuedTime": time,
        "startTime": time,
        "endTime": time,
        "windowStartTime": time,
        "backupKind": "SNAPSHOT",
        "location": sent.get("location") or _location(instance),
        "databaseVersion": instance.body["databaseVersion"],
    }
    if sent.get("description"):
        body["description"] = sent["description"]
    meta = {
        "content": databases.snapshot(world, instance),
        "users": users.snapshot(world, instance),
    }
    return world.state.put(
        Obj(SERVICE, BACKUP_RUNS.name, f"{instance.name}/backupRuns/{ident}", body, meta)
    )


def plan(world: World, instance: Obj) -> None:
    """Let the next daily backup come, by the settings as they are now."""
    number = world.state.count("sqladmin.plan")
    instance = world.state.objects[SERVICE, instance.name]
    world.state.put(instance.but(meta={**instance.meta, "plan": number}))
    if _config(instance)["enabled"]:
        _later(world, instance, number, world.now())


def _later(world: World, instance: Obj, number: int, now: float) -> None:
    hour, minute = map(int, _config(instance)["startTime"].split(":"))
    today = dt.datetime.fromtimestamp(now, dt.UTC).date()
    due = dt.datetime.combine(today, dt.time(hour, minute), dt.UTC).timestamp()
    due += DAY if due <= now else 0
    payload = {"name": instance.name, "plan": number, "due": due}
    world.later(due - world.now(), SERVICE, "backup", payload)


def daily(world: World, payload: Body) -> None:
    """The backup of a day; of the daily ones only so many are kept."""
    instance = world.state.get(SERVICE, payload["name"])
    if instance is None or instance.meta.get("plan") != payload["plan"]:
        return
    if instance.body["state"] == "RUNNABLE":
        store(world, instance, "AUTOMATED", payload["due"], {})
        made = [run for run in runs_of(world, instance) if run.body["type"] == "AUTOMATED"]
        for run in made[_config(instance)["backupRetentionSettings"]["retainedBackups"] :]:
            world.state.delete(SERVICE, run.name)
    _later(world, instance, payload["plan"], payload["due"])


def runs_of(world: World, instance: Obj) -> list[Obj]:
    """The backups of an instance, the newest first."""
    found = world.state.page(SERVICE, f"{instance.name}/backupRuns")
    return sorted(found, key=lambda obj: int(obj.id), reverse=True)


def _insert(call: Call) -> Body:
    instance = need(call)
    operations.refuse_busy(instance)
    running(instance)
    run = store(call.world, instance, "ON_DEMAND", call.world.now(), call.body)
    call.world.state.put(run.but(body={**run.body, "status": "RUNNING"}))
    return operations.start(
        call, "BACKUP_VOLUME", instance, latency=("BackupRun", "create"), finish="backup.done", run=run.name,
        backupContext={"kind": "sql#backupContext", "backupId": run.id},
    )  # fmt: skip


def done(world: World, _instance: str, context: Body) -> None:
    """A backup on demand has been made."""
    run = world.state.get(SERVICE, context["run"])
    if run is not None:
        body = {**run.body, "status": "SUCCESSFUL", "endTime": world.stamp()}
        world.state.put(run.but(body=body))


def missing() -> ApiError:
    """The 404 for a backup."""
    return ApiError(404, "The backup run does not exist.", reason="backupRunDoesNotExist")


def named(call: Call, name: str) -> Obj | None:
    """A backup by its name in the project: one of an instance, or one that outlived its instance."""
    outlived = call.find(call.world.canonical(name))
    if outlived is not None:
        return outlived
    project, _, ident = call.world.canonical(name).partition("/backups/")
    every = call.world.state.children(SERVICE, f"{project}/instances")
    return next((obj for obj in every if (obj.kind, obj.id) == ("backupRuns", ident)), None)


def _need_run(call: Call, instance: Obj) -> Obj:
    obj = call.find(f"{instance.name}/backupRuns/{call.params['id']}")
    if obj is None:
        raise missing()
    return obj


def _delete(call: Call) -> Body:
    instance = need(call)
    operations.refuse_busy(instance)
    call.world.state.delete(SERVICE, _need_run(call, instance).name)
    return operations.start(call, "DELETE_BACKUP", instance, latency=("BackupRun", "delete"))


def _list(call: Call) -> Body:
    """``backupRuns.list``: of one instance, or of ``-``, all of the project."""
    if call.segments[3] == "-":
        every = call.world.state.children(SERVICE, "/".join(call.segments[:3]))
        runs = [obj for obj in every if obj.kind == BACKUP_RUNS.name]
        runs.sort(key=lambda obj: int(obj.id), reverse=True)
    else:
        runs = runs_of(call.world, need(call))
    most = max(int(call.query.get("maxResults") or 0), 0)
    start = place(call.query, 0)
    end = start + most if most else len(runs)
    body: Body = {"kind": "sql#backupRunsList"}
    if runs[start:end]:
        body["items"] = [run.body for run in runs[start:end]]
    return {**body, "nextPageToken": token(end)} if end < len(runs) else body


def restore(call: Call) -> Body:
    """``instances.restoreBackup``: the databases become what they were, here or in another instance."""
    target, context = need(call), call.body.get("restoreBackupContext", {})
    operations.refuse_busy(target)
    running(target)
    source = context.get("instanceId") or target.id
    project = context.get("project") or call.project
    run = call.find(
        f"projects/{project}/instances/{source}/backupRuns/{context.get('backupRunId', '')}"
    )
    if call.body.get("backup"):
        run = named(call, str(call.body["backup"]))
    if run is None:
        raise missing()
    if run.body.get("status", run.body.get("state")) != "SUCCESSFUL":
        raise invalid("Invalid request: The backup is not complete.")
    if run.body["databaseVersion"] != target.body["databaseVersion"]:
        raise invalid("Invalid request: The backup is of another database version.")
    return operations.start(call, "RESTORE_VOLUME", target, finish="backup.restored", run=run.name)


def restored(world: World, instance: str, context: Body) -> None:
    """The content of a backup is back."""
    target, run = world.state.get(SERVICE, instance), world.state.get(SERVICE, context["run"])
    if target is not None and run is not None:
        databases.replace(world, target, run.meta["content"])
        users.replace(world, target, run.meta.get("users", users.snapshot(world, target)))


operations.ENDS["backup.done"] = done
operations.ENDS["backup.restored"] = restored
EVENTS = {"backup": daily}

BACKUP_RUNS = Kind(
    name="backupRuns",
    resources=("backupRuns",),
    schema="BackupRun",
    dialect=DIALECT,
    methods={
        "insert": _insert,
        "get": lambda call: _need_run(call, need(call)).body,
        "list": _list,
        "delete": _delete,
    },
)
