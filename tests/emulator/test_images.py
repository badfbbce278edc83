"""Images that were pushed: tags, digests and repositories."""

import pytest

from gcpstack.emulator.core import images
from gcpstack.emulator.core.google import Google

IMAGE = "us-central1-docker.pkg.dev/demo-proj/apps/web"


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("web", ("web", "latest", "")),
        ("gcr.io/p/web:v1", ("gcr.io/p/web", "v1", "")),
        ("localhost:5000/web", ("localhost:5000/web", "latest", "")),
        ("gcr.io/p/web@sha256:ab", ("gcr.io/p/web", "", "sha256:ab")),
        ("gcr.io/p/web:v1@sha256:ab", ("gcr.io/p/web", "v1", "sha256:ab")),
    ],
)
def test_the_parts_of_a_name(image: str, parts: tuple[str, str, str]) -> None:
    assert images.split(image) == parts


def test_a_tag_moves_and_its_digests_stay(world: Google) -> None:
    first = images.push(world, f"{IMAGE}:v1", "one")
    assert images.push(world, f"{IMAGE}:v1", "one") == first
    second = images.push(world, f"{IMAGE}:v1", "two")
    assert second != first
    assert images.digest_of(world, f"{IMAGE}:v1") == second
    assert images.digest_of(world, f"{IMAGE}@{first}") == first
    assert images.digest_of(world, f"{IMAGE}:v2") == ""


def test_a_repository_with_its_images(world: Google) -> None:
    name = "projects/demo-proj/locations/us-central1/repositories/apps"
    assert images.repository(f"{IMAGE}:v1") == name
    assert images.repository("gcr.io/demo-proj/web") == ""
    images.push(world, f"{IMAGE}:v1", "one")
    images.push(world, "us-central1-docker.pkg.dev/demo-proj/other/web:v1", "one")
    assert list(images.pushed(world, name)) == [IMAGE]
    images.forget(world, name)
    assert images.digest_of(world, f"{IMAGE}:v1") == ""
