"""Network firewall policies: their rules, and the networks they are attached to."""

from typing import Any

import pytest

from tests.emulator.conftest import Send

PROJECT = "projects/demo-proj"
ROOT = f"https://compute.googleapis.com/compute/v1/{PROJECT}"
LINK = f"https://www.googleapis.com/compute/v1/{PROJECT}"
REGION = "regions/us-central1"
NETWORK = f"{PROJECT}/global/networks/default"
SSH: dict[str, Any] = {
    "priority": 1000,
    "action": "allow",
    "direction": "INGRESS",
    "match": {
        "srcIpRanges": ["10.0.0.0/8"],
        "layer4Configs": [{"ipProtocol": "tcp", "ports": ["22"]}],
    },
}
DEFAULTS = [2147483644, 2147483645, 2147483646, 2147483647]


def make(send: Send, name: str = "policy", scope: str = "global", **fields: Any) -> str:
    """Make a policy; its URL."""
    answer = send("POST", f"{ROOT}/{scope}/firewallPolicies", {"name": name, **fields})
    assert answer.status == 200, answer.json()
    return f"{ROOT}/{scope}/firewallPolicies/{name}"


def priorities(send: Send, policy: str) -> list[int]:
    return [rule["priority"] for rule in send("GET", policy).json()["rules"]]


def attach(send: Send, policy: str, name: str = "here", query: str = "") -> int:
    body = {"name": name, "attachmentTarget": NETWORK}
    return send("POST", f"{policy}/addAssociation{query}", body).status


@pytest.mark.parametrize("scope", ["global", REGION])
def test_a_policy_ends_with_rules_that_pass_on(send: Send, scope: str) -> None:
    told = send("GET", make(send, scope=scope, description="d")).json()
    assert (told["kind"], told["description"]) == ("compute#firewallPolicy", "d")
    assert [rule["priority"] for rule in told["rules"]] == DEFAULTS
    assert {rule["action"] for rule in told["rules"]} == {"goto_next"}
    assert told["rules"][-1]["match"] == {
        "srcIpRanges": ["0.0.0.0/0"],
        "layer4Configs": [{"ipProtocol": "all"}],
    }
    assert told["ruleTupleCount"] == 8
    assert ("region" in told) == (scope != "global")
    listed = send("GET", f"{ROOT}/{scope}/firewallPolicies").json()
    assert [one["name"] for one in listed["items"]] == ["policy"]


def test_rules_come_change_and_go(send: Send) -> None:
    policy = make(send)
    assert send("POST", f"{policy}/addRule", SSH).status == 200
    rule = send("GET", f"{policy}/getRule?priority=1000").json()
    assert (rule["ruleTupleCount"], rule["disabled"], rule["enableLogging"]) == (3, False, False)
    change = {"enableLogging": True}
    assert send("POST", f"{policy}/patchRule?priority=1000", change).status == 200
    rule = send("GET", f"{policy}/getRule?priority=1000").json()
    assert (rule["enableLogging"], rule["match"]) == (True, SSH["match"])
    assert priorities(send, policy) == [1000, *DEFAULTS]
    assert send("POST", f"{policy}/removeRule?priority=1000").status == 200
    assert priorities(send, policy) == DEFAULTS
    assert send("GET", f"{policy}/getRule?priority=1000").status == 400


def test_a_rule_without_a_priority_comes_last(send: Send) -> None:
    policy = make(send, rules=[SSH])
    unnumbered = {key: value for key, value in SSH.items() if key != "priority"}
    assert send("POST", f"{policy}/addRule", unnumbered).status == 200
    assert send("POST", f"{policy}/addRule?minPriority=10&maxPriority=20", unnumbered).status == 200
    assert priorities(send, policy) == [10, 1000, 1001, *DEFAULTS]


