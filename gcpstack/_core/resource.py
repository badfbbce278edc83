"""Declarations: frozen values that stand for one Google object each."""

import dataclasses
import enum
import typing
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Self, TypeVar

from gcpstack._core import facets
from gcpstack._core.facets import (
    Block,
    Facet,
    FieldSpec,
    FieldTable,
    body_fields,
    identity_fields,
    meta,
)
from gcpstack._core.json import Body, Path, get, put
from gcpstack._core.kinds import Kind
from gcpstack._core.refs import (
    Address,
    Composed,
    InScope,
    Later,
    Link,
    OutputOf,
    Sensitive,
    placeholders,
)
from gcpstack._core.timeouts import Timeouts
from gcpstack._core.traffic import Strategy
from gcpstack.exceptions import Problem

T = TypeVar("T")


@typing.dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    field_specifiers=(facets.required, facets.identity),  # see facets.block
)
def resource(kind: Kind) -> typing.Callable[[type[T]], type[T]]:
    """Make a class the declaration of a kind."""

    def decorate(cls: type[T]) -> type[T]:
        made = dataclasses.dataclass(frozen=True, kw_only=True, eq=False)(cls)
        made.KIND = kind  # type: ignore[attr-defined] # declared by Resource
        return made

    return decorate


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """What a stack fills into declarations that leave it open.

    Attributes:
        project: the project id.
        region: the default region.
        stack: the name of the stack; marks objects whose id Google chooses.
    """

    project: str
    region: str
    stack: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """One Google object as it should be.

    Fields left at None are not declared: gcpstack neither compares nor touches them. A field that
    was declared before and is no longer is unset.

    Attributes:
        depends_on: resources that must exist first although no field refers to them.
        extra: further fields in Google's JSON form; checked against Google's schema.
        allow_delete: consents that this object, though it holds data, may be deleted or replaced.
        allow_irreversible: consents to what can't be undone, such as the lock of a retention.
        timeouts: how long Google may take with it, instead of the kind's own deadline.
    """

    KIND: ClassVar[Kind]
    #: The class whose fields its body has, where these are not its own.
    FACETS: "ClassVar[type[Resource] | None]" = None

    depends_on: Sequence["Resource"] = meta(default=())
    extra: Mapping[str, object] | None = meta()
    allow_delete: bool = meta(default=False)
    allow_irreversible: bool = meta(default=False)
    timeouts: Timeouts | None = meta()  # noqa: RUF009 # a field, like its neighbours

    def __format__(self, form: str) -> str:
        """Refuse to be written into text, which would be Python's words for it.

        Raises:
            TypeError: always; it tells what to write instead.
        """
        kind = type(self).__name__
        msg = (
            f"a {kind} is not text; write its .name, or compose('…{{value}}…', value=…) with one of its "
            "outputs, without an f before it"
        )
        raise TypeError(msg)

    def output(self, name: str) -> "Output":
        """Refer to a value that Google assigns, by its Python name or a dotted JSON path."""
        path = self.KIND.outputs.get(name) or tuple(name.split("."))
        return Output(self, path)

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what can be known before anything is touched; kinds override it."""
        return iter(())

    def fixed(self, scope: Scope) -> Body:
        """Return JSON fields that every object of the kind carries; kinds override it."""
        return {}

    def strategy(self) -> Strategy | None:
        """Return how a change reaches users; kinds that have traffic override it."""
        return None

    def located(self, scope: Scope) -> Self:
        """Fill the project, region or location in where the declaration leaves it open.

        An identity that is composed of these and of text is plain text from here on.
        """
        filled: dict[str, object] = {}
        for item in identity_fields(type(self)):
            value = getattr(self, item.name)
            if value is None and item.name in _SCOPED:
                here = self._beside(scope) if item.name == "project" else scope
                filled[item.name] = _SCOPED[item.name](here)
            elif isinstance(value, Composed) and all(
                isinstance(part, str | int | InScope) for part in value.parts
            ):
                filled[item.name] = _identity(value, scope)
        return dataclasses.replace(self, **filled) if filled else self  # type: ignore[arg-type] # the fields are its own

    def _beside(self, scope: Scope) -> Scope:
        """Give the scope with the project of what is declared to hold it."""
        parts = (getattr(self, name) for name in self.KIND.template.variables)
        holders = [part for part in parts if isinstance(part, Resource)]
        holder = next((one for one in holders if one.KIND.template.holds(self.KIND.template)), None)
        there = getattr(holder.located(scope), "project", None) if holder is not None else None
        return dataclasses.replace(scope, project=there) if isinstance(there, str) else scope

    def bind(self, scope: Scope) -> Self:
        """Fill in what the declaration leaves open; kinds override it."""
        return self.located(scope)

    def ids(self, scope: Scope) -> dict[str, str]:
        """Return the identity: the variables of the kind's path."""
        here = self.located(scope)
        return {
            name: _identity(getattr(here, name), scope) for name in self.KIND.template.variables
        }

    def address_in(self, scope: Scope) -> Address:
        """Name the resource within its stack."""
        return Address(self.KIND.name, self.KIND.address_name(self.ids(scope)))


