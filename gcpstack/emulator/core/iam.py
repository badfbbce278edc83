"""IAM policies of any resource whose discovery resource has the three methods.

The rules are https://cloud.google.com/iam/docs/reference/rest/v1/Policy: read-modify-write with an
etag, version 3 where conditions are used, version 1 told otherwise.
"""

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from gcpstack.emulator.core.errors import aborted, invalid
from gcpstack.emulator.core.ids import fingerprint, number_of
from gcpstack.emulator.core.permitted import tested
from gcpstack.emulator.core.recorded import same_version

if TYPE_CHECKING:
    from gcpstack.emulator.core.call import Call
    from gcpstack.emulator.core.world import World

CONFLICT = (
    "There were concurrent policy changes. Please retry the whole read-modify-write with "
    "exponential backoff."
)
MEMBER = re.compile(r"allUsers|allAuthenticatedUsers|(deleted:)?[a-zA-Z]+:.+|principal(Set)?://.+")
ACCOUNT = re.compile(
    r"serviceAccount:(?P<email>[a-z0-9-]+@(?P<project>[a-z0-9-]+)\.iam\.gserviceaccount\.com)"
)
EMPTY_ETAG = "ACAB"
SPREADING = "iam.spreading"  # records: when policies take effect, the one in force first


def read(call: "Call", key: str) -> dict[str, Any]:
    """The policy of a resource, by any key that the caller chooses for it."""
    stored = call.world.state.record("iam", f"{call.service.name}/{key}")
    return stored or {"etag": EMPTY_ETAG}


def write(call: "Call", key: str, policy: dict[str, Any], mask: str = "") -> dict[str, Any]:
    """Replace a policy; refuses a stale etag and malformed bindings."""
    current = read(call, key)
    if policy.get("etag") and not same_version(policy["etag"], current["etag"]):
        raise aborted(CONFLICT)
    bindings = [
        {**binding, "members": [plain_member(member) for member in binding["members"]]}
        for binding in policy.get("bindings", ())
        if binding.get("members")
    ]
    for binding in bindings:
        _check(binding, int(policy.get("version", 1)))
        _check_accounts(call.world, binding, current)
    fresh: dict[str, Any] = {"version": 3 if any("condition" in b for b in bindings) else 1}
    if bindings:
        fresh["bindings"] = _merged(bindings)
    if "auditConfigs" in (mask or "auditConfigs"):
        audit = policy.get("auditConfigs")
    else:
        audit = current.get("auditConfigs")
    if audit:
        fresh["auditConfigs"] = audit
    fresh["etag"] = "Bw" + fingerprint([fresh, call.world.state.count("iam")])[:10]
    _spread(call.world, f"{call.service.name}/{key}", fresh)
    return fresh


def _spread(world: "World", key: str, policy: dict[str, Any]) -> None:
    """Store a policy that is told at once and takes effect after a while."""
    delay = world.latency.event("iam_propagation")
    if delay:
        begins = [(begin, old) for begin, old in world.state.record(SPREADING, key, ())]
        past = [row for row in begins if row[0] <= world.now()][-1:]
        coming = [row for row in begins if row[0] > world.now()]
        before = past or [(0.0, world.state.record("iam", key) or {})] if not coming else past
        told = [*before, *coming, (world.now() + delay, policy)]
        world.state.set_record(SPREADING, key, [list(row) for row in told])
    world.state.set_record("iam", key, policy)


def effective(world: "World", key: str) -> dict[str, Any]:
    """The policy that decides now what somebody may do, by service and name.

    It lags behind what is told: https://cloud.google.com/iam/docs/access-change-propagation.
    """
    rows = world.state.record(SPREADING, key, ())
    if rows and rows[-1][0] > world.now():
        return dict([policy for begin, policy in rows if begin <= world.now()][-1])
    return world.state.record("iam", key) or {}


