"""From what a stack file declares to what the engine works on."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gcpstack._core.component import Item, Narrowing, components, composite_problems, flatten
from gcpstack._core.refs import Address, Later, Link, OutputOf
from gcpstack._core.resource import Declared, Encoder, Resource, Scope
from gcpstack._core.timeouts import Timeouts
from gcpstack._engine.planner import sorted_declarations
from gcpstack._stack.component_types import sound
from gcpstack._stack.deadlines import by_kind, timeout_problems
from gcpstack._stack.generated import ordered
from gcpstack._stack.logins import users_first
from gcpstack.exceptions import DeclarationError, Problem
from gcpstack.resources import EnabledService
from gcpstack.resources._found_there import found_first
from gcpstack.resources._sequence import regions_in_sequence
from gcpstack.resources._stack_rules import grants_first, together
from gcpstack.resources._stackwide import holders_first
from gcpstack.resources._visitors import uninvited

References: TypeAlias = Callable[
    [Mapping[Address, Declared], Mapping[str, object]], Iterable[Problem]
]

_NAME = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A stack, ready for the engine.

    Attributes:
        declared: every resource, each after what it needs.
        outputs: the stack's outputs, with placeholders.
        narrowings: services that are closed once a load balancer answers for them.
        timeouts: how long Google may take, by the names of kinds.
        advice: what people should know of a resource before it is created.
    """

    declared: tuple[Declared, ...]
    outputs: Mapping[str, object]
    narrowings: tuple[Narrowing, ...] = ()
    timeouts: Mapping[str, Timeouts] = dataclasses.field(default_factory=dict)
    advice: Mapping[Address, str] = dataclasses.field(default_factory=dict)


def compile_stack(
    name: str,
    items: Iterable[Item],
    outputs: Mapping[str, object],
    scope: Scope,
    *,
    enable_apis: bool,
    check: Callable[[Declared], Iterable[Problem]],
    timeouts: Mapping[type[Resource], Timeouts] | None = None,
    references: References = lambda *_: (),
) -> Compiled:
    """Expand, check and encode a stack.

    Args:
        name: its name.
        items: what it declares.
        outputs: what it shows.
        scope: its project and region.
        enable_apis: enable every API that it uses.
        check: finds what only Google's own schemas can tell.
        timeouts: how long Google may take with the resources of a kind.
        references: finds what only these can tell of references, in every declaration and output.

    Raises:
        DeclarationError: with every problem found.
    """
    items, wrong = sound(items, scope)
    problems = [*_name_problems(name), *timeout_problems(name, timeouts or {}), *wrong]
    encoder = Encoder(scope)
    declared: dict[Address, Declared] = {}
    checked: set[int] = set()
    encoded = {key: encoder.output(value) for key, value in outputs.items()}
    waiting = [*flatten(items, scope), *encoder.referred.values()]
    problems += composite_problems(items, scope)
    while waiting:
        for item in waiting:
            if id(item) not in checked:
                checked.add(id(item))
                problems += _add(item, encoder, declared, scope)
        waiting = [
            other
            for address, other in encoder.referred.items()
            if address not in declared and id(other) not in checked
        ]
    problems += _values(encoded)
    problems += ordered(declared)
    users_first(declared)
    if not problems:
        problems += together(declared)
        for whole in components(items, scope):
            problems += whole.stackwide(declared, scope)
        grants_first(declared)
        holders_first(declared)
        found_first(declared)
        regions_in_sequence(declared)
    if enable_apis:
        _with_apis(declared, encoder)
    for made in declared.values():
        problems += check(made)
    problems += references(declared, encoded)
    if problems:
        raise DeclarationError(_unique(problems))
    narrowings = [one for whole in components(items, scope) for one in whole.narrowings(scope)]
    made_ready = sorted_declarations(list(declared.values()))
    given = by_kind(timeouts or {})
    narrowed = tuple(dict.fromkeys(narrowings))
    return Compiled(tuple(made_ready), encoded, narrowed, given, uninvited(declared))


def _add(
    item: Resource, encoder: Encoder, declared: dict[Address, Declared], scope: Scope
) -> Iterable[Problem]:
    found = list(item.located(scope).problems(scope))
    if found:
        # A declaration with problems may not be encodable; its address is enough to go on.
        return found
    made = encoder.declared(item)
    known = declared.get(made.address)
    if known is not None and known != made:
        return [
            Problem(
                str(made.address),
                "is declared twice, differently.",
                "Rename or remove one of them.",
            )
        ]
    declared[made.address] = made
    return []


def _values(outputs: Mapping[str, object]) -> Iterable[Problem]:
    """Find outputs that nobody could read: objects of Python's."""
    for name, value in outputs.items():
        for found in _foreign(value):
            yield Problem(
                f"output {name!r}",
                f"a value of type {type(found).__name__} can't be shown.",
                "Show text, a number, or what Google assigns: resource.output('…').",
            )


def _foreign(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _foreign(inner)
    elif not isinstance(value, _SHOWN):
        yield value


#: What an output may hold, once it is encoded.
_SHOWN = (str, int, float, bool, bytes, type(None), Link, OutputOf, Later)


def _name_problems(name: str) -> Iterable[Problem]:
    if not _NAME.fullmatch(name):
        yield Problem(
            f"stack {name!r}",
            "the name of a stack takes 2 to 40 lower-case letters, digits and '-', a letter first.",
            "Rename the stack.",
        )


def _with_apis(declared: dict[Address, Declared], encoder: Encoder) -> None:
    """Enable every API that the stack uses, before anything that needs it."""
    used = {api for item in declared.values() for api in _apis(item)}
    apis = sorted(used - {"serviceusage.googleapis.com"})
    enabled = {}
    for api in apis:
        made = encoder.declared(EnabledService(api))
        enabled[api] = declared.setdefault(made.address, made).address
    for address, item in list(declared.items()):
        first = {enabled[api] for api in _apis(item) if api in enabled}
        if address not in first:
            declared[address] = dataclasses.replace(item, depends_on=item.depends_on | first)


def _apis(item: Declared) -> tuple[str, ...]:
    """List what a resource calls; the gate of a rollout asks Monitoring."""
    gate = () if item.strategy is None else ("monitoring.googleapis.com",)
    return (item.kind.api, *item.kind.apis, *gate)


def _unique(problems: Iterable[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
