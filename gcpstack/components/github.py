"""Who deploys from GitHub: a repository's workflows, without any key.

https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gcpstack._core.component import Component
from gcpstack._core.resource import Resource, Scope
from gcpstack.components.apps import CloudRunApp
from gcpstack.resources.access import ArtifactRepositoryIamMember, ServiceAccountIamMember
from gcpstack.resources.accounts import ServiceAccount
from gcpstack.resources.artifacts import ArtifactRepository
from gcpstack.resources.federation import WorkloadIdentityPool, WorkloadIdentityProvider
from gcpstack.resources.grants import CloudRunServiceIamMember


@dataclass(frozen=True, eq=False)
class GithubDeployer(Component):
    """Lets the workflows of one GitHub repository push images and deploy services, without a key.

    They authenticate with the tokens that GitHub gives them, and act as a service account of their
    own. Workflows of other repositories are refused.

    Refer to its parts: ``deployer.provider`` is what a workflow names, ``deployer.account`` the
    account that it deploys as.

    Attributes:
        name: the parts are called ``{name}-github`` and ``{name}-deployer``.
        repository: such as ``acme/shop``.
        images: the registries that it may write to.
        apps: the services that it may deploy.
    """

    name: str
    repository: str = field(kw_only=True)
    images: Sequence[ArtifactRepository] = field(default=(), kw_only=True)
    apps: Sequence[CloudRunApp] = field(default=(), kw_only=True)

    @functools.cached_property
    def pool(self) -> WorkloadIdentityPool:
        """The workload identity pool."""
        return WorkloadIdentityPool(f"{self.name}-github")

    @functools.cached_property
    def provider(self) -> WorkloadIdentityProvider:
        """The provider, which admits the one repository only."""
        owner, _, repository = self.repository.partition("/")
        return WorkloadIdentityProvider.github(
            "github", pool=self.pool, owner=owner, repository=repository
        )

    @functools.cached_property
    def account(self) -> ServiceAccount:
        """The service account that they deploy as."""
        return ServiceAccount(f"{self.name}-deployer", display_name="Deploys from GitHub")

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts, each after what it needs."""
        yield self.pool
        yield self.provider
        yield self.account
        yield ServiceAccountIamMember(
            self.account,
            role="roles/iam.workloadIdentityUser",
            member=self.pool.principals("repository", self.repository),
        )
        for registry in self.images:
            yield ArtifactRepositoryIamMember(
                registry, role="roles/artifactregistry.writer", member=self.account
            )
        for app in self.apps:
            for service in app.services.values():
                yield CloudRunServiceIamMember(
                    service, role="roles/run.developer", member=self.account
                )
            yield ServiceAccountIamMember(
                app.service_account, role="roles/iam.serviceAccountUser", member=self.account
            )
