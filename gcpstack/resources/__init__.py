"""Declarations of Google Cloud resources, one class a kind, and the parts they are made of.

Every name is loaded when it is first used: a stack pays for the kinds it declares.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gcpstack.resources._regions import Region
    from gcpstack.resources.accounts import ServiceAccount
    from gcpstack.resources.apis import EnabledService
    from gcpstack.resources.buckets import Bucket, Cors, IpFilter, IpFilterNetwork, LifecycleRule
    from gcpstack.resources.compute.actions import (
        CorsPolicy,
        FaultInjection,
        Header,
        HeaderAction,
        RequestMirrorPolicy,
        RetryPolicy,
        RouteAction,
        RouteCacheKeyPolicy,
        RouteCachePolicy,
        RouteNegativeCaching,
        UrlRedirect,
        UrlRewrite,
        WeightedBackendService,
    )
    from gcpstack.resources.compute.addresses import GlobalAddress
    from gcpstack.resources.compute.armor import (
        AdaptiveProtection,
        AdaptiveThreshold,
        AdvancedOptions,
        SecurityPolicy,
        TrafficGranularity,
    )
    from gcpstack.resources.compute.armor_rules import (
        AddedHeader,
        EnforceOnKey,
        RateLimitOptions,
        RedirectOptions,
        SecurityPolicyRule,
        WafExclusion,
        WafField,
    )
    from gcpstack.resources.compute.backend_buckets import BackendBucket
    from gcpstack.resources.compute.backends import (
        Backend,
        BackendCustomMetric,
        BackendService,
        Iap,
        ServiceCustomMetric,
    )
    from gcpstack.resources.compute.cdn import (
        BucketCacheKeyPolicy,
        BucketCdnPolicy,
        BypassCacheHeader,
        CacheKeyPolicy,
        CdnPolicy,
        NegativeCaching,
    )
    from gcpstack.resources.compute.certificates import ManagedSslCertificate, SslPolicy
    from gcpstack.resources.compute.endpoint_groups import (
        NegAppEngine,
        NegCloudFunction,
        NegCloudRun,
        RegionNetworkEndpointGroup,
    )
    from gcpstack.resources.compute.forwarding import (
        GlobalForwardingRule,
        ServiceDirectoryRegistration,
    )
    from gcpstack.resources.compute.health_checks import (
        GrpcHealthCheck,
        GrpcTlsHealthCheck,
        HealthCheck,
        HttpHealthCheck,
        TcpHealthCheck,
    )
    from gcpstack.resources.compute.proxies import TargetHttpProxy, TargetHttpsProxy
    from gcpstack.resources.compute.routing import (
        CustomErrorResponsePolicy,
        ErrorResponseRule,
        FilterLabel,
        HeaderMatch,
        HostRule,
        MetadataFilter,
        PathMatcher,
        PathRule,
        QueryParameterMatch,
        RouteMatch,
        RouteRule,
    )
    from gcpstack.resources.compute.tls import SecuritySettings, TlsSettings, TlsSubjectAltName
    from gcpstack.resources.compute.traffic import (
        CircuitBreakers,
        ConnectionDraining,
        ConsistentHash,
        HttpCookie,
        LbCustomPolicy,
        LbPolicyName,
        LocalityLbPolicyConfig,
        LogConfig,
        LoggedHeader,
        OutlierDetection,
    )
    from gcpstack.resources.compute.url_maps import UrlMap, UrlMapTest, UrlMapTestHeader
    from gcpstack.resources.datasets import BigQueryDataset
    from gcpstack.resources.grants import (
        BigQueryDatasetIamMember,
        BucketIamMember,
        CloudRunServiceIamMember,
        ProjectIamMember,
        SecretIamMember,
    )
    from gcpstack.resources.logs import LogExclusion, LogSink
    from gcpstack.resources.monitoring.alerts import (
        AlertPolicy,
        ChannelStrategy,
        Documentation,
        DocumentationLink,
        NotificationChannel,
    )
    from gcpstack.resources.monitoring.conditions import (
        Aggregation,
        Condition,
        MetricAbsence,
        MetricThreshold,
    )
    from gcpstack.resources.monitoring.queries import (
        LogMatch,
        MonitoringQuery,
        PromQuery,
        SqlQuery,
        Trigger,
    )
    from gcpstack.resources.monitoring.uptime import (
        ContentMatcher,
        HttpCheck,
        MonitoredResource,
        ResourceGroup,
        StatusCode,
        TcpCheck,
        UptimeCheckConfig,
    )
    from gcpstack.resources.run.containers import (
        BucketVolume,
        Container,
        ContainerPort,
        EmptyDir,
        NfsVolume,
        SecretEnv,
        SecretItem,
        SecretVolume,
        Volume,
        VolumeMount,
    )
    from gcpstack.resources.run.probes import Grpc, HttpGet, HttpHeader, Probe, TcpSocket
    from gcpstack.resources.run.services import (
        CloudRunService,
        NetworkInterface,
        RunBuildConfig,
        TrafficTarget,
    )
    from gcpstack.resources.secrets import Replica, Secret, SecretVersion, Topic
    from gcpstack.resources.sources import FromEnv, FromFile

__all__ = [
    "AdaptiveProtection",
    "AdaptiveThreshold",
    "AddedHeader",
    "AdvancedOptions",
    "Aggregation",
    "AlertPolicy",
    "Backend",
    "BackendBucket",
    "BackendCustomMetric",
    "BackendService",
    "BigQueryDataset",
    "BigQueryDatasetIamMember",
    "Bucket",
    "BucketCacheKeyPolicy",
    "BucketCdnPolicy",
    "BucketIamMember",
    "BucketVolume",
    "BypassCacheHeader",
    "CacheKeyPolicy",
    "CdnPolicy",
    "ChannelStrategy",
    "CircuitBreakers",
    "CloudRunService",
    "CloudRunServiceIamMember",
    "Condition",
    "ConnectionDraining",
    "ConsistentHash",
    "Container",
    "ContainerPort",
    "ContentMatcher",
    "Cors",
    "CorsPolicy",
    "CustomErrorResponsePolicy",
    "Documentation",
    "DocumentationLink",
    "EmptyDir",
    "EnabledService",
    "EnforceOnKey",
    "ErrorResponseRule",
    "FaultInjection",
    "FilterLabel",
    "FromEnv",
    "FromFile",
    "GlobalAddress",
    "GlobalForwardingRule",
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
    "IpFilter",
    "IpFilterNetwork",
    "LbCustomPolicy",
    "LbPolicyName",
    "LifecycleRule",
    "LocalityLbPolicyConfig",
    "LogConfig",
    "LogExclusion",
    "LogMatch",
    "LogSink",
    "LoggedHeader",
    "ManagedSslCertificate",
    "MetadataFilter",
    "MetricAbsence",
    "MetricThreshold",
    "MonitoredResource",
    "MonitoringQuery",
    "NegAppEngine",
    "NegCloudFunction",
    "NegCloudRun",
    "NegativeCaching",
    "NetworkInterface",
    "NfsVolume",
    "NotificationChannel",
    "OutlierDetection",
    "PathMatcher",
    "PathRule",
    "Probe",
    "ProjectIamMember",
    "PromQuery",
    "QueryParameterMatch",
    "RateLimitOptions",
    "RedirectOptions",
    "Region",
    "RegionNetworkEndpointGroup",
    "Replica",
    "RequestMirrorPolicy",
    "ResourceGroup",
    "RetryPolicy",
    "RouteAction",
    "RouteCacheKeyPolicy",
    "RouteCachePolicy",
    "RouteMatch",
    "RouteNegativeCaching",
    "RouteRule",
    "RunBuildConfig",
    "Secret",
    "SecretEnv",
    "SecretIamMember",
    "SecretItem",
    "SecretVersion",
    "SecretVolume",
    "SecurityPolicy",
    "SecurityPolicyRule",
    "SecuritySettings",
    "ServiceAccount",
    "ServiceCustomMetric",
    "ServiceDirectoryRegistration",
    "SqlQuery",
    "SslPolicy",
    "StatusCode",
    "TargetHttpProxy",
    "TargetHttpsProxy",
    "TcpCheck",
    "TcpHealthCheck",
    "TcpSocket",
    "TlsSettings",
    "TlsSubjectAltName",
    "Topic",
    "TrafficGranularity",
    "TrafficTarget",
    "Trigger",
    "UptimeCheckConfig",
    "UrlMap",
    "UrlMapTest",
    "UrlMapTestHeader",
    "UrlRedirect",
    "UrlRewrite",
    "Volume",
    "VolumeMount",
    "WafExclusion",
    "WafField",
    "WeightedBackendService",
]

_HOMES = {
    "_regions": "Region",
    "accounts": "ServiceAccount",
    "apis": "EnabledService",
    "buckets": "Bucket Cors IpFilter IpFilterNetwork LifecycleRule",
    "compute.actions": (
        "CorsPolicy FaultInjection Header HeaderAction RequestMirrorPolicy RetryPolicy "
        "RouteAction RouteCacheKeyPolicy RouteCachePolicy RouteNegativeCaching UrlRedirect "
        "UrlRewrite WeightedBackendService"
    ),
    "compute.addresses": "GlobalAddress",
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
    "compute.forwarding": "GlobalForwardingRule ServiceDirectoryRegistration",
    "compute.health_checks": (
        "GrpcHealthCheck GrpcTlsHealthCheck HealthCheck HttpHealthCheck TcpHealthCheck"
    ),
    "compute.proxies": "TargetHttpProxy TargetHttpsProxy",
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
    "datasets": "BigQueryDataset",
    "grants": (
        "BigQueryDatasetIamMember BucketIamMember CloudRunServiceIamMember ProjectIamMember "
        "SecretIamMember"
    ),
    "logs": "LogExclusion LogSink",
    "monitoring.alerts": (
        "AlertPolicy ChannelStrategy Documentation DocumentationLink NotificationChannel"
    ),
    "monitoring.conditions": "Aggregation Condition MetricAbsence MetricThreshold",
    "monitoring.queries": "LogMatch MonitoringQuery PromQuery SqlQuery Trigger",
    "monitoring.uptime": (
        "ContentMatcher HttpCheck MonitoredResource ResourceGroup StatusCode TcpCheck "
        "UptimeCheckConfig"
    ),
    "run.containers": (
        "BucketVolume Container ContainerPort EmptyDir NfsVolume SecretEnv SecretItem "
        "SecretVolume Volume VolumeMount"
    ),
    "run.probes": "Grpc HttpGet HttpHeader Probe TcpSocket",
    "run.services": "CloudRunService NetworkInterface RunBuildConfig TrafficTarget",
    "secrets": "Replica Secret SecretVersion Topic",
    "sources": "FromEnv FromFile",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a declaration when it is first asked for."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