_SCOPED: Mapping[str, typing.Callable[[Scope], str]] = {
    "project": lambda scope: scope.project,
    "region": lambda scope: scope.region,
    "location": lambda scope: scope.region,
}


def _identity(value: object, scope: Scope) -> str:
    """Read a part of an identity; a parent may be given as its declaration.

    A part that is known only after apply is written as what it will be taken from.
    """
    if isinstance(value, Resource):
        return _identity(getattr(value, value.KIND.template.variables[-1]), scope)
    if isinstance(value, InScope):
        return str(getattr(scope, value.name))
    if isinstance(value, Output):
        return str(OutputOf(value.of.address_in(scope), value.path))
    if isinstance(value, Composed):
        return "".join(_identity(part, scope) for part in value.parts)
    return str(value)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Output(Later):
    """A value that Google assigns to a resource, known after it exists; `Resource.output` makes it."""

    of: Resource
    path: Path

    def __str__(self) -> str:
        return format(self)

    def __getitem__(self, step: str | int) -> "Output":
        """Refer to an item of the value, or to one of its fields."""
        return Output(self.of, (*self.path, step))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class As:
    """A link to a resource in another *form* than the field would take by itself: ``name``, or an output."""

    of: Resource
    form: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A declaration in the form that the engine works on.

    Attributes:
        address: its name within the stack.
        kind: its kind.
        ids: its identity, the project included.
        body: the declared fields in Google's JSON form, with placeholders.
        table: the facets of every field.
        depends_on: what must exist first.
        allow_delete: consents to its deletion or replacement.
        allow_irreversible: consents to what can't be undone.
        late: parts of the identity that are known only from another resource, such as the member
            of a grant to a log sink's writer; `ids` holds a stand-in for each until then.
        extended: it holds fields that only Google's schema knows.
        waited_for: what needs it begins only once it is ready, not as soon as it exists; so its
            predecessor needs not to serve until then.
        strategy: how a change reaches users; None for all of them at once.
        timeouts: how long Google may take with it; None for what the kind says.
    """

    address: Address
    kind: Kind
    ids: Mapping[str, str]
    body: Body
    table: FieldTable
    depends_on: frozenset[Address]
    allow_delete: bool = False
    allow_irreversible: bool = False
    late: Mapping[str, object] = dataclasses.field(default_factory=dict)
    extended: bool = False
    waited_for: bool = False
    strategy: Strategy | None = None
    timeouts: Timeouts | None = None


class Encoder:
    """Turns declarations into their JSON form; collects the resources they refer to."""

    def __init__(self, scope: Scope) -> None:
        """Start with nothing referred to."""
        self.scope = scope
        self.referred: dict[Address, Resource] = {}
        self._extended = False
        self._project = scope.project
        #: Each address that was worked out, beside its resource, which so keeps its `id`.
        self._addresses: dict[int, tuple[Resource, Address]] = {}

    def declared(self, item: Resource) -> Declared:
        """Encode one declaration."""
        bound = item.bind(self.scope)
        body: Body = {}
        self._extended = False
        self._project = getattr(bound, "project", None) or self.scope.project
        _merge(body, bound.fixed(self.scope))
        self._fields(bound, body)
        address = bound.address_in(self.scope)
        late = self._late(bound)
        needs = {self._refer(other) for other in bound.depends_on}
        needs |= {_target(found) for found in placeholders([body, late])}
        needs |= set(self._parents(bound))
        return Declared(
            address=address,
            kind=item.KIND,
            ids=bound.ids(self.scope),
            body=body,
            table=FieldTable(item.FACETS or type(item)),
            depends_on=frozenset(needs - {address}),
            allow_delete=item.allow_delete,
            allow_irreversible=item.allow_irreversible,
            late=late,
            strategy=bound.strategy(),
            timeouts=item.timeouts,
            extended=self._extended,
        )

    def _late(self, item: Resource) -> Body:
        parts = {name: getattr(item, name) for name in item.KIND.template.variables}
        return {
            name: self.value(value, _PLAIN)
            for name, value in parts.items()
            if isinstance(value, Output | Composed)
        }

    def output(self, value: object) -> object:
        """Encode a value that a stack shows; what it refers to becomes part of the stack."""
        return self.value(value, _PLAIN)

    def _parents(self, item: Resource) -> Iterator[Address]:
        for name in item.KIND.template.variables:
            value = getattr(item, name)
            if isinstance(value, Resource):
                yield self._refer(value)

    def _refer(self, other: Resource) -> Address:
        known = self._addresses.get(id(other))
        if known is None:
            known = self._addresses[id(other)] = other, other.address_in(self.scope)
            self.referred.setdefault(known[1], other)
        return known[1]

    def _near(self, other: Resource) -> str:
        """Choose the form of a link: the name alone means one in the project of what links to it."""
        there = getattr(other.located(self.scope), "project", self._project)
        return "name" if there == self._project else "path"

    def _fields(self, item: object, body: Body) -> None:
        for field in body_fields(type(item)):
            value = getattr(item, field.name)
            if value is None:
                continue
            if field.encode is not None:
                value = field.encode(value)
            encoded = self.value(value, field)
            if field.wire:
                existing = get(body, field.wire)
                if isinstance(existing, dict) and isinstance(encoded, dict):
                    _merge(existing, encoded)
                else:
                    put(body, field.wire, encoded)
            elif isinstance(encoded, dict):
                _merge(body, encoded)
        extra = getattr(item, "extra", None)
        if extra:
            self._extended = True
            _merge(body, {key: self.value(inner, _PLAIN) for key, inner in extra.items()})

    def value(self, value: object, field: FieldSpec, *, within: bool = False) -> object:  # noqa: PLR0911 # one line a type
        """Encode one value."""
        if isinstance(value, Resource):
            form = field.link if field.link != "near" else self._near(value)
            return Link(self._refer(value), form, spread=within)
        if isinstance(value, As):
            return Link(self._refer(value.of), value.form)
        if isinstance(value, Output):
            return OutputOf(self._refer(value.of), value.path)
        if isinstance(value, Composed):
            return self._composed(value, field)
        if isinstance(value, InScope):
            return getattr(self.scope, value.name)
        if isinstance(value, Sensitive):
            return Sensitive(self.value(value.value, field))
        if isinstance(value, Block):
            inner: Body = {}
            self._fields(value, inner)
            return inner
        if isinstance(value, Mapping):
            return {str(key): self.value(inner, field) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            items = sorted(value) if isinstance(value, set | frozenset) else value
            return [self.value(inner, field, within=True) for inner in items]
        return plain(value)

    def _composed(self, value: Composed, field: FieldSpec) -> object:
        """Encode composed text; it is plain text where nothing in it is known later."""
        parts = tuple(self.value(part, field) for part in value.parts)
        if not value.sensitive and all(isinstance(part, str | int) for part in parts):
            return "".join(map(str, parts))
        return Composed(parts, value.sensitive)


_PLAIN = FieldSpec(name="", wire=(), facets=Facet.PLAIN)


def plain(value: object) -> object:
    """Write a Python scalar as Google's JSON does."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return f"{int(seconds)}s" if seconds == int(seconds) else f"{seconds}s"
    return value


def _target(found: Link | OutputOf) -> Address:
    return found.to if isinstance(found, Link) else found.of


def _merge(into: Body, more: Mapping[str, object]) -> None:
    for key, value in more.items():
        here = into.get(key)
        if isinstance(here, dict) and isinstance(value, Mapping):
            _merge(here, value)
        else:
            into[key] = value
