"""Networks and load balancers against the emulator: what Google spells, orders and switches its own way."""

import dataclasses

import pytest

from gcpstack import Action, Stack
from gcpstack import resources as r

from .lives import CERTIFICATE, CHANNEL, MAP, PATH, VPC, rule
from .tables import labelled

CERTIFICATES = r.CertificateMap("certs")
ENTRY = r.CertificateMapEntry(
    "all",
    certificate_map=CERTIFICATES,
    certificates=[r.Certificate("shop", domains=["a.example.com"])],
    matcher="PRIMARY",
)
PROXY = r.TargetHttpsProxy("safe", url_map=MAP, ssl_certificates=[CERTIFICATE])
MAPPED = dataclasses.replace(PROXY, ssl_certificates=None, certificate_map=CERTIFICATES)
CLASSIC = r.BackendService("classic", load_balancing_scheme="EXTERNAL")
WIDE = r.Network(
    "wide", enable_ula_internal_ipv6=True, internal_ipv6_range="FD20:0ABC:0DEF:0:0:0:0:0/48"
)
ENDPOINT = r.GlobalAddress(
    "psc",
    address_type="INTERNAL",
    purpose="PRIVATE_SERVICE_CONNECT",
    network=VPC,
    address="10.3.0.5",
)
WATCHED = r.SecurityPolicy(
    "wall",
    default_action="allow",
    advanced_options=r.AdvancedOptions(log_level="VERBOSE", json_parsing="STANDARD"),
)
CIPHER = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
KEYS = [r.EnforceOnKey(enforce_on_key_type="IP"), r.EnforceOnKey(enforce_on_key_type="HTTP_PATH")]
REDIRECT = rule(
    action="redirect",
    redirect_options=r.RedirectOptions(type="EXTERNAL_302", target="https://a.example.com"),
)


def limited(action, **options):
    given = r.RateLimitOptions(count=10, interval=60, **options)
    return rule(action=action, rate_limit_options=given)


def walled(one):
    return r.SecurityPolicy("wall", rules=[one])


def stack(*items):
    made = Stack("shop", enable_apis=False)
    for item in (*items, ENTRY):
        made.add(item)
    return made


def change(plan, item, settings):
    address = item.address_in(Stack("shop").scope(settings))
    (found,) = [one for one in plan.changes if one.address == address]
    return found


@pytest.mark.parametrize(
    ("item", "fields"),
    labelled(
        [
            (PROXY, {"ssl_certificates": None, "certificate_map": CERTIFICATES}),
            (MAPPED, {"ssl_certificates": [CERTIFICATE], "certificate_map": None}),
            (WATCHED, {"advanced_options": None}),
            (walled(REDIRECT), {"rules": [rule(action="deny(403)")]}),
            (walled(rule()), {"rules": [rule(expression=None, src_ip_ranges=["10.0.0.0/8"])]}),
            (walled(limited("rate_based_ban", ban_duration=60)), {"rules": [limited("throttle")]}),
            (
                walled(limited("throttle")),
                {"rules": [limited("throttle", enforce_on_key_configs=KEYS)]},
            ),
            (
                r.SslPolicy("tls", profile="CUSTOM", custom_features=[CIPHER]),
                {"profile": "MODERN", "custom_features": None},
            ),
            (
                WATCHED,
                {"advanced_options": r.AdvancedOptions(log_level="VERBOSE")},
            ),
        ]
    ),
)
def test_a_change_arrives_in_place(item, fields, gcp_settings):
    """Whichever calls it takes, in whichever order."""
    changed = dataclasses.replace(item, **fields)
    stack(item).apply(gcp_settings)
    plan = stack(changed).plan(gcp_settings)

    assert change(plan, item, gcp_settings).action is Action.UPDATE
    stack(changed).apply(gcp_settings)
    assert not [one for one in stack(changed).plan(gcp_settings).changes if one.mutates]


@pytest.mark.parametrize(
    "item",
    [
        WIDE,
        r.Firewall(
            "six",
            network=VPC,
            allowed=[r.FirewallProtocol(protocol="TCP")],
            source_ranges=["2001:0DB8:0:0::/32", "::0/0"],
        ),
        r.GlobalAddress("six", ip_version="IPV6", address="2600:1901:0:00ab:0::"),
        r.RegionalAddress(
            "six",
            ip_version="IPV6",
            ipv6_endpoint_type="NETLB",
            subnetwork=r.Subnetwork(
                "dual",
                network=VPC,
                ip_cidr_range="10.30.0.0/24",
                stack_type="IPV4_IPV6",
                ipv6_access_type="EXTERNAL",
            ),
        ),
        r.GlobalForwardingRule(
            "allapis",
            target="all-apis",
            network=VPC,
            ip_address=ENDPOINT,
            labels={"a": "b"},
            load_balancing_scheme=None,
        ),
    ],
    ids=lambda item: item.KIND.name,
)
def test_another_spelling_is_no_difference(item, gcp_settings):
    """Nothing is left to do after an apply."""
    stack(item).apply(gcp_settings)

    assert stack(item).plan(gcp_settings).empty


def test_a_network_that_google_divided_becomes_ours(gcp_settings):
    """In place: nothing that stands in it is touched."""
    automatic = r.Network("net", auto_create_subnetworks=True)
    stack(automatic).apply(gcp_settings)
    custom = stack(dataclasses.replace(automatic, auto_create_subnetworks=False))

    assert change(custom.plan(gcp_settings), automatic, gcp_settings).action is Action.UPDATE
    custom.apply(gcp_settings)
    assert custom.plan(gcp_settings).empty


def test_a_service_leaves_the_classic_balancer_step_by_step(gcp_settings):
    """Once all its traffic is tried on the other one."""
    ready = dataclasses.replace(CLASSIC, external_managed_migration_state="TEST_ALL_TRAFFIC")
    moved = dataclasses.replace(ready, load_balancing_scheme="EXTERNAL_MANAGED")
    for one in (CLASSIC, ready, moved):
        plan = stack(one).plan(gcp_settings)
        assert plan.problems == ()
        stack(one).apply(gcp_settings)
        assert stack(one).plan(gcp_settings).empty


def test_a_network_that_holds_something_is_not_made_anew(gcp_settings):
    """An empty one is."""

    def declared(note):
        net = r.Network("net", description=note)
        return net, r.Subnetwork("apps", network=net, ip_cidr_range="10.10.0.0/24")

    net, apps = declared("a")
    stack(net).apply(gcp_settings)
    plan = stack(declared("b")[0]).plan(gcp_settings)
    assert (change(plan, net, gcp_settings).action, plan.problems) == (Action.REPLACE, ())
    stack(apps).apply(gcp_settings)
    (problem,) = stack(declared("b")[1]).plan(gcp_settings).problems

    assert str(problem).startswith(
        "compute.Network/net would be replaced (description can't change"
    )
    assert "but Google deletes no VPC network that still contains something." in str(problem)


def test_a_channel_that_is_told_is_replaced_without_a_gap(gcp_settings):
    """Its successor stands in the policy before it goes."""

    def declared(channel):
        above = r.Condition.above("x", 1, filter=PATH)
        return r.AlertPolicy("slow", conditions=[above], notification_channels=[channel])

    stack(declared(CHANNEL)).apply(gcp_settings)
    topic = {"type": "pubsub", "labels": {"topic": "projects/p/topics/t"}}
    other = declared(dataclasses.replace(CHANNEL, **topic))
    assert change(stack(other).plan(gcp_settings), CHANNEL, gcp_settings).action is Action.REPLACE
    stack(other).apply(gcp_settings)

    assert stack(other).plan(gcp_settings).empty
