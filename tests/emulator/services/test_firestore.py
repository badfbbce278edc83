"""Firestore: databases, backups over time, fields, indexes, documents."""

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.clock import rfc3339
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://firestore.googleapis.com/v1"
ROOT = f"{HOST}/projects/demo-proj"
DBS, DB, NAME = f"{ROOT}/databases", f"{ROOT}/databases/main", "projects/demo-proj/databases/main"
BODY = {"locationId": "us-central1", "type": "FIRESTORE_NATIVE"}
ANY = "type.googleapis.com/google.firestore.admin.v1."
DAY = 86400


def finished(send: Send, operation: dict) -> dict:
    return send("GET", f"{HOST}/{operation['name']}").json()


@pytest.fixture
def db(send: Send) -> dict:
    send("POST", f"{DBS}?databaseId=main", BODY)
    return send("GET", DB).json()


# -- databases ---------------------------------------------------------------------------------


def test_what_the_server_gives_a_database(send: Send, db: dict, world: Google) -> None:
    now = world.stamp()
    uid, etag = db.pop("uid"), db.pop("etag")
    assert uid
    assert etag
    assert db == {
        "name": NAME,
        **BODY,
        "databaseEdition": "STANDARD",
        "concurrencyMode": "PESSIMISTIC",
        "appEngineIntegrationMode": "DISABLED",
        "pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_DISABLED",
        "deleteProtectionState": "DELETE_PROTECTION_DISABLED",
        "freeTier": True,
        "createTime": now,
        "updateTime": now,
        "earliestVersionTime": now,
        "versionRetentionPeriod": "3600s",
    }


def test_only_one_database_is_free(send: Send, db: dict) -> None:
    send("POST", f"{DBS}?databaseId=other", BODY)
    assert "freeTier" not in send("GET", f"{DBS}/other").json()
    assert [one["name"] for one in send("GET", DBS).json()["databases"]] == [
        NAME,
        NAME.replace("main", "other"),
    ]


def test_an_enterprise_database(send: Send) -> None:
    send("POST", f"{DBS}?databaseId=main", {**BODY, "databaseEdition": "ENTERPRISE"})
    got = send("GET", DB).json()
    assert got["concurrencyMode"] == "OPTIMISTIC"
    assert got["mongodbCompatibleDataAccessMode"] == "DATA_ACCESS_MODE_ENABLED"


def test_the_operation_tells_the_database_early(send: Send, world: Google) -> None:
    world.latency = Latency(1)
    started = send("POST", f"{DBS}?databaseId=main", BODY).json()
    assert started["metadata"] == {"@type": f"{ANY}CreateDatabaseMetadata"}
    assert started["response"]["@type"] == f"{ANY}Database"
    assert "done" not in started
    assert "done" not in finished(send, started)
    world.advance(60)
    done = finished(send, started)
    assert done["done"] is True
    assert done["response"]["name"] == NAME


def test_an_update_is_done_at_once(send: Send, db: dict) -> None:
    url = f"{DB}?updateMask=pointInTimeRecoveryEnablement,name"
    done = send(
        "PATCH", url, {"pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_ENABLED"}
    ).json()
    assert done["done"] is True
    assert done["response"]["versionRetentionPeriod"] == "604800s"
    assert done["metadata"] == {"@type": f"{ANY}UpdateDatabaseMetadata"}


def test_older_versions_can_be_read_for_a_time(send: Send, db: dict, world: Google) -> None:
    world.advance(DAY)
    assert send("GET", DB).json()["earliestVersionTime"] == rfc3339(world.now() - 3600)


def test_a_protected_database_stays(send: Send, db: dict) -> None:
    send(
        "PATCH",
        f"{DB}?updateMask=deleteProtectionState",
        {"deleteProtectionState": "DELETE_PROTECTION_ENABLED"},
    )
    assert send("DELETE", DB).json()["error"]["status"] == "FAILED_PRECONDITION"
    send(
        "PATCH",
        f"{DB}?updateMask=deleteProtectionState",
        {"deleteProtectionState": "DELETE_PROTECTION_DISABLED"},
    )
    assert send("DELETE", DB).status == 200


