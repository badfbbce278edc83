"""Which permissions a stack needs of whoever applies it, and which of them the caller lacks."""

import contextlib
import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from gcpstack._adapters import permission_checks
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.objects import BucketObjects
from gcpstack._core.json import Body, leaves
from gcpstack._core.kinds import Kind
from gcpstack._core.names import relative
from gcpstack._core.ports import Target
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._engine.retry import Caller
from gcpstack._inventory.model import Record
from gcpstack._stack.inventories import bucket_rights
from gcpstack.exceptions import CloudError, PermissionsMissing
from gcpstack.resources._operation_rights import OPERATIONS, ROLLOUT
from gcpstack.resources._permissions import ELSEWHERE, INVENTORY, PULL, READING, rights
from gcpstack.resources._roles import least_roles
from gcpstack.resources.kinds import ALL as KINDS

_EVERYTHING = ("read", "create", "update", "delete")
_VERBS = {
    Action.CREATE: ("read", "create", "update"),
    Action.ADOPT: ("read", "update"),
    Action.UPDATE: ("read", "update"),
    Action.REPLACE: _EVERYTHING,
    Action.DELETE: ("read", "delete"),
}
_API = "cloudresourcemanager.googleapis.com"
#: The kinds that naming takes a permission on the object for.
_NAMED = [kind for kind in KINDS.values() if kind.service == "compute" and rights(kind).used]


@dataclass(frozen=True, slots=True)
class Permits:
    """What applying a stack takes.

    Attributes:
        permissions: each with the addresses that need it; the inventory's have none, nor the project's.
        roles: predefined roles that hold them together, each with those it is there for.
    """

    permissions: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, list[str]]

    def to_json(self) -> dict[str, object]:
        """Write it for programs."""
        return {
            "permissions": sorted(self.permissions),
            "roles": list(self.roles),
            "needed_for": {name: list(self.permissions[name]) for name in sorted(self.permissions)},
            "held_by": dict(self.roles),
        }


@dataclass(slots=True)
class Wanted:
    """One permission in one project.

    Attributes:
        targets: the objects that it is needed on.
        anew: it is needed to make something: only the project can grant it.
    """

    targets: dict[str, Target] = field(default_factory=dict)
    anew: bool = False


def of_stack(declared: Iterable[Declared], recorded: Iterable[Record]) -> Permits:
    """List what the whole life of a stack takes: to make, change and delete everything.

    Args:
        declared: the declarations.
        recorded: what the stack owns; what it no longer declares has to be deleted.
    """
    found: dict[str, set[str]] = {name: set() for name in INVENTORY}
    declared = list(declared)
    kinds = {item.address: item.kind for item in declared}
    for item in declared:
        needed = rights(item.kind).of(*_EVERYTHING, ids=item.ids, body=item.body)
        names = needed | _staged(item)
        project = item.ids.get("project", "")
        names |= _used(item.depends_on, kinds) | _named_in(item.body, project)
        names |= _pulled(item.kind, item.body, project)
        for name in names:
            found.setdefault(name, set()).add(str(item.address))
    for record in recorded:
        kind = KINDS.get(record.address.kind)
        if kind is not None and record.address not in kinds:
            for name in rights(kind).of("read", "delete", ids=record.ids):
                found.setdefault(name, set()).add(str(record.address))
    return _permits(found)


def of_operation(command: str, declared: Iterable[Declared]) -> Permits:
    """List what a command takes: to read what is live, and its own.

    Args:
        command: one of `OPERATIONS`, such as ``backups make``.
        declared: the declarations.
    """
    how = OPERATIONS[command]
    found: dict[str, set[str]] = {name: set() for name in (INVENTORY if how.writes else READING)}
    for name in how.kinds.get("", ()):
        found.setdefault(name, set())
    for item in declared:
        names = rights(item.kind).of("read", ids=item.ids) | set(how.kinds.get(item.kind.name, ()))
        if "run.services.update" in names:
            names |= _pulled(item.kind, item.body, item.ids.get("project", ""))
        for name in names:
            found.setdefault(name, set()).add(str(item.address))
    return _permits(found)


def _permits(found: Mapping[str, set[str]]) -> Permits:
    return Permits(
        {name: tuple(sorted(users)) for name, users in found.items()}, least_roles(found)
    )


def _staged(item: Declared) -> set[str]:
    """List what a rollout takes: it asks Monitoring, and puts old revisions away."""
    return set(ROLLOUT) if item.strategy is not None else set()


def _used(needs: Iterable[Address], kinds: Mapping[Address, Kind]) -> set[str]:
    return {name for need in needs if need in kinds for name in rights(kinds[need]).of("used")}


