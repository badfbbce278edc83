"""Network firewall policies, global and regional, and the networks they are attached to.

https://cloud.google.com/compute/docs/reference/rest/v1/networkFirewallPolicies,
https://cloud.google.com/compute/docs/reference/rest/v1/regionNetworkFirewallPolicies
"""

from collections.abc import Callable

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.links import full, relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.paths import merge_patch
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import firewall_rules, ruled
from gcpstack.emulator.services.compute.firewall_rules import RESERVED, told
from gcpstack.emulator.services.compute.setters import mutate
from gcpstack.emulator.services.compute.words import missing, wrong, wrong_parameter

NOUN = "firewall policy"
COLLECTION = "firewallPolicies"
KEPT = ("rules", "associations")
Rules = list[Body]


def _complete(body: Body) -> None:
    rules: Rules = body.get("rules", [])
    numbers = {rule.get("priority", 0) for rule in rules}
    ends = [rule for rule in firewall_rules.defaults() if rule["priority"] not in numbers]
    whole = [told({"priority": 0, **rule}) for rule in rules] + ends
    firewall_rules.check_all(whole)
    body["rules"] = sorted(whole, key=lambda rule: rule["priority"])
    body["ruleTupleCount"] = sum(rule["ruleTupleCount"] for rule in whole)


def _on_create(call: Call, body: Body) -> None:
    _complete(body)
    body["selfLinkWithId"] = full(f"{call.path}/{body['id']}")


def _patch(call: Call) -> Body:
    """``patch``: of the policy itself; rules and associations have methods of their own."""
    for field in KEPT:
        call.body.pop(field, None)
    return dialect.patch(call)


def _refuse_attached(_call: Call, obj: Obj) -> None:
    if obj.body.get("associations"):
        target = relative(obj.body["associations"][0]["attachmentTarget"])
        text = f"The firewall_policy resource '{obj.name}' is already being used by '{target}'"
        raise ApiError(400, text, reason="resourceInUseByAnotherResource")


# -- rules


def _change(call: Call, verb: str, make: Callable[[Obj], Rules]) -> Body:
    return mutate(call, verb, lambda obj: {**obj.body, "rules": make(obj)})


def _add_rule(call: Call) -> Body:
    """``addRule``; without a priority it comes after the last one, within the bounds that were given."""
    rule = dict(call.body)

    def rules(obj: Obj) -> Rules:
        held: Rules = obj.body["rules"]
        if "priority" not in rule:
            low, high = (call.query.get(name) for name in ("minPriority", "maxPriority"))
            top = int(high) if high else RESERVED - 1
            below = [
                one["priority"]
                for one in held
                if one["priority"] <= top and one["priority"] < RESERVED
            ]
            rule["priority"] = max([int(low or 0), *(number + 1 for number in below)])
        elif rule["priority"] >= RESERVED:
            raise wrong("priority", rule["priority"], f"Must be between 0 and {RESERVED - 1}.")
        return [*held, rule]

    return _change(call, "addRule", rules)


def _patch_rule(call: Call) -> Body:
    """``patchRule``: a merge."""

    def rules(obj: Obj) -> Rules:
        old = ruled.at(obj, ruled.priority(call), NOUN)
        new = merge_patch(old, call.body)
        if old["priority"] >= RESERVED and new.get("priority") != old["priority"]:
            raise wrong("priority", new.get("priority"), "A default rule cannot be moved.")
        return [new if rule is old else rule for rule in obj.body["rules"]]

    return _change(call, "patchRule", rules)


def _remove_rule(call: Call) -> Body:
    """``removeRule``: not a default one."""
    number = ruled.priority(call)

    def rules(obj: Obj) -> Rules:
        gone = ruled.at(obj, number, NOUN)
        if number >= RESERVED:
            raise wrong_parameter("priority", number, "A default rule cannot be removed.")
        return [rule for rule in obj.body["rules"] if rule is not gone]

    return _change(call, "removeRule", rules)


def _get_rule(call: Call) -> Body:
    """``getRule``."""
    return ruled.at(dialect.target(call), ruled.priority(call), NOUN)


def _clone(call: Call) -> Body:
    """``cloneRules``: the rules of another policy instead of the own ones."""
    name = relative(str(call.query.get("sourceFirewallPolicy", "")), call.project)
    source = call.find(call.world.canonical(name))
    if source is None or source.kind != COLLECTION:
        raise call.missing(name)
    return _change(call, "cloneRules", lambda _obj: source.body["rules"])


# -- associations: a network has one policy of each scope


def _attached(world: World, scope: str, network: str) -> Obj | None:
    """The policy of a scope, ``projects/P/global``, that a network has."""
    link = full(network)
    for policy in world.state.page("compute", f"{scope}/{COLLECTION}"):
        if any(one["attachmentTarget"] == link for one in policy.body.get("associations", ())):
            return policy
    return None