def test_etags_guard_deletion(send: Send, db: dict) -> None:
    assert send("DELETE", f"{DB}?etag=old").json()["error"]["status"] == "ABORTED"
    etag = db["etag"].replace('"', "%22")
    assert send("DELETE", f"{DB}?etag={etag}").status == 200


def test_a_deleted_database_keeps_its_id_for_minutes(send: Send, db: dict, world: Google) -> None:
    started = send("DELETE", DB).json()
    assert started["response"]["previousId"] == "main"
    assert started["response"]["name"] != NAME
    assert finished(send, started)["response"] == {"@type": f"{ANY}Database"}
    missing = send("GET", DB).json()["error"]
    assert missing["message"] == "Project 'demo-proj' or database 'main' does not exist."
    again = send("POST", f"{DBS}?databaseId=main", BODY).json()["error"]
    assert "Database ID 'main' is not available in location 'us-central1'" in again["message"]
    world.advance(301)
    assert send("POST", f"{DBS}?databaseId=main", BODY).status == 200
    (gone,) = [
        one
        for one in send("GET", f"{DBS}?showDeleted=true").json()["databases"]
        if "previousId" in one
    ]
    assert gone["previousId"] == "main"


def test_the_default_database(send: Send) -> None:
    assert send("POST", f"{DBS}?databaseId=(default)", {**BODY, "locationId": "nam5"}).status == 200
    assert send("GET", f"{DBS}/(default)").json()["locationId"] == "nam5"
    assert send("GET", f"{ROOT}/locations/nam5").json()["locationId"] == "nam5"


# -- backups -----------------------------------------------------------------------------------


def test_a_schedule_makes_backups_that_expire(send: Send, db: dict, world: Google) -> None:
    body = {"dailyRecurrence": {}, "retention": f"{2 * DAY}s"}
    made = send("POST", f"{DB}/backupSchedules", body).json()
    assert made["createTime"] == made["updateTime"]
    assert send("GET", f"{DB}/backupSchedules").json() == {"backupSchedules": [made]}
    world.advance(DAY + 1)
    backups = f"{ROOT}/locations/us-central1/backups"
    (first,) = send("GET", backups).json()["backups"]
    assert (first["state"], first["database"], first["databaseUid"]) == ("READY", NAME, db["uid"])
    world.advance(DAY)
    assert len(send("GET", backups).json()["backups"]) == 2
    world.advance(DAY)
    names = [one["name"] for one in send("GET", f"{ROOT}/locations/-/backups").json()["backups"]]
    assert len(names) == 2
    assert first["name"] not in names


def test_a_weekly_schedule(send: Send, db: dict, world: Google) -> None:
    body = {"weeklyRecurrence": {"day": "SUNDAY"}, "retention": f"{DAY * 30}s"}
    send("POST", f"{DB}/backupSchedules", body)
    world.advance(14 * DAY)
    found = send("GET", f"{ROOT}/locations/us-central1/backups").json()["backups"]
    times = sorted(one["snapshotTime"] for one in found)
    assert times == ["2023-11-19T00:00:00.000000Z", "2023-11-26T00:00:00.000000Z"]


def test_a_changed_schedule_follows_its_new_rule(send: Send, db: dict, world: Google) -> None:
    made = send(
        "POST", f"{DB}/backupSchedules", {"dailyRecurrence": {}, "retention": "604800s"}
    ).json()
    world.advance(60)
    url = f"{HOST}/{made['name']}"
    assert send("PATCH", url, {"retention": "1209600s"}).json()["dailyRecurrence"] == {}
    body = {"weeklyRecurrence": {"day": "MONDAY"}, "retention": "604800s"}
    told = send("PATCH", f"{url}?updateMask=retention,recurrence", body).json()
    assert told["weeklyRecurrence"] == {"day": "MONDAY"}
    assert "dailyRecurrence" not in told
    world.advance(2 * DAY)
    assert send("GET", f"{ROOT}/locations/us-central1/backups").json() == {}


