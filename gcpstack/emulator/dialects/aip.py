"""The newer APIs: standard methods as https://google.aip.dev/131 to 135 have them.

``create`` takes the id from a query parameter or assigns one, ``patch`` follows its update mask,
``list`` pages and filters, and each answers either the resource or a long-running operation.
"""

from typing import Any

from gcpstack.emulator.core import encryption, links, locations, lro, masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import (
    ApiError,
    aborted,
    already_exists,
    failed_precondition,
    invalid,
)
from gcpstack.emulator.core.ids import etag
from gcpstack.emulator.core.model import Body, Dialect, Kind
from gcpstack.emulator.core.paging import Page
from gcpstack.emulator.core.recorded import same_version
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import standard

DEFAULT_PAGE = 100
LARGEST_PAGE = 1000


def get(call: Call) -> Body:
    """AIP-131."""
    return call.world.show(call.need())


def list_all(call: Call) -> Body:
    """AIP-132, with ``-`` for any parent (AIP-159)."""
    kind = standard.need_kind(call)
    query, world = call.query, call.world
    size = min(int(query.get("pageSize") or query.get("maxResults") or DEFAULT_PAGE), LARGEST_PAGE)
    if size < 0:
        raise invalid("page_size must not be negative")
    check_parent(call, call.path)
    page = Page(
        world.state, call.service.name, collections(call), kind.name,
        size=size, page_token=query.get("pageToken", ""), where=query.get("filter", ""),
        order=query.get("orderBy", ""), body_of=world.show,
    )  # fmt: skip
    wanted = [
        obj for obj in page.items if not obj.meta.get("deleted_at") or query.get("showDeleted")
    ]
    answer: Body = {}
    if wanted:
        answer[list_key(call, kind)] = [world.show(obj) for obj in wanted]
    if page.next_token:
        answer["nextPageToken"] = page.next_token
    if kind.list_extra:
        count = sum(world.state.size(call.service.name, path) for path in collections(call))
        kind.list_extra(call, answer, count)
    return answer


def collections(call: Call) -> list[str]:
    """The collections that a list path means."""
    parts = call.path.split("/")
    if "-" not in parts:
        return [call.path]
    prefix = "/".join(parts[: parts.index("-")])
    found = call.world.state.collections(call.service.name, prefix)
    return [path for path in found if _fits(path.split("/"), parts)]


def _fits(path: list[str], pattern: list[str]) -> bool:
    return len(path) == len(pattern) and all(
        b in ("-", a) for a, b in zip(path, pattern, strict=True)
    )


def list_key(call: Call, kind: Kind) -> str:
    """The field of a list answer that holds the resources."""
    if kind.list_key:
        return kind.list_key
    schema = call.api.schemas[call.method.response]
    return next(
        field.name
        for field in schema.fields.values()
        if field.item and field.item.ref == kind.schema
    )


def check_parent(call: Call, collection: str) -> None:
    """The resource that holds a collection must exist, where its kind is served."""
    parent = collection.rpartition("/")[0]
    parts = parent.split("/")
    if "-" in parts or len(parts) < 4:  # noqa: PLR2004
        return
    kind = call.world.registry.kind(call.service.name, parts[-2])
    if kind is not None:
        call.need(parent, kind)
    elif call.service.locations and parts[-2] == "locations":
        locations.check(parts[-1])


def new_id(call: Call, kind: Kind) -> str:
    """The id of a resource to create: the client's, or Google's."""
    text = str(call.query.get(kind.id_param, "")) if kind.id_param else ""
    if not text and kind.id_server:
        return kind.id_server(call)
    if not text:
        raise invalid(f"{kind.id_param or 'id'} is required", field=kind.id_param)
    if not standard.check_id(kind, text):
        raise invalid(
            f"Invalid resource id '{text}': it must match the pattern {kind.id_pattern}",
            field=kind.id_param,
        )
    return text


def create(call: Call) -> Body:
    """AIP-133."""
    kind = standard.need_kind(call)
    check_parent(call, call.path)
    return make(call, kind, f"{call.path}/{new_id(call, kind)}")


