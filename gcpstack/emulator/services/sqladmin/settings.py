"""The settings of an instance: what the server fills in, and what it refuses."""

import datetime as dt
import re

from gcpstack.emulator.core.model import Body
from gcpstack.emulator.services.sqladmin import catalogue
from gcpstack.emulator.services.sqladmin.catalogue import PLUS
from gcpstack.emulator.services.sqladmin.operations import invalid

TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
UNSPECIFIED = "TRANSACTIONAL_LOG_STORAGE_STATE_UNSPECIFIED"
MOST_DENY_DAYS = 90
LEAP, DAYS_OF_LEAP = 4, 366  # a year no one means
LARGEST_DISK, SMALLEST_DISK = 65536, 10

# (edition is the larger one) -> value
RETAINED = {True: 15, False: 7}
LOG_DAYS = {True: 14, False: 7}
MOST_LOG_DAYS = {True: 35, False: 7}
DISK = {True: "20", False: "10"}
# https://cloud.google.com/sql/docs/postgres/using-query-insights: what is kept of queries where nothing else is said.
INSIGHTS: Body = {"queryPlansPerMinute": 5, "queryStringLength": 1024}


def complete(body: Body, *, backups_sent: bool) -> None:
    """Fill in the settings of a body as the server does.

    Args:
        body: the instance, with its version.
        backups_sent: the client told something of backups, or the instance is changed.
    """
    settings = body["settings"] = {**body.get("settings", {})}
    engine = catalogue.engine(body["databaseVersion"])
    settings.setdefault("edition", catalogue.default_edition(body["databaseVersion"]))
    plus = settings["edition"] == PLUS
    settings["kind"] = "sql#settings"
    usual = {
        "activationPolicy": "ALWAYS",
        "authorizedGaeApplications": [],
        "availabilityType": "ZONAL",
        "connectorEnforcement": "NOT_REQUIRED",
        "dataDiskSizeGb": DISK[plus],
        "dataDiskType": "PD_SSD",
        "deletionProtectionEnabled": False,
        "pricingPlan": "PER_USE",
        "replicationType": "SYNCHRONOUS",
        "storageAutoResize": True,
        "storageAutoResizeLimit": "0",
    }
    for field, value in usual.items():
        settings.setdefault(field, value)
    if not settings.get("dataCacheConfig", {}).get("dataCacheEnabled"):
        settings.pop("dataCacheConfig", None)
    _network(settings)
    if "maintenanceWindow" in settings:
        window = settings["maintenanceWindow"]
        settings["maintenanceWindow"] = {**window, "kind": "sql#maintenanceWindow"}
    if settings.get("insightsConfig", {}).get("queryInsightsEnabled"):
        settings["insightsConfig"] = {**INSIGHTS, **settings["insightsConfig"]}
    place = {"zone": f"{body['region']}-a", **settings.get("locationPreference", {})}
    settings["locationPreference"] = {**place, "kind": "sql#locationPreference"}
    replica = body.get("instanceType") == "READ_REPLICA_INSTANCE"
    settings["backupConfiguration"] = _backups(
        settings.get("backupConfiguration", {}),
        engine,
        plus=plus and not replica,
        sent=backups_sent,
    )


def _network(settings: Body) -> None:
    network: Body = {"ipv4Enabled": True, "authorizedNetworks": [], "requireSsl": False}
    network |= settings.get("ipConfiguration", {})
    strict = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    network["authorizedNetworks"] = [
        {"kind": "sql#aclEntry", **entry} for entry in network["authorizedNetworks"]
    ]
    network.setdefault(
        "sslMode", strict if network["requireSsl"] else "ALLOW_UNENCRYPTED_AND_ENCRYPTED"
    )
    settings["ipConfiguration"] = network


def _backups(sent_config: Body, engine: str, *, plus: bool, sent: bool) -> Body:
    config = {"startTime": "12:00", "transactionLogRetentionDays": LOG_DAYS[plus], **sent_config}
    config["kind"] = "sql#backupConfiguration"
    config.setdefault("enabled", plus)
    kept = {"retainedBackups": RETAINED[plus], "retentionUnit": "COUNT"}
    config["backupRetentionSettings"] = {**kept, **config.get("backupRetentionSettings", {})}
    if plus:
        config.setdefault("backupTier", "STANDARD")
    if engine == "MYSQL":
        config.pop("pointInTimeRecoveryEnabled", None)
        if plus and config["enabled"]:
            config.setdefault("binaryLogEnabled", True)
    else:
        if not config.get("binaryLogEnabled"):
            config.pop("binaryLogEnabled", None)
        if plus and config["enabled"]:
            config.setdefault("pointInTimeRecoveryEnabled", True)
    if engine == "POSTGRES" and sent:
        config.setdefault("replicationLogArchivingEnabled", False)
    stored = plus or config.get("binaryLogEnabled")
    config["transactionalLogStorageState"] = "CLOUD_STORAGE" if stored else UNSPECIFIED
    return config


