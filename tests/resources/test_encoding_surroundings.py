"""What the declarations of a service's surroundings become on the wire, to the letter."""

import pytest

from gcpstack import resources as r
from gcpstack._core.refs import Address, Composed, Link, Sensitive
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

VPC = r.Network("vpc")
LINK = Link(Address("compute.Network", "vpc"))
RUNNER = r.ServiceAccount("shop-runner")
NETWORKS = [
    (r.RegionalAddress("out", network_tier="STANDARD"), {"networkTier": "STANDARD"}),
    (
        r.RegionalAddress(
            "in",
            region="europe-west4",
            address="10.0.0.9",
            address_type="INTERNAL",
            purpose="GCE_ENDPOINT",
            subnetwork=r.Subnetwork(
                "apps", region="europe-west4", network=VPC, ip_cidr_range="10.0.0.0/24"
            ),
        ),
        {
            "address": "10.0.0.9",
            "addressType": "INTERNAL",
            "purpose": "GCE_ENDPOINT",
            "subnetwork": Link(Address("compute.Subnetwork", "europe-west4/apps")),
        },
    ),
    (
        r.Router(
            "fixed",
            network=VPC,
            nats=[
                r.RouterNat(
                    name="nat",
                    nat_ip_allocate_option="MANUAL_ONLY",
                    nat_ips=[r.RegionalAddress("out")],
                    source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
                )
            ],
        ),
        {
            "network": LINK,
            "nats": [
                {
                    "name": "nat",
                    "natIpAllocateOption": "MANUAL_ONLY",
                    "natIps": [Link(Address("compute.Address", "us-central1/out"), spread=True)],
                    "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES",
                }
            ],
        },
    ),
    (VPC, {"autoCreateSubnetworks": False}),
    (
        r.Network("vpc", auto_create_subnetworks=True, routing_mode="GLOBAL", mtu=1500),
        {"autoCreateSubnetworks": True, "routingConfig": {"routingMode": "GLOBAL"}, "mtu": 1500},
    ),
    (
        r.Subnetwork(
            "apps",
            network=VPC,
            ip_cidr_range="10.0.0.0/24",
            secondary_ip_ranges=[r.SecondaryRange(range_name="pods", ip_cidr_range="10.1.0.0/16")],
            private_ip_google_access=True,
            log_config=r.SubnetworkLogConfig(enable=True, flow_sampling=0.5),
        ),
        {
            "network": LINK,
            "ipCidrRange": "10.0.0.0/24",
            "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.1.0.0/16"}],
            "privateIpGoogleAccess": True,
            "logConfig": {"enable": True, "flowSampling": 0.5},
        },
    ),
    (
        r.Firewall(
            "web",
            network=VPC,
            allowed=[r.FirewallProtocol(protocol="tcp", ports=["443", "8000-8999"])],
            source_ranges=["10.0.0.0/8"],
            target_service_accounts=[RUNNER],
            log=True,
        ),
        {
            "network": LINK,
            "direction": "INGRESS",
            "allowed": [{"IPProtocol": "tcp", "ports": ["443", "8000-8999"]}],
            "sourceRanges": ["10.0.0.0/8"],
            "targetServiceAccounts": [
                Link(Address("iam.ServiceAccount", "shop-runner"), "email", spread=True)
            ],
            "logConfig": {"enable": True},
        },
    ),
    (
        r.Router(
            "out",
            network=VPC,
            bgp=r.RouterBgp(asn=64514, keepalive_interval="20s"),
            nats=[
                r.RouterNat(
                    name="nat",
                    nat_ip_allocate_option="AUTO_ONLY",
                    source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
                    subnetworks=[
                        r.NatSubnetwork(
                            name=r.Subnetwork("apps", network=VPC, ip_cidr_range="10.0.0.0/24"),
                            source_ip_ranges_to_nat=["ALL_IP_RANGES"],
                        )
                    ],
                    udp_idle_timeout="1m",
                    log=True,
                    log_filter="ERRORS_ONLY",
                    rules=[r.NatRule(rule_number=1, match="true", active_ips=["projects/p/x/a"])],
                )
            ],
        ),
        {
            "network": LINK,
            "bgp": {"asn": 64514, "keepaliveInterval": 20},
            "nats": [
                {
                    "name": "nat",
                    "natIpAllocateOption": "AUTO_ONLY",
                    "sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS",
                    "subnetworks": [
                        {
                            "name": Link(Address("compute.Subnetwork", "us-central1/apps")),
                            "sourceIpRangesToNat": ["ALL_IP_RANGES"],
                        }
                    ],
                    "udpIdleTimeoutSec": 60,
                    "logConfig": {"enable": True, "filter": "ERRORS_ONLY"},
                    "rules": [
                        {
                            "ruleNumber": 1,
                            "match": "true",
                            "action": {"sourceNatActiveIps": ["projects/p/x/a"]},
                        }
                    ],
                }
            ],
        },
    ),
]

