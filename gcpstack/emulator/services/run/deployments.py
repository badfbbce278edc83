"""Services and worker pools: templates that become revisions, and shares that go to them.

https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj, Ref
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.services.run import readiness, template
from gcpstack.emulator.services.run.common import (
    born,
    changed,
    check_version,
    check_words,
    condition,
    console,
    etag_of,
    hosts,
    lean,
    new_version,
    unbusy,
)

WHOLE = 100
LATEST, REVISION = "LATEST", "REVISION"
OUTPUTS = (
    "uid", "generation", "createTime", "updateTime", "creator", "lastModifier", "etag", "uri", "urls",
    "observedGeneration", "terminalCondition", "conditions", "latestReadyRevision", "latestCreatedRevision",
    "trafficStatuses", "instanceSplitStatuses", "reconciling",
)  # fmt: skip
# Fields of a template that say how a revision is made, not what it is.
NAMING = ("revision", "client", "clientVersion")


@dataclass(frozen=True)
class Shape:
    """How services and worker pools differ.

    Attributes:
        splits: the field of the shares.
        statuses: the field that tells them as they are.
        prefix: of the enum of a share's type.
        serves: it takes requests.
        least_cpu: of a container.
        conditions: beside the terminal one.
    """

    splits: str
    statuses: str
    prefix: str
    serves: bool
    least_cpu: float
    conditions: tuple[str, ...]


SHAPES = {
    "services": Shape(
        "traffic", "trafficStatuses", "TRAFFIC_TARGET_ALLOCATION_TYPE_", True, 0.08,
        ("RoutesReady", "ConfigurationsReady"),
    ),
    "workerPools": Shape(
        "instanceSplits", "instanceSplitStatuses", "INSTANCE_SPLIT_ALLOCATION_TYPE_", False, 1,
        ("ConfigurationsReady",),
    ),
}  # fmt: skip


def shape_of(name: str) -> Shape:
    """The shape of a resource by its full name."""
    return SHAPES[name.split("/")[4]]


# -- rules


def validate(call: Call, body: Body, _old: Body | None) -> None:
    """Refuse a body that breaks a rule."""
    shape = shape_of(body["name"])
    check_words(body)
    template.check(call, body.get("template") or {}, serves=shape.serves, least_cpu=shape.least_cpu)
    _check_name(body)
    _check_splits(call, shape, body)
    scaling = body.get("scaling") or {}
    if int(scaling.get("minInstanceCount") or 0) > int(scaling.get("maxInstanceCount") or 1e9):
        raise invalid(
            "scaling.minInstanceCount must not exceed scaling.maxInstanceCount.", field="scaling"
        )


def _check_name(body: Body) -> None:
    wanted, short = body["template"].get("revision"), body["name"].rsplit("/", 1)[-1]
    if wanted and (not wanted.startswith(f"{short}-") or wanted != wanted.lower()):
        text = (
            "The revision name must be prefixed by the name of the enclosing Service or Configuration with a "
            f"trailing -: expected '{short}-', got '{wanted}'."
        )
        raise invalid(text, field="template.revision")


def _check_splits(call: Call, shape: Shape, body: Body) -> None:
    splits = body.get(shape.splits) or []
    if not splits:
        return
    if sum(int(split.get("percent") or 0) for split in splits) != WHOLE:
        text = f"The percentages of {shape.splits} must add up to {WHOLE}."
        raise invalid(text, field=shape.splits)
    tags = [split["tag"] for split in splits if split.get("tag")]
    if len(tags) != len(set(tags)):
        raise invalid(f"{shape.splits}: a tag is given twice.", field=shape.splits)
    made = body["template"].get("revision")
    for split in splits:
        by_name = split.get("type") == shape.prefix + REVISION
        short = str(split.get("revision", "")).rsplit("/", 1)[-1]
        if by_name != bool(short):
            text = f"{shape.splits}: a revision goes with the type {shape.prefix}{REVISION}."
            raise invalid(text, field=shape.splits)
        if short and short != made and call.find(f"{body['name']}/revisions/{short}") is None:
            text = f"Revision named '{short}' not found: {shape.splits} may name revisions of the resource only."
            raise invalid(text, field=shape.splits)


def uses(_call: Call, body: Body) -> tuple[Ref, ...]:
    """The networks that can't go while a direct way into them is declared."""
    access = (body.get("template") or {}).get("vpcAccess") or {}
    return tuple(
        ("compute", target, "template.vpcAccess")
        for interface in access.get("networkInterfaces", ())
        for target in readiness.targets(body["name"], interface)
    )


