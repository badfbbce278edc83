"""The parts of a Cloud SQL instance."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import NetworkRef, Seconds, Text

_ANY_ORDER = Facet.UNORDERED
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_DAY = r"(\d{4}-)?\d{2}-\d{2}"


@block
class SqlBackups(Part):
    """Automatic backups: https://cloud.google.com/sql/docs/postgres/backup-recovery/backups.

    Attributes:
        enabled: whether they are made.
        start_time: when the four hours begin in which they are made, in UTC: ``03:00``.
        location: where they are kept: a region or multi-region.
        retained: how many are kept, 1 to 365.
        point_in_time_recovery: whether any moment can be restored; not for MySQL.
        binary_log: the same for MySQL; replicas need it too.
        transaction_log_retention_days: how far back: 1 to 7 days, 35 with ENTERPRISE_PLUS.
    """

    enabled: bool = required()
    start_time: str | None = spec()
    location: Text | None = spec()
    retained: int | None = spec(wire="backupRetentionSettings.retainedBackups")
    point_in_time_recovery: bool | None = spec(wire="pointInTimeRecoveryEnabled")
    binary_log: bool | None = spec(wire="binaryLogEnabled")
    transaction_log_retention_days: int | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the time and the numbers, and that what needs backups has them."""
        yield from checks.pattern("start_time", self.start_time, _CLOCK, "a time, as '03:00'")
        yield from checks.within("retained", self.retained, 1, 365, "backups")
        yield from checks.within(
            "transaction_log_retention_days", self.transaction_log_retention_days, 1, 35, "days"
        )
        if not self.enabled:
            for field in ("point_in_time_recovery", "binary_log"):
                if getattr(self, field):
                    yield Finding(field, "needs enabled=True")


@block
class SqlAuthorizedNetwork(Part):
    """Addresses that may reach a public address.

    Attributes:
        value: the range.
        name: a note.
        expiration_time: until when.
    """

    value: Text = required(like="cidr")
    name: Text | None = spec()
    expiration_time: str | datetime | None = spec(like="timestamp", encode=encode.moment)

    def findings(self) -> Iterator[Finding]:
        """Check the range.

        https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances
        """
        yield from checks.cidr("value", self.value)


@block
class SqlPscConnection(Part):
    """A network that Private Service Connect endpoints are made in.

    Attributes:
        consumer_network: the network.
        consumer_project: its project.
    """

    consumer_network: NetworkRef = required(like="link")
    consumer_project: Text | None = spec()


@block
class SqlPsc(Part):
    """Private Service Connect: https://cloud.google.com/sql/docs/postgres/about-private-service-connect.

    Attributes:
        enabled: whether it can be reached so.
        allowed_consumer_projects: from these projects.
        network_attachment: the attachment that it reaches out through.
        auto_connections: networks that Google makes endpoints in.
        auto_dns: whether Google makes DNS records of endpoints.
        write_endpoint_dns: and one that follows the primary.
        auto_connection_policy: whether policies of the networks make endpoints.
    """

    enabled: bool = required(wire="pscEnabled")
    allowed_consumer_projects: Sequence[str] | None = spec(_ANY_ORDER)
    network_attachment: Text | None = spec(wire="networkAttachmentUri", like="link")
    auto_connections: Sequence[SqlPscConnection] | None = spec(wire="pscAutoConnections")
    auto_dns: bool | None = spec(wire="pscAutoDnsEnabled")
    write_endpoint_dns: bool | None = spec(wire="pscWriteEndpointDnsEnabled")
    auto_connection_policy: bool | None = spec(wire="pscAutoConnectionPolicyEnabled")


