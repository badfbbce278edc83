"""What a load balancer expands into."""

import re

import pytest

from gcpstack import resources as r
from gcpstack._core.component import composite_problems, flatten
from gcpstack._core.resource import Encoder, Scope
from gcpstack.components import Armor, CloudRunBackend, LoadBalancer, LoadBalancerNames
from gcpstack.components.backends import FAILOVER

SCOPE = Scope("demo-proj", "us-central1", "shop")


def balancer(**fields):
    backend = fields.pop("default", None) or CloudRunBackend("api", "api")
    return LoadBalancer("shop", default=backend, **fields)


def addresses(lb):
    return [str(item.address_in(SCOPE)) for item in flatten([lb], SCOPE)]


def body(item):
    return Encoder(SCOPE).declared(item).body


def problems(lb):
    found = [*composite_problems([lb], SCOPE)]
    for item in flatten([lb], SCOPE):
        found += item.problems(SCOPE)
    return [str(problem) for problem in found]


def test_the_least_is_one_service_on_port_80():
    """No host, no certificate, no redirect."""
    assert addresses(balancer()) == [
        "compute.GlobalAddress/shop-static-ip",
        "compute.RegionNetworkEndpointGroup/us-central1/api-neg",
        "compute.BackendService/api-backend",
        "compute.UrlMap/shop-url-map",
        "compute.TargetHttpProxy/shop-http-proxy",
        "compute.GlobalForwardingRule/shop-http-forwarding",
    ]


def test_a_host_brings_https_and_the_redirect():
    """All of it is derived from the name."""
    lb = balancer(hosts=["shop.example.com"])

    assert addresses(lb)[3:] == [
        "compute.UrlMap/shop-url-map",
        "compute.ManagedSslCertificate/shop-cert",
        "compute.TargetHttpsProxy/shop-https-proxy",
        "compute.UrlMap/shop-redirect-map",
        "compute.TargetHttpProxy/shop-http-proxy",
        "compute.GlobalForwardingRule/shop-https-forwarding",
        "compute.GlobalForwardingRule/shop-http-forwarding",
    ]
    assert lb.http_proxy.url_map is lb.redirect_map
    assert problems(lb) == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"hosts": ["a.com"], "routes": {"/x/*": "projects/p/global/backendServices/x"}},
        {"hosts": ["a.com"], "ipv6": True, "armor": Armor(block=["10.0.0.0/8"])},
        {"hosts": ["a.com"], "cdn": r.CdnPolicy(cache_mode="CACHE_ALL_STATIC"), "logging": 0.1},
        {"certificates": ["projects/p/global/sslCertificates/c"], "redirect_http": False},
    ],
)
def test_two_expansions_are_equal_and_each_part_follows_what_it_needs(fields):
    """Nothing but the arguments decides."""
    lb = balancer(**fields)
    first = [Encoder(SCOPE).declared(item) for item in flatten([lb], SCOPE)]
    again = [Encoder(SCOPE).declared(item) for item in flatten([balancer(**fields)], SCOPE)]
    seen = set()
    for item in first:
        assert item.depends_on <= seen
        seen.add(item.address)

    assert first == again
    assert len(seen) == len(first)
    assert problems(lb) == []


def test_paths_go_where_they_are_sent():
    """One rule for all paths of a backend; the default takes the rest."""
    api, files = CloudRunBackend("api", "api"), r.BackendBucket("files", bucket_name="shop-files")
    lb = balancer(
        default=files, hosts=["a.com"], routes={"/api/*": api, "/img/*": files, "/up": api}
    )
    (matcher,) = lb.url_map.path_matchers

    assert [(rule.paths, rule.service) for rule in matcher.path_rules] == [
        (("/api/*", "/up"), lb.backends["api"]),
        (("/img/*",), files),
    ]
    assert matcher.default_service is files
    assert "compute.BackendBucket/files" in addresses(lb)


def test_routes_without_hosts_are_for_all_hosts():
    """A path matcher needs a host rule."""
    lb = balancer(routes={"/x": CloudRunBackend("x", "x")})

    assert lb.url_map.host_rules[0].hosts == ("*",)


def test_every_name_can_be_another():
    """Of each part."""
    names = LoadBalancerNames(
        address="a1",
        url_map="a2",
        path_matcher="a3",
        redirect_map="a4",
        certificate="a5",
        https_proxy="a6",
        http_proxy="a7",
        https_forwarding="a8",
        http_forwarding="a9",
        security_policy="a10",
        address_ipv6="a11",
    )
    backend = CloudRunBackend("api", "api", group_name="b1", backend_name="b2")
    lb = balancer(default=backend, hosts=["a.com"], names=names, armor=Armor(), ipv6=True)
    found = {text.rsplit("/", 1)[1] for text in addresses(lb)}

    assert found == {
        *(f"a{n}" for n in (1, 2, 4, 5, 6, 7, 8, 9, 10, 11)),
        "a8-ipv6",
        "a9-ipv6",
        "b1",
        "b2",
    }
    assert lb.url_map.host_rules[0].path_matcher == "a3"


def test_several_regions_stand_behind_one_service():
    """One group a region, and a region that fails is left out."""
    backend = CloudRunBackend("api", "api", regions=["us-east1", "europe-west1"])
    lb = balancer(default=backend)
    service = lb.backends["api"]

    assert [group.group.name for group in service.backends] == [
        "api-neg-us-east1",
        "api-neg-europe-west1",
    ]
    assert service.outlier_detection == FAILOVER
    assert problems(lb) == []


