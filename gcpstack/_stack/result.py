"""What a run returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gcpstack._core.kinds import Health
from gcpstack._core.refs import Address
from gcpstack._engine.apply import Outcome
from gcpstack._engine.plan import Plan
from gcpstack._engine.rollback import Kept


@dataclass(frozen=True, slots=True)
class StatusRow:
    """The state of one resource.

    Attributes:
        address: its name within the stack.
        title: the name of its kind, for people.
        name: the name of the Google object.
        exists: whether it is there.
        health: whether it works.
        label: Google's word for its state.
        detail: the causes, and how to fix them.
        drift: the declared fields that differ from what is live.
    """

    address: Address
    title: str
    name: str
    exists: bool
    health: Health
    label: str
    detail: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Write the row as the command's ``--json`` does."""
        return {
            "address": str(self.address),
            "name": self.name,
            "exists": self.exists,
            "health": self.health.value,
            "state": self.label,
            "detail": list(self.detail),
            "drift": list(self.drift),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The state of a stack.

    Attributes:
        rows: one for each resource.
        outputs: the stack's outputs.
    """

    rows: tuple[StatusRow, ...]
    outputs: Mapping[str, object] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether everything is there, works, and is as declared."""
        return all(row.exists and row.health is Health.READY and not row.drift for row in self.rows)

    def to_json(self) -> dict[str, object]:
        """Write the report as the command's ``--json`` does."""
        return {
            "ok": self.ok,
            "resources": [row.to_json() for row in self.rows],
            "outputs": dict(self.outputs),
        }


@dataclass(frozen=True, slots=True)
class Undone:
    """What a rollback did.

    Attributes:
        plan: what was to be done.
        outcome: how that ended.
        kept: what was not undone, and why.
    """

    plan: Plan
    outcome: Outcome
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What an apply or destroy did.

    Attributes:
        plan: what was planned.
        outcome: how it ended.
        outputs: the stack's outputs; secrets are left out.
        report: the state of the resources now; empty after a rollback.
        undone: the rollback, if there was one.
    """

    plan: Plan
    outcome: Outcome
    outputs: Mapping[str, object] = field(default_factory=dict)
    report: Report = field(default_factory=lambda: Report(()))
    undone: Undone | None = None
