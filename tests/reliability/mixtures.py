"""Stacks made up at random: lives of any kinds side by side, in several projects and regions.

What one life refers to may be another life, so that what is replaced, renamed or taken away is in use.
"""

import dataclasses
import functools
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gcpstack import Stack, Subnetwork
from gcpstack._core.facets import Block
from gcpstack._core.refs import Address, Composed
from gcpstack._core.resource import As, Output, Resource, Scope
from tests.resources.lives import Life
from tests.resources.test_lives import LIVES

from .fields import ALONE
from .lab import PROJECT
from .together import ONWARD, TOGETHER
from .walks import Path

REGION = "us-central1"
ELSEWHERE, OVERSEAS = "other-project", "europe-west1"
_SUFFIXES = ("", "", "-b", "-c")
_TURNS = ("add", "add", "toggle", "toggle", "toggle", "remove", "rewire")
#: Names with rules that a suffix would break.
_FIXED = ("serviceusage.", "binaryauthorization.Policy", "accesscontextmanager.")
_NO_DASHES = ("iam.ProjectCustomRole", "bigquery.Dataset", "logging.LinkedDataset")


@dataclass(frozen=True)
class Known:
    """One life, and how it may change."""

    life: Life
    path: Path

    @functools.cached_property
    def refers(self) -> frozenset[type[Resource]]:
        """The classes that it may refer to."""
        values = [getattr(self.life.base, item.name) for item in dataclasses.fields(self.life.base)]
        return frozenset(type(found) for found in _resources([values, *self.path.steps]))

    @property
    def may_go(self) -> bool:
        """Whether its name, and those of what it may bring along, are free once it is deleted."""
        kinds = [self.life.base.KIND, *(of.KIND for of in self.refers)]
        # An import brings a database along, and that an instance.
        return not any(k.reserved_days or k.keeps or k.service == "sqladmin" for k in kinds)

    def to_and_fro(self, step: int) -> bool:
        """Tell whether a step is as if it had never been, once it is turned off again."""
        fields = self.path.steps[step]
        return not self.path._staying(fields) and not self.path.onward & fields.keys()


def _known() -> Iterator[Known]:
    for life in LIVES:
        kind = life.base.KIND.name
        given = ({**life.changes, **life.fixed}, ALONE.get(kind, {}))
        alone = [{name: value} for fields in given for name, value in fields.items()]
        onward = life.onward | ONWARD.get(kind, frozenset())
        yield Known(life, Path(life.base, [*alone, *TOGETHER.get(kind, ())], onward))


KNOWN = tuple(_known())


def _resources(value: Any) -> Iterator[Resource]:
    if isinstance(value, Resource):
        yield value
    elif isinstance(value, Output | As):
        yield value.of
    elif isinstance(value, dict):
        yield from _resources(list(value.values()))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _resources(inner)
    elif isinstance(value, Block):
        yield from _resources([getattr(value, item.name) for item in dataclasses.fields(value)])


@dataclass(frozen=True)
class Part:
    """One life of a mixture.

    Attributes:
        number: tells it from the others.
        of: which of `KNOWN`.
        suffix: what its name, and those of what it brings along, end in.
        project: where it is; the stack's project if not given.
        region: where it is, where it has a region; the stack's if not given.
        on: the steps that are turned on.
        salt: what decides which of the others it refers to.
    """

    number: int
    of: int
    suffix: str = ""
    project: str | None = None
    region: str | None = None
    on: frozenset[int] = frozenset()
    salt: int = 0

    @property
    def known(self) -> Known:
        """What is known of it."""
        return KNOWN[self.of]

    def __str__(self) -> str:
        names = [name for step in sorted(self.on) for name in self.known.path.steps[step]]
        where = f" in {self.project}" if self.project else ""
        return f"{self.known.life.base.KIND.name} {self.number}{self.suffix}{where} {names or ''}"


Mixture = tuple[Part, ...]