def test_a_backup_brings_the_data_back(send: Send, db: dict, world: Google) -> None:
    send("POST", f"{DB}/backupSchedules", {"dailyRecurrence": {}, "retention": "604800s"})
    send("POST", f"{DB}/documents/users?documentId=ann", {"fields": {"age": {"integerValue": "7"}}})
    world.advance(DAY + 1)
    send("DELETE", f"{DB}/documents/users/ann")
    (backup,) = send("GET", f"{ROOT}/locations/us-central1/backups").json()["backups"]
    assert backup["stats"]["documentCount"] == "1"
    started = send(
        "POST", f"{DBS}:restore", {"databaseId": "again", "backup": backup["name"]}
    ).json()
    assert started["metadata"]["@type"] == f"{ANY}RestoreDatabaseMetadata"
    assert finished(send, started)["response"]["name"] == "projects/demo-proj/databases/again"
    got = send("GET", f"{DBS}/again/documents/users/ann").json()
    assert got["fields"] == {"age": {"integerValue": "7"}}
    assert send("DELETE", f"{HOST}/{backup['name']}").json() == {}


# -- fields and indexes ------------------------------------------------------------------------

GROUP = f"{DB}/collectionGroups/users"
FIELD = f"{GROUP}/fields/age"


def ways(field: dict) -> list[str]:
    indexes = field["indexConfig"].get("indexes", [])
    return [one["fields"][0].get("order") or one["fields"][0]["arrayConfig"] for one in indexes]


def test_every_field_exists_and_inherits(send: Send, db: dict) -> None:
    got = send("GET", FIELD).json()
    assert ways(got) == ["ASCENDING", "DESCENDING", "CONTAINS"]
    assert got["indexConfig"]["usesAncestorConfig"] is True
    assert got["indexConfig"]["ancestorField"] == f"{NAME}/collectionGroups/__default__/fields/*"


def test_a_field_is_indexed_its_own_way_and_reverts(send: Send, db: dict) -> None:
    index = {"queryScope": "COLLECTION", "fields": [{"fieldPath": "age", "order": "ASCENDING"}]}
    started = send(
        "PATCH", f"{FIELD}?updateMask=indexConfig", {"indexConfig": {"indexes": [index]}}
    ).json()
    changes = [one["changeType"] for one in started["metadata"]["indexConfigDeltas"]]
    assert changes == ["REMOVE", "REMOVE"]
    assert started["metadata"]["state"] == "INITIALIZING"
    done = finished(send, started)
    assert done["metadata"]["state"] == "SUCCESSFUL"
    assert done["response"]["@type"] == f"{ANY}Field"
    got = send("GET", FIELD).json()
    assert ways(got) == ["ASCENDING"]
    assert "usesAncestorConfig" not in got["indexConfig"]
    listed = send("GET", f"{GROUP}/fields?filter=indexConfig.usesAncestorConfig=false").json()[
        "fields"
    ]
    assert f"{NAME}/collectionGroups/users/fields/age" in [one["name"] for one in listed]
    reverted = send("PATCH", f"{FIELD}?updateMask=indexConfig", {}).json()
    changes = [one["changeType"] for one in reverted["metadata"]["indexConfigDeltas"]]
    assert changes == ["ADD", "ADD"]
    assert send("GET", FIELD).json()["indexConfig"]["usesAncestorConfig"] is True


def test_a_field_without_any_index(send: Send, db: dict) -> None:
    send("PATCH", f"{FIELD}?updateMask=indexConfig", {"indexConfig": {}})
    assert ways(send("GET", FIELD).json()) == []


def test_all_fields_at_once(send: Send, db: dict) -> None:
    url = f"{DB}/collectionGroups/__default__/fields/*?updateMask=indexConfig"
    send("PATCH", url, {"indexConfig": {"indexes": [{"fields": [{"order": "DESCENDING"}]}]}})
    assert ways(send("GET", FIELD).json()) == ["DESCENDING"]


def test_documents_expire_by_one_field(send: Send, db: dict) -> None:
    started = send("PATCH", f"{FIELD}?updateMask=ttlConfig", {"ttlConfig": {}}).json()
    assert started["metadata"]["ttlConfigDelta"] == {"changeType": "ADD"}
    assert send("GET", FIELD).json()["ttlConfig"] == {"state": "ACTIVE"}
    listed = send("GET", f"{DB}/collectionGroups/-/fields?filter=ttlConfig:*").json()["fields"]
    assert [one["name"].rsplit("/", 1)[1] for one in listed] == ["age"]
    other = send("PATCH", f"{GROUP}/fields/born?updateMask=ttlConfig", {"ttlConfig": {}})
    assert other.json()["error"]["status"] == "FAILED_PRECONDITION"
    send("PATCH", f"{FIELD}?updateMask=ttlConfig", {})
    assert "ttlConfig" not in send("GET", FIELD).json()


