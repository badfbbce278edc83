"""One life a kind: as it is declared, each field that changes, each that can't."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gcpstack import PROJECT
from gcpstack import resources as r
from gcpstack._core.resource import Resource

from .lives_events import EVENTS

USER = "user:ada@example.com"
REGION = "us-central1"
CONTEXT = Path(__file__).parents[1] / "adapters" / "context"
IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"


@dataclass(frozen=True)
class Life:
    """What is declared, and what becomes of it.

    Attributes:
        base: the declaration.
        changes: fields that change in place, each with another value.
        fixed: fields that replace the object, each with another value.
        onward: fields of `changes` that never go back.
        shown: the field that a change shows as, where that is another.
        sent: fields that are sent when it is adopted, since Google does not tell them.
        beside: what stands in the stack with it, such as grants that it needs.
    """

    base: Resource
    changes: dict[str, Any] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)
    onward: frozenset[str] = frozenset()
    shown: dict[str, str] = field(default_factory=dict)
    sent: frozenset[str] = frozenset()
    beside: tuple[Resource, ...] = ()


#: What Pub/Sub may do as itself.
FORWARDS = r.ProjectIamMember(
    role="roles/pubsub.editor", member=r.ServiceAgent("pubsub.googleapis.com").output("member")
)
VPC = r.Network("vpc")
OTHER = r.Network("other")
RUNNER = r.ServiceAccount("shop-runner")
API = r.CloudRunService("api", image=IMAGE)
KEY = r.Secret("KEY")
TOPIC = r.Topic("events")
DEAD = r.Topic("dead")
DATASET = r.BigQueryDataset("logs", location="US")
FILES = r.Bucket("shop-files-1", location="US", uniform_access=True)
MYSQL = r.SqlInstance(
    "mysql", database_version="MYSQL_8_0", tier="db-custom-2-7680", edition="ENTERPRISE"
)
RESERVED = r.GlobalAddress(
    "services", address_type="INTERNAL", purpose="VPC_PEERING", prefix_length=20, network=VPC
)
MORE = r.GlobalAddress(
    "more", address_type="INTERNAL", purpose="VPC_PEERING", prefix_length=24, network=VPC
)
BACKEND = r.BackendService("web")
BACKEND_2 = r.BackendService("web-2")
MAP = r.UrlMap("map", default_service=BACKEND)
MAP_2 = r.UrlMap("map-2", default_service=BACKEND)
CERTIFICATE = r.ManagedSslCertificate("cert", domains=["a.example.com"])
PROXY = r.TargetHttpProxy("proxy", url_map=MAP)
PROXY_2 = r.TargetHttpProxy("proxy-2", url_map=MAP)
CHANNEL = r.NotificationChannel.email("on-call", "a@example.com")
ARMOR = r.SecurityPolicy("armor", default_action="allow")
TLS = r.SslPolicy("tls", profile="MODERN")
PATH = 'metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision"'


def rule(**fields: Any) -> r.SecurityPolicyRule:
    given = {"priority": 5, "action": "deny(403)", "expression": "true"}
    return r.SecurityPolicyRule(**{**given, **fields})


def nat(**fields: Any) -> list[r.RouterNat]:
    given = {
        "name": "nat",
        "nat_ip_allocate_option": "AUTO_ONLY",
        "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES",
    }
    return [r.RouterNat(**{**given, **fields})]


LIVES = [
    Life(
        r.Network("net", mtu=1460),
        changes={"routing_mode": "GLOBAL", "mtu": 1500},
        fixed={"description": "x"},
    ),
    Life(
        r.Subnetwork("apps", network=VPC, ip_cidr_range="10.10.0.0/24"),
        changes={
            "ip_cidr_range": "10.10.0.0/20",
            "private_ip_google_access": True,
            "secondary_ip_ranges": [
                r.SecondaryRange(range_name="pods", ip_cidr_range="10.20.0.0/20")
            ],
            "log_config": r.SubnetworkLogConfig(enable=True, flow_sampling=0.25),
        },
        fixed={"network": OTHER, "description": "x"},
        onward=frozenset({"ip_cidr_range"}),
    ),
    Life(
        r.Firewall(
            "web",
            network=VPC,
            allowed=[r.FirewallProtocol(protocol="tcp", ports=["443"])],
            source_ranges=["10.0.0.0/8"],
        ),
        changes={
            "allowed": [r.FirewallProtocol(protocol="tcp", ports=["443", "8000-8999"])],
            "source_ranges": ["10.0.0.0/8", "192.168.0.0/16"],
            "priority": 900,
            "description": "x",
            "target_tags": ["web"],
            "disabled": True,
            "log": True,
        },
    ),
    Life(
        r.Router("out", network=VPC, nats=nat()),
        changes={
            "description": "x",
            "nats": nat(min_ports_per_vm=128, log=True, log_filter="ERRORS_ONLY"),
            "bgp": r.RouterBgp(asn=64514),
        },
        fixed={"network": OTHER},
        onward=frozenset({"bgp"}),
    ),
    Life(
        r.VpcConnector(
            "con", network=VPC, ip_cidr_range="10.8.0.0/28", min_instances=2, max_instances=3
        ),
        changes={"max_instances": 4, "machine_type": "e2-standard-4"},
        fixed={"ip_cidr_range": "10.9.0.0/28"},
        onward=frozenset({"max_instances"}),
    ),
    Life(r.PrivateServiceConnection(VPC, ranges=[RESERVED]), changes={"ranges": [RESERVED, MORE]}),
    Life(
        r.RedisInstance("cache", tier="STANDARD_HA", memory_size_gb=5, redis_version="REDIS_6_X"),
        changes={
            "memory_size_gb": 6,
            "redis_version": "REDIS_7_2",
            "display_name": "Cache",
            "labels": {"team": "web"},
            "auth_enabled": True,
            "redis_configs": {"maxmemory-policy": "allkeys-lru"},
            "maintenance_windows": [r.RedisMaintenanceWindow(day="SUNDAY", hour=3)],
        },
        fixed={"tier": "BASIC", "transit_encryption_mode": "SERVER_AUTHENTICATION"},
        onward=frozenset({"redis_version"}),
    ),
    Life(
        r.SqlInstance(
            "main",
            database_version="POSTGRES_15",
            tier="db-custom-2-7680",
            edition="ENTERPRISE",
            labels={"team": "web"},
            backups=r.SqlBackups(enabled=True, point_in_time_recovery=True, start_time="03:00"),
        ),
        changes={
            "tier": "db-custom-4-15360",
            "labels": {"team": "api"},
            "database_flags": {"max_connections": "200"},
            "backups": r.SqlBackups(enabled=True, point_in_time_recovery=True, start_time="05:00"),
            "availability": "REGIONAL",
            "network": r.SqlNetwork(ssl_mode="ENCRYPTED_ONLY"),
            "insights": r.SqlInsights(enabled=True),
            "maintenance_window": r.SqlMaintenanceWindow(day=7, hour=3),
            "disk_size_gb": 20,
            "database_version": "POSTGRES_16",
        },
        fixed={"region": "europe-west1", "disk_type": "PD_HDD"},
        onward=frozenset({"database_version", "disk_size_gb"}),
    ),
    Life(
        r.SqlDatabase("app", instance=MYSQL, charset="utf8mb4"),
        changes={"charset": "latin1", "collation": "utf8mb4_bin"},
    ),
    Life(
        r.SqlUser("app", instance=MYSQL, password="one", host="10.0.0.1"),
        changes={"password": "two", "database_roles": ["reader"]},
        sent=frozenset({"password"}),
    ),
    Life(
        r.SqlImport(
            "schema.sql",
            database=r.SqlDatabase("shop", instance=MYSQL),
            bucket=FILES,
            content="create table a (b int)",
        ),
        changes={"content": "create table c (d int)"},
    ),
    Life(
        r.CloudRunService("web", image=IMAGE),
        changes={
            "ingress": "internal-and-cloud-load-balancing",
            "concurrency": 10,
            "timeout": 60,
            "labels": {"team": "web"},
            "memory": "1Gi",
            "env": {"A": "b"},
            "max_instances": 5,
            "min_instances": 1,
            "service_account": RUNNER,
            "session_affinity": True,
            "execution_environment": "gen2",
            "liveness_probe": r.Probe.http("/live"),
            "description": "x",
        },
        shown=dict.fromkeys(("memory", "env", "liveness_probe"), "containers"),
    ),
    Life(
        r.CloudRunJob("batch", containers=[r.Container(image=IMAGE)]),
        changes={
            "containers": [r.Container(image=IMAGE, memory="1Gi", env={"A": "b"})],
            "tasks": 3,
            "retries": 1,
            "timeout": 1200,
            "service_account": RUNNER,
            "labels": {"team": "web"},
        },
    ),
    Life(
        r.CloudRunJobIamMember(
            r.CloudRunJob("report", containers=[r.Container(image=IMAGE)]),
            role="roles/run.invoker",
            member=RUNNER,
        )
    ),
    Life(r.SecretVersion(KEY, value="one"), changes={"value": "two"}),
    Life(
        r.Topic("news", labels={"a": "b"}),
        changes={"labels": {"a": "c"}, "message_retention": "1d"},
    ),
    Life(
        r.Subscription("worker", topic=TOPIC),
        changes={
            "ack_deadline": 60,
            "message_retention": "1d",
            "labels": {"a": "c"},
            "push_endpoint": "https://a.example.com/push",
            "dead_letter_topic": DEAD,
        },
        fixed={"topic": DEAD, "filter": 'attributes.a = "b"', "enable_message_ordering": True},
        beside=(FORWARDS,),
    ),
    Life(
        r.ContainerImage(
            "api", repository=r.ArtifactRepository("built", format="DOCKER"), context=CONTEXT
        )
    ),
    Life(
        r.ArtifactRepository("images", format="DOCKER", description="d"),
        changes={
            "description": "x",
            "labels": {"team": "web"},
            "immutable_tags": True,
            "cleanup_policies": [
                r.CleanupPolicy(name="old", action="DELETE", older_than="30d"),
                r.CleanupPolicy(name="few", action="KEEP", keep_count=5),
            ],
            "cleanup_policy_dry_run": True,
        },
        fixed={"format": "PYTHON"},
    ),
    Life(
        r.LogBucket("kept", retention_days=90),
        changes={
            "retention_days": 365,
            "description": "x",
            "index_configs": [
                r.LogIndex(field_path="jsonPayload.status", type="INDEX_TYPE_STRING")
            ],
        },
    ),
    Life(
        r.CustomRole("lister", title="Lister", permissions=["run.services.list"]),
        changes={
            "title": "Reader",
            "description": "x",
            "permissions": ["run.services.list", "run.services.get"],
            "stage": "GA",
        },
    ),
    Life(
        r.ServiceAccount("batch-runner", display_name="One"),
        changes={"display_name": "Two", "description": "x", "disabled": True},
    ),
    Life(
        r.BigQueryDataset("numbers", location="US"),
        changes={"labels": {"team": "web"}, "description": "x"},
        fixed={"location": "EU"},
    ),
    Life(
        r.LogSink("errors", destination="storage.googleapis.com/b", filter="severity>=ERROR"),
        changes={"filter": "severity>=WARNING", "description": "x", "disabled": True},
    ),
    Life(
        r.GlobalAddress("ip", description="d"),
        changes={"labels": {"a": "c"}},
        fixed={"description": "e"},
    ),
    Life(
        r.RegionalAddress("out", network_tier="PREMIUM"),
        changes={"labels": {"a": "c"}},
        fixed={"description": "e"},
    ),
    Life(
        r.HealthCheck("hc", http=r.HttpHealthCheck(port=80)),
        changes={"check_interval": 7, "http": r.HttpHealthCheck(port=81), "description": "x"},
    ),
    Life(
        r.BackendService("shop"),
        changes={"timeout": 60, "description": "x", "security_policy": ARMOR},
    ),
    Life(
        r.RegionNetworkEndpointGroup("neg", cloud_run=r.NegCloudRun(service=API)),
        fixed={"description": "x"},
    ),
    Life(
        r.UrlMap("routes", default_service=BACKEND),
        changes={"default_service": BACKEND_2, "description": "x"},
    ),
    Life(
        r.ManagedSslCertificate("tls-cert", domains=["a.example.com"]),
        fixed={"domains": ["a.example.com", "b.example.com"]},
    ),
    Life(
        r.SslPolicy("strict", profile="RESTRICTED", min_tls_version="TLS_1_2"),
        changes={"profile": "MODERN"},
        fixed={"description": "x"},
    ),
    Life(
        r.TargetHttpProxy("plain", url_map=MAP),
        changes={"url_map": MAP_2},
        fixed={"description": "x"},
    ),
    Life(
        r.TargetHttpsProxy("safe", url_map=MAP, ssl_certificates=[CERTIFICATE]),
        changes={"url_map": MAP_2, "ssl_policy": TLS, "quic_override": "ENABLE"},
        fixed={"description": "x"},
    ),
    Life(
        r.GlobalForwardingRule("front", target=PROXY, port_range="80"),
        changes={"target": PROXY_2, "labels": {"a": "b"}},
        fixed={"port_range": "8080"},
    ),
    Life(
        r.SecurityPolicy("wall", rules=[rule()], default_action="allow"),
        changes={
            "description": "x",
            "default_action": "deny(404)",
            "labels": {"a": "b"},
        },
        shown={"default_action": "rules"},
    ),
    Life(
        r.UptimeCheckConfig(
            "up", host="a.example.com", http_check=r.HttpCheck(path="/up", port=443, use_ssl=True)
        ),
        changes={"period": 300, "timeout": 5},
    ),
    Life(
        r.NotificationChannel.email("crew", "a@example.com"),
        changes={"description": "x", "enabled": False},
    ),
    Life(
        r.AlertPolicy("slow", conditions=[r.Condition.above("x", 1, filter=PATH)]),
        changes={
            "conditions": [r.Condition.above("x", 2, filter=PATH)],
            "severity": "ERROR",
            "enabled": False,
            "notification_channels": [CHANNEL],
        },
    ),
    Life(
        r.CloudRunDomainMapping("www.example.com", service=API),
        fixed={"certificate_mode": "NONE"},
    ),
    Life(
        r.ProjectAuditLog("storage.googleapis.com", log_type="DATA_READ"),
        changes={"exempted_members": [USER]},
    ),
    Life(r.ServiceAgent("secretmanager.googleapis.com"), sent=frozenset({"made"})),
    Life(r.EnabledService("pubsub.googleapis.com")),
    Life(r.ProjectIamMember(role="roles/viewer", member=RUNNER)),
    Life(r.CloudRunServiceIamMember(API, role="roles/run.invoker", member="allUsers")),
    Life(r.SecretIamMember(KEY, role="roles/secretmanager.secretAccessor", member=RUNNER)),
    Life(r.BucketIamMember(FILES, role="roles/storage.objectViewer", member=RUNNER)),
    Life(r.BigQueryDatasetIamMember(DATASET, role="roles/bigquery.dataEditor", member=RUNNER)),
    Life(r.TopicIamMember(TOPIC, role="roles/pubsub.publisher", member=RUNNER)),
    Life(
        r.SubscriptionIamMember(
            r.Subscription("work", topic=TOPIC), role="roles/pubsub.subscriber", member=RUNNER
        )
    ),
    Life(
        r.ServiceAccountIamMember(
            r.ServiceAccount("deployer"), role="roles/iam.serviceAccountUser", member=RUNNER
        )
    ),
    Life(
        r.SubnetworkIamMember(
            r.Subnetwork("jobs", network=VPC, ip_cidr_range="10.10.0.0/24"),
            role="roles/compute.networkUser",
            member=RUNNER,
        )
    ),
    Life(
        r.ArtifactRepositoryIamMember(
            r.ArtifactRepository("charts", format="DOCKER"),
            role="roles/artifactregistry.reader",
            member=RUNNER,
        )
    ),
    Life(
        r.Budget(
            "shop",
            billing_account="0A1B2C-3D4E5F-6A7B8C",
            amount=1000,
            thresholds=[r.BudgetThreshold(percent=0.5)],
            projects=[PROJECT],
        ),
        changes={
            "amount": 2000.5,
            "thresholds": [r.BudgetThreshold(percent=0.9, basis="FORECASTED_SPEND")],
            "channels": [CHANNEL],
            "disable_default_recipients": True,
            "calendar_period": "QUARTER",
            "credits": "EXCLUDE_ALL_CREDITS",
        },
    ),
    Life(
        r.BuildTrigger(
            "deploy",
            github=r.GitHubEvents(owner="octo", name="shop", push=r.PushEvent(branch="^main$")),
            build=r.Build(
                steps=[r.BuildStep(image="gcr.io/cloud-builders/docker", args=["build", "."])],
                timeout=600,
            ),
        ),
        changes={
            "build": r.Build(
                steps=[r.BuildStep(image="alpine", script="echo hello")],
                timeout=1200,
                logging="CLOUD_LOGGING_ONLY",
            ),
            "github": r.GitHubEvents(owner="octo", name="shop", push=r.PushEvent(tag="^v.*$")),
            "description": "x",
            "disabled": True,
            "included_files": ["src/**"],
            "substitutions": {"_ENV": "prod"},
        },
    ),
]
LIVES += [Life(**fields) for fields in EVENTS]
