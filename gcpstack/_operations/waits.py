"""Waiting for an operation that was begun on a stack that stands."""

from collections.abc import Callable

from gcpstack._core.ports import Failed, Operation, Pending
from gcpstack._engine.plan import Change
from gcpstack._engine.wait import pause
from gcpstack._stack.session import Session
from gcpstack.exceptions import CloudError

#: How long a backup or a restore usually takes, in seconds: the pauses between looks follow from it.
_USUAL = 300.0


def finish(session: Session, change: Change, operation: Operation) -> None:
    """Wait for an operation.

    Raises:
        CloudError: it failed.
        InventoryConflict: see `ended`.
    """
    failed = ended(session, change, operation)
    if failed is not None:
        raise failed


def ended(session: Session, change: Change, operation: Operation) -> CloudError | None:
    """Ask how an operation stands until it is over; the lease is held by now, and renewed meanwhile.

    Returns:
        What it failed with; None where it succeeded.

    Raises:
        CloudError: it could not be asked how it stands.
        InventoryConflict: the lease was lost; the operation goes on at Google.
    """
    began = session.clock.monotonic()
    poll: Callable[[], object] = operation.poll
    while True:
        state = session.caller(change.kind.api, poll)
        if isinstance(state, Failed):
            return state.error
        if not isinstance(state, Pending):
            return None
        if session.keeper.due:
            session.caller("storage.googleapis.com", session.keeper.checkpoint)
        session.clock.sleep(pause(session.clock.monotonic() - began, _USUAL))