RANGE = r.GlobalAddress(
    "services", address_type="INTERNAL", purpose="VPC_PEERING", prefix_length=16, network="n"
)
CONNECTIONS = [
    (
        r.VpcConnector("web", network=VPC, ip_cidr_range="10.8.0.0/28", max_instances=3),
        {
            "network": Link(Address("compute.Network", "vpc"), "name"),
            "ipCidrRange": "10.8.0.0/28",
            "maxInstances": 3,
        },
    ),
    (
        r.VpcConnector("web", subnet="conn", subnet_project="host-project", max_throughput=400),
        {"subnet": {"name": "conn", "projectId": "host-project"}, "maxThroughput": 400},
    ),
    (
        r.PrivateServiceConnection(VPC, ranges=[RANGE]),
        {
            "reservedPeeringRanges": [
                Link(Address("compute.GlobalAddress", "services"), "name", spread=True)
            ]
        },
    ),
]

EVENTS = r.Topic("events")
TOPIC_LINK = Link(Address("pubsub.Topic", "events"))
KEPT = [
    (
        r.ArtifactRepository(
            "apps",
            format="DOCKER",
            immutable_tags=True,
            cleanup_policies=[
                r.CleanupPolicy(
                    name="old", action="DELETE", tag_state="UNTAGGED", older_than="30d"
                ),
                r.CleanupPolicy(name="few", action="KEEP", keep_count=5),
            ],
        ),
        {
            "format": "DOCKER",
            "dockerConfig": {"immutableTags": True},
            "cleanupPolicies": {
                "old": {
                    "id": "old",
                    "action": "DELETE",
                    "condition": {"tagState": "UNTAGGED", "olderThan": "2592000s"},
                },
                "few": {"id": "few", "action": "KEEP", "mostRecentVersions": {"keepCount": 5}},
            },
        },
    ),
    (
        r.ArtifactRepository(
            "hub",
            location="europe",
            format="DOCKER",
            mode="REMOTE_REPOSITORY",
            remote=r.RemoteRepository(docker="DOCKER_HUB", no_cache=True),
        ),
        {
            "format": "DOCKER",
            "mode": "REMOTE_REPOSITORY",
            "remoteRepositoryConfig": {
                "dockerRepository": {"publicRepository": "DOCKER_HUB"},
                "noCache": {},
            },
        },
    ),
    (
        r.ArtifactRepository(
            "all",
            format="DOCKER",
            mode="VIRTUAL_REPOSITORY",
            upstream_policies=[
                r.UpstreamPolicy(id="own", repository=r.ArtifactRepository("apps", format="DOCKER"))
            ],
        ),
        {
            "format": "DOCKER",
            "mode": "VIRTUAL_REPOSITORY",
            "virtualRepositoryConfig": {
                "upstreamPolicies": [
                    {
                        "id": "own",
                        "repository": Link(
                            Address("artifactregistry.Repository", "us-central1/apps")
                        ),
                    }
                ]
            },
        },
    ),
    (r.LogBucket("_Default", retention_days=90), {"retentionDays": 90}),
    (
        r.LogBucket(
            "audit",
            location="us-central1",
            kms_key_name="projects/p/locations/l/keyRings/r/cryptoKeys/k",
            index_configs=[r.LogIndex(field_path="jsonPayload.a", type="INDEX_TYPE_STRING")],
        ),
        {
            "cmekSettings": {"kmsKeyName": "projects/p/locations/l/keyRings/r/cryptoKeys/k"},
            "indexConfigs": [{"fieldPath": "jsonPayload.a", "type": "INDEX_TYPE_STRING"}],
        },
    ),
    (
        r.CustomRole("deployer", title="Deployer", permissions=["run.services.update"], stage="GA"),
        {"title": "Deployer", "includedPermissions": ["run.services.update"], "stage": "GA"},
    ),
    (EVENTS, {}),
    (
        r.Topic(
            "events",
            message_retention="1d",
            allowed_persistence_regions=["us-central1"],
            schema="projects/p/schemas/s",
            schema_encoding="JSON",
            message_transforms=[r.MessageTransform(function_name="f", code="function f(m, d) {}")],
        ),
        {
            "messageRetentionDuration": "86400s",
            "messageStoragePolicy": {"allowedPersistenceRegions": ["us-central1"]},
            "schemaSettings": {"schema": "projects/p/schemas/s", "encoding": "JSON"},
            "messageTransforms": [
                {"javascriptUdf": {"functionName": "f", "code": "function f(m, d) {}"}}
            ],
        },
    ),
    (
        r.Subscription(
            "push",
            topic=EVENTS,
            push_endpoint="https://a.example.com/push",
            push_service_account=RUNNER,
            ack_deadline="1m",
            expires="never",
            dead_letter_topic=EVENTS,
            max_delivery_attempts=5,
            minimum_backoff=10,
            push_unwrapped_metadata=False,
        ),
        {
            "topic": TOPIC_LINK,
            "pushConfig": {
                "pushEndpoint": "https://a.example.com/push",
                "oidcToken": {
                    "serviceAccountEmail": Link(
                        Address("iam.ServiceAccount", "shop-runner"), "email"
                    )
                },
                "noWrapper": {"writeMetadata": False},
            },
            "ackDeadlineSeconds": 60,
            "expirationPolicy": {"ttl": ""},
            "deadLetterPolicy": {"deadLetterTopic": TOPIC_LINK, "maxDeliveryAttempts": 5},
            "retryPolicy": {"minimumBackoff": "10s"},
        },
    ),
    (
        r.Subscription(
            "files",
            topic=EVENTS,
            expires="31d",
            cloud_storage=r.StorageDelivery(
                bucket=r.Bucket("shop-files"), avro=True, avro_write_metadata=True, max_bytes=10**6
            ),
        ),
        {
            "topic": TOPIC_LINK,
            "expirationPolicy": {"ttl": "2678400s"},
            "cloudStorageConfig": {
                "bucket": Link(Address("storage.Bucket", "shop-files"), "name"),
                "avroConfig": {"writeMetadata": True},
                "maxBytes": "1000000",
            },
        },
    ),
    (
        r.Subscription(
            "rows",
            topic=EVENTS,
            bigquery=r.BigQueryDelivery(table="p.d.t", use_table_schema=True),
        ),
        {"topic": TOPIC_LINK, "bigqueryConfig": {"table": "p.d.t", "useTableSchema": True}},
    ),
    (
        r.LogSink("errors", destination=EVENTS, filter="severity>=ERROR"),
        {
            "destination": Composed(("pubsub.googleapis.com/", TOPIC_LINK)),
            "filter": "severity>=ERROR",
        },
    ),
    (
        r.Secret("KEY", topics=[r.SecretTopic(name=EVENTS)]),
        {"replication": {"automatic": {}}, "topics": [{"name": TOPIC_LINK}]},
    ),
]

