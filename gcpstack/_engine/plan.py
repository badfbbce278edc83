"""A plan as data: what would be done to each resource, and why."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from gcpstack._core.json import Body, Path, clone
from gcpstack._core.kinds import Kind
from gcpstack._core.ports import Observed, Target
from gcpstack._core.refs import UNKNOWN, Address, Later
from gcpstack._core.resource import Declared
from gcpstack._engine.diff import FieldDiff
from gcpstack.exceptions import GcpstackError


class Action(enum.StrEnum):
    """What an apply does to a resource."""

    NOOP = "noop"
    CREATE = "create"
    ADOPT = "adopt"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    #: The stack no longer owns it; the object at Google stays as it is.
    FORGET = "forget"


COUNTED = (
    Action.CREATE,
    Action.ADOPT,
    Action.UPDATE,
    Action.REPLACE,
    Action.DELETE,
    Action.NOOP,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is done to one resource.

    Attributes:
        address: its name within the stack.
        kind: its kind.
        action: what is done.
        reason: why, for people; no code depends on it.
        target: the Google object that is created, changed or deleted.
        declared: the declaration; None for one that is gone.
        desired: its body, resolved as far as it is known.
        live: the object as observed; None where there is none.
        diff: the fields that differ.
        predecessor: the object that a successor replaces.
        retire: predecessors that are deleted once nothing uses them.
        kept: predecessors that stay in service for now.
        needs: what must be done first.
        notes: what else people should know.
        cleared: the object is deleted before its container is, and created again after that.
        unfinished: what a rollout still has to do although no field differs; empty if nothing.
    """

    address: Address
    kind: Kind
    action: Action
    reason: str
    target: Target
    declared: Declared | None = None
    desired: Body = field(default_factory=dict)
    live: Observed | None = None
    diff: tuple[FieldDiff, ...] = ()
    predecessor: Target | None = None
    retire: tuple[Target, ...] = ()
    kept: tuple[Target, ...] = ()
    needs: frozenset[Address] = frozenset()
    notes: tuple[str, ...] = ()
    cleared: bool = False
    unfinished: str = ""

    def read_alike(self, path: Path) -> bool | None:
        """Return whether a write-only field, of which the inventory has no hash, was read as declared.

        Returns:
            True if it was, None where nobody knows.
        """
        differs = any(item.path == path for item in self.diff)
        return None if differs or self.live is None else True

    @property
    def mutates(self) -> bool:
        """Whether Google is asked to change anything."""
        if self.action is Action.ADOPT:
            return bool(self.diff or self.retire)
        return self.action not in (Action.NOOP, Action.FORGET) or bool(self.retire)

    def to_json(self) -> dict[str, object]:
        """Write the change as the plan's JSON has it; secrets are left out."""
        body: dict[str, object] = {
            "address": str(self.address),
            "kind": self.kind.name,
            "name": self.target.path.rsplit("/", 1)[-1],
            "action": self.action.value,
            "reason": self.reason,
            "diff": [_diff_json(diff) for diff in self.diff],
        }
        if self.notes:
            body["notes"] = list(self.notes)
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that an apply would do, in an order in which it could be done.

    Attributes:
        stack: the name of the stack.
        changes: one for each resource, those without a change included.
        problems: why it can't be applied; a plan with problems is only for reading.
        generation: the generation of the inventory that it was made from.
        outputs: the stack's outputs, as far as they are known.
    """

    stack: str
    changes: tuple[Change, ...]
    problems: tuple[GcpstackError, ...] = ()
    generation: int = 0
    outputs: Mapping[str, object] = field(default_factory=dict)

    @property
    def summary(self) -> dict[str, int]:
        """Count the changes by action; what is only forgotten counts as no change."""
        out = dict.fromkeys((action.value for action in COUNTED), 0)
        for change in self.changes:
            action = Action.NOOP if change.action is Action.FORGET else change.action
            out[action.value] += 1
        return out

    @property
    def empty(self) -> bool:
        """Whether an apply would do nothing at all."""
        quiet = (Action.NOOP,)
        return all(change.action in quiet and not change.mutates for change in self.changes)

    @property
    def signature(self) -> object:
        """What must be the same for two plans to mean the same."""
        return [
            (c.address, c.action, c.target.path, tuple((d.path, shown(d.after)) for d in c.diff))
            for c in self.changes
            if c.mutates or c.action is not Action.NOOP
        ]

    def to_json(self) -> dict[str, object]:
        """Write the plan as the command's ``--json`` does; secrets are left out."""
        return {
            "stack": self.stack,
            "changes": [change.to_json() for change in self.changes],
            "summary": self.summary,
            "problems": [str(problem) for problem in self.problems],
        }


def _diff_json(diff: FieldDiff) -> dict[str, object]:
    if diff.sensitive:
        before = "(sensitive)" if diff.before is not None else None
        after = "(sensitive)" if diff.after is not None else None
        return {"path": diff.name, "before": before, "after": after}
    return {"path": diff.name, "before": shown(diff.before), "after": shown(diff.after)}


def shown(value: object) -> object:
    """Prepare a value for display: hide secrets, and name what is unknown."""
    if value is UNKNOWN:
        return "(known after apply)"
    if isinstance(value, Later):  # what is read or made up when it is needed is a secret too
        return "(sensitive)"
    if isinstance(value, Mapping):
        return {key: shown(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [shown(inner) for inner in value]
    return clone(value)
