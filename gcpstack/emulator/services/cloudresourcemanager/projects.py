"""Projects, in the forms of v1 and v3 (https://cloud.google.com/resource-manager/reference/rest/v3/projects).

Every project that is named exists: only those that were made, changed or deleted here are stored.
"""

import re
from collections.abc import Iterator

from gcpstack.emulator.core import iam, lro, masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, already_exists, failed_precondition, invalid
from gcpstack.emulator.core.filters import matcher
from gcpstack.emulator.core.ids import etag
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.paging import cut
from gcpstack.emulator.core.recorded import same_version
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import AIP

BORN = 1_700_000_000.0  # every project that nobody created exists since then
ID = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
LABEL = re.compile(r"[a-z0-9_-]{0,63}")
KEPT = 30 * 86400.0
MOST_LABELS = 64
SERVICE = "cloudresourcemanager"
SETTABLE = ("displayName", "labels")
PUBLIC = ("allUsers", "allAuthenticatedUsers")


def state_of(world: World, project: str) -> str:
    """``ACTIVE``, ``DELETE_REQUESTED``, or ``DELETED`` for one that is gone for good."""
    state: str = world.state.record("project_state", project, "ACTIVE")
    return state


def find(world: World, project: str) -> Obj:
    """A project, stored or not; 403 for one that is gone, as for one that can't be seen."""
    state = state_of(world, project)
    if state == "DELETED":
        raise ApiError(403, "The caller does not have permission")
    obj = world.state.get(SERVICE, f"projects/{project}")
    if obj is not None:
        return obj
    stamp = world.stamp(BORN)
    body = {
        "name": f"projects/{project}",
        "projectId": project,
        "state": state,
        "displayName": project,
        "createTime": stamp,
        "updateTime": stamp,
    }
    return Obj(SERVICE, "projects", f"projects/{project}", {**body, "etag": etag(body)})


def need(call: Call) -> Obj:
    """The project of the path."""
    return find(call.world, call.project)


def _v3(call: Call, obj: Obj) -> Body:
    return call.world.show(obj)


def _v1(world: World, obj: Obj) -> Body:
    """A project as v1 tells it."""
    body = obj.body
    out = {
        "projectNumber": world.number_of(body["projectId"]),
        "projectId": body["projectId"],
        "lifecycleState": body["state"],
        "createTime": body["createTime"],
    }
    if body["displayName"] != body["projectId"] or "parent" in body:
        out["name"] = body["displayName"]
    if body.get("labels"):
        out["labels"] = body["labels"]
    if "parent" in body:
        kind, _, number = body["parent"].partition("/")
        out["parent"] = {"type": kind.removesuffix("s"), "id": number}
    return out


def _from_v1(given: Body) -> Body:
    """The v3 body of a v1 project."""
    out: Body = {key: given[key] for key in ("projectId", "labels") if key in given}
    if given.get("name"):
        out["displayName"] = given["name"]
    if given.get("parent"):
        out["parent"] = f"{given['parent'].get('type')}s/{given['parent'].get('id')}"
    return out


def check_labels(body: Body) -> None:
    """https://cloud.google.com/resource-manager/docs/labels-overview#requirements."""
    labels = body.get("labels") or {}
    if len(labels) > MOST_LABELS:
        raise invalid(f"A project can have {MOST_LABELS} labels at most.", field="labels")
    for key, value in labels.items():
        if not re.match(r"[a-z]", key) or not LABEL.fullmatch(key) or not LABEL.fullmatch(value):
            raise invalid(f"Invalid label: '{key}': '{value}'.", field="labels")


def _store(call: Call, obj: Obj, body: Body) -> Obj:
    body = {**body, "updateTime": call.world.stamp()}
    body["etag"] = etag({key: value for key, value in body.items() if key != "etag"})
    call.world.state.set_record("project_state", body["projectId"], body["state"])
    return call.world.state.put(obj.but(body=body))


