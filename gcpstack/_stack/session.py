"""One session with Google: everything wired together for a plan, an apply, a status."""

import contextlib
import dataclasses
import functools
import os
import random
import threading
from collections.abc import Callable, Iterator
from typing import Self, TypeVar

from gcpstack._adapters.clients import Clients, default_project
from gcpstack._adapters.probing import through
from gcpstack._adapters.quotas import LIMITS
from gcpstack._adapters.registry import adapters
from gcpstack._core.clock import Clock, SystemClock
from gcpstack._core.ports import AdapterFor
from gcpstack._core.resource import Declared
from gcpstack._engine import events
from gcpstack._engine.apply import Order, Outcome, Runner, needs_run, resuming, stand
from gcpstack._engine.calls import Context
from gcpstack._engine.durations import usual
from gcpstack._engine.errands import Errands, run_errands
from gcpstack._engine.intents import intents
from gcpstack._engine.journal import journal
from gcpstack._engine.plan import Plan
from gcpstack._engine.planner import Policy, make_plan
from gcpstack._engine.quota import Quotas
from gcpstack._engine.refusals import with_losses, with_missing_holders, with_reserved
from gcpstack._engine.retry import Backoff, Caller
from gcpstack._engine.rollback import Rollback
from gcpstack._engine.scheduler import Executor, Threads
from gcpstack._engine.staging import with_rollouts
from gcpstack._inventory.bucket import BucketStore
from gcpstack._inventory.keeper import Keeper
from gcpstack._inventory.model import Snapshot
from gcpstack._inventory.stores import InventoryStore
from gcpstack._stack import permits
from gcpstack._stack.brake import Brake
from gcpstack._stack.checking import checked
from gcpstack._stack.ingress import narrowed
from gcpstack._stack.inventories import inventory
from gcpstack._stack.live_state import LiveState
from gcpstack._stack.logins import settle
from gcpstack._stack.reporting import outputs_of, standing_rows, status_rows
from gcpstack._stack.result import Report, Result, Undone
from gcpstack._stack.rollback import RollbackRunner
from gcpstack._stack.stack import Listener, Settings, Stack
from gcpstack.exceptions import ApplyFailed, CloudError, GcpstackError, InventoryConflict, StalePlan
from gcpstack.resources.kinds import ALL as KINDS

T = TypeVar("T")


