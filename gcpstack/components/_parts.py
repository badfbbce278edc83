"""Parts of components, and what their users say of them otherwise."""

import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, TypeVar

from gcpstack._core.facets import Block
from gcpstack._core.resource import Resource
from gcpstack.exceptions import Problem

P = TypeVar("P", bound=Resource | Block)

#: Further fields of the parts, by part.
Overrides: TypeAlias = Mapping[str, Mapping[str, object]]


def overridden(part: P, fields: Mapping[str, object]) -> P:
    """Override fields of a part as its user asks; fields that it does not have are ignored."""
    known = {entry.name for entry in dataclasses.fields(part)}
    wanted = {name: value for name, value in fields.items() if name in known}
    return dataclasses.replace(part, **wanted) if wanted else part  # type: ignore[arg-type] # checked as any declaration is


def override_problems(
    place: str, overrides: Overrides, parts: Mapping[str, type[Resource | Block]]
) -> Iterator[Problem]:
    """Find overrides that name no part, or no field of it.

    Args:
        place: the component.
        overrides: what its user gave.
        parts: the class of each part.
    """
    for part, fields in overrides.items():
        cls = parts.get(part)
        if cls is None:
            remedy = _meant(part, parts) or f"Use {', '.join(parts)}."
            yield Problem(f"{place}: overrides", f"has no part {part!r}.", remedy)
            continue
        known = {item.name for item in dataclasses.fields(cls)}
        for name in sorted(set(fields) - known):
            yield Problem(
                f"{place}: overrides[{part!r}]", f"has no field {name!r}.", _meant(name, known)
            )


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f"Did you mean {near[0]}?" if near else ""
