"""Security policies of Cloud Armor (https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies)."""

import ipaddress
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paths import merge_patch
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects import standard
from gcpstack.emulator.dialects.compute import COMPUTE

LAST = 2147483647
ACTIONS = ("allow", "deny(403)", "deny(404)", "deny(502)", "redirect", "throttle", "rate_based_ban", "fairshare", "deny", "rate_based_blackhole")  # fmt: skip
LIMITED = ("throttle", "rate_based_ban", "fairshare", "rate_based_blackhole")
MOST_RANGES = 10
DEFAULT_RULE: Body = {
    "action": "allow",
    "priority": LAST,
    "match": {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}},
    "description": "default rule",
}


def _told(rule: Body) -> Body:
    """A rule as the server keeps it."""
    out: dict[str, Any] = {
        "kind": "compute#securityPolicyRule",
        "description": "",
        "preview": False,
        **rule,
    }
    if "rateLimitOptions" in out:
        out["rateLimitOptions"] = {"conformAction": "allow", **out["rateLimitOptions"]}
    return out


def _check_rule(rule: Body) -> None:
    action, priority = rule.get("action", ""), rule.get("priority", 0)
    if action not in ACTIONS:
        raise invalid(f"Invalid value for field 'resource.action': '{action}'. Invalid action.")
    if not 0 <= int(priority) <= LAST:
        raise invalid(
            f"Invalid value for field 'resource.priority': '{priority}'. Must be between 0 and {LAST}."
        )
    if (action in LIMITED) != ("rateLimitOptions" in rule):
        raise invalid(
            f"Invalid value for field 'resource.rateLimitOptions': ''. Rate limit options must be set if and only if the action is one of {', '.join(LIMITED)}."
        )
    if action == "redirect" and "redirectOptions" not in rule:
        raise invalid(
            "Invalid value for field 'resource.redirectOptions': ''. Redirect options must be set for the action redirect."
        )
    match = rule.get("match")
    if not match:
        raise invalid(
            "Invalid value for field 'resource.match': ''. A match condition must be specified."
        )
    ranges = match.get("config", {}).get("srcIpRanges", [])
    if len(ranges) > MOST_RANGES:
        raise invalid(
            f"Invalid value for field 'resource.match.config.srcIpRanges': ''. At most {MOST_RANGES} ranges can be given."
        )
    for text in ranges:
        _check_range(text)
    if bool(ranges) == ("expr" in match):
        raise invalid(
            "Invalid value for field 'resource.match': ''. Exactly one of versionedExpr with srcIpRanges and expr must be set."
        )


def _check_range(text: str) -> None:
    if text == "*":
        return
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise invalid(
            f"Invalid value for field 'resource.match.config.srcIpRanges': '{text}'. Must be a valid IP address range."
        ) from None


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    rules = body.get("rules", [])
    priorities = [rule.get("priority") for rule in rules]
    if len(priorities) != len(set(priorities)):
        raise invalid(
            "Invalid value for field 'resource.rules': ''. Cannot have rules with the same priorities."
        )
    for rule in rules:
        _check_rule(rule)


def _on_create(_call: Call, body: Body) -> None:
    rules = [_told(rule) for rule in body.get("rules", [])]
    if all(rule["priority"] != LAST for rule in rules):
        rules.append(_told(DEFAULT_RULE))
    body["rules"] = rules


def _on_update(_call: Call, body: Body, old: Body) -> None:
    """Rules have methods of their own; a change of the policy leaves them alone."""
    body["rules"] = body.pop("_rules", old["rules"])


def _priority(call: Call) -> int:
    return int(call.query.get("priority") or 0)


def _index(obj: Obj, priority: int) -> int:
    for index, rule in enumerate(obj.body["rules"]):
        if rule["priority"] == priority:
            return index
    raise invalid(
        f"Invalid value for field 'priority': '{priority}'. The security policy does not contain a rule at priority {priority}."
    )


def _write(call: Call, obj: Obj, rules: list[Body], verb: str) -> Body:
    if call.query.get("validateOnly"):
        _validate(call, {"rules": rules}, None)
    kind = standard.need_kind(call)
    changed = dialect.change(call, kind, obj, {**obj.body, "rules": rules, "_rules": rules})
    return operations.start(call, verb, changed)


def _add_rule(call: Call) -> Body:
    """``addRule``."""
    earlier = operations.replayed(call)
    if earlier is not None:
        return earlier
    obj, rule = dialect.ready(call), _told(call.body)
    rule.setdefault("priority", 0)
    _check_rule(rule)
    if any(other["priority"] == rule["priority"] for other in obj.body["rules"]):
        raise invalid(
            "Invalid value for field 'resource.priority': ''. Cannot have rules with the same priorities."
        )
    return _write(call, obj, [*obj.body["rules"], rule], "addSecurityPolicyRule")


def _patch_rule(call: Call) -> Body:
    """``patchRule``."""
    obj = dialect.ready(call)
    index = _index(obj, _priority(call))
    rules = list(obj.body["rules"])
    patched = merge_patch(rules[index], dict(call.body))
    cleared = [name for name in str(call.query.get("updateMask") or "").split(",") if name]
    for name in cleared:
        if name not in call.body:
            patched.pop(name, None)
    rules[index] = _told(patched)
    _check_rule(rules[index])
    return _write(call, obj, rules, "patchSecurityPolicyRule")


def _remove_rule(call: Call) -> Body:
    """``removeRule``: not the last one."""
    obj, priority = dialect.ready(call), _priority(call)
    index = _index(obj, priority)
    if priority == LAST:
        raise invalid(
            f"Invalid value for field 'priority': '{LAST}'. The default rule cannot be removed."
        )
    rules = [rule for at, rule in enumerate(obj.body["rules"]) if at != index]
    return _write(call, obj, rules, "removeSecurityPolicyRule")


def _get_rule(call: Call) -> Body:
    """``getRule``."""
    obj = dialect.target(call)
    return dict(obj.body["rules"][_index(obj, _priority(call))])


SECURITY_POLICIES = Kind(
    name="securityPolicies",
    resources=("securityPolicies", "regionSecurityPolicies"),
    schema="SecurityPolicy",
    dialect=COMPUTE,
    label="security_policy",
    fingerprint="fingerprint",
    immutable=("type",),
    defaults={"type": "CLOUD_ARMOR"},
    validate=_validate,
    on_create=_on_create,
    on_update=_on_update,
    methods={
        "addRule": _add_rule,
        "patchRule": _patch_rule,
        "removeRule": _remove_rule,
        "getRule": _get_rule,
    },
)
