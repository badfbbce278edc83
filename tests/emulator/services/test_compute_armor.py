"""Security policies: the default rule, rules by their own methods, what a rule may say."""

from typing import Any

import pytest

from tests.emulator.conftest import Send
from tests.emulator.services.balancing import GLOBAL, REGION, call, make, read, refusal

POLICIES = f"{GLOBAL}/securityPolicies"
LAST = 2147483647
ANYONE = {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}}
LIMIT = {
    "exceedAction": "deny(429)",
    "rateLimitThreshold": {"count": 100, "intervalSec": 60},
}


def sources(*ranges: str) -> dict[str, Any]:
    return {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": list(ranges)}}


def block(priority: int = 1000, **fields: Any) -> dict[str, Any]:
    return {"priority": priority, "action": "deny(403)", "match": sources("9.9.9.0/24"), **fields}


def armor(send: Send, *rules: dict[str, Any]) -> dict[str, Any]:
    given = (
        {"rules": [*rules, {"priority": LAST, "action": "allow", "match": ANYONE}]} if rules else {}
    )
    return make(send, POLICIES, {"name": "p", **given})


def priorities(send: Send) -> list[int]:
    return [rule["priority"] for rule in read(send, f"{POLICIES}/p")["rules"]]


def test_a_policy_without_rules_lets_all_through(send: Send) -> None:
    told = armor(send)
    assert told["type"] == "CLOUD_ARMOR"
    assert told["rules"] == [
        {
            "kind": "compute#securityPolicyRule",
            "action": "allow",
            "description": "default rule",
            "priority": LAST,
            "preview": False,
            "match": ANYONE,
        }
    ]


def test_rules_are_told_in_order_with_what_was_left_out(send: Send) -> None:
    told = armor(send, block(2000), block(10, preview=True, description="d"))["rules"]
    assert [(rule["priority"], rule["preview"], rule["description"]) for rule in told] == [
        (10, True, "d"),
        (2000, False, ""),
        (LAST, False, ""),
    ]


def test_rules_come_and_go_by_their_methods(send: Send) -> None:
    before = armor(send)["fingerprint"]
    operation = call(send, "POST", f"{POLICIES}/p/addRule", block())
    assert operation["targetLink"].endswith("/securityPolicies/p")
    assert priorities(send) == [1000, LAST]
    assert read(send, f"{POLICIES}/p")["fingerprint"] != before
    patch = {"action": "deny(404)", "description": "now 404"}
    call(send, "POST", f"{POLICIES}/p/patchRule?priority=1000", patch)
    rule = call(send, "GET", f"{POLICIES}/p/getRule?priority=1000")
    assert (rule["action"], rule["description"], rule["match"]) == (
        "deny(404)",
        "now 404",
        sources("9.9.9.0/24"),
    )
    call(send, "POST", f"{POLICIES}/p/removeRule?priority=1000")
    assert priorities(send) == [LAST]


def test_a_mask_clears_what_the_patch_leaves_out(send: Send) -> None:
    armor(
        send, block(description="d", headerAction={"requestHeadersToAdds": [{"headerName": "h"}]})
    )
    url = f"{POLICIES}/p/patchRule?priority=1000&updateMask=description,header_action"
    call(send, "POST", url, {"description": "new"})
    rule = call(send, "GET", f"{POLICIES}/p/getRule?priority=1000")
    assert rule["description"] == "new"
    assert "headerAction" not in rule
    assert (
        refusal(send, "POST", f"{POLICIES}/p/patchRule?priority=1000&updateMask=nothing", {})[0]
        == 400
    )


def test_a_rule_moves_to_another_priority(send: Send) -> None:
    armor(send, block())
    call(send, "POST", f"{POLICIES}/p/patchRule?priority=1000", {"priority": 5})
    assert priorities(send) == [5, LAST]


def test_the_default_rule_changes_only_its_action(send: Send) -> None:
    armor(send)
    url = f"{POLICIES}/p/patchRule?priority={LAST}"
    call(send, "POST", url, {"action": "deny(502)"})
    assert call(send, "GET", f"{POLICIES}/p/getRule?priority={LAST}")["action"] == "deny(502)"
    assert "cannot be changed" in refusal(send, "POST", url, {"match": sources("1.1.1.1")})[2]
    assert "cannot be moved" in refusal(send, "POST", url, {"priority": 7})[2]
    removed = refusal(send, "POST", f"{POLICIES}/p/removeRule?priority={LAST}")
    assert "The default rule cannot be removed" in removed[2]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "getRule"), ("POST", "patchRule"), ("POST", "removeRule")]
)
def test_a_missing_priority_is_no_404(send: Send, method: str, path: str) -> None:
    armor(send)
    body: dict[str, Any] | None = {} if path == "patchRule" else None
    assert refusal(send, method, f"{POLICIES}/p/{path}?priority=7", body) == (
        400,
        "invalid",
        (
            "Invalid value for field 'priority': '7'. The security policy does not contain a rule at "
            "priority 7."
        ),
    )


