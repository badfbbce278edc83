"""Cloud Build: builds, triggers and private pools (https://cloud.google.com/build/docs/api/reference/rest)."""

from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body, Lro, Service
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.cloudbuild import builds, pools, triggers
from gcpstack.emulator.services.cloudbuild.common import located

TYPES = "google.devtools.cloudbuild.v1"


def _parent(target: str) -> str:
    """Operations of global builds are named by the project alone."""
    _, project, _, place, collection, *_ = target.split("/")
    if collection == "builds" and place == "global":
        return f"operations/build/{project}/"
    return f"projects/{project}/locations/{place}/operations/"


def _metadata(world: World, running: Running) -> Body:
    """The build, or which pool is being changed since when."""
    if running.kind == "builds":
        return builds.metadata(world, running)
    verb = running.verb.capitalize()
    told = {
        "@type": f"type.googleapis.com/{TYPES}.{verb}WorkerPoolOperationMetadata",
        "workerPool": running.target,
        "createTime": world.stamp(running.started),
    }
    if running.ended is not None:
        told["completeTime"] = world.stamp(running.ended)
    return told


SERVICE = Service(
    name="cloudbuild",
    title="Cloud Build API",
    kinds=(builds.BUILDS, triggers.TRIGGERS, pools.WORKER_POOLS),
    methods={"projects.locations.getDefaultServiceAccount": located(builds.default_account)},
    events={"build.work": builds.work},
    lro=Lro(metadata=_metadata, parent=_parent, types=TYPES),
)
