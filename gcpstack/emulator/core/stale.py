"""Reads that lag behind: what an eventually consistent API may still tell after a change."""

from collections.abc import Callable
from typing import Any

from gcpstack.emulator.core.call import Call


def answer(call: Call, action: Callable[[], Any], seconds: float | None) -> Any:
    """Answer from before the last change, as an eventually consistent read may.

    Args:
        call: a read or a list.
        action: its handler.
        seconds: how old a change may be to be hidden; any, by default.
    """
    world = call.world
    for (table, first, second), (changed, old) in list(world.before.items()):
        recent = seconds is None or world.now() - changed < seconds
        service, name = (first, second) if table == "objects" else second.split("/", 1)
        if not recent or service != call.service.name or not _concerns(call, name):
            continue
        if table == "records":
            world.state.set_record(first, second, old)
        elif old is None:
            world.state.delete(first, second)
        else:
            world.state.put(old)
    try:
        return action()
    finally:
        world.undo()


def _concerns(call: Call, name: str) -> bool:
    """Whether a read looks at an object: it names it, or lists where it is, over all scopes perhaps."""
    if name == call.name or name.startswith(call.path + "/"):
        return True
    asked, parts = call.segments, name.split("/")[:-1]
    if "aggregated" in asked:
        return parts[:2] == asked[:2] and parts[-1:] == asked[-1:]
    return (
        "-" in asked
        and len(parts) == len(asked)
        and all(want in ("-", step) for want, step in zip(asked, parts, strict=True))
    )
