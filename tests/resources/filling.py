"""Makes declarations with every field filled, from their annotations."""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from gcpstack._core.facets import Block
from gcpstack._core.refs import Composed, InScope, Sensitive
from gcpstack._core.resource import As, Output, Resource
from gcpstack.resources.sources import Generated

_LEFT_OUT = {"depends_on", "extra", "allow_delete", "project", "timeouts"}
_PLAIN = {str: "x", int: 60, float: 0.5, bool: True, object: "x", date: date(2030, 1, 31)}
_HARD = (
    types.NoneType, Output, Composed, InScope, As, Resource, Sensitive, Generated, timedelta,
    datetime, bytes,
)  # fmt: skip


def filled(cls: type, turn: int = 0) -> typing.Any:
    """Make an instance with every field filled.

    Args:
        cls: a declaration class or block.
        turn: which of several choices is taken, of literals and of unions.
    """
    hints = typing.get_type_hints(cls)
    values = {
        item.name: value(hints[item.name], turn)
        for item in dataclasses.fields(cls)
        if item.name not in _LEFT_OUT
    }
    return cls(**values)


def value(hint: object, turn: int) -> object:  # noqa: PLR0911 # one line a form
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if timedelta in arguments:
            return (60, "90s", timedelta(minutes=2))[turn % 3]
        options = [option for option in arguments if option not in _HARD]
        return value(options[turn % len(options)], turn)
    if origin is typing.Literal:
        return arguments[turn % len(arguments)]
    if origin is Sequence:
        return [value(arguments[0], turn)]
    if origin is Mapping:
        return {"x": value(arguments[1], turn)}
    if origin is typing.Annotated:
        return value(arguments[0], turn)
    if isinstance(hint, type) and issubclass(hint, Block):
        return filled(hint, turn)
    if hint in _PLAIN:
        return _PLAIN[hint]
    return hint("x")
