"""Container images that were pushed in this world: the digest that a tag stands for, by repository.

A build pushes them, Artifact Registry lists them, Cloud Run resolves their tags. Names are those of
https://cloud.google.com/artifact-registry/docs/docker/names.
"""

import hashlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

SPACE = "image"  # of the records: a name without tag -> its tags and digests
HOST = re.compile(
    r"(?P<place>[a-z0-9-]+)-docker\.pkg\.dev/(?P<project>[^/]+)/(?P<id>[^/]+)/(?P<path>.+)"
)
NAME = re.compile(
    r"(?:[a-z0-9.-]+(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
LATEST = "latest"


def split(image: str) -> tuple[str, str, str]:
    """Name, tag and digest of an image; the tag is ``latest`` where neither is given."""
    stem, _, digest = image.partition("@")
    head, slash, last = stem.rpartition("/")
    last, _, tag = last.partition(":")
    return f"{head}{slash}{last}", tag or ("" if digest else LATEST), digest


def repository(image: str) -> str:
    """The Artifact Registry repository of an image by full name; ``""`` for an image of another registry."""
    found = HOST.match(image)
    if not found:
        return ""
    return f"projects/{found['project']}/locations/{found['place']}/repositories/{found['id']}"


def push(world: "World", image: str, content: Any) -> str:
    """Push an image and return its digest, which is the same for the same content."""
    name, tag, _ = split(image)
    digest = "sha256:" + hashlib.sha256(f"{name}\n{content!r}".encode()).hexdigest()
    known = world.state.record(SPACE, name) or {"tags": {}, "digests": {}}
    fresh = {
        "tags": {**known["tags"], **({tag: digest} if tag else {})},
        "digests": {**known["digests"], digest: known["digests"].get(digest, world.now())},
    }
    world.state.set_record(SPACE, name, fresh)
    return digest


def digest_of(world: "World", image: str) -> str:
    """The digest that an image stands for; ``""`` when no such image was pushed here."""
    name, tag, digest = split(image)
    known = world.state.record(SPACE, name) or {"tags": {}, "digests": {}}
    if digest:
        return digest if digest in known["digests"] else ""
    found: str = known["tags"].get(tag, "")
    return found


def pushed(world: "World", name: str) -> dict[str, dict[str, Any]]:
    """What was pushed to a repository by full name: each image's tags and digests (with the time of the push)."""
    return {
        image: known
        for (space, image), known in world.state.records.items()
        if space == SPACE and repository(image) == name
    }


def forget(world: "World", name: str) -> None:
    """Drop all images of a repository, by its full name."""
    for image in pushed(world, name):
        world.state.set_record(SPACE, image, None)
