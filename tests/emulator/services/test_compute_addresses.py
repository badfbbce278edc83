"""Reserved addresses: what they are told with, what they may be."""

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
