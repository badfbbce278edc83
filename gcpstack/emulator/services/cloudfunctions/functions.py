"""Functions of the second generation, and the operations on them.

https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions
"""

from typing import Any

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, already_exists
from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body, Kind, States
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.cloudfunctions import deploying, rules, uploads
from gcpstack.emulator.services.cloudfunctions.deploying import Deployment
from gcpstack.emulator.services.cloudfunctions.rules import service_of

TYPES = "type.googleapis.com/google.cloud.functions.v2"
STAGES = ("BUILD", "SERVICE", "TRIGGER")
# What of a build configuration is told by the server alone.
BUILD_OUTPUTS = ("build", "sourceProvenance", "dockerRepository", "dockerRegistry", "automaticUpdatePolicy")  # fmt: skip
REQUESTS = "cloudfunctions.request"  # of the records: what was asked last about a function


def create(call: Call) -> Body:
    """``create``: a name that is taken is told by the operation."""
    aip.check_parent(call, call.path)
    call.body = rules.told(call.body)
    name = f"{call.path}/{aip.new_id(call, FUNCTIONS)}"
    taken = call.find(name)
    if taken is not None:
        error = already_exists(f"Could not create Cloud Functions function {name}: resource already exists.")  # fmt: skip
        return lro.start(call, "create", name, error=error, extra={"request": dict(call.body)})
    return aip.make(call, FUNCTIONS, name)


def patch(call: Call) -> Body:
    """``patch``: without a mask all fields are updated."""
    call.body = rules.told(call.body)
    call.query["updateMask"] = call.query.get("updateMask") or "*"
    return aip.patch(call)


def on_create(call: Call, body: Body) -> None:
    """Begin the first deployment."""
    now = call.world.stamp()
    _logged(body)
    body |= {"createTime": now, "updateTime": now, "url": _url(body["name"])}
    _remember(call, body["name"])
    deploying.begin(call, body, verb="create", build=True)


def on_update(call: Call, body: Body, old: Body) -> None:
    """Begin the next deployment; code is built again where anything about it has changed."""
    body["updateTime"] = call.world.stamp()
    body.pop("stateMessages", None)
    _logged(body)
    _remember(call, body["name"])
    fresh = {**body["buildConfig"]}
    had = old["buildConfig"]
    body["buildConfig"] = {
        **fresh,
        **{key: had[key] for key in ("build", "sourceProvenance") if key in had},
    }
    told = {"service", "uri", "revision"}
    body["serviceConfig"] = {
        **body["serviceConfig"],
        **{key: value for key, value in old["serviceConfig"].items() if key in told},
    }
    failed = bool(deploying.find(call.world, body["name"]).error)
    changed = _essence(fresh) != _essence(had)
    deploying.begin(call, body, verb="update", build=changed or failed)


def _remember(call: Call, name: str) -> None:
    """The request is told by its operation."""
    call.world.state.set_record(REQUESTS, name, {**call.sent, "name": name})


def _essence(build: Body) -> Body:
    """What of a build configuration makes an image."""
    kept: dict[str, Any] = {key: value for key, value in build.items() if key not in BUILD_OUTPUTS}
    where = (kept.get("source") or {}).get("storageSource")
    if where:
        kept["source"] = {key: where[key] for key in ("bucket", "object", "generation") if key in where}  # fmt: skip
    return kept


def _logged(body: Body) -> None:
    """Every function tells execution ids in its log (https://cloud.google.com/functions/docs/monitoring/logging)."""
    if not body["buildConfig"].get("environmentVariables"):
        body["buildConfig"].pop("environmentVariables", None)
    config = body["serviceConfig"]
    config["environmentVariables"] = {
        **rules.LOGGED, **(config.get("environmentVariables") or {})
    }  # fmt: skip


def _url(name: str) -> str:
    project, location, short, _ = deploying.steps(name)
    return f"https://{location}-{project}.cloudfunctions.net/{short}"


def deploy(world: World, payload: Body) -> None:
    """The build is over: the service follows."""
    obj = world.state.get("cloudfunctions", payload["name"])
    if obj is not None and obj.meta.get("pending") in ("create", "update"):
        body = dict(obj.body)
        deploying.deploy(world, obj.name, body)
        world.state.put(obj.but(body=body))