DATABASE = r.SqlInstance("db", database_version="POSTGRES_15", tier="db-custom-2-7680")
DATABASE_LINK = Link(Address("sql.DatabaseInstance", "db"), "name")
SQL = [
    (
        DATABASE,
        {
            "region": "us-central1",
            "databaseVersion": "POSTGRES_15",
            "settings": {"tier": "db-custom-2-7680"},
        },
    ),
    (
        r.SqlInstance(
            "db",
            region="us-east1",
            database_version="POSTGRES_16",
            tier="db-custom-4-15360",
            edition="ENTERPRISE",
            availability="REGIONAL",
            disk_size_gb=20,
            disk_type="PD_SSD",
            disk_autoresize=True,
            disk_autoresize_limit_gb=100,
            labels={"team": "web"},
            database_flags={"max_connections": "200"},
            backups=r.SqlBackups(
                enabled=True,
                start_time="03:00",
                retained=14,
                point_in_time_recovery=True,
                transaction_log_retention_days=7,
            ),
            network=r.SqlNetwork(
                public_ip=False,
                private_network=VPC,
                allocated_range="services",
                ssl_mode="ENCRYPTED_ONLY",
                psc=r.SqlPsc(enabled=False),
            ),
            insights=r.SqlInsights(enabled=True, query_string_length=1024),
            maintenance_window=r.SqlMaintenanceWindow(day=7, hour=3, update_track="stable"),
            deletion_protection=True,
            root_password="hunter2",
            depends_on=[r.PrivateServiceConnection(VPC, ranges=[RANGE])],
        ),
        {
            "region": "us-east1",
            "databaseVersion": "POSTGRES_16",
            "settings": {
                "tier": "db-custom-4-15360",
                "edition": "ENTERPRISE",
                "availabilityType": "REGIONAL",
                "dataDiskSizeGb": "20",
                "dataDiskType": "PD_SSD",
                "storageAutoResize": True,
                "storageAutoResizeLimit": "100",
                "userLabels": {"team": "web"},
                "databaseFlags": [{"name": "max_connections", "value": "200"}],
                "backupConfiguration": {
                    "enabled": True,
                    "startTime": "03:00",
                    "backupRetentionSettings": {"retainedBackups": 14},
                    "pointInTimeRecoveryEnabled": True,
                    "transactionLogRetentionDays": 7,
                },
                "ipConfiguration": {
                    "ipv4Enabled": False,
                    "privateNetwork": LINK,
                    "allocatedIpRange": "services",
                    "sslMode": "ENCRYPTED_ONLY",
                    "pscConfig": {"pscEnabled": False},
                },
                "insightsConfig": {"queryInsightsEnabled": True, "queryStringLength": 1024},
                "maintenanceWindow": {"day": 7, "hour": 3, "updateTrack": "stable"},
                "deletionProtectionEnabled": True,
            },
            "rootPassword": Sensitive("hunter2"),
        },
    ),
    (
        r.SqlInstance(
            "db-read",
            database_version="POSTGRES_15",
            tier="db-custom-2-7680",
            master_instance=DATABASE,
        ),
        {
            "region": "us-central1",
            "databaseVersion": "POSTGRES_15",
            "settings": {"tier": "db-custom-2-7680"},
            "masterInstanceName": DATABASE_LINK,
        },
    ),
    (r.SqlDatabase("app", instance=DATABASE, charset="UTF8"), {"charset": "UTF8"}),
    (
        r.SqlUser("app", instance=DATABASE, password="hunter2", database_roles=["writers"]),
        {"name": "app", "password": Sensitive("hunter2"), "databaseRoles": ["writers"]},
    ),
    (
        r.SqlUser("app", instance="mysql", host="10.0.0.1", password_expires="90d"),
        {
            "name": "app",
            "host": "10.0.0.1",
            "passwordPolicy": {"passwordExpirationDuration": "7776000s"},
        },
    ),
    (
        r.SqlUser("runner@demo-proj.iam", instance=DATABASE, type="CLOUD_IAM_SERVICE_ACCOUNT"),
        {"name": "runner@demo-proj.iam", "type": "CLOUD_IAM_SERVICE_ACCOUNT"},
    ),
]