def test_priorities_are_unique(send: Send) -> None:
    armor(send, block())
    status, _, message = refusal(send, "POST", f"{POLICIES}/p/addRule", block())
    assert (status, message) == (
        400,
        (
            "Invalid value for field 'resource.priority': '1000'. Cannot have rules with the same "
            "priorities."
        ),
    )
    twice = {"name": "q", "rules": [block(), block()]}
    assert "same priorities" in refusal(send, "POST", POLICIES, twice)[2]


def test_dry_runs_change_nothing(send: Send) -> None:
    armor(send, block())
    call(send, "POST", f"{POLICIES}/p/addRule?validateOnly=true", block(5))
    call(
        send, "POST", f"{POLICIES}/p/patchRule?priority=1000&validateOnly=true", {"action": "allow"}
    )
    assert priorities(send) == [1000, LAST]
    assert call(send, "GET", f"{POLICIES}/p/getRule?priority=1000")["action"] == "deny(403)"
    assert (
        refusal(send, "POST", f"{POLICIES}/p/addRule?validateOnly=true", block(5, action="no"))[0]
        == 400
    )
    call(send, "POST", f"{POLICIES}?validateOnly=true", {"name": "q"})
    assert send("GET", f"{POLICIES}/q").status == 404


def test_a_patch_of_the_policy(send: Send) -> None:
    """It is guarded by the fingerprint, and replaces the rules where it brings any."""
    seen = armor(send, block())
    config = {"layer7DdosDefenseConfig": {"enable": True, "ruleVisibility": "STANDARD"}}
    body = {
        "description": "d",
        "adaptiveProtectionConfig": config,
        "fingerprint": seen["fingerprint"],
    }
    call(send, "PATCH", f"{POLICIES}/p", body)
    told = read(send, f"{POLICIES}/p")
    assert (told["adaptiveProtectionConfig"], priorities(send)) == (config, [1000, LAST])
    assert refusal(send, "PATCH", f"{POLICIES}/p", body)[:2] == (412, "conditionNotMet")
    cleared = f"{POLICIES}/p?updateMask=adaptiveProtectionConfig"
    call(send, "PATCH", cleared, {"fingerprint": told["fingerprint"]})
    assert "adaptiveProtectionConfig" not in read(send, f"{POLICIES}/p")
    rules = [block(7), {"priority": LAST, "action": "deny(404)", "match": ANYONE}]
    call(send, "PATCH", f"{POLICIES}/p", {"rules": rules})
    assert priorities(send) == [7, LAST]
    assert "default rule" in refusal(send, "PATCH", f"{POLICIES}/p", {"rules": [block()]})[2]
    assert "immutable" in refusal(send, "PATCH", f"{POLICIES}/p", {"type": "CLOUD_ARMOR_EDGE"})[2]


def test_limits_are_completed(send: Send) -> None:
    armor(send, block(action="throttle", rateLimitOptions=LIMIT))
    rule = call(send, "GET", f"{POLICIES}/p/getRule?priority=1000")
    assert rule["rateLimitOptions"] == {**LIMIT, "conformAction": "allow", "enforceOnKey": "ALL"}


