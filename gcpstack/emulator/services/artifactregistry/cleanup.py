"""Cleanup policies at work: once a day a repository loses the versions that they let go.

https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy: what any policy keeps stays,
whatever another would delete; a dry run deletes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gcpstack.emulator.core import images
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.artifactregistry import pushed

DAY = 86400.0
SPACE = "artifactregistry.cleanup"


@dataclass(frozen=True)
class _Version:
    package: str
    digest: str
    age: float
    rank: int  # 0 for the newest of its package
    tags: tuple[str, ...]


def plan(world: World, repository: str, body: Body) -> None:
    """Let a repository be cleaned daily from now on, or no more, as its policies say."""
    if not body.get("cleanupPolicies"):
        world.state.set_record(SPACE, repository, None)
    elif world.state.record(SPACE, repository) is None:
        number = world.state.count(SPACE)
        world.state.set_record(SPACE, repository, number)
        world.later(DAY, pushed.SERVICE, "cleanup", {"name": repository, "plan": number})


def forget(world: World, repository: str) -> None:
    """A repository that goes is cleaned no more."""
    world.state.set_record(SPACE, repository, None)


def run(world: World, payload: Body) -> None:
    """The cleaning of a day."""
    name = payload["name"]
    obj = world.state.get(pushed.SERVICE, name)
    if obj is None or world.state.record(SPACE, name) != payload["plan"]:
        return
    world.later(DAY, pushed.SERVICE, "cleanup", {"name": name, "plan": payload["plan"]})
    if obj.body.get("cleanupPolicyDryRun"):
        return
    policies = list(obj.body["cleanupPolicies"].values())
    for version in list(_versions(world, name)):
        actions = {policy["action"] for policy in policies if _matches(policy, version)}
        if actions == {"DELETE"}:
            pushed.drop(world, version.package, version.digest)


def _versions(world: World, repository: str) -> Iterator[_Version]:
    for image, known in images.pushed(world, repository).items():
        newest = sorted(known["digests"].items(), key=lambda item: -item[1])
        for rank, (digest, when) in enumerate(newest):
            tags = tuple(tag for tag, held in known["tags"].items() if held == digest)
            yield _Version(pushed.package_of(image), digest, world.now() - when, rank, tags)


def _matches(policy: Body, version: _Version) -> bool:
    recent = policy.get("mostRecentVersions")
    if recent is not None:
        return version.rank < recent["keepCount"] and _named(recent, version)
    found = policy["condition"]
    return (
        _named(found, version)
        and _tagged(found, version)
        and _begins(found.get("versionNamePrefixes"), version.digest)
        and version.age >= _seconds(found.get("olderThan"), 0.0)
        and version.age <= _seconds(found.get("newerThan"), float("inf"))
    )


def _named(found: Body, version: _Version) -> bool:
    return _begins(found.get("packageNamePrefixes"), version.package.rpartition("/")[2])


def _tagged(found: Body, version: _Version) -> bool:
    wanted = found.get("tagState", "ANY")
    if wanted != "ANY" and (wanted == "TAGGED") != bool(version.tags):
        return False
    prefixes = found.get("tagPrefixes")
    return not prefixes or any(_begins(prefixes, tag) for tag in version.tags)


def _begins(prefixes: list[str] | None, text: str) -> bool:
    return not prefixes or text.startswith(tuple(prefixes))


def _seconds(duration: str | None, usual: float) -> float:
    return float(duration.rstrip("s")) if duration else usual


EVENTS = {"cleanup": run}