CASES = [*REDIS, *NETWORKS, *CONNECTIONS, *KEPT, *SQL]


@pytest.mark.parametrize(("item", "body"), labelled(CASES))
def test_the_body_is_google_s(item, body):
    """No more, no less, and nothing that Google has no field for."""
    assert list(item.problems(SCOPE)) == []
    found = Encoder(SCOPE).declared(item).body

    assert found == body
    assert violations(item.KIND.name, found) == []


def test_a_private_connection_belongs_to_its_network():
    """It has no name of its own, and comes after its network."""
    declared = Encoder(SCOPE).declared(r.PrivateServiceConnection(VPC, ranges=["services"]))

    assert str(declared.address) == (
        "servicenetworking.Connection/vpc/servicenetworking.googleapis.com"
    )
    assert declared.depends_on == {Address("compute.Network", "vpc")}


def test_a_user_is_told_by_its_host_where_it_has_one():
    """MySQL may know several users of a name; any host is none in particular."""
    users = [r.SqlUser("app", instance=DATABASE, host=host) for host in (None, "%", "10.0.0.1")]

    assert [str(user.address_in(SCOPE)) for user in users] == [
        "sql.User/db/app",
        "sql.User/db/app",
        "sql.User/db/app@10.0.0.1",
    ]
    assert Encoder(SCOPE).declared(users[0]).depends_on == {Address("sql.DatabaseInstance", "db")}


def test_a_service_account_is_a_user():
    """PostgreSQL's name for it follows, and it comes first."""
    user = r.SqlUser(RUNNER, instance=DATABASE)
    declared = Encoder(SCOPE).declared(user)

    assert str(declared.address) == "sql.User/db/shop-runner@demo-proj.iam"
    assert declared.body == {
        "name": "shop-runner@demo-proj.iam",
        "type": "CLOUD_IAM_SERVICE_ACCOUNT",
    }
    assert Address("iam.ServiceAccount", "shop-runner") in declared.depends_on
    assert list(user.located(SCOPE).problems(SCOPE)) == []


def test_mysql_names_service_accounts_in_its_own_way():
    """Calls name it whole, and the database by what stands before the @."""
    mysql = r.SqlInstance("my", database_version="MYSQL_8_0", tier="db-f1-micro")
    user = r.SqlUser(RUNNER, instance=mysql)
    declared = Encoder(SCOPE).declared(user)

    assert str(declared.address) == "sql.User/my/shop-runner"
    assert declared.body == {
        "name": "shop-runner@demo-proj.iam.gserviceaccount.com",
        "type": "CLOUD_IAM_SERVICE_ACCOUNT",
    }
    assert list(user.located(SCOPE).problems(SCOPE)) == []


def test_passwords_are_not_shown():
    """Neither a user's nor the first user's."""
    items = [
        r.SqlUser("app", instance="db", password="hunter2"),
        r.SqlInstance(
            "db", database_version="MYSQL_8_0", tier="db-f1-micro", root_password="hunter2"
        ),
    ]

    assert "hunter2" not in repr([items, [Encoder(SCOPE).declared(item).body for item in items]])
