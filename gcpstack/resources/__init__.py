"""Declarations of Google Cloud resources, one class a kind, and the parts they are made of.

Every name is loaded when it is first used: a stack pays for the kinds it declares.
"""

# ruff: noqa: F403, F405 # for type checkers only; what is public, `__all__` says name by name
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gcpstack.resources._public import *  # each module has its line there
    from gcpstack.resources._regions import *
    from gcpstack.resources.access import *
    from gcpstack.resources.accounts import *
    from gcpstack.resources.admission import *
    from gcpstack.resources.apis import *
    from gcpstack.resources.artifacts import *
    from gcpstack.resources.buckets import *
    from gcpstack.resources.budgets import *
    from gcpstack.resources.builds import *
    from gcpstack.resources.certificates.issued import *
    from gcpstack.resources.certificates.maps import *
    from gcpstack.resources.compute.actions import *
    from gcpstack.resources.compute.addresses import *
    from gcpstack.resources.compute.armor import *
    from gcpstack.resources.compute.armor_rules import *
    from gcpstack.resources.compute.backend_buckets import *
    from gcpstack.resources.compute.backends import *
    from gcpstack.resources.compute.cdn import *
    from gcpstack.resources.compute.certificates import *
    from gcpstack.resources.compute.endpoint_groups import *
    from gcpstack.resources.compute.firewalls import *
    from gcpstack.resources.compute.forwarding import *
    from gcpstack.resources.compute.health_checks import *
    from gcpstack.resources.compute.networks import *
    from gcpstack.resources.compute.proxies import *
    from gcpstack.resources.compute.routers import *
    from gcpstack.resources.compute.routing import *
    from gcpstack.resources.compute.tls import *
    from gcpstack.resources.compute.traffic import *
    from gcpstack.resources.compute.url_maps import *
    from gcpstack.resources.connectors import *
    from gcpstack.resources.datasets import *
    from gcpstack.resources.dns.records import *
    from gcpstack.resources.dns.zones import *
    from gcpstack.resources.federation import *
    from gcpstack.resources.firestore import *
    from gcpstack.resources.firestore_indexes import *
    from gcpstack.resources.functions.functions import *
    from gcpstack.resources.functions.parts import *
    from gcpstack.resources.functions.sources import *
    from gcpstack.resources.grants import *
    from gcpstack.resources.iap import *
    from gcpstack.resources.images import *
    from gcpstack.resources.keys import *
    from gcpstack.resources.log_buckets import *
    from gcpstack.resources.logs import *
    from gcpstack.resources.monitoring.alerts import *
    from gcpstack.resources.monitoring.charts import *
    from gcpstack.resources.monitoring.conditions import *
    from gcpstack.resources.monitoring.dashboards import *
    from gcpstack.resources.monitoring.indicators import *
    from gcpstack.resources.monitoring.objectives import *
    from gcpstack.resources.monitoring.queries import *
    from gcpstack.resources.monitoring.series import *
    from gcpstack.resources.monitoring.uptime import *
    from gcpstack.resources.monitoring.widgets import *
    from gcpstack.resources.pubsub import *
    from gcpstack.resources.redis import *
    from gcpstack.resources.roles import *
    from gcpstack.resources.run.containers import *
    from gcpstack.resources.run.domains import *
    from gcpstack.resources.run.jobs import *
    from gcpstack.resources.run.parts import *
    from gcpstack.resources.run.probes import *
    from gcpstack.resources.run.rollouts import *
    from gcpstack.resources.run.services import *
    from gcpstack.resources.secrets import *
    from gcpstack.resources.sources import *
    from gcpstack.resources.sql.databases import *
    from gcpstack.resources.sql.imports import *
    from gcpstack.resources.sql.instances import *
    from gcpstack.resources.sql.parts import *
    from gcpstack.resources.triggers import *

