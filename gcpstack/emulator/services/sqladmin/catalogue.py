"""What Cloud SQL offers: engine versions, machine tiers, flags.

https://cloud.google.com/sql/docs/postgres/create-instance#machine-types
https://cloud.google.com/sql/docs/mysql/flags and https://cloud.google.com/sql/docs/postgres/flags
"""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body

PLUS, PLAIN = "ENTERPRISE_PLUS", "ENTERPRISE"
CUSTOM = re.compile(r"db-custom-(\d+)-(\d+)")
PLUS_TIER = re.compile(
    r"db-perf-optimized-N-\d+|db-memory-optimized-N-\d+|db-c4a-highmem-\d+(-lssd)?"
)
PLAIN_TIER = re.compile(
    r"db-(f1-micro|g1-small|n1-(standard|highmem)-\d+|custom-(small-|micro-)?[\d-]+)"
)
MIB, GIB = 2**20, 2**30
CPUS, MOST_CPUS = (1, 2), 96
LEAST_MIB, MIB_PER_CPU = 3840, (921.6, 6656)

# Of each version what is installed, and the release with its maintenance.
INSTALLED = {
    "MYSQL_5_6": ("MYSQL_5_6_51", "R20231105.00_01"),
    "MYSQL_5_7": ("MYSQL_5_7_44", "R20231105.01_03"),
    "MYSQL_8_0": ("MYSQL_8_0_41", "R20251004.01_07"),
    "MYSQL_8_4": ("MYSQL_8_4_7", "R20251004.01_24"),
    "POSTGRES_9_6": ("POSTGRES_9_6_24", "R20250302.00_31"),
    "POSTGRES_10": ("POSTGRES_10_23", "R20240514.00_12"),
    "POSTGRES_11": ("POSTGRES_11_22", "R20240514.00_12"),
    "POSTGRES_12": ("POSTGRES_12_19", "R20240514.00_12"),
    "POSTGRES_13": ("POSTGRES_13_15", "R20240514.00_12"),
    "POSTGRES_14": ("POSTGRES_14_12", "R20240514.00_12"),
    "POSTGRES_15": ("POSTGRES_15_7", "R20240514.00_12"),
    "POSTGRES_16": ("POSTGRES_16_3", "R20240527.01_10"),
    "POSTGRES_17": ("POSTGRES_17_2", "R20250302.00_31"),
    "POSTGRES_18": ("POSTGRES_18_0", "R20251004.01_07"),
}
MYSQL_MINORS = (18, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 39, 40, 41, 42, 43)
NEWEST_FROM_5_7 = 37
NEWEST_POSTGRES = 16
USUAL_VERSION = "MYSQL_8_0"

GEMINI = {
    "MYSQL": {
        "entitled": False, "activeQueryEnabled": False, "indexAdvisorEnabled": False,
        "flagRecommenderEnabled": True,
    },
    "POSTGRES": {
        "entitled": False, "activeQueryEnabled": False, "indexAdvisorEnabled": False,
        "googleVacuumMgmtEnabled": False, "oomSessionCancelEnabled": False,
    },
}  # fmt: skip


def engine(version: str) -> str:
    """``MYSQL``, ``POSTGRES`` or ``SQLSERVER``."""
    return version.partition("_")[0]


def default_edition(version: str) -> str:
    """The newest versions begin with the larger edition."""
    number = version.removeprefix("POSTGRES_")
    newest = number.isdigit() and int(number) >= NEWEST_POSTGRES
    return PLUS if newest or version == "MYSQL_8_4" else PLAIN


def installed(version: str) -> tuple[str, str]:
    """The installed version and its maintenance version."""
    exact, release = INSTALLED.get(version, (version, "R20240514.00_12"))
    return exact, f"{exact}.{release}"


def upgrades(version: str) -> list[Body]:
    """The versions to which an instance can go."""
    if version in ("MYSQL_5_7", "MYSQL_8_0"):
        return _mysql_upgrades(version)
    number = version.removeprefix("POSTGRES_").replace("9_6", "9")
    if engine(version) != "POSTGRES" or not number.isdigit():
        return []
    later = range(max(int(number) + 1, 10), NEWEST_POSTGRES + 1)
    return [_offer(f"POSTGRES_{one}", f"POSTGRES_{one}", f"PostgreSQL {one}") for one in later]


def _mysql_upgrades(version: str) -> list[Body]:
    minors = [_offer("MYSQL_8_0", f"MYSQL_8_0_{one}", f"MySQL 8.0.{one}") for one in MYSQL_MINORS]
    if version == "MYSQL_5_7":
        kept = [one for one in minors if int(one["name"].rsplit("_", 1)[1]) <= NEWEST_FROM_5_7]
        return [_offer("MYSQL_8_0", "MYSQL_8_0", "MySQL 8.0"), *kept]
    kept = [one for one in minors if one["name"] != INSTALLED[version][0]]
    return [*kept, _offer("MYSQL_8_4", "MYSQL_8_4", "MySQL 8.4")]


def _offer(major: str, name: str, shown: str) -> Body:
    return {"majorVersion": major, "name": name, "displayName": shown}


