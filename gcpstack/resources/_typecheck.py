"""Checks the Python types of a declaration against its annotations.

A declaration is plain Python: nothing stops ``port="8080"`` at run time. Every field is held
against its annotation, blocks within blocks included, so that a slip is told by its place and not
by a refusal of Google's.
"""

import dataclasses
import difflib
import functools
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gcpstack._core.facets import Block, FieldSpec, body_fields
from gcpstack._core.refs import Composed
from gcpstack._core.resource import As, Output, Resource
from gcpstack.resources._types import Of


class Finding(NamedTuple):
    """Something wrong with one field.

    Attributes:
        field: its place within the declaration, such as ``host_rules[0].hosts``; may be empty.
        message: what is wrong.
        remedy: what to write instead.
    """

    field: str
    message: str
    remedy: str = ""

    def under(self, prefix: str) -> "Finding":
        """Place it within another field."""
        return self._replace(field=join(prefix, self.field))


def join(prefix: str, field: str) -> str:
    """Put a field behind the place that it stands in."""
    if not prefix or not field or field.startswith("["):
        return prefix + field
    return f"{prefix}.{field}"


_HINTS: dict[type, Mapping[str, object]] = {}


def hints(cls: type[Any]) -> Mapping[str, object]:
    """Read the annotations of a dataclass, with their `Of` notes."""
    if cls not in _HINTS:
        found = typing.get_type_hints(cls, include_extras=True)
        _HINTS[cls] = {item.name: found[item.name] for item in dataclasses.fields(cls)}
    return _HINTS[cls]


def bare_names(item: Resource | Block, place: str = "") -> Iterator[Finding]:
    """Find references by a bare name where Google takes a path."""
    for field, of in _by_path(type(item)):
        value = getattr(item, field.name)
        values = value if isinstance(value, list | tuple) else [value]
        for index, one in enumerate(values):
            if isinstance(one, str) and "/" not in one:
                where = f"{field.name}[{index}]" if values is value else field.name
                yield Finding(
                    join(place, where),
                    f"{one!r} is a bare name, not the path of a {' or '.join(of.kinds)}",
                    "Refer to its declaration, or write 'projects/P/…'.",
                )


_BY_PATH: dict[type, Sequence[tuple[FieldSpec, Of]]] = {}


def _by_path(cls: type[Resource] | type[Block]) -> Sequence[tuple[FieldSpec, Of]]:
    """List the fields that name others by their path, each with what it may refer to."""
    if cls not in _BY_PATH:
        notes = [(field, _note(hints(cls)[field.name])) for field in body_fields(cls)]
        _BY_PATH[cls] = [
            (field, of)
            for field, of in notes
            if of is not None and field.link == "path" and not field.encode
        ]
    return _BY_PATH[cls]


def _note(hint: object) -> Of | None:
    """Find the note of which kinds may be referred to, within lists and unions too."""
    if isinstance(hint, Of):
        return hint
    parts = getattr(hint, "__metadata__", ()) + typing.get_args(hint)
    return next((found for found in map(_note, parts) if found is not None), None)


def mistyped(item: object, place: str = "") -> Iterator[Finding]:
    """Find every field whose value its annotation does not allow."""
    for name, hint in hints(type(item)).items():
        yield from _check(getattr(item, name), hint, join(place, name))


def blocks(item: Resource | Block, place: str = "") -> Iterator[tuple[str, Block]]:
    """Walk the nested blocks of a declaration, each with its place."""
    for name in hints(type(item)):
        yield from _blocks_in(getattr(item, name), join(place, name))


def _blocks_in(value: object, place: str) -> Iterator[tuple[str, Block]]:
    if type(value) in _PLAIN:
        return
    if isinstance(value, Block):
        yield place, value
        yield from blocks(value, place)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _blocks_in(inner, f"{place}[{key!r}]")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _blocks_in(inner, f"{place}[{index}]")


#: Types whose values hold nothing that has a type of its own.
_PLAIN = frozenset({str, int, float, bool, types.NoneType})
#: What else is right where the annotation says so.
_WIDER: Mapping[object, frozenset[type]] = {float: frozenset({int, float})}


def _check(value: object, hint: object, place: str) -> Iterator[Finding]:
    if type(value) in _allowed(hint):
        return
    options, of = _options(hint)
    for option in options:
        if _shaped(value, option):
            yield from _within(value, option, of, place)
            return
    yield _refusal(value, options, place)


@functools.cache  # most values are plain, and need no further look
def _allowed(hint: object) -> frozenset[type]:
    """Return the plain types that an annotation allows."""
    options, _ = _options(hint)
    found = {option for option in options if isinstance(option, type) and option in _PLAIN}
    return frozenset(found).union(*(_WIDER[option] for option in found if option in _WIDER))


