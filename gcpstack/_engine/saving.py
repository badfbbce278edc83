"""Keeps the inventory up to date beside the work: what changed is saved, the lease renewed."""

import functools
from collections.abc import Callable

from gcpstack._engine.calls import Context, Sub
from gcpstack._engine.scheduler import Call, Program, Scheduler, Sleep
from gcpstack._inventory.model import Snapshot
from gcpstack.exceptions import AdapterBug, GcpstackError

#: Cloud Storage takes about one write a second of one object
#: (https://cloud.google.com/storage/quotas#objects).
_SAVE_PAUSE = 1.0


def written(context: Context) -> Sub[None]:
    """Wait until everything that was noted is saved: for what nothing else would tell of."""
    while not context.keeper.written:
        yield Sleep(_SAVE_PAUSE)


class Saver:
    """Saves while there is work; work without it loses its lease after a minute."""

    def __init__(
        self,
        context: Context,
        scheduler: Scheduler,
        working: Callable[[], bool],
        failed: Callable[[GcpstackError], None],
    ) -> None:
        """Take what it saves for; `begin` begins.

        Args:
            context: what programs share; its keeper holds the lease.
            scheduler: runs the work, and this beside it. It is stopped where nothing can be saved.
            working: tells whether there is work left.
            failed: is told why nothing can be saved any more.
        """
        self._context = context
        self._scheduler = scheduler
        self._working = working
        self._failed = failed

    def begin(self) -> None:
        """Save from now on."""
        self._scheduler.spawn(self._save_while_working(), on_end=self._ended, background=True)

    def _save_while_working(self) -> Program:
        keeper = self._context.keeper
        while self._working():
            if keeper.due:
                state = keeper.renewed()
                began = self._context.clock.monotonic()
                saved = yield Call(functools.partial(self._save, state))
                if isinstance(saved, Snapshot):
                    keeper.stored(saved, began)
            if self._working():
                yield Sleep(_SAVE_PAUSE)

    def _save(self, state: Snapshot) -> Snapshot:
        keeper = self._context.keeper
        return self._context.caller("storage.googleapis.com", lambda: keeper.save(state))

    def _ended(self, error: BaseException | None) -> None:
        if error is not None:
            problem = error if isinstance(error, GcpstackError) else AdapterBug(str(error))
            self._failed(problem)
            self._scheduler.stop(problem)
