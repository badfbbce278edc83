"""What the emulated DNS says: records that were put there, and the public zones of Cloud DNS."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

_SPACE = "dns"
_DEEPEST = 8
_TTL = 300
# Who may issue Google-managed certificates, by the name that CAA records give them:
# https://cloud.google.com/load-balancing/docs/ssl-certificates/google-managed-certs#caa
AUTHORITIES = ("pki.goog", "letsencrypt.org")


class Records(NamedTuple):
    """The records of one name and type.

    Attributes:
        name: whose they are.
        type: such as ``A``.
        ttl: how long they may be kept, in seconds.
        values: their data, in the form of zone files.
    """

    name: str
    type: str
    ttl: int
    values: list[str]


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


def resolve(world: "World", name: str, kind: str) -> tuple[list[Records], bool]:
    """What a resolver answers: the aliases on the way and the records; whether the name exists."""
    out: list[Records] = []
    name = _plain(name)
    for _ in range(_DEEPEST):
        held = {item.type: item for item in _at(world, name)}
        if kind in held:
            return [*out, held[kind]], True
        if "CNAME" not in held:
            return out, bool(held or out)
        out.append(held["CNAME"])
        name = _plain(held["CNAME"].values[0])
    return out, True


def issuers(world: "World", name: str) -> list[str]:
    """Who may issue certificates for a name, by the nearest CAA records; none: whoever wants."""
    labels = _plain(name).split(".")
    for at in range(len(labels)):
        found, _ = resolve(world, ".".join(labels[at:]), "CAA")
        if found and found[-1].type == "CAA":
            words = (value.split(maxsplit=2) for value in found[-1].values)
            return [
                item[2].strip('"').split(";")[0].strip() for item in words if item[1] == "issue"
            ]
    return []


def _at(world: "World", name: str) -> list[Records]:
    """Everything that stands at a name: as put, else as a zone has it, else at the nearest wildcard."""
    stored: list[str] | None = world.state.record(_SPACE, name)
    if stored is not None:
        by_type: dict[str, list[str]] = {}
        for value in stored:
            kind = ("AAAA" if ":" in value else "A") if _is_address(value) else "CNAME"
            by_type.setdefault(kind, []).append(value)
        return [Records(name, kind, _TTL, values) for kind, values in by_type.items()]
    labels = name.split(".")
    places = [name, *(".".join(["*", *labels[at:]]) for at in range(1, len(labels)))]
    held: dict[str, list[Records]] = {}
    for body in _public(world):
        place = _plain(str(body.get("name", "")))
        if place in places:
            ttl = int(body.get("ttl") or _TTL)
            found = Records(name, str(body["type"]), ttl, list(_values(body)))
            held.setdefault(place, []).append(found)
    return next((held[place] for place in places if place in held), [])


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
    for body in _public(world):
        if body.get("type") in ("A", "AAAA", "CNAME"):
            found.setdefault(_plain(str(body.get("name", ""))), []).extend(_values(body))
    yield from found.items()


def _public(world: "World") -> Iterator[dict[str, Any]]:
    """Each record set of the public zones."""
    for collection in world.state.collections("dns", "projects/"):
        zone = world.state.get("dns", "/".join(collection.split("/")[:4]))
        if zone is not None and zone.body.get("visibility") == "private":
            continue
        for obj in world.state.page("dns", collection):
            if "type" in obj.body and "name" in obj.body:
                yield obj.body


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
