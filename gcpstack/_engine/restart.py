"""Restarts resources that are as declared: a new revision reads its secrets again."""

from collections.abc import Generator
from dataclasses import replace
from functools import partial

from gcpstack._core.ports import Edit
from gcpstack._core.traffic import RolloutState
from gcpstack._engine.calls import Asker, Context
from gcpstack._engine.errands import sent
from gcpstack._engine.plan import Change
from gcpstack._engine.rollout import rollout_of
from gcpstack._engine.scheduler import Effect


def bring_up(
    context: Context, change: Change, *, again: bool = True
) -> Generator[Effect, object, None]:
    """Return the program that restarts one resource, and waits until it is ready.

    A service that declares a rollout is brought up by it: its gate lets the new revision pass or
    takes it back.

    Args:
        context: what programs share.
        change: the resource, as a plan has it; it exists.
        again: make another revision; else the newest is one already, and what is left is the rest
            of its rollout.
    """
    live = change.live
    if live is None:
        return
    adapter = context.adapters(change.kind)
    ask = Asker(context, change.address, change.kind)
    edit = Edit(change.target, live.body, change.desired, live.body, (), again=again)
    rollout = rollout_of(ask, adapter, change, edit, partial(sent, ask, change.target))
    if rollout is not None:
        found = yield from rollout.run(edit, live)
    else:
        for step in adapter.update(replace(edit, again=True)):
            yield from sent(ask, change.target, step)
        found = yield from ask.visible(adapter, change.target)
    yield from ask.ready(adapter, change.target, found)


def held_fast(change: Change) -> str:
    """Say why a new revision of a service would reach nobody; nothing where it would."""
    read = change.kind.traffic
    if read is None or change.live is None:
        return ""
    traffic = read(change.live.body)
    if traffic.stand is RolloutState.PINNED:
        return f"its traffic stays with {traffic.stable} since a rollback"
    staged = change.declared is not None and change.declared.strategy is not None
    if staged or traffic.follows:
        return ""
    return f"its traffic is tied to revisions: {traffic.told()}"
