"""What comes of a build: which steps pass, which images are pushed.

No step runs here. What can be told from the declaration and the source is told: a source that can't be
fetched, a Dockerfile that is not in it, an image that no step made, a repository that is not there, a
script that ends with ``exit 1``. Everything else passes.

https://cloud.google.com/build/docs/overview#how_builds_work
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath

from gcpstack.emulator.core import images, sources
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.world import World

DOCKER = re.compile(r"(gcr\.io/cloud-builders/docker|docker)(:.*)?")
KANIKO = re.compile(r"gcr\.io/kaniko-project/executor(:.*)?")
EXIT = re.compile(r"(?:^|[;\n]|&&|\|\|)\s*exit\s+([1-9]\d*)\s*(?:$|[;\n])")
MISSING_TAG = "missing"


@dataclass
class Outcome:
    """How a build ended.

    Attributes:
        status: ``SUCCESS`` or ``FAILURE``.
        kind: of the failure, ``USER_BUILD_STEP``.
        detail: words about it.
        exits: the exit code of each step that ran.
        pushed: digests by image.
    """

    status: str = "SUCCESS"
    kind: str = ""
    detail: str = ""
    exits: list[int] = field(default_factory=list)
    pushed: dict[str, str] = field(default_factory=dict)

    def fail(self, kind: str, detail: str) -> "Outcome":
        """The same, failed."""
        self.status, self.kind, self.detail = "FAILURE", kind, detail
        return self


@dataclass
class _Workspace:
    """What is there while steps run.

    Attributes:
        files: of the source; None when it can't be known which there are.
        local: images that steps made.
        sealed: every image made so far is known.
        content: stands for the source in digests.
    """

    files: dict[str, bytes] | None
    content: str
    local: set[str] = field(default_factory=set)
    sealed: bool = True


def run(world: World, body: Body) -> Outcome:
    """Let a build happen.

    Args:
        world: where its images go.
        body: the build, with substitutions replaced.
    """
    outcome = Outcome()
    space = _fetch(world, body, outcome)
    if space is None:
        return outcome
    words = _secrets(world, body)
    if words:
        return outcome.fail("USER_BUILD_STEP", words)
    for index, step in enumerate(body.get("steps", ())):
        words = _step(world, space, step, outcome)
        code = outcome.exits[-1]
        allowed = step.get("allowFailure") or code in step.get("allowExitCodes", ())
        if code and not allowed:
            text = f'Build step {index} "{step["name"]}" failed: {words}'
            return outcome.fail("USER_BUILD_STEP", text)
    for image in wanted(body):
        kind, words = _push(world, space, image, outcome)
        if kind:
            return outcome.fail(kind, f'failed to push image "{image}": {words}')
    return outcome


def _secrets(world: World, body: Body) -> str:
    """Which secret of a build can't be read."""
    for entry in (body.get("availableSecrets") or {}).get("secretManager", ()):
        name = world.canonical(entry["versionName"].partition("/versions/")[0])
        served = world.registry.kind("secretmanager", "secrets")
        if served and world.find("secretmanager", name) is None:
            return (
                f"failed to access secret version for secret {entry['versionName']}: "
                f"rpc error: code = NotFound desc = Secret [{name}] not found or has no versions."
            )
    return ""


def wanted(body: Body) -> list[str]:
    """The images that a build pushes at its end."""
    named = [*(body.get("images") or ()), *((body.get("artifacts") or {}).get("images") or ())]
    return list(dict.fromkeys(named))


def _fetch(world: World, body: Body, outcome: Outcome) -> _Workspace | None:
    where = (body.get("source") or {}).get("storageSource")
    if not where:
        return _Workspace(None, repr(body.get("source")))
    told = f"gs://{where['bucket']}/{where['object']}"
    try:
        data = sources.read(world, where)
    except ApiError as error:
        outcome.fail("FETCH_SOURCE_FAILED", f"failed to download archive {told}: {error.message}")
        return None
    found = sources.files(data)
    if found is None:
        text = f"failed to unpack archive {told}: it is no .zip or .tar.gz file"
        outcome.fail("FETCH_SOURCE_FAILED", text)
        return None
    return _Workspace(found, hashlib.sha256(data).hexdigest())


