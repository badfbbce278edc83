"""Waiting for an operation that was begun on a live stack."""

from collections.abc import Callable
from typing import TypeVar

from gcpstack._core import fence
from gcpstack._core.kinds import Kind
from gcpstack._core.ports import Failed, Operation, Pending
from gcpstack._engine.polling import pause
from gcpstack._stack.session import Session
from gcpstack.exceptions import CloudError

T = TypeVar("T")
_INVENTORY = "storage.googleapis.com"
#: How long nobody looks at the lease between two tries, in seconds.
_PIECE = 10.0
#: How long a backup or a restore usually takes, in seconds: the pauses between looks follow from it.
_USUAL = 300.0


def held(session: Session, kind: Kind, call: Callable[[], T]) -> T:
    """Make a call while the lease is surely held; it is renewed between the call's tries.

    Args:
        session: the stack; it holds the lease.
        kind: what is called about.
        call: makes it; must be safe to repeat.

    Raises:
        CloudError: what was not worth another try, or the last failure.
        InventoryConflict: the lease was lost.
    """

    def fenced() -> T:
        with fence.fenced(session.keeper.still_held):
            return call()

    def rest(seconds: float) -> None:
        left = seconds
        while left > 0:
            renew(session)
            session.clock.sleep(min(left, _PIECE))
            left -= _PIECE

    renew(session)
    return session.caller(kind.api, fenced, rest=rest)


def renew(session: Session) -> None:
    """Renew the lease, and write down what is to be remembered, where that is due.

    Raises:
        InventoryConflict: the lease was lost.
    """
    if session.keeper.due:
        checkpoint(session)


def checkpoint(session: Session) -> None:
    """Write down what is to be remembered, at once.

    Raises:
        InventoryConflict: the lease was lost.
    """
    session.caller(_INVENTORY, session.keeper.checkpoint)


def finish(session: Session, kind: Kind, operation: Operation) -> None:
    """Wait for an operation.

    Raises:
        CloudError: it failed.
        InventoryConflict: see `ended`.
    """
    failed = ended(session, kind, operation)
    if failed is not None:
        raise failed


def ended(session: Session, kind: Kind, operation: Operation) -> CloudError | None:
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
        state = held(session, kind, poll)
        if isinstance(state, Failed):
            return state.error
        if not isinstance(state, Pending):
            return None
        session.clock.sleep(pause(session.clock.monotonic() - began, _USUAL))
