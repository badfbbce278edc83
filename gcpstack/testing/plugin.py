"""pytest fixtures: `gcp_emulator`, `gcp_project` and `gcp_settings`."""

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gcpstack._stack.stack import Settings
    from gcpstack.emulator import Emulator


@pytest.fixture(scope="session")
def _gcp_emulator() -> "Iterator[Emulator]":
    from gcpstack.emulator import Emulator  # noqa: PLC0415 # a plugin must load in no time

    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def gcp_emulator(_gcp_emulator: "Emulator") -> "Emulator":
    """A running emulator of Google Cloud in which nothing exists yet."""
    _gcp_emulator.reset()
    return _gcp_emulator


@pytest.fixture
def gcp_project() -> str:
    """The id of a project that no other test uses."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def gcp_settings(gcp_emulator: "Emulator", gcp_project: str) -> "Settings":
    """Settings for a stack: a fresh project on the emulator."""
    from gcpstack._stack.stack import Settings  # noqa: PLC0415 # a plugin must load in no time

    return Settings(project=gcp_project, region="us-central1", endpoint=gcp_emulator.endpoint)
