"""Whether what a template describes can run, as Cloud Run finds out after the call was accepted.

Nothing is pulled and nothing runs here. An image is taken to be missing when its Artifact Registry
repository is, when its repository was pushed to but never this image, or when its tag is ``missing``; a
container is taken not to start when the tag of its image is ``crash``, or when it was said of its image
that it never listens or takes longer than its startup probe waits
(https://cloud.google.com/run/docs/troubleshooting).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from gcpstack.emulator.core import agents, behaviours, encryption, iam, images
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.run.common import condition, location_of, project_of

MISSING_TAG, CRASH_TAG = "missing", "crash"
READERS = ("roles/secretmanager.secretAccessor", "roles/secretmanager.admin", "roles/owner")


@dataclass(frozen=True)
class Problem:
    """Why something can't run.

    Attributes:
        status: of the operation's error.
        message: Google's words.
        field: the field of a condition that holds the reason, ``reason`` or ``revisionReason``.
        reason: the reason, ``CONTAINER_MISSING``.
    """

    status: str
    message: str
    field: str
    reason: str

    def condition(self, world: World, kind: str, message: str = "") -> Body:
        """The failed condition of a resource."""
        facts = {"message": message or self.message, "severity": "ERROR", self.field: self.reason}
        return condition(world, kind, "FAILED", **facts)

    def error(self, message: str = "") -> ApiError:
        """The error that ends the operation."""
        codes = {"NOT_FOUND": 404, "PERMISSION_DENIED": 403, "FAILED_PRECONDITION": 400}
        return ApiError(codes[self.status], message or self.message, status=self.status)


def problem(world: World, name: str, template: Body) -> Problem | None:
    """The first thing that keeps a template from running.

    Args:
        world: what exists.
        name: full name of the resource with the template.
        template: completed.
    """
    checks = (_images, _key, _secrets, _access, _networks, _starts)
    return next((found for check in checks for found in check(world, name, template)), None)


def tag_of(image: str) -> str:
    """The tag of an image, ``latest`` where it has none."""
    last = image.partition("@")[0].rsplit("/", 1)[-1]
    return last.partition(":")[2] or "latest"


def _images(world: World, _name: str, template: Body) -> Iterator[Problem]:
    for container in template["containers"]:
        image = str(container.get("image", ""))
        if tag_of(image) == MISSING_TAG or not digest_of(world, image):
            text = f"Image '{image}' not found."
            yield Problem("NOT_FOUND", text, "reason", "CONTAINER_MISSING")


def digest_of(world: World, image: str) -> str:
    """The digest of an image; ``""`` when it is not there, as far as this world can know.

    A project in which nothing of Artifact Registry was ever made may be any project of Google's, and a
    repository to which nothing was pushed here, or that stands for another, may hold anything.
    """
    pushed = images.digest_of(world, image)
    anything = image.partition("@")[2] or f"sha256:{sha256(image.encode()).hexdigest()}"
    repository = images.repository(image)
    if pushed or not repository or world.registry.kind("artifactregistry", "repositories") is None:
        return pushed or anything
    project = "/".join(repository.split("/")[:2])
    if not world.state.collections("artifactregistry", f"{project}/"):
        return anything
    found = world.find("artifactregistry", repository)
    if found is None:
        return ""
    own = found.body.get("mode") == "STANDARD_REPOSITORY"
    return "" if own and images.pushed(world, repository) else anything


def _key(world: World, name: str, template: Body) -> Iterator[Problem]:
    """https://cloud.google.com/run/docs/securing/using-cmek: the service agent encrypts the image."""
    key = str(template.get("encryptionKey", ""))
    agent = agents.email(world, "run", project_of(name))
    if key and not encryption.usable(world, key, agent):
        text = (
            f"The Cloud Run service agent {agent} does not have permission to encrypt and decrypt with the key {key}, "
            "or the key is not enabled."
        )
        yield Problem("PERMISSION_DENIED", text, "reason", "ENCRYPTION_KEY_CHECK_FAILED")


def secrets(template: Body) -> Iterator[tuple[str, str]]:
    """(secret, version) of everything that a template reads."""
    for container in template["containers"]:
        for entry in container.get("env", ()):
            ref = (entry.get("valueSource") or {}).get("secretKeyRef")
            if ref:
                yield ref["secret"], ref.get("version") or "latest"
    for volume in template.get("volumes", ()):
        if "secret" in volume:
            items = volume["secret"].get("items") or [{}]
            for item in items:
                yield volume["secret"]["secret"], item.get("version") or "latest"


def _secret(name: str, secret: str) -> str:
    return secret if "/" in secret else f"projects/{project_of(name)}/secrets/{secret}"


def _told(world: World, secret: str, version: str) -> str:
    parts = secret.split("/")
    parts[1] = world.number_of(parts[1])
    return f"{'/'.join(parts)}/versions/{version}"