# -- making


def on_create(call: Call, body: Body) -> None:
    """Complete a new resource and make its first revision."""
    shape = shape_of(body["name"])
    born(call, body)
    _complete(call, shape, body)
    _add_revision(call, shape, body)
    _reconcile(call, body)


def on_update(call: Call, body: Body, old: Body) -> None:
    """Complete a changed resource; a changed template makes a new revision."""
    shape = shape_of(body["name"])
    _complete(call, shape, body)
    fresh = call.query.get("forceNewRevision")
    if fresh or _spec(body) != _spec(old):
        changed(call, body, old)
        if fresh or _essence(body["template"]) != _essence(old["template"]):
            _add_revision(call, shape, body)
    _reconcile(call, body)


def _spec(body: Body) -> Body:
    return {key: value for key, value in body.items() if key not in OUTPUTS}


def _essence(of: Body) -> Body:
    return {key: value for key, value in of.items() if key not in NAMING}


def _complete(call: Call, shape: Shape, body: Body) -> None:
    body.setdefault("launchStage", "GA")
    filled = template.complete(call, body["template"], serves=shape.serves)
    body["template"] = lean(filled)
    if not body.get(shape.splits):
        body[shape.splits] = [{"type": f"{shape.prefix}{LATEST}", "percent": WHOLE}]
    splits = [{**split} for split in body[shape.splits]]
    for split in splits:
        split.setdefault("type", f"{shape.prefix}{LATEST}")
        if split.get("revision"):
            split["revision"] = split["revision"].rsplit("/", 1)[-1]
    body[shape.splits] = lean(splits)
    for field in ("defaultUriDisabled", "invokerIamDisabled", "iapEnabled"):
        if body.get(field) is False:
            body.pop(field)
    if shape.serves:
        body.setdefault("ingress", "INGRESS_TRAFFIC_ALL")
        found = hosts(call.world, body["name"])
        body["urls"] = [f"https://{host}" for host in found]
        body["uri"] = f"https://{found[-1]}"
        if body.get("defaultUriDisabled"):
            body.pop("uri")
            body.pop("urls")


def _reconcile(call: Call, body: Body) -> None:
    body["reconciling"] = True
    body["terminalCondition"] = condition(call.world, "Ready", "RECONCILING")
    kinds = shape_of(body["name"]).conditions
    body["conditions"] = [condition(call.world, kind, "RECONCILING") for kind in kinds]


def _add_revision(call: Call, shape: Shape, body: Body) -> None:
    made = body["template"]
    letters = base64.b32encode(bytes.fromhex(call.world.ids.hex(4))).decode().lower()[:3]
    name, short = body["name"], body["name"].rsplit("/", 1)[-1]
    revision = made.get("revision") or f"{short}-{int(body['generation']):05d}-{letters}"
    full = f"{name}/revisions/{revision}"
    taken = call.find(full)
    content = _essence(made)
    if taken is not None:
        if taken.meta["template"] != content:
            text = f"Revision named '{revision}' with different configuration already exists."
            raise already_exists(text)
        body["latestCreatedRevision"] = full
        return
    entry: Body = {
        "name": full,
        **content,
        "containers": [_pinned(call.world, c) for c in content["containers"]],
    }
    born(call, entry)
    entry.pop("lastModifier")
    entry |= {
        "launchStage": body["launchStage"],
        "logUri": console(full, "revision_name"),
        "reconciling": True,
        "conditions": [condition(call.world, "Ready", "RECONCILING")],
    }
    if shape.serves:
        entry["service"] = short
    labels = {**(body.get("labels") or {}), **(content.get("labels") or {})}
    if labels:
        entry["labels"] = labels
    meta = {"template": content}
    call.world.state.put(Obj("run", "revisions", full, entry, meta))
    body["latestCreatedRevision"] = full


def _pinned(world: World, container: Body) -> Body:
    """The container with the image by digest, as a revision keeps it."""
    image = str(container.get("image", ""))
    digest = readiness.digest_of(world, image)
    if not image or "@" in image or not digest:
        return container
    stem = image.removesuffix(f":{readiness.tag_of(image)}")
    return {**container, "image": f"{stem}@{digest}"}


# -- becoming ready