def _make(call: Call, given: Body) -> Obj:
    project = str(given.get("projectId", ""))
    if not ID.fullmatch(project):
        text = f"project_id contains invalid characters or is of the wrong length: '{project}' must match {ID.pattern}."
        raise invalid(text, field="project_id")
    known = call.find(f"projects/{project}") is not None
    if known or state_of(call.world, project) != "ACTIVE":
        raise already_exists("Requested entity already exists")
    check_labels(given)
    body = {
        "name": f"projects/{project}",
        "projectId": project,
        "state": "ACTIVE",
        "displayName": given.get("displayName") or project,
        "createTime": call.world.stamp(),
        **{key: given[key] for key in ("labels", "parent") if given.get(key)},
    }
    call.world.number_of(project)
    return _store(call, Obj(SERVICE, "projects", f"projects/{project}", {}), body)


def create(call: Call) -> Body:
    """``create``."""
    old = call.api.version == "v1"
    obj = _make(call, _from_v1(call.body) if old else call.body)
    return _operation(call, "create", obj)


def _operation(call: Call, verb: str, obj: Obj) -> Body:
    prefix = "google.cloud.resourcemanager.v3"
    told = _v3(call, obj)
    if call.api.version == "v1":
        prefix, told = "google.cloudresourcemanager.v1", _v1(call.world, obj)
    response = {"@type": f"type.googleapis.com/{prefix}.Project", **told}
    call.kind = PROJECTS
    return lro.start(call, verb, obj.name, kind=PROJECTS, response=response)


def get(call: Call) -> Body:
    """``get``."""
    obj = need(call)
    return _v1(call.world, obj) if call.api.version == "v1" else _v3(call, obj)


def patch(call: Call) -> Body:
    """``patch`` of v3: the name that is shown, and the labels."""
    obj = need(call)
    _refuse_going(obj)
    sent = call.sent.get("etag")
    if sent and not same_version(sent, obj.body["etag"]):
        raise ApiError(409, "The project was changed in between.", status="ABORTED")
    schema = call.api.schemas["Project"]
    paths = masks.parse(call.api, schema, str(call.query.get("updateMask") or ""), SETTABLE)
    wanted: list[str] = [key for key in SETTABLE if key in call.body]
    if paths and paths != ["*"]:
        wanted = paths
    body = masks.apply(obj.body, call.body, wanted)
    check_labels(body)
    return _operation(call, "update", _store(call, obj, body))


def update(call: Call) -> Body:
    """``update`` of v1."""
    obj = need(call)
    _refuse_going(obj)
    body = {key: value for key, value in obj.body.items() if key != "labels"}
    body |= {key: value for key, value in _from_v1(call.body).items() if key in SETTABLE}
    check_labels(body)
    return _v1(call.world, _store(call, obj, body))


def _refuse_going(obj: Obj) -> None:
    if obj.body["state"] != "ACTIVE":
        raise failed_precondition("The project is not active: it was marked for deletion.")


def move(call: Call) -> Body:
    """``move`` of v3."""
    obj = need(call)
    parent = str(call.body.get("destinationParent", ""))
    if not re.fullmatch(r"(folders|organizations)/\d+", parent):
        raise invalid(f"Invalid parent '{parent}'.", field="destination_parent")
    return _operation(call, "move", _store(call, obj, {**obj.body, "parent": parent}))


def delete(call: Call) -> Body:
    """``delete``: it can be brought back for thirty days, and its id is never free again."""
    obj = need(call)
    _refuse_going(obj)
    for lien in call.world.state.page(SERVICE, "liens"):
        if lien.body["parent"] == f"projects/{call.world.number_of(obj.id)}":
            text = (
                f'A lien to prevent deletion was placed on the project by "{lien.body["origin"]}". '
                "Remove the lien to allow deletion."
            )
            raise failed_precondition(text)
    now = call.world.stamp()
    gone = _store(call, obj, {**obj.body, "state": "DELETE_REQUESTED", "deleteTime": now})
    call.world.later(KEPT, SERVICE, "purge", {"project": obj.id, "at": now})
    return {} if call.api.version == "v1" else _operation(call, "delete", gone)


