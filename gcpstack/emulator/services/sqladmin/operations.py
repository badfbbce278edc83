"""Cloud SQL's own operations: one at a time for each instance.

https://cloud.google.com/sql/docs/mysql/admin-api/rest/v1beta4/operations
"""

from collections.abc import Iterable
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, not_found
from gcpstack.emulator.core.model import Body, Dialect, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World

SERVICE = "sqladmin"
KEPT = 14 * 86400.0
# https://cloud.google.com/sql/docs/mysql/troubleshooting#import: what went wrong beyond the control plane.
FAILED = "ERROR_RDBMS"
BUSY = (
    "Operation failed because another operation was already in progress. "
    "Try your request after the current operation is complete."
)


def invalid(message: str, *, reason: str = "invalid") -> ApiError:
    """The 400 of a request that can't be."""
    return ApiError(400, message, reason=reason)


def need(call: Call) -> Obj:
    """The instance that the path names, or Cloud SQL's 404."""
    obj = call.find("/".join(call.segments[:4]))
    if obj is None or obj.kind != "instances":
        raise not_found("The Cloud SQL instance does not exist.", reason="instanceDoesNotExist")
    return obj


def running(instance: Obj) -> None:
    """400 where an instance is stopped, or on its way in or out."""
    stopped = instance.body["settings"]["activationPolicy"] == "NEVER"
    if stopped or instance.body["state"] != "RUNNABLE":
        raise invalid("Invalid request since instance is not running.")


def link(call: Call, name: str) -> str:
    """The self link of a name in the version that was called."""
    base = "sql/v1beta4" if call.api.version == "v1beta4" else call.api.version
    return f"https://sqladmin.googleapis.com/{base}/{name}"


def refuse_busy(*instances: Obj) -> None:
    """409 while another operation on an instance runs."""
    if any(instance.meta.get("operation") for instance in instances):
        raise ApiError(409, BUSY, reason="operationInProgress")


def start(
    call: Call,
    kind: str,
    instance: Obj,
    *,
    latency: tuple[str, str] | None = ("DatabaseInstance", "update"),
    finish: str = "",
    locks: Iterable[Obj] = (),
    **context: Any,
) -> Body:
    """Begin an operation on an instance and return it as it is told first.

    Args:
        call: the call that began it.
        kind: its type, ``CREATE``.
        instance: on which it runs; it is locked until the end.
        latency: the row and verb of the table of durations; None for what is done when it is answered.
        finish: what happens at its end, a name in ``ENDS``.
        locks: other instances that are locked as well.
        context: what ``finish`` needs, and is told of an import or export.
    """
    world = call.world
    seconds = world.latency.seconds(f"{SERVICE}.{latency[0]}", latency[1]) if latency else 0.0
    ident = world.ids.uuid()
    name = f"projects/{call.project}/operations/{ident}"
    told = {key: value for key, value in context.items() if key.endswith("Context")}
    body: Body = {
        "kind": "sql#operation",
        "name": ident,
        "operationType": kind,
        "status": "PENDING",
        "insertTime": world.stamp(),
        "targetId": instance.id,
        "targetLink": link(call, instance.name),
        "targetProject": call.project,
        "selfLink": link(call, name),
        "user": world.user,
        **told,
    }
    due = world.now() + seconds
    meta: Body = {"started": world.now(), "due": due}
    obj = world.shelf.keep(Obj(SERVICE, OPERATIONS.name, name, body, meta), world.now(), KEPT)
    held = [one.name for one in (instance, *locks)]
    for one in held:
        _mark(world, one, ident)
    payload = {"name": name, "held": held, "finish": finish, "context": context}
    if seconds > 0:
        world.later(seconds, SERVICE, "finish", payload)
    else:
        end(world, payload)
    return body if latency else world.show(obj)


def _mark(world: World, name: str, operation: str | None) -> None:
    obj = world.state.get(SERVICE, name)
    if obj is not None:
        meta = {key: value for key, value in obj.meta.items() if key != "operation"}
        world.state.put(obj.but(meta={**meta, "operation": operation} if operation else meta))


def end(world: World, payload: Body) -> None:
    """The end of an operation: its effect, and the instance is free again."""
    for name in payload["held"]:
        _mark(world, name, None)
    if not payload["finish"]:
        return
    try:
        ENDS[payload["finish"]](world, payload["held"][0], payload["context"])
    except ApiError as error:
        obj = world.state.get(SERVICE, payload["name"])
        if obj is not None:
            world.state.put(obj.but(meta={**obj.meta, "error": error.message}))


ENDS: dict[str, Any] = {}
"""What the ends of operations do, by name: ``(world, instance, context)``; an ``ApiError`` is told as the
operation's error. Filled by the modules that begin them."""


def show(world: World, obj: Obj, body: Body) -> Body:
    """An operation as it is told: under way until it is due."""
    body["startTime"] = world.stamp(obj.meta["started"])
    if world.now() < obj.meta["due"]:
        return {**body, "status": "RUNNING"}
    body |= {"status": "DONE", "endTime": world.stamp(obj.meta["due"])}
    if "error" in obj.meta:
        error = {"kind": "sql#operationError", "code": FAILED, "message": obj.meta["error"]}
        body["error"] = {"kind": "sql#operationErrors", "errors": [error]}
    return body


def _need(call: Call) -> Obj:
    parts = call.segments[:4]
    obj = call.find("/".join(parts))
    if obj is None or obj.kind != OPERATIONS.name:
        raise not_found(
            "The Cloud SQL instance operation does not exist.", reason="operationDoesNotExist"
        )
    return obj


def _get(call: Call) -> Body:
    return call.world.show(_need(call))


def _list(call: Call) -> Body:
    """``operations.list``: of one instance, the newest first."""
    wanted = call.query.get("instance")
    found = [
        obj
        for obj in call.world.state.page(SERVICE, call.path)
        if not wanted or obj.body["targetId"] == wanted
    ]
    found.sort(key=lambda obj: (-obj.meta["started"], obj.name))
    most = int(call.query.get("maxResults") or len(found))
    body: Body = {"kind": "sql#operationsList"}
    return {**body, "items": [call.world.show(obj) for obj in found[:most]]} if found else body


def _cancel(call: Call) -> Body:
    """``operations.cancel``: only imports and exports can be stopped, and the work here can't."""
    if _need(call).body["operationType"] not in ("IMPORT", "EXPORT"):
        raise invalid("Only import and export operations can be cancelled.")
    return {}


DIALECT = Dialect(name="sqladmin", methods={}, keep_nulls=("patch",))
OPERATIONS = Kind(
    name="operations",
    resources=("operations",),
    schema="Operation",
    dialect=DIALECT,
    view=show,
    methods={"get": _get, "list": _list, "cancel": _cancel},
)
EVENTS = {"finish": end}
