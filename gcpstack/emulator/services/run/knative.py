"""Services and revisions of the v1 API, over the same resources as v2.

gcloud speaks v1 (https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services).
"""

from collections.abc import Callable
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Handler
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip, standard
from gcpstack.emulator.services.run import deployments
from gcpstack.emulator.services.run.common import (
    check_version,
    condition,
    hosts,
    unbusy,
    version_of,
)
from gcpstack.emulator.services.run.kinds import REVISIONS, SERVICES
from gcpstack.emulator.services.run.knative_common import (
    SERVING,
    below,
    below_named,
    conditions,
    enter,
    gone,
    integer,
    linked,
    listed,
    metadata,
)
from gcpstack.emulator.services.run.knative_spec import (
    OF_SERVICE,
    RUN,
    divided,
    spec_of,
    take_notes,
    tell_notes,
    template_from,
)

LEFT = "run.knative"  # annotations under Google's names that v2 has no field for
LABEL = "serving.knative.dev"
TYPE = "TRAFFIC_TARGET_ALLOCATION_TYPE_"


# -- from v1


def service_from(given: Body) -> tuple[Body, Body]:
    """The v2 body of a v1 service, and what v2 has no field for."""
    head, spec = given.get("metadata") or {}, given.get("spec") or {}
    body: Body = {}
    left = take_notes(OF_SERVICE, head.get("annotations") or {}, body)
    policy = left.pop(f"{RUN}binary-authorization", "")
    if policy:
        given_policy = {"useDefault": True} if policy == "default" else {"policy": policy}
        body["binaryAuthorization"] = {**body.get("binaryAuthorization", {}), **given_policy}
    for field, notes in (("labels", head.get("labels") or {}), ("annotations", left)):
        own, _ = divided(notes)
        if own:
            body[field] = own
    body["template"], system = template_from(spec.get("template") or {})
    if spec.get("traffic"):
        body["traffic"] = [_target_from(target) for target in spec["traffic"]]
    return body, {"service": divided(left)[1], "template": system}


def _target_from(target: Body) -> Body:
    out: Body = {key: target[key] for key in ("percent", "tag") if target.get(key)}
    if target.get("revisionName"):
        return {**out, "type": f"{TYPE}REVISION", "revision": target["revisionName"]}
    return {**out, "type": f"{TYPE}LATEST"}


# -- to v1


def service_to(world: World, obj: Obj) -> Body:
    """A service as v1 tells it."""
    body = world.show(obj)
    left = world.state.record(LEFT, obj.name) or {}
    head = metadata(world, obj, body)
    notes = {
        **left.get("service", {}),
        **body.get("annotations", {}),
        **tell_notes(OF_SERVICE, body),
    }
    notes.pop(f"{RUN}launch-stage") if body["launchStage"] == "GA" else None
    policy = body.get("binaryAuthorization") or {}
    if policy.get("useDefault") or policy.get("policy"):
        notes[f"{RUN}binary-authorization"] = policy.get("policy", "default")
    notes |= {
        f"{LABEL}/creator": body["creator"],
        f"{LABEL}/lastModifier": body["lastModifier"],
        f"{RUN}ingress-status": notes[f"{RUN}ingress"],
    }
    if body.get("urls"):
        notes[f"{RUN}urls"] = f"[{','.join(repr(url) for url in body['urls'])}]".replace("'", '"')
    head["annotations"] = notes
    out = {
        "apiVersion": SERVING,
        "kind": "Service",
        "metadata": head,
        "spec": {
            "template": _template_to(body["template"], left.get("template", {})),
            "traffic": [_target_to(body, target) for target in body["traffic"]],
        },
        "status": _status(world, obj, body),
    }
    return linked(out, "services")


def _template_to(template: Body, left: dict[str, str]) -> Body:
    spec, notes = spec_of(template)
    head: Body = {"annotations": {**left, **notes}}
    if template.get("revision"):
        head["name"] = template["revision"]
    if template.get("labels"):
        head["labels"] = template["labels"]
    return {"metadata": head, "spec": spec}


