"""The program that brings a new revision to its users step by step, or takes it back.

Every step is a change of the service's traffic, and where it stands is read from there: a run that was
cut off goes on with the share that it finds. A share that somebody else changed meanwhile is left to
them.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gcpstack._core.json import Body
from gcpstack._core.ports import Adapter, Edit, Observed, Step, Target
from gcpstack._core.rollouts import Stages
from gcpstack._core.traffic import (
    CANDIDATE,
    REJECTED,
    WHOLE,
    Figures,
    ReadTraffic,
    RolloutState,
    Share,
    Strategy,
    Traffic,
)
from gcpstack._engine import events
from gcpstack._engine.calls import Asker, Sub
from gcpstack._engine.plan import Change
from gcpstack._engine.rollout_verdict import verdict
from gcpstack._engine.scheduler import Sleep
from gcpstack._engine.staging import UNASKED, moved_back, not_moved_back, steps_of, unfinished
from gcpstack.exceptions import (
    AdapterBug,
    CloudError,
    Conflict,
    GcpstackError,
    RolloutFailed,
)

#: How often the figures are asked for during a step, and the limits of the pauses in seconds.
_LOOKS, _SHORTEST, _LONGEST = 8, 0.25, 15.0
#: How often a new revision's address is asked before it counts as not answering, and how far apart.
_KNOCKS, _BETWEEN = 10, 3.0
#: For how long back it is asked whether anybody uses the service at all, in seconds.
_BEFORE = 600.0
#: Makes one mutating call of a resource, and waits for it.
Send = Callable[[Step], Sub[None]]


def rollout_of(
    ask: Asker, adapter: Adapter, change: Change, edit: Edit, send: Send
) -> "Rollout | None":
    """Make the rollout of a change; None where it reaches all users at once.

    Args:
        ask: makes calls and waits.
        adapter: speaks to Google.
        change: what was planned.
        edit: the change; of a rollout under way nothing differs any more.
        send: makes a mutating call.

    Raises:
        RolloutFailed: somebody has moved the traffic back by hand since.
    """
    not_moved_back(change, edit.live)
    strategy = change.declared.strategy if change.declared is not None else None
    read = change.kind.traffic
    if strategy is None or read is None or not isinstance(adapter, Stages):
        return None
    traffic = read(edit.live)
    if not traffic.stable or not (edit.touches("template") or edit.again or unfinished(traffic)):
        return None
    return Rollout(ask, adapter, edit.target, strategy, read, send)


@dataclass(frozen=True, slots=True)
class Rollout:
    """One rollout.

    Attributes:
        ask: makes calls and waits.
        adapter: speaks to Google.
        target: the service.
        strategy: how.
        read: reads the traffic.
        send: makes a mutating call.
    """

    ask: Asker
    adapter: Adapter
    target: Target
    strategy: Strategy
    read: ReadTraffic
    send: Send

    def run(self, edit: Edit, live: Observed) -> Sub[Observed]:
        """Bring a change to all users.

        Args:
            edit: the change; of a rollout under way nothing differs any more.
            live: the service.

        Raises:
            RolloutFailed: the new revision did badly and was taken back.
        """
        before = self.read(live.body)
        stable = before.stable
        busy = yield from self._busy(stable)
        if edit.changed or edit.again or not before.ready:
            live = yield from self._deployed(edit, before)
        trial = self.read(live.body).newest
        if trial == stable:
            return (yield from self._finished(live))
        now = self.read(live.body)
        if now.stand is not RolloutState.RUNNING:
            live = yield from self._divided(live, now.divided(stable, trial, 0, CANDIDATE))
        closed = self.read(live.body).closed
        if closed:
            self.ask.note(f"{trial} can't be asked at an address of its own: {closed}; {UNASKED}")
        else:
            yield from self._knocked(live, stable, trial)
        share = self.read(live.body).trial
        for percent in steps_of(self.strategy, closed=bool(closed)):
            if percent >= share:
                live = yield from self._step(live, stable, trial, percent, busy=busy)
        return (yield from self._finished(live))

    # -- steps

    def _deployed(self, edit: Edit, before: Traffic) -> Sub[Observed]:
        """Make the new revision at no percent; the old one keeps all traffic."""
        stages = self._stages
        shares = (Share(before.stable, WHOLE), Share("", 0, CANDIDATE))
        asked = edit if edit.changed else replace(edit, again=True)
        try:
            yield from self.send(stages.stage(asked, shares))
        except Conflict:
            live = yield from self.ask.visible(self.adapter, self.target)
            now = self.read(live.body)
            if now.shares != before.shares:
                raise moved_back(now) from None
            raise
        except CloudError as error:
            live = yield from self.ask.visible(self.adapter, self.target)
            now = self.read(live.body)
            if now.newest != before.newest and not now.ready:
                yield from self._divided(live, (Share(before.stable, WHOLE),))
                raise RolloutFailed(
                    f"{now.newest} did not come up: {error.message} All traffic stays with {before.stable}.",
                    remedy="Fix the new version and apply again.",
                ) from error
            raise
        return (yield from self.ask.visible(self.adapter, self.target))

    def _knocked(self, live: Observed, stable: str, trial: str) -> Sub[None]:
        """Ask the new revision at its own address before anybody else does."""
        problem = ""
        knock = functools.partial(self._stages.knock, live.body, CANDIDATE, self.strategy.probe)
        for _ in range(_KNOCKS):
            problem = yield from self.ask.call(knock)
            if not problem:
                return
            yield Sleep(_BETWEEN)
        yield from self._taken_back(live, stable, trial, f"{trial} does not answer: {problem}")

    def _step(
        self, live: Observed, stable: str, trial: str, percent: int, *, busy: bool
    ) -> Sub[Observed]:
        """Give the new revision a share, and watch it for a while."""
        now = self.read(live.body)
        if now.trial != percent or now.stand is not RolloutState.RUNNING:
            live = yield from self._divided(live, now.divided(stable, trial, percent, CANDIDATE))
        clock, limits = self.ask.context.clock, self.strategy.limits
        began = clock.monotonic()
        pause = min(max(self.strategy.bake / _LOOKS, _SHORTEST), _LONGEST)
        while True:
            elapsed = clock.monotonic() - began
            old, new = yield from self._figures(live, stable, trial, elapsed)
            problem = verdict(limits, old, new)
            if problem:
                yield from self._taken_back(
                    live,
                    stable,
                    trial,
                    f"{trial} did badly with {percent} % of the traffic: {problem}",
                )
            left = self.strategy.bake - elapsed
            if left <= 0:
                late = busy and new.requests < limits.least
                if not late or -left >= limits.patience:
                    break
                left = pause
            yield Sleep(min(pause, left))
        if new.requests < limits.least:
            self.ask.note(
                f"{trial} goes on without a verdict: it had {new.requests} requests, {limits.least} are needed"
            )
        return live

    def _finished(self, live: Observed) -> Sub[Observed]:
        """Give all traffic to the newest revision, now and later; delete old revisions."""
        now = self.read(live.body)
        if now.stand is not RolloutState.SETTLED:
            live = yield from self._divided(live, None)
        if self.strategy.keep is not None:
            yield from self._pruned(live, self.strategy.keep)
        return live

    def _pruned(self, live: Observed, keep: int) -> Sub[None]:
        used = {share.revision for share in self.read(live.body).shares}
        found = yield from self.ask.call(lambda: self._stages.revisions(self.target))
        for revision in found[max(keep, 1) :]:
            if revision.name not in used:
                yield from self.send(self._stages.drop(self.target, revision.name))

    def _taken_back(self, live: Observed, stable: str, trial: str, why: str) -> Sub[None]:
        """Give all traffic back to the old revision.

        Raises:
            RolloutFailed: always.
        """
        now = self.read(live.body)
        yield from self._divided(live, now.divided(stable, trial, 0, REJECTED))
        answers = f"; {trial} still answers at the address of its tag {REJECTED!r}"
        raise RolloutFailed(
            f"{why}. It was taken back: all traffic goes to {stable}.",
            remedy=f"Fix the new version and apply again{'' if now.closed else answers}.",
        )

    # -- parts

    @property
    def _stages(self) -> Stages:
        if not isinstance(self.adapter, Stages):
            raise AdapterBug(f"The adapter of {self.target.kind.name} divides no traffic.")
        return self.adapter

    def _divided(self, live: Observed, shares: Sequence[Share] | None) -> Sub[Observed]:
        """Divide the traffic, and read it back.

        Raises:
            RolloutFailed: somebody else divided it meanwhile.
        """
        known = self.read(live.body).shares
        while True:
            try:
                yield from self.send(self._stages.divide(self.target, live.body, shares))
            except Conflict:
                live = yield from self.ask.visible(self.adapter, self.target)
                now = self.read(live.body)
                if now.shares != known:
                    raise moved_back(now) from None
            except CloudError:
                # The service as a whole may be ill, such as by a revision that did not come up.
                live = yield from self.ask.visible(self.adapter, self.target)
                if shares is None or self.read(live.body).ours != tuple(shares):
                    raise
                return live
            else:
                live = yield from self.ask.visible(self.adapter, self.target)
                self._tell(live.body)
                return live

    def _figures(
        self, live: Observed, stable: str, trial: str, seconds: float
    ) -> Sub[tuple[Figures, Figures]]:
        """Ask how both revisions did; a gate that can't see lets nobody pass."""
        names = (stable, trial)
        try:
            found = yield from self.ask.call(
                lambda: self._stages.figures(self.target, names, seconds)
            )
        except CloudError as error:
            why = f"Monitoring can't tell how {trial} is doing: {error.message.rstrip('.')}"
            yield from self._taken_back(live, stable, trial, why)
            raise
        return found.get(stable, Figures()), found.get(trial, Figures())

    def _busy(self, stable: str) -> Sub[bool]:
        """Tell whether anybody uses the service: only then figures that are late are waited for."""
        try:
            found = yield from self.ask.call(
                lambda: self._stages.figures(self.target, (stable,), _BEFORE)
            )
        except CloudError as error:
            raise GcpstackError(
                f"{self.ask.address}: Monitoring can't tell how {stable} is doing: {error.message}",
                remedy="Ask for roles/monitoring.viewer, or declare no rollout.",
            ) from error
        return found.get(stable, Figures()).requests > 0

    def _tell(self, body: Body) -> None:
        now = self.read(body)
        shares = {share.revision: share.percent for share in now.shares if share.percent}
        if now.stand in (RolloutState.RUNNING, RolloutState.REJECTED):
            shares.setdefault(now.newest, 0)
        context = self.ask.context
        context.emit(events.TrafficDivided(context.now(), self.ask.address, shares))
