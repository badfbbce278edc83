"""Compute's own operations (https://cloud.google.com/compute/docs/reference/rest/v1/globalOperations)."""

from http import HTTPStatus
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import rfc3339_offset
from gcpstack.emulator.core.errors import ApiError, not_found
from gcpstack.emulator.core.links import full, relative
from gcpstack.emulator.core.lro import latency_key
from gcpstack.emulator.core.model import Body, Dialect, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Hold

LONGEST_WAIT = 120.0  # "wait" answers after two minutes at the latest
KEPT = 14 * 86400.0
VERBS = {"insert": "create", "delete": "delete"}


def scope_of(name: str) -> str:
    """The scope of a resource: ``projects/p/global``, ``projects/p/regions/r``; a project's own is global."""
    parts = name.split("/")
    if len(parts) == 2:  # noqa: PLR2004
        return f"{name}/global"
    return "/".join(parts[:3] if parts[2] == "global" else parts[:4])


def start(
    call: Call,
    verb: str,
    target: Obj,
    *,
    kind: Kind | None = None,
    seconds: float | None = None,
    error: tuple[str, str] | None = None,
) -> Body:
    """Begin an operation and return it as it is told first.

    Args:
        call: the call that began it.
        verb: ``insert``, ``patch``, ``update``, ``delete``, ``setLabels`` …
        target: the resource, already changed (a delete's target goes when the operation is done).
        kind: of the resource; the call's by default.
        seconds: how long it takes; the kind's usual duration by default.
        error: it ends with this code and message.
    """
    world = call.world
    kind = kind or call.kind
    if seconds is None:
        seconds = world.latency.seconds(latency_key(call.service, kind), VERBS.get(verb, "update"))
    now = world.now()
    scope = scope_of(target.name)
    name = f"operation-{int(now * 1000)}-{world.ids.hex(13)}-{world.ids.hex(8)}-{world.ids.hex(8)}"
    body: Body = {
        "kind": "compute#operation",
        "id": world.ids.number(),
        "name": name,
        "operationType": _type(call, kind, verb, target),
        "targetLink": full(target.name),
        "targetId": str(target.body.get("id", "")),
        "user": world.user,
        "insertTime": rfc3339_offset(now),
        "startTime": rfc3339_offset(now),
        "selfLink": full(f"{scope}/operations/{name}"),
    }
    place = scope.split("/")
    if place[2] != "global":
        body[place[2].rstrip("s")] = full(scope)
    meta: dict[str, Any] = {"due": now + seconds, "verb": verb, "target": target.name}
    if error is not None:
        meta["error"] = list(error)
    full_name = f"{scope}/operations/{name}"
    request_id = call.query.get("requestId")
    if request_id:
        meta["request"] = f"{call.project}/{request_id}"
        world.state.set_record("compute.request", meta["request"], full_name)
    obj = Obj(call.service.name, "operations", full_name, body, meta)
    obj = world.shelf.keep(obj, now, KEPT)
    payload = {"name": target.name, "verb": verb, "operation": obj.name}
    if seconds > 0:
        world.state.put(target.but(meta={**target.meta, "pending": verb}))
        world.later(seconds, call.service.name, "compute.finish", payload)
    else:
        finish(world, {"service": call.service.name, **payload})
    return show(world, obj, running=True)


def _type(call: Call, kind: Kind | None, verb: str, target: Obj) -> str:
    told = kind.operation_types.get(verb, verb) if kind else verb
    return told if isinstance(told, str) else told(call, target)


def finish(world: Any, payload: Body) -> None:
    """The end of an operation: its target is ready or gone."""
    target = world.state.get(payload["service"], payload["name"])
    operation = world.state.get(payload["service"], payload["operation"])
    failed = operation is not None and "error" in operation.meta
    if target is None:
        return
    if payload["verb"] == "delete" and not failed:
        world.forget(target)
    else:
        world.settle(target)


def show(world: Any, obj: Obj, *, running: bool = False) -> Body:
    """An operation as it is told: under way until it is due."""
    body = dict(obj.body)
    if running or world.now() < obj.meta["due"]:
        return {**body, "status": "RUNNING", "progress": 0}
    body |= {"status": "DONE", "progress": 100, "endTime": rfc3339_offset(obj.meta["due"])}
    if "error" in obj.meta:
        code, message = obj.meta["error"]
        body["error"] = {"errors": [{"code": code, "message": message}]}
        body["httpErrorStatusCode"] = HTTP_OF.get(code, 400)
        body["httpErrorMessage"] = HTTPStatus(body["httpErrorStatusCode"]).phrase.upper()
    return body


HTTP_OF = {
    "RESOURCE_NOT_FOUND": 404,
    "QUOTA_EXCEEDED": 403,
    "RESOURCE_ALREADY_EXISTS": 409,
    "INTERNAL_ERROR": 500,
}


def now(call: Call, told: Body) -> Body:
    """A begun operation as it is a moment later, for methods that answer when all is done."""
    obj = call.find(relative(str(told["selfLink"])))
    return show(call.world, obj) if obj else told


def replayed(call: Call) -> Body | None:
    """The operation of an earlier call with the same ``requestId``."""
    request_id = call.query.get("requestId")
    if not request_id:
        return None
    name = call.world.state.record("compute.request", f"{call.project}/{request_id}")
    obj = call.find(name) if name else None
    return show(call.world, obj) if obj else None


def _need(call: Call) -> Obj:
    obj = call.find()
    if obj is None or obj.kind != "operations":
        raise not_found(f"The resource '{call.name}' was not found")
    return obj


def get(call: Call) -> Body:
    """``operations.get``."""
    return show(call.world, _need(call))


def wait(call: Call) -> Body | Hold:
    """``operations.wait``: answers once the operation is done, or after two minutes."""
    due: float = _need(call).meta["due"]
    limit = min(due, call.world.now() + LONGEST_WAIT)
    return get(call) if due <= call.world.now() else Hold(limit, lambda: get(call))  # type: ignore[arg-type, return-value] # a Hold answers the same body later


def delete(call: Call) -> Body:
    """``operations.delete``."""
    obj = _need(call)
    if call.world.now() < obj.meta["due"]:
        raise ApiError(400, f"The resource '{obj.name}' is not ready", reason="resourceNotReady")
    call.world.state.delete(obj.service, obj.name)
    return {}


def view(world: Any, obj: Obj, _body: Body) -> Body:
    """What a list tells of an operation."""
    return show(world, obj)


def operations_kind(dialect: Dialect) -> Kind:
    """The kind of Compute's operations."""
    return Kind(
        name="operations",
        resources=("globalOperations", "regionOperations", "zoneOperations"),
        schema="Operation",
        dialect=dialect,
        methods={"get": get, "wait": wait, "delete": delete},
        view=view,
    )
