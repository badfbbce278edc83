"""How a failed run is undone: from what was recorded and what is live. Pure.

What is undone: objects that the run made are deleted, fields that it changed get their values
back, what it took over is let go, a predecessor that is still there takes its successor's place
again. What is not: data, what others may use, what was deleted, secrets that were changed, and
whatever such an object needs. Each is told with its reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gcpstack._core.json import Body, Path, clone, drop, put
from gcpstack._core.kinds import Kind, Replacement
from gcpstack._core.ports import Target
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack._engine import diff as differ
from gcpstack._engine.graph import CycleError, Graph
from gcpstack._engine.names import record_target, relic_target, renamed
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._engine.refusals import guarded
from gcpstack._engine.staging import held_back
from gcpstack._engine.standing import Observations
from gcpstack._inventory.model import Deed, Phase, Record, Snapshot, Undo

_RENAMED = "its name came from what was replaced, and it was made anew"
_REPLACED = "it was replaced, and its former self is gone"


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is not undone.

    Attributes:
        address: the resource.
        reason: why, for people.
    """

    address: Address
    reason: str

    def to_json(self) -> dict[str, object]:
        """Write it for programs."""
        return {"address": str(self.address), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Rollback:
    """What undoes a run.

    Attributes:
        plan: what is done, users before what they use.
        kept: what is not undone.
    """

    plan: Plan
    kept: tuple[Kept, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to undo, and nothing to tell."""
        return not (self.plan.changes or self.kept)


def targets(
    snapshot: Snapshot, kinds: Mapping[str, Kind]
) -> Iterator[tuple[Address, list[Target]]]:
    """List the objects to look at before a rollback is planned."""
    for address, undo in snapshot.undo.items():
        kind = kinds.get(address.kind)
        found = [] if kind is None else _objects(kind, snapshot.records.get(address), undo)
        yield address, list({target.path: target for target in found}.values())


def _objects(kind: Kind, record: Record | None, undo: Undo) -> list[Target]:
    """List every object that was, or is, behind an address."""
    made = [Target(kind, ids) for ids in undo.made]
    known = [_of_record(kind, found) for found in (record, undo.record) if found is not None]
    return [*made, *(target for found in known for target in found)]


def _of_record(kind: Kind, record: Record) -> list[Target]:
    relics = [relic_target(kind, relic) for relic in record.relics]
    return [record_target(Target(kind, record.ids), record), *relics]


def intents(rollback: Rollback, snapshot: Snapshot) -> Iterator[Record]:
    """Record what a rollback is about to set, before its first call.

    It may die after it gave a field its value back, and the run that follows may be another apply:
    that has to know that the field is ours.
    """
    for change in rollback.plan.changes:
        record, undo = snapshot.records.get(change.address), snapshot.undo[change.address]
        if record is not None and change.action is Action.UPDATE:
            former = undo.record.declared if undo.record is not None else ()
            claimed = tuple(dict.fromkeys((*record.declared, *former)))
            yield replace(record, phase=Phase.UPDATING, declared=claimed)


def plan_rollback(
    snapshot: Snapshot,
    observations: Observations,
    declared: Mapping[Address, Declared],
    kinds: Mapping[str, Kind],
    consents: frozenset[str] = frozenset(),
) -> Rollback:
    """Decide how to undo what was recorded.

    Args:
        snapshot: what the inventory remembers.
        observations: what is live of `targets`.
        declared: the declarations: they know the fields.
        kinds: every kind.
        consents: addresses of objects that hold data and may be deleted all the same.
    """
    planner = _Planner(snapshot, observations, declared, kinds, consents)
    for address in _order(snapshot):
        planner.decide(address, snapshot.undo[address])
    return planner.done()


def _order(snapshot: Snapshot) -> list[Address]:
    """Sort what is undone: users before what they use."""
    records = snapshot.records
    needs = {a: records[a].depends_on if a in records else () for a in snapshot.undo}
    try:
        return Graph(needs).order()[::-1]
    except CycleError:  # an edited inventory; any order is as good as another
        return sorted(needs, reverse=True)


class _Planner:
    """The state while one rollback is planned."""

    def __init__(
        self,
        snapshot: Snapshot,
        observations: Observations,
        declared: Mapping[Address, Declared],
        kinds: Mapping[str, Kind],
        consents: frozenset[str],
    ) -> None:
        self.snapshot = snapshot
        self.observations = observations
        self.declared = declared
        self.kinds = kinds
        self.consents = consents
        self.changes: list[Change] = []
        self.kept: dict[Address, str] = {}
        self.notes: list[Kept] = []

    def done(self) -> Rollback:
        """Leave alone what something that stays needs; give what is left to do."""
        needed = self._needed()
        self.kept |= {need: f"{user} stays and needs it" for need, user in needed.items()}
        changes = tuple(change for change in self.changes if change.address not in needed)
        told = [Kept(address, reason) for address, reason in self.kept.items()]
        plan = Plan(stack=self.snapshot.stack, changes=changes, generation=self.snapshot.generation)
        return Rollback(plan, tuple(sorted((*told, *self.notes), key=lambda kept: kept.address)))

    def _needed(self) -> dict[Address, Address]:
        """Find what would be deleted and yet is needed by something that stays, with its user."""
        doomed = {c.address for c in self.changes if c.action is Action.DELETE or c.retire}
        out: dict[Address, Address] = {}
        waiting = [address for address in self.kept if self._lives(address)]
        while waiting:
            user = waiting.pop()
            record = self.snapshot.records.get(user)
            for need in record.depends_on if record is not None else ():
                if need in doomed and need not in out:
                    out[need] = user
                    waiting.append(need)
        return out

    def _lives(self, address: Address) -> bool:
        return bool(self.observations.get(address))

    def decide(self, address: Address, undo: Undo) -> None:
        """Plan how one resource is brought back to how it was."""
        kind = self.kinds.get(address.kind)
        record = self.snapshot.records.get(address)
        if undo.deed is Deed.DELETED or kind is None or record is None:
            if undo.deed is not Deed.MADE:
                self.kept[address] = "it was deleted, and can't be brought back"
            return
        target = record_target(Target(kind, record.ids), record)
        base = Change(
            address=address,
            kind=kind,
            action=Action.UPDATE,
            reason="as it was before",
            target=target,
            live=self.observations.get(address, {}).get(target.path),
        )
        if undo.deed is Deed.MADE:
            self._unmake(base, record)
        elif undo.deed is Deed.REPLACED and kind.replace is Replacement.SUCCESSOR:
            self._reinstate(base, record, undo.record)
        elif undo.deed is Deed.REPLACED and undo.record is None:
            self.kept[address] = _REPLACED
        elif _moved(undo.record, target):
            self.kept[address] = _RENAMED
        else:
            self._set_back(base, undo)

    def _unmake(self, base: Change, record: Record) -> None:
        """Delete what the run made."""
        relics = self._others(base, record, {base.live.path} if base.live is not None else set())
        change = replace(base, retire=relics)
        if base.live is None and not relics:
            self.changes.append(replace(change, action=Action.FORGET, reason="was not created"))
            return
        reason = self._why_kept(base, record)
        if reason:
            self.kept[base.address] = reason
        else:
            made = replace(change, action=Action.DELETE, reason="created by the run")
            self.changes.append(made)

    def _others(self, base: Change, record: Record, stay: set[str]) -> tuple[Target, ...]:
        """List the live objects behind an address but for those that stay, each once.

        Where Google chooses the id, two names may lead to one object.
        """
        found = self.observations.get(base.address, {})
        out: dict[str, Target] = {}
        for target in _objects(base.kind, record, self.snapshot.undo[base.address]):
            live = found.get(target.path)
            if live is not None and live.path not in stay:
                assigned = live.path if base.kind.server_assigned else target.assigned
                out.setdefault(live.path, replace(target, assigned=assigned))
        return tuple(out.values())

    def _why_kept(self, base: Change, record: Record) -> str:
        kind = base.kind
        if kind.keeps:
            return "others may use it"
        named = str(base.address) in self.consents
        allowed = record.allow_delete or named
        if kind.protected and not allowed:
            return f"it may hold data; --allow-delete {base.address} deletes it too"
        if kind.reserved_days and not named:  # else the next apply could not make it again
            days = f"its name could not be used again for up to {kind.reserved_days} days"
            return f"{days}; --allow-delete {base.address} deletes it too"
        field = guarded(kind, base.live.body) if base.live is not None else ""
        return f"Google protects it from deletion ({field})" if field else ""

    def _reinstate(self, base: Change, record: Record, former: Record | None) -> None:
        """Let a predecessor take the place of its successor again, which goes."""
        old = record_target(Target(base.kind, former.ids), former) if former else None
        found = self.observations.get(base.address, {})
        if former is None or old is None or old.path not in found:
            self.kept[base.address] = _REPLACED
            return
        stay = {found[t.path].path for t in _of_record(base.kind, former) if t.path in found}
        gone = self._others(base, record, stay)
        reason = self._why_kept(base, record) if gone else ""
        if reason:
            self.kept[base.address] = reason
            return
        change = replace(base, target=old, live=found[old.path], retire=gone)
        self._set_back(change, self.snapshot.undo[base.address])

    def _set_back(self, base: Change, undo: Undo) -> None:
        """Restore the values of fields."""
        address = base.address
        if base.live is None:
            self.kept[address] = "it is gone, and can't be brought back"
            return
        if undo.lost:
            names = ", ".join(undo.lost)
            self.notes.append(
                Kept(address, f"{names}: secrets are not remembered, so the new ones stay")
            )
        declared = self.declared.get(address)
        if declared is None and undo.fields:
            names = ", ".join(".".join(map(str, path)) for path, _ in undo.fields)
            self.notes.append(Kept(address, f"{names}: it is no longer declared"))
        elif declared is not None:
            base = self._with_fields(base, declared, undo.fields)
        lost = self._lost(undo.record) if base.diff else None
        stays = held_back(base)
        if any(diff.forces_replace for diff in base.diff):
            self.kept[address] = _REPLACED
        elif stays:
            self.kept[address] = stays
        elif lost is not None:
            self.kept[address] = f"its former state needs {lost}, which was deleted"
        else:
            self.changes.append(base)

    def _lost(self, former: Record | None) -> Address | None:
        """Find something that a resource needed as it was, and that the run deleted."""
        for need in sorted(former.depends_on) if former is not None else ():
            undo = self.snapshot.undo.get(need)
            if undo is not None and undo.deed is not Deed.MADE and not self._lives(need):
                return need
        return None

    def _with_fields(
        self, base: Change, declared: Declared, fields: tuple[tuple[Path, object], ...]
    ) -> Change:
        live = base.live.body if base.live is not None else {}
        desired, absent = _former(fields)
        for refusal in base.kind.refuses(live, desired):
            name = declared.table.python_name(refusal.path)
            self.notes.append(Kept(base.address, f"{name} {refusal.message}"))
            drop(desired, refusal.path)
        diff = differ.differences(desired, live, declared.table, declared_before=absent)
        body = replace(declared, ids=base.target.ids, body=desired, depends_on=frozenset(), late={})
        return replace(base, declared=body, desired=desired, diff=diff)


def _moved(former: Record | None, target: Target) -> bool:
    """Return whether an object was made anew under the name that another gave it in this run."""
    if former is None or former.late:
        return False
    return renamed(Target(target.kind, former.ids), target)


def _former(fields: tuple[tuple[Path, object], ...]) -> tuple[Body, list[Path]]:
    """Write the values before as a declaration, and list the fields that had none."""
    body: Body = {}
    for path, value in fields:
        if value is not None:
            put(body, path, clone(value))
    return body, [path for path, value in fields if value is None]


def unset(undo: Undo) -> list[Path]:
    """List the fields that had no value before."""
    return [path for path, value in undo.fields if value is None]
