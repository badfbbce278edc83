"""Changes that Google would refuse are told by the plan, before anything is touched."""

import dataclasses

import pytest

from gcpstack import Stack
from gcpstack import resources as r
from gcpstack.exceptions import PlanError
from gcpstack.resources import kinds

from .lives import nat
from .lives_events import HANDLER, HELLO
from .tables import labelled

VPC = r.Network("vpc")
REDIS = r.RedisInstance("cache", tier="STANDARD_HA", memory_size_gb=5, redis_version="REDIS_7_2")
READS = {"read_replicas_mode": "READ_REPLICAS_ENABLED", "replica_count": 2}
SQL = r.SqlInstance(
    "db",
    database_version="POSTGRES_15",
    tier="db-custom-2-7680",
    edition="ENTERPRISE",
    disk_size_gb=50,
    allow_delete=True,
)
MYSQL = dataclasses.replace(SQL, name="mysql", database_version="MYSQL_8_0")
RESERVED = r.GlobalAddress(
    "services", address_type="INTERNAL", purpose="VPC_PEERING", prefix_length=20, network=VPC
)
PEERED = r.PrivateServiceConnection(VPC, ranges=[RESERVED])
CONNECTOR = r.VpcConnector(
    "con", network=VPC, ip_cidr_range="10.8.0.0/28", min_instances=3, max_instances=5
)
SUBNETWORK = r.Subnetwork("apps", network=VPC, ip_cidr_range="10.10.0.0/20")
NET = r.Network("net", enable_ula_internal_ipv6=True)
DUAL = r.Subnetwork(
    "dual",
    network=NET,
    ip_cidr_range="10.30.0.0/24",
    stack_type="IPV4_IPV6",
    ipv6_access_type="INTERNAL",
)
PROXIES = r.Subnetwork(
    "proxies",
    network=VPC,
    ip_cidr_range="10.40.0.0/24",
    purpose="REGIONAL_MANAGED_PROXY",
    role="ACTIVE",
)
ROUTER = r.Router("out", network=VPC, nats=nat())
CLASSIC = r.BackendService("classic", load_balancing_scheme="EXTERNAL")
LOGS = r.LogBucket("kept", retention_days=90, analytics_enabled=True)
LOCKED = r.LogBucket("locked", retention_days=90, locked=True, allow_irreversible=True)

CALLED = r.CloudFunction("hello", runtime="python313", source=HELLO)
STARTED = dataclasses.replace(
    CALLED,
    source=HANDLER,
    entry_point="handle",
    trigger=r.FunctionTrigger(topic=r.Topic("events")),
)

#: What exists, how it is declared next, and what the plan says.
CASES = [
    (REDIS, {"redis_version": "REDIS_6_X"}, "redis_version can't go back from REDIS_7_2"),
    (
        dataclasses.replace(REDIS, **READS),
        {"read_replicas_mode": "READ_REPLICAS_DISABLED", "replica_count": 1},
        "read_replicas_mode can't be disabled again",
    ),
    (
        dataclasses.replace(REDIS, **READS),
        {"read_replicas_mode": None, "replica_count": None},
        "read_replicas_mode can't be disabled again. Declare READ_REPLICAS_ENABLED",
    ),
    (SQL, {"database_version": "POSTGRES_14"}, "can't go back from POSTGRES_15 to POSTGRES_14"),
    (SQL, {"database_version": "MYSQL_8_0"}, "can't turn POSTGRES_15 into MYSQL_8_0"),
    (
        dataclasses.replace(
            SQL, network=r.SqlNetwork(private_network=VPC, public_ip=True), depends_on=[PEERED]
        ),
        {"network": r.SqlNetwork(public_ip=True)},
        "network.private_network can't be taken away again",
    ),
    (
        dataclasses.replace(MYSQL, auto_upgrade=True),
        {"auto_upgrade": None},
        "auto_upgrade can't be turned off again",
    ),
    (SQL, {"disk_size_gb": 20}, "disk_size_gb can't shrink from 50 to 20 GB"),
    (SQL, {"region": "europe-west1"}, "can't be used again for 7 days. Declare another one"),
    (CONNECTOR, {"max_instances": 4}, "max_instances can't shrink from 5 to 4 machines"),
    (CONNECTOR, {"min_instances": 2}, "min_instances can't shrink from 3 to 2 machines"),
    (SUBNETWORK, {"ip_cidr_range": "10.10.0.0/24"}, "10.10.0.0/24 does not hold 10.10.0.0/20"),
    (SUBNETWORK, {"ip_cidr_range": "10.20.0.0/16"}, "10.20.0.0/16 does not hold 10.10.0.0/20"),
    (NET, {"auto_create_subnetworks": True}, "can't be turned on again: the network is a custom"),
    (NET, {"enable_ula_internal_ipv6": False}, "enable_ula_internal_ipv6 can't be turned off"),
    (DUAL, {"ipv6_access_type": "EXTERNAL"}, "ipv6_access_type is INTERNAL for good"),
    (
        DUAL,
        {"stack_type": "IPV6_ONLY", "ip_cidr_range": None},
        "stack_type can't change from IPV4_IPV6 to IPV6_ONLY",
    ),
    (PROXIES, {"role": "BACKUP"}, "role is ACTIVE until another one is made active"),
    (
        PROXIES,
        {"purpose": "GLOBAL_MANAGED_PROXY"},
        "purpose can't change from REGIONAL_MANAGED_PROXY to GLOBAL_MANAGED_PROXY",
    ),
    (
        ROUTER,
        {"nats": nat(type="PRIVATE", nat_ip_allocate_option=None)},
        "type can't change from PUBLIC to PRIVATE",
    ),
    (
        CLASSIC,
        {"load_balancing_scheme": "EXTERNAL_MANAGED"},
        "can't change from EXTERNAL to EXTERNAL_MANAGED at once",
    ),
    (
        CLASSIC,
        {"load_balancing_scheme": "INTERNAL_MANAGED"},
        "can't change from EXTERNAL to INTERNAL_MANAGED",
    ),
    (LOGS, {"analytics_enabled": False}, "analytics_enabled can't be turned off again"),
    (
        CALLED,
        {"trigger": STARTED.trigger, "source": HANDLER, "entry_point": "handle"},
        "trigger can't change from calls to events. Declare another function",
    ),
    (STARTED, {"trigger": None}, "trigger can't change from events to calls"),
    (LOCKED, {"locked": False}, "locked can't be unlocked"),
    (LOCKED, {"retention_days": 30}, "retention_days is locked at 90 days"),
]


