"""Undoes what runs that did not end well have done."""

from collections.abc import Callable, Sequence

from gcpstack._core.resource import Declared
from gcpstack._engine.apply import Order, Runner
from gcpstack._engine.calls import Context
from gcpstack._engine.observe import Wanted
from gcpstack._engine.rollback import Rollback, intents, plan_rollback, targets
from gcpstack._engine.scheduler import Scheduler
from gcpstack._engine.undo import Undoing
from gcpstack._stack.live_state import LiveState
from gcpstack._stack.result import Undone
from gcpstack.resources.kinds import ALL as KINDS


class RollbackRunner:
    """One rollback: from looking to done. Whoever runs it holds the lease."""

    def __init__(
        self,
        context: Context,
        live: LiveState,
        scheduler: Callable[[], Scheduler],
        declared: Sequence[Declared],
        consents: frozenset[str],
    ) -> None:
        """Take what it works with.

        Args:
            context: what programs share.
            live: reads what is live.
            scheduler: makes what runs the programs.
            declared: the declarations, which know the fields.
            consents: addresses of objects that hold data and may be deleted all the same.
        """
        self._context = context
        self._live = live
        self._scheduler = scheduler
        self._declared = declared
        self._consents = consents

    def plan(self) -> Rollback:
        """Look at what is live, and decide; changes nothing.

        Raises:
            ApplyFailed: something can't be read.
        """
        snapshot = self._live.informed(self._context.keeper.snapshot, self._declared)
        wanted = [Wanted(address, tuple(found)) for address, found in targets(snapshot, KINDS)]
        return plan_rollback(
            snapshot,
            self._live.read(wanted, self._declared),
            {item.address: item for item in self._declared},
            KINDS,
            self._consents,
        )

    def run(self, rollback: Rollback | None = None) -> tuple[Undone, dict[str, int]]:
        """Undo; gives what was done, and the tasks by how they ended."""
        rollback = rollback or self.plan()
        keeper = self._context.keeper
        for record in intents(rollback, keeper.snapshot):
            keeper.put(record)
        self._context.caller("storage.googleapis.com", keeper.checkpoint)
        runner = Runner(self._context, self._scheduler(), order=Order.BACKWARDS, node=Undoing)
        outcome = runner.run(rollback.plan)
        if outcome.ok:
            keeper.settle()
        return Undone(rollback.plan, outcome, rollback.kept), runner.counts()
