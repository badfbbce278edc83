"""The pytest plugin: fixtures that give a running emulator.

pytest loads it in every run where gcpstack is installed, so it imports nothing until a fixture is
asked for.
"""

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gcpstack import Settings
    from gcpstack.emulator import Emulator


@pytest.fixture(scope="session")
def gcp_emulator_server() -> "Iterator[Emulator]":
    """Serve one emulator for the whole test session, on free ports of the loopback device."""
    try:
        from gcpstack.emulator import Emulator  # noqa: PLC0415 # only tests that ask pay for it

        server = Emulator(port=0, grpc_port=0).start()
    except ImportError as error:
        pytest.fail(f"the emulator needs `pip install 'gcpstack[local]'`: {error}")
    yield server
    server.stop()


@pytest.fixture
def gcp_emulator(gcp_emulator_server: "Emulator") -> "Emulator":
    """Return a running, empty emulator; what earlier tests made, and their faults, are gone."""
    gcp_emulator_server.reset()
    return gcp_emulator_server


@pytest.fixture
def gcp_project() -> str:
    """Return the id of a project that no other test uses."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def gcp_settings(gcp_emulator: "Emulator", gcp_project: str) -> "Settings":
    """Return settings that lead to the emulator, in a project of the test's own."""
    from gcpstack import Settings  # noqa: PLC0415 # only tests that ask pay for it

    return Settings(project=gcp_project, region="us-central1", endpoint=gcp_emulator.endpoint)
