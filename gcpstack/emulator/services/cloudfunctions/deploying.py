"""How a function is deployed: its source is built, a service runs the image, a trigger sends it events.

https://cloud.google.com/functions/docs/building, https://cloud.google.com/functions/docs/deploy
"""

import re
from dataclasses import asdict, dataclass
from typing import Any

from gcpstack.emulator.core import images, sources
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.serve import ask
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.cloudfunctions import runtimes, uploads
from gcpstack.emulator.services.cloudfunctions.rules import PUBLISHED, service_of
from gcpstack.emulator.services.cloudfunctions.service import body_of

SPACE = "cloudfunctions"  # of the records: a function's name -> how far it is
INVALID, INTERNAL = 400, 500


@dataclass
class Deployment:
    """How far a deployment is.

    Attributes:
        build: full name of the last build; ``""`` where none could begin.
        builds: this deployment has a build.
        image: that the service runs.
        problem: what the builder will say about the source.
        revision: short name of the revision that came of it.
        served: its service was made or changed.
        stage: where it is: ``BUILD``, ``SERVICE``, ``TRIGGER`` or ``DONE``.
        error: why it failed, with its HTTP code.
        code: of the error.
        verb: ``create`` or ``update``.
    """

    build: str = ""
    builds: bool = True
    image: str = ""
    problem: str = ""
    revision: str = ""
    served: bool = False
    stage: str = "BUILD"
    error: str = ""
    code: int = INVALID
    verb: str = "create"


def find(world: World, name: str) -> Deployment:
    """The deployment of a function that is under way, or was the last."""
    return Deployment(**world.state.record(SPACE, name, {}))


def keep(world: World, name: str, state: Deployment) -> None:
    """Remember how far a deployment is."""
    world.state.set_record(SPACE, name, asdict(state))


def steps(name: str) -> tuple[str, str, str, str]:
    """Project, location, short name and the base of console links of a function."""
    _, project, _, location, _, short = name.split("/")
    return project, location, short, f"https://console.cloud.google.com/cloud-build/builds;region={location}"  # fmt: skip


# -- the build


def begin(call: Call, body: Body, *, verb: str, build: bool) -> None:
    """Start a deployment, with a build where the code has changed."""
    world, name = call.world, str(body["name"])
    last = find(world, name)
    state = Deployment(image=last.image, build=last.build, builds=build, verb=verb)
    if build:
        _build(call, body, state)
    else:
        state.stage = "SERVICE"
    keep(world, name, state)
    wait = world.latency.seconds("cloudbuild.Build", "create") if build else 0.0
    if world.latency.seconds("cloudfunctions.Function", verb):
        world.later(wait, "cloudfunctions", "function.deploy", {"name": name})


def _build(call: Call, body: Body, state: Deployment) -> None:
    project, location, short, _ = steps(body["name"])
    config = body["buildConfig"]
    where = (config.get("source") or {}).get("storageSource")
    files: dict[str, bytes] | None = None
    if where:
        try:
            copied, data = uploads.copy(call, where, short)
        except ApiError as error:
            told = f"gs://{where['bucket']}/{where['object']}"
            words = f"failed to Fetch: failed to download archive {told}: {error.message}"
            state.error = f"Build failed with status: FAILURE and message: {words}."
            state.code = INTERNAL
            return
        config["source"] = {"storageSource": copied}
        config["sourceProvenance"] = {"resolvedStorageSource": copied}
        files = sources.files(data) or {}
    state.problem = "" if files is None else _problem(config, files)
    _repository(call, config["dockerRepository"])
    version = call.world.state.count(f"versions of {body['name']}")
    _, home, _, place, _, repository = config["dockerRepository"].split("/")
    escaped = "__".join(_escaped(part) for part in (project, location, short))
    state.image = f"{place}-docker.pkg.dev/{home}/{repository}/{escaped}:version_{version}"
    declared = {
        "steps": [_step(config, state.image, state.problem)],
        "images": [state.image],
        "timeout": "1500s",
        "options": {"logging": "CLOUD_LOGGING_ONLY", "machineType": "E2_MEDIUM"},
        "tags": ["gcf"],
    }
    if where:
        declared["source"] = config["source"]
    path = f"/cloudbuild.googleapis.com/v1/projects/{project}/locations/{location}/builds"
    operation = ask(call.world, "POST", path, declared)
    uid = operation["metadata"]["build"]["id"]
    state.build = f"projects/{project}/locations/{location}/builds/{uid}"


