"""Waiting for an operation that was begun on a stack that stands."""

from collections.abc import Callable

from gcpstack._core.ports import Failed, Operation, Pending
from gcpstack._engine.plan import Change
from gcpstack._engine.wait import pause
from gcpstack._stack.session import Session

#: How long a backup or a restore usually takes, in seconds: the pauses between looks follow from it.
_USUAL = 300.0


def finish(session: Session, change: Change, operation: Operation) -> None:
    """Ask how an operation stands until it is over; the lease is held by now, and renewed meanwhile.

    Raises:
        CloudError: it failed.
        InventoryConflict: the lease was lost; the operation goes on at Google.
    """
    began = session.clock.monotonic()
    poll: Callable[[], object] = operation.poll
    while True:
        state = session.caller(change.kind.api, poll)
        if isinstance(state, Failed):
            raise state.error
        if not isinstance(state, Pending):
            return
        if session.keeper.due:
            session.caller("storage.googleapis.com", session.keeper.checkpoint)
        session.clock.sleep(pause(session.clock.monotonic() - began, _USUAL))
