"""By how much a plan changes what a month costs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from gcpstack._core.refs import Address
from gcpstack._costs.estimate import estimate
from gcpstack._costs.model import NOTHING, Estimate, Subject
from gcpstack._costs.prices import Prices
from gcpstack._costs.usage import Assumptions
from gcpstack._engine import diff as differ
from gcpstack._engine.plan import Action, Change, Plan


@dataclass(frozen=True, slots=True)
class Changed:
    """A resource whose cost a plan changes, before free tiers.

    Attributes:
        address: the resource.
        action: what the plan does to it.
        before: what it costs as it is live.
        after: what it costs as it is declared.
    """

    address: Address
    action: Action
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """What a month costs before and after a plan.

    Attributes:
        before: of what is live.
        after: of what stands once the plan is carried out.
        rows: the resources that make the difference.
    """

    before: Estimate
    after: Estimate
    rows: tuple[Changed, ...]

    @property
    def total(self) -> Decimal:
        """By how much a month becomes dearer; below zero if it becomes cheaper."""
        return self.after.total - self.before.total

    @property
    def reductions(self) -> tuple[Decimal, Decimal]:
        """What free tiers and volumes take off before and after."""
        before, after = (
            sum((part.total for part in found.reductions), NOTHING)
            for found in (self.before, self.after)
        )
        return before, after


def difference(plan: Plan, assumed: Assumptions, prices: Prices) -> Difference:
    """Price what is live and what the plan makes of it, with the same use.

    Args:
        plan: the plan; nothing is changed.
        assumed: how much all of it is used.
        prices: what is paid for that.
    """
    changes = [change for change in plan.changes if change.action is not Action.FORGET]
    before = estimate(list(_subjects(changes, _live)), assumed, prices)
    after = estimate(list(_subjects(changes, _wanted)), assumed, prices)
    then, now = _by_address(after), _by_address(before)
    rows = (
        Changed(
            change.address,
            change.action,
            now.get(change.address, NOTHING),
            then.get(change.address, NOTHING),
        )
        for change in changes
    )
    return Difference(before, after, tuple(row for row in rows if row.before != row.after))


def _subjects(
    changes: list[Change], body: Callable[[Change], dict[str, object] | None]
) -> Iterator[Subject]:
    for change in changes:
        found = body(change)
        if found is not None:
            yield Subject(change.address, change.target.ids, found)


def _live(change: Change) -> dict[str, object] | None:
    return None if change.live is None else change.live.body


def _wanted(change: Change) -> dict[str, object] | None:
    """Give the body that stands once a change is made; what Google fills in stays as it is live."""
    if change.action is Action.DELETE or change.declared is None:
        return None
    if change.live is None or change.action is Action.REPLACE:
        return change.declared.body
    if not change.diff:
        return change.live.body
    unset = [item.path for item in change.diff if item.unset]
    return differ.merged(change.live.body, change.desired, change.declared.table, unset)


def _by_address(found: Estimate) -> dict[Address, Decimal]:
    out: dict[Address, Decimal] = {}
    for line in found.lines:
        out[line.address] = out.get(line.address, NOTHING) + line.total
    return out
