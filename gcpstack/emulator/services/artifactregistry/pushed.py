"""What was pushed, as the resources that Artifact Registry tells: a package, its versions, tags and files.

No bytes of an image are kept, only what names it
(https://cloud.google.com/artifact-registry/docs/docker/names).
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote

from gcpstack.emulator.core import images
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World

SERVICE = "artifactregistry"
MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
SMALLEST = 1_000_000


def package_of(image: str) -> str:
    """Full name of the package of an image's address."""
    short = image.split("/", 3)[3]
    return f"{images.repository(image)}/packages/{quote(short, safe='')}"


def address(package: str) -> str:
    """The address of an image by the full name of its package."""
    _, project, _, location, _, repository, _, short = package.split("/")
    return f"{location}-docker.pkg.dev/{project}/{repository}/{unquote(short)}"


def react(world: World, changed: tuple[tuple[str, str, str], ...] | None) -> None:
    """Keep the resources like the list of images, after a push or once their repository is there."""
    for image in set(_concerned(world, changed)):
        _mirror(world, image)


def _concerned(world: World, changed: tuple[tuple[str, str, str], ...] | None) -> Iterator[str]:
    if changed is None:
        yield from (key for space, key in list(world.state.records) if space == images.SPACE)
        return
    for table, first, second in changed:
        if (table, first) == ("records", images.SPACE):
            yield second
        elif (table, first) == ("objects", SERVICE) and second.count("/") == 5:  # noqa: PLR2004 # a repository's name
            yield from images.pushed(world, second)


def _mirror(world: World, image: str) -> None:
    repository = images.repository(image)
    if not repository:
        return
    known = world.state.record(images.SPACE, image)
    if world.state.get(SERVICE, repository) is None:
        known = None
    package = package_of(image)
    wanted = list(_wanted(world, package, known)) if known and known["digests"] else []
    names = {obj.name for obj in wanted}
    digests = {obj.id for obj in wanted if obj.kind == "versions"}
    for obj in _there(world, package):
        if obj.name not in names and (obj.kind != "files" or obj.id not in digests):
            world.state.delete(SERVICE, obj.name)
    for obj in wanted:
        world.state.put(obj)


def _there(world: World, package: str) -> Iterable[Obj]:
    """Everything that is there of a package, its files too."""
    found = world.state.get(SERVICE, package)
    repository = package.partition("/packages/")[0]
    owned = [
        obj
        for obj in world.state.page(SERVICE, f"{repository}/files")
        if obj.body["owner"].startswith(f"{package}/")
    ]
    return [*world.state.children(SERVICE, package), *owned, *([found] if found else [])]


def _wanted(world: World, package: str, known: dict[str, Any]) -> Iterator[Obj]:
    times = known["digests"]
    yield _kept(world, "packages", package, min(times.values()), max(times.values()))
    for digest, when in times.items():
        size = str(SMALLEST + int(digest[-6:], 16))
        version = _kept(world, "versions", f"{package}/versions/{digest}", when, when)
        yield version.but(meta={"size": size, "uploaded": world.stamp(when)})
        file = f"{package.partition('/packages/')[0]}/files/{digest}"
        facts = {
            "sizeBytes": size,
            "hashes": [{"type": "SHA256", "value": digest.partition(":")[2]}],
            "owner": version.name,
        }
        kept = _kept(world, "files", file, when, when)
        yield kept.but(body={**kept.body, **facts})
    for tag, digest in known["tags"].items():
        name, version_name = f"{package}/tags/{tag}", f"{package}/versions/{digest}"
        body = {"name": name, "version": version_name}
        yield Obj(SERVICE, "tags", name, body, refs=((SERVICE, version_name, "version"),))


def _kept(world: World, kind: str, name: str, made: float, changed: float) -> Obj:
    """A resource as it should be; what a client wrote on it stays."""
    old = world.state.get(SERVICE, name)
    body = {
        **(old.body if old else {}),
        "name": name,
        "createTime": world.stamp(made),
        "updateTime": world.stamp(changed),
    }
    return Obj(SERVICE, kind, name, body, old.meta if old else {})


def tag(world: World, package: str, name: str, digest: str) -> None:
    """Let a tag stand for another digest, or for none."""
    image = address(package)
    known = world.state.record(images.SPACE, image)
    tags = {key: value for key, value in known["tags"].items() if key != name}
    if digest:
        tags[name] = digest
    world.state.set_record(images.SPACE, image, {**known, "tags": tags})


def drop(world: World, package: str, digest: str = "") -> None:
    """Take a digest with its tags out of the list of images, or the whole image."""
    image = address(package)
    known = world.state.record(images.SPACE, image)
    digests = {key: when for key, when in known["digests"].items() if digest and key != digest}
    tags = {key: value for key, value in known["tags"].items() if value in digests}
    fresh = {"tags": tags, "digests": digests}
    world.state.set_record(images.SPACE, image, fresh if digests else None)
