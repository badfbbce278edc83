"""Cloud SQL: calls on instances that are refused."""

import pytest

from tests.emulator.conftest import Send
from tests.emulator.services.mistakes import Mistake, refuse
from tests.emulator.services.sql import (
    ALL,
    DB,
    GONE,
    ROOT,
    SMALL,
    make,
    wish,
)  # fmt: skip

MISTAKES = [
    ("POST", ALL, {**wish(), "nme": "x"}, 400, "INVALID_ARGUMENT", "nme"),
    ("POST", ALL, wish("Upper"), 400, "invalid", "Invalid instance name (Upper)"),
    ("POST", ALL, wish("n" * 98), 400, "invalid", "Invalid instance name"),
    ("POST", ALL, {"name": "x"}, 400, "required", "Tier is required"),
    ("POST", ALL, {**wish("new"), "region": "moon-1"}, 400, "invalid", "Invalid region (moon-1)"),
    (
        "POST", ALL, {**wish("new"), "maintenanceVersion": "M"}, 400, "invalid",
        "Maintenance version (M) must not be set.",
    ),
    (
        "POST", ALL, wish("new", "POSTGRES_16", tier="db-f1-micro"), 400, "invalid",
        "(db-f1-micro) for (ENTERPRISE_PLUS) Edition. Use a predefined Tier like db-perf-optimized-N-*",
    ),
    (
        "POST", ALL, wish("new", tier="db-perf-optimized-N-2"), 400, "invalid",
        "Invalid Tier (db-perf-optimized-N-2) for (ENTERPRISE) Edition.",
    ),
    (
        "POST", ALL, wish("new", "POSTGRES_15", tier="db-n1-standard-1"), 400, "invalid",
        "Only custom or shared-core",
    ),
    ("POST", ALL, wish("new", tier="db-custom-3-11520"), 400, "invalid", "Invalid Tier"),
    ("POST", ALL, wish("new", tier="db-custom-2-100"), 400, "invalid", "Invalid Tier"),
    ("POST", ALL, wish("new", dataDiskSizeGb="5"), 400, "invalid", "Disk size must be"),
    (
        "POST", ALL, wish("new", backupConfiguration={"startTime": "25:00"}), 400, "invalid",
        "Invalid backup start time",
    ),
    (
        "POST", ALL, wish("new", backupConfiguration={"transactionLogRetentionDays": 8}), 400,
        "invalid", "must be between 1 and 7",
    ),
    (
        "POST", ALL, wish("new", "MYSQL_8_0", backupConfiguration={"binaryLogEnabled": True}), 400,
        "invalid", "Binary log must be disabled when backup is disabled",
    ),
    ("POST", ALL, wish("new", maintenanceWindow={"day": 8}), 400, "invalid", "window day"),
    ("POST", ALL, wish("new", maintenanceWindow={"hour": 24}), 400, "invalid", "window day"),
    (
        "POST", ALL, wish("new", denyMaintenancePeriods=[{}, {}]), 400, "invalid",
        "At most one deny maintenance period",
    ),
    (
        "POST", ALL,
        wish("new", denyMaintenancePeriods=[{"startDate": "2025-01-01", "endDate": "2025-04-01"}]),
        400, "invalid", "lasts 1 to 90 days",
    ),
    (
        "POST", ALL,
        wish("new", denyMaintenancePeriods=[{"startDate": "2025-13-01", "endDate": "2025-04-01"}]),
        400, "invalid", "Invalid deny maintenance period",
    ),
    (
        "POST", ALL, wish("new", ipConfiguration={"ipv4Enabled": False}), 400, "invalid",
        "At least one of public IP",
    ),
    (
        "POST", ALL,
        {**wish("new"), "diskEncryptionConfiguration": {"kmsKeyName": f"projects/demo-proj/{SMALL}"}},
        400, "invalid", "was not found",
    ),
    ("PATCH", DB, {}, 400, "invalid", "body must not be empty"),
    ("PATCH", DB, {"region": "us-east1"}, 400, "invalid", "region cannot be updated"),
    ("PATCH", DB, {"name": "new"}, 400, "invalid", "name cannot be updated"),
    ("PATCH", DB, {"maintenanceVersion": "M"}, 400, "invalid", "(M) is not available"),
    ("PATCH", DB, {"databaseVersion": "MYSQL_8_0"}, 400, "invalid", "Cannot upgrade"),
    (
        "PATCH", DB, {"diskEncryptionConfiguration": {"kmsKeyName": "k"}}, 400, "invalid",
        "encryption key cannot be changed",
    ),
    ("PATCH", DB, {"settings": {"dataDiskSizeGb": "15"}}, 400, "invalid", "cannot be decreased"),
    ("PATCH", DB, {"settings": {"collation": "C"}}, 400, "invalid", "Collation cannot be changed"),
    (
        "PATCH", DB, {"settings": {"autoUpgradeEnabled": False}}, 400, "invalid",
        "Auto upgrade cannot be disabled",
    ),
    ("PUT", DB, {"settings": {"tier": SMALL}}, 400, "required", "settingsVersion is required"),
    ("GET", f"{ALL}/none", None, 404, "instanceDoesNotExist", GONE),
    ("PATCH", f"{ALL}/none", {"settings": {}}, 404, "instanceDoesNotExist", GONE),
    ("DELETE", f"{ALL}/none", None, 404, "instanceDoesNotExist", GONE),
    ("GET", f"{ALL}/none/databases", None, 404, "instanceDoesNotExist", GONE),
    ("POST", f"{ALL}/none/users", {"name": "u"}, 404, "instanceDoesNotExist", GONE),
    ("GET", f"{ROOT}/operations/none", None, 404, "operationDoesNotExist", "does not exist"),
    ("POST", f"{DB}/failover", {}, 400, "invalid", "only allowed on a regional instance"),
    ("POST", f"{DB}/promoteReplica", None, 400, "invalid", "not a read replica"),
    (
        "POST", f"{DB}/import", {"importContext": {"uri": "gs://none/dump.sql"}}, 400, "invalid",
        "gs://none/dump.sql does not exist",
    ),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, mistake: tuple) -> None:
    make(send, dataDiskSizeGb="20", autoUpgradeEnabled=True)
    refuse(send, Mistake(*mistake))


@pytest.mark.parametrize(
    "period",
    [
        {"startDate": "2025-01-01", "endDate": "2025-03-31", "time": "00:00:00"},
        {"startDate": "0-12-1", "endDate": "0-1-31", "time": "00:00:00"},
        {"startDate": "12-01", "endDate": "02-28", "time": "00:00:00"},
    ],
)
def test_periods_without_maintenance(send: Send, period: dict) -> None:
    assert make(send, denyMaintenancePeriods=[period])["settings"]["denyMaintenancePeriods"] == [
        period
    ]
