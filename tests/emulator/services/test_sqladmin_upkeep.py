"""Cloud SQL: server certificates that take turns, exports, backups that outlive, a replica in its primary's place."""

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse
from tests.emulator.services.sql import ALL, DB, ROOT, make, names, operation, patch, read

V1 = "https://sqladmin.googleapis.com/v1/projects/demo-proj"
BACKUPS = f"{V1}/backups"
STORAGE = "https://storage.googleapis.com/storage/v1/b"
KEY = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
DAY = 86400
LARGE = {"edition": "ENTERPRISE_PLUS", "tier": "db-perf-optimized-N-2"}
FILE = {"exportContext": {"uri": "gs://dumps/db.sql", "fileType": "SQL"}}


def bucket(send: Send) -> None:
    url = f"{STORAGE}?project=demo-proj"
    assert send("POST", url, {"name": "dumps", "location": "US"}).status == 200


# -- certificates


def versions(send: Send) -> tuple[str, list[str]]:
    found = send("GET", f"{DB}/listServerCas").json()
    return found["activeVersion"], [one["sha1Fingerprint"] for one in found["certs"]]


def test_server_certificates_take_turns(send: Send) -> None:
    made = make(send)
    first = made["serverCaCert"]["sha1Fingerprint"]
    assert versions(send) == (first, [first])
    send("POST", f"{DB}/addServerCa")
    _, (_, waiting) = versions(send)
    send("POST", f"{DB}/addServerCa")
    _, (_, second) = versions(send)
    assert len({first, waiting, second}) == 3
    send("POST", f"{DB}/rotateServerCa", {})
    assert versions(send) == (second, [second, first])
    assert read(send)["serverCaCert"]["sha1Fingerprint"] == second
    back = {"rotateServerCaContext": {"nextVersion": first}}
    assert operation(send, send("POST", f"{DB}/rotateServerCa", back).json())["status"] == "DONE"
    assert versions(send) == (first, [first, second])


def test_connectors_get_a_short_certificate(send: Send) -> None:
    make(send)
    short = send("POST", f"{V1}/instances/db:generateEphemeralCert", {"public_key": KEY}).json()
    told = send("POST", f"{DB}/createEphemeral", {"public_key": KEY}).json()
    assert short["ephemeralCert"]["kind"] == told["kind"] == "sql#sslCert"
    assert short["ephemeralCert"]["expirationTime"] > short["ephemeralCert"]["createTime"]
    assert send("GET", f"{DB}/sslCerts").json() == {"kind": "sql#sslCertsList"}


# -- files


def test_an_export_can_be_imported(send: Send) -> None:
    make(send)
    bucket(send)
    done = operation(send, send("POST", f"{DB}/export", FILE).json())
    assert (done["operationType"], done["status"], "error" in done) == ("EXPORT", "DONE", False)
    assert done["exportContext"] == FILE["exportContext"]
    assert send("GET", f"{STORAGE}/dumps/o/db.sql").status == 200
    started = send("POST", f"{DB}/import", {"importContext": FILE["exportContext"]})
    assert operation(send, started.json())["operationType"] == "IMPORT"


def test_an_export_to_a_file_that_is_there_fails_in_its_operation(send: Send) -> None:
    make(send)
    bucket(send)
    send("POST", f"{DB}/export", FILE)
    done = operation(send, send("POST", f"{DB}/export", FILE).json())
    [error] = done["error"]["errors"]
    assert (done["status"], error["kind"]) == ("DONE", "sql#operationError")
    assert "gs://dumps/db.sql" in error["message"]
    assert patch(send, {"settings": {"activationPolicy": "ALWAYS"}}).status == 200


# -- backups of the project


def test_backups_of_all_instances(send: Send) -> None:
    make(send)
    send("POST", f"{DB}/backupRuns", {"description": "by run"})
    body = {"instance": "db", "description": "by project", "ttlDays": "7"}
    started = send("POST", BACKUPS, body).json()
    assert operation(send, started)["status"] == "DONE"
    found = send("GET", BACKUPS).json()["backups"]
    assert [one["description"] for one in found] == ["by run", "by project"]
    assert found[1]["name"] == started["backupContext"]["name"]
    assert (found[1]["state"], found[1]["type"]) == ("SUCCESSFUL", "ON_DEMAND")
    assert found[1]["instanceSettings"]["name"] == "db"
    assert "expiryTime" in found[1]
    url = f"https://sqladmin.googleapis.com/v1/{found[0]['name']}"
    send("PATCH", f"{url}?updateMask=description", {"description": "other"})
    assert send("GET", url).json()["description"] == "other"
    assert send("DELETE", url).status == 200
    runs = send("GET", f"{DB}/backupRuns").json()["items"]
    assert [run["description"] for run in runs] == ["by project"]


