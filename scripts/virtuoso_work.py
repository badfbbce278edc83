"""The work around Virtuoso's API: its functions, when they run, and the queues of its tasks."""

import dataclasses
import functools
import pathlib
from collections.abc import Iterator, Mapping

from gcpstack import (
    CloudFunction,
    CloudFunctionApp,
    Component,
    ProjectIamMember,
    Resource,
    Schedule,
    Scope,
    SecretValue,
    ServiceAccount,
    TaskQueue,
    Topic,
    TopicIamMember,
)

SOURCES = pathlib.Path(__file__).parent / "virtuoso_functions"
_BEHIND = {"ingress": "internal-and-cloud-load-balancing"}
_WRITES = ["roles/datastore.user"]


@dataclasses.dataclass(frozen=True, eq=False)
class Work(Component):
    """Five functions, each with an identity of its own, and two queues.

    Attributes:
        api: who the API is: it puts tasks into the queues.
        url: where the API answers.
        events: the topic of test events, which are counted.
        status: the topic that webhooks are told to.
        api_keys: the API keys.
        webhooks: what webhooks are signed with.
        most: instances of each function at most.
    """

    api: ServiceAccount
    url: str
    events: Topic
    status: Topic
    api_keys: SecretValue
    webhooks: SecretValue
    most: int

    @functools.cached_property
    def apps(self) -> Mapping[str, CloudFunctionApp]:
        """The functions, by the names of their folders."""
        topic = {"TOPIC": self.status.output("name")}
        return {
            "analytics": self._app("analytics", "count", topic=self.events, roles=_WRITES),
            "auth_validator": self._app(
                "auth_validator",
                "validate",
                _BEHIND,
                secrets={"API_KEYS": self.api_keys},
                invokers=["allUsers"],
            ),
            "cleanup": self._app("cleanup", "sweep", roles=_WRITES),
            "health": self._app("health", "check", {"env": {"API_URL": self.url}}, roles=_WRITES),
            "webhook": self._app(
                "webhook",
                "receive",
                {"env": topic, **_BEHIND},
                secrets={"WEBHOOK_SECRET": self.webhooks},
                invokers=["allUsers"],
            ),
        }

    def _app(
        self,
        folder: str,
        entry_point: str,
        settings: Mapping[str, object] | None = None,
        **given: object,
    ) -> CloudFunctionApp:
        function = CloudFunction(
            f"virtuoso-{folder.replace('_', '-')}",
            runtime="python313",
            source=SOURCES / folder,
            entry_point=entry_point,
            memory="512Mi",
            timeout=540,
            max_instances=self.most,
            **(settings or {}),  # type: ignore[arg-type] # checked as any declaration is
        )
        return CloudFunctionApp(function, **given)  # type: ignore[arg-type] # checked as any declaration is

    @property
    def functions(self) -> list[CloudFunction]:
        """The functions themselves."""
        return [app.function for app in self.apps.values()]

    def expand(self, scope: Scope) -> Iterator[Resource | Component]:
        """List the parts."""
        yield from self.apps.values()
        yield TopicIamMember(
            self.status,
            role="roles/pubsub.publisher",
            member=self.apps["webhook"].service_account,
        )
        for folder, cron in (("cleanup", "30 2 * * *"), ("health", "*/5 * * * *")):
            app = self.apps[folder]
            yield Schedule(f"{app.template.name}-timer", app.function, cron)
        yield from self._queues()

    def _queues(self) -> Iterator[Resource]:
        """Run tests as they come, and again if they could not; what comes in bulk waits its turn."""
        for name, rate, at_once, attempts in (
            ("virtuoso-test-execution", 50, 100, 5),
            ("virtuoso-batch", 5, 10, 10),
        ):
            yield TaskQueue(
                name,
                max_dispatches_per_second=rate,
                max_concurrent_dispatches=at_once,
                max_attempts=attempts,
                min_backoff="1s",
                max_backoff="5m",
                max_doublings=5,
                log_sampling=0.1,
            )
        yield ProjectIamMember(role="roles/cloudtasks.enqueuer", member=self.api)
