"""Brings resources up again that are as declared: a new revision, so that it reads its secrets anew."""

import functools
from collections.abc import Generator, Iterable

from gcpstack._core.ports import Edit
from gcpstack._engine.asking import Asker, Context
from gcpstack._engine.plan import Change
from gcpstack._engine.saving import Saver
from gcpstack._engine.scheduler import Effect, Scheduler
from gcpstack.exceptions import AdapterBug, ApplyFailed, GcpstackError, Interrupted


def bring_all_up(context: Context, scheduler: Scheduler, changes: Iterable[Change]) -> None:
    """Bring resources up again, all at once; the lease is held by now, and renewed meanwhile.

    Args:
        context: what programs share.
        scheduler: runs them.
        changes: the resources, as a plan has them; they exist.

    Raises:
        Interrupted: the run was told to stop.
        ApplyFailed: some did not come up, or the lease was lost: with every error.
    """
    chosen = list(changes)
    failed: list[GcpstackError] = []
    ended: list[Change] = []

    def end(change: Change, error: BaseException | None) -> None:
        ended.append(change)
        if isinstance(error, GcpstackError):
            failed.append(error)
        elif error is not None:
            bug = AdapterBug(f"{change.address}: {type(error).__name__}: {error}")
            bug.__cause__ = error
            failed.append(bug)

    for change in chosen:
        scheduler.spawn(bring_up(context, change), on_end=functools.partial(end, change))
    Saver(context, scheduler, lambda: len(ended) < len(chosen), failed.append).begin()
    scheduler.run()
    if isinstance(scheduler.stopping, Interrupted):
        raise scheduler.stopping
    if failed:
        # A lost lease ends every program with the same error.
        raise ApplyFailed("not everything came up again", tuple(dict.fromkeys(failed)))


def bring_up(context: Context, change: Change) -> Generator[Effect, object, None]:
    """Give the program that brings one resource up again, and waits until it is ready.

    Args:
        context: what programs share.
        change: the resource, as a plan has it; it exists.
    """
    live = change.live
    if live is None:
        return
    adapter = context.adapters(change.kind)
    ask = Asker(context, change.address, change.kind)
    edit = Edit(change.target, live.body, change.desired, live.body, (), again=True)
    for step in adapter.update(edit):
        operation = yield from ask.call(step.call)
        yield from ask.wait(operation, change.target, step.title)
    found = yield from ask.visible(adapter, change.target)
    yield from ask.ready(adapter, change.target, found)
