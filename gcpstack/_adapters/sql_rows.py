"""Cloud SQL: instances and databases as rows, users by an adapter of their own.

https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1
"""

import contextlib
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from gcpstack._adapters import operations
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._adapters.rest import Collection
from gcpstack._adapters.wire import merge_patch, revealed
from gcpstack._core.json import Body, Path, get
from gcpstack._core.ports import Adapter, Edit, Finished, Observed, Operation, Step, Target
from gcpstack.exceptions import AlreadyExists, InvalidRequest, NotFound

_INSTANCE = {"project": "{project}", "instance": "{name}"}
_WITHIN = {"project": "{project}", "instance": "{instance}"}


# --- instances -----------------------------------------------------------------------------------
# https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances/patch: these are changed by
# calls of their own, in this order. A machine belongs to an edition.

_ALONE: tuple[tuple[str, ...], ...] = (
    ("databaseVersion",),
    ("maintenanceVersion",),
    ("settings.edition",),
    ("settings.timeZone",),
)
_WITH_EDITION = ("settings.tier", "settings.dataCacheConfig")
_POLICY: Path = ("settings", "activationPolicy")
_PASSWORD: Path = ("rootPassword",)
#: The states of an instance that is being made.
_UNMADE = ("PENDING_CREATE",)
#: The first user of each engine, and the host that MySQL knows it by.
_ROOTS: Mapping[str, Mapping[str, str]] = {
    "MYSQL": {"name": "root", "host": "%"},
    "POSTGRES": {"name": "postgres"},
    "SQLSERVER": {"name": "sqlserver"},
}


def _groups(edit: Edit) -> Iterator[tuple[Path, ...]]:
    """Sort the changed paths into calls."""
    left = [path for path in edit.changed if path not in {_POLICY, _PASSWORD}]
    policy = (_POLICY,) if _POLICY in edit.changed else ()
    # A stopped instance can't be changed: it is started first, and stopped last.
    starts = get(edit.merged, _POLICY) != "NEVER"
    if starts:
        yield policy
    for alone in _ALONE:
        if any(_under(path, alone) for path in left):
            group = (*alone, *(_WITH_EDITION if alone == ("settings.edition",) else ()))
            yield tuple(path for path in left if _under(path, group))
            left = [path for path in left if not _under(path, group)]
    yield tuple(left)
    if not starts:
        yield policy


def _under(path: Path, prefixes: Iterable[str]) -> bool:
    return any(path[: len(cut)] == cut for cut in (tuple(one.split(".")) for one in prefixes))


def _instance_steps(api: Discovery, edit: Edit) -> Iterator[Step]:
    for group in _groups(edit):
        if group:
            names = sorted({str(path[-1]) for path in group})
            title = f"patch {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"  # noqa: PLR2004 # as many as can be read
            yield Step(title, functools.partial(_patch, api, edit, group))
    if _PASSWORD in edit.changed and get(edit.merged, _PASSWORD) is not None:
        yield Step("set the root password", lambda: _set_password(api, edit))


def _patch(api: Discovery, edit: Edit, paths: tuple[Path, ...]) -> Operation:
    """Patch some paths, under the version that the settings have now: every call raises it."""
    plain, secrets = revealed(edit.merged)
    body = merge_patch(plain, paths)
    settings = body.get("settings")
    if isinstance(settings, dict):
        found = api.get(edit.target)
        version = get(found.body if found else edit.live, ("settings", "settingsVersion"))
        settings["settingsVersion"] = version
    return api.call("patch", {"body": body}, edit.target, secrets)


def _set_password(api: Discovery, edit: Edit) -> Operation:
    """Change the first user: an instance's own password is read at its creation only."""
    plain, secrets = revealed({"password": get(edit.merged, _PASSWORD)})
    root = _ROOTS[str(edit.live.get("databaseVersion", "POSTGRES")).split("_", maxsplit=1)[0]]
    project, instance = edit.target.ids["project"], edit.target.ids["name"]
    users = Collection(api.clients, "sqladmin", "v1", "users")
    params = {"project": project, "instance": instance, **root, "body": {**root, **plain}}
    answer = users.call("update", params, hide=secrets)
    return operations.sql(api.clients, project, answer)


def _with_addresses(body: Body) -> Body:
    """Tell the addresses by their kinds: Google lists them in any order."""
    listed = body.get("ipAddresses")
    found = {
        item.get("type"): item.get("ipAddress")
        for item in (listed if isinstance(listed, list) else ())
    }
    told = {"privateIpAddress": found.get("PRIVATE"), "publicIpAddress": found.get("PRIMARY")}
    return {**body, **{key: value for key, value in told.items() if value}}


class Instances(Discovery):
    """The adapter of instances: it knows which names are reserved."""

    def obstacle(self, target: Target) -> str:
        """Return whether an instance of this name was deleted a few days ago.

        https://cloud.google.com/sql/docs/postgres/delete-instance: the name can't be used again for
        a week.
        """
        project, name = target.ids["project"], target.ids["name"]
        listed = Collection(self.clients, "sqladmin", "v1", "operations").call(
            "list", {"project": project, "instance": name, "maxResults": 20}
        )
        items = listed.get("items")
        for item in items if isinstance(items, list) else ():
            ended = str(item.get("endTime", ""))
            if item.get("operationType") != "DELETE" or not ended or item.get("error"):
                continue
            free = datetime.fromisoformat(ended) + timedelta(days=target.kind.reserved_days)
            if free > datetime.now(UTC):
                return (
                    f"an instance of this name was deleted; the name is reserved until "
                    f"{free:%Y-%m-%d %H:%M} UTC."
                )
        return ""


