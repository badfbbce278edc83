"""Schedules: functions, services and jobs that are called at their times."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gcpstack._core.component import Component
from gcpstack._core.refs import PROJECT, Composed, InScope, compose
from gcpstack._core.resource import Output, Resource, Scope
from gcpstack.components._given import account_name
from gcpstack.exceptions import Problem
from gcpstack.resources.access import CloudRunJobIamMember
from gcpstack.resources.accounts import ServiceAccount
from gcpstack.resources.events.scheduler import ScheduledCall, SchedulerJob
from gcpstack.resources.functions.functions import CloudFunction
from gcpstack.resources.grants import CloudRunServiceIamMember
from gcpstack.resources.run.jobs import CloudRunJob
from gcpstack.resources.run.services import CloudRunService

Called: TypeAlias = CloudFunction | CloudRunService | CloudRunJob

_INVOKER = "roles/run.invoker"
_REGION = InScope("region")


@dataclass(frozen=True, eq=False)
class Schedule(Component):
    """Calls a target on a schedule, as an account that may call nothing else.

    https://cloud.google.com/run/docs/triggering/using-scheduler,
    https://cloud.google.com/run/docs/execute/jobs-on-schedule. A function or a service is called at
    its URL, with an identity token; a Cloud Run job is executed.

    Refer to its parts: ``schedule.job``, ``schedule.service_account``, ``schedule.grant``.

    Attributes:
        name: the name of the scheduler job.
        target: the function, the service or the Cloud Run job.
        when: five fields of unix-cron, as ``0 3 * * MON``, or words, as ``every 5 minutes``.
        time_zone: the time zone of that, as ``Europe/Berlin``; UTC if not given.
        path: the path that a service or function is called at.
        account: the name of the service account; that of the schedule, shortened, if not given.
        call: further fields of the `ScheduledCall`, such as ``body``.
        options: further fields of the `SchedulerJob`, such as ``retries`` and ``paused``.
    """

    name: str
    target: Called
    when: str
    time_zone: str | None = field(default=None, kw_only=True)
    path: str = field(default="", kw_only=True)
    account: str = field(default="", kw_only=True)
    call: Mapping[str, object] = field(default_factory=dict, kw_only=True)
    options: Mapping[str, object] = field(default_factory=dict, kw_only=True)

    @functools.cached_property
    def service_account(self) -> ServiceAccount:
        """The service account that calls."""
        name = self.account or account_name(self.name, "schedule")
        return ServiceAccount(name, project=self.target.project, display_name=self.name)

    @functools.cached_property
    def grant(self) -> CloudRunServiceIamMember | CloudRunJobIamMember:
        """The one thing that it may do: call the target."""
        target, member = self.target, self.service_account
        if isinstance(target, CloudRunJob):
            return CloudRunJobIamMember(
                target, role=_INVOKER, member=member, project=target.project
            )
        return CloudRunServiceIamMember(
            target, role=_INVOKER, member=member, project=target.project
        )

    @functools.cached_property
    def job(self) -> SchedulerJob:
        """The scheduler job."""
        return SchedulerJob(
            self.name,
            schedule=self.when,
            time_zone=self.time_zone,
            project=self.target.project,
            location=self.target.location,
            http=self._call,
            depends_on=(self.grant,),
            **self.options,  # type: ignore[arg-type] # checked as any declaration is
        )

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts."""
        yield self.service_account
        yield self.grant
        yield self.job

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what no part can check by itself.

        https://cloud.google.com/functions/docs/calling
        """
        place = f"Schedule/{self.name}"
        target = self.target
        if isinstance(target, CloudFunction) and target.trigger is not None:
            yield Problem(
                f"{place}: target",
                f"{target.name} is started by events: it can't be called.",
                "Schedule a message to its topic: SchedulerJob(message=ScheduledMessage(...)).",
            )
        if isinstance(target, CloudRunJob) and self.path:
            yield Problem(f"{place}: path", "is for services and functions: a job is executed.")

    @property
    def _call(self) -> ScheduledCall:
        given = dict(self.call)
        if isinstance(self.target, CloudRunJob):
            return ScheduledCall(
                uri=self._run,
                oauth_service_account=self.service_account,
                **given,  # type: ignore[arg-type] # checked as any declaration is
            )
        address: Output | Composed = self.target.output("uri")
        path = self.path and f"/{self.path.lstrip('/')}"
        return ScheduledCall(
            uri=compose("{address}" + path, address=address) if path else address,
            oidc_service_account=self.service_account,
            oidc_audience=address,
            **given,  # type: ignore[arg-type] # checked as any declaration is
        )

    @property
    def _run(self) -> Composed:
        """The address that executes a job.

        https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs/run
        """
        return compose(
            "https://run.googleapis.com/v2/projects/{project}/locations/{location}/jobs/{job}:run",
            project=self.target.project or PROJECT,
            location=self.target.location or _REGION,
            job=self.target.name,
        )
