"""Brings resources up again that are as declared: a new revision, so that it reads its secrets anew."""

from collections.abc import Generator

from gcpstack._core.ports import Edit
from gcpstack._engine.asking import Asker, Context
from gcpstack._engine.errands import sent
from gcpstack._engine.plan import Change
from gcpstack._engine.scheduler import Effect


def bring_up(context: Context, change: Change) -> Generator[Effect, object, None]:
    """Give the program that brings one resource up again, and waits until it is ready.

    Args:
        context: what programs share.
        change: the resource, as a plan has it; it exists.
    """
    live = change.live
    if live is None:
        return
    adapter = context.adapters(change.kind)
    ask = Asker(context, change.address, change.kind)
    edit = Edit(change.target, live.body, change.desired, live.body, (), again=True)
    for step in adapter.update(edit):
        yield from sent(ask, change.target, step)
    found = yield from ask.visible(adapter, change.target)
    yield from ask.ready(adapter, change.target, found)
