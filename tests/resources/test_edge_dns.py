"""Zones and record sets: what they become on the wire, and what is wrong with them."""

import pytest

from gcpstack import Stack
from gcpstack import resources as r
from gcpstack._core.normal import same
from gcpstack._core.refs import Address, Composed, Link, OutputOf
from gcpstack._core.resource import Encoder
from gcpstack._engine.tasks import TaskId, forwards
from gcpstack.components.dns import DnsRecord
from gcpstack.resources import _refused_changes_edge as refused_changes

from .schema import violations
from .tables import SCOPE, labelled, the_problem, told_together

URL = "https://www.googleapis.com/compute/v1/"
VPC = r.Network("vpc")
VPC_URL = Composed((URL, Link(Address("compute.Network", "vpc"))))
ZONE = r.DnsZone("zone", dns_name="example.com")
ADDRESS = r.GlobalAddress("ip")
CHECK = r.HealthCheck("up", http=r.HttpHealthCheck(port=80))


def zone(**fields):
    return r.DnsZone("zone", **{"dns_name": "example.com", **fields})


def record(name="www.example.com", **fields):
    given = {"zone": ZONE, "type": "A", **fields}
    ways = {"rrdatas", "weighted", "geo", "failover"}
    if not ways & given.keys():
        given["rrdatas"] = ["192.0.2.1"]
    return r.DnsRecordSet(name, **given)


def data(kind, *values):
    return record(type=kind, rrdatas=list(values))


