"""Why a plan does what it does, in words for people."""

from collections.abc import Iterable, Sequence

from gcpstack._core.kinds import Kind
from gcpstack._core.ports import Target
from gcpstack._engine.diff import FieldDiff

#: What is to be replaced although this stack has not created it.
FOUND = "this stack has not created it: it exists already, and differs in what can't change"
#: As many names as a line holds.
_NAMED = 3


def why(diff: Iterable[FieldDiff]) -> str:
    """Name the fields that differ."""
    names = [item.name for item in diff]
    more = " and more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more} differ{'s' if len(names) == 1 else ''}"


def kept_notes(kept: Sequence[Target], successor: Target) -> tuple[str, ...]:
    """Return which predecessors stay, and until when."""
    return tuple(f"{_name(old)} stays in service until {_name(successor)} is ready" for old in kept)


def made_again(kind: Kind) -> str:
    """Return what a replacement is where no successor can stand beside the old object."""
    lost = ", without what it holds" if kind.protected else ""
    return f"it is deleted first and created again under the same name{lost}"


def _name(target: Target) -> str:
    return target.path.rsplit("/", 1)[-1]
