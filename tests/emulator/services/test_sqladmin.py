"""Cloud SQL: instances and what happens to them one at a time."""

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse
from tests.emulator.services.sql import (
    ALL,
    DB,
    GONE,
    HOST,
    SMALL,
    make,
    names,
    patch,
    read,
    wish,
)  # fmt: skip

HOUR, DAY, WEEK = 3600, 86400, 7 * 86400
BACKED = {"enabled": True}


# -- what the server gives ---------------------------------------------------------------------


def test_what_the_server_gives_the_parts_of_settings(send: Send) -> None:
    told = make(
        send,
        ipConfiguration={"authorizedNetworks": [{"value": "192.0.2.0/24"}]},
        insightsConfig={"queryInsightsEnabled": True, "queryStringLength": 256},
        maintenanceWindow={"day": 7, "hour": 3},
    )["settings"]
    assert told["ipConfiguration"]["authorizedNetworks"][0]["kind"] == "sql#aclEntry"
    assert told["insightsConfig"] == {
        "queryInsightsEnabled": True,
        "queryStringLength": 256,
        "queryPlansPerMinute": 5,
    }
    assert told["maintenanceWindow"]["kind"] == "sql#maintenanceWindow"


def test_what_the_server_gives_an_instance(send: Send, world: Google) -> None:
    got = make(send)
    number = world.number_of("demo-proj")
    account = f"p{number}-abcdef@gcp-sa-cloud-sql.iam.gserviceaccount.com"
    assert got["serviceAccountEmailAddress"] == account
    expected = {
        "kind": "sql#instance",
        "name": "db",
        "project": "demo-proj",
        "region": "us-central1",
        "gceZone": "us-central1-a",
        "state": "RUNNABLE",
        "backendType": "SECOND_GEN",
        "instanceType": "CLOUD_SQL_INSTANCE",
        "connectionName": "demo-proj:us-central1:db",
        "databaseVersion": "POSTGRES_15",
        "createTime": world.stamp(),
        "selfLink": DB,
    }
    assert expected.items() <= got.items()
    assert got["maintenanceVersion"].startswith(got["databaseInstalledVersion"] + ".R")
    assert got["etag"]
    assert got["serverCaCert"]["kind"] == "sql#sslCert"
    assert [one["name"] for one in got["upgradableDatabaseVersions"]] == ["POSTGRES_16"]


def test_what_the_server_gives_the_settings(send: Send) -> None:
    assert make(send)["settings"] == {
        "kind": "sql#settings",
        "tier": SMALL,
        "edition": "ENTERPRISE",
        "settingsVersion": "123",
        "activationPolicy": "ALWAYS",
        "authorizedGaeApplications": [],
        "availabilityType": "ZONAL",
        "connectorEnforcement": "NOT_REQUIRED",
        "dataDiskSizeGb": "10",
        "dataDiskType": "PD_SSD",
        "deletionProtectionEnabled": False,
        "pricingPlan": "PER_USE",
        "replicationType": "SYNCHRONOUS",
        "storageAutoResize": True,
        "storageAutoResizeLimit": "0",
        "ipConfiguration": {
            "ipv4Enabled": True,
            "authorizedNetworks": [],
            "requireSsl": False,
            "sslMode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
        },
        "locationPreference": {"kind": "sql#locationPreference", "zone": "us-central1-a"},
        "backupConfiguration": {
            "kind": "sql#backupConfiguration",
            "enabled": False,
            "startTime": "12:00",
            "backupRetentionSettings": {"retainedBackups": 7, "retentionUnit": "COUNT"},
            "transactionLogRetentionDays": 7,
            "transactionalLogStorageState": "TRANSACTIONAL_LOG_STORAGE_STATE_UNSPECIFIED",
        },
    }


@pytest.mark.parametrize(
    ("version", "edition", "tier", "kept", "days", "disk"),
    [
        ("POSTGRES_15", "ENTERPRISE", SMALL, 7, 7, "10"),
        ("POSTGRES_16", "ENTERPRISE_PLUS", "db-perf-optimized-N-2", 15, 14, "20"),
        ("POSTGRES_17", "ENTERPRISE_PLUS", "db-perf-optimized-N-2", 15, 14, "20"),
        ("MYSQL_8_0", "ENTERPRISE", "db-f1-micro", 7, 7, "10"),
        ("MYSQL_8_4", "ENTERPRISE_PLUS", "db-c4a-highmem-4", 15, 14, "20"),
        ("SQLSERVER_2019_STANDARD", "ENTERPRISE", "db-custom-2-7680", 7, 7, "10"),
    ],
)
def test_the_edition_depends_on_the_version(  # noqa: PLR0917
    send: Send, version: str, edition: str, tier: str, kept: int, days: int, disk: str
) -> None:
    settings = make(send, version=version, tier=tier)["settings"]
    backups = settings["backupConfiguration"]
    assert settings["edition"] == edition
    assert settings["dataDiskSizeGb"] == disk
    assert backups["backupRetentionSettings"]["retainedBackups"] == kept
    assert backups["transactionLogRetentionDays"] == days
    assert backups["enabled"] is (edition == "ENTERPRISE_PLUS")


