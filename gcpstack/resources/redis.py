"""Redis instances."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import KeyRef, Labels, NetworkRef, Text

#: https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/create
_NAMES = NameRule(
    r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?",
    "1 to 40 lower-case letters, digits and hyphens, a letter first and no hyphen last",
)
_FIXED = Facet.IMMUTABLE
_SMALLEST, _LARGEST = 1, 300
_LEAST_FOR_REPLICAS = 5
_MOST_REPLICAS = 5
_BLOCK, _BLOCK_WITH_REPLICAS = 29, 28

Day = Literal["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


@block
class RedisMaintenanceWindow(Part):
    """When Google may maintain an instance: an hour a week, in UTC.

    Attributes:
        day: the day.
        hour: the hour that it starts at, 0 to 23.
        minute: the minute, 0 to 59.
    """

    day: Day = required()
    hour: int = required(wire="startTime.hours")
    minute: int | None = spec(wire="startTime.minutes")

    def findings(self) -> Iterator[Finding]:
        """Check the time.

        https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances
        """
        yield from checks.within("hour", self.hour, 0, 23)
        yield from checks.within("minute", self.minute, 0, 59)


@resource(kinds.REDIS_INSTANCE)
class RedisInstance(Declaration):
    """A Memorystore for Redis instance. It holds data: never deleted or replaced without a consent.

    https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances.
    The size, the replicas and the version are changed by a call each; a version can only go up.

    Outputs: ``host``, ``port``, ``read_endpoint``, ``read_endpoint_port``, ``server_ca_certs``,
    ``redis_version``, ``effective_reserved_ip_range``, ``current_location_id``,
    ``persistence_iam_identity``, ``state``, ``name``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: its region; the stack's if not given.
        tier: BASIC, one node without a replica, or STANDARD_HA, which fails over to one.
        memory_size_gb: how much it holds, 1 to 300 GiB.
        redis_version: such as ``REDIS_7_2``; Google's newest if not given.
        display_name: what people see.
        labels: labels.
        location_id: the zone of the node. Can't change.
        alternative_location_id: the zone of the replica, with STANDARD_HA. Can't change.
        authorized_network: the VPC network it is reached from; ``default`` if not given. Can't
            change.
        connect_mode: DIRECT_PEERING (Google's default), or PRIVATE_SERVICE_ACCESS, which needs a
            `PrivateServiceConnection` on the network. Can't change.
        reserved_ip_range: its addresses: a free /29 (/28 with read replicas), or with
            PRIVATE_SERVICE_ACCESS the name of an allocated range. Google answers with what it took
            of it: a change of it is not seen.
        secondary_ip_range: further addresses, for read replicas that are added later; ``auto``.
        redis_configs: Redis parameters, such as ``maxmemory-policy``.
        replica_count: its replicas: 1 to 5 with read replicas.
        read_replicas_mode: READ_REPLICAS_ENABLED or READ_REPLICAS_DISABLED (Google's default).
        auth_enabled: whether clients need a password, which Google makes.
        transit_encryption_mode: SERVER_AUTHENTICATION is TLS; DISABLED is Google's default. Can't
            change.
        customer_managed_key: the KMS key that encrypts it. Can't change.
        persistence_mode: RDB keeps snapshots; DISABLED is Google's default.
        rdb_snapshot_period: how often, with RDB.
        rdb_snapshot_start_time: the moment that the snapshots are counted from.
        maintenance_description: a note on the maintenance windows.
        maintenance_windows: when Google may maintain it; one.
        maintenance_version: the maintenance version to move to.
    """

    NAMES: ClassVar[NameRule | None] = _NAMES

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()
    tier: Literal["BASIC", "STANDARD_HA"] = required(_FIXED)
    memory_size_gb: int = required()
    redis_version: str | None = spec()
    display_name: Text | None = spec()
    labels: Labels | None = spec()
    location_id: str | None = spec(_FIXED)
    alternative_location_id: str | None = spec(_FIXED)
    authorized_network: NetworkRef | None = spec(_FIXED, like="link")
    connect_mode: Literal["DIRECT_PEERING", "PRIVATE_SERVICE_ACCESS"] | None = spec(_FIXED)
    reserved_ip_range: Text | None = spec(_FIXED, like="unread")
    secondary_ip_range: Text | None = spec(like="unread")
    redis_configs: Mapping[str, Text] | None = spec()
    replica_count: int | None = spec()
    read_replicas_mode: Literal["READ_REPLICAS_ENABLED", "READ_REPLICAS_DISABLED"] | None = spec()
    auth_enabled: bool | None = spec()
    transit_encryption_mode: Literal["SERVER_AUTHENTICATION", "DISABLED"] | None = spec(_FIXED)
    customer_managed_key: KeyRef | None = spec(_FIXED)
    persistence_mode: Literal["DISABLED", "RDB"] | None = spec(
        wire="persistenceConfig.persistenceMode"
    )
    rdb_snapshot_period: (
        Literal["ONE_HOUR", "SIX_HOURS", "TWELVE_HOURS", "TWENTY_FOUR_HOURS"] | None
    ) = spec(wire="persistenceConfig.rdbSnapshotPeriod")
    rdb_snapshot_start_time: str | datetime | None = spec(
        wire="persistenceConfig.rdbSnapshotStartTime", like="timestamp", encode=encode.moment
    )
    maintenance_description: Text | None = spec(wire="maintenancePolicy.description")
    maintenance_windows: Sequence[RedisMaintenanceWindow] | None = spec(
        wire="maintenancePolicy.weeklyMaintenanceWindow"
    )
    maintenance_version: Text | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the size, the replicas, the zones and what goes with what.

        https://cloud.google.com/memorystore/docs/redis/supported-versions,
        https://cloud.google.com/memorystore/docs/redis/about-read-replicas
        """
        yield from checks.within("memory_size_gb", self.memory_size_gb, _SMALLEST, _LARGEST, "GiB")
        yield from checks.pattern(
            "redis_version", self.redis_version, r"REDIS_\d_(\d|X)", "a version, as 'REDIS_7_2'"
        )
        yield from self._replica_findings()
        yield from self._zone_findings(scope)
        yield from self._range_findings()
        windows = self.maintenance_windows or ()
        yield from checks.longest("maintenance_windows", windows, 1, "windows")
        if self.maintenance_description and not windows:
            yield Finding("maintenance_description", "needs maintenance_windows")
        if self.persistence_mode != "RDB":
            for field in ("rdb_snapshot_period", "rdb_snapshot_start_time"):
                if getattr(self, field) is not None:
                    yield Finding(field, "needs persistence_mode='RDB'")
        elif self.rdb_snapshot_period is None:
            yield Finding("rdb_snapshot_period", "is needed with persistence_mode='RDB'")

    @property
    def _reads(self) -> bool:
        return self.read_replicas_mode == "READ_REPLICAS_ENABLED"

    def _replica_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/memorystore/docs/redis/about-read-replicas."""
        count = self.replica_count
        if self.tier == "BASIC":
            for field in ("replica_count", "alternative_location_id"):
                if getattr(self, field):
                    yield Finding(field, "needs tier='STANDARD_HA'")
            if self._reads:
                yield Finding("read_replicas_mode", "needs tier='STANDARD_HA'")
        elif self._reads:
            yield from checks.within("replica_count", count, 1, _MOST_REPLICAS, "replicas")
            if self.memory_size_gb < _LEAST_FOR_REPLICAS:
                yield Finding(
                    "memory_size_gb", f"is {_LEAST_FOR_REPLICAS} at least, to read replicas"
                )
        elif count is not None and count != 1:
            yield Finding(
                "replica_count",
                f"{count} is not 1",
                "Add read_replicas_mode='READ_REPLICAS_ENABLED'.",
            )

    def _zone_findings(self, scope: Scope) -> Iterator[Finding]:
        """https://cloud.google.com/memorystore/docs/redis/regions."""
        region = self.location or scope.region
        for field in ("location_id", "alternative_location_id"):
            zone = getattr(self, field)
            if zone is not None and zone.rsplit("-", 1)[0] != region:
                yield Finding(field, f"{zone!r} is not a zone of {region}")
        if self.location_id is not None and self.location_id == self.alternative_location_id:
            yield Finding("alternative_location_id", "is the zone of the node itself")

    def _range_findings(self) -> Iterator[Finding]:
        """https://cloud.google.com/memorystore/docs/redis/networking."""
        text = self.reserved_ip_range
        if not isinstance(text, str) or "/" not in text:
            if isinstance(text, str) and self.connect_mode != "PRIVATE_SERVICE_ACCESS":
                yield Finding(
                    "reserved_ip_range",
                    f"{text!r} is not an IP range",
                    "A name goes with connect_mode='PRIVATE_SERVICE_ACCESS' only.",
                )
            return
        found = list(checks.cidr("reserved_ip_range", text))
        yield from found
        most = _BLOCK_WITH_REPLICAS if self._reads else _BLOCK
        if not found and ipaddress.ip_network(text).prefixlen > most:
            yield Finding("reserved_ip_range", f"{text!r} is smaller than a /{most}")
