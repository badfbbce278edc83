"""Organization policies of projects, folders and organizations, in the form of v1.

https://cloud.google.com/resource-manager/reference/rest/v1/projects/setOrgPolicy and
https://cloud.google.com/resource-manager/docs/organization-policy/understanding-hierarchy. Policies are kept,
inherited and told; nothing here enforces them.
"""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import aborted, invalid
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Handler
from gcpstack.emulator.core.proto import tidy
from gcpstack.emulator.core.recorded import same_version
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.cloudresourcemanager import constraints, projects

SPACE = "orgpolicies"
WAYS = ("listPolicy", "booleanPolicy", "restoreDefault")
VALUES = ("allowedValues", "deniedValues")
EMPTY_ETAG = "BwAAAAAAAAA="
CHANGED = "The policy was changed since it was read: its etag is not the current one."


def _policies(world: World, resource: str) -> dict[str, Body]:
    """The policies of a resource by constraint."""
    found: dict[str, Body] = world.state.record(SPACE, resource) or {}
    return found


def _resource(call: Call) -> str:
    """The resource of the path, which must exist as far as the emulator knows."""
    if call.segments[0] == "projects":
        return projects.need(call).name
    if call.segments[0] == "folders":
        call.need()
    return call.name


def _constraint(text: object) -> str:
    name = str(text or "")
    if not constraints.kind(name):
        raise invalid(f"The constraint '{name}' does not exist.", field="constraint")
    return name


def _get(call: Call) -> Body:
    """``getOrgPolicy``: where none is set, one that says nothing, with the etag to set one by."""
    resource, name = _resource(call), _constraint(call.body.get("constraint"))
    found = _policies(call.world, resource).get(name)
    return found or {"constraint": name, "etag": EMPTY_ETAG}


def _set(call: Call) -> Body:
    """``setOrgPolicy``."""
    resource, given = _resource(call), dict(call.body.get("policy") or {})
    name = _constraint(given.get("constraint"))
    _check(name, given)
    held = _policies(call.world, resource)
    _check_etag(given.get("etag"), held.get(name))
    body = {key: value for key, value in given.items() if key in ("constraint", "version", *WAYS)}
    tidy(call.api, call.api.schemas["OrgPolicy"], body, ())
    body["updateTime"] = call.world.stamp()
    body["etag"] = "Bw" + fingerprint([body, call.world.state.count(SPACE)])[:10]
    call.world.state.set_record(SPACE, resource, {**held, name: body})
    return body


def _check(name: str, given: Body) -> None:
    """A policy says one thing, of the kind that its constraint takes."""
    ways, wanted = [way for way in WAYS if way in given], constraints.kind(name)
    if ways not in ([wanted], ["restoreDefault"]):
        raise invalid(
            f"A policy for {name} must have exactly one of {wanted} and restoreDefault.",
            field="policy",
        )
    values = given.get("listPolicy") or {}
    named = [field for field in VALUES if values.get(field)]
    if named and values.get("allValues", "ALL_VALUES_UNSPECIFIED") != "ALL_VALUES_UNSPECIFIED":
        raise invalid(
            f"{named[0]} cannot be set together with allValues.", field="policy.list_policy"
        )


def _check_etag(sent: object, held: Body | None) -> None:
    current = held["etag"] if held else EMPTY_ETAG
    if sent and not same_version(sent, current):
        raise aborted(CHANGED)


def _clear(call: Call) -> Body:
    """``clearOrgPolicy``: there is no harm in clearing what is not set."""
    resource, name = _resource(call), _constraint(call.body.get("constraint"))
    held = _policies(call.world, resource)
    _check_etag(call.body.get("etag"), held.get(name))
    left = {key: policy for key, policy in held.items() if key != name}
    call.world.state.set_record(SPACE, resource, left)
    return {}


def _list(call: Call) -> Body:
    """``listOrgPolicies``: those that are set on the resource itself."""
    found = _policies(call.world, _resource(call))
    return {"policies": [found[name] for name in sorted(found)]} if found else {}


def _available(call: Call) -> Body:
    """``listAvailableOrgPolicyConstraints``."""
    _resource(call)
    return {"constraints": constraints.told()}


def _effective(call: Call) -> Body:
    """``getEffectiveOrgPolicy``: what holds after inheritance; it has no etag."""
    resource, name = _resource(call), _constraint(call.body.get("constraint"))
    way = constraints.kind(name)
    return {"constraint": name, way: _inherited(call.world, resource, name, way)}


def _inherited(world: World, resource: str, name: str, way: str) -> Body:
    default: Body = {"allValues": "ALLOW"} if way == "listPolicy" else {}
    if not resource:
        return default
    policy = _policies(world, resource).get(name)
    if policy is None:
        return _inherited(world, _above(world, resource), name, way)
    if "restoreDefault" in policy:
        return default
    own: Body = {key: value for key, value in policy[way].items() if key != "inheritFromParent"}
    if not policy[way].get("inheritFromParent"):
        return own
    return _merged(_inherited(world, _above(world, resource), name, way), own)


def _above(world: World, resource: str) -> str:
    """The folder or organization that holds a resource, ``""`` where there is none."""
    if resource.startswith("projects/"):
        return str(projects.find(world, resource.partition("/")[2]).body.get("parent", ""))
    held = world.state.get(projects.SERVICE, resource)
    return str(held.body.get("parent", "")) if held else ""


def _merged(above: Body, own: Body) -> Body:
    """Values add up; what denies everything goes on denying it."""
    if "DENY" in (above.get("allValues"), own.get("allValues")):
        return {"allValues": "DENY"}
    merged: Body = {}
    for field in VALUES:
        values = sorted({*above.get(field, ()), *own.get(field, ())})
        if values:
            merged[field] = values
    return merged or {"allValues": "ALLOW"}


METHODS: dict[str, Handler] = {
    "getOrgPolicy": _get,
    "setOrgPolicy": _set,
    "clearOrgPolicy": _clear,
    "listOrgPolicies": _list,
    "listAvailableOrgPolicyConstraints": _available,
    "getEffectiveOrgPolicy": _effective,
}
