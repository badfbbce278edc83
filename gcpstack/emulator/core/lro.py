"""Long-running operations as https://google.aip.dev/151 has them, for every API that uses them.

A mutation answers an operation that is under way, even where it takes no time: the next look at it
finds it done.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.paging import Page
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Hold

if TYPE_CHECKING:
    from gcpstack.emulator.core.call import Call
    from gcpstack.emulator.core.model import Kind, Lro, Service
    from gcpstack.emulator.core.world import World

KEPT = 4 * 3600.0  # operations are forgotten after some hours
LONGEST_WAIT = 60.0
# Discovery puts the package before some names: GoogleCloudRunV2Service.
SCHEMA_PREFIX = re.compile(r"^Google[A-Z]\w*?V\d+((alpha|beta)\d)?(?=[A-Z])")
_EMPTY = {"@type": "type.googleapis.com/google.protobuf.Empty"}


@dataclass(slots=True)
class Running:
    """What an operation is about.

    Attributes:
        service: whose operation.
        verb: ``create``, ``update``, ``delete`` or another.
        target: canonical name of the resource.
        kind: the collection id of the resource, or ``""``.
        version: of the API.
        method: the discovery method that began it.
        started, ended: seconds; ``ended`` is None while it runs.
        extra: whatever the service's metadata or ``finish`` needs.
    """

    service: str
    verb: str
    target: str
    kind: str = ""
    version: str = "v1"
    method: str = ""
    started: float = 0.0
    ended: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def standard_metadata(
    type_name: str, *fields: str, end_time: bool = True
) -> "Callable[[World, Running], dict[str, Any]]":
    """Metadata of the usual OperationMetadata message: of its fields those that are named.

    ``createTime``, ``target``, ``verb``, ``apiVersion``, ``requestedCancellation``; ``endTime`` once done.
    """

    def metadata(world: "World", running: Running) -> dict[str, Any]:
        every: dict[str, Any] = {
            "createTime": world.stamp(running.started),
            "target": world.told(
                world.registry.kind(running.service, running.kind), running.target
            ),
            "verb": running.verb,
            "apiVersion": running.version,
            "requestedCancellation": False,
        }
        body: dict[str, Any] = {"@type": f"type.googleapis.com/{type_name}"}
        body.update({name: every[name] for name in fields})
        if end_time and running.ended is not None:
            body["endTime"] = world.stamp(running.ended)
        return body

    return metadata


def start(
    call: "Call",
    verb: str,
    target: str,
    *,
    kind: "Kind | None" = None,
    seconds: float | None = None,
    error: ApiError | None = None,
    response: dict[str, Any] | None = None,
    extra: dict[str, Any] | None = None,
    effect: str = "",
) -> dict[str, Any]:
    """Begin an operation and return it as it is told first.

    Args:
        call: the call that began it.
        verb: what is being done.
        target: canonical name of the resource.
        kind: of the resource; the call's by default.
        seconds: how long it takes; the kind's usual duration by default.
        error: it fails with this at its end.
        response: what it answers at its end, with ``@type``; by default the resource, or Empty after delete.
        extra: kept for the metadata.
        effect: what is done at its end: one of the service's events, given the `Running` as JSON. An
            ``ApiError`` that it raises is what the operation fails with.
    """
    world, lro = call.world, _lro(call.service)
    kind = kind or call.kind
    if seconds is None:
        seconds = world.latency.seconds(latency_key(call.service, kind), verb)
    running = Running(
        call.service.name, verb, target, kind.name if kind else "", call.api.version,
        call.method.id, world.now(), None, extra or {},
    )  # fmt: skip
    name = f"{_parent(lro, target)}{(lro.new_id or _new_id)(world)}"
    meta: dict[str, Any] = {"running": asdict(running), "due": world.now() + seconds}
    if error is not None:
        meta["error"] = error.as_status()
    if response is not None:
        meta["response"] = response
    if effect:
        meta["effect"] = effect
    obj = Obj(call.service.name, "operations", name, {}, meta)
    told = show(world, world.shelf.keep(obj, world.now(), KEPT))
    if seconds > 0:
        world.later(seconds, call.service.name, "lro.finish", {"name": name})
    else:
        finish(world, {"service": call.service.name, "name": name})
    return told


def _lro(service: "Service") -> "Lro":
    if service.lro is None:
        message = f"{service.name} declares no long-running operations"
        raise LookupError(message)
    return service.lro


def _new_id(world: "World") -> str:
    head = int(world.now() * 1000)
    return f"operation-{head}-{world.ids.hex(13)}-{world.ids.hex(8)}-{world.ids.hex(8)}"


def _parent(lro: "Lro", target: str) -> str:
    if callable(lro.parent):
        return lro.parent(target)
    parts = target.split("/")
    values = {"project": "/".join(parts[:2]), "location": "/".join(parts[:4]), "target": target}
    values["parent"] = "/".join(parts[:-2])
    text = lro.parent.format(**values)
    return f"{text}/operations/" if text else "operations/"


def latency_key(service: "Service", kind: "Kind | None") -> str:
    """The row of the table of durations for a kind."""
    if kind is None:
        return service.name
    return kind.latency or f"{service.name}.{kind.schema}"


def finish(world: "World", payload: dict[str, Any]) -> None:
    """The end of an operation: the resource is ready or gone, and the operation tells the outcome."""
    obj = world.state.get(payload["service"], payload["name"])
    if obj is None:
        return
    running = Running(**obj.meta["running"])
    running.ended = max(
        world.now() if not obj.meta.get("due") else obj.meta["due"], running.started
    )
    meta = {**obj.meta, "running": asdict(running), "done": True}
    if "error" not in meta:
        try:
            _affect(world, meta)
            if "response" not in meta:
                meta["response"] = _outcome(world, running)
        except ApiError as error:  # what was made doesn't work; it stays and tells why
            meta["error"] = error.as_status()
    world.state.put(obj.but(meta=meta))


def _affect(world: "World", meta: dict[str, Any]) -> None:
    """Do what an operation does at its end."""
    service = world.registry.service(meta["running"]["service"])
    if service is not None and meta.get("effect"):
        service.events[meta["effect"]](world, meta["running"])


def _outcome(world: "World", running: Running) -> dict[str, Any]:
    target = world.state.get(running.service, running.target)
    if target is None:
        return _EMPTY
    kind = world.registry.kind(running.service, running.kind)
    service = world.registry.service(running.service)
    if running.verb == "delete":
        tells = service is not None and service.lro is not None and service.lro.deleted
        told = _typed(world, service, kind, target) if tells else _EMPTY
        if not (kind and kind.soft_delete):
            world.forget(target)
        return told
    return _typed(world, service, kind, world.settle(target))


def _typed(
    world: "World", service: "Service | None", kind: "Kind | None", obj: Obj
) -> dict[str, Any]:
    """A resource as an operation answers it."""
    types = (kind.types if kind else "") or (service.lro.types if service and service.lro else "")
    schema = SCHEMA_PREFIX.sub("", kind.schema) if kind else ""
    omitted = kind.lro_omits if kind else ()
    told = {name: value for name, value in world.show(obj).items() if name not in omitted}
    return {"@type": f"type.googleapis.com/{types}.{schema}", **told}


def show(world: "World", obj: Obj) -> dict[str, Any]:
    """An operation as it is told."""
    service = world.registry.service(obj.service)
    lro = _lro(service) if service else None
    numbered = lro is not None and lro.number
    body: dict[str, Any] = {"name": world.with_number(obj.name) if numbered else obj.name}
    metadata = lro.metadata(world, Running(**obj.meta["running"])) if lro else None
    if metadata is not None:
        body["metadata"] = metadata
    if obj.meta.get("done"):
        body["done"] = True
        key = "error" if "error" in obj.meta else "response"
        body[key] = obj.meta[key]
    elif lro and lro.done_false:
        body["done"] = False
    return body


def _need(call: "Call") -> Obj:
    name = call.name
    obj = call.find(name)
    if obj is None or obj.kind != "operations":
        raise ApiError(404, f"Operation not found: {name}")
    return obj


def get(call: "Call") -> dict[str, Any]:
    """``operations.get``."""
    return show(call.world, _need(call))


def wait(call: "Call") -> dict[str, Any] | Hold:
    """``operations.wait``: answers once the operation is done, or after the longest wait."""
    obj = _need(call)
    limit = call.world.now() + LONGEST_WAIT

    def again() -> Any:
        if _need(call).meta.get("done") or call.world.now() >= limit:
            return get(call)
        return Hold(min(obj.meta["due"], limit), again)

    return again()  # type: ignore[no-any-return] # the kind's own answer


def list_all(call: "Call") -> dict[str, Any]:
    """``operations.list``."""
    page = Page(
        call.world.state, call.service.name, [call.path], "operations",
        size=call.query.get("pageSize") or 100, page_token=call.query.get("pageToken", ""),
        where=call.query.get("filter", ""), body_of=lambda obj: show(call.world, obj),
    )  # fmt: skip
    body: dict[str, Any] = {}
    if page.items:
        body["operations"] = [show(call.world, obj) for obj in page.items]
    if page.next_token:
        body["nextPageToken"] = page.next_token
    return body


def cancel(call: "Call") -> dict[str, Any]:
    """``operations.cancel``: best effort, and the work here can't be stopped."""
    _need(call)
    return {}


def delete(call: "Call") -> dict[str, Any]:
    """``operations.delete``."""
    obj = _need(call)
    call.world.state.delete(obj.service, obj.name)
    return {}


METHODS = {"get": get, "wait": wait, "list": list_all, "cancel": cancel, "delete": delete}
EVENTS = {"lro.finish": finish}
