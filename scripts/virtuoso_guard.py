"""What Virtuoso's project runs, and who deploys it."""

import dataclasses
import functools
import os
from collections.abc import Iterator

from gcpstack import (
    AdmissionRule,
    ArtifactRepository,
    ArtifactRepositoryIamMember,
    BinaryAuthorizationPolicy,
    CloudRunApp,
    CloudRunServiceIamMember,
    Component,
    Resource,
    Scope,
    ServiceAccount,
    ServiceAccountIamMember,
    WorkloadIdentityPool,
    WorkloadIdentityProvider,
)


@dataclasses.dataclass(frozen=True, eq=False)
class Guard(Component):
    """The project runs what comes from its own registry, and a repository at GitHub deploys it.

    Its workflows come as themselves: there is no key that could be lost.

    Attributes:
        images: the registry.
        app: the service that is deployed.
    """

    images: ArtifactRepository
    app: CloudRunApp

    @functools.cached_property
    def pool(self) -> WorkloadIdentityPool:
        """Whom GitHub knows."""
        return WorkloadIdentityPool("virtuoso-github")

    @functools.cached_property
    def provider(self) -> WorkloadIdentityProvider:
        """How the workflows of the one repository are told apart."""
        owner, _, name = _repository().partition("/")
        return WorkloadIdentityProvider.github(
            "github", pool=self.pool, owner=owner, repository=name
        )

    @functools.cached_property
    def deployer(self) -> ServiceAccount:
        """As whom they deploy."""
        return ServiceAccount("virtuoso-deployer", display_name="Deploys from GitHub")

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts, each after what it needs."""
        project = scope.project
        place = self.images.location or scope.region
        yield BinaryAuthorizationPolicy(
            default_rule=AdmissionRule(evaluation_mode="ALWAYS_DENY"),
            # What Google builds of functions is the project's own too.
            allowlist=[
                f"{place}-docker.pkg.dev/{project}/{name}/**"
                for name in (self.images.name, "gcf-artifacts")
            ],
            global_policy_evaluation_mode="ENABLE",
        )
        yield self.pool
        yield self.provider
        yield self.deployer
        yield ServiceAccountIamMember(
            self.deployer,
            role="roles/iam.workloadIdentityUser",
            member=self.pool.principals("repository", _repository()),
        )
        yield ArtifactRepositoryIamMember(
            self.images, role="roles/artifactregistry.writer", member=self.deployer
        )
        for service in self.app.services.values():
            yield CloudRunServiceIamMember(
                service, role="roles/run.developer", member=self.deployer
            )
        yield ServiceAccountIamMember(
            self.app.service_account, role="roles/iam.serviceAccountUser", member=self.deployer
        )


def _repository() -> str:
    return os.environ.get("VIRTUOSO_GITHUB", "virtuoso/api")
