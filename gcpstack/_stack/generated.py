"""Secrets that are made up once: found in the declarations, settled before a plan.

A `Generated` value is kept by one secret version. While that has none, a value is made up; from
then on it is read from there, for no inventory may hold it. All that use it come after the
version, so a run that is cut off leaves nothing with a value that is kept nowhere.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from gcpstack._core.json import Body, get
from gcpstack._core.refs import Address, Composed, Sensitive
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem
from gcpstack.resources._logins import LoginPart
from gcpstack.resources.kinds import SECRET_VERSION
from gcpstack.resources.sources import Generated

T = TypeVar("T")

#: Where a secret version has its value.
PAYLOAD = ("payload", "data")
#: What stands for a value that a secret keeps.
PLACEHOLDERS = (Generated, LoginPart)


def homes(declared: Iterable[Declared]) -> dict[Generated, Declared]:
    """Return which secret version keeps each generated value."""
    out: dict[Generated, Declared] = {}
    for item in declared:
        value = get(item.body, PAYLOAD) if item.kind is SECRET_VERSION else None
        if isinstance(value, Sensitive) and isinstance(value.value, Generated):
            out.setdefault(value.value, item)
    return out


def ordered(declared: dict[Address, Declared]) -> Iterator[Problem]:
    """Put whatever uses a generated value after the version that keeps it.

    Yields:
        A problem for each value that no secret keeps: it would be another in every run.
    """
    kept = homes(declared.values())
    for address, item in list(declared.items()):
        used = set(found_in(item.body, Generated))
        if used - kept.keys():
            yield Problem(
                str(address),
                "uses a generated value that no secret keeps.",
                "Declare SecretVersion(secret, value=…) with the same Generated.",
            )
        needs = {kept[value].address for value in used & kept.keys()} - {address}
        if needs:
            declared[address] = dataclasses.replace(item, depends_on=item.depends_on | needs)


def settle(
    declared: tuple[Declared, ...], read: Callable[[Declared], str | None]
) -> tuple[Declared, ...]:
    """Put the values in.

    Args:
        declared: every declaration.
        read: reads what a secret version holds; None where it is not there yet.
    """
    held = {value: read(home) for value, home in homes(declared).items()}
    values: dict[object, object] = {
        value: Sensitive(value.make() if found is None else found) for value, found in held.items()
    }
    return tuple(
        dataclasses.replace(item, body=filled(item.body, values))
        if any(found_in(item.body, Generated))
        else item
        for item in declared
    )


def kept_at(declared: Iterable[Declared], address: Address) -> Generated | None:
    """Return which generated value a secret version keeps; None where its value comes from elsewhere."""
    found = homes(declared).items()
    return next((value for value, home in found if home.address == address), None)


def found_in(value: object, kind: type[T]) -> Iterator[T]:
    """Find the placeholders of a kind within a value."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, Sensitive):
        yield from found_in(value.value, kind)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from found_in(inner, kind)
    elif isinstance(value, list | tuple | Composed):
        for inner in value.parts if isinstance(value, Composed) else value:
            yield from found_in(inner, kind)


def filled(body: Body, values: Mapping[object, object]) -> Body:
    """Put the values of placeholders into a body."""
    return {key: _filled(value, values) for key, value in body.items()}


def _filled(value: object, values: Mapping[object, object]) -> object:
    if isinstance(value, Sensitive):
        inner = _filled(value.value, values)
        return inner if isinstance(inner, Sensitive) else Sensitive(inner)
    if isinstance(value, Composed):
        return Composed(tuple(_filled(part, values) for part in value.parts), value.sensitive)
    if isinstance(value, Mapping):
        return {key: _filled(inner, values) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(inner, values) for inner in value]
    return values.get(value, value) if isinstance(value, PLACEHOLDERS) else value
