"""Cloud SQL: which passwords let a user in, and that none can be read."""

import json
from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.testing import sql_login
from tests.emulator.conftest import Send, sender
from tests.emulator.services.sql import ALL, DB, make, patch, wish

ASK = "/_emulator/sqladmin/login"


def tried(world: Google, send: Send, user: str, password: str, **more: str) -> bool:
    """Whether the database lets a user in; hashes and passwords stand nowhere else."""
    body = {"project": "demo-proj", "instance": "db", "user": user, "password": password, **more}
    answer = send("POST", f"https:{ASK}", body)
    assert answer.status == 200, answer.json()
    pages = (f"{DB}/users", "https:/_emulator/resources", "https:/_emulator/overview")
    told = json.dumps([[send("GET", page).json() for page in pages], world.log.rows()])
    assert password not in told
    assert "hash" not in told
    return answer.json()["accepted"]


@pytest.mark.parametrize("version", ["POSTGRES_15", "MYSQL_8_0"])
def test_the_last_password_lets_in(world: Google, send: Send, version: str) -> None:
    make(send, version=version)
    assert not tried(world, send, "app", "first-one")
    send("POST", f"{DB}/users", {"name": "app", "password": "first-one"})
    assert tried(world, send, "app", "first-one")
    assert not tried(world, send, "app", "second-one")

    send("PUT", f"{DB}/users?name=app", {"password": "second-one"})
    assert tried(world, send, "app", "second-one")
    assert not tried(world, send, "app", "first-one")
    send("PUT", f"{DB}/users?name=app", {"databaseRoles": ["reader"]})
    assert tried(world, send, "app", "second-one")
    send("POST", f"{DB}/users", {"name": "app", "password": "third-one"})
    assert tried(world, send, "app", "third-one")

    send("DELETE", f"{DB}/users?name=app", None)
    assert not tried(world, send, "app", "third-one")
    send("POST", f"{DB}/users", {"name": "app"})
    assert not tried(world, send, "app", "third-one")


def test_equal_passwords_look_different(world: Google, send: Send) -> None:
    make(send)
    for name in ("app", "other"):
        send("POST", f"{DB}/users", {"name": name, "password": "the-same"})
    objects = world.state.objects.values()
    hashes = [obj.meta["hash"] for obj in objects if "hash" in obj.meta]
    assert len(hashes) == len(set(hashes)) == 2
    assert "the-same" not in repr(list(objects))


def test_the_root_password(world: Google, send: Send) -> None:
    assert send("POST", ALL, {**wish(), "rootPassword": "of-the-root"}).status == 200
    assert tried(world, send, "postgres", "of-the-root")


def test_mysql_tells_users_by_host(world: Google, send: Send) -> None:
    make(send, version="MYSQL_8_0")
    body = {"name": "app", "host": "10.0.0.1", "password": "from-there"}
    send("POST", f"{DB}/users", body)
    assert tried(world, send, "app", "from-there", host="10.0.0.1")
    assert not tried(world, send, "app", "from-there")


def test_a_stopped_instance_lets_nobody_in(world: Google, send: Send) -> None:
    make(send)
    send("POST", f"{DB}/users", {"name": "app", "password": "first-one"})
    assert patch(send, {"settings": {"activationPolicy": "NEVER"}}).status == 200
    assert not tried(world, send, "app", "first-one")


@pytest.mark.parametrize(
    "body", [None, [], {"project": "demo-proj"}, {"project": 1, "instance": 1, "user": 1}]
)
def test_what_a_login_names(send: Send, body: Any) -> None:
    answer = send("POST", f"https:{ASK}", body)
    assert answer.status == 400
    assert "a login names project, instance, user, password" in answer.json()["error"]["message"]


def test_no_other_call_of_a_service(send: Send) -> None:
    for path in ("sqladmin/logout", "nosuch/login", "../login"):
        assert send("POST", f"https:/_emulator/{path}", {}).status == 404


def test_the_kit_asks(emulator: Emulator) -> None:
    """Of a running emulator."""
    send = sender(emulator.world)
    make(send)
    send("POST", f"{DB}/users", {"name": "app", "password": "first-one"})
    asked = {"project": "demo-proj", "instance": "db", "user": "app"}
    assert sql_login(emulator.endpoint, **asked, password="first-one")
    assert not sql_login(emulator.endpoint, **asked, password="second-one")


def test_a_backup_brings_back_users_and_passwords(world: Google, send: Send) -> None:
    make(send)
    send("POST", f"{DB}/users", {"name": "app", "password": "first-one"})
    send("POST", f"{DB}/backupRuns", {})
    (run,) = send("GET", f"{DB}/backupRuns").json()["items"]
    send("PUT", f"{DB}/users?name=app", {"password": "second-one"})
    send("POST", f"{DB}/users", {"name": "later", "password": "of-later"})
    body = {"restoreBackupContext": {"backupRunId": run["id"]}}
    assert send("POST", f"{DB}/restoreBackup", body).status == 200
    assert tried(world, send, "app", "first-one")
    assert not tried(world, send, "app", "second-one")
    assert not tried(world, send, "later", "of-later")


def test_a_clone_has_the_users_of_its_source(world: Google, send: Send) -> None:
    make(send)
    send("POST", f"{DB}/users", {"name": "app", "password": "first-one"})
    body = {"cloneContext": {"destinationInstanceName": "copy"}}
    assert send("POST", f"{DB}/clone", body).status == 200
    assert tried(world, send, "app", "first-one", instance="copy")
    (app, _) = send("GET", f"{ALL}/copy/users").json()["items"]
    assert (app["name"], app["instance"]) == ("app", "copy")


@pytest.mark.parametrize(
    ("query", "body", "roles"),
    [
        ("", {"databaseRoles": ["c"]}, ["a", "b"]),
        ("&databaseRoles=b&databaseRoles=c", {}, ["a", "b", "c"]),
        ("&databaseRoles=b&databaseRoles=c&revokeExistingRoles=true", {}, ["b", "c"]),
        ("&revokeExistingRoles=true", {}, None),
        ("&revokeExistingRoles=false", {"password": "two"}, ["a", "b"]),
    ],
    ids=["body ignored", "added", "replaced", "revoked", "kept"],
)
def test_roles_are_granted_and_revoked_by_parameters(
    send: Send, query: str, body: dict[str, Any], roles: list[str] | None
) -> None:
    make(send)
    user = {"name": "app", "password": "one", "databaseRoles": ["a", "b"]}
    assert send("POST", f"{DB}/users", user).status == 200
    assert send("PUT", f"{DB}/users?name=app{query}", body).status == 200
    assert send("GET", f"{DB}/users/app").json().get("databaseRoles") == roles