@pytest.mark.parametrize(
    ("version", "kinds"),
    [
        ("POSTGRES_15", ["PRIMARY", "OUTGOING"]),
        ("MYSQL_8_0", ["PRIMARY"]),
        ("SQLSERVER_2019_STANDARD", ["PRIMARY"]),
    ],
)
def test_public_addresses(send: Send, version: str, kinds: list[str]) -> None:
    got = make(send, version=version, tier="db-custom-2-7680")
    assert [one["type"] for one in got["ipAddresses"]] == kinds


def test_without_a_version_it_is_mysql(send: Send) -> None:
    send("POST", ALL, {"name": "db", "settings": {"tier": "db-f1-micro"}})
    got = read(send)
    assert (got["databaseVersion"], got["region"]) == ("MYSQL_8_0", "us-central1")


def test_both_versions_of_the_api(send: Send) -> None:
    make(send)
    got = send("GET", "https://sqladmin.googleapis.com/v1/projects/demo-proj/instances/db").json()
    assert got["name"] == "db"
    assert names(send, "https://sqladmin.googleapis.com/v1/projects/demo-proj/instances") == ["db"]


def test_lists(send: Send) -> None:
    assert send("GET", ALL).json() == {"kind": "sql#instancesList"}
    for name in ("a", "b", "c"):
        make(send, name)
    first = send("GET", f"{ALL}?maxResults=2").json()
    assert [one["name"] for one in first["items"]] == ["a", "b"]
    assert names(send, f"{ALL}?maxResults=2&pageToken={first['nextPageToken']}") == ["c"]


# -- names -------------------------------------------------------------------------------------


def test_a_name_is_reserved_for_a_week(send: Send, world: Google) -> None:
    make(send)
    refuse(send, Mistake("POST", ALL, wish(), 409, "instanceAlreadyExists", "already exists."))
    send("DELETE", DB)
    refuse(send, Mistake("GET", DB, None, 404, "instanceDoesNotExist", GONE))
    world.advance(WEEK - HOUR)
    words = "until one week from the deletion date."
    refuse(send, Mistake("POST", ALL, wish(), 409, "instanceAlreadyExists", words))
    world.advance(2 * HOUR)
    make(send)


def test_a_delete_takes_its_time(send: Send, world: Google) -> None:
    make(send)
    world.latency = Latency(1)
    assert send("DELETE", DB).json()["operationType"] == "DELETE"
    assert read(send)["state"] == "PENDING_DELETE"
    words = "Invalid request since instance is not running"
    refuse(send, Mistake("GET", f"{DB}/databases/postgres", None, 400, "invalid", words))
    world.advance(HOUR)
    refuse(send, Mistake("GET", DB, None, 404, "instanceDoesNotExist", GONE))


# -- changes -----------------------------------------------------------------------------------


def test_a_patch_merges_and_nulls_clear(send: Send) -> None:
    make(send, userLabels={"a": "1", "b": "2"}, databaseFlags=[{"name": "x", "value": "1"}])
    flags = [{"name": "work_mem", "value": "64"}]
    patch(send, {"settings": {"userLabels": {"a": None, "c": "3"}, "databaseFlags": flags}})
    settings = read(send)["settings"]
    assert settings["userLabels"] == {"b": "2", "c": "3"}
    assert settings["databaseFlags"] == flags
    assert settings["tier"] == SMALL


def test_an_update_replaces_the_settings(send: Send) -> None:
    before = make(send, userLabels={"a": "1"})
    settings = {"tier": SMALL, "settingsVersion": before["settings"]["settingsVersion"]}
    assert send("PUT", DB, {"settings": settings}).status == 200
    after = read(send)
    assert "userLabels" not in after["settings"]
    assert after["connectionName"] == before["connectionName"]
    assert after["databaseVersion"] == before["databaseVersion"]
    assert after["etag"] != before["etag"]


def test_a_stale_version_of_the_settings(send: Send) -> None:
    make(send)
    patch(send, {"settings": {"userLabels": {"a": "1"}}})
    current = read(send)["settings"]["settingsVersion"]
    assert current == "125"
    patch(send, {"settings": {"userLabels": {"a": "2"}, "settingsVersion": current}})
    old = {"settings": {"tier": SMALL, "settingsVersion": current}}
    for method in ("PATCH", "PUT"):
        refuse(send, Mistake(method, DB, old, 412, "staleData", "Condition does not match."))
    body = {"failoverContext": {"settingsVersion": current}}
    refuse(send, Mistake("POST", f"{DB}/failover", body, 412, "staleData", "Condition"))


