"""Executions of Cloud Run jobs: what stands for one is the newest that ran what the job says.

https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs.executions
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gcpstack._adapters import gapic
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.wire import alike
from gcpstack._core.json import Body, Path, get
from gcpstack._core.ports import (
    Done,
    Edit,
    Failed,
    Finished,
    Observed,
    Operation,
    Pending,
    Step,
    Target,
)
from gcpstack.exceptions import InvalidRequest, NotFound, OperationFailed

_LIBRARY = "google.cloud.run_v2"
_PREFIX = "execution:"
_PAGE = 100


class _Running:
    """An execution that is awaited."""

    blocks = False

    def __init__(self, api: gapic.Api, path: str) -> None:
        self._api = api
        self._path = path

    @property
    def name(self) -> str:
        """What a later process needs to go on waiting."""
        return _PREFIX + self._path

    def poll(self, *, wait: bool = False) -> Pending | Done | Failed:
        """Ask how it stands; one that was deleted is over."""
        try:
            body = self._api.json("get_execution", "GetExecutionRequest", {"name": self._path})
        except NotFound:
            return Done()
        state, message = _completed(body)
        if state == "CONDITION_SUCCEEDED":
            return Done()
        if state != "CONDITION_FAILED":
            done, count = body.get("succeededCount") or 0, body.get("taskCount") or 1
            return Pending(detail=f"{done} of {count} tasks have succeeded")
        short = self._path.rsplit("/", 1)[-1]
        log = body.get("logUri")
        remedy = f"Its log: {log}" if log else ""
        return Failed(OperationFailed(f"the execution {short} failed: {message}", remedy=remedy))


class Executions:
    """The adapter of ``run.Execution``."""

    lists = False

    def __init__(self, clients: Clients) -> None:
        """Serve the kind.

        Args:
            clients: makes the clients.
        """
        self._jobs = gapic.Api(clients, _LIBRARY, "JobsClient")
        self._executions = gapic.Api(clients, _LIBRARY, "ExecutionsClient")

    def get(self, target: Target) -> Observed | None:
        """Return what ran last, and whether that has ever succeeded; None where nothing did."""
        found = self._newest(target)
        if not found:
            return None
        same = [found[0]]
        for item in found[1:]:
            if not _alike(item, found[0]):
                break
            same.append(item)
        told = next(
            (item for item in same if _completed(item)[0] == "CONDITION_SUCCEEDED"), found[0]
        )
        state, _ = _completed(told)
        body: Body = {
            "template": {"template": told.get("template"), "taskCount": told.get("taskCount")},
            "succeeded": state == "CONDITION_SUCCEEDED",
            "execution": told.get("name"),
            "logUri": told.get("logUri"),
        }
        return Observed(body, target.path)

    def list(self, target: Target) -> Sequence[Observed]:
        """Read the one that *target* stands for."""
        found = self.get(target)
        return [found] if found else []

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Run the job; one that runs already, or has run, as the job is now is taken instead."""
        name = _job(target)
        job = self._jobs.json("get_job", "GetJobRequest", {"name": name})
        found = self._newest(target)
        if found and _ran(found[0], job) and _completed(found[0])[0] != "CONDITION_FAILED":
            return _Running(self._executions, str(found[0]["name"]))
        return self._run(name)

    def update(self, edit: Edit) -> Sequence[Step]:
        """List the one call: the job is run as it is now."""
        return [Step("run", lambda: self.create(edit.target, {}, ""))] if edit.changed else []

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Do nothing: what has run has run, and goes with its job."""
        return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Wait for an execution that another process began."""
        if not name.startswith(_PREFIX):
            raise InvalidRequest(f"{name!r} is not an execution")
        return _Running(self._executions, name.removeprefix(_PREFIX))

    def reveal(self, target: Target, path: Path) -> str | None:
        """An execution holds nothing that is only written."""
        return None

    def _run(self, name: str) -> Operation:
        answer = self._jobs.call("run_job", "RunJobRequest", {"name": name})
        begun = str(gapic.begun_json(answer).get("name") or "")
        if not begun:
            job = self._jobs.json("get_job", "GetJobRequest", {"name": name})
            begun = f"{name}/executions/{get(job, ('latestCreatedExecution', 'name'))}"
        return _Running(self._executions, begun)

    def _newest(self, target: Target) -> Sequence[Body]:
        """Read the latest executions, the newest first."""
        request = {"parent": _job(target), "pageSize": _PAGE}
        try:
            pager = self._executions.call("list_executions", "ListExecutionsRequest", request)
            page: Any = gapic.to_json(next(iter(pager.pages)))
        except NotFound:
            return []
        found: Sequence[Body] = page.get("executions") or []
        return sorted(found, key=lambda item: str(item.get("createTime")), reverse=True)


def _job(target: Target) -> str:
    return target.path.rsplit("/executions/", 1)[0]


def _completed(body: Mapping[str, object]) -> tuple[str, str]:
    """Return the state of an execution, and why it is so."""
    listed: Any = body.get("conditions") or ()
    for item in listed:
        if item.get("type") == "Completed":
            told = (item.get("executionReason") or item.get("reason"), item.get("message"))
            return str(item.get("state")), ": ".join(str(part) for part in told if part)
    return "", ""


def _alike(one: Body, other: Body) -> bool:
    return alike(one.get("template"), other.get("template")) and alike(
        one.get("taskCount"), other.get("taskCount")
    )


def _ran(execution: Body, job: Body) -> bool:
    """Return whether an execution ran a job as it is now."""
    now: Any = get(job, ("template",)) or {}
    return alike(execution.get("template"), now.get("template")) and int(
        execution.get("taskCount") or 1  # type: ignore[call-overload] # a number
    ) == int(now.get("taskCount") or 1)


def adapter(clients: Clients, kind: str, stack: str) -> Executions:  # noqa: ARG001 # one kind
    """Make the adapter."""
    return Executions(clients)