@functools.cache  # read for every value of every declaration
def _options(hint: object) -> tuple[Sequence[object], Of | None]:
    """Flatten unions; pick up the note of which kinds may be referred to."""
    of: Of | None = None
    if typing.get_origin(hint) is typing.Annotated:
        hint, *notes = typing.get_args(hint)
        of = next((note for note in notes if isinstance(note, Of)), None)
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return [hint], of
    out: list[object] = []
    for part in typing.get_args(hint):
        inner, inner_of = _options(part)
        out += inner
        of = of or inner_of
    return out, of


def _shaped(value: object, option: object) -> bool:  # noqa: PLR0911 # one line a form
    """Return whether a value has the outer form of a type."""
    origin = typing.get_origin(option)
    if option is object:
        return True
    if origin is typing.Literal:
        return any(
            value == choice and type(value) is type(choice) for choice in typing.get_args(option)
        )
    if origin is Sequence:
        return isinstance(value, list | tuple)
    if isinstance(origin, type):
        return isinstance(value, origin)
    if option is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if option is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(option, type) and isinstance(value, option)


def _within(value: object, option: object, of: Of | None, place: str) -> Iterator[Finding]:
    if isinstance(value, Block):
        yield from mistyped(value, place)
    elif isinstance(value, Resource | As):
        yield from _kind(value.of if isinstance(value, As) else value, of, place)
    elif isinstance(value, Mapping):
        arguments = typing.get_args(option) or (object, object)
        for key, inner in value.items():
            yield from _check(key, arguments[0], f"{place} key")
            yield from _check(inner, arguments[1], f"{place}[{key!r}]")
    elif isinstance(value, list | tuple):
        (inner_hint, *_) = typing.get_args(option) or (object,)
        if of is not None:
            inner_hint = typing.Annotated[inner_hint, of]
        for index, inner in enumerate(value):
            yield from _check(inner, inner_hint, f"{place}[{index}]")


def _kind(value: Resource, of: Of | None, place: str) -> Iterator[Finding]:
    if of is not None and value.KIND.name not in of.kinds:
        wanted = " or ".join(of.kinds)
        yield Finding(place, f"refers to {_a(value.KIND.name)}", f"Refer to {_a(wanted)}.")


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aeio" else f"a {name}"


#: Types that stand in most annotations and would only blur a message.
_QUIET = (types.NoneType, Output, Composed, As, Resource)


def _refusal(value: object, options: Sequence[object], place: str) -> Finding:
    if value is None:
        return Finding(place, "is None" if place.endswith("]") else "is missing")
    choices = [
        choice
        for option in options
        if typing.get_origin(option) is typing.Literal
        for choice in typing.get_args(option)
    ]
    if choices and isinstance(value, str):
        return not_one_of(place, value, choices)
    named = [option for option in options if option not in _QUIET] or options
    names = [type_name(option) for option in named]
    words = f"expected {' or '.join(names)}, got {type(value).__name__}"
    return Finding(place, words, _instead(value, named, names))


def _instead(value: object, options: Sequence[object], names: Sequence[str]) -> str:
    """Return how to write a value so that it fits; empty where nobody can know."""
    if isinstance(value, str) and any(name.startswith("list") for name in names):
        return f"Put it in brackets: [{value!r}]."
    if isinstance(value, bool | int | float) and str in options:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return f"Write it as text: {text!r}."
    parts = [option for option in options if isinstance(option, type) and _dataclass(option)]
    if isinstance(value, dict):
        return f"Write {parts[0].__name__}(…), with its fields by name." if parts else ""
    if isinstance(value, Resource):
        for part in parts:
            for name, hint in hints(part).items():
                of = _note(hint)
                if of is not None and value.KIND.name in of.kinds:
                    return f"Write {part.__name__}(…, {name}=…) with it."
    return ""


def _dataclass(option: type) -> bool:
    return dataclasses.is_dataclass(option) and not issubclass(option, _QUIET)


def not_one_of(place: str, value: str, choices: Sequence[object]) -> Finding:
    """Say that a text is not one of a few, and which one was probably meant."""
    texts = [str(choice) for choice in choices]
    close = difflib.get_close_matches(value.upper(), [text.upper() for text in texts], 1, 0.6)
    best = next((text for text in texts if close and text.upper() == close[0]), "")
    return Finding(
        place,
        f"{value!r} is not one of {', '.join(texts)}",
        f"Did you mean {best}?" if best else "",
    )


def type_name(option: object) -> str:
    """Write a type as people say it."""
    if typing.get_origin(option) is typing.Annotated:
        option = typing.get_args(option)[0]
    origin = typing.get_origin(option)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_name(o) for o in typing.get_args(option) if o not in _QUIET)
    if origin is Sequence:
        return f"list of {type_name(typing.get_args(option)[0])}"
    if origin is Mapping:
        return f"mapping of str to {type_name(typing.get_args(option)[1])}"
    if origin is typing.Literal:
        return "one of " + ", ".join(map(str, typing.get_args(option)))
    return option.__name__ if isinstance(option, type) else str(option)
