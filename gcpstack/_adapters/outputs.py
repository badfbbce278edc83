"""Whether what is referred to as an output can exist: by Google's own schemas, before anything is touched."""

import difflib
from collections.abc import Iterator, Mapping

from gcpstack._adapters.schemas import property_missing
from gcpstack._core.json import dotted
from gcpstack._core.kinds import Kind
from gcpstack._core.refs import Address, OutputOf, placeholders
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem


def problems(stack: Mapping[Address, Declared], outputs: Mapping[str, object]) -> Iterator[Problem]:
    """Find references to outputs that Google has no field for; they would never be known.

    Args:
        stack: every declaration.
        outputs: what the stack shows, with placeholders.
    """
    for item in stack.values():
        yield from _within(str(item.address), [item.body, item.late], stack)
    for name, value in outputs.items():
        yield from _within(f"output {name!r}", value, stack)


def _within(place: str, value: object, stack: Mapping[Address, Declared]) -> Iterator[Problem]:
    for found in placeholders(value):
        of = stack.get(found.of) if isinstance(found, OutputOf) else None
        if isinstance(found, OutputOf) and of is not None and _missing(found, of):
            yield Problem(
                place,
                f"refers to the output {dotted(found.path)!r} of {found.of}, which Google has no field for.",
                _remedy(found, of.kind),
            )


def _missing(found: OutputOf, of: Declared) -> bool:
    known = of.kind.outputs.values()
    if any(found.path[: len(path)] == path for path in known):
        return False
    if of.table.at(found.path).wire == found.path:
        return False
    return property_missing(of.kind.name, found.path) is not None


def _remedy(found: OutputOf, kind: Kind) -> str:
    wrong, among = property_missing(kind.name, found.path) or ("", [])
    own = list(kind.outputs) if wrong == found.path[0] else []
    near = difflib.get_close_matches(str(wrong), [*own, *among], 1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"It has {', '.join(own)}, and every field of Google's by its JSON name." if own else ""
