"""Makes a plan from what is declared, what is live and what is recorded. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gcpstack._core.json import Body, Path
from gcpstack._core.kinds import Health, Kind, Replacement
from gcpstack._core.ports import Observed, Target
from gcpstack._core.refs import Address, resolve
from gcpstack._core.resource import Declared
from gcpstack._engine import diff as differ
from gcpstack._engine import digests
from gcpstack._engine.diff import FieldDiff
from gcpstack._engine.graph import CycleError, Graph
from gcpstack._engine.names import (
    candidates,
    declared_target,
    identified,
    moved,
    own_names,
    record_target,
    relic_target,
    renamed,
    successor_target,
)
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._engine.reasons import FOUND, kept_notes, made_again, why
from gcpstack._engine.refusals import doomed, in_use, refusals, settled, taken
from gcpstack._engine.standing import Observations, Standing, lookup_in
from gcpstack._inventory.model import Phase, Record, Snapshot
from gcpstack.exceptions import (
    AdapterBug,
    DeclarationError,
    GcpstackError,
    Problem,
)

#: Reads a write-only value back, for an object that the inventory knows nothing of.
Reveal = Mapping[tuple[str, Path], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the user allows.

    Attributes:
        consents: addresses of protected objects that may be deleted or replaced.
        owned_elsewhere: full names of objects that other stacks own, with the stack's name.
    """

    consents: frozenset[str] = frozenset()
    owned_elsewhere: Mapping[str, str] = field(default_factory=dict)


def make_plan(
    declared: Sequence[Declared],
    observations: Observations,
    snapshot: Snapshot,
    *,
    policy: Policy | None = None,
    kinds: Mapping[str, Kind] | None = None,
    revealed: Reveal | None = None,
    prune_reason: str = "is no longer declared",
) -> Plan:
    """Decide what to do to every resource.

    Args:
        declared: the declarations; none for a destroy.
        observations: what is live.
        snapshot: what the inventory remembers.
        policy: what the person allows.
        kinds: the kinds of records whose declaration is gone.
        revealed: write-only values read back from objects that the inventory does not know.
        prune_reason: why what is not declared goes, for people.

    Raises:
        DeclarationError: the declarations need each other in a circle, or two share an address.
    """
    planner = _Planner(observations, snapshot, policy or Policy(), kinds or {}, revealed or {})
    for item in sorted_declarations(declared):
        planner.decide(item)
    for record in _prunable(snapshot, {item.address for item in declared}):
        planner.prune(record, prune_reason)
    return Plan(
        stack=snapshot.stack,
        changes=tuple(planner.changes),
        problems=(*planner.problems, *in_use(planner.changes)),
        generation=snapshot.generation,
    )


def sorted_declarations(declared: Sequence[Declared]) -> list[Declared]:
    """Sort declarations so that each follows what it needs.

    Raises:
        DeclarationError: there is a cycle (every edge named), or two share an address.
    """
    by_address: dict[Address, Declared] = {}
    problems = []
    for item in declared:
        if item.address in by_address:
            problems.append(
                Problem(str(item.address), "is declared twice.", "Rename or remove one of them.")
            )
        by_address[item.address] = item
    if problems:
        raise DeclarationError(problems)
    try:
        order = Graph({item.address: item.depends_on for item in declared}).order()
    except CycleError as error:
        edges = [f"{left} needs {right}" for left, right in error.edges]
        raise DeclarationError(
            [
                Problem(
                    str(error.edges[0][0]),
                    f"depends on itself: {'; '.join(edges)}.",
                    "Remove one of these references.",
                )
            ]
        ) from None
    return [by_address[address] for address in order]


def _prunable(snapshot: Snapshot, declared: set[Address]) -> list[Record]:
    """List the records whose declaration is gone, dependents first."""
    gone = {a: r for a, r in snapshot.records.items() if a not in declared}
    try:
        order = Graph({address: record.depends_on for address, record in gone.items()}).order()
    except CycleError:  # an edited inventory; any order is as good as another
        order = sorted(gone)
    return [gone[address] for address in reversed(order)]


