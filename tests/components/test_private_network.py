"""A private network: one way out, from addresses that stay."""

import pytest

from gcpstack import Allowed, Firewall, PrivateNetwork, Stack

from .compiled import bodies, declared, refused

SUBNETS = {"us-central1": "10.10.0.0/20", "europe-west4": "10.20.0.0/20"}
BROKERS = Allowed("brokers", ["203.0.113.0/24"])


def rules(network):
    """Its firewall rules by name, as Google gets them."""
    return {
        name.rpartition("/")[2]: body
        for name, body in bodies(network).items()
        if name.startswith("compute.Firewall/")
    }


def test_each_region_has_a_way_out():
    """From addresses that stay; machines reach Google's APIs without one."""
    found = bodies(PrivateNetwork("shop", subnets=SUBNETS, nat_addresses=2))

    assert found["compute.Network/shop"] == {"autoCreateSubnetworks": False}
    for region, cidr in SUBNETS.items():
        subnet = found[f"compute.Subnetwork/{region}/shop-{region}"]
        assert (subnet["ipCidrRange"], subnet["privateIpGoogleAccess"]) == (cidr, True)
        [nat] = found[f"compute.Router/{region}/shop-router"]["nats"]
        assert nat["natIpAllocateOption"] == "MANUAL_ONLY"
        assert [str(link.to) for link in nat["natIps"]] == [
            f"compute.Address/{region}/shop-nat-1",
            f"compute.Address/{region}/shop-nat-2",
        ]


def test_google_may_choose_the_addresses():
    """Where nobody has to know them."""
    found = bodies(PrivateNetwork("shop", subnets=SUBNETS, nat_addresses=0))

    assert not [name for name in found if name.startswith("compute.Address/")]
    [nat] = found["compute.Router/us-central1/shop-router"]["nats"]
    assert nat["natIpAllocateOption"] == "AUTO_ONLY"
    assert "natIps" not in nat


def test_nothing_comes_in_but_what_is_named():
    """And the network's own machines."""
    health = Allowed("health", ["35.191.0.0/16"], ports=["8080"], tags=["web"])
    found = rules(PrivateNetwork("shop", subnets=SUBNETS, ingress=[health]))

    assert set(found) == {"shop-allow-internal", "shop-in-health"}
    assert found["shop-allow-internal"]["sourceRanges"] == list(SUBNETS.values())
    assert found["shop-in-health"]["sourceRanges"] == ["35.191.0.0/16"]
    assert found["shop-in-health"]["allowed"] == [{"IPProtocol": "tcp", "ports": ["8080"]}]
    assert found["shop-in-health"]["targetTags"] == ["web"]


def test_nothing_goes_out_but_what_is_named():
    """What is let out is weightier than what stops the rest."""
    found = rules(PrivateNetwork("shop", subnets=SUBNETS, egress=[BROKERS]))
    out = {name: body for name, body in found.items() if body["direction"] == "EGRESS"}

    assert out["shop-deny-egress"]["destinationRanges"] == ["0.0.0.0/0"]
    assert out["shop-deny-egress"]["denied"] == [{"IPProtocol": "all"}]
    let_out = {name: body["destinationRanges"] for name, body in out.items() if "allowed" in body}
    assert let_out == {
        "shop-allow-internal-egress": list(SUBNETS.values()),
        "shop-allow-google": ["199.36.153.4/30", "199.36.153.8/30"],
        "shop-out-brokers": ["203.0.113.0/24"],
    }
    usual = 1000
    assert all(
        body.get("priority", usual) < out["shop-deny-egress"]["priority"]
        for name, body in out.items()
        if name in let_out
    )


def test_parts_may_be_said_otherwise():
    """By part."""
    network = PrivateNetwork(
        "shop",
        subnets={"us-central1": "10.10.0.0/20"},
        flow_logs=0.5,
        egress=[],
        overrides={
            "nat": {"min_ports_per_vm": 128},
            "network": {"routing_mode": "GLOBAL"},
            "deny_egress": {"log": False},
        },
    )
    found = bodies(network)

    assert found["compute.Router/us-central1/shop-router"]["nats"][0]["minPortsPerVm"] == 128
    assert found["compute.Network/shop"]["routingConfig"] == {"routingMode": "GLOBAL"}
    assert found["compute.Firewall/shop-deny-egress"]["logConfig"] == {"enable": False}
    flows = found["compute.Subnetwork/us-central1/shop-us-central1"]["logConfig"]
    assert flows == {"enable": True, "flowSampling": 0.5}


def test_a_service_takes_its_way():
    """Through the subnetwork of its region."""
    network = PrivateNetwork("shop", subnets=SUBNETS)
    interface = network.interface("europe-west4", tags=["orders"])

    assert interface.network is network.network
    assert interface.subnetwork is network.subnetworks["europe-west4"]
    with pytest.raises(KeyError):
        network.interface("us-east1")


def test_two_expansions_are_equal():
    """And a part that is referred to is the one that is made."""
    network = PrivateNetwork("shop", subnets=SUBNETS)
    rule = Firewall("own", network=network.network, denied=[], source_ranges=["10.0.0.0/8"])

    assert declared(network).keys() == declared(network).keys()
    assert rule.network is network.network


@pytest.mark.parametrize(
    ("network", "told"),
    [
        (PrivateNetwork("shop", subnets={}), "subnets: is empty. Give a range for a region."),
        (PrivateNetwork("shop", subnets=SUBNETS, nat_addresses=-1), "nat_addresses: -1 is less"),
        (
            PrivateNetwork("shop", subnets=SUBNETS, egress=[BROKERS, BROKERS]),
            "egress: two are named 'brokers'. Put their ranges together.",
        ),
        (
            PrivateNetwork("shop", subnets=SUBNETS, ingress=[Allowed("all", [])]),
            "ingress: 'all' has no ranges. Write '0.0.0.0/0' for everywhere.",
        ),
        (
            PrivateNetwork("shop", subnets=SUBNETS, overrides={"gate": {}}),
            "overrides: has no part 'gate'. Use network, subnetworks",
        ),
        (
            PrivateNetwork("shop", subnets=SUBNETS, overrides={"nat": {"ports": 1}}),
            r"overrides['nat']: has no field 'ports'.",
        ),
        (
            PrivateNetwork(
                "shop", subnets={"us-central1": "10.0.0.0/20", "us-east1": "10.0.8.0/24"}
            ),
            "overlaps",
        ),
    ],
)
def test_mistakes_are_told(network, told):
    """Before anything is touched."""
    assert told in refused(network)


def test_it_lives_on_an_emulator(gcp_settings):
    """Made, found as declared, and gone again."""

    def stack(ranges):
        made = Stack("shop", region="us-central1")
        made.add(PrivateNetwork("shop", subnets=SUBNETS, egress=[Allowed("brokers", ranges)]))
        return made

    stack(["203.0.113.0/24"]).apply(gcp_settings)
    assert stack(["203.0.113.0/24"]).plan(gcp_settings).empty
    [change] = [
        change
        for change in stack(["198.51.100.0/24"]).plan(gcp_settings).changes
        if change.action.value != "noop"
    ]
    assert (str(change.address), change.action.value) == (
        "compute.Firewall/shop-out-brokers",
        "update",
    )
    stack(["203.0.113.0/24"]).destroy(gcp_settings)
    again = stack(["203.0.113.0/24"]).plan(gcp_settings).changes
    assert {
        change.action.value for change in again if change.address.kind.startswith("compute.")
    } == {"create"}