def check_tier(tier: str, edition: str, version: str) -> None:
    """Refuse a machine that an edition, or an engine, doesn't run on."""
    if edition == PLUS and not PLUS_TIER.fullmatch(tier):
        text = (
            f"Invalid request: Invalid Tier ({tier}) for ({edition}) Edition. "
            "Use a predefined Tier like db-perf-optimized-N-* instead."
        )
        raise ApiError(400, text, reason="invalid")
    if edition == PLAIN and not PLAIN_TIER.fullmatch(tier):
        raise ApiError(
            400,
            f"Invalid request: Invalid Tier ({tier}) for ({edition}) Edition.",
            reason="invalid",
        )
    if engine(version) == "POSTGRES" and tier.startswith("db-n1-"):
        text = (
            "Only custom or shared-core instance Billing Tier type allowed for PostgreSQL database."
        )
        raise ApiError(400, f"Invalid request: {text}", reason="invalid")
    custom = CUSTOM.fullmatch(tier)
    if custom:
        _check_custom(tier, int(custom[1]), int(custom[2]))


def _check_custom(tier: str, cpus: int, mib: int) -> None:
    """1 or an even number of processors, memory in steps of 256 MiB and in proportion."""
    low, high = (cpus * part for part in MIB_PER_CPU)
    even = cpus == 1 or (cpus % 2 == 0 and cpus <= MOST_CPUS)
    if not even or mib % 256 or not max(low, LEAST_MIB if cpus == 1 else 0) <= mib <= high:
        raise ApiError(400, f"Invalid request: Invalid Tier ({tier}).", reason="invalid")


def _tier(name: str, ram: int, disk: int) -> Body:
    return {
        "kind": "sql#tier",
        "tier": name,
        "RAM": str(ram),
        "DiskQuota": str(disk),
        "region": list(REGIONS),
    }


def list_tiers(_call: Call) -> Body:
    """``tiers.list``: the shared and the predefined machines, and two examples of custom ones."""
    small, large = 3062 * GIB, 64 * 1024 * GIB
    tiers = [_tier("db-f1-micro", 614 * MIB, small), _tier("db-g1-small", 1740 * MIB, small)]
    tiers += [
        _tier(f"db-custom-{n}-{n * 3840}", n * 3840 * MIB, large)
        for n in (1, 2, 4, 8, 16, 32, 64, 96)
    ]
    tiers += [
        _tier(f"db-perf-optimized-N-{n}", n * 8 * GIB, large)
        for n in (2, 4, 8, 16, 32, 48, 64, 80, 96, 128)
    ]
    return {"kind": "sql#tiersList", "items": tiers}


# name, type, engines, least, most or the allowed words, restart
FLAGS = (
    ("max_connections", "INTEGER", ("MYSQL", "POSTGRES"), 14, 262143, True),
    ("slow_query_log", "BOOLEAN", ("MYSQL",), 0, 0, False),
    ("long_query_time", "FLOAT", ("MYSQL",), 0, 30000000, False),
    ("general_log", "BOOLEAN", ("MYSQL",), 0, 0, False),
    ("log_output", "STRING", ("MYSQL",), ("FILE", "TABLE", "NONE"), 0, False),
    ("innodb_buffer_pool_size", "INTEGER", ("MYSQL",), 5242880, 2**62, False),
    ("cloudsql_iam_authentication", "BOOLEAN", ("MYSQL",), 0, 0, False),
    ("cloudsql.iam_authentication", "BOOLEAN", ("POSTGRES",), 0, 0, False),
    ("cloudsql.logical_decoding", "BOOLEAN", ("POSTGRES",), 0, 0, True),
    ("cloudsql.enable_pgaudit", "BOOLEAN", ("POSTGRES",), 0, 0, True),
    ("log_min_duration_statement", "INTEGER", ("POSTGRES",), -1, 2147483647, False),
    ("log_connections", "BOOLEAN", ("POSTGRES",), 0, 0, False),
    ("log_statement", "STRING", ("POSTGRES",), ("none", "ddl", "mod", "all"), 0, False),
    ("work_mem", "INTEGER", ("POSTGRES",), 64, 2147483647, False),
    ("shared_buffers", "INTEGER", ("POSTGRES",), 16, 1073741823, True),
)


def _flag(row: tuple[str, str, tuple[str, ...], int | tuple[str, ...], int, bool]) -> Body:
    name, kind, engines, least, most, restart = row
    body: Body = {
        "kind": "sql#flag",
        "name": name,
        "type": kind,
        "appliesTo": [version for version in INSTALLED if engine(version) in engines],
        "requiresRestart": restart,
    }
    if isinstance(least, tuple):
        body["allowedStringValues"] = list(least)
    elif kind == "INTEGER":
        body |= {"minValue": str(least), "maxValue": str(most)}
    return body


def list_flags(call: Call) -> Body:
    """``flags.list``: a choice of the usual ones; instances take any."""
    wanted = call.query.get("databaseVersion")
    flags = [_flag(row) for row in FLAGS]
    kept = [flag for flag in flags if not wanted or wanted in flag["appliesTo"]]
    return {"kind": "sql#flagsList", "items": kept}