def test_changes_of_a_field_wait_for_each_other(send: Send, db: dict, world: Google) -> None:
    world.latency = Latency(1)
    started = send("PATCH", f"{FIELD}?updateMask=ttlConfig", {"ttlConfig": {}}).json()
    assert send("GET", FIELD).json()["ttlConfig"] == {"state": "CREATING"}
    assert send("PATCH", f"{FIELD}?updateMask=ttlConfig", {}).json()["error"]["status"] == "ABORTED"
    world.advance(300)
    assert finished(send, started)["done"] is True


def test_a_composite_index(send: Send, db: dict, world: Google) -> None:
    world.latency = Latency(1)
    fields = [
        {"fieldPath": "age", "order": "ASCENDING"},
        {"fieldPath": "name", "order": "DESCENDING"},
    ]
    started = send("POST", f"{GROUP}/indexes", {"fields": fields}).json()
    assert started["metadata"]["@type"] == f"{ANY}IndexOperationMetadata"
    url = f"{HOST}/{started['metadata']['index']}"
    assert send("GET", url).json()["state"] == "CREATING"
    world.advance(600)
    got = send("GET", url).json()
    assert got["state"] == "READY"
    assert got["fields"] == [*fields, {"fieldPath": "__name__", "order": "DESCENDING"}]
    assert (got["queryScope"], got["density"]) == ("COLLECTION", "SPARSE_ALL")
    done = finished(send, started)
    assert done["response"] == {"@type": f"{ANY}Index", **got}
    again = send("POST", f"{GROUP}/indexes", {"fields": fields})
    assert again.json()["error"]["status"] == "ALREADY_EXISTS"
    assert send("GET", f"{GROUP}/indexes").json()["indexes"] == [got]
    assert send("DELETE", url).json() == {}


# -- documents ---------------------------------------------------------------------------------

DOCS = f"{DB}/documents"
ANN = {"name": {"stringValue": "Ann"}, "age": {"integerValue": "7"}}


def test_documents(send: Send, db: dict, world: Google) -> None:
    made = send("POST", f"{DOCS}/users?documentId=ann", {"fields": ANN}).json()
    assert made == {
        "name": f"{NAME}/documents/users/ann",
        "fields": ANN,
        "createTime": world.stamp(),
        "updateTime": world.stamp(),
    }
    assert send("GET", f"{DOCS}/users/ann").json() == made
    auto = send("POST", f"{DOCS}/users", {"fields": ANN}).json()
    assert len(auto["name"].rsplit("/", 1)[1]) == 20
    assert len(send("GET", f"{DOCS}/users").json()["documents"]) == 2
    send("POST", f"{DOCS}/users/ann/posts?documentId=p1", {})
    assert (
        send("GET", f"{DOCS}/users/ann/posts").json()["documents"][0]["name"].endswith("/posts/p1")
    )
    assert send("POST", f"{DOCS}/users/ann:listCollectionIds", {}).json() == {
        "collectionIds": ["posts"]
    }
    assert send("DELETE", f"{DOCS}/users/ann").json() == {}
    assert send("GET", f"{DOCS}/users/ann").status == 404
    assert send("GET", f"{DOCS}/users/ann/posts/p1").status == 200


def test_documents_are_patched_by_paths(send: Send, db: dict, world: Google) -> None:
    send("PATCH", f"{DOCS}/users/ann", {"fields": ANN})
    world.advance(5)
    inner = {"fields": {"home": {"mapValue": {"fields": {"city": {"stringValue": "Rome"}}}}}}
    url = f"{DOCS}/users/ann?updateMask.fieldPaths=home.city&updateMask.fieldPaths=age"
    got = send("PATCH", url, inner).json()
    assert got["fields"] == {"name": ANN["name"], **inner["fields"]}
    assert got["updateTime"] > got["createTime"]


