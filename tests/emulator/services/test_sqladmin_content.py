"""Cloud SQL: what is in an instance: databases, users, backups, certificates; what can be had."""

import pytest

from gcpstack.emulator.core.clock import rfc3339
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.mistakes import Mistake, refuse
from tests.emulator.services.sql import ALL, DB, HOST, SMALL, make, names, patch

HOUR, DAY = 3600, 86400
DBS, USERS, RUNS, CERTS = (
    f"{DB}/{name}" for name in ("databases", "users", "backupRuns", "sslCerts")
)
PERFECT = {"POSTGRES": SMALL, "MYSQL": "db-f1-micro", "SQLSERVER": "db-custom-2-7680"}


# -- databases ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "databases", "users"),
    [
        ("POSTGRES_15", ["postgres"], [("postgres", "")]),
        (
            "MYSQL_8_0",
            ["information_schema", "mysql", "performance_schema", "sys"],
            [("root", "%")],
        ),
        (
            "SQLSERVER_2019_STANDARD",
            ["master", "model", "msdb", "tempdb"],
            [
                ("##MS_PolicyEventProcessingLogin##", ""),
                ("##MS_PolicyTsqlExecutionLogin##", ""),
                ("sqlserver", ""),
            ],
        ),
    ],
)
def test_what_an_engine_has_from_the_start(
    send: Send, version: str, databases: list[str], users: list[tuple[str, str]]
) -> None:
    make(send, version=version, tier=PERFECT[version.partition("_")[0]])
    assert names(send, DBS) == databases
    found = send("GET", USERS).json()["items"]
    assert [(one["name"], one["host"]) for one in found] == users


@pytest.mark.parametrize(
    ("version", "charset", "collation"),
    [
        ("POSTGRES_15", "UTF8", "en_US.UTF8"),
        ("MYSQL_8_0", "utf8mb4", "utf8mb4_0900_ai_ci"),
        ("MYSQL_5_7", "utf8", "utf8_general_ci"),
    ],
)
def test_a_database(send: Send, version: str, charset: str, collation: str) -> None:
    make(send, version=version, tier=PERFECT[version.partition("_")[0]])
    started = send("POST", DBS, {"name": "app"}).json()
    assert (started["operationType"], started["status"]) == ("CREATE_DATABASE", "DONE")
    got = send("GET", f"{DBS}/app").json()
    assert got.pop("etag")
    assert got == {
        "kind": "sql#database",
        "name": "app",
        "charset": charset,
        "collation": collation,
        "instance": "db",
        "project": "demo-proj",
        "selfLink": f"{DBS}/app",
    }
    send("PATCH", f"{DBS}/app", {"charset": "X"})
    assert send("GET", f"{DBS}/app").json()["charset"] == "X"
    assert send("DELETE", f"{DBS}/app").json()["operationType"] == "DELETE_DATABASE"
    refuse(send, Mistake("GET", f"{DBS}/app", None, 404, "notFound", "Not Found"))


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("POSTGRES_15", 'Detail: pq: database "app" already exists.'),
        ("MYSQL_8_0", "Detail: Error 1007: Can't create database 'app'; database exists."),
    ],
)
def test_a_database_that_is_there(send: Send, version: str, words: str) -> None:
    make(send, version=version, tier=PERFECT[version.partition("_")[0]])
    send("POST", DBS, {"name": "app"})
    refuse(send, Mistake("POST", DBS, {"name": "app"}, 400, "invalid", words))


# -- users -------------------------------------------------------------------------------------


def test_a_user_without_its_password(send: Send) -> None:
    make(send)
    started = send("POST", USERS, {"name": "app", "password": "s3cret"}).json()
    assert (started["operationType"], started["status"]) == ("CREATE_USER", "DONE")
    got = send("GET", f"{USERS}/app").json()
    assert got.pop("etag")
    assert got == {
        "kind": "sql#user",
        "name": "app",
        "host": "",
        "instance": "db",
        "project": "demo-proj",
        "iamStatus": "IAM_STATUS_UNSPECIFIED",
        "passwordPolicy": {"status": {}},
    }


def test_inserting_a_user_again_sets_its_password(send: Send) -> None:
    make(send)
    assert send("POST", USERS, {"name": "app", "password": "one"}).status == 200
    before = send("GET", f"{USERS}/app").json()
    assert send("POST", USERS, {"name": "app", "password": "two"}).status == 200
    assert names(send, USERS) == ["app", "postgres"]
    assert send("GET", f"{USERS}/app").json()["etag"] != before["etag"]


def test_mysql_tells_users_by_host(send: Send) -> None:
    make(send, version="MYSQL_8_0")
    send("POST", USERS, {"name": "app", "password": "x"})
    send("POST", USERS, {"name": "app", "host": "10.0.0.1", "password": "x"})
    found = send("GET", USERS).json()["items"]
    assert [(one["name"], one["host"]) for one in found] == [
        ("app", "%"),
        ("app", "10.0.0.1"),
        ("root", "%"),
    ]
    send("DELETE", f"{USERS}?name=app&host=10.0.0.1")
    assert names(send, USERS) == ["app", "root"]
    send("DELETE", f"{USERS}?name=root&host=%25")
    assert names(send, USERS) == ["app"]


