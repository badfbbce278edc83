"""Writes the page of the components, for scripts/reference.py."""

import dataclasses
import functools
import inspect
import re
import typing
from collections.abc import Mapping

from reference_text import NOTE, cell, meanings, prose, type_text

import gcpstack.components as declared
from gcpstack import Component

_HEAD = """
A component stands for several resources that belong together. Import it from `gcpstack`, and
`stack.add` it like a resource. What it makes can be referred to: its parts are properties.
[Your own](stack-files.md#components) are classes too.
"""
#: What the engine calls, and nobody else.
_HOOKS = frozenset({"expand", "problems", "narrowings", "stackwide"})


def components_text(homes: Mapping[type, str]) -> str:
    """Write the page.

    Args:
        homes: where the kinds and their parts are described, by class.
    """
    classes = [
        made
        for name in sorted(declared.__all__)
        if dataclasses.is_dataclass(made := getattr(declared, name)) and isinstance(made, type)
    ]
    whole: list[type] = [cls for cls in classes if issubclass(cls, Component)]
    parts: list[type] = [cls for cls in classes if not issubclass(cls, Component)]
    links = {**homes, **{cls: f"#{cls.__name__.lower()}" for cls in classes}}
    lines = [
        "# Components",
        "",
        NOTE,
        _HEAD.strip(),
        "",
        "| component | what it is |",
        "| --- | --- |",
    ]
    for cls in whole:
        first = prose(cls).partition("\n")[0]
        lines.append(f"| [`{cls.__name__}`](#{cls.__name__.lower()}) | {cell(first)} |")
    for cls in whole:
        lines += [
            "",
            f"## {cls.__name__}",
            "",
            prose(cls),
            "",
            *_fields(cls, links),
            *_members(cls),
        ]
    lines += ["", "## Parts", ""]
    for cls in parts:
        lines += [
            f"### {cls.__name__}",
            "",
            prose(cls),
            "",
            *_fields(cls, links),
            *_members(cls),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _fields(cls: type, links: Mapping[type, str]) -> list[str]:
    told = meanings(cls)
    hints = typing.get_type_hints(cls, include_extras=True)

    def linked(of: type) -> str:
        return f"[{of.__name__}]({links[of]})" if of in links else of.__name__

    lines = ["| field | type | | what it is |", "| --- | --- | --- | --- |"]
    for item in dataclasses.fields(cls):
        if not item.repr:  # what a component tells its parts, not the user
            continue
        cells = [f"`{item.name}`", type_text(hints[item.name], linked), _default(item)]
        cells.append(told.get(item.name, ""))
        lines.append(f"| {' | '.join(map(cell, cells))} |")
    return lines


def _default(item: "dataclasses.Field[object]") -> str:
    """Tell whether a field is needed, and what it is where it is not given."""
    if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
        return "**required**"
    value = item.default
    told = isinstance(value, bool | int | float) or (isinstance(value, str) and value)
    return f"`{value}`" if told else ""


def _members(cls: type) -> list[str]:
    """List the properties and methods that a stack file refers to."""
    rows = []
    for name, member in vars(cls).items():
        if name.startswith("_") or name in _HOOKS:
            continue
        if isinstance(member, property | functools.cached_property):
            of = member.fget if isinstance(member, property) else member.func
            rows.append(f"| `.{name}` | {cell(_first(of))} |")
        elif isinstance(member, classmethod | staticmethod) or inspect.isfunction(member):
            call = ", ".join(
                one for one in inspect.signature(getattr(cls, name)).parameters if one != "self"
            )
            rows.append(f"| `.{name}({call})` | {cell(_first(getattr(cls, name)))} |")
    return ["", "| it has | which is |", "| --- | --- |", *rows] if rows else []


def _first(of: object) -> str:
    """Give the first paragraph of a docstring."""
    text = inspect.cleandoc(getattr(of, "__doc__", "") or "")
    return re.split(r"\n\s*\n", text)[0].replace("\n", " ")
