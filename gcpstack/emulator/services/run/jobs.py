"""Jobs, their executions and tasks (https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs)."""

import base64
from typing import Any

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paths import merge_patch
from gcpstack.emulator.core.store import Obj, Ref
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.run import readiness, template
from gcpstack.emulator.services.run.common import (
    ID,
    born,
    changed,
    check_version,
    check_words,
    condition,
    console,
    lean,
    unbusy,
)
from gcpstack.emulator.services.run.deployments import gone_record, view

MOST_TASKS = 10000
MOST_RETRIES = 10
OUTPUTS = (
    "uid", "generation", "createTime", "updateTime", "creator", "lastModifier", "etag", "observedGeneration",
    "terminalCondition", "conditions", "latestCreatedExecution", "executionCount", "reconciling",
)  # fmt: skip
DONE = ("Completed", "ResourcesAvailable", "ContainerReady")


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    check_words(body)
    outer = body.get("template") or {}
    task = outer.get("template") or {}
    template.check(call, task, serves=False, least_cpu=1)
    count = int(outer.get("taskCount") or 1)
    if not 1 <= count <= MOST_TASKS:
        raise invalid(
            f"taskCount must be between 1 and {MOST_TASKS}, got {count}.",
            field="template.task_count",
        )
    if not 0 <= int(outer.get("parallelism") or 0) <= MOST_TASKS:
        raise invalid("parallelism must not be negative.", field="template.parallelism")
    if not 0 <= int(task.get("maxRetries") or 0) <= MOST_RETRIES:
        text = f"maxRetries must be between 0 and {MOST_RETRIES}."
        raise invalid(text, field="template.template.max_retries")


def _complete(call: Call, body: Body) -> None:
    body.setdefault("launchStage", "GA")
    outer = {"taskCount": 1, **body["template"]}
    task = template.complete(call, outer["template"], serves=False)
    task.setdefault("maxRetries", 3)
    task.setdefault("timeout", "600s")
    task.setdefault("executionEnvironment", template.GEN2)
    outer["template"] = task
    body["template"] = lean(outer)
    body["reconciling"] = True
    body["terminalCondition"] = condition(call.world, "Ready", "RECONCILING")


def _on_create(call: Call, body: Body) -> None:
    born(call, body)
    body["latestCreatedExecution"] = {}
    _complete(call, body)


def _on_update(call: Call, body: Body, old: Body) -> None:
    _complete(call, body)
    spec = {key: value for key, value in body.items() if key not in OUTPUTS}
    if spec != {key: value for key, value in old.items() if key not in OUTPUTS}:
        changed(call, body, old)


def _on_ready(world: World, obj: Obj, body: Body) -> None:
    body["observedGeneration"] = body["generation"]
    body.pop("reconciling", None)
    problem = readiness.problem(world, obj.name, body["template"]["template"])
    if problem is not None and problem.reason != "HEALTH_CHECK_CONTAINER_ERROR":
        body["terminalCondition"] = problem.condition(world, "Ready")
        body["conditions"] = [problem.condition(world, "ResourcesAvailable")]
        world.state.put(obj.but(body=body))
        raise problem.error()
    body["terminalCondition"] = condition(world, "Ready", "SUCCEEDED")
    body["conditions"] = [condition(world, "ResourcesAvailable", "SUCCEEDED")]


def _uses(_call: Call, body: Body) -> tuple[Ref, ...]:
    access = ((body.get("template") or {}).get("template") or {}).get("vpcAccess") or {}
    return tuple(
        ("compute", target, "template.template.vpcAccess")
        for interface in access.get("networkInterfaces", ())
        for target in readiness.targets(body["name"], interface)
    )


def _patch(call: Call) -> Body:
    """``patch`` has no mask: the whole job is replaced."""
    obj = call.find()
    if obj is not None:
        check_version(obj, call.sent.get("etag"))
        unbusy(call, obj)
    call.query["updateMask"] = "*"
    return aip.patch(call)


def _delete(call: Call) -> Body:
    """``delete``: executions under way are cancelled with it."""
    obj = unbusy(call, call.need())
    check_version(obj, call.query.get("etag"))
    return aip.delete(call)