class Session:
    """A connection to Google for one stack."""

    def __init__(
        self,
        stack: Stack,
        settings: Settings,
        on_event: Listener,
        *,
        store: InventoryStore | None = None,
        clock: Clock | None = None,
        executor: Executor | None = None,
        adapter_for: AdapterFor | None = None,
        clients: Clients | None = None,
        seed: int | None = None,
    ) -> None:
        """Wire everything; what is not given is the real thing.

        Args:
            stack: what is declared.
            settings: where and how.
            on_event: is told what happens, from any thread, one event at a time.
            store: keeps the inventory.
            clock: tells and passes time.
            executor: runs the calls.
            adapter_for: speaks to Google.
            clients: Google's clients, which the session closes.
            seed: makes the jitter repeatable.

        Raises:
            SettingsError: no project, no credentials, or an endpoint that does not answer.
        """
        self.stack = stack
        self.clock = clock or SystemClock()
        rng = random.Random(seed)  # noqa: S311 # jitter, no secret
        self._executor = executor or Threads(settings.workers)
        self._began = self.clock.monotonic()
        self._lock = threading.Lock()
        self._on_event = on_event
        self._clients: Clients | None = None
        endpoint = settings.endpoint or os.environ.get("GCPSTACK_ENDPOINT")
        offline = bool(endpoint) or adapter_for is not None or clients is not None
        if not (settings.project or stack.project):
            found = os.environ.get("GOOGLE_CLOUD_PROJECT") if offline else default_project()
            settings = dataclasses.replace(settings, project=found)
        self.settings = settings
        self.scope = stack.scope(settings)
        # A wrong declaration is told before anything is connected to.
        self.compiled = checked(stack, self.scope)
        #: The declarations before the values were put in that secrets keep.
        self.unsettled = self.compiled.declared
        if adapter_for is None:
            make = functools.partial(Clients, self.scope.project, now=self.clock.now)
            self._clients = clients or make(
                endpoint=endpoint, transport=settings.transport, impersonate=settings.impersonate
            )
            self._clients.check()
            adapter_for = adapters(self._clients, stack=self.scope.stack)
        self.adapter_for = adapter_for
        self.caller = Caller(Quotas(LIMITS, self.clock), self.clock, rng)
        self._backoff = Backoff(rng)
        self.keeper = Keeper(store or self._store(), self.clock)
        self._permitted: Plan | None = None
        self._brake = Brake(self.clock, self._executor)
        self._live = LiveState(adapter_for, self.caller, self.keeper, self._brake.begin)

    @property
    def clients(self) -> Clients:
        """Google's clients, for what goes beyond plans and applies."""
        if self._clients is None:
            msg = "this session was given adapters instead of clients"
            raise TypeError(msg)
        return self._clients

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and let go of the threads."""
        self._executor.close()
        if self._clients is not None:
            self._clients.close()

    def stop(self) -> None:
        """Ask the run that is under way to stop; safe from a signal handler."""
        self._brake.stop()

    def _store(self) -> InventoryStore:
        if self._clients is None:
            raise TypeError("a session without clients needs a store")
        objects = inventory(self._clients, self.scope.project, self.settings)
        return BucketStore(objects, self.scope.stack)

    # -- the steps

    def prepare(self) -> None:
        """Before an apply: wait for a dead run's lease, and for operations it left behind.

        Raises:
            InventoryLocked: another run is alive.
        """
        self.keeper.await_lease(self._brake.pause, self._load)
        unfinished = [r for r in self.keeper.snapshot.records.values() if r.operation]
        if not unfinished:
            return
        scheduler = self._brake.begin()
        for program in resuming(self._context(), unfinished, KINDS):
            scheduler.spawn(program, on_end=self._brake.pass_on)
        scheduler.run()
        self._brake.check()

    def plan(self, *, destroy: bool = False) -> Plan:
        """Observe, compare and decide; changes nothing."""
        # Read before all else: what another run does from here on makes the plan stale.
        snapshot = self._live.informed(self._load(), self.compiled.declared)
        if not destroy:
            settled = settle(self.compiled.declared, self.kept)
            self.compiled = dataclasses.replace(self.compiled, declared=settled)
        observations = self._live.observe(self.compiled.declared, snapshot)
        knock = functools.partial(through, self._clients)
        ready = narrowed(self.compiled, observations, knock)
        declared = ready.declared
        policy = Policy(
            consents=frozenset(self.settings.consents),
            owned_elsewhere=self._live.owned_elsewhere(declared),
        )
        plan = make_plan(
            () if destroy else declared,
            observations,
            snapshot,
            policy=policy,
            kinds=KINDS,
            revealed=self._live.reveal(declared, observations),
            prune_reason="the stack is destroyed" if destroy else "is no longer declared",
        )
        plan = with_rollouts(ready.noted(plan))
        plan = with_missing_holders(plan, self.adapter_for, self.caller, KINDS)
        plan = with_losses(plan, self.adapter_for, self.caller)
        return with_reserved(plan, self.adapter_for, self.caller)

    def apply(self, plan: Plan, *, rollback: bool = False) -> Result:
        """Carry out a plan that this session made.

        Args:
            plan: the plan.
            rollback: where something fails, undo all since the last run that ended well.

        Raises:
            PlanError: the plan has problems, or is stale.
            InventoryLocked: another run holds the lease.
        """
        if plan.problems:
            raise plan.problems[0]
        self.permit(plan)
        context, undone = self._context(), None
        if needs_run(plan, self.keeper.snapshot):
            known = self._fresh(plan)
            self._call(lambda: self.keeper.acquire(intents(plan, known), journal(plan, known)))
            try:
                order = Order.DELETES_LAST if rollback else Order.FORWARDS
                runner = Runner(context, self._brake.begin(self.settings.timeout), order=order)
                outcome = runner.run(plan).joined(self._brake.late)
                if outcome.ok:
                    self.keeper.settle()
                elif rollback and not self._brake.halted:
                    outcome, undone = self._fall_back(outcome)
            finally:
                self._release()
            counts = runner.counts()
            if undone is None:
                self._live.again(context.standing)
        else:
            stand(context, plan)
            outcome, counts = Outcome(ok=True, seconds=self._now()), {}
            if not (plan.changes or self.keeper.snapshot.records):
                # A destroy that died before its last step left an inventory of nothing.
                self._call(self.keeper.tidy)
        outputs = (
            outputs_of(self.compiled.outputs, plan, context.standing) if undone is None else {}
        )
        self._finished(outcome, counts, outputs)
        rows = tuple(standing_rows(plan, context.standing)) if undone is None else ()
        return Result(plan, outcome, outputs, Report(rows, outputs), undone)

    def permit(self, plan: Plan) -> None:
        """Make sure that the caller may carry out a plan; else `PermissionsMissing` tells all."""
        if self._clients is None or not self.settings.check_permissions or plan is self._permitted:
            return
        kept = inventory(self._clients, self.scope.project, self.settings)
        permits.check(plan, self.scope.project, self._clients, self.caller, kept)
        self._permitted = plan

    def permissions(self, command: str = "apply") -> permits.Permits:
        """List the permissions and roles that a command takes; an apply for all the stack's life."""
        if command != "apply":
            return permits.of_operation(command, self.compiled.declared)
        with contextlib.suppress(CloudError):
            self._load()
        return permits.of_stack(self.compiled.declared, self.keeper.snapshot.records.values())

    def plan_rollback(self) -> Rollback:
        """Decide how to undo what runs that did not end well have done; changes nothing."""
        self._load()
        return self._rollback_runner().plan()

    def roll_back(self, rollback: Rollback) -> Result:
        """Carry out a rollback that this session planned.

        Raises:
            StalePlan: the inventory changed in the meantime.
            InventoryLocked: another run holds the lease.
        """
        known = self._fresh(rollback.plan)
        if not known.undo:
            return Result(rollback.plan, Outcome(ok=True, seconds=self._now()))
        self._call(lambda: self.keeper.acquire(known.records))
        try:
            undone, counts = self._rollback_runner().run(rollback)
        finally:
            self._release()
        self._finished(undone.outcome, counts, {})
        return Result(rollback.plan, undone.outcome, undone=undone)

    def status(self) -> Report:
        """Return the state of every declared resource."""
        plan = self.plan()
        context = self._context()
        stand(context, plan)
        outputs = outputs_of(self.compiled.outputs, plan, context.standing)
        return Report(tuple(status_rows(plan)), outputs)

    def kept(self, home: Declared) -> str | None:
        """Read the value that a secret version keeps; None if there is none."""
        return self._live.kept(home, self.compiled.declared)

    def forget_values(self) -> None:
        """Read the values that secrets keep again with the next plan: somebody added another."""
        self.compiled = dataclasses.replace(self.compiled, declared=self.unsettled)

    def run_errands(self, errands: Errands, *, leased: bool = True) -> tuple[GcpstackError, ...]:
        """Do something to live resources, and give what went wrong: see `gcpstack._engine.errands`."""
        context = self._context()
        return run_errands(context, self._brake.begin(), errands(context), leased=leased)

    @contextlib.contextmanager
    def leased(self, *, fresh: bool = False) -> Iterator[None]:
        """Hold the inventory's lease: no other run changes the stack meanwhile.

        Args:
            fresh: read the inventory first; else a run that came since the plan is noticed.

        Raises:
            InventoryLocked: another run holds it.
        """
        if fresh:
            self._load()
        self._call(lambda: self.keeper.acquire(dict(self.keeper.snapshot.records)))
        try:
            yield
        finally:
            self._release()

    # -- parts

    def _load(self) -> Snapshot:
        return self._call(self.keeper.load)

    def _fresh(self, plan: Plan) -> Snapshot:
        """Make sure that a plan was made from the inventory as it is.

        Raises:
            StalePlan: it was not.
        """
        if plan.generation != self.keeper.snapshot.generation:
            raise StalePlan("The inventory changed after the plan was made.", remedy="Plan again.")
        return self.keeper.snapshot

    def _fall_back(self, outcome: Outcome) -> tuple[Outcome, Undone | None]:
        """Undo a run that failed; what goes wrong then stands beside what went wrong before."""
        self._emit(events.Noted(self._now(), None, "something failed: undoing what was done"))
        try:
            undone, _ = self._rollback_runner().run()
        except ApplyFailed as failed:
            return outcome.joined(failed.exceptions), None
        return outcome.joined(undone.outcome.errors), undone

    def _rollback_runner(self) -> RollbackRunner:
        return RollbackRunner(
            self._context(),
            self._live,
            self._brake.begin,
            self.compiled.declared,
            frozenset(self.settings.consents),
        )

    def _finished(
        self, outcome: Outcome, counts: dict[str, int], outputs: dict[str, object]
    ) -> None:
        self._emit(outcome.finished(self._now(), counts, outputs))

    def _context(self) -> Context:
        return Context(
            adapters=self.adapter_for,
            keeper=self.keeper,
            caller=self.caller,
            clock=self.clock,
            backoff=self._backoff,
            usual=usual,
            emit=self._emit,
            now=self._now,
            rest=self._brake.pause,
            timeouts={d.address: d.timeouts for d in self.compiled.declared if d.timeouts},
            kind_timeouts=self.compiled.timeouts,
        )

    def _release(self) -> None:
        """Write the last state and give the lease back, unless it was lost."""
        try:
            self._call(self.keeper.release)
        except InventoryConflict:
            if self._brake.stopped is None:
                raise

    def _call(self, call: Callable[[], T]) -> T:
        return self.caller("storage.googleapis.com", call)

    def _now(self) -> float:
        return self.clock.monotonic() - self._began

    def _emit(self, event: events.Event) -> None:
        with self._lock:
            self._on_event(event)
