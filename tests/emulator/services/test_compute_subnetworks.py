"""Subnetworks: what is settled when they are made, and what only goes one way."""

from typing import Any

import pytest

from tests.emulator.conftest import Send
from tests.emulator.services.balancing import GLOBAL, REGION, call, make, read, refusal

SUBNETWORKS = f"{REGION}/subnetworks"
NETWORK = {"name": "net", "autoCreateSubnetworks": False, "enableUlaInternalIpv6": True}


def subnetwork(send: Send, **fields: Any) -> dict[str, Any]:
    make(send, f"{GLOBAL}/networks", NETWORK)
    body = {"name": "s", "network": "global/networks/net", "ipCidrRange": "10.0.0.0/24", **fields}
    return make(send, SUBNETWORKS, body)


def patch(send: Send, **fields: Any) -> tuple[int, str, str]:
    seen = read(send, f"{SUBNETWORKS}/s")["fingerprint"]
    return refusal(send, "PATCH", f"{SUBNETWORKS}/s", {**fields, "fingerprint": seen})


@pytest.mark.parametrize(
    ("made", "changed", "field"),
    [
        ({"purpose": "PRIVATE"}, {"purpose": "PRIVATE_NAT"}, "purpose"),
        ({"purpose": "REGIONAL_MANAGED_PROXY", "role": "ACTIVE"}, {"role": "BACKUP"}, "role"),
        (
            {"stackType": "IPV4_IPV6", "ipv6AccessType": "INTERNAL"},
            {"ipv6AccessType": "EXTERNAL"},
            "ipv6AccessType",
        ),
        (
            {"stackType": "IPV4_IPV6", "ipv6AccessType": "INTERNAL"},
            {"stackType": "IPV6_ONLY"},
            "stackType",
        ),
        ({}, {"logConfig": {"enable": False, "flowSampling": 0.5}}, "logConfig.flowSampling"),
    ],
)
def test_a_patch_is_refused(
    send: Send, made: dict[str, Any], changed: dict[str, Any], field: str
) -> None:
    subnetwork(send, **made)
    status, _, message = patch(send, **changed)
    assert (status, f"resource.{field}" in message) == (400, True), message


def test_a_legacy_proxy_subnetwork_becomes_a_regional_one(send: Send) -> None:
    told = subnetwork(send, purpose="INTERNAL_HTTPS_LOAD_BALANCER", role="BACKUP")
    changes = {"purpose": "REGIONAL_MANAGED_PROXY", "fingerprint": told["fingerprint"]}
    call(send, "PATCH", f"{SUBNETWORKS}/s", changes)
    told = read(send, f"{SUBNETWORKS}/s")
    call(send, "PATCH", f"{SUBNETWORKS}/s", {"role": "ACTIVE", "fingerprint": told["fingerprint"]})
    told = read(send, f"{SUBNETWORKS}/s")
    assert (told["purpose"], told["role"]) == ("REGIONAL_MANAGED_PROXY", "ACTIVE")


def test_a_second_stack_can_be_taken_away(send: Send) -> None:
    told = subnetwork(send, stackType="IPV4_IPV6", ipv6AccessType="EXTERNAL")
    back = {"stackType": "IPV4_ONLY", "ipv6AccessType": None, "fingerprint": told["fingerprint"]}
    call(send, "PATCH", f"{SUBNETWORKS}/s", back)
    assert read(send, f"{SUBNETWORKS}/s")["stackType"] == "IPV4_ONLY"


def test_flow_logs_that_are_off_are_told_as_off_alone(send: Send) -> None:
    told = subnetwork(send, logConfig={"enable": True, "flowSampling": 0.25})
    assert told["logConfig"]["flowSampling"] == 0.25
    off = {"logConfig": {"enable": False}, "fingerprint": told["fingerprint"]}
    call(send, "PATCH", f"{SUBNETWORKS}/s", off)
    assert read(send, f"{SUBNETWORKS}/s")["logConfig"] == {"enable": False}
