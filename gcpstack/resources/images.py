"""Container images: followed by their tags, or built."""

import dataclasses
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Self

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import RepositoryRef, Seconds, Text
from gcpstack.resources.contexts import source_tag
from gcpstack.resources.grants import beside

#: What was asked of a build is not told of its image.
_UNREAD = "unread"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"

#: https://cloud.google.com/artifact-registry/docs/docker/names
_NAMES = NameRule(
    r"[a-z0-9]+([._/-]+[a-z0-9]+)*",
    "lower-case letters and digits, with dots, underscores, hyphens and slashes between them",
)


@resource(kinds.IMAGE)
class ContainerImage(Declaration):
    """An image in an Artifact Registry repository: what a tag stands for.

    https://cloud.google.com/artifact-registry/docs/docker. Give it to a Cloud Run service as its
    image: the service runs the digest that the tag stands for, and a plan shows when the tag has
    moved. With a *context*, an image that is not there is built by Cloud Build and pushed; its tag is
    the git commit, so another commit makes another image. Images stay when a stack is destroyed.

    Cloud Build reads the source from the bucket ``PROJECT_cloudbuild``, which is made if need be; its
    service account must be allowed to push (``roles/artifactregistry.writer``).

    Outputs: ``reference`` (with the digest), ``digest``, ``uri`` (with the tag).

    Attributes:
        name: its name in the repository.
        repository: the repository: its declaration or its name.
        tag: the tag; ``latest`` if not given, or the git commit of the context.
        project: the project of the repository; the stack's if not given.
        location: the place of the repository; the declared one's, or the stack's region.
        context: the folder that it is built from: without what its ``.gcloudignore`` leaves out, or
            without one, what git ignores.
        dockerfile: the Dockerfile, below the context; ``Dockerfile`` if not given.
        build_args: arguments of the Dockerfile. They can be read from the image: no secrets.
        build_timeout: how long the build may take.
        machine_type: the machine that builds, such as ``E2_HIGHCPU_8``.
        service_account: who builds, as ``projects/P/serviceAccounts/EMAIL``.
    """

    NAMES: ClassVar[NameRule | None] = _NAMES
    PLACES: ClassVar[frozenset[str]] = frozenset({"asia", "europe", "us"})

    name: str = identity(kw_only=False)
    repository: RepositoryRef = required(Facet.IDENTITY)
    tag: str | None = spec(Facet.IDENTITY)
    project: str | None = scope()
    location: str | None = scope()
    context: str | Path | None = spec(wire="build.context", like=_UNREAD, encode=str)
    dockerfile: str | None = spec(wire="build.dockerfile", like=_UNREAD)
    build_args: Mapping[str, Text] | None = spec(wire="build.args", like=_UNREAD)
    build_timeout: Seconds | None = spec(wire="build.timeout", like=_UNREAD, encode=encode.seconds)
    machine_type: str | None = spec(wire="build.machineType", like=_UNREAD)
    service_account: Text | None = spec(wire="build.serviceAccount", like=_UNREAD)

    def located(self, scope: Scope) -> Self:
        """Stand where the repository stands, under the tag that the source has."""
        placed = beside(self, self.repository, "location", scope)
        if placed.tag is not None:
            return placed
        tag = "latest"
        if self.context is not None and Path(self.context).is_dir():
            tag = source_tag(os.fspath(self.context))
        return dataclasses.replace(placed, tag=tag)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the tag, and that there is something to build.

        https://cloud.google.com/artifact-registry/docs/docker/names
        """
        yield from checks.pattern(
            "tag", self.tag, _TAG, "a tag: letters, digits, '_', '-' and '.', 128 at most"
        )
        if self.context is None:
            for field in ("dockerfile", "build_args", "build_timeout", "machine_type"):
                if getattr(self, field) is not None:
                    yield Finding(field, "needs context")
            return
        folder = Path(self.context)
        if not folder.is_dir():
            yield Finding("context", f"there is no folder {str(folder)!r}")
        elif not (folder / (self.dockerfile or "Dockerfile")).is_file():
            name = self.dockerfile or "Dockerfile"
            yield Finding("dockerfile", f"{name!r} is not in {str(folder)!r}")
        yield from checks.duration("build_timeout", self.build_timeout, 1, 86_400)
