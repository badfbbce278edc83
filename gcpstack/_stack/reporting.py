"""Small readings of plans, records and declarations that a session needs."""

import functools
from collections.abc import Iterable, Iterator, Mapping

from gcpstack._core.facets import Facet
from gcpstack._core.json import Path, leaves
from gcpstack._core.kinds import Health
from gcpstack._core.ports import Target
from gcpstack._core.refs import Address, Composed, Link, OutputOf, Sensitive, resolve
from gcpstack._core.resource import Declared
from gcpstack._engine.names import record_target, relic_target
from gcpstack._engine.observe import Wanted
from gcpstack._engine.plan import Action, Change, Plan, shown
from gcpstack._engine.standing import Standing, lookup_in
from gcpstack._inventory.model import Record
from gcpstack._stack.result import StatusRow
from gcpstack.resources.kinds import ALL as KINDS


def wanted_record(record: Record) -> Wanted:
    """Ask for the objects of a record whose declaration is gone."""
    kind = KINDS.get(record.address.kind)
    if kind is None or kind.keeps:
        return Wanted(record.address, ())
    base = Target(kind, record.ids)
    relics = [relic_target(kind, relic) for relic in record.relics]
    # Where a name never became known, nothing was made.
    known = [] if record.late else [record_target(base, record)]
    return Wanted(record.address, (*known, *relics))


def secret_paths(declared: Declared) -> Iterator[Path]:
    """List the write-only fields that a declaration sets."""
    for path, value in leaves(declared.body):
        if isinstance(value, Sensitive | OutputOf | Composed | Link | str) and (
            declared.table.at(path).facets & Facet.WRITE_ONLY
        ):
            yield path


def status_rows(plan: Plan) -> Iterable[StatusRow]:
    """Return the state of each resource of a plan."""
    for change in plan.changes:
        if change.declared is not None:
            yield _row(change)
        elif change.live is not None:
            yield _undeclared(change)


def standing_rows(plan: Plan, standing: Mapping[Address, Standing]) -> Iterable[StatusRow]:
    """Return the state of each declared resource after a run, without reading anything again."""
    for change in plan.changes:
        here = standing.get(change.address)
        if change.declared is None or here is None or here.live is None:
            continue
        condition = change.kind.condition(here.live.body)
        yield StatusRow(
            change.address,
            change.kind.title,
            here.live.path.rsplit("/", 1)[-1],
            exists=True,
            health=condition.health,
            label=condition.label,
            detail=(*condition.detail, *change.notes),
        )


def outputs_of(
    declared: Mapping[str, object], plan: Plan, standing: Mapping[Address, Standing]
) -> dict[str, object]:
    """Resolve a stack's outputs as far as they are known, and hide what is secret."""
    if not any(change.declared for change in plan.changes):
        return {}
    found = {
        name: resolve(value, functools.partial(lookup_in, standing))
        for name, value in declared.items()
    }
    return {name: shown(value) for name, value in found.items()}


def _row(change: Change) -> StatusRow:
    if change.live is None:
        return StatusRow(
            change.address,
            change.kind.title,
            change.target.path.rsplit("/", 1)[-1],
            exists=False,
            health=Health.PENDING,
            label="ABSENT",
            detail=(change.reason,),
        )
    condition = change.kind.condition(change.live.body)
    old = change.predecessor if change.action is Action.REPLACE else None
    shown = old or change.target
    return StatusRow(
        change.address,
        change.kind.title,
        shown.path.rsplit("/", 1)[-1],
        exists=True,
        health=condition.health if change.live.settled else Health.PENDING,
        label=condition.label,
        detail=(*condition.detail, *change.notes),
        drift=tuple(diff.name for diff in change.diff),
    )


def _undeclared(change: Change) -> StatusRow:
    return StatusRow(
        change.address,
        change.kind.title,
        change.target.path.rsplit("/", 1)[-1],
        exists=True,
        health=Health.READY,
        label="UNDECLARED",
        detail=("It is no longer declared: the next apply deletes it.",),
    )
