"""Databases of an instance (https://cloud.google.com/sql/docs/mysql/admin-api/rest/v1beta4/databases)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import not_found
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.sqladmin import catalogue, operations
from gcpstack.emulator.services.sqladmin.operations import DIALECT, SERVICE, invalid, need, running

FIRST = {
    "MYSQL": ("information_schema", "mysql", "performance_schema", "sys"),
    "POSTGRES": ("postgres",),
    "SQLSERVER": ("master", "model", "msdb", "tempdb"),
}
CHARSET = {
    "MYSQL": ("utf8mb4", "utf8mb4_0900_ai_ci"),
    "MYSQL_5": ("utf8", "utf8_general_ci"),
    "POSTGRES": ("UTF8", "en_US.UTF8"),
    "SQLSERVER": ("", "SQL_Latin1_General_CP1_CI_AS"),
}
THERE = {
    "MYSQL": "Error 1007: Can't create database '{name}'; database exists",
    "POSTGRES": 'pq: database "{name}" already exists',
    "SQLSERVER": "Database '{name}' already exists. Choose a different database name.",
}
LONGEST = 63


def _engine(instance: Obj) -> str:
    return catalogue.engine(instance.body["databaseVersion"])


def _write(world: World, instance: Obj, sent: Body) -> Obj:
    version, engine = instance.body["databaseVersion"], _engine(instance)
    charset, collation = CHARSET["MYSQL_5" if version.startswith("MYSQL_5") else engine]
    name = sent["name"]
    body: Body = {
        "kind": "sql#database",
        "name": name,
        "charset": sent.get("charset") or charset,
        "collation": sent.get("collation") or collation,
        "instance": instance.id,
        "project": instance.name.split("/")[1],
        "selfLink": f"{instance.body['selfLink']}/databases/{name}",
    }
    body["etag"] = fingerprint(body)
    return world.state.put(Obj(SERVICE, DATABASES.name, f"{instance.name}/databases/{name}", body))


def provide(call: Call, instance: Obj) -> None:
    """The databases that an engine has from the start."""
    for name in FIRST[_engine(instance)]:
        _write(call.world, instance, {"name": name})


def snapshot(world: World, instance: Obj) -> list[Body]:
    """What a backup remembers of the content: the databases."""
    return [obj.body for obj in world.state.page(SERVICE, f"{instance.name}/databases")]


def replace(world: World, instance: Obj, content: list[Body]) -> None:
    """Bring back what a backup remembers."""
    for obj in list(world.state.page(SERVICE, f"{instance.name}/databases")):
        world.state.delete(SERVICE, obj.name)
    for body in content:
        _write(world, instance, body)


def copy(world: World, source: Obj, target: Obj) -> None:
    """A clone has the databases of its source."""
    replace(world, target, snapshot(world, source))


def _need_database(call: Call, instance: Obj) -> Obj:
    obj = call.find(f"{instance.name}/databases/{call.params['database']}")
    if obj is None:
        raise not_found("Not Found")
    return obj


def _ready(call: Call) -> Obj:
    instance = need(call)
    operations.refuse_busy(instance)
    running(instance)
    return instance


def _insert(call: Call) -> Body:
    instance, name = _ready(call), str(call.body.get("name", ""))
    if not 0 < len(name) <= LONGEST:
        raise invalid(f"Invalid request: Invalid database name ({name}).")
    if call.find(f"{instance.name}/databases/{name}"):
        words = THERE[_engine(instance)].format(name=name)
        raise invalid(f"Invalid request: failed to create database {name}. Detail: {words}.")
    _write(call.world, instance, call.body)
    return operations.start(call, "CREATE_DATABASE", instance, latency=None)


def _change(call: Call) -> Body:
    instance = _ready(call)
    obj = _need_database(call, instance)
    if call.body.get("name") not in (None, obj.id):
        raise invalid("Invalid request: The name of a database cannot be changed.")
    _write(call.world, instance, {**obj.body, **call.body})
    return operations.start(call, "UPDATE_DATABASE", instance, latency=("Database", "update"))


def _delete(call: Call) -> Body:
    instance = _ready(call)
    obj = _need_database(call, instance)
    if obj.id in FIRST[_engine(instance)]:
        raise invalid(
            f"Invalid request: failed to delete database {obj.id}. Detail: it is a system database."
        )
    call.world.state.delete(SERVICE, obj.name)
    return operations.start(call, "DELETE_DATABASE", instance, latency=("Database", "delete"))


def _get(call: Call) -> Body:
    instance = need(call)
    running(instance)
    return _need_database(call, instance).body


def _list(call: Call) -> Body:
    instance = need(call)
    running(instance)
    body: Body = {"kind": "sql#databasesList"}
    found = snapshot(call.world, instance)
    return {**body, "items": found} if found else body


DATABASES = Kind(
    name="databases",
    resources=("databases",),
    schema="Database",
    dialect=DIALECT,
    methods={
        "insert": _insert, "get": _get, "list": _list, "patch": _change, "update": _change, "delete": _delete,
    },
)  # fmt: skip
