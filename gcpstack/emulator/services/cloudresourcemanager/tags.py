"""Tags: keys, their values, and what they are bound to (https://cloud.google.com/resource-manager/docs/tags/tags-overview)."""

import re
from urllib.parse import quote

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, failed_precondition, invalid, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects.aip import AIP

SERVICE = "cloudresourcemanager"
SHORT_NAME = re.compile(r"[a-zA-Z0-9](?:[-_.a-zA-Z0-9]{0,254}[a-zA-Z0-9])?")
LINK = re.compile(r"//[a-z]+\.googleapis\.com/.+")


def _number(call: Call) -> str:
    return call.world.ids.number(15)


def _born(call: Call, body: Body) -> None:
    stamp = call.world.stamp()
    body |= {"createTime": stamp, "updateTime": stamp}


def _changed(call: Call, body: Body, _old: Body) -> None:
    body["updateTime"] = call.world.stamp()


def _check_name(body: Body) -> None:
    if not SHORT_NAME.fullmatch(body["shortName"]):
        raise invalid(f"Invalid short name '{body['shortName']}'.", field="short_name")


def _check_key(call: Call, body: Body, old: Body | None) -> None:
    _check_name(body)
    if old is not None:
        return
    kind, _, name = body["parent"].partition("/")
    if kind not in ("projects", "organizations") or not name:
        raise invalid(f"Invalid parent '{body['parent']}'.", field="parent")
    if kind == "projects":
        project = call.world.project_of(name)
        body["parent"] = f"projects/{call.world.number_of(project)}"
        name = project
    body["namespacedName"] = f"{name}/{body['shortName']}"
    _refuse_twin(call, "tagKeys", body["namespacedName"])


def _check_value(call: Call, body: Body, old: Body | None) -> None:
    _check_name(body)
    if old is not None:
        return
    key = call.find(body["parent"])
    if key is None or key.kind != "tagKeys":
        raise not_found(f"Tag key '{body['parent']}' was not found.")
    body["namespacedName"] = f"{key.body['namespacedName']}/{body['shortName']}"
    _refuse_twin(call, "tagValues", body["namespacedName"])


def _refuse_twin(call: Call, kind: str, name: str) -> None:
    if _named(call, kind, name) is not None:
        raise already_exists(f"A tag named '{name}' already exists.")


def _named(call: Call, kind: str, name: str) -> Obj | None:
    found = call.world.state.page(SERVICE, kind)
    return next((obj for obj in found if obj.body.get("namespacedName") == name), None)


def _get_named(call: Call) -> Body:
    """``getNamespaced``."""
    kind = call.segments[0]
    name = str(call.query.get("name", ""))
    first, slash, rest = name.partition("/")
    obj = _named(call, kind, f"{call.world.project_of(first)}{slash}{rest}")
    if obj is None:
        raise not_found(f"No tag is named '{name}'.")
    return obj.body


def _list(call: Call) -> Body:
    kind = call.segments[0]
    parent = call.world.canonical(str(call.query.get("parent", "")))
    if parent.startswith("projects/"):
        parent = f"projects/{call.world.number_of(parent.partition('/')[2])}"
    found = [o.body for o in call.world.state.page(SERVICE, kind) if o.body["parent"] == parent]
    return cut(found, call.query, kind)


def _refuse_key_in_use(call: Call, obj: Obj) -> None:
    if any(o.body["parent"] == obj.name for o in call.world.state.page(SERVICE, "tagValues")):
        raise failed_precondition(f"Cannot delete tag key {obj.name}: it still has tag values.")


def _refuse_value_in_use(call: Call, obj: Obj) -> None:
    if any(o.body["tagValue"] == obj.name for o in call.world.state.page(SERVICE, "tagBindings")):
        raise failed_precondition(
            f"Cannot delete tag value {obj.name}: it is still attached to resources."
        )


