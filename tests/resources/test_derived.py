"""What Google derives from declared fields follows them when they change, against the emulator."""

import dataclasses

import pytest

from gcpstack import Action, Stack
from gcpstack import resources as r
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.registry import adapters
from gcpstack._core.json import get
from gcpstack._core.ports import Target

from .lives import BACKEND, IMAGE, OTHER, VPC, rule
from .tables import labelled

ALL = [r.FirewallProtocol(protocol="all")]
TCP = r.TcpCheck(port=443)
LIMIT = r.RateLimitOptions(count=10, interval=60)


def stack(item):
    made = Stack("shop", enable_apis=False)
    made.add(item)
    return made


class Elsewhere:
    """Objects as somebody else left them, seen and changed through Google's clients."""

    def __init__(self, settings):
        self.settings = settings

    def adapter(self, item):
        clients = Clients(self.settings.project, endpoint=self.settings.endpoint)
        scope = Stack("shop").scope(self.settings)
        return adapters(clients)(item.KIND), Target(item.KIND, item.ids(scope))

    def live(self, item):
        adapter, target = self.adapter(item)
        return adapter.get(target).body


def test_what_google_filled_in_does_not_outlive_its_reason(gcp_settings):
    """By whom a rule was left open to all, it is closed as soon as sources are named."""
    web = r.Firewall("web", network=VPC, allowed=[r.FirewallProtocol(protocol="tcp")])
    stack(web).apply(gcp_settings)
    live = Elsewhere(gcp_settings).live
    assert live(web)["sourceRanges"] == ["0.0.0.0/0"]
    tagged = dataclasses.replace(web, source_tags=["front"])
    stack(tagged).apply(gcp_settings)

    assert "sourceRanges" not in live(web)
    open_still = dataclasses.replace(tagged, source_ranges=["0.0.0.0/0"])
    stack(open_still).apply(gcp_settings)
    assert live(web)["sourceRanges"] == ["0.0.0.0/0"]


RUN = r.CloudRunService("web", image=IMAGE, port=8080)
DIRECT = {
    "network_interfaces": [
        r.NetworkInterface(
            subnetwork=r.Subnetwork("one", network=VPC, ip_cidr_range="10.50.0.0/24")
        )
    ]
}


@pytest.mark.parametrize(
    ("fields", "changed", "path", "value"),
    [
        ({}, {"port": 9000}, "containers.0.startupProbe.tcpSocket.port", 9000),
        (
            {"liveness_probe": r.Probe.http("/live")},
            {"port": 9000},
            "containers.0.livenessProbe.httpGet.port",
            9000,
        ),
        ({}, {"cpu": "0.5"}, "maxInstanceRequestConcurrency", 1),
        ({"cpu": "0.5"}, {"cpu": "1"}, "maxInstanceRequestConcurrency", 80),
        ({"concurrency": 7}, {"memory": "1Gi"}, "maxInstanceRequestConcurrency", 7),
        (
            DIRECT,
            {
                "network_interfaces": [
                    r.NetworkInterface(
                        subnetwork=r.Subnetwork("two", network=OTHER, ip_cidr_range="10.60.0.0/24")
                    )
                ]
            },
            "vpcAccess.networkInterfaces.0.network",
            "other",
        ),
    ],
)
def test_a_revision_follows_what_is_declared(fields, changed, path, value, gcp_settings):
    """What Google made of the last one does not stay when its reason goes."""
    first = dataclasses.replace(RUN, **fields)
    stack(first).apply(gcp_settings)
    second = dataclasses.replace(first, **changed)
    stack(second).apply(gcp_settings)
    steps = [int(step) if step.isdigit() else step for step in path.split(".")]

    assert get(Elsewhere(gcp_settings).live(RUN)["template"], tuple(steps)) == value
    assert stack(second).plan(gcp_settings).empty


