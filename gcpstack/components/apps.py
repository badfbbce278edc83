"""Cloud Run services with an identity of their own, which reads what they are given."""

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
from gcpstack.resources._types import Ref
from gcpstack.resources.accounts import ServiceAccount
from gcpstack.resources.grants import CloudRunServiceIamMember, ProjectIamMember, SecretIamMember
from gcpstack.resources.run.containers import SecretEnv
from gcpstack.resources.run.services import CloudRunService


@dataclass(frozen=True, eq=False)
class CloudRunApp(Component):
    """A Cloud Run service with exactly the permissions that it needs.

    It runs as a service account of its own, which may read exactly the secrets that its containers
    mount or have in their environment, and has the roles that are named. In several regions it is
    the same service under the same identity.

    Its parts: ``app.service_account``, ``app.service()``, ``app.backend("api")`` for a
    `LoadBalancer`.

    Attributes:
        template: the service, without a service account; used in each region.
        account: the name of its service account; by default the service's, shortened.
        secrets: environment variables whose values are secrets; the service comes after their
            values.
        regions: where it runs; by default the template's region, or the stack's. A mapping
            says which fields differ, such as the connector: ``{"us-east1": {"vpc_connector": c}}``.
        roles: its roles on the project, such as ``roles/cloudsql.client``.
        invokers: who may call it, such as ``allUsers``.
    """

    template: CloudRunService
    account: str = field(default="", kw_only=True)
    secrets: Mapping[str, GivenSecret] = field(default_factory=dict, kw_only=True)
    regions: Sequence[str] | Mapping[str, Mapping[str, object]] = field(default=(), kw_only=True)
    roles: Sequence[str] = field(default=(), kw_only=True)
    invokers: Sequence[Ref] = field(default=(), kw_only=True)

    @functools.cached_property
    def service_account(self) -> ServiceAccount:
        """The service account that it runs as."""
        return given.account_of(self.template.name, self.account, self.template.project)

    @functools.cached_property
    def grants(self) -> tuple[SecretIamMember, ...]:
        """One grant for each secret that it uses, and none for any other."""
        return given.readable(self._given, self.service_account)

    @functools.cached_property
    def services(self) -> Mapping[str, CloudRunService]:
        """The service in each region, by region; under an empty name where none is given."""
        return {
            region: dataclasses.replace(
                service,
                service_account=self.service_account,
                # It can't start without its secrets, nor without being allowed to read them.
                depends_on=(*service.depends_on, *self.grants, *given.versions(self.secrets)),
            )
            for region, service in self._plain.items()
        }

    def service(self, region: str = "") -> CloudRunService:
        """Return the service in a region; the first if none is named.

        Raises:
            KeyError: it does not run there.
        """
        return self.services[region] if region else next(iter(self.services.values()))

    def backend(self, name: str, **fields: object) -> CloudRunBackend:
        """Make it a backend of a load balancer; the arguments are those of `CloudRunBackend`."""
        services = self.services
        target = self.service() if "" in services else services
        return CloudRunBackend(name, target, **fields)  # type: ignore[arg-type] # checked as any declaration is

    def expand(self, scope: Scope) -> Iterator[Resource]:
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

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what no part can check by itself."""
        place = f"CloudRunApp/{self.template.name}"
        yield from given.problems(place, self.template, self.secrets)

    @functools.cached_property
    def _plain(self) -> Mapping[str, CloudRunService]:
        """The services with all that they are given, before they have an identity."""
        own = self.template.secret_env or {}
        service = dataclasses.replace(
            self.template, secret_env={**own, **given.plain(self.secrets)} or None
        )
        if not self.regions:
            return {"": service}
        differ = self.regions if isinstance(self.regions, Mapping) else {}
        return {
            region: dataclasses.replace(service, location=region, **differ.get(region, {}))  # type: ignore[arg-type] # checked as any declaration is
            for region in self.regions
        }

    @functools.cached_property
    def _given(self) -> tuple[Ref, ...]:
        """Every secret that it mounts or has in its environment, in any region."""
        found: list[Ref] = []
        for service in self._plain.values():
            found += [
                item.secret
                for container in service.all_containers()
                for item in (container.env or {}).values()
                if isinstance(item, SecretEnv)
            ]
            found += [item.secret.secret for item in service.volumes or () if item.secret]
        return tuple(found)
