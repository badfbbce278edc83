"""Secrets that are made up once: found in the declarations, settled before a plan.

A `Generated` value is kept by one secret version. While that has none, a value is made up; from
then on it is read from there, for no inventory may hold it. All that use it come after the
version, so a run that is cut off leaves nothing with a value that is kept nowhere.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping

from gcpstack._core.json import get
from gcpstack._core.refs import Address, Composed, Sensitive
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem
from gcpstack.resources.kinds import SECRET_VERSION
from gcpstack.resources.sources import Generated

#: Where a secret version has its value.
PAYLOAD = ("payload", "data")


def homes(declared: Iterable[Declared]) -> dict[Generated, Declared]:
    """Tell which secret version keeps each generated value."""
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
        used = set(_generated(item.body))
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
    values = {value: value.make() if found is None else found for value, found in held.items()}
    return tuple(
        dataclasses.replace(item, body={k: _filled(v, values) for k, v in item.body.items()})
        if any(_generated(item.body))
        else item
        for item in declared
    )


def another(declared: Iterable[Declared], address: Address) -> str | None:
    """Make up another value for a secret version; None where its value comes from elsewhere."""
    for value, home in homes(declared).items():
        if home.address == address:
            return dataclasses.replace(value, initial=None).make()
    return None


def _generated(value: object) -> Iterator[Generated]:
    if isinstance(value, Generated):
        yield value
    elif isinstance(value, Sensitive):
        yield from _generated(value.value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _generated(inner)
    elif isinstance(value, list | tuple | Composed):
        for inner in value.parts if isinstance(value, Composed) else value:
            yield from _generated(inner)


def _filled(value: object, values: Mapping[Generated, str]) -> object:
    if isinstance(value, Generated):
        return Sensitive(values[value])
    if isinstance(value, Sensitive):
        inner = _filled(value.value, values)
        return inner if isinstance(inner, Sensitive) else Sensitive(inner)
    if isinstance(value, Composed):
        return Composed(tuple(_filled(part, values) for part in value.parts), value.sensitive)
    if isinstance(value, Mapping):
        return {key: _filled(inner, values) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(inner, values) for inner in value]
    return value
