"""Images in Artifact Registry: what a tag stands for; built by Cloud Build where it is not there.

https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories.packages.tags,
https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds
"""

import contextlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

from gcpstack._adapters import operations
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.rest import Collection
from gcpstack._adapters.transport import load
from gcpstack._core.json import Body, Path
from gcpstack._core.ports import (
    Done,
    Edit,
    Finished,
    Observed,
    Operation,
    Step,
    Target,
)
from gcpstack.exceptions import AlreadyExists, Conflict, InvalidRequest, NotFound
from gcpstack.resources.contexts import packed

_ARCHIVE = "application/gzip"
_DOCKER = "gcr.io/cloud-builders/docker"


class Images:
    """The adapter of ``artifactregistry.Image``."""

    lists = False

    def __init__(self, clients: Clients) -> None:
        """Serve the kind.

        Args:
            clients: makes the clients.
        """
        self._clients = clients
        self._tags = Collection(
            clients, "artifactregistry", "v1", "projects.locations.repositories.packages.tags"
        )
        self._builds = Collection(clients, "cloudbuild", "v1", "projects.locations.builds")
        self._buckets = Collection(clients, "storage", "v1", "buckets")
        self._objects = Collection(clients, "storage", "v1", "objects")

    def get(self, target: Target) -> Observed | None:
        """Read which digest the tag stands for; None where there is no such tag."""
        try:
            found = self._tags.call("get", {"name": target.path})
        except NotFound:
            return None
        digest = str(found["version"]).rsplit("/", 1)[-1]
        uri = _uri(target.ids)
        body: Body = {
            "digest": digest,
            "reference": f"{uri}@{digest}",
            "uri": f"{uri}:{target.ids['tag']}",
        }
        return Observed(body, target.path)

    def list(self, target: Target) -> Sequence[Observed]:
        """Read the one that *target* stands for."""
        found = self.get(target)
        return [found] if found else []

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        """Begin to build the image and push it.

        Raises:
            NotFound: nothing says what to build it from.
            AlreadyExists: the tag is there.
        """
        if self.get(target) is not None:
            raise AlreadyExists(f"the image {_uri(target.ids)}:{target.ids['tag']} exists")
        build: Any = body.get("build") or {}
        if not build.get("context"):
            raise NotFound(
                f"there is no image {_uri(target.ids)}:{target.ids['tag']}",
                remedy="Push it, or give the context that it is built from.",
            )
        source = self._uploaded(target, str(build["context"]))
        answer = self._builds.call(
            "create",
            {
                "parent": f"projects/{target.ids['project']}/locations/global",
                "body": _build(target, build, source),
            },
        )
        return self._followed(target, operations.longrunning(self._clients, "cloudbuild", answer))

    def update(self, edit: Edit) -> Sequence[Step]:
        """List nothing: an image never changes."""
        return []

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        """Take the tag away; the image stays until the repository's policies delete it."""
        with contextlib.suppress(NotFound):
            self._tags.call("delete", {"name": target.path})
        return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        """Take up a build that another process began."""
        return self._followed(target, operations.resume(self._clients, name))

    def reveal(self, target: Target, path: Path) -> str | None:
        """An image holds nothing that is only written."""
        return None

    def _followed(self, target: Target, operation: Operation) -> Operation:
        def look(_: Done) -> Done:
            found = self.get(target)
            return Done(found.body if found else None)

        return operations.ChainedOperation(operation, look)

    def _uploaded(self, target: Target, context: str) -> Mapping[str, object]:
        """Put the source where Cloud Build reads it: the bucket that gcloud uses too."""
        bucket = f"{target.ids['project'].replace(':', '_').replace('.', '_')}_cloudbuild"
        name = f"source/{target.ids['name'].replace('/', '-')}-{target.ids['tag']}.tgz"
        try:
            content = packed(context)
        except OSError as error:
            raise InvalidRequest(f"the context {context} can't be packed: {error}") from error
        try:
            self._insert(bucket, name, content)
        except NotFound:
            body = {
                "name": bucket,
                "location": "US",
                "iamConfiguration": {
                    "uniformBucketLevelAccess": {"enabled": True},
                    "publicAccessPrevention": "enforced",
                },
            }
            with contextlib.suppress(AlreadyExists, Conflict):  # another image was quicker
                self._buckets.call("insert", {"project": target.ids["project"], "body": body})
            self._insert(bucket, name, content)
        return {"bucket": bucket, "object": name}

    def _insert(self, bucket: str, name: str, content: bytes) -> None:
        media = load("googleapiclient.http").MediaIoBaseUpload(
            io.BytesIO(content), mimetype=_ARCHIVE, resumable=False
        )
        self._objects.call("insert", {"bucket": bucket, "name": name, "media_body": media})


def _uri(ids: Mapping[str, str]) -> str:
    project = ids["project"].replace(":", "/")
    return f"{ids['location']}-docker.pkg.dev/{project}/{ids['repository']}/{ids['name']}"


def _build(target: Target, asked: Mapping[str, Any], source: Mapping[str, object]) -> Body:
    """Write the build: the steps of https://cloud.google.com/build/docs/building/build-containers."""
    image = f"{_uri(target.ids)}:{target.ids['tag']}"
    arguments = ["build", "-t", image, "-f", str(asked.get("dockerfile") or "Dockerfile")]
    for name, value in (asked.get("args") or {}).items():
        # A dollar begins a substitution of Cloud Build's own.
        arguments += ["--build-arg", f"{name}={value}".replace("$", "$$")]
    options: Body = {"logging": "CLOUD_LOGGING_ONLY"}
    if asked.get("machineType"):
        options["machineType"] = asked["machineType"]
    body: Body = {
        "source": {"storageSource": dict(source)},
        "steps": [{"name": _DOCKER, "args": [*arguments, "."]}],
        "images": [image],
        "options": options,
    }
    for field in ("timeout", "serviceAccount"):
        if asked.get(field):
            body[field] = asked[field]
    return body


def adapter(clients: Clients, kind: str, stack: str) -> Images:  # noqa: ARG001 # one kind
    """Make the adapter."""
    return Images(clients)
