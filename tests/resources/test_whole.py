"""Whole settings: with everything named, nothing is left to do after an apply, on either transport."""

import dataclasses

import pytest

from gcpstack import Stack, compose
from gcpstack import resources as r

from .whole_events import WHOLE
from .whole_watch import WHOLE as WATCHED

VPC = r.Network("vpc")
SUB = r.Subnetwork("apps", network=VPC, ip_cidr_range="10.10.0.0/24")
RUNNER = r.ServiceAccount("shop-runner")
KEY = r.Secret("KEY")
V = r.SecretVersion(KEY, value="x")
TOPIC = r.Topic("events")
DEAD = r.Topic("dead")
FILES = r.Bucket("shop-files-1", location="US", uniform_access=True)
RANGE = r.GlobalAddress(
    "services", address_type="INTERNAL", purpose="VPC_PEERING", prefix_length=20, network=VPC
)
PSC = r.PrivateServiceConnection(VPC, ranges=[RANGE])
DB = r.SqlInstance(
    "db",
    database_version="POSTGRES_15",
    tier="db-custom-2-7680",
    edition="ENTERPRISE",
    availability="REGIONAL",
    disk_size_gb=50,
    disk_type="PD_SSD",
    disk_autoresize=True,
    disk_autoresize_limit_gb=200,
    labels={"a": "b"},
    database_flags={"max_connections": "200", "log_min_duration_statement": "500"},
    backups=r.SqlBackups(
        enabled=True,
        start_time="03:00",
        point_in_time_recovery=True,
        transaction_log_retention_days=7,
        retained=14,
    ),
    network=r.SqlNetwork(private_network=VPC, public_ip=False, ssl_mode="ENCRYPTED_ONLY"),
    insights=r.SqlInsights(
        enabled=True,
        query_string_length=1024,
        record_application_tags=True,
        record_client_address=True,
    ),
    maintenance_window=r.SqlMaintenanceWindow(day=7, hour=3, update_track="stable"),
    deletion_protection=True,
    zone="us-central1-b",
    depends_on=[PSC],
    connector_enforcement="NOT_REQUIRED",
    root_password="hunter22",
)
APP = r.SqlUser("app", instance=DB, password="one")
ITEMS = {
    "sql": [
        DB,
        r.SqlInstance(
            "db-r",
            database_version="POSTGRES_15",
            tier="db-custom-2-7680",
            edition="ENTERPRISE",
            master_instance=DB,
            region="us-east1",
            network=r.SqlNetwork(private_network=VPC, public_ip=False),
            depends_on=[PSC],
        ),
        r.SqlDatabase("app", instance=DB, charset="UTF8", collation="en_US.UTF8"),
        APP,
        r.SqlImport(
            "schema.sql",
            database=r.SqlDatabase("shop", instance=DB),
            bucket=FILES,
            content="create table a (b int)",
            user="app",
            depends_on=[APP],
        ),
        r.BucketIamMember(
            FILES,
            role="roles/storage.objectViewer",
            member=compose("serviceAccount:{email}", email=DB.output("service_account_email")),
        ),
        r.SqlUser(RUNNER, instance=DB),
    ],
    "run": [
        r.CloudRunService(
            "web",
            image="us-docker.pkg.dev/cloudrun/container/hello",
            port=8080,
            cpu=2,
            memory="2Gi",
            cpu_idle=False,
            startup_cpu_boost=True,
            concurrency=40,
            min_instances=1,
            max_instances=10,
            timeout="5m",
            service_account=RUNNER,
            execution_environment="gen2",
            session_affinity=True,
            startup_probe=r.Probe.http("/up", period=5, failure_threshold=10, timeout=3),
            liveness_probe=r.Probe.http("/live", period=30),
            readiness_probe=r.Probe.http("/ready", period=5),
            env={"A": "b", "PROJECT": "x"},
            secret_env={"KEY": KEY},
            volumes=[
                r.Volume(name="files", gcs=r.BucketVolume(bucket=FILES, read_only=True)),
                r.Volume(name="tmp", empty_dir=r.EmptyDir(medium="MEMORY", size_limit="256Mi")),
                r.Volume(
                    name="keys",
                    secret=r.SecretVolume(
                        secret=KEY, items=[r.SecretItem(path="key", version="1", mode=0o400)]
                    ),
                ),
            ],
            volume_mounts=[
                r.VolumeMount(name="files", mount_path="/files"),
                r.VolumeMount(name="tmp", mount_path="/scratch"),
                r.VolumeMount(name="keys", mount_path="/keys"),
            ],
            containers=[
                r.Container(
                    name="side",
                    image="us-docker.pkg.dev/cloudrun/container/hello",
                    cpu="500m",
                    memory="256Mi",
                    env={"X": "y"},
                )
            ],
            network_interfaces=[r.NetworkInterface(network=VPC, subnetwork=SUB, tags=["web"])],
            vpc_egress="all-traffic",
            ingress="internal-and-cloud-load-balancing",
            labels={"a": "b"},
            annotations={"note": "x"},
            description="d",
            custom_audiences=["https://a.example.com"],
            traffic=[r.TrafficTarget(percent=100), r.TrafficTarget(percent=0, tag="next")],
            service_min_instances=1,
            revision_labels={"r": "l"},
            depends_on=[
                V,
                r.SecretIamMember(KEY, role="roles/secretmanager.secretAccessor", member=RUNNER),
            ],
        )
    ],
    "redis": [
        r.RedisInstance(
            "cache",
            tier="STANDARD_HA",
            memory_size_gb=5,
            redis_version="REDIS_7_2",
            display_name="C",
            labels={"a": "b"},
            location_id="us-central1-a",
            alternative_location_id="us-central1-b",
            authorized_network=VPC,
            connect_mode="PRIVATE_SERVICE_ACCESS",
            redis_configs={"maxmemory-policy": "allkeys-lru"},
            auth_enabled=True,
            transit_encryption_mode="SERVER_AUTHENTICATION",
            persistence_mode="RDB",
            rdb_snapshot_period="SIX_HOURS",
            maintenance_windows=[r.RedisMaintenanceWindow(day="SUNDAY", hour=3, minute=0)],
            replica_count=2,
            read_replicas_mode="READ_REPLICAS_ENABLED",
            depends_on=[PSC],
        ),
        r.RedisInstance(
            "small",
            tier="BASIC",
            memory_size_gb=1,
            reserved_ip_range="10.50.0.0/29",
            authorized_network=VPC,
        ),
    ],
    "secret": [
        r.TopicIamMember(
            TOPIC,
            role="roles/pubsub.publisher",
            member=r.ServiceAgent("secretmanager.googleapis.com").output("member"),
        ),
        r.Secret(
            "ROT",
            topics=[r.SecretTopic(name=TOPIC)],
            rotation_period="30d",
            next_rotation_time="2030-01-01T00:00:00Z",
            labels={"a": "b"},
            annotations={"n": "x"},
            version_destroy_ttl="2d",
        ),
        r.Secret(
            "EXP",
            expire_time="2035-01-01T00:00:00Z",
            replicas=[r.Replica(location="us-central1"), r.Replica(location="us-east1")],
        ),
        r.Secret("TTL", ttl="90d"),
    ],
    "pubsub": [
        r.ProjectIamMember(
            role="roles/pubsub.editor",
            member=r.ServiceAgent("pubsub.googleapis.com").output("member"),
        ),
        r.Topic("top2", message_retention="3d", labels={"a": "b"}),
        r.Subscription(
            "sub1",
            topic=TOPIC,
            ack_deadline=60,
            message_retention="2d",
            retain_acked_messages=True,
            expires="40d",
            filter='attributes.a = "b"',
            dead_letter_topic=DEAD,
            max_delivery_attempts=7,
            minimum_backoff=5,
            maximum_backoff=60,
            enable_message_ordering=True,
            enable_exactly_once_delivery=True,
        ),
        r.Subscription(
            "push1",
            topic=TOPIC,
            push_endpoint="https://a.example.com/x",
            push_service_account=RUNNER,
            push_audience="https://a.example.com",
        ),
    ],
    "net": [
        r.Router(
            "out",
            network=VPC,
            bgp=r.RouterBgp(asn=64514, keepalive_interval=30),
            nats=[
                r.RouterNat(
                    name="nat",
                    nat_ip_allocate_option="AUTO_ONLY",
                    source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
                    subnetworks=[
                        r.NatSubnetwork(name=SUB, source_ip_ranges_to_nat=["ALL_IP_RANGES"])
                    ],
                    min_ports_per_vm=64,
                    udp_idle_timeout=30,
                    icmp_idle_timeout=30,
                    tcp_established_idle_timeout="20m",
                    log=True,
                    log_filter="ERRORS_ONLY",
                    enable_endpoint_independent_mapping=False,
                )
            ],
        ),
        r.Subnetwork(
            "s2",
            network=VPC,
            ip_cidr_range="10.30.0.0/24",
            private_ip_google_access=True,
            secondary_ip_ranges=[
                r.SecondaryRange(range_name="b", ip_cidr_range="10.31.0.0/24"),
                r.SecondaryRange(range_name="a", ip_cidr_range="10.32.0.0/24"),
            ],
            log_config=r.SubnetworkLogConfig(
                enable=True, flow_sampling=0.5, metadata="INCLUDE_ALL_METADATA"
            ),
        ),
        r.Firewall(
            "f",
            network=VPC,
            allowed=[
                r.FirewallProtocol(protocol="tcp", ports=["443", "80"]),
                r.FirewallProtocol(protocol="icmp"),
            ],
            source_ranges=["10.0.0.0/8", "1.2.3.4"],
            target_service_accounts=[RUNNER],
            priority=500,
            log=True,
        ),
        r.Firewall(
            "e",
            network=VPC,
            direction="EGRESS",
            denied=[r.FirewallProtocol(protocol="all")],
            destination_ranges=["0.0.0.0/0"],
        ),
        r.VpcConnector(
            "con",
            network=VPC,
            ip_cidr_range="10.8.0.0/28",
            min_instances=2,
            max_instances=5,
            machine_type="e2-micro",
        ),
        r.VpcConnector(
            "con2",
            subnet=r.Subnetwork("consub", network=VPC, ip_cidr_range="10.9.0.0/28"),
            max_throughput=500,
            min_throughput=200,
        ),
    ],
    "rest": [
        r.ArtifactRepository(
            "img",
            format="DOCKER",
            cleanup_policies=[
                r.CleanupPolicy(
                    name="old", action="DELETE", older_than="30d", tag_state="UNTAGGED"
                ),
                r.CleanupPolicy(name="few", action="KEEP", keep_count=5),
            ],
            immutable_tags=True,
            labels={"a": "b"},
        ),
        r.LogBucket(
            "kept",
            retention_days=365,
            analytics_enabled=True,
            restricted_fields=["jsonPayload.card"],
            index_configs=[r.LogIndex(field_path="jsonPayload.status", type="INDEX_TYPE_STRING")],
        ),
        r.LogBucket("_Default", retention_days=90),
        r.CustomRole(
            "lister", title="L", permissions=["run.services.list", "run.services.get"], stage="GA"
        ),
        r.ProjectIamMember(
            role=r.CustomRole(
                "lister",
                title="L",
                permissions=["run.services.list", "run.services.get"],
                stage="GA",
            ),
            member=RUNNER,
        ),
        r.Budget(
            "b",
            billing_account="0A1B2C-3D4E5F-6A7B8C",
            amount=10.5,
            currency="USD",
            thresholds=[
                r.BudgetThreshold(percent=0.5),
                r.BudgetThreshold(percent=1, basis="FORECASTED_SPEND"),
            ],
            services=["services/24E6-581D-38E5"],
            labels={"a": "b"},
            topic=TOPIC,
            calendar_period="QUARTER",
            credits="INCLUDE_SPECIFIED_CREDITS",
            credit_types=["DISCOUNT"],
        ),
        r.BuildTrigger(
            "pr",
            github=r.GitHubEvents(
                owner="o",
                name="n",
                pull_request=r.PullRequestEvent(
                    branch="^main$", comment_control="COMMENTS_ENABLED"
                ),
            ),
            filename="cloudbuild.yaml",
            service_account=RUNNER,
            tags=["b", "a"],
            substitutions={"_A": "b"},
            approval_required=True,
            include_build_logs="INCLUDE_BUILD_LOGS_WITH_STATUS",
        ),
        r.BuildTrigger(
            "ps",
            location="us-central1",
            topic=TOPIC,
            source=r.GitSource(
                uri="https://github.com/o/n", ref="refs/heads/main", repo_type="GITHUB"
            ),
            file=r.GitFile(
                path="a.yaml",
                uri="https://github.com/o/n",
                revision="refs/heads/main",
                repo_type="GITHUB",
            ),
        ),
        r.ProjectAuditLog(
            "allServices", log_type="ADMIN_READ", exempted_members=["user:Ada@Example.com"]
        ),
        r.ProjectAuditLog("allServices", log_type="DATA_READ"),
    ],
}
ITEMS |= WHOLE | WATCHED


@pytest.mark.parametrize("transport", ["rest", "grpc"])
@pytest.mark.parametrize("name", sorted(ITEMS))
def test_nothing_is_left_to_do(name, transport, gcp_settings):
    """What Google fills in, sorts or writes in another way is no difference."""
    settings = dataclasses.replace(gcp_settings, transport=transport)
    stack = Stack("shop", enable_apis=False)
    for item in ITEMS[name]:
        stack.add(item)
    stack.apply(settings)
    plan = stack.plan(settings)

    assert {str(one.address): one.diff for one in plan.changes if one.mutates} == {}
    assert plan.problems == ()
    assert plan.empty