# -- executions


def run(call: Call) -> Body:
    """``run``: an execution of the job as it is, with some of it replaced for this once."""
    job = call.need(call.name, JOBS)
    check_version(job, call.sent.get("etag"))
    if job.body["terminalCondition"]["state"] == "CONDITION_FAILED":
        text = f"Job '{job.id}' is not ready: {job.body['terminalCondition']['message']}"
        raise failed_precondition(text)
    execution = start(call, job, call.body.get("overrides") or {})
    if call.query.get("validateOnly") or call.body.get("validateOnly"):
        call.world.undo()
    return lro.start(call, "run", execution.name, kind=EXECUTIONS)


def start(call: Call, job: Obj, overrides: Body) -> Obj:
    """Make an execution with its tasks, under way."""
    outer = job.body["template"]
    task = _overridden(outer["template"], overrides)
    letters = base64.b32encode(bytes.fromhex(call.world.ids.hex(8))).decode().lower()[:5]
    name = f"{job.name}/executions/{job.id}-{letters}"
    count = int(overrides.get("taskCount") or outer["taskCount"])
    body: Body = {"name": name}
    born(call, body)
    body.pop("lastModifier")
    body |= {
        "job": job.id,
        "launchStage": job.body["launchStage"],
        "taskCount": count,
        "parallelism": int(outer.get("parallelism") or count),
        "template": task,
        "startTime": call.world.stamp(),
        "runningCount": count,
        "reconciling": True,
        "conditions": [condition(call.world, "Completed", "RECONCILING")],
        "logUri": console(name, "execution_name"),
    }
    for field in ("labels", "annotations"):
        if outer.get(field):
            body[field] = outer[field]
    made = call.world.state.put(Obj("run", "executions", name, body, {"pending": "create"}))
    told = {
        "name": made.id,
        "createTime": body["createTime"],
        "completionStatus": "EXECUTION_RUNNING",
    }
    total = int(job.body.get("executionCount") or 0) + 1
    fresh = {**job.body, "executionCount": total, "latestCreatedExecution": told}
    call.world.state.put(job.but(body=fresh))
    return made


def _overridden(task: Body, overrides: Body) -> Body:
    """A task template with the overrides of a run in it."""
    out: dict[str, Any] = {**task}
    if overrides.get("timeout"):
        out["timeout"] = overrides["timeout"]
    for index, override in enumerate(overrides.get("containerOverrides", ())):
        names = [container.get("name") for container in out["containers"]]
        wanted = override.get("name")
        at = names.index(wanted) if wanted and wanted in names else index
        container = {**out["containers"][at]}
        if override.get("args") or override.get("clearArgs"):
            container["args"] = override.get("args", [])
        env = {entry["name"]: entry for entry in container.get("env", ())}
        env.update({entry["name"]: entry for entry in override.get("env", ())})
        if env:
            container["env"] = list(env.values())
        out["containers"] = [*out["containers"][:at], container, *out["containers"][at + 1 :]]
    return out


def _finished(world: World, obj: Obj, body: Body) -> None:
    """An execution ends: every task succeeded, or its container fails."""
    problem = readiness.problem(world, obj.name, body["template"])
    count = body["taskCount"]
    body.pop("runningCount", None)
    body.pop("reconciling", None)
    body |= {"completionTime": world.stamp(), "observedGeneration": body["generation"]}
    if problem is None:
        body["succeededCount"] = count
        body["conditions"] = [condition(world, kind, "SUCCEEDED") for kind in DONE]
    else:
        text = "Task failed with message: The container exited with an error."
        facts = {"message": text, "executionReason": "NON_ZERO_EXIT_CODE"}
        body["failedCount"] = count
        body["retriedCount"] = count * int(body["template"]["maxRetries"])
        body["conditions"] = [condition(world, "Completed", "FAILED", **facts)]
    _tell_job(world, obj, "EXECUTION_SUCCEEDED" if problem is None else "EXECUTION_FAILED")
    _tasks(world, obj, body, failed=problem is not None)
    if problem is not None:
        world.state.put(obj.but(body=body))
        raise failed_precondition(
            f"Execution {obj.id} has failed to complete, 0/{count} tasks were a success."
        )