def test_runs_of_all_instances(send: Send) -> None:
    for name in ("db", "other"):
        make(send, name)
        send("POST", f"{ALL}/{name}/backupRuns", {})
    found = send("GET", f"{ALL}/-/backupRuns").json()["items"]
    assert [run["instance"] for run in found] == ["other", "db"]
    page = send("GET", f"{ALL}/-/backupRuns?maxResults=1").json()
    assert page["items"] == found[:1]
    rest = send("GET", f"{ALL}/-/backupRuns?pageToken={page['nextPageToken']}").json()
    assert rest["items"] == found[1:]


def test_a_final_backup_brings_an_instance_back(send: Send, world: Google) -> None:
    make(send)
    send("POST", f"{DB}/databases", {"name": "shop"})
    send("DELETE", f"{DB}?enableFinalBackup=true&finalBackupDescription=last&finalBackupTtlDays=10")
    [kept] = send("GET", BACKUPS).json()["backups"]
    assert (kept["type"], kept["description"], "instanceDeletionTime" in kept) == (
        "FINAL",
        "last",
        True,
    )
    make(send, "fresh")
    answer = send("POST", f"{ALL}/fresh/restoreBackup", {"backup": kept["name"]})
    assert operation(send, answer.json())["status"] == "DONE"
    assert "shop" in names(send, f"{ALL}/fresh/databases")
    world.advance(5 * DAY)
    url = f"https://sqladmin.googleapis.com/v1/{kept['name']}"
    send("PATCH", url, {"ttlDays": "10"})
    world.advance(6 * DAY)
    assert send("GET", url).status == 200
    world.advance(6 * DAY)
    assert send("GET", url).status == 404


def test_what_the_settings_keep(send: Send) -> None:
    config = {"finalBackupConfig": {"enabled": True, "retentionDays": 5}}
    make(send, retainBackupsOnDelete=True, **config)
    send("POST", f"{DB}/backupRuns", {})
    send("DELETE", DB)
    kept = send("GET", f"{ROOT}/backups").json()["backups"]
    assert [one["type"] for one in kept] == ["ON_DEMAND", "FINAL"]
    url = f"https://sqladmin.googleapis.com/v1/{kept[0]['name']}"
    assert operation(send, send("DELETE", url).json())["operationType"] == "DELETE_BACKUP"
    assert send("GET", url).status == 404


def test_without_a_word_nothing_is_kept(send: Send) -> None:
    make(send)
    send("POST", f"{DB}/backupRuns", {})
    send("DELETE", DB)
    assert send("GET", BACKUPS).json() == {}


# -- the rest


def test_a_replica_takes_the_place_of_its_primary(send: Send) -> None:
    make(send, **LARGE, backupConfiguration={"enabled": True})
    for name in ("east", "west"):
        body = {"name": name, "region": "us-east1", "masterInstanceName": "db", "settings": LARGE}
        assert send("POST", ALL, body).status == 200
    done = operation(send, send("POST", f"{ALL}/east/switchover").json())
    assert (done["operationType"], done["status"]) == ("SWITCHOVER", "DONE")
    first, second, third = read(send, "east"), read(send, "db"), read(send, "west")
    assert (first["instanceType"], first["replicaNames"]) == ("CLOUD_SQL_INSTANCE", ["west", "db"])
    assert first["settings"]["backupConfiguration"]["enabled"] is True
    for one in (second, third):
        assert one["masterInstanceName"] == "demo-proj:east"
    assert second["settings"]["backupConfiguration"]["enabled"] is False
    assert "replicaNames" not in second


def test_both_are_locked_while_they_switch(send: Send, world: Google) -> None:
    make(send, **LARGE, backupConfiguration={"enabled": True})
    send("POST", ALL, {"name": "east", "masterInstanceName": "db", "settings": LARGE})
    world.latency = Latency(1)
    send("POST", f"{ALL}/east/switchover")
    assert send("POST", f"{DB}/restart").status == 409
    assert send("POST", f"{ALL}/east/restart").status == 409


def test_the_latest_time_to_go_back_to(send: Send, world: Google) -> None:
    config = {"enabled": True, "pointInTimeRecoveryEnabled": True}
    made = make(send, backupConfiguration=config)
    world.advance(60)
    found = send("GET", f"{DB}/getLatestRecoveryTime").json()
    assert found["earliestRecoveryTime"] == made["createTime"]
    assert found["latestRecoveryTime"] > made["createTime"]


