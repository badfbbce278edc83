"""Jobs, executions and tasks of the v1 API (https://cloud.google.com/run/docs/reference/rest/v1/namespaces.jobs)."""

from collections.abc import Callable
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip, standard
from gcpstack.emulator.services.run import jobs
from gcpstack.emulator.services.run.common import check_version, unbusy
from gcpstack.emulator.services.run.jobs import EXECUTIONS, JOBS, TASKS
from gcpstack.emulator.services.run.knative_common import (
    JOBS_VERSION,
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

GROUP = "run.googleapis.com"
COUNTS = ("runningCount", "succeededCount", "failedCount", "cancelledCount", "retriedCount")
TIMES = {"startTime": "startTime", "completionTime": "completionTime", "logUri": "logUri"}


def job_from(given: Body) -> Body:
    """The v2 body of a v1 job."""
    head = given.get("metadata") or {}
    execution = (given.get("spec") or {}).get("template") or {}
    spec = execution.get("spec") or {}
    body: Body = {}
    left = take_notes(OF_SERVICE, head.get("annotations") or {}, body)
    for field, notes in (("labels", head.get("labels") or {}), ("annotations", left)):
        own, _ = divided(notes)
        if own:
            body[field] = own
    # What concerns a task may stand at the execution's template too: gcloud puts it there.
    outer = (execution.get("metadata") or {}).get("annotations") or {}
    task = spec.get("template") or {}
    inner = {**task, "metadata": {"annotations": outer} | (task.get("metadata") or {})}
    template, _ = template_from(inner)
    template.pop("client", None)
    template.pop("clientVersion", None)
    for container in template["containers"]:
        container["resources"].pop("cpuIdle")
    counts = {key: spec[key] for key in ("taskCount", "parallelism") if spec.get(key)}
    body["template"] = {**counts, "template": template}
    return body


def job_to(world: World, obj: Obj) -> Body:
    """A job as v1 tells it."""
    body = world.show(obj)
    outer = body["template"]
    spec, notes = spec_of(outer["template"])
    head = metadata(world, obj, body)
    head["annotations"] = {
        **body.get("annotations", {}),
        **tell_notes(OF_SERVICE, body),
        "serving.knative.dev/creator": body["creator"],
        "serving.knative.dev/lastModifier": body["lastModifier"],
    }
    inner = {key: outer[key] for key in ("taskCount", "parallelism") if key in outer}
    template = {"metadata": {"annotations": notes}, "spec": {**inner, "template": {"spec": spec}}}
    status: Body = {
        "observedGeneration": integer(body, "observedGeneration"),
        "conditions": conditions(body["terminalCondition"], *body.get("conditions", ())),
        "executionCount": integer(body, "executionCount"),
        "latestCreatedExecution": _reference(body.get("latestCreatedExecution") or {}),
    }
    out = {
        "apiVersion": JOBS_VERSION,
        "kind": "Job",
        "metadata": head,
        "spec": {"template": template},
        "status": status,
    }
    return linked(out, "jobs", JOBS_VERSION)


def _reference(told: Body) -> Body:
    names = {"createTime": "creationTimestamp", "completionTime": "completionTimestamp"}
    return {names.get(key, key): value for key, value in told.items()}


def _of_job(world: World, obj: Obj, kind: str, owner: dict[str, str]) -> Body:
    """What executions and tasks have in common."""
    body = world.show(obj)
    spec, notes = spec_of(body.get("template") or body)
    head = metadata(world, obj, body)
    head["labels"] |= {f"{RUN}job": body["job"], **owner}
    head["annotations"] = notes
    status: Body = {
        "observedGeneration": integer(body, "observedGeneration"),
        "conditions": conditions(*body["conditions"]),
    }
    status |= {key: body[name] for key, name in TIMES.items() if name in body}
    out = {
        "apiVersion": JOBS_VERSION,
        "kind": kind,
        "metadata": head,
        "spec": spec,
        "status": status,
    }
    return linked(out, f"{kind.lower()}s", JOBS_VERSION)


def execution_to(world: World, obj: Obj) -> Body:
    """An execution as v1 tells it."""
    out = _of_job(world, obj, "Execution", {})
    body = obj.body
    counts = {key: body[key] for key in ("taskCount", "parallelism")}
    out["spec"] = {**counts, "template": {"spec": out["spec"]}}
    out["status"] |= {key: body[key] for key in COUNTS if body.get(key)}
    return out


def task_to(world: World, obj: Obj) -> Body:
    """A task as v1 tells it."""
    out = _of_job(world, obj, "Task", {f"{RUN}execution": obj.name.split("/")[7]})
    out["status"] |= {
        "index": integer(obj.body, "index"),
        "lastAttemptResult": obj.body["lastAttemptResult"],
    }
    return out


def _need(call: Call) -> Obj:
    enter(call, "jobs", JOBS)
    return call.need()


def _get(call: Call) -> Body:
    return job_to(call.world, _need(call))


def _list(call: Call) -> Body:
    enter(call, "jobs", JOBS)
    return listed(call, below(call, "jobs"), job_to, "JobList", JOBS_VERSION)


def _create(call: Call) -> Body:
    enter(call, "jobs", JOBS)
    name = str((call.body.get("metadata") or {}).get("name", ""))
    if not standard.check_id(JOBS, name):
        text = f"metadata.name: '{name}' is not a valid name of a job."
        raise invalid(text, field="metadata.name")
    full = f"{call.path}/{name}"
    call.body = job_from(call.body)
    aip.make(call, JOBS, full)
    return job_to(call.world, call.need(full))


def _replace(call: Call) -> Body:
    obj = unbusy(call, _need(call))
    check_version(obj, (call.sent.get("metadata") or {}).get("resourceVersion"))
    call.body = job_from(call.body)
    aip.change(call, JOBS, obj, call.body)
    return job_to(call.world, call.need())


def _delete(call: Call) -> Body:
    obj = unbusy(call, _need(call))
    aip.delete(call)
    return gone(obj, "Job", GROUP)


def _run(call: Call) -> Body:
    overrides = call.body.get("overrides") or {}
    _need(call)
    call.body = {"overrides": _overrides(overrides)}
    jobs.run(call)
    made = call.need().body["latestCreatedExecution"]["name"]
    return execution_to(call.world, call.need(f"{call.name}/executions/{made}", EXECUTIONS))


def _need_execution(call: Call) -> Obj:
    enter(call, "executions", EXECUTIONS)
    return below_named(call, EXECUTIONS)


def _cancel(call: Call) -> Body:
    _need_execution(call)
    jobs.cancel(call)
    return execution_to(call.world, call.need())


def _delete_execution(call: Call) -> Body:
    obj = unbusy(call, _need_execution(call))
    aip.delete(call)
    return gone(obj, "Execution", GROUP)


def _readers(kind: Kind, tell: Callable[[World, Obj], Body], word: str) -> dict[str, Handler]:
    """Get and list of what v1 names without its parent."""

    def get(call: Call) -> Body:
        enter(call, kind.name, kind)
        return tell(call.world, below_named(call, kind))

    def list_all(call: Call) -> Body:
        enter(call, kind.name, kind)
        return listed(call, below(call, kind.name), tell, word, JOBS_VERSION)

    return {f"{kind.name}.get": get, f"{kind.name}.list": list_all}


def handlers() -> dict[str, Handler]:
    """The v1 methods of jobs, executions and tasks."""
    table: dict[str, Handler] = {
        "jobs.get": _get,
        "jobs.list": _list,
        "jobs.create": _create,
        "jobs.replaceJob": _replace,
        "jobs.delete": _delete,
        "jobs.run": _run,
        "executions.delete": _delete_execution,
        "executions.cancel": _cancel,
        **_readers(EXECUTIONS, execution_to, "ExecutionList"),
        **_readers(TASKS, task_to, "TaskList"),
    }
    return {f"v1:namespaces.{name}": handler for name, handler in table.items()}


def _overrides(given: Body) -> Body:
    """The overrides of a run in their v2 form."""
    out: dict[str, Any] = {
        key: given[key] for key in ("taskCount", "containerOverrides") if key in given
    }
    if given.get("timeoutSeconds"):
        out["timeout"] = f"{given['timeoutSeconds']}s"
    return out
