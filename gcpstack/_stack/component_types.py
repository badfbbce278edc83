"""Whether the components of a stack can be expanded: their fields have the types of their annotations.

A component works with its fields before any resource is there that could be checked: a slip is told
here, by its place, and the rest of the stack is checked without it. What a user's own component allows
is for that one to say: annotations may be anything.
"""

import dataclasses
from collections.abc import Iterable, Iterator

from gcpstack._core.component import Component, Item
from gcpstack.exceptions import Problem
from gcpstack.resources._typecheck import Finding, join, mistyped

#: Where components and their parts are declared; resources and blocks are checked as such.
_PARTS = "gcpstack.components."


def sound(items: Iterable[Item]) -> tuple[list[Item], list[Problem]]:
    """Sort out what can be expanded, and what is wrong with the rest."""
    good: list[Item] = []
    problems: list[Problem] = []
    for item in items:
        wrong = mistakes(item)
        problems += wrong
        if not wrong:
            good.append(item)
    return good, problems


def mistakes(item: Item) -> list[Problem]:
    """Find the fields of a component, and of the components and parts in it, that are of a wrong type."""
    if not isinstance(item, Component) or not _ours(item):
        return []
    return [
        Problem(f"{_subject(item)}: {one.field}", f"{one.message}.", one.remedy)
        for one in _within(item, "")
    ]


def _subject(item: Component) -> str:
    name = getattr(item, "name", "")
    return (
        f"{type(item).__name__}/{name}" if isinstance(name, str) and name else type(item).__name__
    )


def _within(item: object, place: str) -> Iterator[Finding]:
    found = list(mistyped(item, place))
    yield from found
    wrong = {one.field for one in found}
    for field in dataclasses.fields(item):  # type: ignore[arg-type] # a part is one
        here = join(place, field.name)
        if not any(one.startswith(here) for one in wrong):
            for where, part in _parts(getattr(item, field.name), here):
                yield from _within(part, where)


def _parts(value: object, place: str) -> Iterator[tuple[str, object]]:
    """List the components, and what is declared for them alone, that a value holds."""
    if isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _parts(inner, f"{place}[{number}]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _parts(inner, f"{place}[{key!r}]")
    elif _ours(value):
        yield place, value


def _ours(value: object) -> bool:
    return dataclasses.is_dataclass(value) and type(value).__module__.startswith(_PARTS)
