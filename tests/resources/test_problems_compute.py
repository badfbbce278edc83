"""Every plan-time check of the compute kinds fires, and says where and what."""

import pytest

from gcpstack import resources as r

from .tables import SCOPE, labelled, the_problem

NEG = r.RegionNetworkEndpointGroup("neg", cloud_run=r.NegCloudRun(service="api"))
PATH = "projects/p/global/backendServices/web"
PROXY = r.TargetHttpsProxy("proxy", url_map="global/urlMaps/m", certificate_map="//c/m")
HTTP = r.TargetHttpProxy("proxy", url_map="global/urlMaps/m")


def backend(**fields):
    return r.BackendService("web", **fields)


def cdn(**fields):
    return backend(enable_cdn=True, cdn_policy=r.CdnPolicy(**fields))


def one_matcher(**fields):
    matcher = r.PathMatcher(name="all", **{"default_service": PATH, **fields})
    return r.UrlMap(
        "map",
        default_service=PATH,
        host_rules=[r.HostRule(hosts=["*"], path_matcher="all")],
        path_matchers=[matcher],
    )


def path(text):
    return one_matcher(path_rules=[r.PathRule(paths=[text], service=PATH)])


def rule(**fields):
    given = {"priority": 1, "action": "allow"}
    if "expression" not in fields:
        given["src_ip_ranges"] = ["*"]
    return r.SecurityPolicy("armor", rules=[r.SecurityPolicyRule(**{**given, **fields})])


def limit(action="throttle", **fields):
    options = r.RateLimitOptions(**{"count": 1, "interval": 60, **fields})
    return rule(action=action, rate_limit_options=options)


def check(**fields):
    return r.HealthCheck("hc", **{"http": r.HttpHealthCheck(), **fields})


def forwarding(**fields):
    return r.GlobalForwardingRule("https", **{"target": PROXY, "port_range": 443, **fields})


GROUP = "projects/p/zones/z/instanceGroups/g"

