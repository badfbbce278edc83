"""What is done to one resource while a run is undone."""

from collections.abc import Sequence
from dataclasses import replace

from gcpstack._core.json import Path
from gcpstack._engine.calls import Sub
from gcpstack._engine.node import Node
from gcpstack._engine.rollback import unset
from gcpstack._inventory.model import Record, Undo


class Undoing(Node):
    """The programs for one change of a rollback; deletions are those of any run."""

    def _apply(self) -> Sub[None]:
        """Delete the successor if there is one, give the fields their values back, and remember that.

        The successor goes first: while it is there, the record has to name it.
        """
        for successor in self.change.retire:
            yield from self._delete(successor, None)
        if self.change.diff and self.change.live is not None:
            yield from self._converge(self.change.live)
        undo = self._undo()
        self.context.keeper.undone(self.address, _former(undo))
        self.context.freed.add(self.address)

    def _declared_before(self) -> Sequence[Path]:
        return unset(self._undo())

    def _undo(self) -> Undo:
        return self.context.keeper.snapshot.undo[self.address]


def _former(undo: Undo) -> Record | None:
    """Return the record as it was; what is known of secrets that stay changed is not."""
    if undo.record is None or not undo.owned:
        return None
    return replace(undo.record, digests={}) if undo.lost else undo.record