def make(call: Call, kind: Kind, name: str) -> Body:
    """Create a resource of a known name from the call's body, and answer as the API does."""
    world = call.world
    refuse_taken(call, kind, name)
    body = {**call.body, "name": name}
    standard.drop_output(kind, body)
    for path in standard.missing_fields(kind, body):
        raise invalid(f"Missing required field: {path}", field=path)
    standard.fill_defaults(call, kind, body)
    refs = links.resolve(call, kind, body, as_links=False)
    if kind.validate:
        kind.validate(call, body, None)
    refusal = encryption.refusal(call, kind, body)
    if refusal is not None:
        return lro.start(call, "create", name, seconds=0, error=refusal)
    if kind.on_create:
        kind.on_create(call, body)
    standard.drop_input(call, kind, body)
    slow = is_lro(kind, "create")
    meta: dict[str, Any] = (
        {"created": world.now(), "pending": "create"} if slow else {"created": world.now()}
    )
    if kind.states:
        body[kind.states.field] = kind.states.create if slow else kind.states.ready
    _stamp_etag(kind, body)
    obj = world.state.put(Obj(call.service.name, kind.name, name, body, meta, refs))
    return _answer(call, kind, "create", obj)


def refuse_taken(call: Call, kind: Kind, name: str) -> None:
    """409 for a name in use; 400 for one that was deleted too recently."""
    if call.find(name):
        words = kind.already_exists or call.service.already_exists
        raise already_exists(call.fill(words, name, kind))
    until = call.world.state.record("tombstone", f"{call.service.name}/{name}", 0.0)
    if until > call.world.now():
        text = f"The resource '{name}' cannot be created because a resource with this name existed too recently."
        raise failed_precondition(text)


def is_lro(kind: Kind, verb: str) -> bool:
    """Whether a verb answers a long-running operation."""
    return kind.lro if isinstance(kind.lro, bool) else verb in kind.lro


def _answer(call: Call, kind: Kind, verb: str, obj: Obj) -> Body:
    if not is_lro(kind, verb):
        answer = call.world.show(call.world.settle(obj))
        if call.query.get("validateOnly"):
            call.world.undo()
        return answer
    if call.query.get("validateOnly"):
        answer = lro.start(call, verb, obj.name, seconds=0)
        call.world.undo()
        return {**answer, "done": True}
    return lro.start(call, verb, obj.name)


def _stamp_etag(kind: Kind, body: Body) -> None:
    if kind.etag:
        body[kind.etag] = etag({key: value for key, value in body.items() if key != kind.etag})


def check_etag(call: Call, kind: Kind, obj: Obj) -> None:
    """409 when the client saw another version than the one there is."""
    sent = call.query.get("etag") or (call.sent.get(kind.etag) if kind.etag else None)
    if kind.etag and sent and not same_version(sent, obj.body.get(kind.etag)):
        text = f"The etag provided '{sent}' does not match the current etag of the resource '{obj.name}'."
        raise aborted(text) if kind.stale == "ABORTED" else failed_precondition(text)


def refuse_busy(obj: Obj) -> None:
    """409 while another operation on the resource runs."""
    if obj.meta.get("pending"):
        raise ApiError(409, "unable to queue the operation", status="ABORTED", reason="aborted")


def patch(call: Call) -> Body:
    """AIP-134: the fields of the mask, or without a mask those that were sent."""
    kind = standard.need_kind(call)
    obj = call.find()
    if obj is None and call.query.get("allowMissing"):
        return make(call, kind, call.name)
    obj = call.need()
    schema = call.api.schemas[kind.schema]
    paths = masks.parse(call.api, schema, str(call.query.get("updateMask") or ""), kind.masks)
    if not paths:
        paths = masks.implied(call.body)
    elif paths == ["*"]:
        writable = {name for name, field in schema.fields.items() if not field.read_only}
        paths = sorted(writable - set(kind.output_only) - {"name", kind.etag})
    return change(
        call,
        kind,
        obj,
        masks.apply(obj.body, call.body, [path for path in paths if path != "name"]),
    )


