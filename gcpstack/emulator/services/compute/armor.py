"""Security policies of Cloud Armor (https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies)."""

from collections.abc import Callable

from gcpstack.emulator.core import masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paths import MISSING, get, merge_patch, remove, strip_nulls
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import armor_rules, ruled
from gcpstack.emulator.services.compute.armor_rules import LAST, told
from gcpstack.emulator.services.compute.setters import mutate, patch_by_mask
from gcpstack.emulator.services.compute.words import wrong, wrong_parameter

BY_SCOPE = {
    True: ("CLOUD_ARMOR", "CLOUD_ARMOR_EDGE"),
    False: ("CLOUD_ARMOR", "CLOUD_ARMOR_NETWORK"),
}
NOUN = "security policy"
Rules = list[Body]


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    kind = body["type"]
    if kind not in BY_SCOPE[call.location == "global"]:
        raise wrong("type", kind, "The type is not supported for a security policy of this scope.")
    armor_rules.check_all(body["rules"], kind)


def _rules(_call: Call, body: Body) -> Rules:
    """A policy without rules lets everything through."""
    return [armor_rules.default_rule(body["type"])]


def _complete(body: Body) -> None:
    body["rules"] = sorted(map(told, body["rules"]), key=lambda rule: rule["priority"])


def _insert(call: Call) -> Body:
    """``insert``; a dry run leaves nothing behind."""
    if call.body.get("rules"):
        call.body["rules"] = list(map(told, call.body["rules"]))
    else:
        call.body.pop("rules", None)
    told_first = dialect.insert(call)
    if call.query.get("validateOnly"):
        call.world.undo()
    return told_first


def _patch(call: Call) -> Body:
    """``patch``; what the update mask names and the body doesn't is cleared, and nothing else."""
    said = strip_nulls(call.body)
    call.body.clear()
    call.body.update(said)
    if call.body.get("rules"):
        call.body["rules"] = list(map(told, call.body["rules"]))
    return patch_by_mask(call)


def _change(call: Call, verb: str, make: Callable[[Obj], Rules]) -> Body:
    """Give a policy other rules; a dry run only checks them."""
    if not call.query.get("validateOnly"):
        return mutate(call, verb, lambda obj: {**obj.body, "rules": make(obj)})
    obj = dialect.ready(call)
    armor_rules.check_all(make(obj), obj.body["type"])
    return operations.start(call, verb, obj)


def _add(call: Call) -> Body:
    """``addRule``."""
    rule = told(call.body)
    return _change(call, "addRule", lambda obj: [*obj.body["rules"], rule])


def _patch_rule(call: Call) -> Body:
    """``patchRule``: a merge; what the update mask names and the body doesn't is cleared."""
    schema = call.api.schemas["SecurityPolicyRule"]
    cleared = masks.parse(call.api, schema, str(call.query.get("updateMask", "")))

    def rules(obj: Obj) -> Rules:
        old = ruled.at(obj, ruled.priority(call), NOUN)
        new = merge_patch(old, call.body)
        for path in cleared:
            if get(call.body, path, MISSING) is MISSING:
                remove(new, path)
        if old["priority"] == LAST and new.get("priority") != LAST:
            raise wrong("priority", new.get("priority"), "The default rule cannot be moved.")
        return [told(new) if rule is old else rule for rule in obj.body["rules"]]

    return _change(call, "patchRule", rules)


def _remove(call: Call) -> Body:
    """``removeRule``: not the default rule."""
    priority = ruled.priority(call)

    def rules(obj: Obj) -> Rules:
        gone = ruled.at(obj, priority, NOUN)
        if priority == LAST:
            raise wrong_parameter("priority", priority, "The default rule cannot be removed.")
        return [rule for rule in obj.body["rules"] if rule is not gone]

    return _change(call, "removeRule", rules)


def _get_rule(call: Call) -> Body:
    """``getRule``: a missing priority is a mistake of the call, not a 404."""
    return ruled.at(dialect.target(call), ruled.priority(call), NOUN)


SECURITY_POLICIES = Kind(
    name="securityPolicies",
    resources=("securityPolicies", "regionSecurityPolicies"),
    schema="SecurityPolicy",
    dialect=COMPUTE,
    fingerprint="fingerprint",
    immutable=("type",),
    defaults={"type": "CLOUD_ARMOR", "rules": _rules},
    validate=_validate,
    on_create=lambda _call, body: _complete(body),
    on_update=lambda _call, body, _old: _complete(body),
    methods={
        "insert": _insert,
        "patch": _patch,
        "addRule": _add,
        "patchRule": _patch_rule,
        "removeRule": _remove,
        "getRule": _get_rule,
    },
)
