"""What formulas share: other resources of the stack, and numbers as Google writes them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from gcpstack._core.json import get
from gcpstack._core.refs import Address, Composed, Link, OutputOf
from gcpstack._costs.model import NOTHING, Subject

_BYTES = {
    "": Decimal(1),
    "k": Decimal(1000),
    "M": Decimal(1000) ** 2,
    "G": Decimal(1000) ** 3,
    "T": Decimal(1000) ** 4,
    "Ki": Decimal(1024),
    "Mi": Decimal(1024) ** 2,
    "Gi": Decimal(1024) ** 3,
    "Ti": Decimal(1024) ** 4,
}
GIB = Decimal(1024) ** 3
KIB_A_GIB = Decimal(1024) ** 2


class World:
    """All resources that are priced together."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        """Hold them."""
        self._by_kind: dict[str, list[Subject]] = {}
        for subject in subjects:
            self._by_kind.setdefault(subject.kind, []).append(subject)

    def of(self, kind: str) -> Sequence[Subject]:
        """List the resources of a kind."""
        return self._by_kind.get(kind, ())

    def referring(self, kind: str, to: Subject, text: str = "") -> Iterator[Subject]:
        """List the resources of a kind that refer to another.

        Args:
            kind: which to look at.
            to: the other; a live body names it by its path.
            text: what else names it, such as the end of a URL.
        """
        for subject in self.of(kind):
            own = {key: value for key, value in subject.body.items() if key not in _OWN}
            if any(_means(found, to.address, text) for found in leaves(own)):
                yield subject


#: How a live object names itself.
_OWN = ("name", "selfLink")


def _means(value: object, to: Address, text: str) -> bool:
    if isinstance(value, Link):
        return value.to == to
    if isinstance(value, OutputOf):
        return value.of == to
    if isinstance(value, Composed):
        return any(_means(part, to, text) for part in value.parts)
    if not isinstance(value, str):
        return False
    *places, name = to.name.split("/")
    steps = value.split("/")
    by_path = len(steps) > 1 and steps[-1] == name and all(place in steps for place in places)
    return by_path or (bool(text) and text in value)


def leaves(value: object) -> Iterator[object]:
    """List every scalar and placeholder within a value."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def seconds(value: object) -> Decimal:
    """Read a span of time as JSON has it: ``7776000s``."""
    return number(str(value).removesuffix("s")) if isinstance(value, str) else Decimal(0)


def at(subject: Subject, path: str, default: object = None) -> object:
    """Read a field by its dotted path."""
    found = get(subject.body, tuple(path.split(".")))
    return default if found is None else found


def rows(value: object) -> Sequence[Mapping[str, object]]:
    """Read a list of objects; nothing where there is none."""
    return (
        [item for item in value if isinstance(item, Mapping)]
        if isinstance(value, list | tuple)
        else []
    )


def number(value: object, default: Decimal | int = 0) -> Decimal:
    """Read a number as JSON has it, 64-bit integers being strings."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        text = str(value)
        if re.fullmatch(r"\d+(\.\d+)?", text):
            return Decimal(text)
    return Decimal(default)


def cpus(value: object, default: str) -> Decimal:
    """Read an amount of vCPUs: ``2``, ``0.5`` or ``500m``."""
    text = str(value or default)
    milli = text.endswith("m")
    found = number(text.removesuffix("m"))
    return found / 1000 if milli else found


def gib(value: object, default: str) -> Decimal:
    """Read an amount of memory, such as ``512Mi``, in GiB."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([kMGT]?i?)B?", str(value or default))
    if not found or found[2] not in _BYTES:
        return NOTHING
    return Decimal(found[1]) * _BYTES[found[2]] / GIB
