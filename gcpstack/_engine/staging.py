"""What rollouts have left to do, as the plan tells it. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from gcpstack._core.traffic import RolloutState, Strategy, Traffic
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack.exceptions import RolloutFailed

#: The percent that a revision gets first which nobody could ask before its users do.
FIRST = 5
#: What stands for asking it.
UNASKED = f"it has passed its startup probe, and begins with at most {FIRST} % of the traffic"


def steps_of(strategy: Strategy, *, closed: bool) -> tuple[int, ...]:
    """Return the steps of a rollout; one that can't be asked beforehand begins with few users."""
    if closed and strategy.steps and strategy.steps[0] > FIRST:
        return (FIRST, *strategy.steps)
    return strategy.steps


def with_rollouts(plan: Plan) -> Plan:
    """Tell of services whose rollout is not over though every field is as declared."""
    return replace(plan, changes=tuple(map(_staged, plan.changes)))


def _staged(change: Change) -> Change:
    read, declared, live = change.kind.traffic, change.declared, change.live
    if read is None or declared is None or live is None or "traffic" in change.desired:
        return change
    traffic = read(live.body)
    note = divided(declared.strategy, traffic)
    template = any(one.path[:1] == ("template",) for one in change.diff)
    if declared.strategy is not None and traffic.closed and template:
        unasked = (
            f"the new revision can't be asked at an address of its own: {traffic.closed}; {UNASKED}"
        )
        return replace(change, notes=(*change.notes, unasked))
    if note and not change.diff:
        return replace(change, notes=(*change.notes, note))
    why = unfinished(traffic) if declared.strategy is not None else ""
    if not why or change.action not in (Action.NOOP, Action.ADOPT):
        return change
    action = Action.UPDATE if change.action is Action.NOOP else change.action
    return replace(change, action=action, reason=why, unfinished=why)


def unfinished(traffic: Traffic) -> str:
    """Say what a rollout has left to do though every field is as declared; nothing if it hasn't."""
    words = {
        RolloutState.RUNNING: f"a rollout is in progress: {traffic.told()}",
        RolloutState.REJECTED: f"{traffic.newest} was taken back: it is tried again",
        RolloutState.SPLIT: f"the traffic does not go to the newest revision: {traffic.told()}",
    }
    return words.get(traffic.stand, "")


def not_moved_back(change: Change, live: Mapping[str, object]) -> None:
    """Make sure that nobody went back by hand since a change was planned.

    Whoever did so while a run was under way knows a revision to be bad: the run may not move the
    traffic on, though a new version would when it is planned anew.

    Args:
        change: the change.
        live: the service as it is now.

    Raises:
        RolloutFailed: somebody did.
    """
    read = change.kind.traffic
    if read is None or change.live is None:
        return
    traffic = read(live)
    if traffic.stand is RolloutState.PINNED and read(change.live.body).shares != traffic.shares:
        raise moved_back(traffic)


def held_back(change: Change) -> str:
    """Say why an undoing makes no new revision of a service; nothing where it may.

    As it was is another revision, which would take the traffic that somebody moved by hand.
    """
    read = change.kind.traffic
    template = any(one.path[:1] == ("template",) for one in change.diff)
    if read is None or change.live is None or not template:
        return ""
    traffic = read(change.live.body)
    if traffic.stand is not RolloutState.PINNED:
        return ""
    return f"its traffic stays with {traffic.stable} since a rollback by hand"


def moved_back(traffic: Traffic) -> RolloutFailed:
    """Say that somebody divided the traffic while a run was under way."""
    if traffic.stand is RolloutState.PINNED:
        return RolloutFailed(
            f"Somebody returned the traffic to {traffic.stable} by hand in the meantime: it stays there.",
            remedy="A new version moves it on, or `gcpstack rollout FILE SERVICE --resume` before the "
            "next apply.",
        )
    return RolloutFailed(
        f"Somebody else divided the traffic in the meantime: {traffic.told()}. It stays like that.",
        remedy="Apply again to go on from there.",
    )


def divided(strategy: Strategy | None, traffic: Traffic) -> str:
    """Say what people should know of a service whose traffic is left as it is."""
    if traffic.stand is RolloutState.PINNED:
        return (
            f"the traffic stays with {traffic.stable} since a rollback; a new revision, or "
            "`gcpstack rollout FILE SERVICE --resume`, moves it on"
        )
    if strategy is None and traffic.marked:
        return f"a rollout left the traffic divided: {traffic.told()}"
    return ""
