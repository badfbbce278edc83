"""Work on data that survives the death of whoever began it: noted, then begun, then waited for.

The note is in the inventory before the call and goes when the operation has ended. The same command
finds it and waits for what was begun; another one on the same data waits for it first.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from gcpstack._adapters import lost_operations, operations
from gcpstack._core.json import Body, get
from gcpstack._core.ports import Operation
from gcpstack._engine.plan import Change
from gcpstack._inventory.model import Task
from gcpstack._operations.waits import checkpoint, ended, held
from gcpstack._stack.session import Session
from gcpstack.exceptions import CloudError, NotFound

#: A note is older than the command that finds it by so much at most; after that, it is only cleared.
_FRESH = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that begins an operation, and what finds that operation again.

    Attributes:
        service: the API.
        kinds: what the API calls such an operation.
        targets: paths of what it is on, each a place where it may be listed.
        begin: makes the call.
    """

    service: str
    kinds: tuple[str, ...]
    targets: tuple[str, ...]
    begin: Callable[[], Body]


def open_task(
    session: Session, change: Change, verb: str, params: Mapping[str, str]
) -> Task | None:
    """Find the note of a run of the same command that has not come to its end."""
    task = session.keeper.snapshot.tasks.get(change.address)
    same = task is not None and (task.verb, dict(task.params)) == (verb, dict(params))
    fresh = task is not None and session.clock.now() - task.since <= _FRESH
    return task if same and fresh else None


def note(session: Session, change: Change, task: Task | None) -> None:
    """Write a note before what it tells of is done; None once that is over.

    Raises:
        InventoryConflict: the lease was lost.
    """
    session.keeper.note_task(change.address, task)
    if task is not None:  # giving the lease back writes the other
        checkpoint(session)


def carry_out(
    session: Session,
    change: Change,
    verb: str,
    params: Mapping[str, str],
    prepare: Callable[[], Call],
) -> str:
    """Do work on data, or go on with it where a run that died has begun it; under the lease.

    Args:
        session: the stack.
        change: whose data.
        verb: the command.
        params: its parameters as they were given; what was begun with the same ones is the same work.
        prepare: checks what is wanted and gives the call; not asked where the work has begun.

    Returns:
        Where the operation says that it writes to; empty if it says nothing.

    Raises:
        SettingsError: it can't be done, as *prepare* tells.
        CloudError: it failed.
        InventoryConflict: the lease was lost; the operation goes on at Google.
    """
    task = session.keeper.snapshot.tasks.get(change.address)
    if task is not None and open_task(session, change, verb, params) is None:
        settle(session, change, task)
        task = None
    found = _known(session, change, task) if task else None
    if task is None or found is None:
        call = prepare()
        task = Task(
            verb=verb,
            params=dict(params),
            since=session.clock.now(),
            service=call.service,
            kinds=call.kinds,
            targets=call.targets,
        )
        last = _last(session, change, task)
        task = replace(task, after=last[0] if last else "")
        note(session, change, task)
        found = _named(session, change, task, _begun(session, change, call, task))
    task, operation = found
    failed = ended(session, change.kind, operation)
    note(session, change, None)
    if failed is not None:
        raise failed
    return task.told


def settle(session: Session, change: Change, task: Task) -> None:
    """Wait for work that another command began, however it ends.

    Raises:
        InventoryConflict: the lease was lost.
    """
    found = _known(session, change, task) if task.service else None
    if found is not None:
        # A failure is the other command's; told, it would hide what this one is asked to do. What
        # ended long ago is forgotten by Google.
        with contextlib.suppress(NotFound):
            ended(session, change.kind, found[1])
    note(session, change, None)


def _known(session: Session, change: Change, task: Task) -> tuple[Task, Operation] | None:
    """Take up what a note tells of; None where it was never begun."""
    if task.operation:
        return task, operations.resume(session.clients, task.operation)
    last = _last(session, change, task)
    if last is None or not lost_operations.later(last[0], task.after):
        return None
    return _named(session, change, task, last[1])


def _named(session: Session, change: Change, task: Task, answer: Body) -> tuple[Task, Operation]:
    """Note the name of an operation, and follow it."""
    project = str(change.target.ids["project"])
    operation = operations.followed(session.clients, task.service, project, answer)
    told = get(answer, ("metadata", "outputUriPrefix"))
    task = replace(task, operation=operation.name, told=str(told or ""))
    note(session, change, task)
    return task, operation


def _last(session: Session, change: Change, task: Task) -> tuple[str, Body] | None:
    return held(session, change.kind, lambda: _newest(session, task))


def _newest(session: Session, task: Task) -> tuple[str, Body] | None:
    return lost_operations.newest(session.clients, task.service, task.kinds, task.targets)


def _begun(session: Session, change: Change, call: Call, task: Task) -> Body:
    """Begin the operation once, also where an answer is lost and the call tried again."""
    tried = False

    def attempt() -> Body:
        nonlocal tried
        last = _newest(session, task) if tried else None
        tried = True
        if last is not None and lost_operations.later(last[0], task.after):
            return last[1]
        return call.begin()

    try:
        return held(session, change.kind, attempt)
    except CloudError as error:
        if not error.retryable:  # it was refused: there is nothing to wait for
            note(session, change, None)
        raise