OUTSIDE = r.DnsTargets(external_endpoints=["192.0.2.1"])
INSIDE = r.DnsLoadBalancer(
    ip_address="10.0.0.2",
    port=443,
    ip_protocol="tcp",
    network=VPC,
    load_balancer_type="regionalL4ilb",
    region="us-central1",
)
TARGET = {
    "ipAddress": "10.0.0.2",
    "port": "443",
    "ipProtocol": "tcp",
    "networkUrl": VPC_URL,
    "loadBalancerType": "regionalL4ilb",
    "region": "us-central1",
    "project": "demo-proj",
}
ENCODED = [
    (zone(), {"dnsName": "example.com."}),
    (
        zone(
            dns_name="Example.com.",
            description="d",
            labels={"a": "b"},
            visibility="private",
            networks=[VPC, "projects/other-proj/global/networks/n"],
            gke_clusters=["projects/p/locations/l/clusters/c"],
            forwarding=[r.DnsNameServer(ipv4_address="10.0.0.53", forwarding_path="private")],
        ),
        {
            "dnsName": "example.com.",
            "description": "d",
            "labels": {"a": "b"},
            "visibility": "private",
            "privateVisibilityConfig": {
                "networks": [
                    {"networkUrl": VPC_URL},
                    {"networkUrl": URL + "projects/other-proj/global/networks/n"},
                ],
                "gkeClusters": [{"gkeClusterName": "projects/p/locations/l/clusters/c"}],
            },
            "forwardingConfig": {
                "targetNameServers": [{"ipv4Address": "10.0.0.53", "forwardingPath": "private"}]
            },
        },
    ),
    (
        zone(
            logging=True,
            dnssec=r.DnsSec(
                state="on",
                non_existence="nsec3",
                default_key_specs=[
                    r.DnsKeySpec(key_type="keySigning", algorithm="rsasha256", key_length=2048),
                    r.DnsKeySpec(key_type="zoneSigning", algorithm="ecdsap256sha256"),
                ],
            ),
        ),
        {
            "dnsName": "example.com.",
            "cloudLoggingConfig": {"enableLogging": True},
            "dnssecConfig": {
                "state": "on",
                "nonExistence": "nsec3",
                "defaultKeySpecs": [
                    {"keyType": "keySigning", "algorithm": "rsasha256", "keyLength": 2048},
                    {"keyType": "zoneSigning", "algorithm": "ecdsap256sha256"},
                ],
            },
        },
    ),
    (
        zone(visibility="private", peering_network=VPC),
        {
            "dnsName": "example.com.",
            "visibility": "private",
            "peeringConfig": {"targetNetwork": {"networkUrl": VPC_URL}},
        },
    ),
    (record(), {"ttl": 300, "rrdatas": ["192.0.2.1"]}),
    (
        record(ttl="1h", rrdatas=[ADDRESS.output("address")]),
        {
            "ttl": 3600,
            "rrdatas": [OutputOf(Address("compute.GlobalAddress", "ip"), ("address",))],
        },
    ),
    (
        data("TXT", "v=spf1 -all", '"as" "is"', "x" * 300),
        {
            "ttl": 300,
            "rrdatas": ['"v=spf1 -all"', '"as" "is"', f'"{"x" * 255}" "{"x" * 45}"'],
        },
    ),
    (
        record(
            weighted=[
                r.DnsWeighted(weight=0.9, rrdatas=["192.0.2.1"]),
                r.DnsWeighted(weight=0.1, targets=r.DnsTargets(internal_load_balancers=[INSIDE])),
            ]
        ),
        {
            "ttl": 300,
            "routingPolicy": {
                "wrr": {
                    "items": [
                        {"weight": 0.9, "rrdatas": ["192.0.2.1"]},
                        {
                            "weight": 0.1,
                            "healthCheckedTargets": {"internalLoadBalancers": [TARGET]},
                        },
                    ]
                }
            },
        },
    ),
    (
        record(
            geo=[
                r.DnsLocated(location="us-east1", targets=OUTSIDE),
                r.DnsLocated(location="europe-west1", rrdatas=["192.0.2.2"]),
            ],
            geo_fencing=True,
            health_check=CHECK,
        ),
        {
            "ttl": 300,
            "routingPolicy": {
                "geo": {
                    "items": [
                        {
                            "location": "us-east1",
                            "healthCheckedTargets": {"externalEndpoints": ["192.0.2.1"]},
                        },
                        {"location": "europe-west1", "rrdatas": ["192.0.2.2"]},
                    ],
                    "enableFencing": True,
                },
                "healthCheck": Composed((URL, Link(Address("compute.HealthCheck", "up")))),
            },
        },
    ),
    (
        record(
            failover=r.DnsFailover(
                primary=r.DnsTargets(internal_load_balancers=[INSIDE]),
                backup=[r.DnsLocated(location="us-east1", rrdatas=["192.0.2.9"])],
                backup_fencing=True,
                trickle_traffic=0.1,
            )
        ),
        {
            "ttl": 300,
            "routingPolicy": {
                "primaryBackup": {
                    "primaryTargets": {"internalLoadBalancers": [TARGET]},
                    "backupGeoTargets": {
                        "items": [{"location": "us-east1", "rrdatas": ["192.0.2.9"]}],
                        "enableFencing": True,
                    },
                    "trickleTraffic": 0.1,
                }
            },
        },
    ),
]


@pytest.mark.parametrize(("item", "wire"), labelled(ENCODED))
def test_declarations_become_this_json(item, wire):
    """To the letter, and right by Google's schema."""
    assert list(item.problems(SCOPE)) == []
    made = Encoder(SCOPE).declared(item)
    assert made.body == wire
    assert violations(item.KIND.name, made.body) == []


def test_a_name_is_the_same_however_it_is_written():
    """With or without the dot, in any case."""
    assert record("WWW.example.com").ids(SCOPE) == record("www.example.com.").ids(SCOPE)
    assert str(record("*.example.com").address_in(SCOPE)) == "dns.RecordSet/zone/*.example.com./A"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("2001:DB8::1", "2001:db8:0:0:0:0:0:1"),
        ("10 Mail.example.com.", "10  mail.example.com."),
    ],
)
def test_spellings_of_data_are_no_difference(left, right):
    assert same(left, right, "rrdata")