CASES = [
    # Names
    (
        r.GlobalAddress("My Address"),
        "name: 'My Address' is not a valid name: 1 to 63 .* Use 'my-address'",
    ),
    (r.GlobalAddress("-a"), "name: '-a' is not a valid name"),
    (r.GlobalAddress("a" * 64), "name: .* is not a valid name"),
    (r.GlobalAddress("ip", project="Proj"), "project: 'Proj' is not a project id"),
    (r.GlobalAddress("ip", labels={"Team": "a"}), r"labels\['Team'\]: is not a label key"),
    (r.GlobalAddress("ip", labels={"1a": "a"}), r"labels\['1a'\]: is not a label key"),
    (r.GlobalAddress("ip", labels={"a": "A b"}), r"labels\['a'\]: 'A b' is not a label value"),
    (r.GlobalAddress("ip", labels={f"k{n}": "" for n in range(65)}), "labels: has 65 labels"),
    # Addresses
    (r.GlobalAddress("ip", address="300.0.0.1"), "address: '300.0.0.1' is not an IP address"),
    (r.GlobalAddress("ip", purpose="VPC_PEERING"), "purpose: is for internal addresses only"),
    (
        r.GlobalAddress("ip", address_type="INTERNAL", prefix_length=4),
        "prefix_length: 4 is not within 8 to 96 bits",
    ),
    # Endpoint groups
    (
        r.RegionNetworkEndpointGroup("neg"),
        "one of cloud_run, app_engine, cloud_function is needed",
    ),
    (
        r.RegionNetworkEndpointGroup(
            "neg", cloud_run=r.NegCloudRun(service="a"), app_engine=r.NegAppEngine()
        ),
        "cloud_run and app_engine exclude each other",
    ),
    (
        r.RegionNetworkEndpointGroup("neg", cloud_run=r.NegCloudRun()),
        "cloud_run: one of service, url_mask is needed",
    ),
    (
        r.RegionNetworkEndpointGroup("neg", cloud_function=r.NegCloudFunction()),
        "cloud_function: one of function, url_mask is needed",
    ),
    (
        r.RegionNetworkEndpointGroup(
            "neg", cloud_run=r.NegCloudRun(service="a"), network="global/networks/n"
        ),
        "network: is not for a group of the type SERVERLESS",
    ),
    (
        r.RegionNetworkEndpointGroup(
            "neg", network_endpoint_type="INTERNET_IP_PORT", cloud_run=r.NegCloudRun(service="a")
        ),
        "cloud_run: is not for a group of the type INTERNET_IP_PORT",
    ),
    (
        r.RegionNetworkEndpointGroup(
            "neg", region="us-centrall1", cloud_run=r.NegCloudRun(service="a")
        ),
        "region: 'us-centrall1' is not a region .* Did you mean us-central1",
    ),
    # Backend services
    (
        backend(backends=[r.Backend(group=NEG, max_rate=1)]),
        r"backends\[0\].max_rate: is not for a serverless group",
    ),
    (backend(backends=[r.Backend(group=NEG)], timeout=60), "timeout: is not for serverless groups"),
    (backend(backends=[r.Backend(group=NEG)], port_name="https"), "port_name: is not for server"),
    (
        backend(backends=[r.Backend(group=NEG)], health_checks=["global/healthChecks/h"]),
        "health_checks: are not for serverless groups",
    ),
    (
        backend(
            backends=[
                r.Backend(group=NEG),
                r.Backend(
                    group=r.RegionNetworkEndpointGroup(
                        "other", cloud_run=r.NegCloudRun(service="b")
                    )
                ),
            ]
        ),
        r"backends\[1\].group: is a second serverless group in us-central1",
    ),
    (
        backend(backends=[r.Backend(group="zones/z/instanceGroups/g", capacity_scaler=0.05)]),
        "capacity_scaler: 0.05 is not within 0.1 to 1.0",
    ),
    (
        backend(backends=[r.Backend(group="neg")]),
        r"backends\[0\].group: 'neg' is a bare name, not the path of a compute.RegionNetwork",
    ),
    (
        backend(health_checks=["global/healthChecks/a", "global/healthChecks/b"]),
        "health_checks: has 2 health checks, 1 at most",
    ),
    (
        backend(backends=[r.Backend(group=GROUP, balancing_mode="RATE", max_connections=1)]),
        r"backends\[0\].max_connections: does not go with balancing_mode='RATE'",
    ),
    (
        backend(load_balancing_scheme="INTERNAL_MANAGED", enable_cdn=True),
        "enable_cdn: is for external load balancers alone",
    ),
    (
        backend(load_balancing_scheme="EXTERNAL", outlier_detection=r.OutlierDetection()),
        "outlier_detection: is not for the classic load balancer",
    ),
    (
        backend(session_affinity="STRONG_COOKIE_AFFINITY"),
        "strong_session_affinity_cookie: is needed with",
    ),
    (backend(cdn_policy=r.CdnPolicy()), "cdn_policy: has no effect without enable_cdn=True"),
    (backend(enable_cdn=True, iap=r.Iap(enabled=True)), "enable_cdn: does not go with Identity"),
    (backend(custom_request_headers=["nope"]), r"custom_request_headers\[0\]: 'nope' is not"),
    (backend(timeout="soon"), "timeout: 'soon' is not a span of time"),
    (backend(affinity_cookie_ttl=2_000_000), "affinity_cookie_ttl: 2000000 is not within"),
    (
        backend(external_managed_migration_testing_percentage=101.0),
        "percentage: 101.0 is not within 0 to 100 percent",
    ),
    (
        backend(log_config=r.LogConfig(enable=True, sample_rate=2.0)),
        "log_config.sample_rate: 2.0 is not within",
    ),
    (
        backend(log_config=r.LogConfig(enable=False, sample_rate=0.5)),
        "log_config.sample_rate: needs enable=True",
    ),
    (
        backend(
            health_checks=[
                r.HealthCheck(
                    "near",
                    http=r.HttpHealthCheck(port=80),
                    check_interval=30,
                    source_regions=["us-central1", "us-east1", "europe-west1"],
                )
            ]
        ),
        r"health_checks\[0\]: asks from source_regions: it is for DNS records only",
    ),
    (
        r.HealthCheck(
            "near",
            tcp=r.TcpHealthCheck(port=80, request="x"),
            check_interval=30,
            source_regions=["us-central1", "us-east1", "europe-west1"],
        ),
        "tcp.request: does not go with source_regions",
    ),
    (
        r.GlobalForwardingRule(
            "all-apis", target="all-apis", network="global/networks/n", load_balancing_scheme=None
        ),
        "name: 'all-apis' is not a valid name: 1 to 20 lower-case letters and digits",
    ),
    (
        r.RegionalAddress(
            "a", subnetwork=r.Subnetwork("s", network="n", ip_cidr_range="10.0.0.0/24")
        ),
        "subnetwork: is for internal addresses only",
    ),
    (
        backend(log_config=r.LogConfig(enable=True, optional_fields=["a"])),
        "log_config.optional_fields: needs optional_mode='CUSTOM'",
    ),
    (
        backend(outlier_detection=r.OutlierDetection(max_ejection_percent=200)),
        "outlier_detection.max_ejection_percent: 200 is not within 0 to 100 percent",
    ),
    (
        backend(connection_draining=r.ConnectionDraining(draining_timeout="2h")),
        "connection_draining.draining_timeout: 7200 is not within 0 to 3600 seconds",
    ),
    (
        backend(locality_lb_policies=[r.LocalityLbPolicyConfig()]),
        r"locality_lb_policies\[0\]: one of policy, custom_policy is needed",
    ),
    (
        backend(tls_settings=r.TlsSettings(subject_alt_names=[r.TlsSubjectAltName()])),
        "one of dns_name, uniform_resource_identifier is needed",
    ),
    # Caching
    (cdn(default_ttl="2y"), "cdn_policy.default_ttl: '2y' is not a span of time"),
    (cdn(client_ttl="367d"), "cdn_policy.client_ttl: 31708800 is not within 0 to 31622400"),
    (cdn(default_ttl=7200, max_ttl=3600), "default_ttl: 7200 s is longer than max_ttl, 3600 s"),
    (cdn(serve_while_stale="8d"), "serve_while_stale: 691200 is not within"),
    (cdn(cache_mode="USE_ORIGIN_HEADERS", max_ttl=1), "max_ttl: does not go with cache_mode"),
    (cdn(cache_mode="FORCE_CACHE_ALL", max_ttl=1), "max_ttl: does not go with cache_mode='FORCE"),
    (
        cdn(negative_caching_policy=[r.NegativeCaching(code=404, ttl=1)]),
        "negative_caching_policy: needs negative_caching=True",
    ),
    (
        cdn(negative_caching=True, negative_caching_policy=[r.NegativeCaching(code=200)]),
        r"negative_caching_policy\[0\].code: 200 is not one of 300, 301",
    ),
    (
        cdn(
            cache_key_policy=r.CacheKeyPolicy(
                query_string_whitelist=["a"], query_string_blacklist=["b"]
            )
        ),
        "query_string_whitelist and query_string_blacklist exclude each other",
    ),
    (
        cdn(
            bypass_cache_on_request_headers=[
                r.BypassCacheHeader(header_name=f"h{n}") for n in range(6)
            ]
        ),
        "bypass_cache_on_request_headers: has 6 headers, 5 at most",
    ),
    (
        r.BackendBucket("files", bucket_name="Shop"),
        "bucket_name: 'Shop' is not a valid name: 3 to 63",
    ),
    (
        r.BackendBucket("files", bucket_name="shop", cdn_policy=r.BucketCdnPolicy()),
        "cdn_policy: has no effect",
    ),
    # URL maps
    (r.UrlMap("map"), "one of default_service, default_url_redirect or weighted services"),
    (
        r.UrlMap(
            "map",
            default_service=PATH,
            default_url_redirect=r.UrlRedirect(https_redirect=True),
        ),
        "default_service and default_url_redirect exclude each other",
    ),
    (
        r.UrlMap(
            "map",
            default_service=PATH,
            host_rules=[r.HostRule(hosts=["a.com"], path_matcher="al")],
            path_matchers=[
                r.PathMatcher(name="all", default_service=PATH),
            ],
        ),
        r"host_rules\[0\].path_matcher: there is no path matcher 'al'. Did you mean all",
    ),
    (
        r.UrlMap(
            "map",
            default_service=PATH,
            path_matchers=[r.PathMatcher(name="all", default_service=PATH)],
        ),
        r"path_matchers\[0\]: no host rule names 'all'",
    ),
    (
        r.UrlMap(
            "map",
            default_service=PATH,
            host_rules=[
                r.HostRule(hosts=["a.com"], path_matcher="all"),
                r.HostRule(hosts=["b.com"], path_matcher="all"),
            ],
            path_matchers=[r.PathMatcher(name="all", default_service=PATH)],
        ),
        r"host_rules\[1\].path_matcher: two host rules name the path matcher 'all'",
    ),
    (
        r.UrlMap(
            "map",
            default_service=PATH,
            host_rules=[
                r.HostRule(hosts=["a.com"], path_matcher="all"),
                r.HostRule(hosts=["A.com"], path_matcher="more"),
            ],
            path_matchers=[
                r.PathMatcher(name="all", default_service=PATH),
                r.PathMatcher(name="more", default_service=PATH),
            ],
        ),
        r"host_rules\[1\].hosts: 'A.com' stands in two host rules",
    ),
    (
        r.UrlMap(
            "map",
            default_service=PATH,
            host_rules=[r.HostRule(hosts=["https://a.com/x"], path_matcher="all")],
            path_matchers=[r.PathMatcher(name="all", default_service=PATH)],
        ),
        r"host_rules\[0\].hosts\[0\]: 'https://a.com/x' is a URL, not a host name. Use 'a.com'",
    ),
    (path("api/*"), r"path_rules\[0\].paths\[0\]: 'api/\*' is not a path.*Use '/api/\*'"),
    (path("/api*"), r"'/api\*' has its '\*' elsewhere .* Use '/api/\*'"),
    (path("/a/*/b"), "has its '\\*' elsewhere"),
    (path("/a?b"), "holds a query or fragment"),
    (
        one_matcher(
            path_rules=[
                r.PathRule(paths=["/a"], service=PATH),
                r.PathRule(paths=["/a"], service=PATH),
            ]
        ),
        r"path_matchers\[0\].path_rules\[1\].paths: '/a' stands there twice",
    ),
    (one_matcher(path_rules=[r.PathRule(paths=["/a"])]), "one of service, url_redirect or weight"),
    (one_matcher(default_service="web"), r"default_service: 'web' is a bare name"),
    (
        one_matcher(
            path_rules=[r.PathRule(paths=["/a"], service=PATH)],
            route_rules=[r.RouteRule(priority=1, service=PATH)],
        ),
        "path_rules and route_rules exclude each other",
    ),
    (
        one_matcher(
            route_rules=[
                r.RouteRule(priority=1, service=PATH),
                r.RouteRule(priority=1, service=PATH),
            ]
        ),
        r"route_rules\[1\]: 1 stands there twice",
    ),
    (
        one_matcher(
            route_rules=[r.RouteRule(priority=1, service=PATH, match_rules=[r.RouteMatch()])]
        ),
        r"match_rules\[0\]: one of prefix_match, full_path_match, regex_match, path_template_match",
    ),
    (
        r.UrlMap("map", default_url_redirect=r.UrlRedirect()),
        "default_url_redirect: redirects nowhere",
    ),
    (
        r.UrlMap("map", default_url_redirect=r.UrlRedirect(path_redirect="new")),
        "path_redirect: 'new' is not a path",
    ),
    (
        r.UrlMap("map", default_url_redirect=r.UrlRedirect(host_redirect="a_b.com")),
        "host_redirect: 'a_b.com' is not a host name",
    ),
    (
        r.UrlMap(
            "map",
            default_route_action=r.RouteAction(
                weighted_backend_services=[
                    r.WeightedBackendService(backend_service=PATH, weight=2000)
                ]
            ),
        ),
        "weight: 2000 is not within 0 to 1000",
    ),
    (
        r.UrlMap("map", default_service=PATH, tests=[r.UrlMapTest(host="a.com", path="/")]),
        r"tests\[0\]: expects nothing",
    ),
    # Certificates and TLS
    (r.ManagedSslCertificate("c", domains=[]), "domains: is empty"),
    (
        r.ManagedSslCertificate("c", domains=[f"a{n}.com" for n in range(101)]),
        "domains: has 101 domains, 100 at most",
    ),
    (
        r.ManagedSslCertificate("c", domains=["*.a.com"]),
        r"domains\[0\]: '\*.a.com' is not a host name. A wildcard is not allowed here",
    ),
    (r.ManagedSslCertificate("c", domains=["a.com", "A.com."]), r"'a.com' stands there twice"),
    (r.ManagedSslCertificate("c", domains=["localhost"]), "is not a domain: it has no dot"),
    (
        r.ManagedSslCertificate("c", domains=[f"{'a' * 60}.example.com"]),
        r"domains\[0\]: has 72 characters, 63 at most",
    ),
    (r.SslPolicy("t", min_tls_version="TLS_1_3"), "TLS_1_3 needs profile='RESTRICTED'"),
    (r.SslPolicy("t", profile="FIPS_202205"), "FIPS_202205 needs min_tls_version='TLS_1_2'"),
    (r.SslPolicy("t", profile="CUSTOM"), "custom_features: is needed with profile='CUSTOM'"),
    (r.SslPolicy("t", custom_features=["A"]), "custom_features: needs profile='CUSTOM'"),
    (
        r.TargetHttpsProxy("p", url_map="global/urlMaps/m"),
        "one of ssl_certificates, certificate_map is needed",
    ),
    (
        r.TargetHttpsProxy("p", url_map="global/urlMaps/m", ssl_certificates=[]),
        "ssl_certificates: is empty",
    ),
    (
        r.TargetHttpsProxy(
            "p", url_map="global/urlMaps/m", ssl_certificates=[f"a/{n}" for n in range(16)]
        ),
        "ssl_certificates: has 16 certificates, 15 at most",
    ),
    (
        r.TargetHttpProxy("p", url_map="global/urlMaps/m", http_keep_alive_timeout=2),
        "http_keep_alive_timeout: 2 is not within 5 to 1200 seconds",
    ),
    (r.TargetHttpProxy("p", url_map="m"), "url_map: 'm' is a bare name"),
    (r.TargetHttpProxy("p", url_map=NEG), "url_map: refers to a compute.RegionNetworkEndpointGr"),
    # Forwarding rules
    (forwarding(port_range=None), "port_range: is missing"),
    (forwarding(port_range=0), "port_range: 0 is not within 1 to 65535"),
    (forwarding(port_range="80-90"), "port_range: of a rule to a target proxy is one port"),
    (forwarding(port_range="https"), "port_range: 'https' is not a port or range"),
    (
        forwarding(port_range=8443, load_balancing_scheme="EXTERNAL"),
        "port_range: of a classic load balancer is 443 here",
    ),
    (
        forwarding(target=HTTP, port_range=443, load_balancing_scheme="EXTERNAL"),
        "port_range: of a classic load balancer is 80 or 8080 here",
    ),
    (forwarding(ip_address="somewhere"), "ip_address: 'somewhere' is not an IP address"),
    (forwarding(ip_protocol="UDP"), "ip_protocol: of a rule to a target proxy is TCP"),
    (forwarding(network_tier="STANDARD"), "network_tier: of a global rule is PREMIUM"),
    (
        forwarding(source_ip_ranges=["10.0.0.1/8"]),
        r"source_ip_ranges\[0\]: '10.0.0.1/8' has host bits set. Use '10.0.0.0/8'",
    ),
    (forwarding(target="proxy"), "target: 'proxy' is not a path and none of all-apis, vpc-sc"),
    # Cloud Armor
    (rule(src_ip_ranges=[f"10.0.0.{n}" for n in range(11)]), "src_ip_ranges: has 11 ranges"),
    (rule(src_ip_ranges=[]), "src_ip_ranges: is empty"),
    (rule(src_ip_ranges=["10.0.0.0/33"]), r"src_ip_ranges\[0\]: '10.0.0.0/33' is not an IP range"),
    (rule(expression="x", src_ip_ranges=["*"]), "src_ip_ranges and expression exclude each oth"),
    (rule(action="throttle"), "rate_limit_options: is needed with action='throttle'"),
    (rule(action="redirect"), "redirect_options: is needed with action='redirect'"),
    (rule(priority=-1), "priority: -1 is not within 0 to 2147483647"),
    (limit(interval=45), "rate_limit_options.interval: 45 s is not one of 10, 30"),
    (limit(action="rate_based_ban"), "rate_limit_options.ban_duration: is needed"),
    (limit(ban_duration=60), "bans need action='rate_based_ban'"),
    (limit(action="allow"), "rate_limit_options: does not go with action='allow'"),
    (limit(enforce_on_key="HTTP_HEADER"), "enforce_on_key_name: is needed with"),
    (limit(exceed_action="redirect"), "exceed_action='redirect' and exceed_redirect_options"),
    (limit(action="rate_based_ban", ban_duration=60, ban_threshold_count=1), "go together"),
    (
        r.SecurityPolicy(
            "armor",
            rules=[
                r.SecurityPolicyRule(priority=1, action="allow", src_ip_ranges=["*"]),
                r.SecurityPolicyRule(priority=1, action="allow", src_ip_ranges=["*"]),
            ],
        ),
        r"rules\[1\]: 1 stands there twice",
    ),
    (
        r.SecurityPolicy(
            "armor",
            default_action="allow",
            rules=[r.SecurityPolicyRule(priority=2147483647, action="allow", src_ip_ranges=["*"])],
        ),
        "default_action: is said by the rule of priority 2147483647 too",
    ),
    (
        rule(
            expression="x",
            exclusions=[
                r.WafExclusion(
                    target_rule_set="s", request_uris_to_exclude=[r.WafField(op="EQUALS")]
                )
            ],
        ),
        "val: is needed with op='EQUALS'",
    ),
    # Health checks
    (r.HealthCheck("hc"), "one of http, https, http2, tcp, ssl, grpc, grpc_tls is needed"),
    (check(timeout=10), "timeout: 10 s is longer than the interval of 5 s"),
    (check(check_interval=301, timeout=5), "check_interval: 301 is not within 1 to 300 seconds"),
    (check(healthy_threshold=11), "healthy_threshold: 11 is not within 1 to 10"),
    (check(http=r.HttpHealthCheck(request_path="up")), "http.request_path: 'up' is not a path"),
    (check(http=r.HttpHealthCheck(port=70_000)), "http.port: 70000 is not within 1 to 65535"),
    (
        check(http=r.HttpHealthCheck(port=80, port_specification="USE_SERVING_PORT")),
        "http.port: does not go with port_specification",
    ),
    (
        check(source_regions=["us-east1", "us-west1"], check_interval=30),
        "source_regions: has 2 regions, not 3",
    ),
    (
        check(source_regions=["us-east1", "us-west1", "us-west2"]),
        "check_interval: is 30 s at least",
    ),
    (
        check(
            http=None,
            grpc=r.GrpcHealthCheck(),
            check_interval=30,
            source_regions=["us-east1", "us-west1", "us-west2"],
        ),
        "source_regions: goes with http, https and tcp only",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(CASES))
def test_the_check_fires(item, words):
    """One slip, one problem, with its place."""
    the_problem(item, words)


def test_all_problems_are_told_at_once():
    """Of every part and of the whole."""
    item = r.UrlMap(
        "Map",
        host_rules=[r.HostRule(hosts=["a_b"], path_matcher="x")],
        path_matchers=[r.PathMatcher(name="y")],
    )

    assert len(list(item.problems(SCOPE))) == 5