@pytest.mark.parametrize(
    ("version", "kind", "mail", "name"),
    [
        (
            "POSTGRES_15",
            "CLOUD_IAM_SERVICE_ACCOUNT",
            "App@demo-proj.iam.gserviceaccount.com",
            "app@demo-proj.iam",
        ),
        ("POSTGRES_15", "CLOUD_IAM_USER", "Jane@Example.com", "jane@example.com"),
        ("MYSQL_8_0", "CLOUD_IAM_USER", "Jane@Example.com", "jane"),
    ],
)
def test_iam_users_are_named_shortly(
    send: Send, version: str, kind: str, mail: str, name: str
) -> None:
    make(send, version=version)
    assert send("POST", USERS, {"name": mail, "type": kind}).status == 200
    assert name in names(send, USERS)
    body = {"name": "x@example.com", "type": kind, "password": "p"}
    refuse(send, Mistake("POST", USERS, body, 400, "invalid", "password cannot be set for an IAM"))


def test_a_user_is_changed_by_query(send: Send) -> None:
    make(send)
    policy = {"allowedFailedAttempts": 3, "passwordExpirationDuration": "86400s"}
    started = send("PUT", f"{USERS}?name=postgres", {"password": "x", "passwordPolicy": policy})
    assert started.json()["operationType"] == "UPDATE_USER"
    told = send("GET", f"{USERS}/postgres").json()["passwordPolicy"]
    assert told["allowedFailedAttempts"] == 3
    assert told["status"]["passwordExpirationTime"]
    started = send("DELETE", f"{USERS}?name=postgres").json()
    assert started["operationType"] == "DELETE_USER"
    assert names(send, USERS) == []


# -- backups -----------------------------------------------------------------------------------


def test_a_backup_on_demand(send: Send, world: Google) -> None:
    make(send)
    world.latency = Latency(1)
    begun = world.stamp()
    started = send("POST", RUNS, {"description": "before"}).json()
    assert started["operationType"] == "BACKUP_VOLUME"
    ident = started["backupContext"]["backupId"]
    assert send("GET", f"{RUNS}/{ident}").json()["status"] == "RUNNING"
    world.advance(HOUR)
    got = send("GET", f"{RUNS}/{ident}").json()
    assert got.pop("endTime") > begun
    assert got == {
        "kind": "sql#backupRun",
        "id": ident,
        "instance": "db",
        "selfLink": f"{RUNS}/{ident}",
        "type": "ON_DEMAND",
        "status": "SUCCESSFUL",
        "description": "before",
        "enqueuedTime": begun,
        "startTime": begun,
        "windowStartTime": begun,
        "backupKind": "SNAPSHOT",
        "location": "us",
        "databaseVersion": "POSTGRES_15",
    }
    send("DELETE", f"{RUNS}/{ident}")
    refuse(
        send,
        Mistake("GET", f"{RUNS}/{ident}", None, 404, "backupRunDoesNotExist", "does not exist"),
    )


def test_daily_backups_as_many_as_are_kept(send: Send, world: Google) -> None:
    config = {"enabled": True, "startTime": "03:00"}
    config["backupRetentionSettings"] = {"retainedBackups": 3}
    make(send, backupConfiguration=config)
    assert send("GET", RUNS).json() == {"kind": "sql#backupRunsList"}
    world.advance(10 * DAY)
    runs = send("GET", RUNS).json()["items"]
    assert [run["type"] for run in runs] == ["AUTOMATED"] * 3
    newest = rfc3339(world.now())[:11]
    assert runs[0]["startTime"][11:16] == "03:00"
    assert runs[0]["startTime"][:11] <= newest
    assert runs[0]["startTime"] > runs[1]["startTime"] > runs[2]["startTime"]
    first = send("GET", f"{RUNS}?maxResults=2").json()
    rest = send("GET", f"{RUNS}?maxResults=2&pageToken={first['nextPageToken']}").json()
    assert [*first["items"], *rest["items"]] == runs


def test_no_more_backups_once_they_are_off(send: Send, world: Google) -> None:
    make(send, backupConfiguration={"enabled": True})
    world.advance(DAY)
    patch(send, {"settings": {"backupConfiguration": {"enabled": False}}})
    world.advance(5 * DAY)
    assert len(send("GET", RUNS).json()["items"]) == 1


def test_a_restore_brings_back_the_databases(send: Send) -> None:
    make(send)
    send("POST", DBS, {"name": "app"})
    run = send("POST", RUNS, {}).json()["backupContext"]["backupId"]
    send("DELETE", f"{DBS}/app")
    send("POST", DBS, {"name": "later"})
    context = {"restoreBackupContext": {"backupRunId": run, "instanceId": "db"}}
    started = send("POST", f"{DB}/restoreBackup", context).json()
    assert started["operationType"] == "RESTORE_VOLUME"
    assert names(send, DBS) == ["app", "postgres"]
    make(send, "two")
    send("POST", f"{ALL}/two/restoreBackup", context)
    assert names(send, f"{ALL}/two/databases") == ["app", "postgres"]
    make(send, "my", "MYSQL_8_0")
    words = "backup is of another database version"
    refuse(send, Mistake("POST", f"{ALL}/my/restoreBackup", context, 400, "invalid", words))