def test_a_check_before_an_upgrade(send: Send) -> None:
    make(send)
    context = {"targetDatabaseVersion": "POSTGRES_16"}
    body = {"preCheckMajorVersionUpgradeContext": context}
    done = operation(send, send("POST", f"{DB}/preCheckMajorVersionUpgrade", body).json())
    assert done["operationType"] == "PRE_CHECK_MAJOR_VERSION_UPGRADE"
    assert done["preCheckMajorVersionUpgradeContext"]["targetDatabaseVersion"] == "POSTGRES_16"
    assert read(send)["databaseVersion"] == "POSTGRES_15"


def test_logs_in_tables(send: Send) -> None:
    make(send, version="MYSQL_8_0")
    body = {"truncateLogContext": {"logType": "MYSQL_SLOW_TABLE"}}
    assert send("POST", f"{DB}/truncateLog", body).json()["operationType"] == "TRUNCATE_LOG"


def test_googles_client(emulator: Emulator) -> None:
    client = discovery(emulator, "sqladmin", "v1")
    body = {"name": "db", "settings": {"tier": "db-f1-micro"}}
    client.instances().insert(project="demo-proj", body=body).execute()
    where = {"project": "demo-proj", "instance": "db"}
    client.instances().addServerCa(**where).execute()
    assert len(client.instances().listServerCas(**where).execute()["certs"]) == 2
    parent = "projects/demo-proj"
    client.Backups().CreateBackup(parent=parent, body={"instance": "db"}).execute()
    [found] = client.Backups().ListBackups(parent=parent).execute()["backups"]
    assert client.Backups().GetBackup(name=found["name"]).execute() == found


def log(kind: str) -> dict:
    return {"truncateLogContext": {"logType": kind}}


def upgrade(version: str) -> dict:
    return {"preCheckMajorVersionUpgradeContext": {"targetDatabaseVersion": version}}


def export(**context: object) -> dict:
    return {"exportContext": {**FILE["exportContext"], **context}}


MISTAKES = [
    Mistake("POST", f"{DB}/rotateServerCa", {}, 400, "invalid", "add one first"),
    Mistake("POST", f"{DB}/rotateServerCa", {"rotateServerCaContext": {"nextVersion": "x"}}, 400, "invalid", "version x"),
    Mistake("POST", f"{DB}/createEphemeral", {"public_key": "x"}, 400, "invalid", "PEM-encoded"),
    Mistake("POST", f"{ALL}/none/addServerCa", None, 404, "instanceDoesNotExist", "does not exist"),
    Mistake("POST", f"{DB}/export", export(), 403, "notAuthorized", "permissions for the bucket"),
    Mistake("POST", f"{DB}/export", export(uri="s3://x/y"), 400, "invalid", "s3://x/y"),
    Mistake("POST", f"{DB}/export", export(databases=["none"]), 400, "invalid", "none does not exist"),
    Mistake("POST", f"{DB}/import", {"importContext": {"uri": "gs://a/b"}}, 400, "invalid", "gs://a/b does not exist"),
    Mistake("POST", f"{DB}/switchover", None, 400, "invalid", "read replica"),
    Mistake("GET", f"{DB}/getLatestRecoveryTime", None, 400, "invalid", "not enabled"),
    Mistake("POST", f"{DB}/truncateLog", log("MYSQL_SLOW_TABLE"), 400, "invalid", "MySQL"),
    Mistake("POST", f"{DB}/reencrypt", {}, 400, "invalid", "customer-managed"),
    Mistake("POST", f"{DB}/preCheckMajorVersionUpgrade", upgrade("POSTGRES_9_6"), 400, "invalid", "Cannot upgrade"),
    Mistake("POST", BACKUPS, {"instance": "none"}, 400, "invalid", "none does not exist"),
    Mistake("POST", BACKUPS, {"instance": "db", "ttlDays": "999"}, 400, "invalid", "between 1 and 365"),
    Mistake("POST", BACKUPS, {"instance": "db", "ttlDays": "1", "expiryTime": "2027-01-01T00:00:00Z"}, 400, "invalid", "Only one"),
    Mistake("GET", f"{BACKUPS}/1", None, 404, "backupRunDoesNotExist", "does not exist"),
    Mistake("DELETE", f"{BACKUPS}/1", None, 404, "backupRunDoesNotExist", "does not exist"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, mistake: Mistake) -> None:
    make(send)
    refuse(send, mistake)
