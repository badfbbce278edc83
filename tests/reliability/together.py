"""Fields that make sense only together, each group with values that Google takes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from gcpstack import resources as r
from tests.resources import lives

SUB = r.Subnetwork("consub", network=lives.VPC, ip_cidr_range="10.9.0.0/28")
OTHER_SUB = r.Subnetwork("con2sub", network=lives.VPC, ip_cidr_range="10.9.1.0/28")
CHECK = r.HealthCheck("hc-1", http=r.HttpHealthCheck(port=80))
NEG = r.RegionNetworkEndpointGroup("neg-1", cloud_run=r.NegCloudRun(service=lives.API))
CERTIFICATE = r.ManagedSslCertificate("cert-2", domains=["b.example.com"])
CONNECTOR = r.VpcConnector(
    "con", network=lives.VPC, ip_cidr_range="10.8.0.0/28", min_instances=2, max_instances=3
)

#: Groups of fields by kind.
TOGETHER: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "compute.Network": [
        {"bgp_best_path_selection_mode": "STANDARD", "bgp_always_compare_med": True},
        {"bgp_best_path_selection_mode": "STANDARD", "bgp_inter_region_cost": "ADD_COST_TO_MED"},
        {"enable_ula_internal_ipv6": True, "internal_ipv6_range": "fd20:1:2::/48"},
    ],
    "compute.Subnetwork": [
        {"stack_type": "IPV4_IPV6", "ipv6_access_type": "EXTERNAL"},
    ],
    "compute.Firewall": [
        {"allowed": None, "denied": [r.FirewallProtocol(protocol="all")]},
        {"log": True, "log_metadata": "EXCLUDE_ALL_METADATA"},
        {"network": lives.OTHER},
    ],
    "vpcaccess.Connector": [
        {
            "network": None,
            "ip_cidr_range": None,
            "subnet": SUB,
        },
        {"network": None, "ip_cidr_range": None, "subnet": OTHER_SUB, "min_instances": 2},
    ],
    "redis.Instance": [
        {"persistence_mode": "RDB", "rdb_snapshot_period": "SIX_HOURS"},
        {
            "persistence_mode": "RDB",
            "rdb_snapshot_period": "ONE_HOUR",
            "rdb_snapshot_start_time": "2030-01-01T00:00:00Z",
        },
    ],
    "sql.DatabaseInstance": [
        {"availability": "REGIONAL", "secondary_zone": "us-central1-b"},
        {
            "deny_maintenance": [
                r.SqlDenyMaintenance(
                    start_date="2030-11-01", end_date="2030-12-01", time="00:00:00"
                )
            ]
        },
    ],
    "run.Service": [
        {"scaling_mode": "MANUAL", "manual_instances": 2},
        {"vpc_connector": CONNECTOR, "vpc_egress": "all-traffic"},
    ],
    "run.Job": [{"vpc_connector": CONNECTOR, "vpc_egress": "all-traffic"}],
    "secretmanager.Secret": [
        {
            "topics": [r.SecretTopic(name=lives.TOPIC)],
            "rotation_period": "30d",
            "next_rotation_time": "2030-01-01T00:00:00Z",
        },
    ],
    "pubsub.Topic": [
        {"allowed_persistence_regions": ["us-central1", "us-east1"], "enforce_in_transit": True},
    ],
    "pubsub.Subscription": [
        {
            "push_endpoint": "https://a.example.com/x",
            "push_service_account": lives.RUNNER,
            "push_audience": "https://a.example.com",
        },
        {
            "push_endpoint": "https://a.example.com/x",
            "push_attributes": {"x-goog-version": "v1beta1"},
        },
        {"minimum_backoff": 5, "maximum_backoff": 60},
    ],
    "artifactregistry.Repository": [
        {"format": "MAVEN", "maven_version_policy": "RELEASE"},
        {"format": "MAVEN", "maven_allow_snapshot_overwrites": True},
        {
            "mode": "REMOTE_REPOSITORY",
            "remote": r.RemoteRepository(docker="DOCKER_HUB"),
            "cleanup_policies": None,
        },
        {
            "mode": "VIRTUAL_REPOSITORY",
            "upstream_policies": [
                r.UpstreamPolicy(
                    id="own",
                    repository=r.ArtifactRepository("built", format="DOCKER"),
                    priority=1,
                )
            ],
        },
    ],
    "bigquery.Dataset": [{"max_time_travel_hours": 72}],
    "storage.Bucket": [
        {"autoclass": True, "autoclass_terminal_class": "NEARLINE"},
        {"data_locations": ["us-central1", "us-east1"]},
    ],
    "logging.ProjectSink": [
        {
            "destination": "bigquery.googleapis.com/projects/reliable-project/datasets/d",
            "use_partitioned_tables": True,
        },
    ],
    "compute.GlobalAddress": [
        {
            "address_type": "INTERNAL",
            "purpose": "VPC_PEERING",
            "prefix_length": 20,
            "network": lives.VPC,
            "labels": None,
        },
        {
            "address_type": "INTERNAL",
            "purpose": "VPC_PEERING",
            "prefix_length": 20,
            "network": lives.VPC,
            "address": "10.200.0.0",
        },
    ],
    "compute.HealthCheck": [
        {"check_interval": 20, "timeout": 10},
        {"http": None, "https": r.HttpHealthCheck(port=443)},
        {"http": None, "http2": r.HttpHealthCheck(port=443)},
        {"http": None, "tcp": r.TcpHealthCheck(port=80)},
        {"http": None, "ssl": r.TcpHealthCheck(port=443)},
        {"http": None, "grpc": r.GrpcHealthCheck(port=443)},
        {"http": None, "grpc_tls": r.GrpcTlsHealthCheck(port=443)},
    ],
    "compute.BackendBucket": [
        {"enable_cdn": True, "cdn_policy": r.BucketCdnPolicy(cache_mode="CACHE_ALL_STATIC")},
    ],
    "compute.BackendService": [
        {"backends": [r.Backend(group=NEG)]},
        {"enable_cdn": True, "cdn_policy": r.CdnPolicy(cache_mode="CACHE_ALL_STATIC")},
        {"health_checks": [CHECK]},
    ],
    "compute.UrlMap": [
        {"default_service": None, "default_url_redirect": r.UrlRedirect(https_redirect=True)},
        {
            "host_rules": [r.HostRule(hosts=["a.example.com"], path_matcher="a")],
            "path_matchers": [r.PathMatcher(name="a", default_service=lives.BACKEND_2)],
        },
    ],
    "compute.SslPolicy": [
        {"profile": "CUSTOM", "custom_features": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]},
    ],
    "compute.TargetHttpsProxy": [{"ssl_certificates": [lives.CERTIFICATE, CERTIFICATE]}],
    "monitoring.NotificationChannel": [
        {"labels": {"email_address": "b@example.com"}},
    ],
    "billingbudgets.Budget": [
        {"amount": None, "last_period": True},
        {"credits": "INCLUDE_SPECIFIED_CREDITS", "credit_types": ["DISCOUNT"]},
        {"start": date(2030, 1, 1), "end": date(2031, 1, 1)},
    ],
    "cloudbuild.BuildTrigger": [
        {"build": None, "filename": "cloudbuild.yaml"},
        {"build": None, "filename": "cloudbuild.yaml", "service_account": lives.RUNNER},
    ],
}

#: Fields that never go back: Google takes them once, or says itself what then follows.
ONWARD: Mapping[str, frozenset[str]] = {
    "compute.BackendService": frozenset({"load_balancing_scheme", "protocol"}),
    "compute.GlobalAddress": frozenset({"purpose"}),
    "compute.GlobalForwardingRule": frozenset({"ip_address"}),
    "compute.Network": frozenset({"enable_ula_internal_ipv6"}),
    "compute.Subnetwork": frozenset({"ipv6_access_type"}),
    "logging.BucketConfig": frozenset({"analytics_enabled"}),
    "redis.Instance": frozenset({"authorized_network"}),
}
