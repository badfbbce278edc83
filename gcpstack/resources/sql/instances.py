"""Cloud SQL instances."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import KeyRef, Labels, SqlInstanceRef, Text
from gcpstack.resources.sources import FromEnv, FromFile, Generated
from gcpstack.resources.sql.parts import (
    SqlActiveDirectory,
    SqlBackups,
    SqlDenyMaintenance,
    SqlInsights,
    SqlMaintenanceWindow,
    SqlNetwork,
    SqlPasswordPolicy,
    SqlReadPool,
    SqlServerAudit,
)
from gcpstack.resources.sql.rules import instance_findings

_FIXED = Facet.IMMUTABLE
_ANY_ORDER = Facet.UNORDERED

#: https://cloud.google.com/sql/docs/postgres/instance-settings#instance-id
_NAMES = NameRule(
    r"[a-z]([-a-z0-9]{0,95}[a-z0-9])?",
    "lower-case letters, digits and hyphens, a letter first and no hyphen last",
)


def flags(values: Mapping[str, object]) -> list[dict[str, object]]:
    """Write flags as Google does: a list of names and values."""
    return [{"name": name, "value": value} for name, value in values.items()]


@resource(kinds.SQL_INSTANCE)
class SqlInstance(Declaration):
    """A Cloud SQL instance. It holds data: never deleted or replaced without a consent.

    https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances. What Google wants changed
    by itself (the version, the edition, the time zone) is changed by a call of its own. A deleted
    instance's name can't be used again for a week.

    Outputs: ``connection_name``, ``private_ip_address``, ``public_ip_address``, ``dns_name``,
    ``service_account_email``, ``server_ca_cert``, ``self_link``, ``state``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        region: its region; the stack's if not given. Can't change.
        database_version: such as ``POSTGRES_16`` or ``MYSQL_8_0``; it can only go up.
        tier: its machine: ``db-f1-micro``, ``db-custom-2-7680``, ``db-perf-optimized-N-2``.
        edition: ENTERPRISE or ENTERPRISE_PLUS.
        availability: ZONAL (Google's default) or REGIONAL, which fails over to another zone.
        activation_policy: ALWAYS (Google's default), or NEVER to stop it.
        disk_size_gb: its disk, 10 GB at least; it can't shrink.
        disk_type: PD_SSD (Google's default), PD_HDD or HYPERDISK_BALANCED. Can't change.
        disk_autoresize: whether the disk grows; it does, if not given.
        disk_autoresize_limit_gb: how far; without limit if 0.
        disk_provisioned_iops: I/O operations a second, with HYPERDISK_BALANCED.
        disk_provisioned_throughput: MiB a second, with HYPERDISK_BALANCED.
        labels: labels.
        database_flags: flags of the database, such as ``max_connections``.
        backups: automatic backups.
        network: from where it is reached.
        insights: what is kept of queries.
        maintenance_window: when Google may maintain it.
        deny_maintenance: when Google may not; one time.
        maintenance_version: the maintenance version to move to, once it exists.
        password_policy: what passwords must be like.
        zone: the zone that it prefers.
        secondary_zone: the zone that it fails over to, with REGIONAL.
        deletion_protection: whether Google refuses to delete it.
        retain_backups_on_delete: whether backups outlive it.
        final_backup: whether a last one is made when it goes,
        final_backup_days: and how long that is kept, 1 to 36135 days.
        connector_enforcement: whether it is reached by connectors only: REQUIRED or NOT_REQUIRED.
        data_api_access: whether SQL can be run by an API.
        data_cache: whether local SSDs cache, with ENTERPRISE_PLUS.
        threads_per_core: 1 turns hyper-threading off; SQL Server only.
        vertex_ai_integration: whether queries can call models.
        dataplex_integration: whether its tables are catalogued.
        auto_upgrade: whether minor versions come by themselves. Can't be turned off again.
        replication_lag_max_seconds: when a replica that lags is made anew.
        connection_pooling: whether connections are pooled, with ENTERPRISE_PLUS,
        connection_pool_flags: and with which settings.
        kms_key_name: the KMS key that encrypts it. Can't change.
        root_password: the password of the first user; SQL Server needs it.
        master_instance: the primary that it is a replica of. Can't change.
        cascadable_replica: whether a replica can have replicas of its own.
        dr_replica: the replica that takes over when the region fails.
        instance_type: what it is, where that does not follow: a read pool.
        node_count: the nodes of a read pool.
        read_pool: how a read pool grows by itself.
        pricing_plan: PER_USE (Google's default) or PACKAGE.
        collation: the server's collation; SQL Server only. Can't change.
        time_zone: the server's time zone; SQL Server only.
        active_directory: the domain of a SQL Server.
        audit: the audit of a SQL Server.
        entra_tenant_id: the Entra ID tenant of a SQL Server,
        entra_application_id: and its application there.
    """

    NAMES: ClassVar[NameRule | None] = _NAMES

    name: str = identity(kw_only=False)
    project: str | None = scope()
    region: str | None = spec(_FIXED)
    database_version: str = required()
    tier: str = required(wire="settings.tier")
    edition: Literal["ENTERPRISE", "ENTERPRISE_PLUS"] | None = spec(wire="settings.edition")
    availability: Literal["ZONAL", "REGIONAL"] | None = spec(wire="settings.availabilityType")
    activation_policy: Literal["ALWAYS", "NEVER", "ON_DEMAND"] | None = spec(
        wire="settings.activationPolicy"
    )
    disk_size_gb: int | None = spec(wire="settings.dataDiskSizeGb", encode=encode.text)
    disk_type: Literal["PD_SSD", "PD_HDD", "HYPERDISK_BALANCED"] | None = spec(
        _FIXED, wire="settings.dataDiskType"
    )
    disk_autoresize: bool | None = spec(wire="settings.storageAutoResize", otherwise=True)
    disk_autoresize_limit_gb: int | None = spec(
        wire="settings.storageAutoResizeLimit", encode=encode.text
    )
    disk_provisioned_iops: int | None = spec(
        wire="settings.dataDiskProvisionedIops", encode=encode.text
    )
    disk_provisioned_throughput: int | None = spec(
        wire="settings.dataDiskProvisionedThroughput", encode=encode.text
    )
    labels: Labels | None = spec(wire="settings.userLabels")
    database_flags: Mapping[str, Text] | None = spec(
        _ANY_ORDER, wire="settings.databaseFlags", key="name", encode=flags
    )
    backups: SqlBackups | None = spec(wire="settings.backupConfiguration")
    network: SqlNetwork | None = spec(wire="settings.ipConfiguration")
    insights: SqlInsights | None = spec(wire="settings.insightsConfig")
    maintenance_window: SqlMaintenanceWindow | None = spec(wire="settings.maintenanceWindow")
    deny_maintenance: Sequence[SqlDenyMaintenance] | None = spec(
        wire="settings.denyMaintenancePeriods"
    )
    maintenance_version: Text | None = spec()
    password_policy: SqlPasswordPolicy | None = spec(wire="settings.passwordValidationPolicy")
    zone: str | None = spec(wire="settings.locationPreference.zone")
    secondary_zone: str | None = spec(wire="settings.locationPreference.secondaryZone")
    deletion_protection: bool | None = spec(wire="settings.deletionProtectionEnabled")
    retain_backups_on_delete: bool | None = spec(wire="settings.retainBackupsOnDelete")
    final_backup: bool | None = spec(wire="settings.finalBackupConfig.enabled")
    final_backup_days: int | None = spec(wire="settings.finalBackupConfig.retentionDays")
    connector_enforcement: Literal["NOT_REQUIRED", "REQUIRED"] | None = spec(
        wire="settings.connectorEnforcement"
    )
    data_api_access: Literal["ALLOW_DATA_API", "DISALLOW_DATA_API"] | None = spec(
        wire="settings.dataApiAccess"
    )
    data_cache: bool | None = spec(wire="settings.dataCacheConfig.dataCacheEnabled")
    threads_per_core: int | None = spec(wire="settings.advancedMachineFeatures.threadsPerCore")
    vertex_ai_integration: bool | None = spec(wire="settings.enableGoogleMlIntegration")
    dataplex_integration: bool | None = spec(wire="settings.enableDataplexIntegration")
    auto_upgrade: bool | None = spec(wire="settings.autoUpgradeEnabled")
    replication_lag_max_seconds: int | None = spec(wire="settings.replicationLagMaxSeconds")
    connection_pooling: bool | None = spec(
        wire="settings.connectionPoolConfig.connectionPoolingEnabled"
    )
    connection_pool_flags: Mapping[str, Text] | None = spec(
        _ANY_ORDER, wire="settings.connectionPoolConfig.flags", key="name", encode=flags
    )
    kms_key_name: KeyRef | None = spec(_FIXED, wire="diskEncryptionConfiguration.kmsKeyName")
    root_password: Text | Sensitive | FromFile | FromEnv | Generated | None = spec(
        Facet.WRITE_ONLY | Facet.SENSITIVE, encode=encode.sensitive
    )
    master_instance: SqlInstanceRef | None = spec(
        _FIXED, wire="masterInstanceName", link="name", like="instance"
    )
    cascadable_replica: bool | None = spec(wire="replicaConfiguration.cascadableReplica")
    dr_replica: Text | None = spec(wire="replicationCluster.failoverDrReplicaName", like="instance")
    instance_type: (
        Literal["CLOUD_SQL_INSTANCE", "READ_REPLICA_INSTANCE", "READ_POOL_INSTANCE"] | None
    ) = spec()
    node_count: int | None = spec()
    read_pool: SqlReadPool | None = spec(wire="settings.readPoolAutoScaleConfig")
    pricing_plan: Literal["PER_USE", "PACKAGE"] | None = spec(wire="settings.pricingPlan")
    collation: Text | None = spec(_FIXED, wire="settings.collation")
    time_zone: Text | None = spec(wire="settings.timeZone")
    active_directory: SqlActiveDirectory | None = spec(wire="settings.activeDirectoryConfig")
    audit: SqlServerAudit | None = spec(wire="settings.sqlServerAuditConfig")
    entra_tenant_id: Text | None = spec(wire="settings.entraidConfig.tenantId")
    entra_application_id: Text | None = spec(wire="settings.entraidConfig.applicationId")

    def bind(self, scope: Scope) -> Self:
        """Put it into the stack's region, where none is given."""
        bound = super().bind(scope)
        return bound if bound.region else dataclasses.replace(bound, region=scope.region)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check machine, disk, backups, addresses, and what each engine and edition lacks."""
        yield from checks.region("region", self.region or scope.region)
        yield from instance_findings(self, scope)
