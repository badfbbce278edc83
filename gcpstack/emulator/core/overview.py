"""What the page for people shows: what exists and what uses what, operations under way, the last calls."""

import importlib.resources
import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.paths import remove
from gcpstack.emulator.core.wire import Response

if TYPE_CHECKING:
    from gcpstack.emulator.core.store import Obj
    from gcpstack.emulator.core.world import World

MOST = 2000  # resources told at once; the counts tell of all
LAST_CALLS = 200
DEEPEST = 12
LONGEST_NAME = 400
# Nothing but the page itself: no other host is asked for anything.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page() -> Response:
    """The page itself: one document that asks the control calls for what it shows."""
    text = importlib.resources.files("gcpstack.emulator.core").joinpath("page.html").read_bytes()
    headers = {
        "Content-Type": "text/html; charset=UTF-8",
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(200, text, headers)


def listed(world: "World") -> Iterator["Obj"]:
    """The resources that people made: no operations, and not what Google gives with others."""
    for _, obj in sorted(world.state.objects.items()):
        if obj.kind != "operations" and not obj.meta.get("given"):
            yield obj


def shown(world: "World", obj: "Obj") -> dict[str, Any]:
    """A resource as a read tells it, without its secrets."""
    body: dict[str, Any] = world.show(obj)
    kind = world.kind_of(obj)
    if kind is not None and kind.secret:
        body = json.loads(json.dumps(body))
        for path in kind.secret:
            remove(body, path)
    return body


def full(service: str, name: str) -> str:
    """The full name of a resource (https://google.aip.dev/122#full-resource-names)."""
    return f"//{service}.googleapis.com/{name}"


def find(world: "World", name: str) -> dict[str, Any]:
    """One resource by its full name: its body, what it uses and what uses it.

    Raises:
        KeyError: there is none.
    """
    host, _, rest = name.removeprefix("//").partition("/")
    obj = world.state.get(host.removesuffix(".googleapis.com"), rest)
    if obj is None:
        raise KeyError(name)
    users = {full(user.service, user.name) for user, _ in world.state.users(obj.service, obj.name)}
    names = _names(world)
    users |= {full(other.service, other.name) for other in listed(world) if _key(obj) in _named(world, other, names)}  # fmt: skip
    return {
        "name": name,
        "body": shown(world, obj),
        "uses": _uses(world, obj, names),
        "usedBy": sorted(users - {name}),
    }


def overview(world: "World", after: str = "", service: str = "", kind: str = "") -> dict[str, Any]:
    """Everything at a glance; only its mark where nothing has changed since the mark ``after``.

    Args:
        world: what exists.
        after: the mark of the last answer.
        service: tell the resources of this service alone.
        kind: and of this kind.
    """
    running = list(_running(world))
    facts = [world.log.total, world.state.seq, len(world.state.events), len(running)]
    if running:
        facts.append(int(world.now()))  # how long they still take is told by the second
    mark = "-".join(map(str, facts))
    answer: dict[str, Any] = {"mark": mark, "now": world.stamp(), "latency": world.latency.setting}
    if after == mark:
        return answer
    objects = list(listed(world))
    wanted = [obj for obj in objects if service in ("", obj.service) and kind in ("", obj.kind)]
    names = _names(world)
    return {
        **answer,
        "services": _services(world, objects),
        "resources": [_row(world, obj, names) for obj in wanted[:MOST]],
        "matching": len(wanted),
        "operations": running,
        "requests": world.log.last(LAST_CALLS),
        "total": {"resources": len(objects), "requests": world.log.total},
    }


def _services(world: "World", objects: list["Obj"]) -> list[dict[str, Any]]:
    counts = Counter((obj.service, obj.kind) for obj in objects)
    found: dict[str, dict[str, Any]] = {}
    for (service, kind), number in sorted(counts.items()):
        declared = world.registry.service(service)
        title = (declared.title if declared else "") or service
        row = found.setdefault(service, {"name": service, "title": title, "count": 0, "kinds": []})
        row["count"] += number
        row["kinds"].append({"name": kind, "count": number})
    return list(found.values())


def _row(world: "World", obj: "Obj", names: dict[str, str]) -> dict[str, Any]:
    kind = world.kind_of(obj)
    field = kind.states.field if kind is not None and kind.states else ""
    state = obj.body.get(field) or obj.body.get("state") or obj.body.get("status") or ""
    condition = obj.body.get("terminalCondition")
    if not state and isinstance(condition, dict):
        state = str(condition.get("state", "")).removeprefix("CONDITION_")
    return {
        "name": full(obj.service, obj.name),
        "service": obj.service,
        "kind": obj.kind,
        "state": state if isinstance(state, str) else "",
        "pending": str(obj.meta.get("pending") or ""),
        "uses": _uses(world, obj, names),
    }


# -- links


def _key(obj: "Obj") -> tuple[str, str]:
    return obj.service, obj.name


def _names(world: "World") -> dict[str, str]:
    """Every resource's service by its name, and by the last step where that says it all: an e-mail address."""
    found = {}
    for service, name in world.state.objects:
        found[name] = service
        last = name.rsplit("/", 1)[-1]
        if "@" in last:
            found[last] = f"{service}/{name}"
    return found


def _uses(world: "World", obj: "Obj", names: dict[str, str]) -> list[str]:
    found = {(service, name) for service, name, _ in obj.refs}
    found |= _named(world, obj, names)
    return sorted(full(*key) for key in found if key in world.state.objects and key != _key(obj))


def _named(world: "World", obj: "Obj", names: dict[str, str]) -> set[tuple[str, str]]:
    """The resources that a body names, in whatever field."""
    found = set()
    for text in _texts(obj.body, DEEPEST):
        if "/" not in text and "@" not in text:
            continue
        name = world.canonical(relative(text, obj.name.split("/")[1] if "/" in obj.name else ""))
        service = names.get(name) or names.get(text.removeprefix("serviceAccount:"))
        if service and "/" in service:
            service, _, name = service.partition("/")
        below = (
            name == obj.name or obj.name.startswith(f"{name}/") or name.startswith(f"{obj.name}/")
        )
        if service and not (below and service == obj.service):
            found.add((service, name))
    return found


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) < LONGEST_NAME:
            yield value
    elif depth and isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner, depth - 1)
    elif depth and isinstance(value, list):
        for inner in value:
            yield from _texts(inner, depth - 1)


# -- operations


def _running(world: "World") -> Iterator[dict[str, Any]]:
    now = world.now()
    for obj in world.state.objects.values():
        due = obj.meta.get("due") or 0
        if obj.kind != "operations" or due <= now or obj.meta.get("done"):
            continue
        facts = obj.meta.get("running") or obj.meta
        yield {
            "service": obj.service,
            "name": obj.name,
            "verb": str(facts.get("verb") or obj.body.get("operationType") or ""),
            "target": full(obj.service, str(facts.get("target") or obj.body.get("targetId") or "")),
            "left": due - now,
        }