def check(body: Body, old: Body | None) -> None:
    """Refuse settings that can't be."""
    settings = body["settings"]
    if not settings.get("tier"):
        raise invalid("Invalid request: Tier is required.", reason="required")
    catalogue.check_tier(settings["tier"], settings["edition"], body["databaseVersion"])
    size = int(settings["dataDiskSizeGb"])
    if not SMALLEST_DISK <= size <= LARGEST_DISK:
        raise invalid(
            f"Invalid request: Disk size must be between {SMALLEST_DISK} and {LARGEST_DISK} GB."
        )
    _check_backups(body, settings)
    _check_windows(settings)
    if old is not None:
        _check_change(settings, old["settings"])


def _check_backups(body: Body, settings: Body) -> None:
    config, mysql = (
        settings["backupConfiguration"],
        catalogue.engine(body["databaseVersion"]) == "MYSQL",
    )
    plus, replica = settings["edition"] == PLUS, body.get("instanceType") == "READ_REPLICA_INSTANCE"
    if not TIME.fullmatch(config["startTime"]):
        raise invalid(f"Invalid request: Invalid backup start time {config['startTime']}.")
    if not 1 <= config["transactionLogRetentionDays"] <= MOST_LOG_DAYS[plus]:
        raise invalid(
            f"Invalid request: Transaction log retention days must be between 1 and {MOST_LOG_DAYS[plus]}."
        )
    if replica and config["enabled"]:
        raise invalid("Invalid request: Backups cannot be enabled on a read replica instance.")
    if mysql and not config["enabled"] and config.get("binaryLogEnabled") and not replica:
        raise invalid(
            "Binary log must be disabled when backup is disabled or the instance must be a replica instance "
            "with a MySQL 5.7 or above version."
        )
    if settings["availabilityType"] == "REGIONAL" and not replica:
        _check_high_availability(config, mysql=mysql)


def _check_high_availability(config: Body, *, mysql: bool) -> None:
    if mysql and not config.get("binaryLogEnabled"):
        raise invalid(
            "Invalid flag for instance role: MySQL HA non-replica instances need to have binary logging enabled."
        )
    if not mysql and not (config["enabled"] and config.get("pointInTimeRecoveryEnabled")):
        raise invalid(
            "Invalid request: Backup and point-in-time recovery must be enabled for a regional instance."
        )


def _check_windows(settings: Body) -> None:
    window = settings.get("maintenanceWindow", {})
    if not 0 <= window.get("day", 0) <= 7 or not 0 <= window.get("hour", 0) <= 23:  # noqa: PLR2004
        raise invalid("Invalid request: Maintenance window day must be 0 to 7 and hour 0 to 23.")
    periods = settings.get("denyMaintenancePeriods", [])
    if len(periods) > 1:
        raise invalid("Invalid request: At most one deny maintenance period is allowed.")
    for period in periods:
        _check_period(period)


def _day(text: str) -> dt.date:
    *year, month, day = map(int, text.split("-"))
    return dt.date((year and year[0]) or LEAP, month, day)


def _check_period(period: Body) -> None:
    """At most 90 days, from a date to a date; with no year, or 0, it comes every year."""
    start, end = str(period.get("startDate", "")), str(period.get("endDate", ""))
    try:
        first, last = _day(start), _day(end)
    except ValueError:
        raise invalid(
            f"Invalid request: Invalid deny maintenance period {start} to {end}."
        ) from None
    days = (last - first).days
    if first.year == last.year == LEAP:  # it may go on after the end of the year
        days %= DAYS_OF_LEAP
    if not 0 <= days < MOST_DENY_DAYS:
        raise invalid(
            f"Invalid request: A deny maintenance period lasts 1 to {MOST_DENY_DAYS} days."
        )


def _check_change(new: Body, old: Body) -> None:
    if int(new["dataDiskSizeGb"]) < int(old["dataDiskSizeGb"]):
        raise invalid("Invalid request: Disk size cannot be decreased.")
    if new.get("collation") != old.get("collation"):
        raise invalid("Invalid request: Collation cannot be changed after the instance is created.")
    network = "privateNetwork"
    if old["ipConfiguration"].get(network) and not new["ipConfiguration"].get(network):
        raise invalid("Invalid request: Private network cannot be removed once it is set.")
    if old.get("autoUpgradeEnabled") and new.get("autoUpgradeEnabled") is False:
        raise invalid("Invalid request: Auto upgrade cannot be disabled once it is enabled.")