def test_text_is_told_apart_by_its_case():
    assert not same('"Token"', '"token"', "rrdata")


def test_a_record_of_a_load_balancer_becomes_one_of_a_zone():
    """What it says is what is declared."""
    made = DnsRecord("www.example.com", "A", ADDRESS.output("address")).in_zone(ZONE)

    assert str(made.address_in(SCOPE)) == "dns.RecordSet/zone/www.example.com./A"
    assert made.ttl == 300


def located(*places):
    return [r.DnsLocated(location=place, rrdatas=["192.0.2.1"]) for place in places]


WRONG = [
    (zone(dns_name="https://example.com"), "dns_name: .* is a URL"),
    (zone(dnssec=r.DnsSec(state="on"), visibility="private"), "dnssec: is for public zones"),
    (zone(logging=True, visibility="private"), "logging: is for public zones"),
    (zone(networks=[VPC]), "networks: is for private zones. Add visibility='private'"),
    (zone(networks=["vpc"], visibility="private"), r"networks\[0\]: 'vpc' is not the path of a"),
    (zone(peering_network="vpc", visibility="private"), "peering_network: 'vpc' is not the path"),
    (
        zone(
            visibility="private",
            peering_network=VPC,
            forwarding=[r.DnsNameServer(ipv4_address="10.0.0.1")],
        ),
        "forwarding and peering_network exclude each other",
    ),
    (
        zone(visibility="private", forwarding=[r.DnsNameServer()]),
        "one of ipv4_address, ipv6_address, domain_name is needed",
    ),
    (
        zone(visibility="private", forwarding=[r.DnsNameServer(ipv4_address="dns")]),
        "'dns' is not an IP address",
    ),
    (
        zone(
            dnssec=r.DnsSec(
                state="on",
                default_key_specs=[r.DnsKeySpec(key_type="keySigning", algorithm="rsasha256")],
            )
        ),
        "default_key_specs: one key of each type is needed",
    ),
    (r.DnsZone("Zone", dns_name="example.com"), "'Zone' is not a valid name"),
    (record("www"), "name: 'www' is not in full"),
    (record("w w.example.com"), "name: .* is not a domain name"),
    (record(zone="My Zone"), "zone: 'My Zone' is not a valid name"),
    (record(ttl=-1), "ttl: -1 is not a span of time"),
    (record(ttl="soon"), "ttl: 'soon' is not a span of time"),
    (record(rrdatas=[]), "rrdatas: is empty"),
    (record(rrdatas=["192.0.2.1", "192.0.2.1"]), r"rrdatas\[1\]: .* stands there twice"),
    (record(rrdatas=["192.0.2.1"], geo=located("us-east1")), "exclude each other"),
    (record(rrdatas=None), "one of rrdatas, weighted, geo, failover is needed"),
    (record(rrdatas=[f"192.0.2.{n % 256}" for n in range(101)]), "101 records, 100 at most"),
    (data("A", "example.com."), "is not an IPv4 address"),
    (data("A", "2001:db8::1"), "is not an IPv4 address. It goes into an AAAA record"),
    (data("AAAA", "192.0.2.1"), "It goes into an A record"),
    (data("CNAME", "a.example.com"), r"lacks the dot at its end. Write 'a.example.com.'"),
    (data("CNAME", "a.example.com.", "b.example.com."), "a CNAME has one target"),
    (data("CNAME", "a b."), "is not a host name"),
    (data("MX", "mail.example.com."), "is not written as '10 mail.example.com.'"),
    (data("MX", "10 mail.example.com"), "lacks the dot"),
    (data("SRV", "10 5 host.example.com."), "is not written as '10 5 443"),
    (data("CAA", "pki.goog"), "is not written as '0 issue"),
    (data("DS", "1 2 3"), "is not written as '12345 8 2 DIGEST'"),
    (data("TLSA", "zz"), "is not written as '3 1 1 DIGEST'"),
    (data("TXT", f'"{"x" * 256}"'), "holds a string of more than 255 characters"),
    (record(geo=[]), "geo: is empty"),
    (record(geo=located("us-east1", "us-east1")), r"geo\[1\].location: .* stands there twice"),
    (record(geo=located("here")), r"geo\[0\].location: 'here' is not a region"),
    (record(geo_fencing=True), "geo_fencing: is for geo"),
    (
        record(weighted=[r.DnsWeighted(weight=0, rrdatas=["192.0.2.1"])]),
        "weighted: no item has a weight",
    ),
    (
        record(weighted=[r.DnsWeighted(weight=-1, rrdatas=["192.0.2.1"])]),
        r"weighted\[0\].weight: -1 is not within",
    ),
    (record(weighted=[r.DnsWeighted(weight=1)]), "one of rrdatas, targets is needed"),
    (
        record(weighted=[r.DnsWeighted(weight=1, rrdatas=["x"])]),
        r"weighted\[0\].rrdatas\[0\]: 'x' is not an IPv4",
    ),
    (
        record(weighted=[r.DnsWeighted(weight=1, targets=OUTSIDE)]),
        "health_check: is needed for targets on the internet",
    ),
    (record(health_check=CHECK), "health_check: is for targets on the internet"),
    (
        record(
            type="CNAME",
            weighted=[
                r.DnsWeighted(weight=1, targets=r.DnsTargets(internal_load_balancers=[INSIDE]))
            ],
        ),
        "type: 'CNAME' knows no health",
    ),
    (
        record(
            failover=r.DnsFailover(
                primary=r.DnsTargets(internal_load_balancers=[INSIDE]), backup=[]
            )
        ),
        "failover.backup: is empty",
    ),
    (
        record(
            failover=r.DnsFailover(
                primary=r.DnsTargets(internal_load_balancers=[INSIDE]),
                backup=located("us-east1"),
                trickle_traffic=10,
            )
        ),
        "failover.trickle_traffic: 10 is not within 0 to 1",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(WRONG))
def test_mistakes_are_told_at_plan_time(item, words):
    the_problem(item, words)


def lb(**fields):
    given = {
        "ip_address": "10.0.0.2",
        "port": 443,
        "ip_protocol": "tcp",
        "network": VPC,
        "load_balancer_type": "regionalL4ilb",
        "region": "us-central1",
        **fields,
    }
    targets = r.DnsTargets(internal_load_balancers=[r.DnsLoadBalancer(**given)])
    return record(weighted=[r.DnsWeighted(weight=1, targets=targets)])


@pytest.mark.parametrize(
    ("item", "words"),
    labelled(
        [
            (lb(region=None), "region: is needed but for 'globalL7ilb'"),
            (lb(load_balancer_type="globalL7ilb"), "region: is not for 'globalL7ilb'"),
            (lb(port="https"), "port: 'https' is not a port"),
            (lb(port=70000), "port: 70000 is not within 1 to 65535"),
            (lb(ip_address="x"), "ip_address: 'x' is not an IP address"),
        ]
    ),
)
def test_targets_are_checked(item, words):
    the_problem(item, words)


INNER = zone(
    visibility="private", forwarding=[r.DnsNameServer(ipv4_address="10.0.0.53")], networks=[VPC]
)
TOGETHER = [
    ([record("www.example.org")], "www.example.org. is not within example.com."),
    ([record("notexample.com")], "notexample.com. is not within example.com."),
    ([record("example.com", type="NS", rrdatas=["a.b."])], "the NS records of the zone itself"),
    ([record("example.com", type="CNAME", rrdatas=["a.b."])], "own name can't be a CNAME"),
    (
        [record(), record(type="CNAME", rrdatas=["a.b."])],
        "a CNAME can't stand beside records of other types: A",
    ),
    ([record(zone=INNER)], "its zone zone forwards: it holds no records"),
    ([record(), record(rrdatas=["192.0.2.7"])], "is declared twice"),
]


@pytest.mark.parametrize(("items", "words"), TOGETHER)
def test_records_that_do_not_go_with_their_zone_are_told(items, words):
    assert words in told_together(*items)


def test_records_that_go_with_their_zone_are_fine():
    """Delegations, wildcards, the apex and other zones."""
    items = [
        record("example.com"),
        record("example.com", type="MX", rrdatas=["10 mail.example.com."]),
        record("sub.example.com", type="NS", rrdatas=["ns.example.org."]),
        record("*.example.com", type="CNAME", rrdatas=["example.com."]),
        record("www.example.org", zone="elsewhere"),
    ]

    assert told_together(*items) == ""


SIGNED = {"dnssecConfig": {"state": "on", "nonExistence": "nsec3"}}


@pytest.mark.parametrize(
    ("live", "desired", "refused"),
    [
        (SIGNED, {"dnssecConfig": {"state": "on", "nonExistence": "nsec"}}, True),
        (SIGNED, {"dnssecConfig": {"state": "off"}}, False),
        (SIGNED, SIGNED, False),
        ({}, SIGNED, False),
    ],
)
def test_how_a_zone_is_signed_is_settled_before_it_is(live, desired, refused):
    assert bool(list(refused_changes.dns_zone(live, desired))) is refused


def stack_of(*items):
    stack = Stack("shop", enable_apis=False)
    for item in items:
        stack.add(item)
    return stack


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (data("CNAME", "a.b."), data("A", "192.0.2.1")),
        (data("AAAA", "2001:db8::1"), data("CNAME", "a.b.")),
    ],
)
def test_what_stands_alone_waits_until_the_others_are_gone(before, after, gcp_settings):
    """One type takes the place of another, in one apply."""
    stack_of(before).apply(gcp_settings)
    stack = stack_of(after)
    tasks = forwards(stack.plan(gcp_settings), {})

    scope = stack.scope(gcp_settings)
    new = TaskId(after.address_in(scope), "apply")
    assert TaskId(before.address_in(scope), "delete") in tasks[new]
    stack.apply(gcp_settings)
    assert stack.plan(gcp_settings).empty


