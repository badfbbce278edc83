"""Users of an instance (https://cloud.google.com/sql/docs/mysql/admin-api/rest/v1beta4/users)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import seconds_of
from gcpstack.emulator.core.errors import not_found
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.sqladmin import catalogue, logins, operations
from gcpstack.emulator.services.sqladmin.operations import DIALECT, SERVICE, invalid, need, running

# What each engine has from the start; MySQL tells users by host too.
FIRST: dict[str, tuple[Body, ...]] = {
    "MYSQL": ({"name": "root", "host": "%"},),
    "POSTGRES": ({"name": "postgres"},),
    "SQLSERVER": (
        {"name": "sqlserver", "sqlserverUserDetails": {"serverRoles": ["CustomerDbRootRole"]}},
        {"name": "##MS_PolicyEventProcessingLogin##", "sqlserverUserDetails": {"disabled": True}},
        {"name": "##MS_PolicyTsqlExecutionLogin##", "sqlserverUserDetails": {"disabled": True}},
    ),
}
LONGEST = {"MYSQL": 32, "POSTGRES": 63, "SQLSERVER": 128}
ACCOUNT_SUFFIX = ".gserviceaccount.com"


def _engine(instance: Obj) -> str:
    return catalogue.engine(instance.body["databaseVersion"])


def _host(instance: Obj, host: str) -> str:
    return (host or "%") if _engine(instance) == "MYSQL" else ""


def _write(call: Call, instance: Obj, sent: Body) -> Obj:
    host = _host(instance, sent.get("host", ""))
    kept = {k: v for k, v in sent.items() if k not in ("password", "etag")}
    if kept.get("type") == "BUILT_IN":
        del kept["type"]
    body: Body = {
        "iamStatus": "IAM_STATUS_UNSPECIFIED",
        **kept,
        "kind": "sql#user",
        "host": host,
        "instance": instance.id,
        "project": instance.name.split("/")[1],
    }
    body["passwordPolicy"] = _policy(call, kept.get("passwordPolicy"))
    body["etag"] = fingerprint([body, call.world.state.count("sqladmin.user")])
    key = logins.key(instance, body["name"], host)
    known = call.find(key)
    meta = {} if known is None else known.meta
    if "password" in sent:
        meta = logins.keep(sent["password"], f"{key} {body['etag']}")
    return call.world.state.put(Obj(SERVICE, USERS.name, key, body, meta))


def _policy(call: Call, sent: Body | None) -> Body:
    """A password that expires tells when."""
    if sent is None:
        return {"status": {}}
    if "passwordExpirationDuration" not in sent:
        return sent
    due = call.world.now() + seconds_of(sent["passwordExpirationDuration"])
    return {**sent, "status": {"passwordExpirationTime": call.world.stamp(due)}}


def provide(call: Call, instance: Obj, password: str | None) -> None:
    """The users that an engine has from the start; the first of them has the root password."""
    for number, body in enumerate(FIRST[_engine(instance)]):
        given = {"password": password} if password and number == 0 else {}
        _write(call, instance, {**body, **given})


def snapshot(world: World, instance: Obj) -> list[Body]:
    """What a backup remembers of the users; their passwords are theirs again with it.

    https://cloud.google.com/sql/docs/postgres/backup-recovery/restore
    """
    found = world.state.page(SERVICE, f"{instance.name}/users")
    return [{"body": obj.body, "meta": obj.meta} for obj in found]


def replace(world: World, instance: Obj, content: list[Body]) -> None:
    """Bring back what a backup remembers."""
    for obj in list(world.state.page(SERVICE, f"{instance.name}/users")):
        world.state.delete(SERVICE, obj.name)
    here = {"instance": instance.id, "project": instance.name.split("/")[1]}
    for row in content:
        key = logins.key(instance, row["body"]["name"], row["body"]["host"])
        world.state.put(Obj(SERVICE, USERS.name, key, {**row["body"], **here}, row["meta"]))


def _iam_name(instance: Obj, name: str) -> str:
    """IAM users are named in lower case, service accounts and MySQL's users more shortly."""
    name = name.lower()
    if _engine(instance) == "MYSQL":
        return name.partition("@")[0]
    return name.removesuffix(ACCOUNT_SUFFIX)


def _insert(call: Call) -> Body:
    """``insert``: of an existing user it sets the password."""
    instance, body = need(call), dict(call.body)
    operations.refuse_busy(instance)
    running(instance)
    name = body.get("name", "")
    if body.get("type", "BUILT_IN").startswith("CLOUD_IAM"):
        if body.get("password"):
            raise invalid("Invalid request: A password cannot be set for an IAM user.")
        if _engine(instance) == "SQLSERVER":
            raise invalid("Invalid request: IAM users are not supported on SQL Server.")
        if _engine(instance) == "MYSQL":
            body["iamEmail"] = name
        name = _iam_name(instance, name)
    if not 0 < len(name) <= LONGEST[_engine(instance)]:
        raise invalid(f"Invalid request: Invalid user name ({name}).")
    _write(call, instance, {**body, "name": name})
    return operations.start(call, "CREATE_USER", instance, latency=None)


def _find(call: Call, instance: Obj, name: str, host: str) -> Obj:
    obj = call.find(logins.key(instance, name, _host(instance, host)))
    if obj is None and _engine(instance) == "MYSQL" and "@" in name:
        # Who comes by IAM may be named by the whole email.
        short = call.find(logins.key(instance, _iam_name(instance, name), _host(instance, host)))
        obj = short if short and short.body.get("iamEmail") == name else None
    if obj is None:
        raise not_found(f"The user {name} does not exist.")
    return obj


def _asked(call: Call) -> Obj:
    """The user that the query names."""
    name, host = str(call.query.get("name", "")), str(call.query.get("host", ""))
    return _find(call, need(call), name, host)


def _roles(call: Call, had: list[str]) -> list[str]:
    """The roles after an update: those of the query, beside or instead of those there were.

    What the body says of them is ignored; revoking without naming any takes all away.
    https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/users/update
    """
    kept = () if call.query.get("revokeExistingRoles") else had
    return list(dict.fromkeys((*kept, *call.query.get("databaseRoles", ()))))


def _update(call: Call) -> Body:
    instance = need(call)
    operations.refuse_busy(instance)
    running(instance)
    user = _asked(call)
    sent = {key: value for key, value in call.body.items() if key != "databaseRoles"}
    body = {**user.body, **sent, "name": user.body["name"], "host": user.body["host"]}
    roles = _roles(call, user.body.get("databaseRoles", []))
    body.pop("databaseRoles", None)
    _write(call, instance, {**body, "databaseRoles": roles} if roles else body)
    return operations.start(call, "UPDATE_USER", instance, latency=None)


def _delete(call: Call) -> Body:
    instance = need(call)
    operations.refuse_busy(instance)
    running(instance)
    call.world.state.delete(SERVICE, _asked(call).name)
    return operations.start(call, "DELETE_USER", instance, latency=None)


def _get(call: Call) -> Body:
    instance = need(call)
    return _find(call, instance, call.params["name"], str(call.query.get("host", ""))).body


def _list(call: Call) -> Body:
    instance = need(call)
    running(instance)
    found = [obj.body for obj in call.world.state.page(SERVICE, f"{instance.name}/users")]
    body: Body = {"kind": "sql#usersList"}
    return {**body, "items": found} if found else body


USERS = Kind(
    name="users",
    resources=("users",),
    schema="User",
    dialect=DIALECT,
    methods={"insert": _insert, "update": _update, "delete": _delete, "get": _get, "list": _list},
)
