"""Changes that Google would refuse: the plan reports them, so that nothing is changed in vain."""

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gcpstack._core.json import Body, clone_body, get, put
from gcpstack._core.kinds import Kind
from gcpstack._core.ports import AdapterFor, Foresees, Holds, Target
from gcpstack._core.refs import Address, Link, placeholders
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._engine.retry import Caller
from gcpstack._inventory.model import Record
from gcpstack.exceptions import CloudError, ConsentRequired, OwnershipError, PlanError


def refusals(change: Change) -> Iterator[PlanError]:
    """Yield why Google would refuse a change; pure."""
    kind = change.kind
    doomed = change.action in (Action.DELETE, Action.REPLACE)
    field = guarded(kind, change.live.body) if doomed and change.live else ""
    if field:
        yield PlanError(
            f"{change.address} would be deleted ({change.reason}), but Google protects it from deletion "
            f"({field}).",
            remedy="Remove that protection from its declaration and apply, then delete it.",
        )
    yield from _irreversible(change)
    if change.action is Action.REPLACE:
        if kind.lasting:
            yield PlanError(
                f"{change.address} would be replaced ({change.reason}), but Google never releases the "
                f"name of a {kind.title}.",
                remedy="Declare another one under another name, and move to it.",
            )
        elif kind.reserved_days and change.predecessor is None:
            yield PlanError(
                f"{change.address} would be replaced ({change.reason}), but the name of a deleted "
                f"{kind.title} can't be used again for {kind.reserved_days} days.",
                remedy="Declare another one under another name, and move to it.",
            )
        elif change.predecessor is None and change.live and kind.occupied(change.live.body):
            yield PlanError(
                f"{change.address} would be replaced ({change.reason}), but Google deletes no "
                f"{kind.title} that still contains something.",
                remedy="Leave it as it was, or declare another one under another name.",
            )
    elif not doomed and change.live is not None and change.declared is not None:
        desired = _with_unset(change)
        for found in kind.refuses(change.live.body, desired):
            name = change.declared.table.python_name(found.path)
            yield PlanError(f"{change.address}: {name} {found.message}.", remedy=found.remedy)


def in_use(changes: Sequence[Change]) -> Iterator[PlanError]:
    """Refuse to replace what others refer to, where Google would refuse its deletion; pure."""
    for change in changes:
        if change.action is not Action.REPLACE or change.predecessor or not change.kind.held:
            continue
        found = [str(other.address) for other in changes if _refers(other, change.address)]
        told = change.live is not None and change.kind.occupied(change.live.body)
        if found and not told:
            more = f" and {len(found) - 1} more" if found[1:] else ""
            yield PlanError(
                f"{change.address} would be deleted and made anew ({change.reason}), but Google deletes "
                f"no {change.kind.title} that is in use, by {found[0]}{more}.",
                remedy="Leave that as it was, or declare another one under another name and let what uses it move over.",
            )


def _refers(change: Change, address: Address) -> bool:
    """Return whether a live resource links to another; a grant on it is deleted with it."""
    if change.live is None or change.declared is None or change.kind.additive:
        return False
    links = placeholders(change.declared.body)
    return any(isinstance(found, Link) and found.to == address for found in links)


def settled(change: Change, record: Record | None) -> Iterator[PlanError]:
    """Refuse to move an object whose name is unique across projects."""
    kind = change.kind
    if not kind.worldwide or kind.within or kind.additive or record is None or change.live is None:
        return
    before = record.ids.get("project")
    declared = change.declared.ids.get("project") if change.declared else before
    if before != declared:
        yield PlanError(
            f"{change.address} is in the project {before}, and a {kind.title} can't move to {declared}.",
            remedy=f"Declare project={before!r}, or another {kind.title} and move to it.",
        )


def _irreversible(change: Change) -> Iterator[PlanError]:
    """Ask for a consent where something would be set forever."""
    declared = change.declared
    if declared is None or declared.allow_irreversible:
        return
    live = change.live.body if change.live else {}
    for path, value in change.kind.irreversible.items():
        if get(change.desired, path) == value != get(live, path):
            name = declared.table.python_name(path)
            yield ConsentRequired(
                f"{change.address}: {name} can't be undone once it is {value}.",
                remedy="To allow it, add allow_irreversible=True to its declaration.",
            )


def taken(change: Change, owner: str) -> OwnershipError:
    """Refuse what another stack owns, and tell how it could be moved here."""
    return OwnershipError(
        f"{change.address}: the stack {owner!r} owns {change.target.full_name}.",
        remedy="Give it another name here. To move it here, remove it from that stack's file and run "
        f"`gcpstack forget FILE {change.address}` with it.",
        address=str(change.address),
        owner=owner,
    )


