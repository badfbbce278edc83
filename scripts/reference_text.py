"""What the pages of the reference are written with: docstrings and annotations, in words for people."""

import collections.abc
import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from gcpstack._core.facets import Block
from gcpstack._core.refs import Composed, Sensitive
from gcpstack._core.resource import As, Output, Resource

NOTE = "<!-- Written by scripts/reference.py: change the code, then run it. -->\n"


def prose(cls: type) -> str:
    """Give the docstring up to the list of attributes."""
    text = inspect.cleandoc(cls.__doc__ or "")
    text = re.split(r"\n\s*(?:Attributes|Args|Outputs):", text)[0].strip()
    return re.sub(r"(?<![<(])https://[^\s)]*[^\s).,]", r"<\g<0>>", text)


def meanings(cls: type) -> dict[str, str]:
    """Read what each attribute means, the inherited ones included."""
    out: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        text = inspect.cleandoc(base.__dict__.get("__doc__") or "")
        parts = re.split(r"\n\s*Attributes:\n", text)
        if len(parts) == 1:
            continue
        for match in re.finditer(r"^    (\w+): (.*(?:\n {8}.*)*)", parts[1], re.MULTILINE):
            out[match[1]] = " ".join(match[2].split())
    return out


_NAMES: Mapping[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    bytes: "bytes",
    timedelta: "timedelta",
    object: "anything",
}
_REFERENCE = frozenset({Resource, As, Output, Composed})


Linked = Callable[[type], str]


def _in_page(cls: type) -> str:
    """Link a part to its entry on the same page."""
    name = cls.__name__
    return f"[{name}](#{name.lower()})" if issubclass(cls, Block) else name


def type_text(hint: Any, linked: Linked = _in_page) -> str:
    """Write an annotation for people.

    Args:
        hint: the annotation.
        linked: writes the name of a class, with a link where it has an entry.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        kinds = [kind for mark in arguments[1:] for kind in getattr(mark, "kinds", ())]
        return f"reference to {' or '.join(f'`{kind}`' for kind in kinds)}"
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments, linked)
    if origin is collections.abc.Mapping:
        return f"mapping of {type_text(arguments[0], linked)} to {type_text(arguments[1], linked)}"
    return f"list of {type_text(arguments[0], linked)}" if arguments else _class_text(hint, linked)


def _class_text(cls: type, linked: Linked) -> str:
    return _NAMES.get(cls) or linked(cls)


def _union(members: tuple[object, ...], linked: Linked) -> str:
    chosen = [member for member in members if member is not type(None)]
    if set(chosen) >= _REFERENCE:
        return "reference"
    if {int, float, str, timedelta} <= set(chosen):
        return "time span"
    # That a text may also come from another resource goes without saying.
    plain = [member for member in chosen if member not in _REFERENCE and member is not Sensitive]
    return " or ".join(type_text(member, linked) for member in plain)


def cell(text: str) -> str:
    """Write a text into a cell of a table."""
    return text.replace("``", "`").replace("|", "\\|")
