"""What compute declarations become on the wire, to the letter."""

from datetime import timedelta

import pytest

from gcpstack import resources as r
from gcpstack._core.refs import Address, Link, OutputOf, Sensitive
from gcpstack._core.resource import As, Encoder, Scope

from .schema import violations
from .tables import labelled

SCOPE = Scope("demo-proj", "us-central1", "shop")
ADDRESS = r.GlobalAddress("ip")
NEG = r.RegionNetworkEndpointGroup("neg", cloud_run=r.NegCloudRun(service="api"))
POLICY = r.SecurityPolicy("armor")
SERVICE = r.BackendService("web")
BUCKET = r.Bucket("shop-files")
MAP = r.UrlMap("map", default_service=SERVICE)
CERTIFICATE = r.ManagedSslCertificate("cert", domains=["a.example.com"])
PROXY = r.TargetHttpsProxy("proxy", url_map=MAP, ssl_certificates=[CERTIFICATE])


def link(kind, name, **more):
    return Link(Address(kind, name), **more)


TO_SERVICE = link("compute.BackendService", "web")

CASES = [
    (r.GlobalAddress("ip"), {}),
    (
        r.GlobalAddress("ip", address="203.0.113.7", ip_version="IPV4", labels={"a": "b"}),
        {"address": "203.0.113.7", "ipVersion": "IPV4", "labels": {"a": "b"}},
    ),
    (NEG, {"networkEndpointType": "SERVERLESS", "cloudRun": {"service": "api"}}),
    (
        r.RegionNetworkEndpointGroup(
            "neg", cloud_run=r.NegCloudRun(service=r.CloudRunService("api", image="i"))
        ),
        {
            "networkEndpointType": "SERVERLESS",
            "cloudRun": {"service": link("run.Service", "us-central1/api", form="name")},
        },
    ),
    (SERVICE, {"loadBalancingScheme": "EXTERNAL_MANAGED"}),
    (
        r.BackendService(
            "web",
            backends=[r.Backend(group=NEG)],
            protocol="HTTP",
            timeout=timedelta(seconds=30),
            enable_cdn=True,
            cdn_policy=r.CdnPolicy(cache_mode="CACHE_ALL_STATIC", default_ttl="1h"),
            log_config=r.LogConfig(enable=True, sample_rate=0.5),
            outlier_detection=r.OutlierDetection(base_ejection_time=1.5, interval="10s"),
            connection_draining=r.ConnectionDraining(draining_timeout="5m"),
            security_policy=POLICY,
            affinity_cookie_ttl=0,
        ),
        {
            "backends": [{"group": link("compute.RegionNetworkEndpointGroup", "us-central1/neg")}],
            "loadBalancingScheme": "EXTERNAL_MANAGED",
            "protocol": "HTTP",
            "timeoutSec": 30,
            "affinityCookieTtlSec": 0,
            "outlierDetection": {
                "baseEjectionTime": {"seconds": "1", "nanos": 500_000_000},
                "interval": {"seconds": "10"},
            },
            "connectionDraining": {"drainingTimeoutSec": 300},
            "enableCDN": True,
            "cdnPolicy": {"cacheMode": "CACHE_ALL_STATIC", "defaultTtl": 3600},
            "logConfig": {"enable": True, "sampleRate": 0.5},
            "securityPolicy": link("compute.SecurityPolicy", "armor"),
        },
    ),
    (
        r.BackendService(
            "web", iap=r.Iap(enabled=True, oauth2_client_id="id", oauth2_client_secret="s")
        ),
        {
            "loadBalancingScheme": "EXTERNAL_MANAGED",
            "iap": {
                "enabled": True,
                "oauth2ClientId": "id",
                "oauth2ClientSecret": Sensitive("s"),
            },
        },
    ),
    (
        r.BackendBucket(
            "files",
            bucket_name=BUCKET,
            enable_cdn=True,
            custom_response_headers=["X-Frame-Options: DENY"],
        ),
        {
            "bucketName": link("storage.Bucket", "shop-files", form="name"),
            "enableCdn": True,
            "customResponseHeaders": ["X-Frame-Options: DENY"],
        },
    ),
    (MAP, {"defaultService": TO_SERVICE}),
    (
        r.UrlMap(
            "map",
            default_service=SERVICE,
            host_rules=[r.HostRule(hosts=["*"], path_matcher="all")],
            path_matchers=[
                r.PathMatcher(
                    name="all",
                    default_service=SERVICE,
                    path_rules=[
                        r.PathRule(paths=["/api/*"], service=SERVICE),
                        r.PathRule(
                            paths=["/old"],
                            url_redirect=r.UrlRedirect(path_redirect="/new", strip_query=True),
                        ),
                    ],
                )
            ],
            default_route_action=r.RouteAction(
                timeout=5,
                weighted_backend_services=None,
                fault_injection_policy=r.FaultInjection(delay=2, delay_percentage=1.0),
            ),
        ),
        {
            "defaultService": TO_SERVICE,
            "defaultRouteAction": {
                "timeout": {"seconds": "5"},
                "faultInjectionPolicy": {
                    "delay": {"fixedDelay": {"seconds": "2"}, "percentage": 1.0}
                },
            },
            "hostRules": [{"hosts": ["*"], "pathMatcher": "all"}],
            "pathMatchers": [
                {
                    "name": "all",
                    "defaultService": TO_SERVICE,
                    "pathRules": [
                        {"paths": ["/api/*"], "service": TO_SERVICE},
                        {
                            "paths": ["/old"],
                            "urlRedirect": {"pathRedirect": "/new", "stripQuery": True},
                        },
                    ],
                }
            ],
        },
    ),
    (
        r.UrlMap("redirect", default_url_redirect=r.UrlRedirect(https_redirect=True)),
        {"defaultUrlRedirect": {"httpsRedirect": True, "stripQuery": False}},
    ),
    (CERTIFICATE, {"managed": {"domains": ["a.example.com"]}, "type": "MANAGED"}),
    (
        r.SslPolicy("tls", profile="RESTRICTED", min_tls_version="TLS_1_3"),
        {"profile": "RESTRICTED", "minTlsVersion": "TLS_1_3"},
    ),
    (
        r.TargetHttpProxy("http", url_map=MAP, http_keep_alive_timeout="10m"),
        {"urlMap": link("compute.UrlMap", "map"), "httpKeepAliveTimeoutSec": 600},
    ),
    (
        PROXY,
        {
            "urlMap": link("compute.UrlMap", "map"),
            "sslCertificates": [link("compute.ManagedSslCertificate", "cert", spread=True)],
        },
    ),
    (
        r.GlobalForwardingRule("https", target=PROXY, port_range=443, ip_address=ADDRESS),
        {
            "target": link("compute.TargetHttpsProxy", "proxy"),
            "portRange": "443",
            "IPAddress": OutputOf(Address("compute.GlobalAddress", "ip"), ("address",)),
            "loadBalancingScheme": "EXTERNAL_MANAGED",
        },
    ),
    (
        r.GlobalForwardingRule(
            "psc", target="all-apis", ip_address=As(ADDRESS, "path"), load_balancing_scheme=None
        ),
        {
            "target": "all-apis",
            "IPAddress": OutputOf(Address("compute.GlobalAddress", "ip"), ("address",)),
        },
    ),
    (POLICY, {}),
    (
        r.SecurityPolicy(
            "armor",
            rules=[
                r.SecurityPolicyRule(priority=10, action="deny(403)", src_ip_ranges=["10.0.0.0/8"]),
                r.SecurityPolicyRule(
                    priority=20,
                    action="rate_based_ban",
                    expression="request.path.matches('/login')",
                    rate_limit_options=r.RateLimitOptions(
                        count=10,
                        interval=60,
                        enforce_on_key="IP",
                        ban_duration="5m",
                        ban_threshold_count=100,
                        ban_threshold_interval=600,
                    ),
                ),
            ],
            default_action="deny(404)",
            adaptive_protection=r.AdaptiveProtection(enable=True),
        ),
        {
            "rules": [
                {
                    "priority": 10,
                    "action": "deny(403)",
                    "match": {
                        "versionedExpr": "SRC_IPS_V1",
                        "config": {"srcIpRanges": ["10.0.0.0/8"]},
                    },
                },
                {
                    "priority": 20,
                    "action": "rate_based_ban",
                    "match": {"expr": {"expression": "request.path.matches('/login')"}},
                    "rateLimitOptions": {
                        "rateLimitThreshold": {"count": 10, "intervalSec": 60},
                        "exceedAction": "deny(429)",
                        "conformAction": "allow",
                        "enforceOnKey": "IP",
                        "banDurationSec": 300,
                        "banThreshold": {"count": 100, "intervalSec": 600},
                    },
                },
                {
                    "priority": 2147483647,
                    "action": "deny(404)",
                    "match": {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}},
                },
            ],
            "adaptiveProtectionConfig": {"layer7DdosDefenseConfig": {"enable": True}},
        },
    ),
    (
        r.HealthCheck("hc", http=r.HttpHealthCheck(port=80, request_path="/up"), log=True),
        {
            "httpHealthCheck": {"port": 80, "requestPath": "/up"},
            "type": "HTTP",
            "logConfig": {"enable": True},
        },
    ),
]


