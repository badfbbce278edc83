"""Whether the components of a stack can be expanded.

A component works with its fields before any resource is there that could be checked: a slip is told
here, by its place, and the rest of the stack is checked without it. Of ours, the fields have the types
of their annotations. What a user's own component allows is for that one to say; what its code raises,
or gives that is nothing to declare, is told like any other mistake.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator

from gcpstack._core.component import Component, Item
from gcpstack._core.resource import Resource, Scope
from gcpstack._core.user_code import users_line
from gcpstack.exceptions import DeclarationError, GcpstackError, Problem
from gcpstack.resources._typecheck import Finding, join, mistyped

#: Where components and their parts are declared; resources and blocks are checked as such.
_PARTS = "gcpstack.components."


def sound(items: Iterable[Item], scope: Scope) -> tuple[list[Item], list[Problem]]:
    """Sort out what can be expanded, and what is wrong with the rest."""
    good: list[Item] = []
    problems: list[Problem] = []
    for item in items:
        wrong = mistakes(item, scope)
        problems += wrong
        if not wrong:
            good.append(item)
    return good, problems


def mistakes(item: Item, scope: Scope) -> list[Problem]:
    """Find what keeps a component from being expanded, and the components in it."""
    if not isinstance(item, Component):
        return []
    if not _ours(item):
        return list(_unexpandable(item, scope, 0))
    return [
        Problem(f"{_subject(item)}: {one.field}", f"{one.message}.", one.remedy)
        for one in _within(item, "")
    ]


def _unexpandable(item: Component, scope: Scope, depth: int) -> Iterator[Problem]:
    """Expand a component of the user's, and those within, and tell what goes wrong."""
    place = f"{_subject(item)}: expand"
    if depth > _DEEPEST:
        yield Problem(place, "expands into itself without end.")
        return
    try:
        found: object = item.expand(scope)
        parts = list(found) if isinstance(found, Iterable) else None
    except DeclarationError as error:
        yield from error.problems
        return
    except GcpstackError:
        raise
    except Exception as error:  # noqa: BLE001 # whatever the user's code raises
        line, _ = users_line(error)
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        at = f" at {line}" if line else ""
        yield Problem(
            place, f"fails{at}: {told}.", "" if line else "Write `def expand(self, scope):`."
        )
        return
    if parts is None:
        yield Problem(place, f"gives {_a(found)}, not several.", "Yield each, or return a list.")
        return
    for part in parts:
        if not isinstance(part, Resource | Component):
            yield Problem(place, f"gives {_a(part)}.", "Yield resources and components.")
        elif isinstance(part, Component) and _ours(part):
            yield from mistakes(part, scope)
        elif isinstance(part, Component):
            yield from _unexpandable(part, scope, depth + 1)


#: Components stand within components, but not forever.
_DEEPEST = 50


def _a(value: object) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__}"


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
        if not any(re.match(rf"{re.escape(here)}($|[.\[])", one) for one in wrong):
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
