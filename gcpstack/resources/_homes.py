"""Where every public name of this package stands. Read when a name is first asked for."""

from collections.abc import Mapping

_NAMES: Mapping[str, str] = {
    "_regions": "Region",
    "access": (
        "ArtifactRepositoryIamMember CloudRunJobIamMember ProjectAuditLog "
        "ServiceAccountIamMember ServiceAgent SubnetworkIamMember SubscriptionIamMember "
        "TopicIamMember"
    ),
    "accounts": "ServiceAccount",
    "admission": (
        "AdmissionRule AttestationNote AttestationNoteIamMember Attestor AttestorIamMember "
        "AttestorKey BinaryAuthorizationPolicy"
    ),
    "apis": "EnabledService",
    "artifacts": "ArtifactRepository CleanupPolicy RemoteRepository UpstreamPolicy",
    "buckets": "Bucket Cors IpFilter IpFilterNetwork LifecycleRule",
    "budgets": "Budget BudgetThreshold",
    "builds": "Build BuildSecret BuildStep BuildVolume",
    "certificates.issued": "Certificate DnsAuthorization",
    "certificates.maps": "CertificateMap CertificateMapEntry",
    "compute.actions": (
        "CorsPolicy FaultInjection Header HeaderAction RequestMirrorPolicy RetryPolicy "
        "RouteAction RouteCacheKeyPolicy RouteCachePolicy RouteNegativeCaching UrlRedirect "
        "UrlRewrite WeightedBackendService"
    ),
    "compute.addresses": "GlobalAddress RegionalAddress",
    "compute.armor": (
        "AdaptiveProtection AdaptiveThreshold AdvancedOptions SecurityPolicy TrafficGranularity"
    ),
    "compute.armor_rules": (
        "AddedHeader EnforceOnKey RateLimitOptions RedirectOptions SecurityPolicyRule "
        "WafExclusion WafField"
    ),
    "compute.backend_buckets": "BackendBucket",
    "compute.backends": "Backend BackendCustomMetric BackendService Iap ServiceCustomMetric",
    "compute.cdn": (
        "BucketCacheKeyPolicy BucketCdnPolicy BypassCacheHeader CacheKeyPolicy CdnPolicy "
        "NegativeCaching"
    ),
    "compute.certificates": "ManagedSslCertificate SslPolicy",
    "compute.endpoint_groups": (
        "NegAppEngine NegCloudFunction NegCloudRun RegionNetworkEndpointGroup"
    ),
    "compute.firewalls": "Firewall FirewallProtocol",
    "compute.forwarding": "GlobalForwardingRule ServiceDirectoryRegistration",
    "compute.health_checks": (
        "GrpcHealthCheck GrpcTlsHealthCheck HealthCheck HttpHealthCheck TcpHealthCheck"
    ),
    "compute.networks": "Network SecondaryRange Subnetwork SubnetworkLogConfig",
    "compute.proxies": "TargetHttpProxy TargetHttpsProxy",
    "compute.routers": (
        "AdvertisedRange Nat64Subnetwork NatRule NatSubnetwork Router RouterBgp RouterNat"
    ),
    "compute.routing": (
        "CustomErrorResponsePolicy ErrorResponseRule FilterLabel HeaderMatch HostRule "
        "MetadataFilter PathMatcher PathRule QueryParameterMatch RouteMatch RouteRule"
    ),
    "compute.tls": "SecuritySettings TlsSettings TlsSubjectAltName",
    "compute.traffic": (
        "CircuitBreakers ConnectionDraining ConsistentHash HttpCookie LbCustomPolicy "
        "LbPolicyName LocalityLbPolicyConfig LogConfig LoggedHeader OutlierDetection"
    ),
    "compute.url_maps": "UrlMap UrlMapTest UrlMapTestHeader",
    "connectors": "PrivateServiceConnection VpcConnector",
    "datasets": "BigQueryDataset",
    "dns.records": ("DnsFailover DnsLoadBalancer DnsLocated DnsRecordSet DnsTargets DnsWeighted"),
    "dns.zones": "DnsKeySpec DnsNameServer DnsSec DnsZone",
    "federation": "TrustStore WorkloadIdentityPool WorkloadIdentityProvider",
    "firestore": "FirestoreBackupSchedule FirestoreDatabase",
    "firestore_indexes": ("FirestoreField FirestoreFieldIndex FirestoreIndex FirestoreIndexField"),
    "events.scheduler": "ScheduledAppEngineCall ScheduledCall ScheduledMessage SchedulerJob",
    "events.schemas": "PubSubSchema",
    "events.tasks": "QueueTarget TaskQueue TaskQueueIamMember",
    "events.triggers": "EventarcTrigger",
    "functions.functions": "CloudFunction",
    "functions.parts": "EventFilter FunctionSecretVolume FunctionTrigger",
    "functions.sources": "FunctionArchive",
    "grants": (
        "BigQueryDatasetIamMember BucketIamMember CloudRunServiceIamMember ProjectIamMember "
        "SecretIamMember"
    ),
    "iap": (
        "IapAttributes IapBackendServiceIamMember IapCloudRunServiceIamMember IapReauth "
        "IapSettings IapWorkforce"
    ),
    "images": "ContainerImage",
    "intrusion": "IdsEndpoint PacketMirroring",
    "keys": "KmsCryptoKey KmsCryptoKeyIamMember KmsKeyRing KmsKeyRingIamMember",
    "log_buckets": "LogBucket LogIndex",
    "log_exclusions": "ProjectLogExclusion",
    "log_metrics": "ExponentialBuckets LinearBuckets LogMetric MetricLabel",
    "log_views": "LinkedLogDataset LogView",
    "logs": "LogExclusion LogSink",
    "monitoring.alerts": (
        "AlertPolicy ChannelStrategy Documentation DocumentationLink NotificationChannel"
    ),
    "monitoring.charts": (
        "Axis ChartThreshold DataSet PieChart PieData Scorecard TableColumn TableData "
        "TimeSeriesTable XyChart"
    ),
    "monitoring.conditions": "Aggregation Condition MetricAbsence MetricThreshold",
    "monitoring.dashboards": (
        "Dashboard DashboardEvents DashboardFilter GridLayout LayoutColumn LayoutRow "
        "MosaicLayout Tile"
    ),
    "monitoring.indicators": "BasicSli SliCut SliMetricRange SliRatio SliThreshold SliWindows",
    "monitoring.objectives": "BasicService MonitoredService Slo",
    "monitoring.queries": "LogMatch MonitoringQuery PromQuery SqlQuery Trigger",
    "monitoring.series": "PickSeries RatioPart TimeSeriesQuery",
    "monitoring.uptime": (
        "ContentMatcher HttpCheck MonitoredResource ResourceGroup StatusCode TcpCheck "
        "UptimeCheckConfig"
    ),
    "monitoring.widgets": "ErrorPanel IncidentList LogsPanel TextPanel TextStyle Widget",
    "objects": "BucketNotification BucketObject ObjectRetention",
    "perimeters.levels": "AccessCondition AccessLevel DevicePolicy OsConstraint VpcSource",
    "perimeters.perimeters": "PerimeterConfig ServicePerimeter",
    "perimeters.policies": "AccessPolicy ExistingProject",
    "perimeters.rules": "ApiOperation EgressRule IngressRule MethodSelector PerimeterSource",
    "pubsub": "BigQueryDelivery MessageTransform StorageDelivery Subscription Topic",
    "redis": "RedisInstance RedisMaintenanceWindow",
    "roles": "CustomRole",
    "run.containers": (
        "BucketVolume Container ContainerPort EmptyDir NfsVolume SecretEnv SecretItem "
        "SecretVolume Volume VolumeMount"
    ),
    "run.domains": "CloudRunDomainMapping",
    "run.executions": "CloudRunExecution",
    "run.jobs": "CloudRunJob",
    "run.parts": "NetworkInterface RunBuildConfig TrafficTarget",
    "run.pools": "CloudRunWorkerPool InstanceSplit",
    "run.probes": "Grpc HttpGet HttpHeader Probe TcpSocket",
    "run.rollouts": "BlueGreen Canary Gate",
    "run.services": "CloudRunService",
    "secrets": "Replica Secret SecretTopic SecretVersion",
    "sources": "FromEnv FromFile Generated",
    "sql.databases": "SqlDatabase SqlUser",
    "sql.imports": "SqlImport",
    "sql.instances": "SqlInstance",
    "sql.parts": (
        "SqlActiveDirectory SqlAuthorizedNetwork SqlBackups SqlDenyMaintenance SqlInsights "
        "SqlMaintenanceWindow SqlNetwork SqlPasswordPolicy SqlPsc SqlPscConnection "
        "SqlReadPool SqlServerAudit SqlTargetMetric"
    ),
    "triggers": (
        "BuildTrigger DeveloperConnectEvents GitFile GitHubEvents GitSource PullRequestEvent "
        "PushEvent RepositoryEvent RepositoryEvents"
    ),
}
#: The module, within this package, that each public name stands in.
HOME: Mapping[str, str] = {name: home for home, names in _NAMES.items() for name in names.split()}
