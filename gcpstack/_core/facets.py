"""What is known of a declaration's field besides its value.

The facets drive the diff, the replacement of what can't change, and what is hidden. They follow
what Google's APIs do; `gcpstack._core.resource` builds the field table of a class from them.
"""

import dataclasses
import enum
import functools
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from gcpstack._core.json import Path
from gcpstack._core.names import camel


class Facet(enum.Flag):
    """How a field behaves."""

    PLAIN = 0
    #: Part of the object's name; never sent in a body by the engine, never changes.
    IDENTITY = enum.auto()
    #: Can't change in place: a difference replaces the object.
    IMMUTABLE = enum.auto()
    #: A list whose order does not matter.
    UNORDERED = enum.auto()
    #: Sent, never read back: compared through a keyed hash.
    WRITE_ONLY = enum.auto()
    #: Hidden wherever values are shown.
    SENSITIVE = enum.auto()
    #: About the declaration itself, not about Google's object.
    META = enum.auto()
    #: An empty value means something else than no value.
    PRESENCE = enum.auto()
    #: Can change in place, although the block that it is in can't.
    CHANGEABLE = enum.auto()


Encode = Callable[[Any], object]
T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a declaration, ready for use.

    Attributes:
        name: the Python name.
        wire: where its value is in Google's JSON.
        facets: how it behaves.
        like: how two spellings of its value compare (`gcpstack._core.normal`).
        link: the form in which another resource is named here (`Link.form`), or ``near``: the name
            of one in the same project, the path of any other.
        encode: turns the Python value into its JSON form, where that is not plain.
        key: for an unordered list of blocks, the wire field that tells its items apart.
        block: the class of nested blocks, if the field holds any.
        carries: when it is unset, so is the message that contains it, which means nothing without it.
            For a block: whether it is unset as a whole, as by default.
        otherwise: what Google does if it is not declared, unless that is false, zero or empty.
        shows: the wire field that shows its effect, if it is never read back itself.
    """

    name: str
    wire: Path
    facets: Facet
    like: str = ""
    link: str = "path"
    encode: Encode | None = None
    key: str = ""
    block: "type[Block] | None" = None
    carries: bool | None = None
    otherwise: object = None
    shows: str = ""


_SPEC = "gcpstack"


def spec(
    facets: Facet = Facet.PLAIN,
    *,
    default: Any = None,
    default_factory: Any = dataclasses.MISSING,
    wire: str | None = None,
    like: str = "",
    link: str = "path",
    encode: Encode | None = None,
    key: str = "",
    block: "type[Block] | None" = None,
    carries: bool | None = None,
    otherwise: object = None,
    shows: str = "",
    kw_only: bool = True,
) -> Any:
    """Declare an optional field; its default, None, means "not declared: leave it alone".

    Args:
        facets: how the field behaves.
        default: the value where none is given.
        default_factory: makes the default instead.
        wire: its dotted place in Google's JSON; the camel-cased name if not given.
        like: how two spellings of its value compare.
        link: the form in which another resource is named here.
        encode: turns the Python value into its JSON form.
        key: for an unordered list of blocks, the wire field that tells its items apart.
        block: the class of the blocks that *encode* makes; by default that of the annotation.
        carries: whether the message that contains it is unset with it; for a block, the block itself.
        otherwise: what Google does without it, unless that is false, zero or empty.
        shows: the wire field that shows its effect, if it is never read back itself.
        kw_only: whether the field can only be given by name.
    """
    metadata = {
        _SPEC: {
            "facets": facets,
            "wire": wire,
            "like": like,
            "link": link,
            "encode": encode,
            "key": key,
            "block": block,
            "carries": carries,
            "otherwise": otherwise,
            "shows": shows,
        }
    }
    shown = not facets & (Facet.SENSITIVE | Facet.WRITE_ONLY)
    if default_factory is not dataclasses.MISSING:
        return dataclasses.field(
            default_factory=default_factory, kw_only=kw_only, repr=shown, metadata=metadata
        )
    return dataclasses.field(default=default, kw_only=kw_only, repr=shown, metadata=metadata)


def required(
    facets: Facet = Facet.PLAIN,
    *,
    wire: str | None = None,
    like: str = "",
    link: str = "path",
    encode: Encode | None = None,
    key: str = "",
    block: "type[Block] | None" = None,
    kw_only: bool = True,
) -> Any:
    """Declare a field without a default; the arguments are those of `spec`."""
    return spec(
        facets,
        default=dataclasses.MISSING,
        wire=wire,
        like=like,
        link=link,
        encode=encode,
        key=key,
        block=block,
        kw_only=kw_only,
    )


def identity(*, kw_only: bool = True) -> Any:
    """Declare a part of the object's name that the user always gives."""
    return required(Facet.IDENTITY, kw_only=kw_only)


def scope() -> Any:
    """Declare a part of the name that the stack fills in: project, region or location."""
    return spec(Facet.IDENTITY)


def meta(*, default: Any = None) -> Any:
    """Declare a field about the declaration itself."""
    return spec(Facet.META, default=default)