def test_declared_services_bring_their_regions():
    """One declaration for each region, or one for its own."""
    east = r.CloudRunService("api", image="i", location="us-east1")
    west = r.CloudRunService("api", image="i", location="us-west1")
    one = balancer(default=CloudRunBackend("api", east)).backends["api"]
    two = balancer(default=CloudRunBackend("api", {"us-east1": east, "us-west1": west})).backends[
        "api"
    ]

    assert [item.group.region for item in one.backends] == ["us-east1"]
    assert [item.group.region for item in two.backends] == ["us-east1", "us-west1"]
    assert two.backends[1].group.cloud_run.service is west


def test_logging_and_caching_are_said_once_or_for_each():
    """The backend's word counts."""
    quiet = CloudRunBackend("quiet", "quiet", logging=False, cdn=False)
    lb = balancer(routes={"/q": quiet}, logging=0.25, cdn=True)

    assert body(lb.backends["api"])["logConfig"] == {"enable": True, "sampleRate": 0.25}
    assert body(lb.backends["quiet"])["logConfig"] == {"enable": False}
    assert body(lb.backends["api"])["enableCDN"] is True
    assert body(lb.backends["quiet"])["enableCDN"] is False


def test_armor_stands_before_every_service():
    """Allowed first, then blocked, then limited; ten ranges a rule."""
    armor = Armor(
        allow=["198.51.100.7"],
        block=[f"10.{n}.0.0/16" for n in range(12)],
        rate_limit=r.RateLimitOptions(count=100, interval=60, ban_duration=600),
        adaptive_protection=True,
    )
    lb = balancer(routes={"/x": CloudRunBackend("x", "x")}, armor=armor)
    rules = body(lb.security_policy)["rules"]

    assert [(rule["priority"], rule["action"]) for rule in rules] == [
        (100, "allow"),
        (1000, "deny(403)"),
        (1001, "deny(403)"),
        (2147483646, "rate_based_ban"),
        (2147483647, "allow"),
    ]
    assert {item.security_policy for item in lb.backends.values()} == {lb.security_policy}
    assert problems(lb) == []


def test_a_policy_that_is_there_already_is_used():
    """By declaration or path; only what is declared here becomes a part."""
    path = "projects/p/global/securityPolicies/armor"
    lb = balancer(armor=path)

    assert lb.backends["api"].security_policy == path
    assert not any("SecurityPolicy" in text for text in addresses(lb))


def test_ipv6_brings_an_address_and_rules_of_its_own():
    """The same proxies serve both."""
    lb = balancer(hosts=["a.com"], ipv6=True)
    rules = {rule.name: rule for rule in lb.forwarding_rules}

    assert rules["shop-https-forwarding-ipv6"].ip_address is lb.addresses["IPV6"]
    assert rules["shop-https-forwarding-ipv6"].target is lb.https_proxy
    assert len(rules) == 4


def test_dns_records_lead_every_domain_here():
    """Each once, an A and an AAAA record; wildcards belong to somebody else."""
    lb = balancer(hosts=["a.com", "*.a.com"], domains=["a.com", "b.com"], ipv6=True)
    records = lb.dns_records(ttl=60)

    assert [(record.name, record.type) for record in records] == [
        ("a.com", "A"),
        ("a.com", "AAAA"),
        ("b.com", "A"),
        ("b.com", "AAAA"),
    ]
    assert records[0].value.of is lb.address
    assert records[0].line.parts[0] == "a.com. 60 IN A "


def test_further_fields_of_a_part_can_be_given():
    """As the declaration has them."""
    lb = balancer(
        hosts=["a.com"],
        overrides={"https_proxy": {"quic_override": "ENABLE"}, "address": {"description": "x"}},
    )

    assert lb.https_proxy.quic_override == "ENABLE"
    assert lb.address.description == "x"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"overrides": {"proxy": {}}}, "has no part 'proxy'. Did you mean http_proxy"),
        ({"overrides": {"address": {"colour": "red"}}}, "has no field 'colour'"),
        ({"hosts": ["a.com"], "domains": ["b.com"]}, "no certificate covers 'a.com'"),
        ({"http": False}, "serves nothing"),
        (
            {"routes": {"/x": CloudRunBackend("api", "other")}},
            "two backends are named 'api'",
        ),
        (
            {"hosts": ["a b"], "domains": []},
            r"host_rules\[0\].hosts\[0\]: 'a b' is not a host name",
        ),
        ({"routes": {"x/*": CloudRunBackend("x", "x")}}, r"paths\[0\]: 'x/\*' is not a path"),
    ],
)
def test_what_is_wrong_is_told(fields, words):
    """By the whole or by the part."""
    found = problems(balancer(**fields))

    assert any(re.search(words, text) for text in found), found


def test_every_route_does_the_same_with_a_request():
    """With hosts, what stands at the top of a URL map is for nobody's requests."""
    patience = r.RouteAction(timeout=30)
    jobs = CloudRunBackend("jobs", "jobs")
    lb = balancer(hosts=["a.com"], routes={"/jobs/*": jobs}, route_action=patience)
    [matcher] = lb.url_map.path_matchers

    assert problems(lb) == []
    assert matcher.default_route_action is patience
    assert [rule.route_action for rule in matcher.path_rules] == [patience]
    assert balancer(route_action=patience).url_map.default_route_action is patience
