"""Trade Streamer's work in the background: jobs that a scheduler starts."""

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence

from gcpstack import (
    CloudRunJob,
    Component,
    Container,
    NetworkInterface,
    ProjectIamMember,
    Resource,
    Schedule,
    Scope,
    SecretEnv,
    SecretIamMember,
    SecretValue,
    ServiceAccount,
)


@dataclasses.dataclass(frozen=True)
class Task:
    """A job.

    Attributes:
        name: what it is.
        when: when it is run, on the days that New York trades.
        secrets: the secrets that it reads, by variable.
    """

    name: str
    when: str
    secrets: Mapping[str, SecretValue] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, eq=False)
class Jobs(Component):
    """Each job in every region, as an identity of its own; the schedules of one region run it.

    Where the first region is lost, the schedules of the next are resumed.

    Attributes:
        tasks: the jobs.
        image: the image of all: its first argument says which it is.
        env: what all are told.
        ways: the way into the network, by region; the first region's schedules run.
        first: what comes before them, such as the registry.
    """

    tasks: Sequence[Task]
    image: object
    env: Mapping[str, object]
    ways: Mapping[str, NetworkInterface]
    first: Sequence[Resource] = ()

    @functools.cached_property
    def accounts(self) -> Mapping[str, ServiceAccount]:
        """Who each job is, by name."""
        return {
            task.name: ServiceAccount(f"trade-{task.name}", display_name=f"trade-{task.name}")
            for task in self.tasks
        }

    def expand(self, scope: Scope) -> Iterator[Resource | Component]:
        """List the parts, each after what it needs."""
        for task in self.tasks:
            yield from self._task(task)

    def _task(self, task: Task) -> Iterator[Resource | Component]:
        account = self.accounts[task.name]
        grants = [
            SecretIamMember(value.secret, role="roles/secretmanager.secretAccessor", member=account)
            for value in task.secrets.values()
        ]
        yield account
        yield from grants
        yield ProjectIamMember(role="roles/datastore.user", member=account)
        secrets = {name: SecretEnv(secret=value.secret) for name, value in task.secrets.items()}
        container = Container(
            image=self.image,  # type: ignore[arg-type] # checked as any declaration is
            args=[task.name],
            cpu=1,
            memory="512Mi",
            env={**self.env, **secrets},  # type: ignore[dict-item] # checked as any declaration is
        )
        values = [value.version for value in task.secrets.values() if value.version is not None]
        for number, (region, way) in enumerate(self.ways.items()):
            job = CloudRunJob(
                f"trade-{task.name}",
                location=region,
                containers=[container],
                retries=1,
                timeout="10m",
                service_account=account,
                network_interfaces=[way],
                vpc_egress="all-traffic",
                depends_on=(*self.first, *grants, *values),
            )
            yield job
            yield Schedule(
                f"trade-{task.name}",
                job,
                task.when,
                time_zone="America/New_York",
                account=f"trade-{task.name}-cron"[:30],
                options={"paused": number > 0},
            )