def test_deletion_protection(send: Send) -> None:
    make(send, deletionProtectionEnabled=True)
    reason = "ERROR_PROTECTED_INSTANCE_DELETION_FAILURE"
    words = "Please disable the deletion protection and try again"
    refuse(send, Mistake("DELETE", DB, None, 400, reason, words))
    patch(send, {"settings": {"deletionProtectionEnabled": False}})
    assert send("DELETE", DB).status == 200


def test_another_edition_brings_its_own_numbers(send: Send) -> None:
    make(send)
    tier = "db-perf-optimized-N-2"
    patch(send, {"settings": {"edition": "ENTERPRISE_PLUS", "tier": tier}})
    backups = read(send)["settings"]["backupConfiguration"]
    assert backups["backupRetentionSettings"]["retainedBackups"] == 15
    assert backups["transactionLogRetentionDays"] == 14


def test_a_major_upgrade(send: Send) -> None:
    make(send, version="POSTGRES_14")
    assert patch(send, {"databaseVersion": "POSTGRES_15"}).status == 200
    got = read(send)
    assert got["databaseVersion"] == "POSTGRES_15"
    assert got["databaseInstalledVersion"].startswith("POSTGRES_15_")
    back = {"databaseVersion": "POSTGRES_14"}
    words = "Cannot upgrade from POSTGRES_15 to POSTGRES_14"
    refuse(send, Mistake("PATCH", DB, back, 400, "invalid", words))


def test_a_stopped_instance_is_still_runnable(send: Send) -> None:
    make(send, activationPolicy="NEVER")
    assert read(send)["state"] == "RUNNABLE"
    words = "Invalid request since instance is not running"
    for method, path, body in [
        ("GET", "databases/postgres", None),
        ("GET", "databases", None),
        ("GET", "users", None),
        ("POST", "users", {"name": "u"}),
        ("POST", "databases", {"name": "d"}),
        ("POST", "backupRuns", {}),
        ("POST", "restart", None),
    ]:
        refuse(send, Mistake(method, f"{DB}/{path}", body, 400, "invalid", words))
    patch(send, {"settings": {"activationPolicy": "ALWAYS"}})
    assert names(send, f"{DB}/databases") == ["postgres"]


def test_high_availability(send: Send) -> None:
    body = wish(availabilityType="REGIONAL", backupConfiguration=BACKED)
    refuse(send, Mistake("POST", ALL, body, 400, "invalid", "point-in-time recovery"))
    logged = {"enabled": True, "pointInTimeRecoveryEnabled": True}
    make(send, availabilityType="REGIONAL", backupConfiguration=logged)
    started = send("POST", f"{DB}/failover", {}).json()
    assert started["operationType"] == "FAILOVER"
    body = wish("my", "MYSQL_8_0", availabilityType="REGIONAL", backupConfiguration=BACKED)
    words = "Invalid flag for instance role: MySQL HA non-replica instances need to have binary"
    refuse(send, Mistake("POST", ALL, body, 400, "invalid", words))
    logged = {"enabled": True, "binaryLogEnabled": True}
    make(send, "my", "MYSQL_8_0", availabilityType="REGIONAL", backupConfiguration=logged)


# -- the client --------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "path"), [("v1beta4", ""), ("v1", "")])
def test_googles_client_works_against_it(emulator: Emulator, version: str, path: str) -> None:
    with discovery(emulator, "sqladmin", version, path) as client:
        instances = client.instances()
        started = instances.insert(project="demo-proj", body=wish()).execute()
        operations = client.operations()
        done = operations.get(project="demo-proj", operation=started["name"]).execute()
        assert done["status"] == "DONE"
        client.databases().insert(
            project="demo-proj", instance="db", body={"name": "app"}
        ).execute()
        found = client.databases().list(project="demo-proj", instance="db").execute()["items"]
        assert [one["name"] for one in found] == ["app", "postgres"]
        body = {"name": "app", "password": "s3cret"}
        client.users().insert(project="demo-proj", instance="db", body=body).execute()
        users = client.users().list(project="demo-proj", instance="db").execute()["items"]
        assert [one["name"] for one in users] == ["app", "postgres"]
        instances.patch(
            project="demo-proj", instance="db", body={"settings": {"activationPolicy": "NEVER"}}
        ).execute()
        got = instances.get(project="demo-proj", instance="db").execute()
        assert got["settings"]["activationPolicy"] == "NEVER"
        instances.delete(project="demo-proj", instance="db").execute()
        assert "items" not in instances.list(project="demo-proj").execute()


def test_the_links_of_a_version_lead_to_it(send: Send) -> None:
    made = make(send)
    assert made["selfLink"].startswith(HOST)
    assert send("GET", made["selfLink"]).json() == made
