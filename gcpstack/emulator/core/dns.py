"""What the emulated DNS says: records that were put there, and the public zones of Cloud DNS."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

_SPACE = "dns"
_DEEPEST = 8


def put(world: "World", name: str, values: list[str]) -> None:
    """Let a name resolve to addresses (or one other name); none forgets it."""
    world.state.set_record(_SPACE, _plain(name), list(values) or None)


def concerns(changed: tuple[tuple[str, str, str], ...]) -> bool:
    """Whether changed rows may change what a name resolves to."""
    return any(first == "dns" for _, first, _ in changed)


def addresses(world: "World", name: str) -> list[str]:
    """The addresses that a name resolves to, aliases followed."""
    for _ in range(_DEEPEST):
        values = _lookup(world, _plain(name))
        if len(values) != 1 or _is_address(values[0]):
            return [value for value in values if _is_address(value)]
        name = values[0]
    return []


def alias(world: "World", name: str) -> str:
    """The other name that a name stands for, without the last dot; ``""`` when there is none."""
    values = _lookup(world, _plain(name))
    return _plain(values[0]) if len(values) == 1 and not _is_address(values[0]) else ""


def _lookup(world: "World", name: str) -> list[str]:
    """The values of a name: as put, else as a zone has them, else those of the nearest wildcard."""
    stored: list[str] | None = world.state.record(_SPACE, name)
    if stored is not None:
        return stored
    labels = name.split(".")
    wildcards = [".".join(["*", *labels[at:]]) for at in range(1, len(labels))]
    held = {key: values for key, values in _zones(world) if key == name or key in wildcards}
    return next((held[key] for key in (name, *wildcards) if key in held), [])


def _zones(world: "World") -> Iterator[tuple[str, list[str]]]:
    """Each name of the public zones with its values."""
    found: dict[str, list[str]] = {}
    for collection in world.state.collections("dns", "projects/"):
        zone = world.state.get("dns", "/".join(collection.split("/")[:4]))
        if zone is not None and zone.body.get("visibility") == "private":
            continue
        for obj in world.state.page("dns", collection):
            if obj.body.get("type") in ("A", "AAAA", "CNAME"):
                found.setdefault(_plain(str(obj.body.get("name", ""))), []).extend(
                    _values(obj.body)
                )
    yield from found.items()


def _values(body: dict[str, Any]) -> Iterator[str]:
    """The data of a record set, of all its routing policies."""
    yield from body.get("rrdatas", [])
    for policy in body.get("routingPolicy", {}).values():
        for item in policy.get("items", []) if isinstance(policy, dict) else ():
            yield from item.get("rrdatas", [])


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _is_address(text: str) -> bool:
    return ":" in text or text.replace(".", "").isdigit()
