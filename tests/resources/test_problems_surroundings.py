"""Every plan-time check of a service's surroundings fires, and says where and what."""

import pytest

from gcpstack import resources as r

from .tables import labelled, the_problem


def redis(**fields):
    return r.RedisInstance("cache", **{"tier": "STANDARD_HA", "memory_size_gb": 5, **fields})


READS = {"read_replicas_mode": "READ_REPLICAS_ENABLED"}
REDIS = [
    (r.RedisInstance("a" * 41, tier="BASIC", memory_size_gb=1), "name: .* is no name: 1 to 40"),
    (redis(memory_size_gb=301), "memory_size_gb: 301 is not within 1 to 300 GiB"),
    (redis(redis_version="7.2"), "redis_version: '7.2' is not a version, as 'REDIS_7_2'"),
    (redis(tier="BASIC", replica_count=1), "replica_count: needs tier='STANDARD_HA'"),
    (redis(tier="BASIC", **READS), "read_replicas_mode: needs tier='STANDARD_HA'"),
    (
        redis(tier="BASIC", alternative_location_id="us-central1-b"),
        "alternative_location_id: needs tier='STANDARD_HA'",
    ),
    (redis(replica_count=6, **READS), "replica_count: 6 is not within 1 to 5"),
    (redis(memory_size_gb=4, **READS), "memory_size_gb: is 5 at least, to read replicas"),
    (redis(replica_count=2), "replica_count: 2 is not 1. Add read_replicas_mode="),
    (redis(location_id="us-east1-b"), "location_id: 'us-east1-b' is no zone of us-central1"),
    (
        redis(location_id="us-central1-b", alternative_location_id="us-central1-b"),
        "alternative_location_id: is the zone of the node itself",
    ),
    (redis(reserved_ip_range="services"), "reserved_ip_range: 'services' is no IP range"),
    (redis(reserved_ip_range="10.0.0.1/29"), "reserved_ip_range: '10.0.0.1/29' has host bits"),
    (redis(reserved_ip_range="10.0.0.0/30"), "'10.0.0.0/30' is smaller than a /29"),
    (redis(reserved_ip_range="10.0.0.0/29", **READS), "'10.0.0.0/29' is smaller than a /28"),
    (redis(authorized_network="vpc"), "authorized_network: 'vpc' is a bare name"),
    (redis(rdb_snapshot_period="ONE_HOUR"), "rdb_snapshot_period: needs persistence_mode='RDB'"),
    (redis(persistence_mode="RDB"), "rdb_snapshot_period: is needed with persistence_mode"),
    (redis(maintenance_description="x"), "maintenance_description: needs maintenance_windows"),
    (
        redis(maintenance_windows=[r.RedisMaintenanceWindow(day="SUNDAY", hour=24)]),
        r"maintenance_windows\[0\].hour: 24 is not within 0 to 23",
    ),
    (
        redis(maintenance_windows=[r.RedisMaintenanceWindow(day="SUNDAY", hour=1)] * 2),
        "maintenance_windows: has 2 windows, 1 at most",
    ),
]

CASES = [*REDIS]


@pytest.mark.parametrize(("item", "words"), labelled(CASES))
def test_the_check_fires(item, words):
    """Alone, at its place."""
    the_problem(item, words)