def _tell_job(world: World, obj: Obj, status: str) -> None:
    job = world.state.get("run", obj.parent)
    if job is not None and job.body.get("latestCreatedExecution", {}).get("name") == obj.id:
        told = {**job.body["latestCreatedExecution"], "completionStatus": status}
        told["completionTime"] = world.stamp()
        world.state.put(job.but(body={**job.body, "latestCreatedExecution": told}))


def _tasks(world: World, obj: Obj, body: Body, *, failed: bool) -> None:
    state = "FAILED" if failed else "SUCCEEDED"
    for index in range(body["taskCount"]):
        name = f"{obj.name}/tasks/{obj.id}-task{index}"
        task: Body = {
            "name": name,
            "uid": world.ids.uuid(),
            "generation": "1",
            "job": body["job"],
            "execution": obj.id,
            **({"index": index} if index else {}),
            **body["template"],
            "createTime": body["createTime"],
            "scheduledTime": body["startTime"],
            "startTime": body["startTime"],
            "completionTime": body["completionTime"],
            "updateTime": body["completionTime"],
            "observedGeneration": "1",
            "conditions": [condition(world, "Completed", state)],
            "lastAttemptResult": {"exitCode": 1, "status": {"code": 2}}
            if failed
            else {"status": {}},
            "etag": body["etag"],
        }
        world.state.put(Obj("run", "tasks", name, task))


def cancel(call: Call) -> Body:
    """``executions.cancel``."""
    obj = call.need()
    check_version(obj, call.sent.get("etag"))
    if "completionTime" in obj.body:
        raise failed_precondition(f"Execution '{obj.id}' has completed and cannot be cancelled.")
    ended = {
        "runningCount": None,
        "reconciling": None,
        "cancelledCount": obj.body["taskCount"],
        "completionTime": call.world.stamp(),
        "conditions": [condition(call.world, "Completed", "FAILED", executionReason="CANCELLED")],
    }
    body = merge_patch(obj.body, ended)
    call.world.state.put(obj.but(body=body, meta={}))
    _tell_job(call.world, obj, "EXECUTION_CANCELLED")
    response = {"@type": "type.googleapis.com/google.cloud.run.v2.Execution", **body}
    return lro.start(call, "cancel", obj.name, seconds=0, response=response)


def _finish_execution(world: World, obj: Obj, body: Body) -> None:
    if "completionTime" not in body:  # one that was cancelled has ended
        _finished(world, obj, body)


JOBS = Kind(
    name="jobs",
    resources=("projects.locations.jobs",),
    schema="GoogleCloudRunV2Job",
    dialect=AIP,
    id_param="jobId",
    id_pattern=ID,
    not_found="Resource '{id}' of kind 'JOB' in region '{locations}' in project '{projects}' does not exist.",
    already_exists="Resource '{id}' already exists.",
    lro=True,
    latency="run.Job",
    output_only=OUTPUTS,
    validate=_validate,
    uses=_uses,
    on_create=_on_create,
    on_update=_on_update,
    on_delete=gone_record,
    on_ready=_on_ready,
    view=view,
    methods={"patch": _patch, "delete": _delete, "run": run},
)

EXECUTIONS = Kind(
    name="executions",
    resources=("projects.locations.jobs.executions",),
    schema="GoogleCloudRunV2Execution",
    dialect=AIP,
    not_found="Resource '{id}' of kind 'EXECUTION' in region '{locations}' in project '{projects}' does not exist.",
    lro=True,
    latency="run.Job",
    on_delete=gone_record,
    on_ready=_finish_execution,
    view=view,
    methods={"cancel": cancel},
)

TASKS = Kind(
    name="tasks",
    resources=("projects.locations.jobs.executions.tasks",),
    schema="GoogleCloudRunV2Task",
    dialect=AIP,
    not_found="Resource '{id}' of kind 'TASK' in region '{locations}' in project '{projects}' does not exist.",
)