@dataclass
class Builder:
    """Declares a mixture."""

    stack: Stack = field(default_factory=lambda: Stack("walk", enable_apis=False))
    _made: dict[tuple[object, ...], tuple[Resource, Resource]] = field(default_factory=dict)
    _at: dict[Address, Resource] = field(default_factory=dict)
    _alike: dict[type, list[Resource]] = field(default_factory=lambda: defaultdict(list))

    def add(self, part: Part) -> None:
        """Declare a life, and what stands beside it."""
        for item in part.known.life.beside:
            self.stack.add(self._copy(item, part))
        made = self._copy(part.known.path.declared(part.on), part, itself=True)
        self.stack.add(made)
        self._alike[type(made)].append(made)

    def _copy(self, item: Resource, part: Part, *, itself: bool = False) -> Resource:
        """Declare something under the names and in the places of a part; one that is there, once."""
        if not itself and (other := self._other(item, part)) is not None:
            return other
        key = (id(item), part.suffix, part.project, part.region)
        if key not in self._made:
            made = replace(item, **self._fields(item, part))  # type: ignore[arg-type] # its own
            address = made.address_in(Scope(PROJECT, REGION, self.stack.name))
            self._made[key] = item, self._at.setdefault(address, made)
        return self._made[key][1]

    def _other(self, item: Resource, part: Part) -> Resource | None:
        """Choose another life in the place of what a life brings along."""
        alike = self._alike[type(item)]
        if part.salt % 5:
            alike = [one for one in alike if getattr(one, "project", None) == part.project]
        name = f"{part.salt}{item.KIND.name}{getattr(item, 'name', '')}"
        chosen = random.Random(name).randint(0, len(alike))
        return alike[chosen] if chosen < len(alike) else None

    def _fields(self, item: Resource, part: Part) -> dict[str, object]:
        out: dict[str, object] = {}
        places = {"project": part.project, "region": part.region, "location": part.region}
        for one in dataclasses.fields(item):
            value = getattr(item, one.name)
            if one.name == "name":
                out["name"] = _named(item, value, part.suffix)
            elif value is None and one.name in {"project", *item.KIND.template.variables} & {
                *places
            }:
                out[one.name] = places[one.name]
            else:
                out[one.name] = self._value(value, part)
        if item.KIND.protected:
            out["allow_delete"] = True
        return out

    def _value(self, value: Any, part: Part) -> Any:  # noqa: PLR0911 # one line a type
        if isinstance(value, Resource):
            return self._copy(value, part)
        if isinstance(value, Output):
            return Output(self._copy(value.of, part), value.path)
        if isinstance(value, As):
            return As(self._copy(value.of, part), value.form)
        if isinstance(value, Composed):
            return Composed(tuple(self._value(one, part) for one in value.parts), value.sensitive)
        if isinstance(value, dict):
            return {key: self._value(inner, part) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._value(inner, part) for inner in value)
        if isinstance(value, Block):
            items = [item.name for item in dataclasses.fields(value) if item.init]
            return replace(value, **{n: self._value(getattr(value, n), part) for n in items})
        return value


def _named(item: Resource, name: object, suffix: str) -> object:
    """Give something the name of its part, where a name may end so."""
    kind = item.KIND
    own = "name" in kind.template.variables and not kind.name.startswith(_FIXED)
    if not isinstance(name, str) or not own or "." in name:
        return name
    return name + (suffix.replace("-", "_") if kind.name in _NO_DASHES else suffix)


def declared(mixture: Mixture) -> Stack:
    """Declare a mixture; its parts refer to those before them alone."""
    builder = Builder()
    for part in mixture:
        builder.add(part)
    return builder.stack


def turned(mixture: Mixture, rng: random.Random, number: int) -> Mixture:
    """Change a mixture in one way; the same where that way leads nowhere."""
    turn = rng.choice(_TURNS) if mixture else "add"
    if turn == "add":
        return _added(mixture, rng, number)
    place = rng.randrange(len(mixture))
    part = mixture[place]
    if turn == "rewire":
        return _with(mixture, place, replace(part, salt=rng.randrange(10**6)))
    if turn == "remove" and part.known.may_go:
        return (*mixture[:place], *mixture[place + 1 :])
    if turn == "toggle" and part.known.path.steps:
        step = rng.randrange(len(part.known.path.steps))
        if step not in part.on or part.known.to_and_fro(step):
            return _with(mixture, place, replace(part, on=part.on ^ {step}))
    return mixture


def _added(mixture: Mixture, rng: random.Random, number: int) -> Mixture:
    """Add a part; often one that may refer to what is there."""
    there = {type(part.known.life.base) for part in mixture}
    near = [of for of, known in enumerate(KNOWN) if known.refers & there]
    of = rng.choice(near) if near and rng.random() < 0.6 else rng.randrange(len(KNOWN))
    steps = len(KNOWN[of].path.steps)
    # Two subnetworks of a network can't have one range, not even while one of them goes.
    ranged = Subnetwork in {type(KNOWN[of].life.base), *KNOWN[of].refers}
    part = Part(
        number,
        of,
        suffix=rng.choice(_SUFFIXES),
        project=ELSEWHERE if rng.random() < 0.15 else None,
        region=OVERSEAS if rng.random() < 0.2 and not ranged else None,
        on=frozenset([rng.randrange(steps)] if steps and rng.random() < 0.4 else ()),
        salt=rng.randrange(10**6),
    )
    place = rng.randint(0, len(mixture)) if rng.random() < 0.3 else len(mixture)
    return (*mixture[:place], part, *mixture[place:])


def spoilt(mixture: Sequence[Part], rng: random.Random) -> Mixture:
    """Give what somebody leaves who changes and deletes behind our back, no more than we declare."""
    out = list(mixture)
    for _ in range(min(2, len(out) - 1)):
        place = rng.randrange(len(out))
        part = out[place]
        back = [step for step in sorted(part.on) if _changes_in_place(part, step)]
        if back and rng.random() < 0.5:
            out[place] = replace(part, on=part.on - {rng.choice(back)})
        elif part.known.may_go:
            del out[place]
    return tuple(out)


def _changes_in_place(part: Part, step: int) -> bool:
    fixed = part.known.life.fixed.keys() & part.known.path.steps[step].keys()
    return not fixed and part.known.to_and_fro(step)


def _with(mixture: Mixture, place: int, part: Part) -> Mixture:
    return (*mixture[:place], part, *mixture[place + 1 :])