# --- databases -----------------------------------------------------------------------------------


@contextlib.contextmanager
def _empty_while_made(clients: Clients, target: Target) -> Iterator[None]:
    """Read what is within an instance: nothing is, while it is being made.

    Raises:
        InvalidRequest: it does not run for another reason: nobody can tell what is in it.
    """
    try:
        yield
    except InvalidRequest as error:
        where = _where(target)
        instance = Collection(clients, "sqladmin", "v1", "instances").call("get", where)
        if instance.get("state") in _UNMADE:
            return
        if get(instance, _POLICY) == "NEVER":
            error.remedy = (
                f"The instance {where['instance']} is stopped: nobody can read what is in it. Start it: "
                f"gcloud sql instances patch {where['instance']} --activation-policy=ALWAYS"
            )
        raise


class Databases(Discovery):
    """The adapter of databases, which an instance tells only while it runs."""

    def get(self, target: Target) -> Observed | None:
        """Read one database; None where it does not exist."""
        with _empty_while_made(self.clients, target):
            return super().get(target)
        return None

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every database of the instance."""
        with _empty_while_made(self.clients, target):
            return super().list(target)
        return []


def _database(ids: Mapping[str, str], body: Body) -> Body:
    return {**body, "name": ids["name"], "instance": ids["instance"], "project": ids["project"]}


ROWS: Mapping[str, Row] = {
    "sql.Database": Row(
        api="sqladmin",
        version="v1",
        collection="databases",
        one={**_WITHIN, "database": "{name}"},
        parent=_WITHIN,
        create="insert",
        body=_database,
        style="merge",
        items="items",
        operations="sqladmin",
    ),
    "sql.DatabaseInstance": Row(
        api="sqladmin",
        version="v1",
        collection="instances",
        one=_INSTANCE,
        parent={"project": "{project}"},
        create="insert",
        style="merge",
        items="items",
        view=_with_addresses,
        settled=lambda body: body.get("state") not in _UNMADE,
        steps=_instance_steps,
        operations="sqladmin",
    ),
}


# --- users ---------------------------------------------------------------------------------------


class Users:
    """The adapter of users: told apart by name and host, found in the instance's list.

    https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/users
    """

    lists = True

    def __init__(self, clients: Clients) -> None:
        """Serve the kind.

        Args:
            clients: makes the clients.
        """
        self._clients = clients
        self._users = Collection(clients, "sqladmin", "v1", "users")

    def get(self, target: Target) -> Observed | None:
        """Read one user; None where it, or its instance, does not exist."""
        return next((one for one in self.list(target) if one.path == target.path), None)

    def list(self, target: Target) -> Sequence[Observed]:
        """Read every user of the instance."""
        with contextlib.suppress(NotFound), _empty_while_made(self._clients, target):
            found = self._users.pages(_where(target), "items")
            return [Observed(_emailed(body), _at(target, body).path) for body in found]
        return []

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Begin to make the user.

        Raises:
            AlreadyExists: it exists; Google itself would give it the new password.
        """
        if self.get(target) is not None:
            raise AlreadyExists(f"the user {target.ids['account']} exists")
        plain, secrets = revealed(body)
        return self._call("insert", target, {"body": plain}, secrets)

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the one call."""
        return [Step("update", lambda: self._change(edit))] if edit.changed else []

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Begin to delete the user; done at once where it is gone already."""
        found = self.get(target)
        if found is None:
            return Finished()
        try:
            return self._call("delete", target, _named(found.body))
        except NotFound:
            return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Take up an operation that another process began."""
        return operations.resume(self._clients, name)

    def reveal(self, target: Target, path: Path) -> str | None:
        """Google gives no password back."""
        return None

    def _change(self, edit: Edit) -> Operation:
        plain, secrets = revealed(edit.merged)
        named = _named(edit.live)
        fields = {str(path[0]) for path in edit.changed}
        # What the body says of roles is ignored: they are parameters.
        body = {**named, **{key: plain.get(key) for key in sorted(fields - {"databaseRoles"})}}
        params: Body = {**named, "body": body}
        if "databaseRoles" in fields:
            params |= {
                "databaseRoles": plain.get("databaseRoles") or [],
                "revokeExistingRoles": True,
            }
        return self._call("update", edit.target, params, secrets)

    def _call(
        self, method: str, target: Target, params: Mapping[str, object], hide: Sequence[str] = ()
    ) -> Operation:
        answer = self._users.call(method, {**_where(target), **params}, hide=hide)
        return operations.sql(self._clients, target.ids["project"], answer)


def _where(target: Target) -> Body:
    return {"project": target.ids["project"], "instance": target.ids["instance"]}


def _named(body: Body) -> Body:
    return {key: body[key] for key in ("name", "host") if body.get(key)}


def _emailed(body: Body) -> Body:
    """Name who comes to MySQL by IAM by the email, as calls do; the list tells its first part.

    https://cloud.google.com/sql/docs/mysql/add-manage-iam-users
    """
    email = body.get("iamEmail")
    return {**body, "name": email} if email and "@" not in str(body.get("name")) else body


def _at(target: Target, body: Body) -> Target:
    """Return the identity of a listed user: any host is not told."""
    host = str(body.get("host", ""))
    name = str(body.get("name", ""))
    account = name if host in {"", "%"} else f"{name}@{host}"
    return Target(target.kind, {**target.ids, "account": account})


def adapter(clients: Clients, kind: str, stack: str) -> Adapter:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    if kind == "sql.User":
        return Users(clients)
    made = {"sql.DatabaseInstance": Instances, "sql.Database": Databases}[kind]
    return made(clients, ROWS[kind])
