"""Asking Google and waiting for it, on behalf of one resource: parts of programs."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

from gcpstack._core.clock import Clock
from gcpstack._core.kinds import Health, Kind
from gcpstack._core.ports import (
    Adapter,
    AdapterFor,
    Done,
    Failed,
    Observed,
    Operation,
    Pending,
    Target,
    Usual,
)
from gcpstack._core.refs import Address
from gcpstack._engine import events
from gcpstack._engine.retry import Backoff, Caller
from gcpstack._engine.scheduler import Call, Effect, Sleep
from gcpstack._engine.standing import Standing
from gcpstack._engine.wait import pause
from gcpstack._inventory.keeper import Keeper
from gcpstack.exceptions import CloudError, GcpstackError, WaitTimeout

T = TypeVar("T")
Sub = Generator[Effect, object, T]

_SETTLING = 600.0


@dataclass(kw_only=True)
class Context:
    """What every program shares; only programs touch it, and they run one at a time."""

    adapters: AdapterFor
    keeper: Keeper
    caller: Caller
    clock: Clock
    backoff: Backoff
    usual: Callable[[str], Usual]
    emit: Callable[[events.Event], None]
    now: Callable[[], float]
    #: Sleeps between the tries of one call, and hears a stop meanwhile.
    rest: Callable[[float], None] | None = None
    standing: dict[Address, Standing] = field(default_factory=dict)
    fresh: set[Address] = field(default_factory=set)
    freed: set[Address] = field(default_factory=set)


class Asker:
    """Makes the calls of one resource's programs, and waits for what they began."""

    def __init__(self, context: Context, address: Address, kind: Kind) -> None:
        """Take what is shared, and whom the calls are about."""
        self.context = context
        self.address = address
        self.kind = kind
        #: A call failed and was made again: the first may have done its work all the same.
        self.retried = False

    def note(self, text: str) -> None:
        """Tell something worth knowing."""
        self.context.emit(events.Noted(self.context.now(), self.address, text))

    def again(self, error: CloudError, attempt: int) -> Sub[None]:
        self.retried = True
        seconds = self.context.backoff.pause(attempt)
        self.context.emit(
            events.TaskRetried(self.context.now(), self.address, error.message, seconds)
        )
        yield Sleep(seconds)

    def call(self, call: Callable[[], T], *, waits: bool = False) -> Sub[T]:
        """Make one call in a worker thread, with its retries."""

        def on_retry(error: BaseException, seconds: float) -> None:
            self.retried = True
            reason = error.message if isinstance(error, GcpstackError) else str(error)
            self.context.emit(events.TaskRetried(self.context.now(), self.address, reason, seconds))

        api = self.kind.api
        rest = self.context.rest
        result = yield Call(
            lambda: self.context.caller(api, call, on_retry, rest=rest), waits=waits
        )
        return cast(T, result)

    def wait(self, operation: Operation, target: Target, verb: str) -> Sub[Done]:
        """Wait until an operation has ended."""
        usual = self.context.usual(target.kind.name)
        seconds = {"creating": usual.create, "deleting": usual.delete}.get(verb, usual.update)
        began = self.context.clock.monotonic()
        told = ""
        if operation.name and operation.blocks:  # the first answer comes only when it is done
            told = self._waiting(verb, Pending())
        while True:
            asked = self.context.clock.monotonic()
            state = yield from self.call(
                lambda: operation.poll(wait=operation.blocks), waits=operation.blocks
            )
            if isinstance(state, Done):
                return state
            if isinstance(state, Failed):
                raise state.error
            now = self.context.clock.monotonic()
            if now - began > usual.deadline:
                raise WaitTimeout(
                    f"{target.kind.title} {target.path.rsplit('/', 1)[-1]} took longer than {usual.deadline:.0f} s.",
                    remedy="Its operation goes on at Google; the next apply takes it up again.",
                )
            if not told or state.detail not in ("", told):
                told = self._waiting(verb, state)
            held = operation.blocks and now - asked >= 1.0
            if not held:
                yield Sleep(pause(now - began, seconds))

    def _waiting(self, verb: str, state: Pending) -> str:
        reason = state.detail or f"waiting for Google: {verb}"
        self.context.emit(events.TaskWaiting(self.context.now(), self.address, reason))
        return reason

    def visible(self, adapter: Adapter, target: Target) -> Sub[Observed]:
        """Read the object until Google shows it, settled; reads may lag behind writes."""
        began = self.context.clock.monotonic()
        usual = self.context.usual(target.kind.name)
        while True:
            found = yield from self.call(lambda: adapter.get(target))
            elapsed = self.context.clock.monotonic() - began
            if found is not None and found.settled:
                return found
            if elapsed > max(_SETTLING, usual.deadline):
                what = "is still not visible" if found is None else "is still not settled"
                raise WaitTimeout(
                    f"{target.path} {what} {elapsed:.0f} s after it was changed.",
                    remedy="The change itself was accepted: apply again, and it looks again; see in the console "
                    "what holds it up if that ends alike.",
                )
            yield Sleep(pause(elapsed, usual.update))

    def ready(self, adapter: Adapter, target: Target, live: Observed) -> Sub[Observed]:
        """Read the object until it works; tell why it doesn't yet."""
        target = replace(target, assigned=live.path)
        began = self.context.clock.monotonic()
        deadline = self.context.usual(target.kind.name).deadline
        told = ""
        while True:
            state = target.kind.condition(live.body)
            if state.health is Health.READY:
                return live
            words = "; ".join([state.label, *state.detail])
            elapsed = self.context.clock.monotonic() - began
            if elapsed > deadline:
                raise WaitTimeout(
                    f"{target.path} is not ready after {elapsed:.0f} s: {words}.",
                    remedy="What needs it waits; the next apply goes on.",
                )
            if words != told:
                self._waiting("", Pending(words))
                told = words
            yield Sleep(pause(elapsed, deadline))
            live = yield from self.visible(adapter, target)
