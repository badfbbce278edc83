"""Carries out a plan: each task starts as soon as the tasks that it needs are done."""

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from gcpstack._core.kinds import Kind
from gcpstack._core.ports import Target
from gcpstack._core.refs import Address
from gcpstack._engine import diff as differ
from gcpstack._engine import events
from gcpstack._engine.calls import Context
from gcpstack._engine.graph import Graph
from gcpstack._engine.node import Node
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._engine.saving import Saver
from gcpstack._engine.scheduler import Program, Scheduler
from gcpstack._engine.standing import Standing
from gcpstack._engine.tasks import TaskId, Tasks, backwards, deletes_last, forwards
from gcpstack._inventory.model import Record, Snapshot
from gcpstack.exceptions import (
    AdapterBug,
    ApplyFailed,
    GcpstackError,
    Interrupted,
    InventoryConflict,
    WaitTimeout,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        ok: everything that was planned is done.
        errors: what failed.
        skipped: what was not started because of an error.
        parked: what goes on at Google after the run has stopped.
        seconds: how long the run took.
        critical_path: the chain of tasks that took the longest.
    """

    ok: bool
    errors: tuple[GcpstackError, ...] = ()
    skipped: tuple[Address, ...] = ()
    parked: tuple[Address, ...] = ()
    seconds: float = 0.0
    critical_path: tuple[tuple[str, float], ...] = ()

    def joined(self, errors: Iterable[BaseException]) -> "Outcome":
        """Add further errors."""
        more = tuple(error for error in errors if isinstance(error, GcpstackError))
        return replace(self, ok=self.ok and not more, errors=(*self.errors, *more))

    def finished(
        self, at: float, counts: Mapping[str, int], outputs: Mapping[str, object]
    ) -> events.RunFinished:
        """Return it as an event."""
        return events.RunFinished(
            at,
            ok=self.ok,
            outputs=outputs,
            counts=counts,
            seconds=self.seconds,
            critical_path=self.critical_path,
        )

    def raise_failed(self) -> None:
        """Raise what failed, as one group.

        Raises:
            ApplyFailed: something did.
        """
        if self.errors:
            raise ApplyFailed("the stack did not converge", self.errors)


class Order(enum.Enum):
    """The order in which the tasks of a plan are done."""

    #: As soon as what each needs is done.
    FORWARDS = "forwards"
    #: The same, but what can't be undone comes last.
    DELETES_LAST = "deletes last"
    #: Users before what they use: a rollback.
    BACKWARDS = "backwards"


@dataclass(slots=True)
class _Run:
    """The state of the tasks."""

    graph: Graph[TaskId]
    waiting: dict[TaskId, int]
    ended: dict[TaskId, str] = field(default_factory=dict)
    began: dict[TaskId, float] = field(default_factory=dict)
    seconds: dict[TaskId, float] = field(default_factory=dict)
    errors: list[GcpstackError] = field(default_factory=list)


def needs_run(plan: Plan, snapshot: Snapshot) -> bool:
    """Return whether there is anything to do: at Google, or in the inventory alone."""
    if snapshot.undo:  # what an earlier run left unfinished is finished, though nothing differs
        return True
    return not plan.empty or any(_stale(change, snapshot) for change in plan.changes)


def _stale(change: Change, snapshot: Snapshot) -> bool:
    """Return whether the record of an unchanged resource says less than its declaration."""
    record = snapshot.records.get(change.address)
    if record is None or change.declared is None:
        return False
    return (
        record.declared != tuple(differ.declared_paths(change.desired, change.declared.table))
        or record.depends_on != change.declared.depends_on
        or record.allow_delete != change.declared.allow_delete
    )


def stand(context: Context, plan: Plan) -> None:
    """Let links and outputs resolve to what is live now."""
    for change in plan.changes:
        if change.declared is not None:
            live = None if change.action is Action.REPLACE else change.live
            context.standing[change.address] = Standing(change.target, live, False, change.kept)


class Runner:
    """Carries out one plan."""

    def __init__(
        self,
        context: Context,
        scheduler: Scheduler,
        *,
        order: Order = Order.FORWARDS,
        node: Callable[[Context, Change], Node] = Node,
    ) -> None:
        """Prepare a run.

        Args:
            context: what the programs share.
            scheduler: runs them.
            order: what comes first.
            node: makes the programs of a change.
        """
        self.context = context
        self.scheduler = scheduler
        self._order = order
        self._node = node
        self._changes: dict[Address, Change] = {}
        self._open = 0
        self._run = _Run(Graph({}), {})

    def run(self, plan: Plan) -> Outcome:
        """Carry the plan out; the lease is held and the intents are saved by now."""
        self._changes = {change.address: change for change in plan.changes}
        tasks = self._tasks(plan)
        graph = Graph(tasks)
        self._run = _Run(graph, {task: len(needs) for task, needs in graph.needs.items()})
        self._open = len(tasks)
        stand(self.context, plan)
        began = self.context.now()
        self._emit(events.RunStarted(began, plan.stack, sum(map(self._works, tasks))))
        for task in graph.order():
            if self._run.waiting[task] == 0:
                self._begin(task)
        Saver(self.context, self.scheduler, lambda: self._open > 0, self._note).begin()
        self.scheduler.run()
        return self._outcome(began)

    # -- tasks

    def _tasks(self, plan: Plan) -> Tasks:
        records = self.context.keeper.snapshot.records
        if self._order is Order.BACKWARDS:
            return backwards(plan, records)
        tasks = forwards(plan, records)
        return deletes_last(tasks) if self._order is Order.DELETES_LAST else tasks

    def _works(self, task: TaskId) -> bool:
        """Return whether a task is worth an event: one that calls Google."""
        change = self._changes[task.address]
        if task.verb == "apply":
            return change.action is not Action.NOOP and not (
                change.action is Action.UPDATE and not (change.diff or change.unfinished)
            )
        return change.action is not Action.FORGET

    def _begin(self, task: TaskId) -> None:
        if self.scheduler.stopping is not None:
            self._end(task, "skipped", reason="the run was stopped")
            return
        node = self._node(self.context, self._changes[task.address])
        self._run.began[task] = self.context.now()
        if self._works(task):
            change = self._changes[task.address]
            self._emit(
                events.TaskStarted(
                    self.context.now(), task.address, self._action(task), change.kind.title
                )
            )
        self.scheduler.spawn(self._program(task, node), on_end=lambda e: self._ended(task, e))

    def _program(self, task: TaskId, node: Node) -> Program:
        if self._changes[task.address].action is Action.FORGET:
            return node.forget()
        programs: Mapping[str, Callable[[], Program]] = {
            "apply": node.apply,
            "delete": node.delete,
            "retire": node.retire,
            "clear": node.clear,
        }
        return programs[task.verb]()

    def _action(self, task: TaskId) -> str:
        return (
            "delete"
            if task.verb in ("retire", "clear")
            else self._changes[task.address].action.value
        )

    def _ended(self, task: TaskId, error: BaseException | None) -> None:
        """Record how a task ended, and start what waited for it."""
        now = self.context.now()
        seconds = self._run.seconds[task] = now - self._run.began[task]
        if error is None:
            if self._works(task):
                self._emit(events.TaskFinished(now, task.address, self._action(task), seconds))
            self._end(task, "done")
        elif isinstance(error, Interrupted) or error is self.scheduler.stopping:
            record = self.context.keeper.snapshot.records.get(task.address)
            operation = record.operation if record else ""
            self._emit(events.TaskParked(now, task.address, self._action(task), operation))
            self._end(task, "parked")
        else:
            self._failed(task, error, seconds)
            self._end(task, "failed")

    def _failed(self, task: TaskId, error: BaseException, seconds: float) -> None:
        record = self.context.keeper.snapshot.records.get(task.address)
        if record is not None and not isinstance(error, WaitTimeout):
            # The call is known to have failed: the next run makes a new one.
            self.context.keeper.put(replace(record, operation="", request_id=""))
        if not isinstance(error, GcpstackError):
            bug = AdapterBug(
                f"{task}: {type(error).__name__}: {error}",
                remedy="This is a fault in gcpstack: please report it.",
            )
            bug.__cause__ = error
            error = bug
        if isinstance(error, InventoryConflict):
            self.scheduler.stop(error)
        self._note(error)
        self._emit(
            events.TaskFailed(
                self.context.now(), task.address, self._action(task), seconds, str(error)
            )
        )

    def _note(self, error: GcpstackError) -> None:
        """Record an error; one that ends many tasks, such as a lost lease, only once."""
        if not any(error is known for known in self._run.errors):
            self._run.errors.append(error)

    def _end(self, task: TaskId, how: str, reason: str = "") -> None:
        self._run.ended[task] = how
        self._open -= 1
        if how == "skipped" and self._works(task):
            self._emit(
                events.TaskSkipped(self.context.now(), task.address, self._action(task), reason)
            )
        for other in self._run.graph.needed_by[task]:
            self._run.waiting[other] -= 1
            if self._run.waiting[other] == 0:
                self._start_or_skip(other)

    def _start_or_skip(self, task: TaskId) -> None:
        broken = [n for n in self._run.graph.needs[task] if self._run.ended[n] != "done"]
        if broken:
            causes = ", ".join(sorted(str(need.address) for need in broken))
            self._end(task, "skipped", reason=f"it needs {causes}")
        else:
            self._begin(task)

    # -- the end

    def _outcome(self, began: float) -> Outcome:
        seconds = self.context.now() - began
        path, _ = self._run.graph.longest_path(self._run.seconds)
        critical = tuple(
            (str(task.address), self._run.seconds.get(task, 0.0))
            for task in path
            if self._works(task)
        )
        ended = self._run.ended
        skipped = tuple(
            t.address for t, how in ended.items() if how == "skipped" and self._works(t)
        )
        parked = tuple(t.address for t, how in ended.items() if how == "parked")
        return Outcome(
            ok=not (self._run.errors or skipped or parked),
            errors=tuple(self._run.errors),
            skipped=skipped,
            parked=parked,
            seconds=seconds,
            critical_path=critical,
        )

    def counts(self) -> dict[str, int]:
        """Count the tasks by how they ended."""
        return dict(Counter(how for task, how in self._run.ended.items() if self._works(task)))

    def _emit(self, event: events.Event) -> None:
        self.context.emit(event)


def resuming(
    context: Context, records: Iterable[Record], kinds: Mapping[str, Kind]
) -> Iterator[Program]:
    """Wait for the operations that an earlier run started."""
    for record in records:
        kind = kinds.get(record.address.kind)
        if kind is None:
            continue
        change = Change(
            address=record.address,
            kind=kind,
            action=Action.NOOP,
            reason="an interrupted run had started it",
            target=Target(kind, record.ids),
        )
        yield Node(context, change).resume(record)