@block
class SqlNetwork(Part):
    """From where an instance is reached: https://cloud.google.com/sql/docs/postgres/connect-overview.

    Attributes:
        public_ip: whether it has a public address; it has, if not given.
        private_network: the network that it has a private address in. Can't be taken away.
        allocated_range: the name of the reserved range that address is of.
        private_path: whether Google's services reach it by its private address.
        authorized_networks: who may reach the public address.
        ssl_mode: whether connections must be encrypted, with or without client certificates.
        server_ca_mode: who signs its certificate.
        server_ca_pool: the CA pool, with CUSTOMER_MANAGED_CAS_CA.
        server_certificate_rotation: whether the certificate changes by itself.
        alternative_names: further names in its certificate.
        psc: Private Service Connect.
    """

    public_ip: bool | None = spec(wire="ipv4Enabled")
    private_network: NetworkRef | None = spec(like="link")
    allocated_range: Text | None = spec(wire="allocatedIpRange")
    private_path: bool | None = spec(wire="enablePrivatePathForGoogleCloudServices")
    authorized_networks: Sequence[SqlAuthorizedNetwork] | None = spec(
        _ANY_ORDER, key="value", like="cidr"
    )
    ssl_mode: (
        Literal[
            "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
            "ENCRYPTED_ONLY",
            "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
        ]
        | None
    ) = spec()
    server_ca_mode: (
        Literal["GOOGLE_MANAGED_INTERNAL_CA", "GOOGLE_MANAGED_CAS_CA", "CUSTOMER_MANAGED_CAS_CA"]
        | None
    ) = spec()
    server_ca_pool: Text | None = spec()
    server_certificate_rotation: (
        Literal["NO_AUTOMATIC_ROTATION", "AUTOMATIC_ROTATION_DURING_MAINTENANCE"] | None
    ) = spec(wire="serverCertificateRotationMode")
    alternative_names: Sequence[str] | None = spec(_ANY_ORDER, wire="customSubjectAlternativeNames")
    psc: SqlPsc | None = spec(wire="pscConfig")

    def findings(self) -> Iterator[Finding]:
        """Check that it can be reached at all, and what needs what."""
        psc = self.psc is not None and self.psc.enabled
        if self.public_ip is False and self.private_network is None and not psc:
            yield Finding("", "has no address: public_ip, private_network or psc is needed")
        if self.public_ip is False and self.authorized_networks:
            yield Finding("authorized_networks", "needs public_ip=True")
        if self.private_network is None:
            for field in ("allocated_range", "private_path"):
                if getattr(self, field):
                    yield Finding(field, "needs private_network")
        pool = self.server_ca_mode == "CUSTOMER_MANAGED_CAS_CA"
        if pool != (self.server_ca_pool is not None):
            yield Finding("", "server_ca_pool and 'CUSTOMER_MANAGED_CAS_CA' go together")


@block
class SqlMaintenanceWindow(Part):
    """When Google may maintain an instance: an hour a week, in UTC.

    Attributes:
        day: the day, 1 (Monday) to 7.
        hour: the hour, 0 to 23.
        update_track: who gets changes first: canary, stable or week5.
    """

    day: int = required()
    hour: int = required()
    update_track: Literal["canary", "stable", "week5"] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the day and the hour.

        https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances
        """
        yield from checks.within("day", self.day, 1, 7)
        yield from checks.within("hour", self.hour, 0, 23)


@block
class SqlDenyMaintenance(Part):
    """A time without maintenance, 90 days at most.

    Attributes:
        start_date: the first day: ``2030-11-01``, or ``11-01`` of every year.
        end_date: the last day.
        time: the time of day that both begin at, in UTC: ``00:00:00``.
    """

    start_date: str = required()
    end_date: str = required()
    time: str = required()

    def findings(self) -> Iterator[Finding]:
        """Check the forms.

        https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances
        """
        for field in ("start_date", "end_date"):
            yield from checks.pattern(field, getattr(self, field), _DAY, "a day, as '2030-11-01'")
        yield from checks.pattern("time", self.time, _CLOCK + r":[0-5]\d", "a time, as '00:00:00'")
        if (self.start_date.count("-") == 1) != (self.end_date.count("-") == 1):
            yield Finding("", "start_date and end_date both name a year, or neither does")


@block
class SqlInsights(Part):
    """What is kept of queries: https://cloud.google.com/sql/docs/postgres/using-query-insights.

    Attributes:
        enabled: whether it is.
        enhanced: whether it is for longer and in more detail, with ENTERPRISE_PLUS.
        query_string_length: how much of a query's text: 256 to 4500 bytes, 1 MiB if enhanced.
        query_plans_per_minute: of how many plans: 0 to 20, 200 if enhanced.
        record_application_tags: whether tags in comments are read.
        record_client_address: whether the client's address is.
    """

    enabled: bool = required(wire="queryInsightsEnabled")
    enhanced: bool | None = spec(wire="enhancedQueryInsightsEnabled")
    query_string_length: int | None = spec()
    query_plans_per_minute: int | None = spec()
    record_application_tags: bool | None = spec()
    record_client_address: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the sizes."""
        longest, most = (2**20, 200) if self.enhanced else (4500, 20)
        yield from checks.within(
            "query_string_length", self.query_string_length, 256, longest, "bytes"
        )
        yield from checks.within(
            "query_plans_per_minute", self.query_plans_per_minute, 0, most, "plans"
        )


