"""The standard methods of Cloud DNS: names in the body, plain answers, pages by ``maxResults``."""

from collections.abc import Callable
from typing import Any

from gcpstack.emulator.core import links, paths
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, already_exists, invalid
from gcpstack.emulator.core.model import Body, Dialect, Kind
from gcpstack.emulator.core.paging import Page
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import standard

SERVICE = "dns"
USUAL_PAGE = 100
NAME = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"


def wrong(field: str, value: Any) -> ApiError:
    """The 400 of a wrong value."""
    return invalid(f"Invalid value for '{field}': '{value}'")


def entity(kind: Kind) -> str:
    """How messages call the body: ``entity.managedZone``."""
    return f"entity.{kind.schema[0].lower()}{kind.schema[1:]}"


def get(call: Call) -> Body:
    """``get``."""
    return call.world.show(call.need())


def list_all(call: Call) -> Body:
    """``list``."""
    kind = standard.need_kind(call)
    return listed(call, kind, call.path)


def listed(
    call: Call, kind: Kind, collection: str, where: Callable[[Obj], bool] | None = None
) -> Body:
    """A page of a collection, of those that a condition allows."""
    world = call.world
    if where is not None:
        world_page = [obj for obj in world.state.page(SERVICE, collection) if where(obj)]
        items, token = world_page, ""
    else:
        page = Page(
            world.state, SERVICE, [collection], kind.name,
            size=int(call.query.get("maxResults") or USUAL_PAGE),
            page_token=call.query.get("pageToken", ""), body_of=world.show,
        )  # fmt: skip
        items, token = page.items, page.next_token
    response = call.method.response
    answer: Body = {"kind": f"dns#{response[0].lower()}{response[1:]}"}
    if items:
        answer[kind.list_key or kind.name] = [world.show(obj) for obj in items]
    if token:
        answer["nextPageToken"] = token
    return answer


def create(call: Call, name_field: str = "name") -> Obj:
    """Store a new resource whose name stands in the body."""
    kind = standard.need_kind(call)
    body = dict(call.body)
    ident = str(body.get(name_field, ""))
    if not standard.check_id(kind, ident):
        raise wrong(f"{entity(kind)}.{name_field}", ident)
    name = f"{call.path}/{ident}"
    if call.find(name):
        raise already_exists(f"The resource '{entity(kind)}' named '{ident}' already exists")
    for path in standard.missing_fields(kind, body):
        if paths.get(call.sent, path) == "":  # said, if of nothing
            continue
        raise ApiError(
            400,
            f"The '{entity(kind)}.{path}' parameter is required but was missing.",
            reason="required",
        )
    standard.drop_output(kind, body)
    body["kind"] = f"dns#{kind.schema[0].lower()}{kind.schema[1:]}"
    if "id" in call.api.schemas[kind.schema].fields:
        body["id"] = call.world.ids.number()
    return keep(call, kind, Obj(SERVICE, kind.name, name, body), None)


def keep(call: Call, kind: Kind, obj: Obj, old: Body | None) -> Obj:
    """Complete, check and store a body."""
    body = obj.body
    standard.fill_defaults(call, kind, body)
    refs = links.resolve(call, kind, body, as_links=False)
    if kind.validate:
        kind.validate(call, body, old)
    if old is None and kind.on_create:
        kind.on_create(call, body)
    if old is not None and kind.on_update:
        kind.on_update(call, body, old)
    return call.world.state.put(obj.but(refs=refs))


def change(call: Call, *, merge: bool) -> Obj:
    """``patch`` merges the body into the resource, ``update`` replaces it."""
    kind, obj = standard.need_kind(call), call.need()
    body = paths.merge_patch(obj.body, call.body) if merge else dict(call.body)
    standard.keep(obj.body, body, (*kind.output_only, "kind", "id"))
    for path in kind.immutable:
        if paths.get(body, path) is None and paths.get(obj.body, path) is not None:
            paths.put(body, path, paths.get(obj.body, path))
    path = standard.changed_immutable(kind, obj.body, body)
    if path:
        raise wrong(f"{entity(kind)}.{path}", paths.get(body, path))
    return keep(call, kind, obj.but(body=body), obj.body)


def delete(call: Call) -> Body:
    """``delete``."""
    kind, obj = standard.need_kind(call), call.need()
    if kind.on_delete:
        kind.on_delete(call, obj)
    call.world.forget(obj)
    return {}


DIALECT = Dialect(
    name="dns",
    methods={"get": get, "list": list_all, "delete": delete},
    keep_nulls=("patch",),
)