def test_commits_are_all_or_nothing(send: Send, db: dict) -> None:
    write = {"update": {"name": f"{NAME}/documents/users/ann", "fields": ANN}}
    doomed = {"delete": f"{NAME}/documents/users/bob", "currentDocument": {"exists": True}}
    assert send("POST", f"{DOCS}:commit", {"writes": [write, doomed]}).status == 404
    assert send("GET", f"{DOCS}/users/ann").status == 404
    done = send("POST", f"{DOCS}:commit", {"writes": [write]}).json()
    assert list(done) == ["commitTime", "writeResults"]
    batch = send("POST", f"{DOCS}:batchWrite", {"writes": [doomed, write]}).json()
    assert [one.get("code") for one in batch["status"]] == [5, None]
    names = [f"{NAME}/documents/users/{name}" for name in ("ann", "bob")]
    found = send("POST", f"{DOCS}:batchGet", {"documents": names}).json()
    assert ["found" in one for one in found] == [True, False]


SCHEDULE = {"dailyRecurrence": {}, "retention": "604800s"}
NEW = f"{DBS}?databaseId=newer"
TWO = [{"fieldPath": "a", "order": "ASCENDING"}, {"fieldPath": "b", "order": "ASCENDING"}]
MISTAKES = [
    ("GET", f"{DBS}/none", None, 404, "NOT_FOUND", "Project 'demo-proj' or database 'none' does not exist."),
    ("PATCH", f"{DBS}/none?updateMask=type", {}, 404, "NOT_FOUND", "database 'none'"),
    ("DELETE", f"{DBS}/none", None, 404, "NOT_FOUND", "database 'none'"),
    ("POST", f"{DBS}?databaseId=main", BODY, 409, "ALREADY_EXISTS", "Database already exists."),
    ("POST", f"{DBS}?databaseId=abc", BODY, 400, "INVALID_ARGUMENT", "Invalid database_id 'abc'"),
    ("POST", f"{DBS}?databaseId=abcdefab-0000-1111-2222-abcdefabcdef", BODY, 400, "INVALID_ARGUMENT", "UUID"),
    ("POST", DBS, BODY, 400, "INVALID_ARGUMENT", "database_id"),
    ("POST", NEW, {"type": "FIRESTORE_NATIVE"}, 400, "INVALID_ARGUMENT", "Invalid location"),
    ("POST", NEW, {**BODY, "locationId": "mars"}, 400, "INVALID_ARGUMENT", "Invalid location: 'mars'"),
    ("POST", NEW, {"locationId": "nam5"}, 400, "INVALID_ARGUMENT", "Database type must be specified."),
    ("POST", NEW, {**BODY, "type": "SQL"}, 400, "INVALID_ARGUMENT", "type"),
    ("POST", NEW, {**BODY, "cmekConfig": {"kmsKeyName": "projects/demo-proj/locations/us/keyRings/r/cryptoKeys/k"}}, 404, "NOT_FOUND", "CryptoKey"),
    ("PATCH", f"{DB}?updateMask=locationId", {"locationId": "nam5"}, 400, "INVALID_ARGUMENT", "locationId is immutable"),
    ("PATCH", f"{DB}?updateMask=nonsense", {}, 400, "INVALID_ARGUMENT", "nonsense"),
    ("POST", f"{DBS}/none/backupSchedules", SCHEDULE, 404, "NOT_FOUND", "database 'none'"),
    ("POST", f"{DB}/backupSchedules", SCHEDULE, 409, "ALREADY_EXISTS", "daily backup schedule already exists"),
    ("POST", f"{DB}/backupSchedules", {"retention": "604800s"}, 400, "INVALID_ARGUMENT", "Exactly one recurrence"),
    ("POST", f"{DB}/backupSchedules", {**SCHEDULE, "weeklyRecurrence": {}}, 400, "INVALID_ARGUMENT", "Exactly one recurrence"),
    ("POST", f"{DB}/backupSchedules", {"weeklyRecurrence": {}, "retention": "604800s"}, 400, "INVALID_ARGUMENT", "day"),
    ("POST", f"{DB}/backupSchedules", {"weeklyRecurrence": {"day": "MONDAY"}, "retention": "9000000s"}, 400, "INVALID_ARGUMENT", "Retention"),
    ("GET", f"{DB}/backupSchedules/none", None, 404, "NOT_FOUND", "none"),
    ("POST", f"{DBS}:restore", {"databaseId": "again", "backup": "projects/demo-proj/locations/us/backups/x"}, 404, "NOT_FOUND", "Backup"),
    ("GET", f"{ROOT}/locations/us-central1/backups/none", None, 404, "NOT_FOUND", "Backup"),
    ("GET", f"{GROUP}/fields", None, 400, "INVALID_ARGUMENT", "usesAncestorConfig"),
    ("PATCH", f"{GROUP}/fields/*?updateMask=ttlConfig", {"ttlConfig": {}}, 400, "INVALID_ARGUMENT", "all fields"),
    ("PATCH", f"{FIELD}?updateMask=indexConfig", {"indexConfig": {"indexes": [{"fields": [{}]}]}}, 400, "INVALID_ARGUMENT", "order and array_config"),
    ("GET", f"{DBS}/none/collectionGroups/users/fields/age", None, 404, "NOT_FOUND", "database 'none'"),
    ("POST", f"{GROUP}/indexes", {"fields": TWO[:1]}, 400, "INVALID_ARGUMENT", "this index is not necessary"),
    ("POST", f"{GROUP}/indexes", {"fields": []}, 400, "INVALID_ARGUMENT", "1 to 100 fields"),
    ("POST", f"{GROUP}/indexes", {"fields": [*TWO, {"fieldPath": "c"}]}, 400, "INVALID_ARGUMENT", "must have a path and one of"),
    ("POST", f"{DBS}/none/collectionGroups/users/indexes", {"fields": TWO}, 404, "NOT_FOUND", "database 'none'"),
    ("GET", f"{GROUP}/indexes/none", None, 404, "NOT_FOUND", "Index"),
    ("GET", f"{DOCS}/users/none", None, 404, "NOT_FOUND", "not found"),
    ("GET", f"{DBS}/none/documents/users/ann", None, 404, "NOT_FOUND", "database 'none'"),
    ("POST", f"{DOCS}/users?documentId=ann", {}, 409, "ALREADY_EXISTS", "Document already exists"),
    ("POST", f"{DOCS}/users/ann", {}, 400, "INVALID_ARGUMENT", "not the name of a collection"),
    ("PATCH", f"{DOCS}/users/bob?currentDocument.exists=true", {}, 404, "NOT_FOUND", "No document to update"),
    ("PATCH", f"{DOCS}/users/ann?currentDocument.exists=false", {}, 409, "ALREADY_EXISTS", "already exists"),
    ("PATCH", f"{DOCS}/users/ann?currentDocument.updateTime=2001-01-01T00:00:00Z", {}, 400, "FAILED_PRECONDITION", "base version"),
    ("POST", f"{DOCS}/users?documentId=x", {"fields": {"a": {"intValue": 1}}}, 400, "INVALID_ARGUMENT", "intValue"),
    ("POST", f"{DOCS}:commit", {"writes": [{"transform": {}}]}, 501, "UNIMPLEMENTED", "plain updates"),
    ("POST", f"{DOCS}/users/ann:runQuery", {}, 501, "UNIMPLEMENTED", "runQuery"),
    ("POST", f"{DBS}:clone", {"databaseId": "copy"}, 501, "UNIMPLEMENTED", "clone"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, db: dict, mistake: tuple) -> None:
    send("POST", f"{DB}/backupSchedules", SCHEDULE)
    send("POST", f"{DOCS}/users?documentId=ann", {"fields": ANN})
    refuse(send, Mistake(*mistake))


def test_googles_client_works_against_it(emulator: Emulator) -> None:
    with discovery(emulator, "firestore", "v1") as client:
        databases = client.projects().databases()
        started = databases.create(
            parent="projects/demo-proj", databaseId="main", body=BODY
        ).execute()
        assert databases.operations().get(name=started["name"]).execute()["done"] is True
        documents = databases.documents()
        parent = f"{NAME}/documents"
        documents.patch(name=f"{parent}/users/ann", body={"fields": ANN}).execute()
        got = documents.get(name=f"{parent}/users/ann").execute()
    assert got["fields"] == ANN
