"""Packet mirroring policies: made, read, changed, refused."""

from typing import Any

import pytest

from tests.emulator.conftest import Send

V1 = "https://compute.googleapis.com/compute/v1/projects/demo-proj"
URL = f"{V1}/regions/us-central1/packetMirrorings"
VPC = "projects/demo-proj/global/networks/vpc"
RULE = "projects/t-tp/regions/us-central1/forwardingRules/ids"
BODY = {
    "name": "copies",
    "network": {"url": VPC},
    "collectorIlb": {"url": RULE},
    "mirroredResources": {"tags": ["web"]},
}


@pytest.fixture(autouse=True)
def _network(send: Send) -> None:
    body = {"name": "vpc", "autoCreateSubnetworks": False}
    assert send("POST", f"{V1}/global/networks", body).status == 200


def test_a_policy_has_its_defaults(send: Send) -> None:
    assert send("POST", URL, BODY).status == 200
    made = send("GET", f"{URL}/copies").json()
    assert made["kind"] == "compute#packetMirroring"
    assert made["enable"] == "TRUE"
    assert made["priority"] == 1000
    assert made["filter"] == {"direction": "BOTH"}
    assert made["collectorIlb"]["url"].endswith(RULE)


def test_a_policy_changes_and_goes(send: Send) -> None:
    send("POST", URL, BODY)
    assert send("PATCH", f"{URL}/copies", {"priority": 1, "enable": "FALSE"}).status == 200
    changed = send("GET", f"{URL}/copies").json()
    assert (changed["priority"], changed["enable"]) == (1, "FALSE")
    assert send("DELETE", f"{URL}/copies").status == 200
    assert send("GET", f"{URL}/copies").status == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network": {}}, "network.url"),
        ({"collectorIlb": {}}, "collectorIlb.url"),
        ({"mirroredResources": {}}, "mirroredResources"),
        ({"mirroredResources": {"tags": [f"t{n}" for n in range(6)]}}, "At most 5"),
        ({"filter": {"cidrRanges": ["x/8"]}}, "cidrRanges"),
        ({"filter": {"IPProtocols": ["http"]}}, "Invalid IP protocol"),
        ({"network": {"url": "projects/demo-proj/global/networks/no"}}, "not found"),
    ],
)
def test_wrong_policies(send: Send, changes: dict[str, Any], words: str) -> None:
    answer = send("POST", URL, {**BODY, **changes})
    assert answer.status in (400, 404)
    assert words in answer.json()["error"]["message"]


def test_its_network_stays(send: Send) -> None:
    send("POST", f"{V1}/global/networks", {"name": "other", "autoCreateSubnetworks": False})
    send("POST", URL, BODY)
    other = {"network": {"url": "projects/demo-proj/global/networks/other"}}
    answer = send("PATCH", f"{URL}/copies", other)
    assert answer.status == 400
    assert "network" in answer.json()["error"]["message"]
