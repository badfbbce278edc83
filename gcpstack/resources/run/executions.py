"""Executions of Cloud Run jobs: run when the job has changed, and awaited."""

from typing import ClassVar, Self

from gcpstack._core.facets import identity, scope
from gcpstack._core.json import Body, get, put
from gcpstack._core.resource import Encoder, Resource, Scope, resource
from gcpstack.resources import _kinds_events as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._types import RunJobRef
from gcpstack.resources.grants import beside
from gcpstack.resources.run.jobs import CloudRunJob

#: What of a job makes its executions what they are.
_TASKS = (("template", "template"), ("template", "taskCount"))


@resource(kinds.RUN_EXECUTION)
class CloudRunExecution(Declaration):
    """A job that has been run, as it is declared, and has succeeded.

    https://cloud.google.com/run/docs/execute/jobs. Such as a migration of a database before the
    service that needs it: let that depend on this. It is run once, and again whenever the job has
    changed: its containers, volumes, tasks, timeout or identity. An apply waits for its end; one that
    failed is an error with the address of its log, and is run again by the next apply. A job that
    somebody runs by hand, or a schedule, counts as well. Executions stay when a stack is destroyed, as
    long as their job does.

    Outputs: ``execution`` (its full name), ``log_uri``.

    Attributes:
        job: the job: its declaration; one that is managed elsewhere, by its name, is run once.
        project: its project; the stack's if not given.
        location: its region; that of the declared job, or the stack's, if not given.
    """

    FACETS: ClassVar[type[Resource] | None] = CloudRunJob

    job: RunJobRef = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()

    def located(self, scope: Scope) -> Self:
        """Stand where the job stands."""
        return beside(self, self.job, "location", scope)

    def fixed(self, scope: Scope) -> Body:
        """Say what is run, as the job says it, and that it shall succeed."""
        wanted: Body = {"succeeded": True}
        if isinstance(self.job, CloudRunJob):
            declared = Encoder(scope).declared(self.job).body
            for path in _TASKS:
                found = get(declared, path)
                if found is not None:
                    put(wanted, path, found)
        return wanted