def purge(world: World, payload: Body) -> None:
    """A deleted project is gone for good."""
    name = f"projects/{payload['project']}"
    obj = world.state.get(SERVICE, name)
    if obj is not None and obj.body.get("deleteTime") == payload["at"]:
        world.forget(obj)
        world.state.set_record("project_state", payload["project"], "DELETED")


def undelete(call: Call) -> Body:
    """``undelete``."""
    obj = need(call)
    if obj.body["state"] == "ACTIVE":
        raise failed_precondition("The project is active.")
    body = {key: value for key, value in obj.body.items() if key != "deleteTime"}
    back = _store(call, obj, {**body, "state": "ACTIVE"})
    return {} if call.api.version == "v1" else _operation(call, "undelete", back)


# -- lists


def _every(world: World) -> Iterator[Obj]:
    """Every project that was ever named and is not gone."""
    names = {name for (space, _), name in world.state.records.items() if space == "project"}
    for name in sorted(names):
        if state_of(world, name) != "DELETED":
            yield find(world, name)


def list_v1(call: Call) -> Body:
    """``list`` of v1."""
    keep = matcher(str(call.query["filter"])) if call.query.get("filter") else None
    told = [_v1(call.world, obj) for obj in _every(call.world)]
    return cut([body for body in told if keep is None or keep(body)], call.query, "projects")


def list_v3(call: Call) -> Body:
    """``list`` of v3: what is directly below a parent."""
    parent = str(call.query.get("parent", ""))
    if not parent:
        raise invalid("parent must be specified.", field="parent")
    found = [
        _v3(call, obj)
        for obj in _every(call.world)
        if obj.body.get("parent") == parent
        and (call.query.get("showDeleted") or obj.body["state"] == "ACTIVE")
    ]
    return cut(found, call.query, "projects")


def search(call: Call) -> Body:
    """``search`` of v3."""
    keep = matcher(str(call.query["query"])) if call.query.get("query") else None
    told = [_v3(call, obj) for obj in _every(call.world)]
    return cut([body for body in told if keep is None or keep(body)], call.query, "projects")


def ancestry(call: Call) -> Body:
    """``getAncestry`` of v1: the project, and what is above it."""
    obj = need(call)
    found = [{"resourceId": {"type": "project", "id": obj.id}}]
    parent = obj.body.get("parent", "")
    while parent:
        kind, _, number = parent.partition("/")
        found.append({"resourceId": {"type": kind.removesuffix("s"), "id": number}})
        folder = call.find(parent)
        parent = folder.body.get("parent", "") if folder else ""
    return {"ancestor": found}


# -- policies


def _policy(name: str) -> Handler:
    def handler(call: Call) -> Body:
        need(call)
        call.kind = None
        if name == "setIamPolicy":
            _refuse_public(call)
        return iam.METHODS[name](call)

    return handler


def _refuse_public(call: Call) -> None:
    """Everyone can't be granted anything on a project."""
    for binding in (call.sent.get("policy") or {}).get("bindings", ()):
        for member in binding.get("members", ()):
            if member in PUBLIC:
                text = f"Member {member} is not allowed in the policy of a project."
                raise invalid(text, field="policy.bindings")


PROJECTS = Kind(
    name="projects",
    resources=("projects",),
    schema="Project",
    dialect=AIP,
    number=True,
    methods={
        "create": create,
        "get": get,
        "patch": patch,
        "update": update,
        "move": move,
        "delete": delete,
        "undelete": undelete,
        "search": search,
        "getAncestry": ancestry,
        **{name: _policy(name) for name in iam.METHODS},
    },
)
