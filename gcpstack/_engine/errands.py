"""Runs programs outside an apply: single actions on live resources."""

from collections.abc import Callable, Generator, Iterable
from functools import partial

from gcpstack._core import fence
from gcpstack._core.ports import Operation, Step, Target
from gcpstack._core.refs import Address
from gcpstack._engine.calls import Asker, Context, Sub
from gcpstack._engine.saving import Saver
from gcpstack._engine.scheduler import Effect, Scheduler
from gcpstack.exceptions import AdapterBug, GcpstackError, Interrupted

#: What is done to one resource.
Errand = tuple[Address, Generator[Effect, object, None]]
#: Gives what is done to several.
Errands = Callable[[Context], Iterable[Errand]]


def run_errands(
    context: Context, scheduler: Scheduler, errands: Iterable[Errand], *, leased: bool = True
) -> tuple[GcpstackError, ...]:
    """Run programs in parallel until all have ended.

    Args:
        context: what programs share.
        scheduler: runs them.
        errands: the programs.
        leased: the lease is held by now: it is renewed meanwhile.

    Returns:
        What went wrong, each once: a lost lease ends every program with the same error.

    Raises:
        Interrupted: the run was told to stop.
    """
    chosen = list(errands)
    failed: list[GcpstackError] = []
    ended: list[Address] = []

    def end(address: Address, error: BaseException | None) -> None:
        ended.append(address)
        if isinstance(error, GcpstackError):
            failed.append(error)
        elif error is not None:
            bug = AdapterBug(f"{address}: {type(error).__name__}: {error}")
            bug.__cause__ = error
            failed.append(bug)

    for address, program in chosen:
        scheduler.spawn(program, on_end=partial(end, address))
    if leased:
        Saver(context, scheduler, lambda: len(ended) < len(chosen), failed.append).begin()
    scheduler.run()
    if isinstance(scheduler.stopping, Interrupted):
        raise scheduler.stopping
    return tuple(dict.fromkeys(failed))


def sent(ask: Asker, target: Target, step: Step, *, leased: bool = True) -> Sub[None]:
    """Make a mutating call, and wait for its operation.

    Args:
        ask: makes the call.
        target: what is changed.
        step: the call.
        leased: send it only while the lease is surely held; each request of each try asks anew.
    """
    call = fenced(ask.context, step.call) if leased else step.call
    operation = yield from ask.call(call)
    yield from ask.wait(operation, target, step.title)


def fenced(context: Context, call: Callable[[], Operation]) -> Callable[[], Operation]:
    """Return a call that is sent only while the lease is surely held."""

    def checked() -> Operation:
        with fence.fenced(context.keeper.still_held):
            return call()

    return checked