def on_ready(world: World, obj: Obj, body: Body) -> None:
    """The end of a deployment: the newest revision takes its share, or the resource tells why not."""
    shape = shape_of(obj.name)
    revision = world.state.get("run", body["latestCreatedRevision"])
    body["observedGeneration"] = body["generation"]
    body.pop("reconciling", None)
    problem = None
    if revision is not None:
        problem = readiness.problem(world, obj.name, revision.meta["template"])
        _settle_revision(world, revision, problem)
    if problem is None:
        body["latestReadyRevision"] = body["latestCreatedRevision"]
        body["terminalCondition"] = condition(world, "Ready", "SUCCEEDED")
        body["conditions"] = [condition(world, kind, "SUCCEEDED") for kind in shape.conditions]
        body[shape.statuses] = list(_statuses(shape, body))
        return
    short = body["latestCreatedRevision"].rsplit("/", 1)[-1]
    text = f"Revision '{short}' is not ready and cannot serve traffic. {problem.message}"
    body["terminalCondition"] = problem.condition(world, "Ready", text)
    body["conditions"] = [
        problem.condition(world, kind, text)
        if kind == "ConfigurationsReady" or "latestReadyRevision" not in body
        else condition(world, kind, "SUCCEEDED")
        for kind in shape.conditions
    ]
    if "latestReadyRevision" in body:  # routes go on by themselves
        body[shape.statuses] = list(_statuses(shape, body))
    world.state.put(obj.but(body=body))
    raise problem.error(text)


def _settle_revision(world: World, obj: Obj, problem: readiness.Problem | None) -> None:
    kinds = ("Ready", "ContainerHealthy", "ContainerReady", "ResourcesAvailable")
    done = [condition(world, kind, "SUCCEEDED") for kind in kinds]
    if problem is not None:
        done = [problem.condition(world, kind) for kind in kinds[:2]]
    body = {**obj.body, "conditions": done, "observedGeneration": obj.body["generation"]}
    body.pop("reconciling", None)
    world.state.put(obj.but(body=body, meta={**obj.meta, "failed": problem is not None}))


def _statuses(shape: Shape, body: Body) -> Iterator[Body]:
    host = str(body.get("uri", "")).removeprefix("https://")
    for split in body[shape.splits]:
        status = {**split}
        if split.get("tag") and host:
            status["uri"] = f"https://{split['tag']}---{host}"
        yield status


# -- methods


def patch(call: Call) -> Body:
    """``patch``: without a mask the whole resource is replaced."""
    obj = call.find()
    if obj is not None:
        check_version(obj, call.sent.get("etag"))
        unbusy(call, obj)
    call.query["updateMask"] = call.query.get("updateMask") or "*"
    return aip.patch(call)


def delete(call: Call) -> Body:
    """``delete``: the revisions go with it."""
    obj = unbusy(call, call.need())
    check_version(obj, call.query.get("etag"))
    return aip.delete(call)


def delete_revision(call: Call) -> Body:
    """``revisions.delete``: refused while anything goes to it."""
    obj = call.need()
    check_version(obj, call.query.get("etag"))
    refuse_serving(call, obj)
    return aip.delete(call)


def refuse_serving(call: Call, obj: Obj) -> None:
    """400 for a revision that takes a share, or would."""
    owner = call.need(obj.parent, None if call.kind is None else _kind_of(call, obj.parent))
    shape = shape_of(owner.name)
    named = [split.get("revision") for split in owner.body[shape.splits]]
    if obj.id in named or obj.name in (
        owner.body.get("latestReadyRevision"),
        owner.body.get("latestCreatedRevision"),
    ):
        text = f"Revision '{obj.id}' cannot be deleted: it is the latest, or traffic is assigned to it."
        raise failed_precondition(text)


def _kind_of(call: Call, name: str) -> Kind | None:
    return call.world.registry.kind("run", name.split("/")[4])


def view(world: World, obj: Obj, body: Body) -> Body:
    """What is going away tells since when, and when it is gone for good."""
    if obj.meta.get("pending") == "delete":
        body["deleteTime"] = world.stamp()
        body["expireTime"] = world.stamp(world.now() + 30 * 86400)
        body["reconciling"] = True
    return body


def gone_record(call: Call, obj: Obj) -> None:
    """Remember a resource that goes: its operation still tells it."""
    body: dict[str, Any] = {**obj.body, "deleteTime": call.world.stamp()}
    body["etag"] = etag_of(new_version(call.world))
    call.world.state.set_record("run.gone", obj.name, body)