def granted(
    world: "World", keys: Iterable[str], email: str, roles: Collection[str], *permissions: str
) -> bool:
    """Tell whether an account may do something, by a grant on any of some resources.

    Args:
        world: what there is.
        keys: the resources that policies may be on, by service and name.
        email: the account's address.
        roles: the predefined roles of which each is enough.
        permissions: what a custom role has to hold; one that is not known here may hold anything.
    """
    members = {f"serviceaccount:{email}".lower(), "allusers", "allauthenticatedusers"}
    return any(
        _able(world, binding["role"], roles, permissions)
        and members & {member.lower() for member in binding["members"]}
        for key in keys
        for binding in effective(world, key).get("bindings", ())
    )


def _able(world: "World", role: str, roles: Collection[str], permissions: Iterable[str]) -> bool:
    if role.startswith("roles/"):
        return role in roles
    found = world.find("iam", role)
    if found is None or world.registry.kind("iam", "roles") is None:
        return True
    held = set() if found.body.get("deleted") else set(found.body.get("includedPermissions", ()))
    return held >= set(permissions)


def _merged(bindings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One binding for each role and condition, members in the order they came."""
    out: dict[str, dict[str, Any]] = {}
    for binding in bindings:
        slot = f"{binding['role']}/{binding.get('condition')}"
        merged = out.setdefault(slot, {**binding, "members": []})
        merged["members"] += [m for m in binding["members"] if m not in merged["members"]]
    return list(out.values())


def _check(binding: dict[str, Any], version: int) -> None:
    if not binding.get("role"):
        raise invalid("Invalid argument: binding without role.")
    for member in binding["members"]:
        if not MEMBER.fullmatch(member):
            raise invalid(f"Invalid member: {member}.")
    if "condition" in binding and version < 3:  # noqa: PLR2004
        raise invalid("Specified policy version does not support conditions; set it to 3.")


def plain_member(member: str) -> str:
    """A member as policies keep it: addresses in lower case."""
    kind, colon, rest = member.partition(":")
    if kind in ("user", "group", "domain", "serviceAccount"):
        return f"{kind}{colon}{rest.lower()}"
    return member


def _check_accounts(world: "World", binding: dict[str, Any], current: dict[str, Any]) -> None:
    """Refuse a service account that is not there, of a project of this world.

    Accounts of projects that were never named here may be anyone's, Google's own agents among them.
    """
    had = {member for old in current.get("bindings", ()) for member in old["members"]}
    for member in binding["members"]:
        if member not in had and is_missing(world, member):
            raise invalid(f"Service account {member.partition(':')[2]} does not exist.")


def is_missing(world: "World", member: str) -> bool:
    """Whether a member is a service account that is not there, of a project of this world."""
    found = ACCOUNT.fullmatch(member)
    if (
        not found
        or world.registry.kind("iam", "serviceAccounts") is None
        or not world.state.record("project", number_of(found["project"]))
    ):
        return False
    obj = world.find("iam", f"projects/{found['project']}/serviceAccounts/{found['email']}")
    return obj is None or obj.meta.get("visible_at", 0) > world.now()


def key_of(call: "Call") -> str:
    """The policy's key: the resource that the path names, which must exist where its kind is served."""
    if call.kind is not None:
        call.need()
    return call.name


def get_policy(call: "Call") -> dict[str, Any]:
    """``getIamPolicy``."""
    return read(call, key_of(call))


def set_policy(call: "Call") -> dict[str, Any]:
    """``setIamPolicy``; older Compute clients send the bindings beside the policy."""
    policy = call.sent.get("policy") or call.sent
    return write(call, key_of(call), policy, call.sent.get("updateMask", ""))


def test_permissions(call: "Call") -> dict[str, Any]:
    """``testIamPermissions``: what the caller may do; see `permitted`."""
    asked = call.sent.get("permissions") or call.query.get("permissions") or []
    held = tested(call, asked)
    return {"permissions": held} if held else {}


METHODS = {
    "getIamPolicy": get_policy,
    "setIamPolicy": set_policy,
    "testIamPermissions": test_permissions,
}
