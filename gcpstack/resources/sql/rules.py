"""What a Cloud SQL instance must be, beyond the types of its fields."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gcpstack._core.resource import Resource, Scope
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_network as network_kinds
from gcpstack.resources._checks import Finding

if TYPE_CHECKING:
    from gcpstack.resources.sql.instances import SqlInstance

_VERSION = r"(POSTGRES|MYSQL|SQLSERVER)_\d+(_\w+)?"
_CUSTOM = re.compile(r"db-custom-(?:N4-)?(\d+)-(\d+)")
_PLUS = "db-perf-optimized-", "db-c4a-highmem-"
_SHARED = "db-f1-micro", "db-g1-small"
_LONGEST = 98
_LEAST_MB, _STEP_MB = 3840, 256
_MB_PER_CPU = 1024 * 0.9, 1024 * 6.5
_WEEK = 7
#: What a standby is kept up to date by, and a database is brought back to any moment with.
_LOGS = {"MYSQL": "binary_log", "POSTGRES": "point_in_time_recovery"}
_LEAST_DISK, _MOST_DISK = 10, 65_536
#: https://cloud.google.com/sql/docs/postgres/editions-intro: from these on, ENTERPRISE_PLUS is the
#: default of the API.
_FIRST_PLUS = {"POSTGRES": (16,), "MYSQL": (8, 4)}


def instance_findings(item: "SqlInstance", scope: Scope) -> Iterator[Finding]:
    """Find everything that Google would refuse.

    https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances
    """
    found = list(
        checks.pattern(
            "database_version", item.database_version, _VERSION, "a version, as 'POSTGRES_16'"
        )
    )
    yield from found
    size = len(item.project or scope.project) + 1 + len(item.name)
    if size > _LONGEST:
        # https://cloud.google.com/sql/docs/postgres/instance-settings#instance-id
        yield Finding("name", f"makes {size} characters with the project, {_LONGEST} at most")
    if not found:
        yield from _machine(item)
        yield from _engine(item)
    yield from _disk(item)
    yield from _backups(item)
    yield from _places(item, scope)
    yield from _private(item)
    yield from checks.longest("deny_maintenance", item.deny_maintenance or (), 1, "times")
    yield from checks.within("final_backup_days", item.final_backup_days, 1, 36_135, "days")
    if item.read_pool is not None and item.instance_type != "READ_POOL_INSTANCE":
        yield Finding("read_pool", "needs instance_type='READ_POOL_INSTANCE'")


def _edition(item: "SqlInstance") -> str:
    """Return the edition: as declared, else what Google takes for the version."""
    if item.edition is not None:
        return item.edition
    engine, *numbers = item.database_version.split("_")
    first = _FIRST_PLUS.get(engine)
    version = tuple(int(number) for number in numbers if number.isdigit())
    return "ENTERPRISE_PLUS" if first and version >= first else "ENTERPRISE"


def _machine(item: "SqlInstance") -> Iterator[Finding]:
    """https://cloud.google.com/sql/docs/postgres/machine-series-overview."""
    edition, plus = _edition(item), item.tier.startswith(_PLUS)
    if not item.tier.startswith("db-"):
        yield Finding(
            "tier", f"{item.tier!r} is not a machine type", "Write it as 'db-custom-2-7680'."
        )
    elif edition == "ENTERPRISE_PLUS" and not plus:
        told = "" if item.edition else f", which is Google's default for {item.database_version}"
        yield Finding(
            "tier",
            f"{item.tier!r} is not for the edition ENTERPRISE_PLUS{told}",
            "Use edition='ENTERPRISE', or a tier such as 'db-perf-optimized-N-2'.",
        )
    elif edition == "ENTERPRISE" and plus:
        yield Finding("tier", f"{item.tier!r} needs edition='ENTERPRISE_PLUS'")
    match = _CUSTOM.fullmatch(item.tier)
    if match is not None:
        yield from _custom(int(match[1]), int(match[2]))
    elif item.tier.startswith("db-custom-"):
        yield Finding("tier", f"{item.tier!r} is not db-custom-CPUS-MEGABYTES")
    for field in ("data_cache", "connection_pooling"):
        if getattr(item, field) and edition != "ENTERPRISE_PLUS":
            yield Finding(field, "needs edition='ENTERPRISE_PLUS'")


def _custom(cpus: int, megabytes: int) -> Iterator[Finding]:
    """https://cloud.google.com/sql/docs/postgres/create-instance#machine-types."""
    if cpus != 1 and (cpus % 2 or not 2 <= cpus <= 96):  # noqa: PLR2004 # Google's bounds
        yield Finding("tier", f"{cpus} CPUs are neither 1 nor an even number up to 96")
    if megabytes % _STEP_MB or megabytes < _LEAST_MB:
        yield Finding(
            "tier", f"{megabytes} MB is not a multiple of {_STEP_MB} MB, {_LEAST_MB} at least"
        )
    low, high = (int(cpus * part) for part in _MB_PER_CPU)
    if not low <= megabytes <= high:
        yield Finding("tier", f"{megabytes} MB does not go with {cpus} CPUs: {low} to {high} MB")


