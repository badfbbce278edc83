"""Functions with an identity of their own, which reads what they are given and calls what it may."""

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gcpstack._core.component import Component
from gcpstack._core.resource import Resource, Scope
from gcpstack.components import _given as given
from gcpstack.components._given import GivenSecret
from gcpstack.components.backends import CloudRunBackend
from gcpstack.exceptions import Problem
from gcpstack.resources._types import Ref, TopicRef
from gcpstack.resources.accounts import ServiceAccount
from gcpstack.resources.functions.functions import CloudFunction
from gcpstack.resources.functions.parts import FunctionTrigger
from gcpstack.resources.grants import CloudRunServiceIamMember, ProjectIamMember, SecretIamMember
from gcpstack.resources.run.containers import SecretEnv

INVOKER = "roles/run.invoker"


@dataclass(frozen=True, eq=False)
class CloudFunctionApp(Component):
    """A function with exactly the permissions that it needs.

    It runs as a service account of its own, which may read exactly the secrets that the function is
    given, and has the roles that are named. Messages of a topic are delivered as that account too, which
    may therefore call it.

    Refer to its parts: ``app.service_account``, ``app.function``, ``app.backend("webhook")`` for a
    `LoadBalancer`.

    Attributes:
        template: the function, without a service account.
        account: the name of its service account; by default the function's, shortened.
        secrets: environment variables whose values are secrets; the function comes after their
            values.
        topic: the topic whose messages start it; a message that fails is delivered again.
        roles: its roles on the project, such as ``roles/datastore.user``.
        invokers: who may call it, such as ``allUsers``.
    """

    template: CloudFunction
    account: str = field(default="", kw_only=True)
    secrets: Mapping[str, GivenSecret] = field(default_factory=dict, kw_only=True)
    topic: TopicRef | None = field(default=None, kw_only=True)
    roles: Sequence[str] = field(default=(), kw_only=True)
    invokers: Sequence[Ref] = field(default=(), kw_only=True)

    @functools.cached_property
    def service_account(self) -> ServiceAccount:
        """The service account that it runs as."""
        return given.account_of(self.template.name, self.account, self.template.project)

    @functools.cached_property
    def grants(self) -> tuple[SecretIamMember, ...]:
        """One grant for each secret that it uses, and none for any other."""
        secrets = [given.named(item) for item in self._secret_env.values()]
        secrets += [item.secret for item in self.template.secret_volumes or ()]
        return given.readable(secrets, self.service_account)

    @functools.cached_property
    def function(self) -> CloudFunction:
        """The function."""
        template = self.template
        trigger = template.trigger
        if self.topic is not None:
            trigger = FunctionTrigger(
                topic=self.topic, retry=True, service_account=self.service_account
            )
        return dataclasses.replace(
            template,
            trigger=trigger,
            secret_env=self._secret_env or None,
            service_account=self.service_account,
            # It can't start without its secrets, nor without being allowed to read them.
            depends_on=(*template.depends_on, *self.grants, *given.versions(self.secrets)),
        )

    @functools.cached_property
    def _secret_env(self) -> Mapping[str, Ref | SecretEnv]:
        return {**(self.template.secret_env or {}), **given.plain(self.secrets)}

    def backend(self, name: str, **fields: object) -> CloudRunBackend:
        """Make it a backend of a load balancer; the arguments are those of `CloudRunBackend`."""
        return CloudRunBackend(name, self.function, **fields)  # type: ignore[arg-type] # checked as any declaration is

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts, each after what it needs."""
        project = self.template.project
        yield self.service_account
        yield from self.grants
        for role in self.roles:
            yield ProjectIamMember(role=role, member=self.service_account, project=project)
        yield self.function
        own = () if self.topic is None else (self.service_account,)
        for member in (*own, *self.invokers):
            yield CloudRunServiceIamMember(
                self.function, role=INVOKER, member=member, project=project
            )

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what no part can check by itself."""
        place = f"CloudFunctionApp/{self.template.name}"
        yield from given.problems(place, self.template, self.secrets)
        if self.topic is not None and self.template.trigger is not None:
            yield Problem(f"{place}: topic", "and template.trigger exclude each other.")
