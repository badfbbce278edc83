"""What is recorded before the first call, so that a run that dies leaves no unowned objects."""

import uuid
from dataclasses import replace

from gcpstack._core.json import Path
from gcpstack._core.ports import Target
from gcpstack._core.refs import Address
from gcpstack._engine import diff as differ
from gcpstack._engine.names import renamed
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._inventory.model import Phase, Record, Relic, Snapshot

PHASES = {
    Action.CREATE: Phase.CREATING,
    Action.REPLACE: Phase.CREATING,
    Action.ADOPT: Phase.UPDATING,
    Action.UPDATE: Phase.UPDATING,
    Action.DELETE: Phase.DELETING,
}


def intents(plan: Plan, snapshot: Snapshot) -> dict[Address, Record]:
    """Record what is about to be done, before the first call."""
    records = dict(snapshot.records)
    for change in plan.changes:
        if change.action in PHASES:
            known = records.get(change.address)
            record = known or Record(
                change.address,
                dict(change.target.ids),
                depends_on=change.needs,
                allow_delete=bool(change.declared and change.declared.allow_delete),
                adopted=change.action is Action.ADOPT,
                late=dict(change.declared.late) if change.declared else {},
            )
            if change.action is Action.DELETE and record.late:  # known by now, but not for long
                record = replace(record, ids=dict(change.target.ids), late={})
            record = _moving(record, change)
            records[change.address] = replace(
                record,
                phase=PHASES[change.action],
                request_id=record.request_id or str(uuid.uuid4()),
                declared=_claimed(record, change),
            )
    return records


def _moving(record: Record, change: Change) -> Record:
    """Remember both of what goes from one place to another: neither is known from anywhere else."""
    gone = [Relic(old.path, dict(old.ids)) for old in change.retire if renamed(old, change.target)]
    if not gone or not renamed(Target(change.kind, record.ids), change.target):
        return record
    relics = {relic.path: relic for relic in (*record.relics, *gone)}
    # Nothing was sent to the new one yet.
    fresh = replace(record, path="", operation="", request_id="", digests={})
    return replace(fresh, ids=dict(change.target.ids), relics=tuple(relics.values()))


def _claimed(record: Record, change: Change) -> tuple[Path, ...]:
    """List the fields that this run or an earlier one set.

    A run may die after it set a field: whoever no longer declares it has to know that it is ours.
    """
    if change.declared is None:
        return record.declared
    new = differ.declared_paths(change.desired, change.declared.table)
    return tuple(dict.fromkeys((*record.declared, *new)))