def doomed(change: Change, holder: str) -> ConsentRequired:
    """Ask for the consent to a loss of data.

    Args:
        change: what would lose it.
        holder: the address of what it stands in; empty where nothing holds it.
    """
    verb = "replaced" if change.action is Action.REPLACE else "deleted"
    loss = f"{verb} ({change.reason})"
    return ConsentRequired(
        f"{change.address} holds data and would be {loss}.",
        remedy=f"To allow it, add --allow-delete {change.address}, or allow_delete=True to its declaration and apply that first.",
        address=str(change.address),
        loss=loss,
        holder=holder,
    )


def with_missing_holders(
    plan: Plan, adapters: AdapterFor, caller: Caller, kinds: Mapping[str, Kind]
) -> Plan:
    """Add what can't be made since nothing holds it: the plan neither makes it nor finds it.

    Args:
        plan: the plan.
        adapters: read the holders.
        caller: makes the calls.
        kinds: every kind by its name.
    """
    ours = {change.target.path for change in plan.changes if change.action is not Action.DELETE}
    found: list[PlanError] = []
    missing: dict[str, bool] = {}
    for change in plan.changes:
        holder = kinds.get(change.kind.within)
        if holder is None or change.action is not Action.CREATE:
            continue
        path = "/".join(change.target.path.split("/")[: holder.path.count("/") + 1])
        ids = holder.template.parse(path)
        if ids is None or path in ours:
            continue
        if path not in missing:
            target = Target(holder, ids)
            try:
                read = functools.partial(adapters(holder).get, target)
                missing[path] = caller(holder.api, read) is None
            except CloudError:  # then the creation tells; an API may not even be enabled yet
                missing[path] = False
        if missing[path]:
            name = path.rsplit("/", 1)[-1]
            told = f"{change.address}: it belongs to the {holder.title} {name!r}, which does not exist."
            found.append(PlanError(told, remedy=f"Declare the {holder.title}, or name another."))
    return replace(plan, problems=(*plan.problems, *found)) if found else plan


def _with_unset(change: Change) -> Body:
    """Write what is declared, with None for what is to be unset: at the top of what is missing."""
    out = clone_body(change.desired)
    for diff in change.diff:
        size = next((n for n in range(1, len(diff.path)) if get(out, diff.path[:n]) is None), None)
        if diff.unset:
            put(out, diff.path[:size], None)
    return out


def guarded(kind: Kind, live: Body) -> str:
    """Name the field of a live object by which Google would refuse to delete it; empty if it would not."""
    fields = (path for path, value in kind.guards.items() if get(live, path) == value)
    return ".".join(map(str, next(fields, ())))


def with_reserved(plan: Plan, adapters: AdapterFor, caller: Caller) -> Plan:
    """Add the names that are still reserved for what was deleted.

    Args:
        plan: the plan.
        adapters: some know what stands in the way of a creation.
        caller: makes the calls.
    """
    found: list[PlanError] = []
    for change in plan.changes:
        adapter = adapters(change.kind) if change.kind.reserved_days else None
        if change.action is not Action.CREATE or not isinstance(adapter, Foresees):
            continue
        try:
            told = caller(change.kind.api, functools.partial(adapter.obstacle, change.target))
        except CloudError:  # then the creation tells; an API may not even be enabled yet
            continue
        if told:
            remedy = "Declare it under another name, or wait."
            found.append(PlanError(f"{change.address}: {told}", remedy=remedy))
    return replace(plan, problems=(*plan.problems, *found)) if found else plan


def with_losses(plan: Plan, adapters: AdapterFor, caller: Caller) -> Plan:
    """Note for everything that would be deleted and holds data what is deleted with it.

    Args:
        plan: the plan.
        adapters: some know what an object holds.
        caller: makes the calls.
    """
    changes = []
    for change in plan.changes:
        doomed = change.action in (Action.DELETE, Action.REPLACE) and change.kind.protected
        adapter = adapters(change.kind) if doomed and change.live is not None else None
        told = ""
        if isinstance(adapter, Holds):
            target = change.predecessor or change.target
            with contextlib.suppress(CloudError):  # the deletion tells what is wrong
                told = caller(change.kind.api, functools.partial(adapter.holds, target))
        note = (f"everything in it is deleted too: {told}",) if told else ()
        changes.append(replace(change, notes=(*change.notes, *note)) if note else change)
    return replace(plan, changes=tuple(changes))
