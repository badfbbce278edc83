"""What a rule of a security policy may say (https://cloud.google.com/armor/docs/rules-language-reference).

Fields: https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies#SecurityPolicyRule.
"""

import ipaddress
import re

from gcpstack.emulator.core.model import Body
from gcpstack.emulator.services.compute.words import missing, wrong

LAST = 2147483647
DENY = tuple(f"deny({code})" for code in (403, 404, 502))
LIMITED = ("throttle", "rate_based_ban", "fairshare")
BY_TYPE = {
    "CLOUD_ARMOR": ("allow", *DENY, "redirect", *LIMITED),
    "CLOUD_ARMOR_EDGE": ("allow", *DENY),
    "CLOUD_ARMOR_NETWORK": ("allow", "deny"),
}
EXCEED = re.compile(r"deny\((403|404|429|502)\)|redirect")
MOST_RANGES = 10
LONGEST_EXPRESSION = 2048
MOST_KEYS = 3


def everything(kind: str) -> Body:
    """What the default rule of a policy matches: everything."""
    if kind == "CLOUD_ARMOR_NETWORK":
        return {"networkMatch": {"srcIpRanges": ["*"]}}
    return {"match": {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}}}


def default_rule(kind: str) -> Body:
    """The rule that a policy has where none is given."""
    return {
        "action": "allow",
        "description": "default rule",
        "priority": LAST,
        **everything(kind),
    }


def told(rule: Body) -> Body:
    """A rule as the server keeps it."""
    kept: Body = {
        "kind": "compute#securityPolicyRule",
        "description": "",
        "priority": 0,
        "preview": False,
        **rule,
    }
    if "rateLimitOptions" in kept:
        kept["rateLimitOptions"] = {
            "conformAction": "allow",
            **(
                {} if "enforceOnKeyConfigs" in kept["rateLimitOptions"] else {"enforceOnKey": "ALL"}
            ),
            **kept["rateLimitOptions"],
        }
    return kept


def check_all(rules: list[Body], kind: str) -> None:
    """Refuse rules that don't go together."""
    priorities = [rule["priority"] for rule in rules]
    for priority in priorities:
        if priorities.count(priority) > 1:
            hint = "Cannot have rules with the same priorities."
            raise wrong("priority", priority, hint)
    if LAST not in priorities:
        raise wrong("rules", hint=f"There must be a default rule with priority {LAST}.")
    for rule in rules:
        check(rule, kind)


def check(rule: Body, kind: str) -> None:
    """Refuse a rule that Google would refuse."""
    action, priority = rule.get("action", ""), rule["priority"]
    if not action:
        raise missing("action")
    if action not in BY_TYPE[kind]:
        hint = f"The action must be one of {', '.join(BY_TYPE[kind])} in a policy of type {kind}."
        raise wrong("action", action, hint)
    if not 0 <= priority <= LAST:
        raise wrong("priority", priority, f"Must be between 0 and {LAST}.")
    _check_match(rule, kind)
    _check_limits(rule, action)
    if action == "redirect":
        _check_redirect(rule.get("redirectOptions", {}), "redirectOptions")
    elif rule.get("redirectOptions"):
        raise wrong("redirectOptions", hint="Redirect options require the action redirect.")


def _check_match(rule: Body, kind: str) -> None:
    if kind == "CLOUD_ARMOR_NETWORK":
        if not rule.get("networkMatch"):
            raise missing("networkMatch")
        return
    match = rule.get("match") or {}
    if not match:
        raise missing("match")
    if rule["priority"] == LAST and match != everything(kind)["match"]:
        raise wrong("match", hint="The match condition of the default rule cannot be changed.")
    expression = match.get("expr", {}).get("expression", "")
    ranges = match.get("config", {}).get("srcIpRanges", [])
    if bool(match.get("versionedExpr")) == ("expr" in match):
        hint = "Exactly one of versionedExpr and expr must be specified."
        raise wrong("match", hint=hint)
    if "expr" in match and not 1 <= len(expression) <= LONGEST_EXPRESSION:
        hint = f"The expression must have between 1 and {LONGEST_EXPRESSION} characters."
        raise wrong("match.expr.expression", expression[:60], hint)
    if match.get("versionedExpr"):
        _check_ranges(ranges)


def _check_ranges(ranges: list[str]) -> None:
    if not ranges:
        raise missing("match.config.srcIpRanges")
    if len(ranges) > MOST_RANGES:
        hint = f"At most {MOST_RANGES} IP address ranges can be specified in a rule."
        raise wrong("match.config.srcIpRanges", len(ranges), hint)
    for index, text in enumerate(ranges):
        try:
            ipaddress.ip_network("0.0.0.0/0" if text == "*" else text, strict=False)
        except ValueError:
            hint = "Must be a valid IP address range."
            raise wrong(f"match.config.srcIpRanges[{index}]", text, hint) from None


def _check_limits(rule: Body, action: str) -> None:
    options = rule.get("rateLimitOptions")
    if action not in LIMITED:
        if options:
            hint = f"Rate limit options require one of the actions {', '.join(LIMITED)}."
            raise wrong("rateLimitOptions", hint=hint)
        return
    if not options:
        raise missing("rateLimitOptions")
    if not options.get("rateLimitThreshold", {}).get("count"):
        raise missing("rateLimitOptions.rateLimitThreshold")
    exceed = options.get("exceedAction", "")
    if not EXCEED.fullmatch(exceed):
        hint = "The exceed action must be deny(403), deny(404), deny(429), deny(502) or redirect."
        raise wrong("rateLimitOptions.exceedAction", exceed, hint)
    if exceed == "redirect":
        _check_redirect(
            options.get("exceedRedirectOptions", {}), "rateLimitOptions.exceedRedirectOptions"
        )
    if options["conformAction"] != "allow":
        conform = options["conformAction"]
        raise wrong("rateLimitOptions.conformAction", conform, "The conform action must be allow.")
    if action == "rate_based_ban" and not options.get("banDurationSec"):
        raise missing("rateLimitOptions.banDurationSec")
    _check_keys(options)


def _check_keys(options: Body) -> None:
    keys = options.get("enforceOnKeyConfigs", [])
    if keys and "enforceOnKey" in options:
        hint = "enforceOnKey cannot be specified with enforceOnKeyConfigs."
        raise wrong("rateLimitOptions.enforceOnKey", options["enforceOnKey"], hint)
    if len(keys) > MOST_KEYS:
        hint = f"At most {MOST_KEYS} key configs can be specified."
        raise wrong("rateLimitOptions.enforceOnKeyConfigs", len(keys), hint)
    named = [*((key.get("enforceOnKeyType"), key.get("enforceOnKeyName")) for key in keys)]
    named.append((options.get("enforceOnKey"), options.get("enforceOnKeyName")))
    if any(kind in ("HTTP_HEADER", "HTTP_COOKIE") and not name for kind, name in named):
        raise missing("rateLimitOptions.enforceOnKeyName")


def _check_redirect(options: Body, place: str) -> None:
    kind = options.get("type", "")
    if not kind:
        raise missing(f"{place}.type")
    if (kind == "EXTERNAL_302") != bool(options.get("target")):
        hint = "A target must be specified for the type EXTERNAL_302 and for no other."
        raise wrong(f"{place}.target", options.get("target", ""), hint)