def _secrets(world: World, name: str, template: Body) -> Iterator[Problem]:
    """Secrets and versions that are not there."""
    for short, version in secrets(template):
        secret = world.canonical(_secret(name, short))
        obj = world.find("secretmanager", secret)
        number: Any = version
        if obj is not None:
            number = obj.body.get("versionAliases", {}).get(version, version)
            number = obj.meta.get("versions", 0) if version == "latest" else number
        found = world.find("secretmanager", f"{secret}/versions/{number}")
        told = _told(world, secret, version)
        if obj is None or found is None:
            text = f"Secret {told} was not found."
            yield Problem("NOT_FOUND", text, "reason", "SECRETS_ACCESS_CHECK_FAILED")
        elif found.body.get("state") != "ENABLED":
            text = f"Secret {told} is not in the ENABLED state."
            yield Problem("FAILED_PRECONDITION", text, "reason", "SECRETS_ACCESS_CHECK_FAILED")


def _access(world: World, name: str, template: Body) -> Iterator[Problem]:
    """Secrets that the service account may not read."""
    account = template["serviceAccount"]
    for short, version in secrets(template):
        secret = world.canonical(_secret(name, short))
        if not _may_read(world, secret, account):
            text = (
                f"Permission denied on secret: {_told(world, secret, version)} for Revision service account "
                f"{account}. The service account used must be granted the 'Secret Manager Secret Accessor' "
                "role (roles/secretmanager.secretAccessor) at the secret, project or higher level."
            )
            yield Problem("PERMISSION_DENIED", text, "reason", "SECRETS_ACCESS_CHECK_FAILED")


def _may_read(world: World, secret: str, account: str) -> bool:
    keys = (f"secretmanager/{secret}", f"cloudresourcemanager/projects/{project_of(secret)}")
    return iam.granted(world, keys, account, READERS, "secretmanager.versions.access")


def _networks(world: World, name: str, template: Body) -> Iterator[Problem]:
    access = template.get("vpcAccess") or {}
    connector = access.get("connector")
    if connector and world.registry.kind("vpcaccess", "connectors"):
        where = f"projects/{project_of(name)}/locations/{location_of(name)}/connectors/"
        full = connector if "/" in connector else where + connector
        if world.find("vpcaccess", world.canonical(full)) is None:
            text = f"VPC connector {full} does not exist, or Cloud Run does not have permission to use it."
            yield Problem("NOT_FOUND", text, "reason", "VPC_NETWORK_NOT_FOUND")
    for interface in access.get("networkInterfaces", ()):
        for full in targets(name, interface):
            served = world.registry.kind("compute", full.split("/")[-2])
            if served and world.find("compute", full) is None:
                text = f"The resource '{full}' was not found."
                yield Problem("NOT_FOUND", text, "reason", "VPC_NETWORK_NOT_FOUND")


def targets(name: str, interface: Body) -> Iterator[str]:
    """The network and the subnetwork of a direct way into a network, by full name."""
    project, region = project_of(name), location_of(name)
    for text, place in (
        (interface.get("network"), "global/networks"),
        (interface.get("subnetwork"), f"regions/{region}/subnetworks"),
    ):
        if text:
            full = relative(str(text), project)
            yield full if "/" in full else f"projects/{project}/{place}/{full}"


def _starts(world: World, _name: str, template: Body) -> Iterator[Problem]:
    for container in template["containers"]:
        image = str(container.get("image", ""))
        if tag_of(image) == CRASH_TAG or not _comes_up(world, image, container):
            port = (container.get("ports") or [{"containerPort": 8080}])[0]["containerPort"]
            text = (
                "The user-provided container failed to start and listen on the port defined provided by the "
                f"PORT={port} environment variable within the allocated timeout. This can happen when the "
                "container port is misconfigured or if the timeout is too short. The health check timeout can "
                "be extended. Logs for this revision might contain more information."
            )
            yield Problem(
                "FAILED_PRECONDITION", text, "revisionReason", "HEALTH_CHECK_CONTAINER_ERROR"
            )


def _comes_up(world: World, image: str, container: Body) -> bool:
    """Whether a container listens, and its startup probe finds it well, before the probe gives up.

    https://cloud.google.com/run/docs/configuring/healthchecks
    """
    behaviour = behaviours.of(world, image)
    probe = container.get("startupProbe") or {}
    failures = int(probe.get("failureThreshold") or (3 if probe else 1))
    period = float(probe.get("periodSeconds") or (10 if probe else 240))
    waits = float(probe.get("initialDelaySeconds") or 0) + failures * period
    listens = (container.get("ports") or [{}])[0].get("containerPort")
    knocks = (probe.get("tcpSocket") or {}).get("port")
    if listens and knocks and knocks != listens:
        return False
    path = (probe.get("httpGet") or {}).get("path")
    answers = behaviour.status_of(str(path), 0, 0.0) if path else 200
    return behaviour.ready and behaviour.starts_in <= waits and answers < 400  # noqa: PLR2004 # of HTTP