EXPR = {"expr": {"expression": "origin.region_code == 'AU'"}}
MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"action": None}, "Required field 'action'"),
    ({"action": "deny(418)"}, "resource.action"),
    ({"action": "block"}, "resource.action"),
    ({"priority": -1}, "resource.priority"),
    ({"priority": 2147483648}, "priority': '2147483648'"),
    ({"match": None}, "Required field 'match'"),
    ({"match": {"versionedExpr": "SRC_IPS_V1"}}, "match.config.srcIpRanges"),
    ({"match": {**sources("1.1.1.1"), **EXPR}}, "Exactly one of versionedExpr and expr"),
    ({"match": {"expr": {"expression": ""}}}, "between 1 and 2048"),
    ({"match": sources("300.1.1.1")}, "Must be a valid IP address range."),
    ({"match": sources(*(f"1.1.1.{n}" for n in range(11)))}, "At most 10"),
    ({"match": {"versionedExpr": "SRC_IPS_V2"}}, "versionedExpr"),
    ({"rateLimitOptions": LIMIT}, "Rate limit options require"),
    ({"action": "throttle"}, "Required field 'rateLimitOptions'"),
    ({"action": "throttle", "rateLimitOptions": {"exceedAction": "deny(429)"}}, "rateLimitThreshold"),
    ({"action": "throttle", "rateLimitOptions": {**LIMIT, "exceedAction": "allow"}}, "exceedAction"),
    ({"action": "throttle", "rateLimitOptions": {**LIMIT, "conformAction": "deny(403)"}}, "conformAction"),
    ({"action": "throttle", "rateLimitOptions": {**LIMIT, "exceedAction": "redirect"}}, "exceedRedirectOptions"),
    ({"action": "throttle", "rateLimitOptions": {**LIMIT, "enforceOnKey": "HTTP_HEADER"}}, "enforceOnKeyName"),
    ({"action": "throttle", "rateLimitOptions": {**LIMIT, "enforceOnKey": "IP", "enforceOnKeyConfigs": [{"enforceOnKeyType": "IP"}]}}, "cannot be specified with"),
    ({"action": "throttle", "rateLimitOptions": {**LIMIT, "enforceOnKeyConfigs": [{"enforceOnKeyType": "IP"}] * 4}}, "At most 3"),
    ({"action": "rate_based_ban", "rateLimitOptions": LIMIT}, "banDurationSec"),
    ({"action": "redirect"}, "redirectOptions.type"),
    ({"action": "redirect", "redirectOptions": {"type": "EXTERNAL_302"}}, "redirectOptions.target"),
    ({"action": "redirect", "redirectOptions": {"type": "GOOGLE_RECAPTCHA", "target": "https://x"}}, "redirectOptions.target"),
    ({"redirectOptions": {"type": "GOOGLE_RECAPTCHA"}}, "require the action redirect"),
    ({"actions": "allow"}, 'Unknown name "actions"'),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "words"), MISTAKES)
def test_mistakes(send: Send, fields: dict[str, Any], words: str) -> None:
    """The same through ``addRule`` and through ``insert``."""
    armor(send)
    rule = {key: value for key, value in block(**fields).items() if value is not None}
    for url, body in (
        (f"{POLICIES}/p/addRule", rule),
        (
            POLICIES,
            {"name": "q", "rules": [rule, {"priority": LAST, "action": "allow", "match": ANYONE}]},
        ),
    ):
        status, _, message = refusal(send, "POST", url, body)
        assert status == 400
        assert words in message
    assert priorities(send) == [LAST]


def test_types_by_scope_and_action(send: Send) -> None:
    assert (
        "not supported"
        in refusal(send, "POST", POLICIES, {"name": "n", "type": "CLOUD_ARMOR_NETWORK"})[2]
    )
    edge = {"name": "e", "type": "CLOUD_ARMOR_EDGE"}
    assert make(send, POLICIES, edge)["type"] == "CLOUD_ARMOR_EDGE"
    throttle = block(action="throttle", rateLimitOptions=LIMIT)
    assert "CLOUD_ARMOR_EDGE" in refusal(send, "POST", f"{POLICIES}/e/addRule", throttle)[2]
    base = f"{REGION}/securityPolicies"
    network = make(send, base, {"name": "n", "type": "CLOUD_ARMOR_NETWORK"})
    assert network["rules"][0]["networkMatch"] == {"srcIpRanges": ["*"]}
    drop = {"priority": 1, "action": "deny", "networkMatch": {"srcIpRanges": ["9.9.9.9"]}}
    call(send, "POST", f"{base}/n/addRule", drop)
    assert (
        "networkMatch"
        in refusal(send, "POST", f"{base}/n/addRule", {"priority": 2, "action": "deny"})[2]
    )
    assert (
        "not supported" in refusal(send, "POST", base, {"name": "x", "type": "CLOUD_ARMOR_EDGE"})[2]
    )


def test_labels_are_guarded(send: Send) -> None:
    seen = armor(send)["labelFingerprint"]
    body = {"labels": {"a": "b"}, "labelFingerprint": seen}
    call(send, "POST", f"{POLICIES}/p/setLabels", body)
    assert read(send, f"{POLICIES}/p")["labels"] == {"a": "b"}
    assert refusal(send, "POST", f"{POLICIES}/p/setLabels", body)[:2] == (412, "conditionNotMet")
