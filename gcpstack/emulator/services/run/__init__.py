"""Cloud Run: services, worker pools and jobs of the v2 API, and the Knative surface of v1 over the same resources.

https://cloud.google.com/run/docs/reference/rest
"""

from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body, Lro, Rpc, Service
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.run import domains, jobs, knative, knative_jobs
from gcpstack.emulator.services.run.kinds import REVISIONS, SERVICES, WORKER_POOLS

TYPES = "google.cloud.run.v2"
MESSAGES = {
    "services": "Service",
    "workerPools": "WorkerPool",
    "revisions": "Revision",
    "jobs": "Job",
    "executions": "Execution",
}


def _metadata(world: World, running: Running) -> Body:
    """The metadata of an operation is the resource itself, as it is now or last was."""
    obj = world.state.get("run", running.target)
    gone = world.state.record("run.gone", running.target)
    body: Body = world.show(obj) if obj is not None else gone or {"name": running.target}
    collection = running.target.split("/")[-2]
    return {"@type": f"type.googleapis.com/{TYPES}.{MESSAGES[collection]}", **body}


def _rpcs() -> tuple[Rpc, ...]:
    """The RPCs of each resource: the standard ones by one rule, the others by name."""
    operation = "google.longrunning.Operation"
    iam = "google.iam.v1"
    rows = []
    for collection, message in MESSAGES.items():
        plural, service = f"{message}s", f"{TYPES}.{message}s"
        path = {
            "revisions": "projects.locations.services.revisions",
            "executions": "projects.locations.jobs.executions",
        }.get(collection, f"projects.locations.{collection}")
        rows += [
            Rpc(service, f"Get{message}", f"{path}.get"),
            Rpc(service, f"List{plural}", f"{path}.list"),
            Rpc(service, f"Delete{message}", f"{path}.delete", response=operation),
        ]
        if collection in ("services", "workerPools", "jobs"):
            field = {"workerPools": "worker_pool"}.get(collection, message.lower())
            rows += [
                Rpc(service, f"Create{message}", f"{path}.create", body=field, response=operation),
                Rpc(service, f"Update{message}", f"{path}.patch", body=field, response=operation),
                Rpc(service, "GetIamPolicy", f"{path}.getIamPolicy", request=f"{iam}.GetIamPolicyRequest"),
                Rpc(service, "SetIamPolicy", f"{path}.setIamPolicy", body="*", request=f"{iam}.SetIamPolicyRequest"),
                Rpc(
                    service, "TestIamPermissions", f"{path}.testIamPermissions", body="*",
                    request=f"{iam}.TestIamPermissionsRequest", response=f"{iam}.TestIamPermissionsResponse",
                ),
            ]  # fmt: skip
    tasks = "projects.locations.jobs.executions.tasks"
    return (
        *rows,
        Rpc(f"{TYPES}.Jobs", "RunJob", "projects.locations.jobs.run", body="*", response=operation),
        Rpc(
            f"{TYPES}.Executions", "CancelExecution", "projects.locations.jobs.executions.cancel",
            body="*", response=operation,
        ),
        Rpc(f"{TYPES}.Tasks", "GetTask", f"{tasks}.get"),
        Rpc(f"{TYPES}.Tasks", "ListTasks", f"{tasks}.list"),
    )  # fmt: skip


SERVICE = Service(
    name="run",
    title="Cloud Run Admin API",
    versions=("v2", "v1"),
    kinds=(
        SERVICES,
        WORKER_POOLS,
        REVISIONS,
        jobs.JOBS,
        jobs.EXECUTIONS,
        jobs.TASKS,
        domains.MAPPINGS,
    ),
    methods={
        **knative.handlers(),
        **knative_jobs.handlers(),
        **domains.handlers(),
    },
    lro=Lro(
        metadata=_metadata, types=TYPES, new_id=lambda world: str(world.ids.uuid()), deleted=True
    ),
    locations=True,
    client="google.cloud.run_v2",
    grpc=_rpcs(),
)
