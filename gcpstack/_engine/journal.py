"""What is recorded before a run so that it can be undone. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from gcpstack._core.facets import Facet, FieldTable
from gcpstack._core.json import Path, clone, get, leaves
from gcpstack._core.kinds import Replacement
from gcpstack._core.ports import Observed
from gcpstack._core.refs import Address, Sensitive
from gcpstack._engine.diff import FieldDiff
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._inventory.model import Deed, Record, Snapshot, Undo

_DEEDS = {
    Action.CREATE: Deed.MADE,
    Action.ADOPT: Deed.TAKEN,
    Action.UPDATE: Deed.CHANGED,
    Action.REPLACE: Deed.REPLACED,
}


def journal(plan: Plan, snapshot: Snapshot) -> dict[Address, Undo]:
    """Record how to undo a plan, together with what earlier runs left unfinished.

    What a plan deletes is not there: it can't be brought back, and is noted once it is gone.
    """
    out = dict(snapshot.undo)
    for change in plan.changes:
        if change.action in _DEEDS:
            new = _undo(change, snapshot.records.get(change.address))
            known = out.get(change.address)
            out[change.address] = new if known is None else _both(known, new)
    return out


def _undo(change: Change, record: Record | None) -> Undo:
    deed = _DEEDS[change.action]
    if deed is Deed.TAKEN and record is not None:  # an interrupted run had begun it
        deed = Deed.CHANGED
    if change.live is None or change.declared is None:
        return Undo(deed, record)
    if deed is Deed.REPLACED and change.kind.replace is Replacement.SUCCESSOR:
        found = record or Record(change.address, _ids(change), path=change.live.path)
        made = (dict(change.target.ids),)
        return Undo(deed, found, owned=record is not None, made=made)
    return taken_over(change.live, change.diff, change.declared.table, deed, record)


def _ids(change: Change) -> Mapping[str, str]:
    """Name the object that a successor replaces."""
    return change.predecessor.ids if change.predecessor is not None else change.target.ids


def taken_over(
    live: Observed,
    diff: Iterable[FieldDiff],
    table: FieldTable,
    deed: Deed = Deed.TAKEN,
    record: Record | None = None,
) -> Undo:
    """Record the fields of a live object that are about to change.

    A field within a list stands for the whole list: after the change, its place may be another.

    Args:
        live: the object as it is.
        diff: what is about to change.
        table: the facets of its fields.
        deed: what is done to it.
        record: what is remembered of it.
    """
    fields: dict[Path, object] = {}
    lost: dict[str, None] = {}
    for item in diff:
        path = _outermost(item.path, live.body)
        before = get(live.body, path)
        if item.sensitive or _secret(item.after) or _secret_fields(table, path, before):
            lost[table.python_name(path)] = None
        else:
            fields[path] = clone(before)
    kept = [(path, value) for path, value in fields.items() if table.python_name(path) not in lost]
    owned = deed is not Deed.TAKEN
    return Undo(deed, record, tuple(kept), tuple(lost), owned=owned)


def _outermost(path: Path, body: Mapping[str, object]) -> Path:
    """Find what stands for a place: the list around it, or the first step that is not there."""
    for end, step in enumerate(path):
        if isinstance(step, int):
            return path[:end]
        if get(body, path[: end + 1]) is None:
            return path[: end + 1]
    return path


def _secret(value: object) -> bool:
    """Return whether a secret is within a value."""
    if isinstance(value, Mapping):
        return any(_secret(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_secret(inner) for inner in value)
    return isinstance(value, Sensitive)


def _secret_fields(table: FieldTable, path: Path, value: object) -> bool:
    """Return whether a field that holds secrets is within a value."""
    hidden = Facet.SENSITIVE | Facet.WRITE_ONLY
    return any(table.at((*path, *inner)).facets & hidden for inner, _ in leaves(value))


def _both(known: Undo, new: Undo) -> Undo:
    """Combine what two runs do to one resource: what counts is its state before both."""
    if known.deed is Deed.DELETED:
        return replace(known, deed=Deed.REPLACED) if new.deed is Deed.MADE else known
    made = tuple(ids for ids in new.made if ids not in known.made)
    if known.deed in (Deed.MADE, Deed.REPLACED):
        return replace(known, made=(*known.made, *made))
    return replace(
        known,
        deed=Deed.REPLACED if new.deed is Deed.REPLACED else known.deed,
        fields=tuple(_earliest((*known.fields, *new.fields))),
        lost=tuple(dict.fromkeys((*known.lost, *new.lost))),
        made=made,
    )


def _earliest(fields: Iterable[tuple[Path, object]]) -> Iterator[tuple[Path, object]]:
    """Leave out what is within a field that was recorded before."""
    seen: list[Path] = []
    for path, value in fields:
        if not any(path[: len(other)] == other for other in seen):
            seen.append(path)
            yield path, value