def test_the_rules_of_another_policy_are_taken(send: Send) -> None:
    make(send, "source", rules=[SSH])
    policy = make(send)
    source = f"{PROJECT}/global/firewallPolicies/source"
    assert send("POST", f"{policy}/cloneRules?sourceFirewallPolicy={source}").status == 200
    assert priorities(send, policy) == [1000, *DEFAULTS]
    missing = f"{PROJECT}/global/firewallPolicies/nothing"
    assert send("POST", f"{policy}/cloneRules?sourceFirewallPolicy={missing}").status == 404


def test_a_patch_leaves_the_rules_alone(send: Send) -> None:
    policy = make(send, rules=[SSH])
    body = {"description": "new", "rules": []}
    assert send("PATCH", policy, body).status == 200
    assert send("GET", policy).json()["description"] == "new"
    assert priorities(send, policy) == [1000, *DEFAULTS]


def test_a_policy_is_attached_to_a_network(send: Send) -> None:
    policy = make(send, rules=[SSH])
    assert attach(send, policy) == 200
    found = send("GET", f"{policy}/getAssociation?name=here").json()
    assert (found["attachmentTarget"], found["shortName"]) == (
        f"{LINK}/global/networks/default",
        "policy",
    )
    network = f"{ROOT}/global/networks/default"
    assert send("GET", network).json()["firewallPolicy"] == f"{LINK}/global/firewallPolicies/policy"
    told = send("GET", f"{network}/getEffectiveFirewalls").json()["firewallPolicys"]
    assert [(one["name"], one["type"]) for one in told] == [("policy", "NETWORK")]
    refused = send("DELETE", policy).json()["error"]["errors"][0]
    assert refused["reason"] == "resourceInUseByAnotherResource"
    assert send("POST", f"{policy}/removeAssociation?name=here").status == 200
    assert "firewallPolicy" not in send("GET", network).json()
    assert send("DELETE", policy).status == 200


def test_a_network_has_one_policy_of_each_scope(send: Send) -> None:
    first, second, near = make(send, "first"), make(send, "second"), make(send, "near", REGION)
    assert [attach(send, one) for one in (first, near, second)] == [200, 200, 400]
    assert attach(send, first, "again", "?replaceExistingAssociation=true") == 200
    assert attach(send, second, query="?replaceExistingAssociation=true") == 200
    assert "associations" not in send("GET", first).json()
    effective = f"{ROOT}/{REGION}/firewallPolicies/getEffectiveFirewalls?network={NETWORK}"
    told = send("GET", effective).json()["firewallPolicys"]
    assert [(one["name"], one["type"]) for one in told] == [
        ("second", "NETWORK"),
        ("near", "NETWORK_REGIONAL"),
    ]
    assert send("DELETE", first).status == 200


MISTAKES: list[tuple[str, dict[str, Any]]] = [
    ("addRule", {**SSH, "action": "refuse"}),
    ("addRule", {**SSH, "action": "apply_security_profile_group"}),
    ("addRule", {**SSH, "priority": 2147483645}),
    ("addRule", {**SSH, "priority": 500}),
    ("addRule", {**SSH, "priority": -1}),
    ("addRule", {**SSH, "match": {"srcIpRanges": ["10.0.0.0/8"]}}),
    ("addRule", {**SSH, "match": {**SSH["match"], "srcIpRanges": ["10.0.0.1/8"]}}),
    ("addRule", {**SSH, "match": {**SSH["match"], "layer4Configs": [{}]}}),
    ("addRule", {key: value for key, value in SSH.items() if key != "direction"}),
    ("patchRule?priority=7", {"action": "deny"}),
    ("patchRule?priority=2147483647", {"priority": 3}),
    ("removeRule?priority=2147483647", {}),
    ("removeAssociation?name=nothing", {}),
    ("addAssociation", {"name": "here"}),
]


@pytest.mark.parametrize(("verb", "body"), MISTAKES)
def test_what_is_wrong_is_refused(send: Send, verb: str, body: dict[str, Any]) -> None:
    policy = make(send, rules=[{**SSH, "priority": 500}])
    assert send("POST", f"{policy}/{verb}", body).status == 400
    assert priorities(send, policy) == [500, *DEFAULTS]
