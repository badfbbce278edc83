"""What Compute Engine fills in where a client leaves it out.

The defaults are those of https://cloud.google.com/compute/docs/reference/rest/v1/networks and
https://cloud.google.com/compute/docs/reference/rest/v1/globalAddresses.
"""

from typing import Any

import pytest

from tests.emulator.conftest import Send

ROOT = "https://compute.googleapis.com/compute/v1/projects/demo-proj"
LINK = "https://www.googleapis.com/compute/v1/projects/demo-proj"


@pytest.mark.parametrize("name", ["default", "made"])
def test_a_network_routes_within_its_region(send: Send, name: str) -> None:
    sent = {"name": "made", "autoCreateSubnetworks": False}
    assert send("POST", f"{ROOT}/global/networks", sent).status == 200
    network = send("GET", f"{ROOT}/global/networks/{name}").json()
    assert network["routingConfig"] == {
        "routingMode": "REGIONAL",
        "bgpBestPathSelectionMode": "LEGACY",
    }


def test_the_chosen_way_of_routing_stays(send: Send) -> None:
    chosen = {"routingMode": "GLOBAL"}
    sent = {"name": "made", "autoCreateSubnetworks": False, "routingConfig": chosen}
    assert send("POST", f"{ROOT}/global/networks", sent).status == 200
    network = send("GET", f"{ROOT}/global/networks/made").json()
    assert network["routingConfig"]["routingMode"] == "GLOBAL"


PEERED: dict[str, Any] = {
    "addressType": "INTERNAL",
    "purpose": "VPC_PEERING",
    "prefixLength": 16,
    "network": "projects/demo-proj/global/networks/default",
}


@pytest.mark.parametrize(("sent", "kind"), [({}, "EXTERNAL"), (PEERED, "INTERNAL")])
def test_a_global_address_is_reserved_in_the_premium_tier(
    send: Send, sent: dict[str, Any], kind: str
) -> None:
    assert send("POST", f"{ROOT}/global/addresses", {"name": "a", **sent}).status == 200
    address = send("GET", f"{ROOT}/global/addresses/a").json()
    told = (address["addressType"], address["networkTier"], address["status"])
    assert told == (kind, "PREMIUM", "RESERVED")


def test_the_network_of_an_address_is_told_as_a_whole_link(send: Send) -> None:
    assert send("POST", f"{ROOT}/global/addresses", {"name": "a", **PEERED}).status == 200
    address = send("GET", f"{ROOT}/global/addresses/a").json()
    assert address["network"] == f"{LINK}/global/networks/default"
