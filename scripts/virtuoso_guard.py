"""What Virtuoso's project runs, and who deploys it."""

import dataclasses
import functools
import os
from collections.abc import Iterator

from gcpstack import (
    AdmissionRule,
    ArtifactRepository,
    BinaryAuthorizationPolicy,
    CloudRunApp,
    Component,
    GithubDeployer,
    Resource,
    Scope,
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
    def deployer(self) -> GithubDeployer:
        """The one repository that deploys."""
        repository = os.environ.get("VIRTUOSO_GITHUB", "virtuoso/api")
        return GithubDeployer(
            "virtuoso", repository=repository, images=[self.images], apps=[self.app]
        )

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
        yield from self.deployer.expand(scope)