def _target_to(_body: Body, target: Body) -> Body:
    out: Body = {key: target[key] for key in ("percent", "tag") if key in target}
    if target.get("revision"):
        return {**out, "revisionName": target["revision"]}
    return {**out, "latestRevision": True}


def _status(world: World, obj: Obj, body: Body) -> Body:
    by_type = {entry["type"]: entry for entry in body["conditions"]}
    told = conditions(
        body["terminalCondition"], by_type.get("ConfigurationsReady"), by_type.get("RoutesReady")
    )
    out: Body = {"observedGeneration": integer(body, "observedGeneration"), "conditions": told}
    latest = {}
    for field in ("latestReadyRevision", "latestCreatedRevision"):
        if body.get(field):
            latest[field] = out[f"{field}Name"] = body[field].rsplit("/", 1)[-1]
    url = body.get("uri") or f"https://{hosts(world, obj.name)[-1]}"
    if not body.get("defaultUriDisabled"):
        out |= {"url": url, "address": {"url": url}}
    if "trafficStatuses" in body:
        out["traffic"] = [
            {
                **_target_to(body, target),
                "revisionName": target.get("revision") or latest.get("latestReadyRevision", ""),
                **({"url": target["uri"]} if target.get("uri") else {}),
            }
            for target in body["trafficStatuses"]
        ]
    return out


