"""What the emulated DNS says: records that were put there, and the zones of Cloud DNS."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

_SPACE = "dns"
_DEEPEST = 8


def put(world: "World", name: str, values: list[str]) -> None:
    """Let a name resolve to addresses (or one other name); none forgets it."""
    world.state.set_record(_SPACE, _plain(name), list(values) or None)


def addresses(world: "World", name: str) -> list[str]:
    """The addresses that a name resolves to, aliases followed."""
    found = [_plain(name)]
    for _ in range(_DEEPEST):
        values = _lookup(world, found[0])
        if len(values) == 1 and not _is_address(values[0]):
            found = [_plain(values[0])]
            continue
        return [value for value in values if _is_address(value)]
    return []


def _lookup(world: "World", name: str) -> list[str]:
    stored: list[str] | None = world.state.record(_SPACE, name)
    if stored is not None:
        return stored
    out: list[str] = []
    for kind in ("A", "AAAA", "CNAME"):
        for obj in world.state.objects.values():
            if (
                obj.service == "dns"
                and obj.kind == "resourceRecordSets"
                and (obj.body.get("type") == kind and _plain(obj.body.get("name", "")) == name)
            ):
                out += obj.body.get("rrdatas", [])
    return out


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _is_address(text: str) -> bool:
    return ":" in text or text.replace(".", "").isdigit()