# -- steps


def _step(world: World, space: _Workspace, step: Body, outcome: Outcome) -> str:
    """One step: its exit code is noted, why it failed is returned."""
    name, args = str(step["name"]), [str(arg) for arg in step.get("args", ())]
    words, code = "", 0
    if images.split(name)[1] == MISSING_TAG:
        words, code = f"Error response from daemon: manifest for {name} not found", 1
    elif KANIKO.fullmatch(name):
        words = _kaniko(world, space, step, args, outcome)
    elif DOCKER.fullmatch(name) and not step.get("entrypoint") and args[:1] == ["build"]:
        words = _docker_build(space, step, args)
    elif DOCKER.fullmatch(name) and not step.get("entrypoint") and args[:1] == ["push"]:
        words = _docker_push(world, space, args, outcome)
    else:
        space.files, space.sealed = None, False
        code = _exit_code(step, args)
        words = f"step exited with non-zero status: {code}" if code else ""
    outcome.exits.append(code or (1 if words else 0))
    return words


def _exit_code(step: Body, args: list[str]) -> int:
    """The exit code that a script says; 0 where it says none."""
    text = str(step.get("script") or "")
    if "-c" in args[:-1]:
        text = args[args.index("-c") + 1]
    found = EXIT.search(text)
    if found:
        return int(found[1]) % 256
    return 1 if text.strip() == "false" or step.get("entrypoint") == "false" else 0


def _values(args: list[str], *names: str) -> Iterator[str]:
    """The values of an option in all its spellings."""
    for index, arg in enumerate(args):
        key, equals, value = arg.partition("=")
        if key in names:
            if equals:
                yield value
            elif index + 1 < len(args):
                yield args[index + 1]


def _no_dockerfile(space: _Workspace, step: Body, file: str) -> str:
    path = normpath(join(str(step.get("dir", "")), file))
    if space.files is None or path in space.files or path.startswith(("/", "..")):
        return ""
    return f"unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat /workspace/{path}: no such file or directory"


def _docker_build(space: _Workspace, step: Body, args: list[str]) -> str:
    context = args[-1] if len(args) > 1 and not args[-1].startswith("-") else "."
    file = next(_values(args, "-f", "--file"), join(context, "Dockerfile"))
    words = _no_dockerfile(space, step, file)
    if not words:
        space.local |= {_full(image) for image in _values(args, "-t", "--tag")}
    return words


def _kaniko(world: World, space: _Workspace, step: Body, args: list[str], outcome: Outcome) -> str:
    words = _no_dockerfile(space, step, next(_values(args, "-f", "--dockerfile"), "Dockerfile"))
    if words:
        return words
    for image in _values(args, "-d", "--destination"):
        space.local.add(_full(image))
        _, words = _push(world, space, image, outcome)
        if words:
            return words
    return ""


def _docker_push(world: World, space: _Workspace, args: list[str], outcome: Outcome) -> str:
    every = "--all-tags" in args or "-a" in args
    for image in [arg for arg in args[1:] if not arg.startswith("-")]:
        names = [_full(image)]
        if every:
            names = [name for name in sorted(space.local) if name.rpartition(":")[0] == image]
        for name in names:
            _, words = _push(world, space, name, outcome)
            if words:
                return words
    return ""


# -- images


def _full(image: str) -> str:
    name, tag, _ = images.split(image)
    return f"{name}:{tag}"


def _push(world: World, space: _Workspace, image: str, outcome: Outcome) -> tuple[str, str]:
    """Push an image; the kind of failure and words about it where it fails."""
    if space.sealed and _full(image) not in space.local:
        words = f"An image does not exist locally with the tag: {images.split(image)[0]}"
        return "PUSH_IMAGE_NOT_FOUND", words
    home = images.repository(image)
    served = world.registry.kind("artifactregistry", "repositories") is not None
    if home and served and world.find("artifactregistry", world.canonical(home)) is None:
        short = home.rsplit("/", 1)[-1]
        return "PUSH_FAILED", f'name unknown: Repository "{short}" not found'
    outcome.pushed[image] = images.push(world, image, space.content)
    return "", ""
