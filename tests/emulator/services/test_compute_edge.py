"""Network edge security services: a network policy of Cloud Armor for a region."""

import pytest

from tests.emulator.conftest import Send
from tests.emulator.services.balancing import LINK, REGION, ROOT, call, make, read, refusal

SERVICES = f"{REGION}/networkEdgeSecurityServices"
POLICIES = f"{REGION}/securityPolicies"


@pytest.fixture
def policy(send: Send) -> str:
    """A network policy; gives its link."""
    link: str = make(send, POLICIES, {"name": "net", "type": "CLOUD_ARMOR_NETWORK"})["selfLink"]
    return link


def test_it_holds_a_policy(send: Send, policy: str) -> None:
    told = make(send, SERVICES, {"name": "edge", "securityPolicy": "regions/us-central1/securityPolicies/net"})  # fmt: skip
    assert told["kind"] == "compute#networkEdgeSecurityService"
    assert told["securityPolicy"] == policy
    assert told["region"] == f"{LINK}/regions/us-central1"
    assert refusal(send, "DELETE", f"{POLICIES}/net")[1] == "resourceInUseByAnotherResource"
    call(send, "DELETE", f"{SERVICES}/edge")
    assert send("GET", f"{SERVICES}/edge").status == 404
    call(send, "DELETE", f"{POLICIES}/net")


def test_a_change_by_mask(send: Send, policy: str) -> None:
    first = make(send, SERVICES, {"name": "edge", "securityPolicy": policy, "description": "a"})
    body = {"fingerprint": first["fingerprint"]}
    call(send, "PATCH", f"{SERVICES}/edge?updateMask=securityPolicy", body)
    told = read(send, f"{SERVICES}/edge")
    assert "securityPolicy" not in told
    assert told["description"] == "a"
    assert refusal(send, "PATCH", f"{SERVICES}/edge", body)[:2] == (412, "conditionNotMet")
    assert refusal(send, "PATCH", f"{SERVICES}/edge", {"description": "b"})[:2] == (400, "required")


def test_it_is_listed_over_all_regions(send: Send) -> None:
    make(send, SERVICES, {"name": "edge"})
    items = call(send, "GET", f"{ROOT}/aggregated/networkEdgeSecurityServices")["items"]
    [row] = items["regions/us-central1"]["networkEdgeSecurityServices"]
    assert row["name"] == "edge"
    assert "warning" in items["regions/europe-west1"]


def test_a_dry_run_makes_nothing(send: Send) -> None:
    call(send, "POST", f"{SERVICES}?validateOnly=true", {"name": "edge"})
    assert send("GET", f"{SERVICES}/edge").status == 404


def test_mistakes(send: Send) -> None:
    make(send, POLICIES, {"name": "web", "type": "CLOUD_ARMOR"})
    make(send, SERVICES, {"name": "edge"})
    rows = [
        ({"name": "Edge"}, 400, "invalid", "resource.name"),
        ({"name": "edge"}, 409, "alreadyExists", "already exists"),
        ({"name": "x", "securityPolicy": f"{LINK}/regions/us-central1/securityPolicies/no"}, 404, "notFound", "no"),
        ({"name": "x", "securityPolicy": f"{LINK}/regions/us-central1/securityPolicies/web"}, 400, "invalid", "CLOUD_ARMOR_NETWORK"),
        ({"name": "x", "policy": "y"}, 400, "invalid", 'Unknown name "policy"'),
    ]  # fmt: skip
    for body, code, reason, words in rows:
        told = refusal(send, "POST", SERVICES, body)
        assert told[:2] == (code, reason), told
        assert words in told[2]