def _escaped(part: str) -> str:
    """A part of a function's name as its image's name holds it."""
    return part.lower().replace("-", "--").replace("_", "___")


def _problem(config: Body, files: dict[str, bytes]) -> str:
    given = (config.get("environmentVariables") or {}).get("GOOGLE_FUNCTION_SOURCE", "")
    return runtimes.problem(config["runtime"], config["entryPoint"], given, files)


def _step(config: Body, image: str, words: str) -> Body:
    """The builder's step; what it will say is told by a script where it can't succeed."""
    language = re.sub(r"\d+$", "", config["runtime"])
    step: Body = {
        "id": "build",
        "name": f"us-central1-docker.pkg.dev/serverless-runtimes/google-22-full/builder/{language}:public-image-current",
    }
    if words:
        quoted = words.replace("'", "'\\''").replace("$", "$$")
        return {**step, "entrypoint": "bash", "args": ["-c", f"echo '{quoted}' >&2\nexit 1"]}
    return {**step, "args": ["/lifecycle/creator", image]}


def _repository(call: Call, name: str) -> None:
    """The repository of all functions of a region, made with the first of them."""
    served = call.world.registry.kind("artifactregistry", "repositories") is not None
    if not served or call.find(name, "artifactregistry") or not name.endswith("/gcf-artifacts"):
        return
    parent, short = name.rsplit("/", 1)
    body = {
        "format": "DOCKER",
        "description": "This repository is created and used by Cloud Functions for storing function docker images.",
        "labels": {"goog-managed-by": "cloudfunctions"},
    }
    path = f"/artifactregistry.googleapis.com/v1/{parent}"
    ask(call.world, "POST", path, body, query=f"repositoryId={short}")


# -- service and trigger


def deploy(world: World, name: str, body: Body) -> Deployment:
    """What follows the build: the service is made or changed, once."""
    state = find(world, name)
    if state.error or state.served:
        return state
    if state.stage == "BUILD":
        _judge(world, name, state)
    if not state.error:
        state.stage = "SERVICE"
        try:
            _serve(world, name, body, state)
            state.served = True
        except ApiError as error:
            _fail(name, state, error.message, error.code)
    keep(world, name, state)
    return state


def conclude(world: World, name: str, body: Body) -> tuple[Deployment, Obj | None]:
    """The end of a deployment, with the service: it must be ready, then events are sent to it."""
    state = deploy(world, name, body)
    service = world.state.get("run", service_of(name)) if state.served else None
    condition: Body = (service.body.get("terminalCondition") or {}) if service else {}
    if not state.error and condition.get("state") == "CONDITION_FAILED":
        _fail(name, state, str(condition.get("message", "")), INVALID)
    if not state.error:
        state.stage = "TRIGGER"
        try:
            _listen(world, name, body)
            state.stage = "DONE"
        except ApiError as error:
            _fail(name, state, error.message, error.code)
    keep(world, name, state)
    return state, service


def _fail(name: str, state: Deployment, words: str, code: int) -> None:
    what = (
        "create trigger for" if state.stage == "TRIGGER" else "create or update Cloud Run service"
    )
    state.error = f"Could not {what} {name.rsplit('/', 1)[-1]}, {words}"
    state.code = code