__all__ = [
    "AdaptiveProtection",
    "AdaptiveThreshold",
    "AddedHeader",
    "AdmissionRule",
    "AdvancedOptions",
    "AdvertisedRange",
    "Aggregation",
    "AlertPolicy",
    "ArtifactRepository",
    "ArtifactRepositoryIamMember",
    "AttestationNote",
    "Attestor",
    "AttestorKey",
    "Axis",
    "Backend",
    "BackendBucket",
    "BackendCustomMetric",
    "BackendService",
    "BasicService",
    "BasicSli",
    "BigQueryDataset",
    "BigQueryDatasetIamMember",
    "BigQueryDelivery",
    "BinaryAuthorizationPolicy",
    "BlueGreen",
    "Bucket",
    "BucketCacheKeyPolicy",
    "BucketCdnPolicy",
    "BucketIamMember",
    "BucketVolume",
    "Budget",
    "BudgetThreshold",
    "Build",
    "BuildSecret",
    "BuildStep",
    "BuildTrigger",
    "BuildVolume",
    "BypassCacheHeader",
    "CacheKeyPolicy",
    "Canary",
    "CdnPolicy",
    "Certificate",
    "CertificateMap",
    "CertificateMapEntry",
    "ChannelStrategy",
    "ChartThreshold",
    "CircuitBreakers",
    "CleanupPolicy",
    "CloudFunction",
    "CloudRunDomainMapping",
    "CloudRunExecution",
    "CloudRunJob",
    "CloudRunJobIamMember",
    "CloudRunService",
    "CloudRunServiceIamMember",
    "CloudRunWorkerPool",
    "Condition",
    "ConnectionDraining",
    "ConsistentHash",
    "Container",
    "ContainerImage",
    "ContainerPort",
    "ContentMatcher",
    "Cors",
    "CorsPolicy",
    "CustomErrorResponsePolicy",
    "CustomRole",
    "Dashboard",
    "DashboardEvents",
    "DashboardFilter",
    "DataSet",
    "DeveloperConnectEvents",
    "DnsAuthorization",
    "DnsFailover",
    "DnsKeySpec",
    "DnsLoadBalancer",
    "DnsLocated",
    "DnsNameServer",
    "DnsRecordSet",
    "DnsSec",
    "DnsTargets",
    "DnsWeighted",
    "DnsZone",
    "Documentation",
    "DocumentationLink",
    "EmptyDir",
    "EnabledService",
    "EnforceOnKey",
    "ErrorPanel",
    "ErrorResponseRule",
    "EventFilter",
    "EventarcTrigger",
    "ExponentialBuckets",
    "FaultInjection",
    "FilterLabel",
    "FirestoreBackupSchedule",
    "FirestoreDatabase",
    "FirestoreField",
    "FirestoreFieldIndex",
    "FirestoreIndex",
    "FirestoreIndexField",
    "Firewall",
    "FirewallProtocol",
    "FromEnv",
    "FromFile",
    "FunctionArchive",
    "FunctionSecretVolume",
    "FunctionTrigger",
    "Gate",
    "Generated",
    "GitFile",
    "GitHubEvents",
    "GitSource",
    "GlobalAddress",
    "GlobalForwardingRule",
    "GridLayout",
    "Grpc",
    "GrpcHealthCheck",
    "GrpcTlsHealthCheck",
    "Header",
    "HeaderAction",
    "HeaderMatch",
    "HealthCheck",
    "HostRule",
    "HttpCheck",
    "HttpCookie",
    "HttpGet",
    "HttpHeader",
    "HttpHealthCheck",
    "Iap",
    "IapAttributes",
    "IapBackendServiceIamMember",
    "IapCloudRunServiceIamMember",
    "IapReauth",
    "IapSettings",
    "IapWorkforce",
    "IncidentList",
    "InstanceSplit",
    "IpFilter",
    "IpFilterNetwork",
    "KmsCryptoKey",
    "KmsCryptoKeyIamMember",
    "KmsKeyRing",
    "KmsKeyRingIamMember",
    "LayoutColumn",
    "LayoutRow",
    "LbCustomPolicy",
    "LbPolicyName",
    "LifecycleRule",
    "LinearBuckets",
    "LinkedLogDataset",
    "LocalityLbPolicyConfig",
    "LogBucket",
    "LogConfig",
    "LogExclusion",
    "LogIndex",
    "LogMatch",
    "LogMetric",
    "LogSink",
    "LogView",
    "LoggedHeader",
    "LogsPanel",
    "ManagedSslCertificate",
    "MessageTransform",
    "MetadataFilter",
    "MetricAbsence",
    "MetricLabel",
    "MetricThreshold",
    "MonitoredResource",
    "MonitoredService",
    "MonitoringQuery",
    "MosaicLayout",
    "Nat64Subnetwork",
    "NatRule",
    "NatSubnetwork",
    "NegAppEngine",
    "NegCloudFunction",
    "NegCloudRun",
    "NegativeCaching",
    "Network",
    "NetworkInterface",
    "NfsVolume",
    "NotificationChannel",
    "OutlierDetection",
    "PathMatcher",
    "PathRule",
    "PickSeries",
    "PieChart",
    "PieData",
    "PrivateServiceConnection",
    "Probe",
    "ProjectAuditLog",
    "ProjectIamMember",
    "ProjectLogExclusion",
    "PromQuery",
    "PubSubSchema",
    "PullRequestEvent",
    "PushEvent",
    "QueryParameterMatch",
    "QueueTarget",
    "RateLimitOptions",
    "RatioPart",
    "RedirectOptions",
    "RedisInstance",
    "RedisMaintenanceWindow",
    "Region",
    "RegionNetworkEndpointGroup",
    "RegionalAddress",
    "RemoteRepository",
    "Replica",
    "RepositoryEvent",
    "RepositoryEvents",
    "RequestMirrorPolicy",
    "ResourceGroup",
    "RetryPolicy",
    "RouteAction",
    "RouteCacheKeyPolicy",
    "RouteCachePolicy",
    "RouteMatch",
    "RouteNegativeCaching",
    "RouteRule",
    "Router",
    "RouterBgp",
    "RouterNat",
    "RunBuildConfig",
    "ScheduledAppEngineCall",
    "ScheduledCall",
    "ScheduledMessage",
    "SchedulerJob",
    "Scorecard",
    "SecondaryRange",
    "Secret",
    "SecretEnv",
    "SecretIamMember",
    "SecretItem",
    "SecretTopic",
    "SecretVersion",
    "SecretVolume",
    "SecurityPolicy",
    "SecurityPolicyRule",
    "SecuritySettings",
    "ServiceAccount",
    "ServiceAccountIamMember",
    "ServiceAgent",
    "ServiceCustomMetric",
    "ServiceDirectoryRegistration",
    "SliCut",
    "SliMetricRange",
    "SliRatio",
    "SliThreshold",
    "SliWindows",
    "Slo",
    "SqlActiveDirectory",
    "SqlAuthorizedNetwork",
    "SqlBackups",
    "SqlDatabase",
    "SqlDenyMaintenance",
    "SqlImport",
    "SqlInsights",
    "SqlInstance",
    "SqlMaintenanceWindow",
    "SqlNetwork",
    "SqlPasswordPolicy",
    "SqlPsc",
    "SqlPscConnection",
    "SqlQuery",
    "SqlReadPool",
    "SqlServerAudit",
    "SqlTargetMetric",
    "SqlUser",
    "SslPolicy",
    "StatusCode",
    "StorageDelivery",
    "Subnetwork",
    "SubnetworkIamMember",
    "SubnetworkLogConfig",
    "Subscription",
    "SubscriptionIamMember",
    "TableColumn",
    "TableData",
    "TargetHttpProxy",
    "TargetHttpsProxy",
    "TaskQueue",
    "TcpCheck",
    "TcpHealthCheck",
    "TcpSocket",
    "TextPanel",
    "TextStyle",
    "Tile",
    "TimeSeriesQuery",
    "TimeSeriesTable",
    "TlsSettings",
    "TlsSubjectAltName",
    "Topic",
    "TopicIamMember",
    "TrafficGranularity",
    "TrafficTarget",
    "Trigger",
    "TrustStore",
    "UpstreamPolicy",
    "UptimeCheckConfig",
    "UrlMap",
    "UrlMapTest",
    "UrlMapTestHeader",
    "UrlRedirect",
    "UrlRewrite",
    "Volume",
    "VolumeMount",
    "VpcConnector",
    "WafExclusion",
    "WafField",
    "WeightedBackendService",
    "Widget",
    "WorkloadIdentityPool",
    "WorkloadIdentityProvider",
    "XyChart",
]


def __getattr__(name: str) -> object:
    """Load a declaration when it is first asked for."""
    homes = importlib.import_module(f"{__name__}._homes")
    home = homes.HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
