"""Cloud IDS and packet mirroring: on the wire, and what is wrong with them."""

import pytest

from gcpstack import Stack
from gcpstack import resources as r
from gcpstack._core.refs import Address, Link, OutputOf
from gcpstack._core.resource import Encoder

from .schema import violations
from .tables import SCOPE, labelled, the_problem, told_together

VPC = r.Network("vpc")
RANGE = r.GlobalAddress(
    "services", address_type="INTERNAL", purpose="VPC_PEERING", prefix_length=20, network=VPC
)
ACCESS = r.PrivateServiceConnection(VPC, ranges=[RANGE])
APPS = r.Subnetwork("apps", network=VPC, ip_cidr_range="10.10.0.0/24")
RULE = "projects/p/regions/us-central1/forwardingRules/f"


def endpoint(**fields):
    given = {"zone": "us-central1-a", "network": VPC, "severity": "HIGH"}
    return r.IdsEndpoint("eye", **{**given, **fields})


def mirroring(**fields):
    given = {"network": VPC, "collector": RULE}
    if not {"subnetworks", "instances", "tags"} & fields.keys():
        given["tags"] = ["web"]
    return r.PacketMirroring("copies", **{**given, **fields})


EYE = endpoint()
NETWORK = Link(Address("compute.Network", "vpc"))
ENCODED = [
    (
        endpoint(labels={"a": "b"}, traffic_logs=True, threat_exceptions=["1"], description="d"),
        {
            "network": NETWORK,
            "severity": "HIGH",
            "description": "d",
            "labels": {"a": "b"},
            "trafficLogs": True,
            "threatExceptions": ["1"],
        },
    ),
    (
        mirroring(
            collector=EYE,
            subnetworks=[APPS],
            cidr_ranges=["10.0.0.0/8"],
            protocols=["tcp"],
            direction="BOTH",
            priority=1,
            enable="TRUE",
        ),
        {
            "network": {"url": NETWORK},
            "collectorIlb": {
                "url": OutputOf(
                    Address("ids.Endpoint", "us-central1-a/eye"), ("endpointForwardingRule",)
                )
            },
            "enable": "TRUE",
            "priority": 1,
            "mirroredResources": {
                "subnetworks": [{"url": Link(Address("compute.Subnetwork", "us-central1/apps"))}]
            },
            "filter": {
                "cidrRanges": ["10.0.0.0/8"],
                "IPProtocols": ["tcp"],
                "direction": "BOTH",
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


WRONG = [
    (endpoint(zone="us-central1"), "zone: 'us-central1' is not a zone"),
    (endpoint(network="vpc"), "network: 'vpc' is a bare name"),
    (endpoint(severity="SEVERE"), "severity: 'SEVERE' is not one of"),
    (endpoint(threat_exceptions=["x"]), r"threat_exceptions\[0\]: 'x' is not a threat's id"),
    (endpoint(threat_exceptions=["1", "1"]), r"threat_exceptions\[1\]: '1' stands there twice"),
    (endpoint(threat_exceptions=[str(n) for n in range(100)]), "100 threats, 99 at most"),
    (mirroring(tags=[]), "one of subnetworks, instances, tags is needed"),
    (mirroring(tags=[f"t{n}" for n in range(6)]), "tags: has 6 tags, 5 at most"),
    (mirroring(priority=70000), "priority: 70000 is not within 0 to 65535"),
    (mirroring(cidr_ranges=["10.0.0.1/8"]), r"cidr_ranges\[0\]: '10.0.0.1/8' has host bits"),
    (mirroring(protocols=["http"]), r"protocols\[0\]: 'http' is not a protocol"),
]


@pytest.mark.parametrize(("item", "words"), labelled(WRONG))
def test_mistakes_are_told_at_plan_time(item, words):
    the_problem(item, words)


def test_an_endpoint_without_a_way_into_its_network_is_told():
    words = "needs private services access to the network before it"

    assert words in told_together(EYE)
    assert words in told_together(EYE, ACCESS)
    assert told_together(endpoint(depends_on=[ACCESS])) == ""
    assert told_together(endpoint(network="projects/p/global/networks/n")) == ""


def test_packets_go_where_the_endpoint_takes_them(gcp_settings):
    """Its forwarding rule is known once it is made; a second plan is empty."""
    eye = endpoint(depends_on=[ACCESS])
    stack = Stack("shop", enable_apis=False)
    stack.add(mirroring(collector=eye, subnetworks=[APPS]))
    stack.apply(gcp_settings)
    plan = stack.plan(gcp_settings)

    assert plan.empty
    bodies = {change.kind.name: change.live.body for change in plan.changes}
    rule = bodies["ids.Endpoint"]["endpointForwardingRule"]
    assert bodies["compute.PacketMirroring"]["collectorIlb"]["url"] == rule