def revision_to(world: World, obj: Obj) -> Body:
    """A revision as v1 tells it."""
    body = world.show(obj)
    owner = obj.name.split("/")[5]
    spec, notes = spec_of(body)
    head = metadata(world, obj, body)
    number = obj.id.removeprefix(f"{owner}-").split("-")[0]
    head["labels"] |= {
        f"{LABEL}/service": owner,
        f"{LABEL}/configuration": owner,
        f"{LABEL}/configurationGeneration": str(int(number)) if number.isdigit() else "1",
    }
    head["annotations"] = {**notes, f"{LABEL}/creator": body["creator"]}
    parent = world.state.get("run", obj.parent)
    head["ownerReferences"] = [
        {
            "apiVersion": SERVING,
            "kind": "Configuration",
            "name": owner,
            "uid": parent.body["uid"] if parent else "",
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    status: Body = {
        "observedGeneration": integer(body, "observedGeneration"),
        "conditions": conditions(*body["conditions"], _active(world, parent, obj)),
        "logUrl": body["logUri"],
        "imageDigest": body["containers"][0].get("image", ""),
    }
    out = {
        "apiVersion": SERVING,
        "kind": "Revision",
        "metadata": head,
        "spec": spec,
        "status": status,
    }
    return linked(out, "revisions")


def _active(world: World, owner: Obj | None, obj: Obj) -> Body:
    """Whether a revision takes requests."""
    body = owner.body if owner else {}
    named = {
        target.get("revision") or body.get("latestReadyRevision", "").rsplit("/", 1)[-1]
        for target in body.get("trafficStatuses", ())
    }
    if obj.id in named:
        return condition(world, "Active", "SUCCEEDED")
    return condition(world, "Active", "FAILED", reason="RETIRED", message="Revision retired.")


# -- methods


def _need(call: Call) -> Obj:
    enter(call, "services", SERVICES)
    return call.need()


def _get(call: Call) -> Body:
    return service_to(call.world, _need(call))


def _lister(kind: str, tell: Callable[[World, Obj], Body]) -> Handler:
    """The list of services, or of what they stand for."""

    def handler(call: Call) -> Body:
        enter(call, "services", SERVICES)
        return listed(call, below(call, "services"), tell, kind)

    return handler


def _create(call: Call) -> Body:
    enter(call, "services", SERVICES)
    name = str((call.body.get("metadata") or {}).get("name", ""))
    _check_namespace(call)
    if not standard.check_id(SERVICES, name):
        text = (
            f"metadata.name: '{name}' must use only lowercase alphanumeric characters and dashes, begin "
            "with a letter, not end with a dash, and be less than 50 characters."
        )
        raise invalid(text, field="metadata.name")
    full = f"{call.path}/{name}"
    return _written(call, full, lambda: aip.make(call, SERVICES, full))


def _replace(call: Call) -> Body:
    obj = unbusy(call, _need(call))
    _check_namespace(call)
    check_version(obj, (call.sent.get("metadata") or {}).get("resourceVersion"))
    return _written(call, obj.name, lambda: aip.change(call, SERVICES, obj, call.body))


def _delete(call: Call) -> Body:
    obj = unbusy(call, _need(call))
    aip.delete(call)
    return gone(obj, "Service", LABEL)


def _need_revision(call: Call) -> Obj:
    enter(call, "revisions", REVISIONS)
    return below_named(call, REVISIONS)


def _get_revision(call: Call) -> Body:
    return revision_to(call.world, _need_revision(call))


def _list_revisions(call: Call) -> Body:
    enter(call, "revisions", REVISIONS)
    found = [obj for obj in below(call, "revisions") if obj.name.split("/")[4] == "services"]
    found.sort(key=lambda obj: version_of(obj.body["etag"]), reverse=True)
    return listed(call, found, revision_to, "RevisionList")


def _delete_revision(call: Call) -> Body:
    obj = _need_revision(call)
    deployments.refuse_serving(call, obj)
    aip.delete(call)
    return gone(obj, "Revision", LABEL)


def handlers() -> dict[str, Handler]:
    """The v1 methods of services and revisions, and of the configurations and routes that services stand for."""
    tables: dict[str, dict[str, Handler]] = {
        "services": {
            "get": _get,
            "list": _lister("ServiceList", service_to),
            "create": _create,
            "replaceService": _replace,
            "delete": _delete,
        },
        "revisions": {"get": _get_revision, "list": _list_revisions, "delete": _delete_revision},
        "configurations": {
            "get": lambda call: configuration_to(call.world, _need(call)),
            "list": _lister("ConfigurationList", configuration_to),
        },
        "routes": {
            "get": lambda call: route_to(call.world, _need(call)),
            "list": _lister("RouteList", route_to),
        },
    }
    return {
        f"v1:{parent}.{collection}.{name}": handler
        for parent in ("namespaces", "projects.locations")
        for collection, table in tables.items()
        for name, handler in table.items()
    }


def _check_namespace(call: Call) -> None:
    told = str((call.body.get("metadata") or {}).get("namespace") or call.project)
    if call.world.project_of(told) != call.project:
        text = f"metadata.namespace: '{told}' must be the project of the request, '{call.project}'."
        raise invalid(text, field="metadata.namespace")


def _written(call: Call, name: str, write: Any) -> Body:
    """Let a v1 body be written in its v2 form, and tell the result."""
    call.body, left = service_from(call.body)
    write()
    call.world.state.set_record(LEFT, name, left)
    answer = service_to(call.world, call.need(name))
    if call.query.get("dryRun") == "all":
        call.world.undo()
    return answer


def configuration_to(world: World, obj: Obj) -> Body:
    """The part of a service that makes revisions."""
    whole = service_to(world, obj)
    status = whole["status"]
    kept = ("observedGeneration", "latestReadyRevisionName", "latestCreatedRevisionName")
    return {
        **whole,
        "kind": "Configuration",
        "spec": {"template": whole["spec"]["template"]},
        "status": {
            **{key: status[key] for key in kept if key in status},
            "conditions": [{**entry, "type": "Ready"} for entry in status["conditions"][1:2]],
        },
    }


def route_to(world: World, obj: Obj) -> Body:
    """The part of a service that takes requests."""
    whole = service_to(world, obj)
    status = whole["status"]
    return {
        **whole,
        "kind": "Route",
        "spec": {"traffic": whole["spec"]["traffic"]},
        "status": {
            **{
                key: status[key]
                for key in ("observedGeneration", "url", "address", "traffic")
                if key in status
            },
            "conditions": [{**entry, "type": "Ready"} for entry in status["conditions"][2:3]],
        },
    }
