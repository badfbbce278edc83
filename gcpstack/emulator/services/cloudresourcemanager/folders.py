"""Folders and liens (https://cloud.google.com/resource-manager/reference/rest/v3/folders)."""

import re

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, failed_precondition, invalid
from gcpstack.emulator.core.filters import matcher
from gcpstack.emulator.core.model import Body, Kind, States
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP

SERVICE = "cloudresourcemanager"
KEPT = 30 * 86400.0
PARENT = re.compile(r"(folders|organizations)/\d+")
DISPLAY_NAME = re.compile(r"[\w](?:[\w\- ]{1,28})?[\w]")
RESTRICTIONS = ("resourcemanager.projects.delete",)


def _check(call: Call, body: Body, _old: Body | None) -> None:
    parent = str(body.get("parent", ""))
    if not PARENT.fullmatch(parent) or (
        parent.startswith("folders/") and call.find(parent) is None
    ):
        raise invalid(f"Invalid parent '{parent}'.", field="parent")
    if not DISPLAY_NAME.fullmatch(str(body.get("displayName", ""))):
        raise invalid(
            f"Invalid display name '{body.get('displayName', '')}'.", field="display_name"
        )
    for obj in call.world.state.page(SERVICE, "folders"):
        twin = (obj.body["parent"], obj.body["displayName"]) == (parent, body["displayName"])
        if twin and obj.name != body["name"] and not obj.meta.get("deleted_at"):
            text = f"A folder named '{body['displayName']}' already exists in {parent}."
            raise already_exists(text)


def _born(call: Call, body: Body) -> None:
    stamp = call.world.stamp()
    body |= {"createTime": stamp, "updateTime": stamp}


def _changed(call: Call, body: Body, _old: Body) -> None:
    body["updateTime"] = call.world.stamp()


def _refuse_full(call: Call, obj: Obj) -> None:
    folders = [o for o in call.world.state.page(SERVICE, "folders") if o.body["parent"] == obj.name]
    held = [o for o in folders if not o.meta.get("deleted_at")]
    held += [
        o
        for o in call.world.state.page(SERVICE, "projects")
        if o.body.get("parent") == obj.name and o.body["state"] == "ACTIVE"
    ]
    if held:
        raise failed_precondition(f"The folder {obj.name} is not empty: it holds {held[0].name}.")


def _get(call: Call) -> Body:
    """A deleted folder can be read until it is gone for good."""
    obj = call.find()
    if obj is None:
        raise call.missing(call.name)
    return call.world.show(obj)


def _show(world: World, obj: Obj, body: Body) -> Body:
    if obj.meta.get("deleted_at"):
        body |= {"state": "DELETE_REQUESTED", "deleteTime": world.stamp(obj.meta["deleted_at"])}
    return body


def _below(call: Call, parent: str) -> list[Body]:
    return [
        call.world.show(obj)
        for obj in call.world.state.page(SERVICE, "folders")
        if (not parent or obj.body["parent"] == parent)
        and (call.query.get("showDeleted") or not obj.meta.get("deleted_at"))
    ]


def _list(call: Call) -> Body:
    parent = str(call.query.get("parent", ""))
    if not parent:
        raise invalid("parent must be specified.", field="parent")
    return cut(_below(call, parent), call.query, "folders")


def _search(call: Call) -> Body:
    keep = matcher(str(call.query["query"])) if call.query.get("query") else None
    found = [body for body in _below(call, "") if keep is None or keep(body)]
    return cut(found, call.query, "folders")


def _move(call: Call) -> Body:
    obj = call.need()
    body = {**obj.body, "parent": str(call.body.get("destinationParent", ""))}
    _check(call, body, obj.body)
    moved = call.world.state.put(obj.but(body=body))
    return lro.start(call, "move", moved.name)


FOLDERS = Kind(
    name="folders",
    resources=("folders",),
    schema="Folder",
    dialect=AIP,
    id_server=lambda call: call.world.ids.number(12),
    lro=True,
    etag="etag",
    states=States(create="ACTIVE", update="ACTIVE", delete="ACTIVE", ready="ACTIVE"),
    required=("parent", "displayName"),
    immutable=("parent",),
    masks=("displayName",),
    soft_delete=KEPT,
    validate=_check,
    on_create=_born,
    on_update=_changed,
    on_delete=_refuse_full,
    view=_show,
    methods={
        "get": _get,
        "list": _list,
        "search": _search,
        "move": _move,
        "undelete": aip.undelete,
    },
)


# -- liens


def _make_lien(call: Call) -> Body:
    parent = call.world.canonical(str(call.body.get("parent", "")))
    if not parent.startswith("projects/") or not call.body.get("restrictions"):
        raise invalid("A lien needs a project as parent, and restrictions.", field="parent")
    for restriction in call.body["restrictions"]:
        if restriction not in RESTRICTIONS:
            raise invalid(f"Invalid restriction '{restriction}'.", field="restrictions")
    number = call.world.number_of(parent.partition("/")[2])
    name = f"liens/p{number}-l{call.world.ids.hex(20)}"
    body = {
        **call.body,
        "name": name,
        "parent": f"projects/{number}",
        "origin": call.body.get("origin") or call.world.user,
        "createTime": call.world.stamp(),
    }
    return call.world.state.put(Obj(SERVICE, "liens", name, body)).body


def _list_liens(call: Call) -> Body:
    parent = call.world.canonical(str(call.query.get("parent", "")))
    wanted = f"projects/{call.world.number_of(parent.partition('/')[2])}" if parent else ""
    found = [o.body for o in call.world.state.page(SERVICE, "liens") if o.body["parent"] == wanted]
    return cut(found, call.query, "liens")


LIENS = Kind(
    name="liens",
    resources=("liens",),
    schema="Lien",
    dialect=AIP,
    methods={"create": _make_lien, "list": _list_liens},
)