def change(call: Call, kind: Kind, obj: Obj, body: Body) -> Body:
    """Give a resource a new body, and answer as the API does."""
    check_etag(call, kind, obj)
    refuse_busy(obj)
    standard.keep(obj.body, body, (*kind.output_only, "name", *([kind.etag] if kind.etag else [])))
    path = standard.changed_immutable(kind, obj.body, body)
    if path:
        raise invalid(f"Field {path} is immutable and cannot be updated.", field=path)
    standard.fill_defaults(call, kind, body)
    path = standard.cleared_field(kind, obj.body, body)
    if path:
        raise invalid(f"Missing required field: {path}", field=path)
    refs = links.resolve(call, kind, body, as_links=False)
    if kind.validate:
        kind.validate(call, body, obj.body)
    if kind.on_update:
        kind.on_update(call, body, obj.body)
    standard.drop_input(call, kind, body)
    meta = dict(obj.meta)
    if is_lro(kind, "update"):
        meta["pending"] = "update"
        if kind.states:
            body[kind.states.field] = kind.states.update
    _stamp_etag(kind, body)
    return _answer(
        call, kind, "update", call.world.state.put(obj.but(body=body, meta=meta, refs=refs))
    )


def delete(call: Call) -> Body:
    """AIP-135; AIP-164 where deletion can be undone."""
    kind = standard.need_kind(call)
    obj = call.find()
    if obj is None and call.query.get("allowMissing"):
        return {} if not is_lro(kind, "delete") else lro.start(call, "delete", call.name, seconds=0)
    obj = call.need()
    check_etag(call, kind, obj)
    refuse_busy(obj)
    standard.check_protection(kind, obj)
    _refuse_used(call, kind, obj)
    if kind.on_delete:
        kind.on_delete(call, obj)
    if kind.soft_delete:
        return _soft_delete(call, kind, obj)
    if not is_lro(kind, "delete"):
        call.world.forget(obj)
        return {}
    body = dict(obj.body)
    if kind.states:
        body[kind.states.field] = kind.states.delete
    call.world.state.put(obj.but(body=body, meta={**obj.meta, "pending": "delete"}))
    return lro.start(call, "delete", obj.name)


def _refuse_used(call: Call, kind: Kind, obj: Obj) -> None:
    users = [
        user for user, _ in call.world.state.users(obj.service, obj.name) if user.name != obj.name
    ]
    if users and not call.query.get("force"):
        text = f"Resource '{obj.name}' is in use by '{users[0].name}' and cannot be deleted."
        raise failed_precondition(text)
    if (
        kind.non_empty
        and call.world.state.children(obj.service, obj.name)
        and not call.query.get("force")
    ):
        raise failed_precondition(
            f"Resource '{obj.name}' still contains resources and cannot be deleted."
        )


def _soft_delete(call: Call, kind: Kind, obj: Obj) -> Body:
    world = call.world
    meta = {**obj.meta, "deleted_at": world.now()}
    gone = world.state.put(obj.but(meta=meta))
    world.later(
        kind.soft_delete, obj.service, "aip.purge", {"name": obj.name, "at": meta["deleted_at"]}
    )
    return lro.start(call, "delete", obj.name) if is_lro(kind, "delete") else world.show(gone)


def undelete(call: Call) -> Body:
    """AIP-164."""
    kind = standard.need_kind(call)
    obj = call.find()
    if obj is None or obj.kind != kind.name:
        raise call.missing(call.name, kind)
    if not obj.meta.get("deleted_at"):
        raise failed_precondition(f"Resource '{obj.name}' is not deleted.")
    meta = {key: value for key, value in obj.meta.items() if key != "deleted_at"}
    obj = call.world.state.put(obj.but(meta=meta))
    return lro.start(call, "undelete", obj.name) if is_lro(kind, "delete") else call.world.show(obj)


def purge(world: Any, payload: Body) -> None:
    """The end of the time in which a deletion can be undone."""
    obj = world.state.get(payload["service"], payload["name"])
    if obj is not None and obj.meta.get("deleted_at") == payload["at"]:
        world.forget(obj)


AIP = Dialect(
    name="aip",
    methods={
        "get": get, "list": list_all, "create": create, "patch": patch, "delete": delete, "undelete": undelete,
    },
    events={"aip.purge": purge},
)  # fmt: skip