def test_what_can_stand_together_does_not_wait(gcp_settings):
    stack_of(data("A", "192.0.2.1")).apply(gcp_settings)
    stack = stack_of(data("AAAA", "2001:db8::1"))
    tasks = forwards(stack.plan(gcp_settings), {})

    new = TaskId(data("AAAA", "2001:db8::1").address_in(stack.scope(gcp_settings)), "apply")
    assert not [one for one in tasks[new] if one.verb == "delete"]


FAILING = r.DnsTargets(internal_load_balancers=[INSIDE])
WAYS = {
    "plain": {"rrdatas": ["192.0.2.1"]},
    "weighted": {
        "weighted": [
            r.DnsWeighted(weight=1, rrdatas=["192.0.2.1"]),
            r.DnsWeighted(weight=2.5, rrdatas=["192.0.2.2"]),
        ]
    },
    "geo": {"geo": located("us-east1", "us-west1"), "geo_fencing": True},
    "failover": {
        "failover": r.DnsFailover(primary=FAILING, backup=located("us-east1"), trickle_traffic=0.1)
    },
}


@pytest.mark.parametrize("before", WAYS)
@pytest.mark.parametrize("after", WAYS)
def test_one_way_of_answering_takes_the_place_of_another(before, after, gcp_settings):
    """In place; nothing of the way before is left."""
    stack_of(record(**WAYS[before])).apply(gcp_settings)
    stack = stack_of(record(**WAYS[after]))
    stack.apply(gcp_settings)
    plan = stack.plan(gcp_settings)

    assert plan.empty, [(str(one.address), one.diff) for one in plan.changes if one.mutates]