def stack(item):
    made = Stack("shop", enable_apis=False)
    made.add(item)
    return made


@pytest.mark.parametrize(("item", "fields", "words"), labelled(CASES))
def test_the_plan_refuses(item, fields, words, gcp_settings):
    """And an apply does nothing; what stays as it is stays allowed."""
    stack(item).apply(gcp_settings)
    assert stack(item).plan(gcp_settings).problems == ()
    changed = stack(dataclasses.replace(item, **fields))
    plan = changed.plan(gcp_settings)

    (problem,) = plan.problems
    assert isinstance(problem, PlanError)
    assert words in str(problem)
    assert str(problem).startswith(str(item.address_in(changed.scope(gcp_settings))))
    with pytest.raises(PlanError):
        changed.apply(gcp_settings)
    assert stack(item).plan(gcp_settings).empty


def test_the_name_of_a_deleted_database_instance_is_reserved(gcp_settings):
    """For a week; another name is free."""
    stack(SQL).apply(gcp_settings)
    stack(SQL).destroy(gcp_settings)
    (problem,) = stack(SQL).plan(gcp_settings).problems

    assert "an instance of this name was deleted; the name is reserved until" in str(problem)
    assert "Declare it under another name, or wait." in str(problem)
    with pytest.raises(PlanError):
        stack(SQL).apply(gcp_settings)
    assert stack(dataclasses.replace(SQL, name="db-2")).plan(gcp_settings).problems == ()


def test_what_google_protects_is_released_first(gcp_settings):
    """A consent of ours is not enough; without the protection it goes."""
    guarded = dataclasses.replace(SQL, deletion_protection=True)
    stack(guarded).apply(gcp_settings)
    plan = Stack("shop", enable_apis=False).plan(gcp_settings)
    (problem,) = plan.problems

    assert "Google protects it from deletion (settings.deletionProtectionEnabled)" in str(problem)
    with pytest.raises(PlanError):
        stack(guarded).destroy(gcp_settings)
    stack(dataclasses.replace(SQL, deletion_protection=False)).apply(gcp_settings)
    stack(SQL).destroy(gcp_settings)


def test_a_locked_retention_only_grows():
    """Without the lock it may shrink."""
    live = {"retentionPolicy": {"isLocked": True, "retentionPeriod": "100"}}
    found = [
        [
            str(one.message)
            for one in kinds.BUCKET.refuses(live, {"retentionPolicy": {"retentionPeriod": period}})
        ]
        for period in ("50", "100", "200")
    ]

    assert found == [["can't shrink from 100 to 50 seconds"], [], []]
    live["retentionPolicy"]["isLocked"] = False
    assert not list(kinds.BUCKET.refuses(live, {"retentionPolicy": {"retentionPeriod": "50"}}))
