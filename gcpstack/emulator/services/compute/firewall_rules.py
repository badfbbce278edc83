"""What a rule of a firewall policy may say (https://cloud.google.com/firewall/docs/firewall-policies-rule-details)."""

from collections.abc import Iterator

from gcpstack.emulator.core.model import Body
from gcpstack.emulator.services.compute.ranges import unreadable
from gcpstack.emulator.services.compute.words import missing, wrong

ACTIONS = ("allow", "deny", "goto_next", "apply_security_profile_group")
LAST = 2147483647
RESERVED = 2147483644  # from here on the rules are Google's own
MOST_RANGES = 5000
EVERYWHERE = ((" ipv6", "::/0"), ("", "0.0.0.0/0"))
ENDS = {"EGRESS": "destIpRanges", "INGRESS": "srcIpRanges"}
COUNTED = ("srcFqdns", "destFqdns", "srcRegionCodes", "destRegionCodes", "srcSecureTags",
           "srcAddressGroups", "destAddressGroups", "srcThreatIntelligences", "destThreatIntelligences")  # fmt: skip


def defaults() -> list[Body]:
    """The rules that every policy ends with: each leaves the traffic to what comes after the policy."""
    return [
        told(
            {
                "priority": RESERVED + number,
                "action": "goto_next",
                "description": f"default {direction.lower()} rule{suffix}",
                "direction": direction,
                "match": {field: [span], "layer4Configs": [{"ipProtocol": "all"}]},
            }
        )
        for number, (suffix, span, direction, field) in enumerate(
            (suffix, span, direction, field)
            for suffix, span in EVERYWHERE
            for direction, field in ENDS.items()
        )
    ]


def told(rule: Body) -> Body:
    """A rule as the server keeps it."""
    kept: Body = {
        "kind": "compute#firewallPolicyRule",
        "description": "",
        "enableLogging": False,
        **({"disabled": False} if rule.get("priority", 0) < RESERVED else {}),
        **rule,
    }
    return {**kept, "ruleTupleCount": weight(kept)}


def weight(rule: Body) -> int:
    """How many attributes a rule has (https://cloud.google.com/firewall/quotas#rule-attributes).

    Each range counts, each protocol, and of protocols with ports two for each port.
    """
    match: Body = rule.get("match", {})
    spans = sum(len(match.get(field, ())) for field in (*ENDS.values(), *COUNTED))
    ways = sum(2 * len(one.get("ports", ())) or 1 for one in match.get("layer4Configs", ()))
    targets = len(rule.get("targetServiceAccounts", ())) + len(rule.get("targetSecureTags", ()))
    return spans + ways + targets


def check_all(rules: list[Body]) -> None:
    """Hold the rules of a policy against Google's.

    Raises:
        ApiError: 400, one of them breaks one.
    """
    numbers: set[int] = set()
    for rule in rules:
        if rule["priority"] in numbers:
            hint = "Cannot have rules with the same priorities."
            raise wrong("priority", rule["priority"], hint)
        numbers.add(rule["priority"])
        if rule["priority"] < RESERVED:
            check(rule)


def check(rule: Body) -> None:
    """The same of one rule that a client wrote."""
    if rule["priority"] < 0:
        raise wrong("priority", rule["priority"], f"Must be between 0 and {RESERVED - 1}.")
    for field in ("action", "direction", "match"):
        if not rule.get(field):
            raise missing(field)
    if rule["action"] not in ACTIONS:
        raise wrong("action", rule["action"], f"Must be one of {', '.join(ACTIONS)}.")
    group = rule.get("securityProfileGroup")
    if (rule["action"] == "apply_security_profile_group") != bool(group):
        hint = "It goes with the action apply_security_profile_group, and only with it."
        raise wrong("securityProfileGroup", group or "", hint)
    match: Body = rule["match"]
    if not match.get("layer4Configs"):
        raise missing("match.layer4Configs")
    for index, one in enumerate(match["layer4Configs"]):
        if not one.get("ipProtocol"):
            raise missing(f"match.layer4Configs[{index}].ipProtocol")
    for problem in _ranges(match):
        raise problem


def _ranges(match: Body) -> Iterator[Exception]:
    for field in ENDS.values():
        spans = match.get(field, [])
        if len(spans) > MOST_RANGES:
            yield wrong(f"match.{field}", len(spans), f"At most {MOST_RANGES} can be specified.")
        for index, text in enumerate(spans):
            problem = unreadable(f"match.{field}[{index}]", text) if "/" in text else None
            if problem:
                yield problem
