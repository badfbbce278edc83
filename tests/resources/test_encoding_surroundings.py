"""What the declarations of a service's surroundings become on the wire, to the letter."""

import pytest

from gcpstack import resources as r
from gcpstack._core.resource import Encoder, Scope

from .schema import violations
from .tables import labelled

SCOPE = Scope("demo-proj", "us-central1", "shop")

REDIS = [
    (
        r.RedisInstance("cache", tier="BASIC", memory_size_gb=1),
        {"tier": "BASIC", "memorySizeGb": 1},
    ),
    (
        r.RedisInstance(
            "cache",
            tier="STANDARD_HA",
            memory_size_gb=5,
            redis_version="REDIS_7_2",
            authorized_network="projects/demo-proj/global/networks/vpc",
            connect_mode="PRIVATE_SERVICE_ACCESS",
            reserved_ip_range="services",
            redis_configs={"maxmemory-policy": "allkeys-lru"},
            replica_count=2,
            read_replicas_mode="READ_REPLICAS_ENABLED",
            auth_enabled=True,
            transit_encryption_mode="SERVER_AUTHENTICATION",
            persistence_mode="RDB",
            rdb_snapshot_period="SIX_HOURS",
            maintenance_windows=[r.RedisMaintenanceWindow(day="SUNDAY", hour=3)],
        ),
        {
            "tier": "STANDARD_HA",
            "memorySizeGb": 5,
            "redisVersion": "REDIS_7_2",
            "authorizedNetwork": "projects/demo-proj/global/networks/vpc",
            "connectMode": "PRIVATE_SERVICE_ACCESS",
            "reservedIpRange": "services",
            "redisConfigs": {"maxmemory-policy": "allkeys-lru"},
            "replicaCount": 2,
            "readReplicasMode": "READ_REPLICAS_ENABLED",
            "authEnabled": True,
            "transitEncryptionMode": "SERVER_AUTHENTICATION",
            "persistenceConfig": {"persistenceMode": "RDB", "rdbSnapshotPeriod": "SIX_HOURS"},
            "maintenancePolicy": {
                "weeklyMaintenanceWindow": [{"day": "SUNDAY", "startTime": {"hours": 3}}]
            },
        },
    ),
]

CASES = [*REDIS]


@pytest.mark.parametrize(("item", "body"), labelled(CASES))
def test_the_body_is_google_s(item, body):
    """No more, no less, and nothing that Google has no field for."""
    assert list(item.problems(SCOPE)) == []
    found = Encoder(SCOPE).declared(item).body

    assert found == body
    assert violations(item.KIND.name, found) == []
