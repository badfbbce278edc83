"""The rules of a Cloud Armor policy, each written by a call of its own.

https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies: a patch of the policy
leaves its rules alone; each is added, patched and removed by its priority. The rule of the lowest
priority always exists and can't be removed.
"""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from gcpstack._adapters.compute import Compute
from gcpstack._adapters.wire import alike
from gcpstack._core.json import Body
from gcpstack._core.ports import Edit, Finished, Operation, Step
from gcpstack.exceptions import InvalidRequest, NotFound

#: What belongs to some actions of a rule alone, and what of it to some actions of its own.
_OF_ACTIONS = {
    "redirectOptions": {"redirect"},
    "rateLimitOptions": {"throttle", "rate_based_ban", "fairshare"},
}
_OF_BANS = ("banDurationSec", "banThreshold")
_LAST_RULE = 2147483647
_FIXED = {"kind", "priority"}


def _rules(body: Mapping[str, Any]) -> dict[int, Body]:
    return {int(rule["priority"]): rule for rule in body.get("rules") or () if "priority" in rule}


def _fitting(rule: Body) -> Body:
    """Leave out of a rule what its action has no use for: Google would refuse it.

    https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies
    """
    action = rule.get("action")
    out = {key: value for key, value in rule.items() if action in _OF_ACTIONS.get(key, {action})}
    limits = out.get("rateLimitOptions")
    if isinstance(limits, Mapping):
        gone: set[str] = set() if action == "rate_based_ban" else set(_OF_BANS)
        if limits.get("exceedAction") != "redirect":
            gone.add("exceedRedirectOptions")
        out["rateLimitOptions"] = {key: v for key, v in limits.items() if key not in gone}
    return out


def rule_steps(compute: Compute, edit: Edit) -> Iterable[Step]:
    """List the calls that bring a policy's rules to what is declared: one for each rule that differs."""
    if not edit.touches("rules"):
        return []
    live, (merged, _) = _rules(edit.live), compute.wanted(edit)
    wanted = {priority: _fitting(rule) for priority, rule in _rules(merged).items()}
    steps = [
        Step(f"set rule {priority}", functools.partial(_set_rule, compute, edit, rule))
        for priority, rule in wanted.items()
        if not alike(rule, live.get(priority))
    ]
    steps += [
        Step(f"remove rule {priority}", functools.partial(_drop_rule, compute, edit, priority))
        for priority in live
        if priority not in wanted and priority != _LAST_RULE
    ]
    return steps


def _named(compute: Compute, edit: Edit) -> Body:
    return {**compute.scope(edit.target), compute.row.id: edit.target.ids["name"]}


def _exists(compute: Compute, edit: Edit, priority: int) -> bool:
    """Look for a rule; that of no such priority is told by 400 as well as by 404."""
    try:
        compute.read("getRule", {**_named(compute, edit), "priority": priority})
    except (NotFound, InvalidRequest):
        return False
    return True


def _gone(live: Mapping[str, object], rule: Mapping[str, object]) -> Iterable[str]:
    """List the dotted paths of what a rule holds no longer."""
    for key, value in live.items():
        if key not in rule:
            yield key
        elif isinstance(value, Mapping) and isinstance(rule[key], Mapping):
            yield from (f"{key}.{path}" for path in _gone(value, rule[key]))  # type: ignore[arg-type] # checked on the line above


def _set_rule(compute: Compute, edit: Edit, rule: Body) -> Operation:
    """Add or patch a rule: whichever it takes now, since a repeated call may find it added."""
    request: Body = {**_named(compute, edit), "securityPolicyRuleResource": rule}
    priority = int(str(rule["priority"]))
    if not _exists(compute, edit, priority):
        return compute.call("addRule", request, edit.target)
    gone = set(_gone(_rules(edit.live).get(priority, {}), rule))
    # A patch clears a field only if the mask names it.
    masked = {"updateMask": ",".join(sorted({*gone, *rule} - _FIXED))} if gone else {}
    return compute.call("patchRule", {**request, **masked, "priority": priority}, edit.target)


def _drop_rule(compute: Compute, edit: Edit, priority: int) -> Operation:
    if not _exists(compute, edit, priority):
        return Finished()
    request: Body = {**_named(compute, edit), "priority": priority}
    return compute.call("removeRule", request, edit.target)