@block
class SqlPasswordPolicy(Part):
    """What passwords of an instance's users must be like.

    Attributes:
        enabled: whether it holds.
        min_length: how long they are at least.
        complexity: COMPLEXITY_DEFAULT asks for letters of both cases, digits and others.
        reuse_interval: how many of the last ones can't be used again.
        disallow_username_substring: whether the user's name may not be in it.
        password_change_interval: how long it can't be changed again; PostgreSQL only.
    """

    enabled: bool = required(wire="enablePasswordPolicy")
    min_length: int | None = spec()
    complexity: Literal["COMPLEXITY_DEFAULT", "COMPLEXITY_UNSPECIFIED"] | None = spec()
    reuse_interval: int | None = spec()
    disallow_username_substring: bool | None = spec()
    password_change_interval: Seconds | None = spec(like="duration", encode=encode.seconds)

    def findings(self) -> Iterator[Finding]:
        """Check the numbers.

        https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances
        """
        yield from checks.within("min_length", self.min_length, 0, 2**31 - 1)
        yield from checks.within("reuse_interval", self.reuse_interval, 0, 2**31 - 1)


@block
class SqlActiveDirectory(Part):
    """The Active Directory that a SQL Server belongs to.

    Attributes:
        domain: the domain.
        mode: whose it is.
        dns_servers: its DNS servers, if it is the customer's.
        admin_credential_secret_name: the secret of its administrator, if it is the customer's.
        organizational_unit: where the server stands in it.
    """

    domain: Text = required()
    mode: Literal["MANAGED_ACTIVE_DIRECTORY", "CUSTOMER_MANAGED_ACTIVE_DIRECTORY"] | None = spec()
    dns_servers: Sequence[str] | None = spec()
    admin_credential_secret_name: Text | None = spec()
    organizational_unit: Text | None = spec()


@block
class SqlServerAudit(Part):
    """Where a SQL Server keeps its audit.

    Attributes:
        bucket: the bucket: ``gs://…``.
        retention_interval: how long it is kept on the server.
        upload_interval: how often it is uploaded.
    """

    bucket: Text | None = spec()
    retention_interval: Seconds | None = spec(like="duration", encode=encode.seconds)
    upload_interval: Seconds | None = spec(like="duration", encode=encode.seconds)


@block
class SqlTargetMetric(Part):
    """What a read pool's size follows.

    Attributes:
        metric: the metric, such as ``AVERAGE_CPU_UTILIZATION``.
        value: the value to keep it at.
    """

    metric: str = required()
    value: float = required(wire="targetValue")


@block
class SqlReadPool(Part):
    """How a read pool grows by itself.

    Attributes:
        enabled: whether it does.
        min_nodes: the fewest nodes.
        max_nodes: the most nodes, 20.
        target_metrics: what its size follows.
        disable_scale_in: whether it only grows.
        scale_in_cooldown: how long it waits before it shrinks.
        scale_out_cooldown: how long it waits before it grows.
    """

    enabled: bool = required()
    min_nodes: int | None = spec(wire="minNodeCount")
    max_nodes: int | None = spec(wire="maxNodeCount")
    target_metrics: Sequence[SqlTargetMetric] | None = spec(_ANY_ORDER, key="metric")
    disable_scale_in: bool | None = spec()
    scale_in_cooldown: Seconds | None = spec(
        wire="scaleInCooldownSeconds", encode=encode.whole_seconds
    )
    scale_out_cooldown: Seconds | None = spec(
        wire="scaleOutCooldownSeconds", encode=encode.whole_seconds
    )

    def findings(self) -> Iterator[Finding]:
        """Check the bounds.

        https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances
        """
        for field in ("min_nodes", "max_nodes"):
            yield from checks.within(field, getattr(self, field), 1, 20, "nodes")
        if self.min_nodes is not None and self.max_nodes is not None:
            yield from checks.within("min_nodes", self.min_nodes, 1, self.max_nodes, "nodes")