KEYS = Kind(
    name="tagKeys",
    resources=("tagKeys",),
    schema="TagKey",
    dialect=AIP,
    id_server=_number,
    lro=True,
    etag="etag",
    required=("parent", "shortName"),
    immutable=("parent", "shortName", "purpose", "purposeData"),
    output_only=("namespacedName", "createTime", "updateTime"),
    validate=_check_key,
    on_create=_born,
    on_update=_changed,
    on_delete=_refuse_key_in_use,
    methods={"list": _list, "getNamespaced": _get_named},
)

VALUES = Kind(
    name="tagValues",
    resources=("tagValues",),
    schema="TagValue",
    dialect=AIP,
    id_server=_number,
    lro=True,
    etag="etag",
    required=("parent", "shortName"),
    immutable=("parent", "shortName"),
    output_only=("namespacedName", "createTime", "updateTime"),
    validate=_check_value,
    on_create=_born,
    on_update=_changed,
    on_delete=_refuse_value_in_use,
    methods={"list": _list, "getNamespaced": _get_named},
)


# -- bindings: their operations are done at once and have no name


def _bind(call: Call) -> Body:
    parent = str(call.body.get("parent", ""))
    if not LINK.fullmatch(parent):
        raise invalid(f"Invalid full resource name '{parent}'.", field="parent")
    value = _value(call)
    name = f"tagBindings/{quote(parent, safe='')}/{value.name}"
    slot = f"tagBindings/{quote(name, safe='')}"
    if call.find(slot) is not None:
        raise already_exists(f"The tag value {value.name} is already bound to {parent}.")
    key = value.body["parent"]
    for other in _bound(call, parent):
        found = call.find(other.body["tagValue"])
        if found is not None and found.body["parent"] == key:
            text = f"A value of the tag key {key} is already bound to {parent}."
            raise failed_precondition(text)
    body = {
        "name": name,
        "parent": parent,
        "tagValue": value.name,
        "tagValueNamespacedName": value.body["namespacedName"],
    }
    if not call.query.get("validateOnly"):
        call.world.state.put(Obj(SERVICE, "tagBindings", slot, body))
    kind = "type.googleapis.com/google.cloud.resourcemanager.v3.TagBinding"
    return {"done": True, "response": {"@type": kind, **body}}


def _value(call: Call) -> Obj:
    named = str(call.body.get("tagValueNamespacedName", ""))
    obj = (
        _named(call, "tagValues", named) if named else call.find(str(call.body.get("tagValue", "")))
    )
    if obj is None or obj.kind != "tagValues":
        raise not_found(f"Tag value '{named or call.body.get('tagValue', '')}' was not found.")
    return obj


def _bound(call: Call, parent: str) -> list[Obj]:
    return [o for o in call.world.state.page(SERVICE, "tagBindings") if o.body["parent"] == parent]


def _list_bindings(call: Call) -> Body:
    found = [obj.body for obj in _bound(call, str(call.query.get("parent", "")))]
    return cut(found, call.query, "tagBindings")


def _unbind(call: Call) -> Body:
    name = "/".join(call.match.segments[1:])
    if call.world.state.delete(SERVICE, f"tagBindings/{quote(name, safe='')}") is None:
        raise not_found(f"Tag binding '{name}' was not found.")
    return {"done": True, "response": {"@type": "type.googleapis.com/google.protobuf.Empty"}}


def effective(call: Call) -> Body:
    """``effectiveTags.list``: here the tags that are bound to the resource itself."""
    found = []
    for obj in _bound(call, str(call.query.get("parent", ""))):
        value = call.need(obj.body["tagValue"], VALUES)
        key = call.need(value.body["parent"], KEYS)
        found.append(
            {
                "tagValue": value.name,
                "namespacedTagValue": value.body["namespacedName"],
                "tagKey": key.name,
                "namespacedTagKey": key.body["namespacedName"],
                "tagKeyParentName": key.body["parent"],
            }
        )
    return cut(found, call.query, "effectiveTags")


BINDINGS = Kind(
    name="tagBindings",
    resources=("tagBindings",),
    schema="TagBinding",
    dialect=AIP,
    methods={"create": _bind, "list": _list_bindings, "delete": _unbind},
)