def _judge(world: World, name: str, state: Deployment) -> None:
    """Whether the build has brought an image."""
    obj = world.state.get("cloudbuild", state.build)
    status = obj.body["status"] if obj else "EXPIRED"
    if status == "SUCCESS":
        return
    project, _, _, base = steps(name)
    failure = obj.body.get("failureInfo") or {} if obj else {}
    uid = state.build.rsplit("/", 1)[-1]
    state.error = (
        f"Build failed with status: {status} and message: {state.problem or failure.get('detail', '')}. "
        f"For more details see the logs at {base}/{uid}?project={world.number_of(project)}."
    )


def _serve(world: World, name: str, body: Body, state: Deployment) -> None:
    service = service_of(name)
    parent, _, short = service.rpartition("/")
    wanted = body_of(world, name, body, state.image)
    obj = world.state.get("run", service)
    if obj is None:
        ask(world, "POST", f"/run.googleapis.com/v2/{parent}", wanted, query=f"serviceId={short}")
    elif obj.body.get("labels", {}).get("goog-managed-by") == "cloudfunctions":
        ask(world, "PATCH", f"/run.googleapis.com/v2/{service}", wanted)
    else:
        text = (
            "A Cloud Run service with this name already exists. Please redeploy the function with a "
            "different name."
        )
        raise ApiError(409, text)
    made = world.state.get("run", service)
    state.revision = str(made.body.get("latestCreatedRevision", "")).rsplit("/", 1)[-1] if made else ""  # fmt: skip


def _listen(world: World, name: str, body: Body) -> None:
    """The trigger of a function with events; a changed one is made anew."""
    trigger = body.get("eventTrigger")
    if not trigger:
        return
    project, _, short, _ = steps(name)
    wanted: dict[str, Any] = {
        "eventFilters": [
            {"attribute": "type", "value": trigger["eventType"]},
            *(trigger.get("eventFilters") or ()),
        ],
        "destination": {"cloudFunction": name},
        "serviceAccount": trigger["serviceAccountEmail"],
        "labels": {"goog-managed-by": "cloudfunctions"},
    }
    if trigger.get("channel"):
        wanted["channel"] = trigger["channel"]
    if trigger.get("retryPolicy") == "RETRY_POLICY_DO_NOT_RETRY":
        wanted["retryPolicy"] = {"maxAttempts": 1}
    had = world.state.get("eventarc", str(trigger.get("trigger", "")))
    if had is not None:
        if all(had.body.get(key) == value for key, value in wanted.items()) and trigger.get(
            "pubsubTopic"
        ) in (None, had.body["transport"]["pubsub"]["topic"]):
            return
        ask(world, "DELETE", f"/eventarc.googleapis.com/v1/{had.name}")
    if trigger.get("pubsubTopic"):
        wanted["transport"] = {"pubsub": {"topic": trigger["pubsubTopic"]}}
    uid = f"{short.lower().replace('_', '-')}-{world.ids.number(6)}"
    parent = f"projects/{project}/locations/{trigger['triggerRegion']}/triggers"
    ask(world, "POST", f"/eventarc.googleapis.com/v1/{parent}", wanted, query=f"triggerId={uid}")
    told = {**trigger, "trigger": f"{parent}/{uid}"}
    made = world.state.get("eventarc", told["trigger"])
    if made is not None and trigger["eventType"] == PUBLISHED:
        told["pubsubTopic"] = made.body["transport"]["pubsub"]["topic"]
    body["eventTrigger"] = told


def remove(call: Call, obj: Obj) -> None:
    """What was made for a function goes with it: trigger, service, images."""
    world = call.world
    trigger = str((obj.body.get("eventTrigger") or {}).get("trigger", ""))
    if trigger and world.state.get("eventarc", trigger):
        ask(world, "DELETE", f"/eventarc.googleapis.com/v1/{trigger}")
    service = world.state.get("run", service_of(obj.name))
    if service is not None and service.body.get("labels", {}).get("goog-managed-by"):
        ask(world, "DELETE", f"/run.googleapis.com/v2/{service.name}")
    image = find(world, obj.name).image
    if image:
        world.state.set_record(images.SPACE, images.split(image)[0], None)
    world.state.set_record(SPACE, obj.name, None)
