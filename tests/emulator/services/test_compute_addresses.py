"""Reserved addresses: what they are told with, what they may be."""

import ipaddress
import itertools
from typing import Any

import pytest

from tests.emulator.conftest import Send
from tests.emulator.services.balancing import GLOBAL, REGION, call, make, read, refusal

PEERING = {
    "addressType": "INTERNAL",
    "purpose": "VPC_PEERING",
    "prefixLength": 16,
    "network": "global/networks/default",
}


def test_global_addresses_are_public(send: Send) -> None:
    first, second = (
        make(send, f"{GLOBAL}/addresses", {"name": name})["address"] for name in ("a", "b")
    )
    assert first != second
    assert not first.startswith("10.")


def test_regional_addresses_say_more(send: Send) -> None:
    told = make(send, f"{REGION}/addresses", {"name": "a"})
    assert {key: told[key] for key in ("addressType", "networkTier", "status", "description")} == {
        "addressType": "EXTERNAL",
        "networkTier": "PREMIUM",
        "status": "RESERVED",
        "description": "",
    }
    inside = make(send, f"{REGION}/addresses", {"name": "b", "addressType": "INTERNAL"})
    assert (inside["purpose"], inside["address"][:3]) == ("GCE_ENDPOINT", "10.")


def test_a_range_for_private_services(send: Send) -> None:
    told = make(send, f"{GLOBAL}/addresses", {"name": "range", **PEERING})
    assert (told["prefixLength"], told["purpose"]) == (16, "VPC_PEERING")


def test_blocks_of_a_network_are_apart_from_all_that_it_holds(send: Send) -> None:
    told = [make(send, f"{GLOBAL}/addresses", {"name": name, **PEERING}) for name in ("a", "b")]
    blocks = [ipaddress.ip_network(f"{one['address']}/{one['prefixLength']}") for one in told]
    subnetworks = send("GET", f"{GLOBAL.removesuffix('/global')}/aggregated/subnetworks").json()
    spans = [
        ipaddress.ip_network(one["ipCidrRange"])
        for scope in subnetworks["items"].values()
        for one in scope.get("subnetworks", ())
    ]
    assert len(spans) > 40
    everything = [*blocks, *spans]
    assert not any(left.overlaps(right) for left, right in itertools.combinations(everything, 2))


@pytest.mark.parametrize("length", [-1, 7, 33, 40])
def test_no_block_has_such_a_length(send: Send, length: int) -> None:
    body = {"name": "block", **PEERING, "prefixLength": length}
    assert "prefixLength" in refusal(send, "POST", f"{GLOBAL}/addresses", body)[2]


def test_a_full_network_has_no_block_left(send: Send) -> None:
    names = [f"block-{number}" for number in range(6)]
    answers = [
        send("POST", f"{GLOBAL}/addresses", {"name": name, **PEERING, "prefixLength": 11})
        for name in names
    ]
    assert answers[0].status == 200
    refused = next(answer for answer in answers if answer.status != 200)
    assert refused.json()["error"]["errors"][0]["reason"] == "ipSpaceExhausted"


def test_an_address_of_ipv6_is_one(send: Send) -> None:
    told = make(send, f"{GLOBAL}/addresses", {"name": "six", "ipVersion": "IPV6"})
    assert ipaddress.ip_address(told["address"]).version == 6


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"networkTier": "STANDARD"}, "PREMIUM network tier"),
        ({"networkTier": "STANDARD", "addressType": "INTERNAL"}, "internal addresses"),
        ({**PEERING, "addressType": None}, "resource.addressType"),
        ({"address": "1.2.3"}, "Must be a valid IP address."),
        ({"address": "34.9.9.9"}, "already reserved"),
        ({"network": "global/networks/none"}, "was not found"),
        ({"purpose": "HOLIDAY"}, "resource.purpose"),
    ],
)
def test_mistakes(send: Send, fields: dict[str, Any], words: str) -> None:
    make(send, f"{GLOBAL}/addresses", {"name": "taken", "address": "34.9.9.9"})
    status, _, message = refusal(send, "POST", f"{GLOBAL}/addresses", {"name": "a", **fields})
    assert status in (400, 404)
    assert words in message


def test_only_labels_change(send: Send) -> None:
    made = make(send, f"{GLOBAL}/addresses", {"name": "a", "labels": {"x": "1"}})
    assert made["labels"] == {"x": "1"}
    body = {"labels": {"x": "2"}, "labelFingerprint": made["labelFingerprint"]}
    call(send, "POST", f"{GLOBAL}/addresses/a/setLabels", body)
    assert read(send, f"{GLOBAL}/addresses/a")["labels"] == {"x": "2"}
    assert send("PATCH", f"{GLOBAL}/addresses/a", {"description": "x"}).status == 404


def test_internal_addresses_come_out_of_their_subnetwork(send: Send) -> None:
    """The first two and the last two of a range are never given; no address is given twice."""
    make(send, f"{GLOBAL}/networks", {"name": "own", "autoCreateSubnetworks": False})
    small = {"name": "small", "network": "global/networks/own", "ipCidrRange": "10.3.0.8/29"}
    make(send, f"{REGION}/subnetworks", small)
    inside = {"addressType": "INTERNAL", "subnetwork": "regions/us-central1/subnetworks/small"}
    make(send, f"{REGION}/addresses", {"name": "chosen", "address": "10.3.0.10", **inside})
    given = [
        make(send, f"{REGION}/addresses", {"name": name, **inside})["address"] for name in "abc"
    ]
    assert given == ["10.3.0.11", "10.3.0.12", "10.3.0.13"]
    status, reason, message = refusal(send, "POST", f"{REGION}/addresses", {"name": "d", **inside})
    assert (status, reason) == (400, "ipSpaceExhausted")
    assert "is exhausted." in message


def test_the_default_networks_share_of_the_region(send: Send) -> None:
    told = make(send, f"{REGION}/addresses", {"name": "a", "addressType": "INTERNAL"})
    assert told["address"] == "10.128.0.2"


def test_an_internal_rule_takes_the_next_free_address(send: Send) -> None:
    check = {"name": "tcp", "type": "TCP", "tcpHealthCheck": {"port": 80}}
    make(send, f"{REGION}/healthChecks", check)
    inside = {"protocol": "TCP", "loadBalancingScheme": "INTERNAL"}
    checks = ["regions/us-central1/healthChecks/tcp"]
    make(send, f"{REGION}/backendServices", {"name": "b", "healthChecks": checks, **inside})
    make(send, f"{REGION}/addresses", {"name": "a", "addressType": "INTERNAL"})
    rule = {
        "name": "r",
        "backendService": "regions/us-central1/backendServices/b",
        "loadBalancingScheme": "INTERNAL",
        "network": "global/networks/default",
        "subnetwork": "regions/us-central1/subnetworks/default",
        "ports": ["80"],
    }
    assert make(send, f"{REGION}/forwardingRules", rule)["IPAddress"] == "10.128.0.3"