def _named_in(body: Body, project: str) -> set[str]:
    """List what naming objects of Compute takes that are managed elsewhere, in the same project."""
    out: set[str] = set()
    for _, value in leaves(body):
        path = relative(value) if isinstance(value, str) and "/" in value else ""
        if path.startswith(("global/", "regions/")):
            path = f"projects/{project}/{path}"
        if path.startswith(f"projects/{project}/"):
            found = next((kind for kind in _NAMED if kind.template.parse(path)), None)
            out |= rights(found).of("used") if found is not None else set()
    return out


def _pulled(kind: Kind, body: Body, project: str) -> set[str]:
    """List what deploying images takes that are managed elsewhere, in the same project."""
    if kind.service != "run":
        return set()
    here = re.compile(rf"[a-z0-9-]+-docker\.pkg\.dev/{re.escape(project)}/")
    images = (value for path, value in leaves(body) if path and path[-1] == "image")
    return {PULL for value in images if isinstance(value, str) and here.match(value)}


def check(plan: Plan, project: str, clients: Clients, caller: Caller, kept: BucketObjects) -> None:
    """Make sure that the caller may do what a plan says, before anything is done.

    Where Google does not say, as without the Resource Manager API, nothing is refused.

    Args:
        plan: the plan.
        project: the stack's project.
        clients: ask Google.
        caller: makes the calls.
        kept: where the inventory is.

    Raises:
        PermissionsMissing: with everything that is missing, and the roles that hold it.
    """
    missing: dict[str, list[str]] = {}
    asked = wanted_by(plan, project)
    if asked:
        with contextlib.suppress(CloudError):
            for name in caller("storage.googleapis.com", lambda: bucket_rights(kept, plan)):
                asked[project].setdefault(name, Wanted()).anew = True
    for where, wanted in asked.items():
        try:
            held = caller(
                _API, functools.partial(permission_checks.in_project, clients, where, wanted)
            )
            lacking = [
                name
                for name in sorted(wanted.keys() - held)
                if not _on_objects(name, wanted[name], clients, caller)
            ]
        except CloudError:
            continue
        if lacking:
            missing[where] = lacking
    if missing:
        raise _missing(missing)


def wanted_by(plan: Plan, project: str) -> dict[str, dict[str, Wanted]]:
    """List what a plan needs, by project; making and dropping the inventory's bucket left out."""
    kinds = {change.address: change.kind for change in plan.changes}
    out: dict[str, dict[str, Wanted]] = {}
    if not any(change.mutates for change in plan.changes):
        return out
    for change in plan.changes:
        if not (change.mutates or (change.declared and change.declared.waited_for)):
            continue
        here = out.setdefault(change.target.ids.get("project", project), {})
        for name in _of_change(change, kinds):
            if any(name.startswith(prefix) for prefix in ELSEWHERE):
                continue
            known = here.setdefault(name, Wanted())
            known.targets[change.target.path] = change.target
            known.anew |= change.live is None or change.action is Action.REPLACE
    home = out.setdefault(project, {})
    for name in INVENTORY - {"storage.buckets.create", "storage.buckets.delete"}:
        home.setdefault(name, Wanted()).anew = True
    return out


def _of_change(change: Change, kinds: Mapping[Address, Kind]) -> set[str]:
    verbs = _VERBS.get(change.action, ("read",))
    gone = ("delete",) if change.retire or change.cleared else ()
    live = change.live.body if change.live else {}
    body = change.desired if change.declared else live
    names = rights(change.kind).of(*verbs, *gone, ids=change.target.ids, body=body)
    if "delete" in (*verbs, *gone):
        names |= rights(change.kind).of("delete", body=live)
    if change.action not in (Action.DELETE, Action.NOOP):
        names |= _used(change.needs, kinds)
        project = change.target.ids.get("project", "")
        names |= _named_in(change.desired, project) | _pulled(change.kind, change.desired, project)
        names |= _staged(change.declared) if change.declared else set()
    return names


def _on_objects(name: str, wanted: Wanted, clients: Clients, caller: Caller) -> bool:
    """Tell whether a permission that the project does not give is given on every object itself."""
    if wanted.anew:
        return False
    asking: list[Callable[[], set[str]]] = [
        functools.partial(permission_checks.on_object, clients, target, [name])
        for target in wanted.targets.values()
    ]
    return all(name in caller(_API, ask) for ask in asking)


def _missing(missing: Mapping[str, list[str]]) -> PermissionsMissing:
    told = "; ".join(f"in {project}: {', '.join(names)}" for project, names in missing.items())
    names = {name for found in missing.values() for name in found}
    count = f"{len(names)} permission{'s are' if len(names) > 1 else ' is'}"
    roles = ", ".join(least_roles(names))
    return PermissionsMissing(
        f"Nothing was changed: {count} missing that this needs, {told}.",
        remedy=f"Ask for {roles}, or for a role that holds the permissions. `gcpstack permissions` "
        "lists all that the stack needs; --no-permission-check goes on without asking.",
        permissions=tuple(sorted(names)),
    )
