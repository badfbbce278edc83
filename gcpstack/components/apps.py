"""Cloud Run services with an identity of their own, and the secrets that they are given."""

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from gcpstack._core.component import Component
from gcpstack._core.refs import Composed, Sensitive
from gcpstack._core.resource import As, Output, Resource, Scope
from gcpstack.components.backends import CloudRunBackend
from gcpstack.exceptions import Problem
from gcpstack.resources._types import Ref
from gcpstack.resources.accounts import ServiceAccount
from gcpstack.resources.grants import CloudRunServiceIamMember, ProjectIamMember, SecretIamMember
from gcpstack.resources.run.containers import SecretEnv
from gcpstack.resources.run.services import CloudRunService
from gcpstack.resources.secrets import Secret, SecretVersion
from gcpstack.resources.sources import FromEnv, FromFile, Generated

ACCESSOR = "roles/secretmanager.secretAccessor"
_LONGEST_ACCOUNT = 30

Value: TypeAlias = (
    str | bytes | Output | Composed | Sensitive | FromFile | FromEnv | Generated | None
)


@dataclass(frozen=True, eq=False)
class SecretValue(Component):
    """A secret and its value, as one thing.

    Attributes:
        name: the secret's name.
        value: its value, as `SecretVersion` takes it; None leaves that to somebody else.
        allow_delete: consents that both may be deleted: what they hold can be had again.
        options: further fields of the `Secret`, such as ``rotation_period``.
    """

    name: str
    value: Value
    allow_delete: bool = field(default=False, kw_only=True)
    options: Mapping[str, object] = field(default_factory=dict, kw_only=True)

    @functools.cached_property
    def secret(self) -> Secret:
        """The secret."""
        return Secret(self.name, allow_delete=self.allow_delete, **self.options)  # type: ignore[arg-type] # checked as any declaration is

    @functools.cached_property
    def version(self) -> SecretVersion | None:
        """Its value; None where that is somebody else's."""
        if self.value is None:
            return None
        return SecretVersion(self.secret, value=self.value, allow_delete=self.allow_delete)

    def expand(self, scope: Scope) -> Iterator[Resource]:  # noqa: ARG002 # the component's form
        """List the parts."""
        yield self.secret
        if self.version is not None:
            yield self.version


@dataclass(frozen=True, eq=False)
class CloudRunApp(Component):
    """A Cloud Run service that may do what it needs, and nothing else.

    It runs as a service account of its own, which may read exactly the secrets that its containers
    mount or have in their environment, and has the roles that are named. In several regions it is
    the same service under the same identity.

    Refer to its parts: ``app.service_account``, ``app.service()``, ``app.backend("api")`` for a
    `LoadBalancer`.

    Attributes:
        template: the service, without a service account; in each region it is this.
        account: the name of its service account; the service's, shortened, if not given.
        secrets: environment variables whose values are secrets; the service comes after their
            values.
        regions: where it runs; the template's region, or the stack's, if not given. A mapping
            tells which fields differ, such as the connector: ``{"us-east1": {"vpc_connector": c}}``.
        roles: its roles on the project, such as ``roles/cloudsql.client``.
        invokers: who may call it, such as ``allUsers``.
    """

    template: CloudRunService
    account: str = field(default="", kw_only=True)
    secrets: Mapping[str, SecretValue | Secret | SecretEnv | str] = field(
        default_factory=dict, kw_only=True
    )
    regions: Sequence[str] | Mapping[str, Mapping[str, object]] = field(default=(), kw_only=True)
    roles: Sequence[str] = field(default=(), kw_only=True)
    invokers: Sequence[Ref] = field(default=(), kw_only=True)

    @functools.cached_property
    def service_account(self) -> ServiceAccount:
        """Who it is."""
        name = self.account or self.template.name[:_LONGEST_ACCOUNT].rstrip("-")
        return ServiceAccount(name, project=self.template.project, display_name=self.template.name)

    @functools.cached_property
    def grants(self) -> tuple[SecretIamMember, ...]:
        """One grant for each secret that it is given, none for any other."""
        return tuple(
            SecretIamMember(secret, role=ACCESSOR, member=self.service_account)
            for secret in self._given.values()
        )

    @functools.cached_property
    def services(self) -> Mapping[str, CloudRunService]:
        """The service in each region, by region; under an empty name where none is given."""
        versions = [
            item.version
            for item in self.secrets.values()
            if isinstance(item, SecretValue) and item.version is not None
        ]
        return {
            region: dataclasses.replace(
                service,
                service_account=self.service_account,
                # It can't start without its secrets, nor without being allowed to read them.
                depends_on=(*service.depends_on, *self.grants, *versions),
            )
            for region, service in self._plain.items()
        }

    def service(self, region: str = "") -> CloudRunService:
        """Give the service in a region; the first if none is named.

        Raises:
            KeyError: it does not run there.
        """
        return self.services[region] if region else next(iter(self.services.values()))

    def backend(self, name: str, **fields: object) -> CloudRunBackend:
        """Write it as what a load balancer sends to; the arguments are those of `CloudRunBackend`."""
        services = self.services
        target = self.service() if "" in services else services
        return CloudRunBackend(name, target, **fields)  # type: ignore[arg-type] # checked as any declaration is

    def expand(self, scope: Scope) -> Iterator[Resource]:  # noqa: ARG002 # the component's form
        """List the parts, each after what it needs."""
        yield self.service_account
        yield from self.grants
        yield from (
            ProjectIamMember(role=role, member=self.service_account, project=self.template.project)
            for role in self.roles
        )
        for service in self.services.values():
            yield service
            for member in self.invokers:
                yield CloudRunServiceIamMember(
                    service, role="roles/run.invoker", member=member, project=service.project
                )

    def problems(self, scope: Scope) -> Iterator[Problem]:  # noqa: ARG002 # the component's form
        """Check what only the whole can know."""
        place = f"CloudRunApp/{self.template.name}"
        if self.template.service_account is not None:
            yield Problem(
                f"{place}: template.service_account",
                "is given, and the app makes one of its own.",
                "Leave it out; name it with account=.",
            )
        taken = {*(self.template.env or {}), *(self.template.secret_env or {})}
        for name in sorted(taken & set(self.secrets)):
            yield Problem(f"{place}: secrets[{name!r}]", "stands in the template too.")

    @functools.cached_property
    def _plain(self) -> Mapping[str, CloudRunService]:
        """The services with all that they are given, before they have an identity."""
        given = {
            name: item.secret if isinstance(item, SecretValue) else item
            for name, item in self.secrets.items()
        }
        own = self.template.secret_env or {}
        service = dataclasses.replace(self.template, secret_env={**own, **given} or None)
        if not self.regions:
            return {"": service}
        differ = self.regions if isinstance(self.regions, Mapping) else {}
        return {
            region: dataclasses.replace(service, location=region, **differ.get(region, {}))  # type: ignore[arg-type] # checked as any declaration is
            for region in self.regions
        }

    @functools.cached_property
    def _given(self) -> Mapping[str, Ref]:
        """Every secret that it mounts or has in its environment, in any region, by name."""
        found: list[Ref] = []
        for service in self._plain.values():
            found += [
                item.secret
                for container in service.all_containers()
                for item in (container.env or {}).values()
                if isinstance(item, SecretEnv)
            ]
            found += [item.secret.secret for item in service.volumes or () if item.secret]
        return {_name(item): item for item in found}


def _name(secret: Ref) -> str:
    """Tell one secret from another."""
    target = secret.of if isinstance(secret, As) else secret
    return target.name if isinstance(target, Secret) else str(target).rsplit("/", 1)[-1]