def _engine(item: "SqlInstance") -> Iterator[Finding]:
    """What only some engines have: https://cloud.google.com/sql/docs/features."""
    engine = item.database_version.split("_")[0]
    if engine != "SQLSERVER":
        for field in (
            "collation",
            "time_zone",
            "active_directory",
            "audit",
            "entra_tenant_id",
            "entra_application_id",
            "threads_per_core",
        ):
            if getattr(item, field) is not None:
                yield Finding(field, "is for SQL Server only")
    elif item.root_password is None and item.master_instance is None:
        yield Finding("root_password", "is needed by SQL Server")
    if (item.entra_tenant_id is None) != (item.entra_application_id is None):
        yield Finding("", "entra_tenant_id and entra_application_id go together")
    backups = item.backups
    if backups is not None:
        if engine == "MYSQL" and backups.point_in_time_recovery is not None:
            yield Finding("backups.point_in_time_recovery", "is not for MySQL", "Use binary_log.")
        if engine != "MYSQL" and backups.binary_log is not None:
            yield Finding("backups.binary_log", "is for MySQL only", "Use point_in_time_recovery.")
    ssl = item.network.ssl_mode if item.network else None
    if engine == "SQLSERVER" and ssl == "TRUSTED_CLIENT_CERTIFICATE_REQUIRED":
        yield Finding("network.ssl_mode", "asks for client certificates, which SQL Server has not")


def _disk(item: "SqlInstance") -> Iterator[Finding]:
    """https://cloud.google.com/sql/docs/quotas#storage_limits."""
    size, limit = item.disk_size_gb, item.disk_autoresize_limit_gb
    yield from checks.within("disk_size_gb", size, _LEAST_DISK, _MOST_DISK, "GB")
    if limit:
        if item.disk_autoresize is False:
            yield Finding("disk_autoresize_limit_gb", "needs disk_autoresize=True")
        if size is not None and limit < size:
            yield Finding("disk_autoresize_limit_gb", f"{limit} is less than disk_size_gb={size}")
    if item.disk_type == "PD_HDD" and item.tier.startswith(_PLUS):
        yield Finding("disk_type", "PD_HDD is not for the edition ENTERPRISE_PLUS")
    for field in ("disk_provisioned_iops", "disk_provisioned_throughput"):
        if getattr(item, field) is not None and item.disk_type != "HYPERDISK_BALANCED":
            yield Finding(field, "needs disk_type='HYPERDISK_BALANCED'")


def _backups(item: "SqlInstance") -> Iterator[Finding]:
    """https://cloud.google.com/sql/docs/postgres/high-availability."""
    backups = item.backups
    engine = item.database_version.split("_")[0]
    days = backups.transaction_log_retention_days if backups else None
    if days is not None and days > _WEEK and item.tier.startswith(("db-custom-", *_SHARED)):
        yield Finding(
            "backups.transaction_log_retention_days",
            f"{days} is more than {_WEEK}",
            "More needs edition='ENTERPRISE_PLUS'.",
        )
    if item.master_instance is not None:
        if backups is not None and backups.enabled and engine != "MYSQL":
            yield Finding("backups.enabled", "a replica has no backups: its primary has")
    elif item.availability == "REGIONAL":
        log = _LOGS.get(engine)
        if backups is None:
            yield Finding("backups", "is needed with availability='REGIONAL'")
        elif not backups.enabled:
            yield Finding("backups.enabled", "is needed with availability='REGIONAL'")
        elif log is not None and not getattr(backups, log):
            yield Finding(f"backups.{log}", "is needed with availability='REGIONAL'")


def _places(item: "SqlInstance", scope: Scope) -> Iterator[Finding]:
    """https://cloud.google.com/sql/docs/postgres/locations."""
    region = item.region or scope.region
    for field in ("zone", "secondary_zone"):
        zone = getattr(item, field)
        if zone is not None and zone.rsplit("-", 1)[0] != region:
            yield Finding(field, f"{zone!r} is not a zone of {region}")
    if item.secondary_zone is not None:
        if item.availability != "REGIONAL":
            yield Finding("secondary_zone", "needs availability='REGIONAL'")
        elif item.secondary_zone == item.zone:
            yield Finding("secondary_zone", "is the zone that it prefers")


def _private(item: "SqlInstance") -> Iterator[Finding]:
    """A private address takes private services access to the network.

    https://cloud.google.com/sql/docs/postgres/configure-private-ip. For a network that is managed
    elsewhere, so is that.
    """
    network = item.network.private_network if item.network else None
    if not isinstance(network, Resource):
        return
    wanted = network_kinds.PRIVATE_SERVICE_CONNECTION.name
    if not any(other.KIND.name == wanted for other in item.depends_on):
        yield Finding(
            "network.private_network",
            "needs private services access to the network before it",
            "Declare a PrivateServiceConnection, and name it in depends_on.",
        )