def test_an_uptime_check_follows_what_is_declared(gcp_settings):
    """Over TLS it asks at the port of TLS; another body has another length."""
    asked = r.HttpCheck(
        request_method="POST", content_type="URL_ENCODED", body="a=1", headers={"X-A": "b"}
    )
    first = r.UptimeCheckConfig("up", host="a.example.com", http_check=asked)
    stack(first).apply(gcp_settings)
    second = dataclasses.replace(
        first, http_check=dataclasses.replace(asked, use_ssl=True, body="a=1234")
    )
    stack(second).apply(gcp_settings)
    check = Elsewhere(gcp_settings).live(second)["httpCheck"]

    assert (check["port"], check["useSsl"]) == (443, True)
    assert check["headers"] == {"X-A": "b", "Content-Length": "6"}
    assert stack(second).plan(gcp_settings).empty


WAYS = r.PathMatcher(
    name="p",
    default_service=BACKEND,
    route_rules=[
        r.RouteRule(
            priority=1,
            match_rules=[r.RouteMatch(prefix_match="/a")],
            route_action=r.RouteAction(
                weighted_backend_services=[
                    r.WeightedBackendService(backend_service=BACKEND, weight=1)
                ],
                timeout=5,
            ),
        )
    ],
)
RULES = [
    r.RouteRule(priority=1, match_rules=[r.RouteMatch(prefix_match="/a")], service=BACKEND),
    r.RouteRule(priority=2, match_rules=[r.RouteMatch(prefix_match="/b")], service=BACKEND),
]


def routed(matcher):
    host = r.HostRule(hosts=["a.example.com"], path_matcher="p")
    return r.UrlMap("map", default_service=BACKEND, host_rules=[host], path_matchers=[matcher])


def logged(**fields):
    return r.BackendService("web", log_config=r.LogConfig(**fields))


def checked(**fields):
    return r.UptimeCheckConfig("up", host="a.example.com", http_check=r.HttpCheck(**fields))


@pytest.mark.parametrize(
    ("first", "second"),
    labelled(
        [
            (logged(enable=True), logged(enable=False)),
            (routed(WAYS), routed(dataclasses.replace(WAYS, route_rules=RULES))),
            (
                checked(request_method="POST", content_type="URL_ENCODED", body="a=1"),
                checked(path="/up"),
            ),
            (
                r.DnsZone("a", dns_name="a.example.com", visibility="private", networks=[VPC]),
                r.DnsZone("a", dns_name="a.example.com"),
            ),
            (
                r.SecurityPolicy("edge", type="CLOUD_ARMOR_EDGE"),
                r.SecurityPolicy("edge", rules=[rule(action="throttle", rate_limit_options=LIMIT)]),
            ),
            (checked(), r.UptimeCheckConfig("up", host="a.example.com", tcp_check=TCP)),
            (r.UptimeCheckConfig("up", host="a.example.com", tcp_check=TCP), checked(path="/up")),
            (
                r.Firewall("out", network=VPC, direction="EGRESS", denied=ALL),
                r.Firewall("out", network=VPC, source_tags=["a"], denied=ALL),
            ),
        ]
    ),
)
def test_nothing_of_the_first_is_left_in_the_second(first, second, gcp_settings):
    """Neither what was declared nor what Google took for it."""
    stack(first).apply(gcp_settings)
    stack(second).apply(gcp_settings)

    assert stack(second).plan(gcp_settings).empty


def test_what_cannot_change_goes_back_by_a_replacement(gcp_settings):
    """To what Google does where nothing is declared."""
    private = r.DnsZone("a", dns_name="a.example.com", visibility="private", networks=[VPC])
    public = r.DnsZone("a", dns_name="a.example.com")
    stack(private).apply(gcp_settings)
    (change,) = [one for one in stack(public).plan(gcp_settings).changes if one.declared]

    assert change.action is Action.REPLACE
    assert change.reason == "visibility can't change in place"
    stack(public).apply(gcp_settings)
    assert Elsewhere(gcp_settings).live(public)["visibility"] == "public"
