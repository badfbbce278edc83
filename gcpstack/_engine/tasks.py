"""The tasks of a plan, and what each of them needs first. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gcpstack._core.json import Path, get
from gcpstack._core.normal import same
from gcpstack._core.refs import Address
from gcpstack._engine.graph import Graph
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._inventory.model import Record


@dataclass(frozen=True, slots=True, order=True)
class TaskId:
    """One task: what is done to which resource."""

    address: Address
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.address}"


Tasks = dict[TaskId, set[TaskId]]
Records = Mapping[Address, Record]


def forwards(plan: Plan, records: Records) -> Tasks:
    """Lay out a run: what is needed is made before its users, what was used goes after them."""
    changes = {change.address: change for change in plan.changes}
    used_by = users(plan, records)
    tasks: Tasks = {}
    for change in plan.changes:
        if change.action in _GOING:
            using = [changes[user] for user in used_by.get(change.address, ())]
            tasks[TaskId(change.address, "delete")] = {*map(_done, using), *_retired(using)}
            continue
        task = TaskId(change.address, "apply")
        tasks[task] = {TaskId(need, "apply") for need in change.needs}
        tasks[task] |= {TaskId(other, "delete") for other in _rivals(change, plan)}
        tasks[task].update(_vacating(change, plan, used_by))
        if change.cleared:
            tasks[TaskId(change.address, "clear")] = set()
        if change.retire:
            using = [changes[user] for user in used_by.get(change.address, ())]
            tasks[TaskId(change.address, "retire")] = {task, *map(_done, using), *_retired(using)}
    return tasks


def deletes_last(tasks: Tasks) -> Tasks:
    """Put off what can't be undone: nothing is deleted before everything else has succeeded.

    What must go first, because a new object takes its place, still does.
    """
    graph = Graph(tasks)
    applies = {task for task in tasks if task.verb == "apply"}
    first = set(applies)
    waiting = list(applies)
    while waiting:
        for need in graph.needs[waiting.pop()]:
            if need not in first:
                first.add(need)
                waiting.append(need)
    return {task: needs if task in first else needs | applies for task, needs in tasks.items()}


def backwards(plan: Plan, records: Records) -> Tasks:
    """Lay out a rollback: users come before what they use, whatever is done to either."""
    changes = {change.address: change for change in plan.changes}
    used_by = users(plan, records)
    return {
        _done(change): {_done(changes[user]) for user in used_by.get(change.address, ())}
        for change in plan.changes
    }


_GOING = (Action.DELETE, Action.FORGET)


def _done(change: Change) -> TaskId:
    """Name the task after which a resource uses nothing that it no longer needs."""
    return TaskId(change.address, "delete" if change.action in _GOING else "apply")


def _retired(changes: Iterable[Change]) -> Iterator[TaskId]:
    """Name the tasks after which the predecessors use nothing either."""
    return (
        TaskId(change.address, "retire") for change in changes if change.retire and change.declared
    )


def users(plan: Plan, records: Records) -> dict[Address, set[Address]]:
    """Find who uses each resource, by what is declared and by what was recorded."""
    out: dict[Address, set[Address]] = {}
    for change in plan.changes:
        record = records.get(change.address)
        for need in change.needs | (record.depends_on if record else frozenset()):
            if need != change.address:
                out.setdefault(need, set()).add(change.address)
    return out


def _rivals(change: Change, plan: Plan) -> Iterable[Address]:
    """Find objects on the way out that hold what a new one of the kind takes."""
    if change.action is not Action.CREATE:
        return
    kind = change.kind
    for other in plan.changes:
        if other.action is not Action.DELETE or other.kind.name != kind.name or other.live is None:
            continue
        shared = kind.exclusive and all(_clash(change, other, path) for path in kind.exclusive)
        if shared or kind.displaces(change.target.ids, other.target.ids):
            yield other.address


def _vacating(
    change: Change, plan: Plan, used_by: Mapping[Address, set[Address]]
) -> Iterator[TaskId]:
    """List what empties an object that Google deletes only when nothing is in it."""
    if change.action is not Action.REPLACE or change.predecessor or not change.kind.vacated:
        return
    for other in plan.changes:
        if not other.target.path.startswith(f"{change.target.path}/"):
            continue
        if other.cleared:
            yield TaskId(other.address, "clear")
        elif other.action is Action.DELETE and not used_by.get(other.address):
            yield TaskId(other.address, "delete")


def _clash(change: Change, other: Change, path: Path) -> bool:
    if other.live is None or change.declared is None:
        return False
    wanted = get(change.desired, path)
    held = get(other.live.body, path)
    like = change.declared.table.at(path).like
    return not isinstance(wanted, str) or same(wanted, held, like) or "/" in wanted
