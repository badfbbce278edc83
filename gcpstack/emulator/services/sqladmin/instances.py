"""Instances (https://cloud.google.com/sql/docs/mysql/admin-api/rest/v1beta4/instances)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.paging import Page
from gcpstack.emulator.core.paths import merge_patch, strip_nulls
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response, json_response
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import standard
from gcpstack.emulator.services.sqladmin import (
    authorities,
    backups,
    catalogue,
    databases,
    files,
    kept,
    making,
    operations,
    settings,
    switching,
    users,
)
from gcpstack.emulator.services.sqladmin.operations import (
    DIALECT,
    SERVICE,
    invalid,
    need,
    running,
)

# An opaque number. Recordings of Google's answers show this one in the place of every version: it counts
# as the current one too.
FIRST_VERSION = 123
WEEK = 7 * 86400
LONGEST_NAME = 97
EXISTS = "The Cloud SQL instance already exists."
RESERVED = (
    f"{EXISTS} When you delete an instance, you can't reuse the name of the deleted instance until one week "
    "from the deletion date."
)
PROTECTED = (
    "The instance is protected. Please disable the deletion protection and try again. To disable deletion "
    "protection, update the instance settings with deletionProtectionEnabled set to false."
)
KEPT = (
    "kind", "name", "project", "region", "selfLink", "connectionName", "createTime", "backendType", "gceZone",
    "instanceType", "masterInstanceName", "replicaNames", "ipAddresses", "serverCaCert", "state", "etag",
    "serviceAccountEmailAddress", "sqlNetworkArchitecture", "geminiConfig", "satisfiesPzi", "diskEncryptionConfiguration",
)  # fmt: skip


def _check_name(call: Call, name: str) -> None:
    if not standard.check_id(INSTANCES, name) or len(call.project) + 1 + len(name) > LONGEST_NAME:
        raise invalid(f"Invalid request: Invalid instance name ({name}).")


def refuse_taken(call: Call, name: str) -> None:
    """409 for a name in use, or in use within the last week."""
    if call.find(name):
        raise ApiError(409, EXISTS, reason="instanceAlreadyExists")
    if call.world.state.record("tombstone", f"{SERVICE}/{name}", 0.0) > call.world.now():
        raise ApiError(409, RESERVED, reason="instanceAlreadyExists")


def _insert(call: Call) -> Body | Response:
    body = dict(call.body)
    ident = str(body.get("name", ""))
    _check_name(call, ident)
    name = f"projects/{call.project}/instances/{ident}"
    refuse_taken(call, name)
    if body.get("maintenanceVersion"):
        raise invalid(
            f"Invalid request: Maintenance version ({body['maintenanceVersion']}) must not be set."
        )
    primary = making.primary_of(call, body)
    if primary is not None:
        operations.refuse_busy(primary)
    body.setdefault("region", primary.body["region"] if primary else "us-central1")
    if body["region"] not in REGIONS:
        raise invalid(f"Invalid request: Invalid region ({body['region']}).")
    try:
        obj = store(call, name, body, primary)
    except making.BurnsNameError as error:  # the name is gone although nothing was made
        call.world.state.set_record("tombstone", f"{SERVICE}/{name}", call.world.now() + WEEK)
        return json_response(400, error.body("v1"))
    kind = "CREATE_REPLICA" if primary else "CREATE"
    held = [primary] if primary else []
    return operations.start(
        call, kind, obj, latency=("DatabaseInstance", "create"), finish="instance.ready", locks=held
    )


def store(call: Call, name: str, body: Body, primary: Obj | None = None) -> Obj:
    """Make an instance of a body with its users and databases."""
    sent = "backupConfiguration" in body.get("settings", {})
    body.setdefault("databaseVersion", catalogue.USUAL_VERSION)
    body["name"] = name.rsplit("/", 1)[-1]
    body["instanceType"] = (
        "READ_REPLICA_INSTANCE" if primary else body.get("instanceType", "CLOUD_SQL_INSTANCE")
    )
    settings.complete(body, backups_sent=sent)
    settings.check(body, None)
    body["settings"]["settingsVersion"] = str(FIRST_VERSION)
    body["state"] = "PENDING_CREATE"
    password = body.pop("rootPassword", None)
    standard.drop_input(call, INSTANCES, body)
    refs = making.complete(call, body)
    obj = call.world.state.put(Obj(SERVICE, INSTANCES.name, name, making.tagged(body), {}, refs))
    if primary is None:
        users.provide(call, obj, password)
        databases.provide(call, obj)
    else:
        making.join(call.world, primary, obj.id)
    backups.plan(call.world, obj)
    return obj


def _current(obj: Obj, sent: object) -> bool:
    return str(sent) in (obj.body["settings"]["settingsVersion"], str(FIRST_VERSION))


def _change(call: Call, obj: Obj, body: Body, sent: Body) -> Body:
    """Give an instance a new body."""
    version = sent.get("settings", {}).get("settingsVersion")
    if version is not None and not _current(obj, version):
        raise ApiError(412, "Condition does not match.", reason="staleData")
    operations.refuse_busy(obj)
    making.check_fixed(obj.body, sent)
    making.upgrade(obj.body, body, sent)
    body.pop("rootPassword", None)
    standard.drop_input(call, INSTANCES, body)
    old = obj.body["settings"]
    if body["settings"].get("edition", old["edition"]) != old["edition"]:
        making.reset_backups(body["settings"], sent.get("settings", {}))
    settings.complete(body, backups_sent=True)
    settings.check(body, obj.body)
    body["settings"]["settingsVersion"] = str(int(old["settingsVersion"]) + 2)
    refs = making.place(call, body)
    changed = call.world.state.put(obj.but(body=making.tagged(body), refs=refs))
    backups.plan(call.world, changed)
    return operations.start(call, "UPDATE", changed, finish="instance.ready")


def _patch(call: Call) -> Body:
    """``patch``: a merge; nulls clear."""
    obj = need(call)
    if not call.body:
        raise invalid("Invalid request: body must not be empty for patch requests.")
    body = strip_nulls(merge_patch(obj.body, call.body))
    for field in KEPT:
        if field in obj.body:
            body[field] = obj.body[field]
    return _change(call, obj, body, call.body)


def _update(call: Call) -> Body:
    """``update``: all of the settings, with the version that was read."""
    obj = need(call)
    if "settingsVersion" not in call.body.get("settings", {}):
        raise invalid("Invalid request: settings.settingsVersion is required.", reason="required")
    body = {**call.body, **{field: obj.body[field] for field in KEPT if field in obj.body}}
    for field in (
        "databaseVersion",
        "databaseInstalledVersion",
        "maintenanceVersion",
        "upgradableDatabaseVersions",
    ):
        if field in obj.body:
            body.setdefault(field, obj.body[field])
    return _change(call, obj, body, call.body)


def _delete(call: Call) -> Body:
    obj = need(call)
    operations.refuse_busy(obj)
    if obj.body["settings"]["deletionProtectionEnabled"]:
        raise ApiError(400, PROTECTED, reason="ERROR_PROTECTED_INSTANCE_DELETION_FAILURE")
    if obj.body.get("replicaNames"):
        names = ", ".join(obj.body["replicaNames"])
        raise invalid(
            f"Invalid request: The instance has replicas that must be deleted first: {names}."
        )
    kept.retire(call, obj)
    obj = call.world.state.put(obj.but(body={**obj.body, "state": "PENDING_DELETE"}))
    return operations.start(
        call, "DELETE", obj, latency=("DatabaseInstance", "delete"), finish="instance.gone"
    )


def ready(world: World, name: str, _context: Body) -> None:
    """An instance that was made or changed runs."""
    obj = world.state.get(SERVICE, name)
    if obj is not None:
        world.state.put(obj.but(body={**obj.body, "state": "RUNNABLE"}))


def gone(world: World, name: str, _context: Body) -> None:
    """A deleted instance goes with all that is in it."""
    obj = world.state.get(SERVICE, name)
    if obj is None:
        return
    primary = obj.body.get("masterInstanceName")
    if primary:
        making.leave(world, obj)
    world.forget(obj)


def _list(call: Call) -> Body:
    page = Page(
        call.world.state, SERVICE, [call.path], INSTANCES.name, size=int(call.query.get("maxResults") or 500),
        page_token=call.query.get("pageToken", ""), where=call.query.get("filter", ""),
    )  # fmt: skip
    body: Body = {"kind": "sql#instancesList"}
    if page.items:
        body["items"] = [call.world.show(obj) for obj in page.items]
    return {**body, "nextPageToken": page.next_token} if page.next_token else body


def _clone(call: Call) -> Body:
    """``clone``: a new instance with the settings and content of another."""
    source, context = need(call), call.body.get("cloneContext", {})
    operations.refuse_busy(source)
    ident = str(context.get("destinationInstanceName", ""))
    _check_name(call, ident)
    name = f"projects/{call.project}/instances/{ident}"
    refuse_taken(call, name)
    _check_moment(call, source, str(context.get("pointInTime") or ""))
    body = {key: source.body[key] for key in ("databaseVersion", "region", "settings")}
    if context.get("preferredZone"):
        place = {**body["settings"]["locationPreference"], "zone": context["preferredZone"]}
        body["settings"] = {**body["settings"], "locationPreference": place}
    obj = store(call, name, body)
    databases.copy(call.world, source, obj)
    users.replace(call.world, obj, users.snapshot(call.world, source))
    return operations.start(
        call,
        "CLONE",
        obj,
        latency=("DatabaseInstance", "create"),
        finish="instance.ready",
        locks=[source],
    )


def _check_moment(call: Call, source: Obj, text: str) -> None:
    """Refuse a moment that has not come, or at which there was no instance yet."""
    if not text:
        return
    at, made = parse_rfc3339(text), parse_rfc3339(source.body["createTime"])
    if not int(made) <= at <= call.world.now():
        raise ApiError(
            400,
            "Invalid request: the point in time is outside of the recovery window.",
            reason="invalidPointInTime",
        )


def _restart(call: Call) -> Body:
    obj = need(call)
    operations.refuse_busy(obj)
    running(obj)
    return operations.start(call, "RESTART", obj)


def _failover(call: Call) -> Body:
    """``failover``: to the other zone, of an instance in two zones."""
    obj, sent = need(call), call.body.get("failoverContext", {}).get("settingsVersion")
    operations.refuse_busy(obj)
    if sent is not None and not _current(obj, sent):
        raise ApiError(412, "Condition does not match.", reason="staleData")
    if obj.body["settings"]["availabilityType"] != "REGIONAL":
        raise invalid("Invalid request: Failover is only allowed on a regional instance.")
    return operations.start(call, "FAILOVER", obj)


def _promote(call: Call) -> Body:
    """``promoteReplica``: the replica stands alone from now on."""
    obj = need(call)
    operations.refuse_busy(obj)
    if obj.body["instanceType"] != "READ_REPLICA_INSTANCE":
        raise invalid("Invalid request: The instance is not a read replica.")
    making.leave(call.world, obj)
    body = {key: value for key, value in obj.body.items() if key != "masterInstanceName"}
    body["instanceType"] = "CLOUD_SQL_INSTANCE"
    obj = call.world.state.put(obj.but(body=making.tagged(body)))
    users.provide(call, obj, None)
    databases.provide(call, obj)
    return operations.start(call, "PROMOTE_REPLICA", obj)


def _simple(kind: str) -> Handler:
    def handler(call: Call) -> Body:
        obj = need(call)
        operations.refuse_busy(obj)
        return operations.start(call, kind, obj)

    return handler


def _view(_world: World, _obj: Obj, body: Body) -> Body:
    """An instance that is being made has no addresses yet."""
    if body["state"] == "PENDING_CREATE":
        body.pop("ipAddresses", None)
    return body


operations.ENDS["instance.ready"] = ready
operations.ENDS["instance.gone"] = gone

INSTANCES = Kind(
    name="instances",
    resources=("instances",),
    schema="DatabaseInstance",
    dialect=DIALECT,
    id_pattern=r"[a-z]([-a-z0-9]*[a-z0-9])?",
    tombstone=WEEK,
    latency="sqladmin.DatabaseInstance",
    view=_view,
    methods={
        "get": lambda call: call.world.show(need(call)),
        "list": _list,
        "insert": _insert,
        "patch": _patch,
        "update": _update,
        "delete": _delete,
        "clone": _clone,
        "restart": _restart,
        "failover": _failover,
        "promoteReplica": _promote,
        "restoreBackup": backups.restore,
        "import": files.import_,
        "export": files.export,
        "switchover": switching.switchover,
        "listServerCas": authorities.list_all,
        "addServerCa": authorities.add,
        "rotateServerCa": authorities.rotate,
        "truncateLog": authorities.truncate_log,
        "reencrypt": authorities.reencrypt,
        "preCheckMajorVersionUpgrade": authorities.pre_check,
        "startReplica": _simple("START_REPLICA"),
        "stopReplica": _simple("STOP_REPLICA"),
        "resetSslConfig": _simple("UPDATE"),
    },
)
