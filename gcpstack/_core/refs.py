"""Values that are known only from another resource.

A declared field may hold a literal, another resource (a link), an output of one, or text composed
of these. In the wire form of a declaration they stand as the placeholders of this module; the
planner resolves what is known, the applier the rest.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gcpstack._core.json import Path


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """The name of a resource within its stack: kind and identity, without the project.

    It never changes while the declaration keeps its name, even if the Google object behind it is
    replaced by a successor of another name.
    """

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read what `str` wrote.

        Raises:
            ValueError: the text is not an address.
        """
        kind, slash, name = text.partition("/")
        if not slash or "." not in kind or not name:
            msg = f"not an address: {text!r}"
            raise ValueError(msg)
        return cls(kind, name)


@dataclass(frozen=True, slots=True)
class Link:
    """The name of another resource's Google object, in the form that the field takes.

    Attributes:
        to: the resource that is linked.
        form: ``path`` (``projects/p/...``), ``name`` (the last segment), or another form that
            the kind of the target defines.
        spread: stands in a list, where predecessors still in service are kept beside it.
    """

    to: Address
    form: str = "path"
    spread: bool = False

    def __str__(self) -> str:
        return f"<{self.to}>"


@dataclass(frozen=True, slots=True)
class OutputOf:
    """A value that Google assigns to another resource."""

    of: Address
    path: Path

    def __str__(self) -> str:
        return f"<{self.of}.{'.'.join(map(str, self.path))}>"


class Later:
    """A value that is filled in after the stack file has run: it is not text yet.

    An f-string with one would hold Python's words for it, and so would the live resource.
    """

    __slots__ = ()

    def __format__(self, form: str) -> str:
        """Refuse to be written.

        Raises:
            TypeError: always; it tells what to write instead.
        """
        msg = (
            f"{_called(self)} is filled in after this file has run, and can't be put into text here; "
            "write compose('…{value}…', value=…), without an f before it"
        )
        raise TypeError(msg)


def _called(value: object) -> str:
    """Name what stands for a value, as people write it."""
    name = type(value).__name__
    return {"Composed": "compose(…)", "InScope": "PROJECT", "Output": ".output(…)"}.get(name, name)


@dataclass(frozen=True, slots=True)
class Composed(Later):
    """Text made of literal parts and of values that are known later; `compose` makes it.

    Attributes:
        parts: the parts, in their order.
        sensitive: the text holds a secret, and is never shown.
    """

    parts: tuple[object, ...]
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class InScope(Later):
    """A part of where a stack is run, filled in when it is compiled.

    Attributes:
        name: ``project`` or ``region``.
    """

    name: str

    def __str__(self) -> str:
        return format(self)


#: The id of the project that a stack is run in, to compose text of.
PROJECT = InScope("project")


class Unknown:
    """Known only after apply."""

    _instance: "Unknown | None" = None

    def __new__(cls) -> "Unknown":
        """There is one unknown."""
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "(known after apply)"


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True, repr=False)
class Sensitive(Later):
    """A secret value: compared and sent, never shown.

    Attributes:
        value: the text, a placeholder, or what makes the value when it is needed.
    """

    value: object

    def __repr__(self) -> str:
        return "Sensitive(…)"

    def __str__(self) -> str:
        return "(sensitive)"


@dataclass(frozen=True, slots=True, repr=False)
class Initial(Sensitive):
    """A secret value that an object is made with; what it has from then on is not compared."""


Lookup = Callable[[Link | OutputOf], object]
#: Types of which a value refers to nothing; most values of a body are of these.
_PLAIN = frozenset({str, int, float, bool, type(None)})


def placeholders(value: object) -> Iterator[Link | OutputOf]:
    """Find every reference within a value."""
    if type(value) in _PLAIN:
        return
    if isinstance(value, Link | OutputOf):
        yield value
    elif isinstance(value, Composed):
        for part in value.parts:
            yield from placeholders(part)
    elif isinstance(value, Sensitive):
        yield from placeholders(value.value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from placeholders(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from placeholders(inner)


def resolve(value: object, lookup: Lookup) -> object:  # noqa: PLR0911 # one line a form
    """Replace every placeholder by what *lookup* says; it may answer `UNKNOWN`."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Link | OutputOf):
        return lookup(value)
    if isinstance(value, Composed):
        return _compose(value, lookup)
    if isinstance(value, Sensitive):
        inner = resolve(value.value, lookup)
        known = inner is UNKNOWN or isinstance(inner, Sensitive)
        return inner if known else type(value)(inner)
    if isinstance(value, Mapping):
        return {key: resolve(inner, lookup) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return _resolve_list(value, lookup)
    return value


def _compose(value: Composed, lookup: Lookup) -> object:
    parts = [resolve(part, lookup) for part in value.parts]
    if any(part is UNKNOWN for part in parts):
        return UNKNOWN
    # What is read or made up when it is needed is a secret: nothing else is wrapped so.
    secret = value.sensitive or any(isinstance(part, Later) or callable(part) for part in parts)
    text = "".join(map(_written, parts))
    return Sensitive(text) if secret else text


def _written(part: object) -> str:
    """Write a part of a text; what is to be read is read here."""
    value = part.value if isinstance(part, Sensitive) else part
    return str(value() if callable(value) else value)


def _resolve_list(value: list[object] | tuple[object, ...], lookup: Lookup) -> list[object]:
    out: list[object] = []
    for inner in value:
        found = resolve(inner, lookup)
        if isinstance(inner, Link) and inner.spread and isinstance(found, list):
            out.extend(found)
        else:
            out.append(found)
    return out


_HOLE = re.compile(r"\{(\w+)\}")


def compose(text: str, /, **values: object) -> Composed:
    """Fill ``{name}`` holes with values that may be known only after apply.

    >>> compose("redis://{host}:{port}", host="10.0.0.3", port=6379).parts
    ('redis://', '10.0.0.3', ':', 6379)

    Raises:
        KeyError: a hole has no value.
    """
    parts: list[object] = []
    end = 0
    for match in _HOLE.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        parts.append(values[match[1]])
        end = match.end()
    if end < len(text):
        parts.append(text[end:])
    return Composed(tuple(parts))
