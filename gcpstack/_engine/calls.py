"""Calls to Google and waits for its operations, on behalf of one resource: parts of programs."""

import math
from collections.abc import Callable, Generator, Mapping
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
    UsualDurations,
)
from gcpstack._core.refs import Address
from gcpstack._core.timeouts import Timeouts, Verb, told
from gcpstack._engine import events
from gcpstack._engine.polling import pause
from gcpstack._engine.retry import Backoff, Caller
from gcpstack._engine.scheduler import Call, Effect, Sleep
from gcpstack._engine.standing import Standing
from gcpstack._inventory.keeper import Keeper
from gcpstack.exceptions import CloudError, GcpstackError, WaitTimeout

T = TypeVar("T")
Sub = Generator[Effect, object, T]

_SETTLING = 600.0

_VERBS: Mapping[str, Verb] = {"creating": "create", "deleting": "delete"}


@dataclass(kw_only=True)
class Context:
    """What every program shares; only programs touch it, and they run one at a time."""

    adapters: AdapterFor
    keeper: Keeper
    caller: Caller
    clock: Clock
    backoff: Backoff
    usual: Callable[[str], UsualDurations]
    emit: Callable[[events.Event], None]
    now: Callable[[], float]
    #: Sleeps between the tries of one call; a stop ends it early.
    rest: Callable[[float], None] | None = None
    standing: dict[Address, Standing] = field(default_factory=dict)
    fresh: set[Address] = field(default_factory=set)
    freed: set[Address] = field(default_factory=set)
    #: What declarations say instead of their kinds' deadlines.
    timeouts: Mapping[Address, Timeouts] = field(default_factory=dict)
    #: What the stack says in their place, by the names of kinds.
    kind_timeouts: Mapping[str, Timeouts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a wait ends.

    Attributes:
        verb: what is waited for.
        seconds: how long it may take.
        began: when its clock began to run.
        whose: where it comes from, for people.
        given: the declaration or the stack says so; then all tries together have so long, and else
            each has.
    """

    verb: Verb
    seconds: float
    began: float
    whose: str = "the deadline of its kind"
    given: bool = False

    def remedy(self, first: str) -> str:
        """Say what to do about it, after what happens meanwhile."""
        return f"{first} To wait longer, declare timeouts=Timeouts({self.verb}=…)."


class Asker:
    """Makes the calls of one resource's programs, and waits for the operations they start."""

    def __init__(self, context: Context, address: Address, kind: Kind) -> None:
        """Serve one resource.

        Args:
            context: what all programs share.
            address: the resource.
            kind: its kind.
        """
        self.context = context
        self.address = address
        self.kind = kind
        #: A call failed and was repeated: the first may have taken effect all the same.
        self.retried = False
        #: What is being done, and since when: the declaration's timeouts count from there.
        self._doing: tuple[Verb, float] | None = None
        #: It is not done yet. Calls after that, such as those of a rollout, are not bounded.
        self._open = False

    def note(self, text: str) -> None:
        """Emit a note for people."""
        self.context.emit(events.Noted(self.context.now(), self.address, text))

    # -- deadlines

    def begin(self, verb: Verb) -> None:
        """Start the clock of a creation, a change or a deletion."""
        self._doing = verb, self.context.clock.monotonic()
        self._open = True

    def deadline(self, verb: Verb | None = None) -> Deadline:
        """Return until when to wait.

        Args:
            verb: what is waited for; what was begun last if not given, else a creation.
        """
        now = self.context.clock.monotonic()
        doing, began = self._doing or (verb or "create", now)
        verb = verb or doing
        sources = (
            (self.context.timeouts.get(self.address), "of its declaration"),
            (self.context.kind_timeouts.get(self.kind.name), "that the stack gives its kind"),
        )
        for timeouts, whose in sources:
            given = timeouts.seconds(verb) if timeouts is not None else None
            if given is not None:
                since = began if verb == doing else now
                return Deadline(verb, given, since, f"the {verb} timeout {whose}", given=True)
        return Deadline(verb, self.context.usual(self.kind.name).deadline, now)

    def left(self) -> float:
        """Return for how many more seconds to keep trying; infinite if no timeout is set."""
        end = self.deadline() if self._open else None
        if end is None or not end.given:
            return math.inf
        return end.began + end.seconds - self.context.clock.monotonic()

    def in_time(self, error: CloudError) -> bool:
        """Return whether there is time for another try; if not, the error says so."""
        if self.left() > 0:
            return True
        end = self.deadline()
        late = f"It was tried for {told(end.seconds)}, {end.whose}."
        if late not in error.remedy:
            error.remedy = f"{error.remedy} {late}".strip()
        return False

    # -- calls

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
        within = self.left()
        result = yield Call(
            lambda: self.context.caller(api, call, on_retry, rest=rest, within=within), waits=waits
        )
        return cast(T, result)

    def wait(self, operation: Operation, target: Target, verb: str) -> Sub[Done]:
        """Wait until an operation has ended."""
        usual = self.context.usual(target.kind.name)
        seconds = {"creating": usual.create, "deleting": usual.delete}.get(verb, usual.update)
        began = self.context.clock.monotonic()
        end = self.deadline(_VERBS.get(verb, "update"))
        said = words = ""
        if operation.name and operation.blocks:  # the first answer comes only when it is done
            said = self._waiting(verb, Pending())
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
            words = state.detail or words
            if now - end.began > end.seconds:
                raise self._late(target, end, words)
            if not said or state.detail not in ("", said):
                said = self._waiting(verb, state)
            held = operation.blocks and now - asked >= 1.0
            if not held:
                yield Sleep(pause(now - began, seconds))

    def _late(self, target: Target, end: Deadline, said: str) -> WaitTimeout:
        """Build the error of an operation that outlived its deadline."""
        words = f"; Google says: {said.rstrip('.')}" if said else ""
        name = target.path.rsplit("/", 1)[-1]
        return WaitTimeout(
            f"{target.kind.title} {name} took longer than {told(end.seconds)} to {end.verb}, {end.whose}{words}.",
            remedy=end.remedy("Its operation goes on at Google; the next apply takes it up again."),
        )

    def _waiting(self, verb: str, state: Pending) -> str:
        reason = state.detail or f"waiting for Google: {verb}"
        self.context.emit(events.TaskWaiting(self.context.now(), self.address, reason))
        return reason

    def visible(self, adapter: Adapter, target: Target) -> Sub[Observed]:
        """Read the object until Google shows it, settled; reads may lag behind writes."""
        began = self.context.clock.monotonic()
        usual = self.context.usual(target.kind.name)
        end = self.deadline()
        if not end.given:
            end = replace(end, seconds=max(_SETTLING, end.seconds))
        while True:
            found = yield from self.call(lambda: adapter.get(target))
            now = self.context.clock.monotonic()
            if found is not None and found.settled:
                self._open = False
                return found
            if now - end.began > end.seconds:
                what = "is still not visible" if found is None else "is still not settled"
                raise WaitTimeout(
                    f"{target.path} {what} {told(now - began)} after it was changed: "
                    f"{end.whose} is {told(end.seconds)}.",
                    remedy=end.remedy(
                        "The change itself was accepted: apply again, and it looks again; see in the "
                        "console what holds it up if that ends alike."
                    ),
                )
            yield Sleep(pause(now - began, usual.update))

    def ready(self, adapter: Adapter, target: Target, live: Observed) -> Sub[Observed]:
        """Read the object until it works; tell why it doesn't yet."""
        target = replace(target, assigned=live.path)
        began = self.context.clock.monotonic()
        end = self.deadline()
        said = ""
        while True:
            state = target.kind.condition(live.body)
            if state.health is Health.READY:
                return live
            words = "; ".join([state.label, *state.detail])
            now = self.context.clock.monotonic()
            if now - end.began > end.seconds:
                raise WaitTimeout(
                    f"{target.path} is not ready after {told(now - began)}, {end.whose} is "
                    f"{told(end.seconds)}: {words}.",
                    remedy=end.remedy("What needs it waits; the next apply goes on."),
                )
            if words != said:
                self._waiting("", Pending(words))
                said = words
            yield Sleep(pause(now - began, end.seconds))
            live = yield from self.visible(adapter, target)