def _add_association(call: Call) -> Body:
    """``addAssociation``; a network that has a policy keeps it unless it is to be replaced."""
    for field in ("name", "attachmentTarget"):
        if not call.body.get(field):
            raise missing(field)
    network = call.world.canonical(relative(call.body["attachmentTarget"], call.project))
    scope = dialect.target(call).name.rpartition(f"/{COLLECTION}/")[0]
    earlier = _attached(call.world, scope, network)
    if earlier is not None:
        if str(call.query.get("replaceExistingAssociation", "")).lower() != "true":
            hint = "The attachment target is already associated with a firewall policy."
            raise wrong("attachmentTarget", call.body["attachmentTarget"], hint)
        _drop(call, earlier, lambda one: one["attachmentTarget"] == full(network))

    def attach(obj: Obj) -> Body:
        held = obj.body.get("associations", [])
        if any(one["name"] == call.body["name"] for one in held):
            hint = "An association with that name already exists."
            raise wrong("name", call.body["name"], hint)
        name = obj.body["name"]
        one = {
            **call.body,
            "firewallPolicyId": obj.body["id"],
            "shortName": name,
            "displayName": name,
        }
        return {**obj.body, "associations": [*held, one]}

    return mutate(call, "addAssociation", attach)


def _drop(call: Call, policy: Obj, gone: Callable[[Body], bool]) -> None:
    left = [one for one in policy.body["associations"] if not gone(one)]
    refs = tuple(
        ref for ref in policy.refs if any(full(ref[1]) == one["attachmentTarget"] for one in left)
    )
    body = {key: value for key, value in policy.body.items() if key != "associations"}
    call.world.state.put(
        policy.but(body={**body, **({"associations": left} if left else {})}, refs=refs)
    )


def _named(obj: Obj, name: str) -> Body:
    for one in obj.body.get("associations", []):
        if one["name"] == name:
            found: Body = one
            return found
    raise wrong_parameter("name", name, f"The {NOUN} does not contain an association of that name.")


def _get_association(call: Call) -> Body:
    """``getAssociation``."""
    return _named(dialect.target(call), str(call.query.get("name", "")))


def _remove_association(call: Call) -> Body:
    """``removeAssociation``."""

    def detach(obj: Obj) -> Body:
        gone = _named(obj, str(call.query.get("name", "")))
        left = [one for one in obj.body["associations"] if one is not gone]
        body = {key: value for key, value in obj.body.items() if key != "associations"}
        return {**body, "associations": left} if left else body

    return mutate(call, "removeAssociation", detach)


# -- what holds for a network


def attached(world: World, network: Obj) -> Obj | None:
    """The global policy of a network."""
    return _attached(world, f"{'/'.join(network.name.split('/')[:2])}/global", network.name)


def effective(world: World, network: Obj, region: str = "") -> Body:
    """What ``getEffectiveFirewalls`` tells of a network: its rules, the weightiest first, and its policies.

    Args:
        world: where.
        network: the network.
        region: whose policy is told beside the global one, ``""`` for none.
    """
    users = world.state.users(network.service, network.name)
    rules = [user.body for user, _ in users if user.kind == "firewalls"]
    found = [("NETWORK", attached(world, network))]
    if region:
        scope = f"{'/'.join(network.name.split('/')[:2])}/regions/{region}"
        found.append(("NETWORK_REGIONAL", _attached(world, scope, network.name)))
    policies = [
        {"name": policy.body["name"], "type": kind, "rules": policy.body["rules"]}
        for kind, policy in found
        if policy is not None
    ]
    answer: Body = {"firewalls": sorted(rules, key=lambda rule: (rule["priority"], rule["name"]))}
    return answer | ({"firewallPolicys": policies} if policies else {})


def _effective(call: Call) -> Body:
    """``regionNetworkFirewallPolicies.getEffectiveFirewalls`` of a network."""
    name = call.world.canonical(relative(str(call.query.get("network", "")), call.project))
    network = call.find(name)
    if network is None or network.kind != "networks":
        raise call.missing(name)
    return effective(call.world, network, call.location)


FIREWALL_POLICIES = Kind(
    name=COLLECTION,
    resources=("networkFirewallPolicies", "regionNetworkFirewallPolicies"),
    schema="FirewallPolicy",
    dialect=COMPUTE,
    latency="compute.SecurityPolicy",
    fingerprint="fingerprint",
    output_only=("associations", "displayName", "shortName"),
    immutable=("policyType",),
    refs=(Reference(path="associations[].attachmentTarget", to=("networks",)),),
    on_create=_on_create,
    on_update=lambda _call, body, _old: _complete(body),
    on_delete=_refuse_attached,
    methods={
        "patch": _patch,
        "addRule": _add_rule,
        "patchRule": _patch_rule,
        "removeRule": _remove_rule,
        "getRule": _get_rule,
        "cloneRules": _clone,
        "addAssociation": _add_association,
        "getAssociation": _get_association,
        "removeAssociation": _remove_association,
        "getEffectiveFirewalls": _effective,
    },
)
