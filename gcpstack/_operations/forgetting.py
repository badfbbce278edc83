"""Letting go of resources without deleting them, so that another stack can take them over."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gcpstack._core.refs import Address
from gcpstack._inventory.model import Phase, Record, Snapshot
from gcpstack._stack.session import Session
from gcpstack.exceptions import PlanError, SettingsError
from gcpstack.resources.kinds import ALL as KINDS


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A resource that the stack owned.

    Attributes:
        address: its address within the stack.
        path: its relative resource name at Google.
        declared: the stack still declares it: its next apply takes it over again.
        marked: Google chose its id, and it is found by a mark of its stack: another stack does not find it.
    """

    address: Address
    path: str
    declared: bool
    marked: bool

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "address": str(self.address),
            "path": self.path,
            "declared": self.declared,
            "marked": self.marked,
        }


def owned(session: Session, names: Sequence[str]) -> list[Forgotten]:
    """Find what is to be let go; changes nothing.

    Args:
        session: the stack.
        names: the addresses; none for everything that the stack owns.

    Raises:
        SettingsError: the stack owns nothing of that address.
        PlanError: a run that did not end well left something to do with it.
        InventoryLocked: another run is alive.
    """
    session.prepare()
    return _found(session, names)


def forget(session: Session, names: Sequence[str]) -> list[Forgotten]:
    """Let go: Google is asked for nothing, the inventory alone is written; raises as `owned` does."""
    with session.leased(fresh=True):
        found = _found(session, names)
        for item in found:
            session.keeper.forget(item.address)
    return found


def _found(session: Session, names: Sequence[str]) -> list[Forgotten]:
    snapshot = session.keeper.snapshot
    declared = {item.address for item in session.compiled.declared}
    records = {str(address): record for address, record in snapshot.records.items()}
    out = []
    for name in dict.fromkeys(names or sorted(records)):
        record = records.get(name)
        if record is None:
            raise _unknown(name, records)
        why = next(_unfinished(record, snapshot), "")
        if why:
            raise PlanError(f"{name} can't be let go: {why}.", remedy="Apply the stack first.")
        kind = KINDS.get(record.address.kind)
        out.append(
            Forgotten(
                address=record.address,
                path=record.path,
                declared=record.address in declared,
                marked=kind is not None and kind.server_assigned,
            )
        )
    return out


def _unknown(name: str, records: dict[str, Record]) -> SettingsError:
    near = difflib.get_close_matches(name, records, 1)
    remedy = f"Did you mean {near[0]}?" if near else "`gcpstack status` lists what it owns."
    return SettingsError(f"the stack owns no {name}.", remedy=remedy)


def _unfinished(record: Record, snapshot: Snapshot) -> Iterator[str]:
    """Yield what a run has left to do with a resource: nobody would do it any more."""
    if record.phase is not Phase.STABLE or record.operation or record.address in snapshot.undo:
        yield "the last apply did not end well"
    if record.relics:
        names = ", ".join(relic.path.rsplit("/", 1)[-1] for relic in record.relics)
        yield f"its predecessor {names} is still to be deleted"
    if record.address in snapshot.tasks:
        yield "work on its data is under way"