# -- certificates ------------------------------------------------------------------------------


def test_client_certificates(send: Send) -> None:
    instance = make(send)
    told = send("POST", CERTS, {"commonName": "me"}).json()
    info = told["clientCert"]["certInfo"]
    assert told["serverCaCert"] == instance["serverCaCert"]
    assert told["clientCert"]["certPrivateKey"]
    assert told["operation"]["operationType"] == "UPDATE"
    finger = info["sha1Fingerprint"]
    assert send("GET", f"{CERTS}/{finger}").json() == info
    assert send("GET", CERTS).json()["items"] == [info]
    twice = {"commonName": "me"}
    refuse(send, Mistake("POST", CERTS, twice, 409, "sslCertAlreadyExists", "already exists"))
    send("DELETE", f"{CERTS}/{finger}")
    words = "certificate does not exist"
    refuse(send, Mistake("GET", f"{CERTS}/{finger}", None, 404, "sslCertDoesNotExist", words))


def test_no_more_than_ten_certificates(send: Send) -> None:
    make(send)
    for number in range(10):
        assert send("POST", CERTS, {"commonName": f"c{number}"}).status == 200
    refuse(send, Mistake("POST", CERTS, {"commonName": "c"}, 400, "invalid", "at most 10"))


def test_what_a_connector_needs(send: Send) -> None:
    instance = make(send)
    got = send("GET", f"{DB}/connectSettings").json()
    assert got["kind"] == "sql#connectSettings"
    for field in ("ipAddresses", "region", "databaseVersion", "backendType", "serverCaCert"):
        assert got[field] == instance[field]


# -- what can be had ---------------------------------------------------------------------------


def test_tiers(send: Send) -> None:
    tiers = {
        one["tier"]: one for one in send("GET", f"{HOST}/projects/demo-proj/tiers").json()["items"]
    }
    assert {"db-f1-micro", "db-g1-small", "db-perf-optimized-N-2"} <= set(tiers)
    assert "us-central1" in tiers["db-f1-micro"]["region"]
    assert tiers["db-f1-micro"]["kind"] == "sql#tier"


def test_flags(send: Send) -> None:
    found = send("GET", f"{HOST}/flags?databaseVersion=POSTGRES_15").json()["items"]
    by_name = {one["name"]: one for one in found}
    assert "slow_query_log" not in by_name
    assert by_name["max_connections"]["requiresRestart"] is True
    assert by_name["log_statement"]["allowedStringValues"] == ["none", "ddl", "mod", "all"]
    everything = send("GET", f"{HOST}/flags").json()["items"]
    assert len(everything) > len(found)


# -- mistakes ----------------------------------------------------------------------------------

MISTAKES = [
    ("POST", DBS, {"name": ""}, 400, "invalid", "Invalid database name"),
    ("POST", DBS, {"name": "n" * 64}, 400, "invalid", "Invalid database name"),
    ("PATCH", f"{DBS}/postgres", {"name": "x"}, 400, "invalid", "name of a database cannot"),
    ("PATCH", f"{DBS}/none", {}, 404, "notFound", "Not Found"),
    ("DELETE", f"{DBS}/none", None, 404, "notFound", "Not Found"),
    ("DELETE", f"{DBS}/postgres", None, 400, "invalid", "failed to delete database postgres"),
    ("POST", USERS, {"name": ""}, 400, "invalid", "Invalid user name"),
    ("POST", USERS, {"name": "n" * 64}, 400, "invalid", "Invalid user name"),
    ("PUT", f"{USERS}?name=none", {"password": "x"}, 404, "notFound", "none does not exist"),
    ("DELETE", f"{USERS}?name=none", None, 404, "notFound", "none does not exist"),
    ("GET", f"{USERS}/none", None, 404, "notFound", "none does not exist"),
    ("GET", f"{RUNS}/1", None, 404, "backupRunDoesNotExist", "does not exist"),
    ("DELETE", f"{RUNS}/1", None, 404, "backupRunDoesNotExist", "does not exist"),
    (
        "POST",
        f"{DB}/restoreBackup",
        {"restoreBackupContext": {"backupRunId": "1"}},
        404,
        "backupRunDoesNotExist",
        "does not exist",
    ),
    ("POST", CERTS, {"commonName": "a/b"}, 400, "invalid", "Invalid common name (a/b)"),
    ("DELETE", f"{CERTS}/none", None, 404, "sslCertDoesNotExist", "does not exist"),
    ("POST", DBS, {"nme": "x"}, 400, "INVALID_ARGUMENT", "nme"),
    ("POST", USERS, {"name": "x", "type": "NONE"}, 400, "INVALID_ARGUMENT", "NONE"),
]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, mistake: tuple) -> None:
    make(send)
    refuse(send, Mistake(*mistake))