# Only what has no default is a field specifier: of the others, a type checker would not see the
# default that stands in their signature, and call every optional field missing.
@typing.dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(required,))
def block(cls: type[T]) -> type[T]:
    """Make a class a nested part of a declaration: a frozen value."""
    return dataclasses.dataclass(frozen=True, kw_only=True)(cls)


@block
class Block:
    """A nested part of a declaration.

    Attributes:
        extra: further fields in Google's JSON form, for what has no Python name here; checked
            against Google's schema, a field that Google doesn't have is refused.
    """

    extra: Mapping[str, object] | None = meta()


def _block_of(hint: object) -> "type[Block] | None":
    """Find the nested block class within an annotation."""
    if isinstance(hint, type) and not isinstance(hint, types.GenericAlias):
        return hint if issubclass(hint, Block) else None
    for inner in typing.get_args(hint):
        found = _block_of(inner)
        if found is not None:
            return found
    return None


class _Fields(NamedTuple):
    """The fields of a class, sorted out once: they are asked for at every declaration."""

    every: tuple[FieldSpec, ...]
    identity: tuple[FieldSpec, ...]
    body: tuple[FieldSpec, ...]


_TABLES: dict[type, _Fields] = {}


def field_table(cls: type) -> tuple[FieldSpec, ...]:
    """List the fields of a declaration class or block."""
    return _fields(cls).every


def identity_fields(cls: type) -> tuple[FieldSpec, ...]:
    """List the fields that are part of the object's name."""
    return _fields(cls).identity


def body_fields(cls: type) -> tuple[FieldSpec, ...]:
    """List the fields that are sent in a body."""
    return _fields(cls).body


def _fields(cls: type) -> _Fields:
    if cls not in _TABLES:
        every = _build_table(cls)
        apart = Facet.META | Facet.IDENTITY
        _TABLES[cls] = _Fields(
            every,
            tuple(item for item in every if item.facets & Facet.IDENTITY),
            tuple(item for item in every if not item.facets & apart),
        )
    return _TABLES[cls]


def _build_table(cls: type) -> tuple[FieldSpec, ...]:
    hints = typing.get_type_hints(cls)
    out = []
    for item in dataclasses.fields(cls):
        facts = item.metadata.get(_SPEC) or {
            "facets": Facet.PLAIN,
            "wire": None,
            "like": "",
            "link": "path",
            "encode": None,
            "key": "",
            "block": None,
            "carries": None,
            "otherwise": None,
            "shows": "",
        }
        wire = facts["wire"] if facts["wire"] is not None else camel(item.name)
        out.append(
            FieldSpec(
                name=item.name,
                wire=tuple(wire.split(".")) if wire else (),
                facets=facts["facets"],
                like=facts["like"],
                link=facts["link"],
                encode=facts["encode"],
                key=facts["key"],
                block=facts["block"] or (None if facts["encode"] else _block_of(hints[item.name])),
                carries=facts["carries"],
                otherwise=facts["otherwise"],
                shows=facts["shows"],
            )
        )
    return tuple(out)


_HERE = FieldSpec(name="", wire=(), facets=Facet.PLAIN)


@functools.lru_cache(maxsize=20_000)  # asked for every leaf of every object in every comparison
def _lookup(cls: type, path: Path) -> FieldSpec:
    best: FieldSpec | None = None
    for item in body_fields(cls):
        size = len(item.wire)
        if path[:size] == item.wire and (best is None or size >= len(best.wire)):
            best = item
    if best is None:
        return _HERE
    rest = tuple(step for step in path[len(best.wire) :] if not isinstance(step, int))
    if not rest or best.block is None:
        return best
    inner = _lookup(best.block, rest)  # type: ignore[arg-type] # a class is hashable, whatever its metaclass says
    facets = inner.facets | _inherited(best.facets)
    if inner.facets & Facet.CHANGEABLE:
        facets &= ~Facet.IMMUTABLE
    return dataclasses.replace(inner, facets=facets)


def _inherited(facets: Facet) -> Facet:
    return facets & (Facet.IMMUTABLE | Facet.SENSITIVE | Facet.WRITE_ONLY)


@dataclasses.dataclass(frozen=True, slots=True)
class FieldTable:
    """Tells the facets of any place in the JSON form of one declaration class."""

    cls: type

    def at(self, path: Path) -> FieldSpec:
        """Find the field that a path belongs to; a plain one where none is declared."""
        return _lookup(self.cls, tuple(step for step in path if not isinstance(step, int)))

    def python_name(self, path: Path) -> str:
        """Write a wire path with the names that the user wrote."""
        out, rest = "", list(path)
        cls: type | None = self.cls
        while rest:
            step = rest[0]
            if isinstance(step, int):
                out += f"[{step}]"
                rest.pop(0)
                continue
            item = _named(cls, tuple(rest)) if cls else None
            size = len(item.wire) if item else 1
            name = item.name if item else str(step)
            out += f".{name}" if out else name
            del rest[:size]
            cls = item.block if item else None
        return out


def _named(cls: type, path: Path) -> FieldSpec | None:
    found = None
    for item in body_fields(cls):
        size = len(item.wire)
        if size and path[:size] == item.wire and (found is None or size > len(found.wire)):
            found = item
    return found