@pytest.mark.parametrize(("item", "body"), labelled(CASES))
def test_the_body_is_exactly_this(item, body):
    """The body, and that Google's schema and our own checks take it."""
    declared = Encoder(SCOPE).declared(item)

    assert declared.body == body
    assert violations(item.KIND.name, declared.body) == []
    assert [str(problem) for problem in item.problems(SCOPE)] == []


def test_the_default_rule_is_always_compared():
    """Where rules are declared, none at Google stays unseen, the last one included."""
    only_default = Encoder(SCOPE).declared(r.SecurityPolicy("armor", rules=[])).body["rules"]
    own_default = r.SecurityPolicyRule(priority=2147483647, action="allow", src_ip_ranges=["*"])
    own = Encoder(SCOPE).declared(r.SecurityPolicy("armor", rules=[own_default])).body["rules"]

    assert [rule["priority"] for rule in only_default] == [2147483647]
    assert only_default == own


def test_what_is_referred_to_comes_first():
    """Every link is a dependency."""
    declared = Encoder(SCOPE).declared(
        r.GlobalForwardingRule("https", target=PROXY, port_range=443, ip_address=ADDRESS)
    )

    assert {str(need) for need in declared.depends_on} == {
        "compute.TargetHttpsProxy/proxy",
        "compute.GlobalAddress/ip",
    }