class _Planner:
    """The state while one plan is made."""

    def __init__(
        self,
        observations: Observations,
        snapshot: Snapshot,
        policy: Policy,
        kinds: Mapping[str, Kind],
        revealed: Reveal,
    ) -> None:
        self.observations = observations
        self.snapshot = snapshot
        self.policy = policy
        self.kinds = kinds
        self.revealed = revealed
        self.standing: dict[Address, Standing] = {}
        self.changes: list[Change] = []
        self.problems: list[GcpstackError] = []
        self.remade: dict[str, Kind] = {}

    def decide(self, declared: Declared) -> None:
        """Plan one declared resource."""
        declared = identified(declared, lambda found: lookup_in(self.standing, found))
        record = self.snapshot.records.get(declared.address)
        desired = resolve(declared.body, lambda found: lookup_in(self.standing, found))
        if not isinstance(desired, dict):  # a mapping resolves to a mapping
            raise AdapterBug(f"{declared.address}: its body resolves to something else.")
        choice = self._choose(declared, record, desired)
        there, holder = choice.live is not None, self._holder(choice.target)
        if holder is not None:
            choice = replace(choice, live=None, diff=())
        change = self._change(declared, record, desired, choice)
        if holder is not None and there:
            reason = "goes with what holds it, which is replaced"
            change = replace(change, reason=reason, cleared=holder.vacated)
        self._check(change, record)
        self.changes.append(change)
        if change.action is Action.REPLACE and change.predecessor is None:
            self.remade[f"{change.target.path}/"] = change.kind
        self.standing[declared.address] = Standing(
            target=change.target,
            live=None if change.action in (Action.CREATE, Action.REPLACE) else change.live,
            stable=change.action in (Action.NOOP, Action.ADOPT),
            kept=change.kept,
        )

    def _choose(self, declared: Declared, record: Record | None, desired: Body) -> "_Choice":
        """Pick the live object of a declaration: the first that can stay."""
        found = self.observations.get(declared.address, {})
        best: _Choice | None = None
        others: list[Target] = []
        seen: set[str] = set()
        left = {old.path: old for old in moved(declared, record)}
        if not declared.kind.keeps:
            others += [old for old in left.values() if old.path in found]
        for target in candidates(declared, record):
            live = found.get(target.path)
            if live is None or target.path in left or live.path in seen:
                continue
            seen.add(live.path)  # where Google chooses the id, two names may lead to one object
            choice = _Choice(target, live, self._diff(declared, record, desired, target, live))
            if best is None or (best.replaced and not choice.replaced):
                if best is not None:
                    others.append(best.target)
                best = choice
            else:
                others.append(target)
        if best is None:
            return _Choice(declared_target(declared), None, (), tuple(others))
        mine = {relic.path for relic in record.relics} if record else set()
        names = mine | {record.path if record else "", *own_names(declared)}
        return replace(best, others=tuple(o for o in others if o.path in names))

    def _diff(
        self,
        declared: Declared,
        record: Record | None,
        desired: Body,
        target: Target,
        live: Observed,
    ) -> tuple[FieldDiff, ...]:
        same_object = record is not None and record.path in ("", target.path)

        def unchanged(path: Path, value: str) -> bool | None:
            known = record.digests.get(".".join(map(str, path))) if record and same_object else None
            if known is not None:
                return digests.digest(self.snapshot.key, path, value) == known
            read = self.revealed.get((target.path, path))
            return None if read is None else read == value

        return differ.differences(
            desired,
            live.body,
            declared.table,
            declared_before=record.declared if record is not None else (),
            unchanged=unchanged,
        )

    def _change(
        self, declared: Declared, record: Record | None, desired: Body, choice: "_Choice"
    ) -> Change:
        base = Change(
            address=declared.address,
            kind=declared.kind,
            action=Action.NOOP,
            reason="as declared",
            target=choice.target,
            declared=declared,
            desired=desired,
            live=choice.live,
            diff=choice.diff,
            needs=declared.depends_on,
        )
        if choice.live is None:
            return self._create(base, record, choice.others)
        if choice.replaced:
            return self._replace(base, declared, choice, () if record else (FOUND,))
        base = self._with_relics(base, choice)
        if record is None:
            return replace(base, action=Action.ADOPT, reason="exists and was not recorded yet")
        if choice.diff:
            return replace(base, action=Action.UPDATE, reason=why(choice.diff))
        if record.phase is not Phase.STABLE:
            return replace(base, action=Action.ADOPT, reason="an interrupted run had started it")
        return base

    def _create(self, base: Change, record: Record | None, retire: tuple[Target, ...]) -> Change:
        gone = record is not None and record.phase is Phase.STABLE
        reason = "was deleted outside the stack" if gone else "does not exist yet"
        before = next((old.path for old in retire if renamed(old, base.target)), "")
        reason = f"was {before} until now" if before else reason
        return replace(base, action=Action.CREATE, reason=reason, retire=retire)

    def _holder(self, target: Target) -> Kind | None:
        """Find the kind of a container that is deleted and created again."""
        return next((k for path, k in self.remade.items() if target.path.startswith(path)), None)

    def _replace(
        self, base: Change, declared: Declared, choice: "_Choice", notes: tuple[str, ...]
    ) -> Change:
        fields = ", ".join(diff.name for diff in choice.diff if diff.forces_replace)
        reason = f"{fields} can't change in place"
        if declared.kind.replace is Replacement.RECREATE:
            notes += (made_again(declared.kind),)
            return replace(base, action=Action.REPLACE, reason=reason, notes=notes)
        successor = successor_target(declared)
        old = (choice.target, *choice.others)
        waits = declared.kind.retire_after_ready and not declared.waited_for
        soon = declared.kind.condition(base.desired).health is Health.READY  # as soon as it exists
        later = old if waits and not soon else ()
        return replace(
            base,
            action=Action.REPLACE,
            reason=reason,
            target=successor,
            predecessor=choice.target,
            retire=() if later else old,
            kept=later,
            notes=notes + kept_notes(later, successor),
        )

    def _with_relics(self, base: Change, choice: "_Choice") -> Change:
        """Retire predecessors, or keep them while the successor is not ready."""
        if not choice.others or choice.live is None:
            return base
        waits = base.kind.retire_after_ready and not (base.declared and base.declared.waited_for)
        if waits and base.kind.condition(choice.live.body).health is not Health.READY:
            notes = kept_notes(choice.others, choice.target)
            return replace(base, kept=choice.others, notes=notes)
        return replace(
            base,
            action=Action.UPDATE,
            reason="its predecessor can be deleted",
            retire=choice.others,
        )

    def _check(self, change: Change, record: Record | None) -> None:
        owner = self.policy.owned_elsewhere.get(change.target.full_name)
        if owner is not None and record is None:
            self.problems.append(taken(change, owner))
        self.problems += [*refusals(change), *settled(change, record)]
        found = self.observations.get(change.address, {})
        left = [old for old in change.retire if renamed(old, change.target)]
        for old in left:
            gone = replace(change, action=Action.DELETE, target=old, declared=None)
            self.problems += refusals(replace(gone, live=found.get(old.path)))
        lost = bool(left) or change.action in (Action.REPLACE, Action.DELETE)
        if lost and change.kind.protected:
            self._consent(change, record)

    def _consent(self, change: Change, record: Record | None) -> None:
        allowed = (
            change.declared.allow_delete
            if change.declared
            else bool(record and record.allow_delete)
        )
        if allowed or str(change.address) in self.policy.consents or self._within(change):
            return
        holder = next((str(record.address) for record in self._holders(change)), "")
        self.problems.append(doomed(change, holder))

    def _within(self, change: Change) -> bool:
        """Return whether consent was given for a container of this object."""
        return any(
            record.allow_delete or str(record.address) in self.policy.consents
            for record in self._holders(change)
        )

    def _holders(self, change: Change) -> Iterator[Record]:
        """List the containers of an object, such as the secret of a version."""
        records = self.snapshot.records
        for record in (records[need] for need in change.needs if need in records):
            if record.path and change.target.path.startswith(f"{record.path}/"):
                yield record

    def prune(self, record: Record, why: str) -> None:
        """Plan the end of a resource that is no longer declared."""
        kind = self.kinds.get(record.address.kind)
        if kind is None:
            self.problems.append(
                GcpstackError(
                    f"The inventory records {record.address}, a kind that this gcpstack does not know.",
                    remedy="Upgrade gcpstack.",
                )
            )
            return
        target = record_target(Target(kind, record.ids), record)
        found = self.observations.get(record.address, {})
        live = found.get(target.path)
        relics = tuple(relic_target(kind, one) for one in record.relics if one.path in found)
        action, reason = Action.DELETE, why
        if kind.keeps:
            stays = "Google never deletes one" if kind.lasting else "others may use it, so it stays"
            action, reason = Action.FORGET, f"{why}; {stays}"
        elif kind.debris and record.phase is Phase.CREATING:
            reason = f"{why}; its creation was not finished"
        elif live is None and not relics:
            action, reason = Action.FORGET, "is gone already"
        change = Change(
            address=record.address,
            kind=kind,
            action=action,
            reason=reason,
            target=target,
            live=live,
            retire=relics,
            needs=record.depends_on,
        )
        self._check(change, record)
        self.changes.append(change)


@dataclass(frozen=True, slots=True)
class _Choice:
    """The live object picked for a declaration."""

    target: Target
    live: Observed | None
    diff: tuple[FieldDiff, ...]
    others: tuple[Target, ...] = ()

    @property
    def replaced(self) -> bool:
        return any(diff.forces_replace for diff in self.diff)
