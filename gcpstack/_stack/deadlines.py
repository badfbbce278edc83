"""How long a stack gives Google for the resources of a kind."""

from collections.abc import Iterator, Mapping

from gcpstack._core.resource import Resource
from gcpstack._core.timeouts import Timeouts
from gcpstack.exceptions import Problem


def by_kind(timeouts: Mapping[type[Resource], Timeouts]) -> dict[str, Timeouts]:
    """Sort what a stack says by the names of the kinds."""
    return {cls.KIND.name: given for cls, given in timeouts.items()}


def timeout_problems(name: str, timeouts: object) -> Iterator[Problem]:
    """Find what is wrong with what a stack says.

    Args:
        name: the stack's.
        timeouts: what it was given.
    """
    place = f"stack {name!r}: timeouts"
    example = "Write {SqlInstance: Timeouts(create='2h')}."
    if not isinstance(timeouts, Mapping):
        yield Problem(place, f"expected a mapping, got {type(timeouts).__name__}.", example)
        return
    for cls, given in timeouts.items():
        if not (isinstance(cls, type) and issubclass(cls, Resource) and hasattr(cls, "KIND")):
            yield Problem(place, f"{cls!r} is not the class of a resource.", example)
            continue
        where = f"{place}[{cls.__name__}]"
        if not isinstance(given, Timeouts):
            yield Problem(where, f"expected Timeouts, got {type(given).__name__}.", example)
            continue
        for verb, message, remedy in given.problems():
            yield Problem(f"{where}.{verb}", f"{message}.", remedy)