def on_ready(world: World, obj: Obj, body: Body) -> None:
    """The end of a deployment: the function serves, or tells why not."""
    state, service = deploying.conclude(world, obj.name, body)
    if state.build:
        parts = state.build.split("/")
        parts[1] = world.number_of(parts[1])
        body["buildConfig"] = {**body["buildConfig"], "build": "/".join(parts)}
    if service is not None:
        _tell_service(body, service, state)
    if not state.error:
        return
    body["state"] = "ACTIVE" if _serves(world, body) else "FAILED"
    kind = "CloudRunServiceNotFound" if service is None else "DeploymentFailed"
    message = {"severity": "ERROR", "type": kind, "message": state.error}
    body["stateMessages"] = [message]
    world.state.put(obj.but(body=body))
    statuses = {500: "INTERNAL", 409: "ALREADY_EXISTS", 404: "NOT_FOUND"}
    raise ApiError(state.code, state.error, status=statuses.get(state.code, "INVALID_ARGUMENT"))


def _serves(world: World, body: Body) -> bool:
    """Whether an earlier deployment goes on serving after one that failed."""
    service = world.state.get("run", str(body["serviceConfig"].get("service", "")))
    return service is not None and "latestReadyRevision" in service.body


def _tell_service(body: Body, service: Obj, state: Deployment) -> None:
    """Tell the service that runs the function."""
    told = {
        "service": service.name,
        "uri": service.body.get("uri", ""),
        "revision": state.revision or body["serviceConfig"].get("revision", ""),
    }
    told = {key: value for key, value in told.items() if value}
    body["serviceConfig"] = {**body["serviceConfig"], **told}


# -- operations


def metadata(world: World, running: Running) -> Body:
    """What an operation does: the request, and its stages with what they have made."""
    body: Body = {
        "@type": f"{TYPES}.OperationMetadata",
        "createTime": world.stamp(running.started),
        "target": running.target,
        "verb": running.verb,
        "cancelRequested": False,
        "apiVersion": running.version,
        "operationType": f"{running.verb.upper()}_FUNCTION",
    }
    if running.ended is not None:
        body["endTime"] = world.stamp(running.ended)
    if running.verb == "delete":
        return body
    request = running.extra.get("request") or world.state.record(REQUESTS, running.target)  # fmt: skip
    if request:
        body["requestResource"] = {"@type": f"{TYPES}.Function", **request}
    if not running.extra.get("request"):
        state = deploying.find(world, running.target)
        body["stages"] = _stages(world, running, state)
        if state.build:
            body["buildName"] = state.build
    return body


def _stages(world: World, running: Running, state: Deployment) -> list[Body]:
    project, _, _, base = deploying.steps(running.target)
    number = world.number_of(project)
    obj = world.state.get("cloudfunctions", running.target)
    trigger = (obj.body.get("eventTrigger") or {}) if obj else {}
    resources = {
        "BUILD": state.build,
        "SERVICE": service_of(running.target) if state.stage != "BUILD" else "",
        "TRIGGER": str(trigger.get("trigger", "")),
    }
    left_out = {
        name for name, there in (("BUILD", state.builds), ("TRIGGER", trigger)) if not there
    }
    names = [name for name in STAGES if name not in left_out]
    at = names.index(state.stage) if state.stage in names else len(names)
    stages = []
    for index, name in enumerate(names):
        over = index < at or (running.ended is not None and not state.error)
        how = "COMPLETE" if over or (state.error and index == at) else "IN_PROGRESS" if index == at else "NOT_STARTED"  # fmt: skip
        stage: Body = {"name": name, "message": name.replace("_", " ").capitalize(), "state": how}
        if resources.get(name):
            stage["resource"] = resources[name]
            if name == "BUILD":
                stage["resourceUri"] = f"{base}/{state.build.rsplit('/', 1)[-1]}?project={number}"
        if state.error and index == at:
            stage["stateMessages"] = [
                {"severity": "ERROR", "type": "DeploymentFailed", "message": state.error}
            ]
        stages.append(stage)
    return stages


FUNCTIONS = Kind(
    name="functions",
    resources=("projects.locations.functions",),
    schema="Function",
    dialect=AIP,
    versions=("v2",),
    id_param="functionId",
    id_pattern=r"[a-zA-Z]([-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?",
    not_found="Resource '{name}' was not found",
    lro=True,
    key="kmsKeyName",
    states=States(create="DEPLOYING", update="DEPLOYING", ready="ACTIVE"),
    output_only=("eventTrigger.trigger", "createTime", "updateTime", "url", "stateMessages"),
    defaults=rules.DEFAULTS,
    masks=("description", "buildConfig", "serviceConfig", "eventTrigger", "labels", "kmsKeyName"),
    validate=rules.validate,
    on_create=on_create,
    on_update=on_update,
    on_delete=deploying.remove,
    on_ready=on_ready,
    methods={
        "create": create,
        "patch": patch,
        "generateUploadUrl": uploads.generate_upload_url,
        "generateDownloadUrl": uploads.generate_download_url,
    },
)  # fmt: skip
