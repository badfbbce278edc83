"""What all tests share: nothing of the machine they run on, and texts that are compared whole."""

import gc
import os
import pathlib

import pytest
from hypothesis import HealthCheck, settings

from tests.emulator import gcloud
from tests.forks import GCPSTACK, forking

#: What would choose a real project, credentials or another place for a command's calls.
_FOREIGN = ("GCPSTACK_", "GOOGLE_", "CLOUDSDK_", "GCE_", "ASTER_", "VIRTUOSO_", "TRADE_STREAMER_")
_TASTE = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE", "TTY_INTERACTIVE")

# A busy machine is slow; that says nothing about what is tested.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")


# As in the command; a sixth of the processor's time would go into looking for garbage.
gc.set_threshold(20_000)


def pytest_collection_finish():
    """Leave out of each search for garbage what was collected: it stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files instead of comparing"
    )
    parser.addoption(
        "--every-way",
        action="store_true",
        help="run each story of a stack over REST, over gRPC and in another process",
    )


@pytest.fixture(autouse=True)
def _offline(request, monkeypatch):
    """Hide the machine's own settings; tests that are for a real project keep them."""
    if request.node.get_closest_marker("sandbox"):
        return
    for name in os.environ:
        if name.startswith(_FOREIGN) or name in _TASTE:
            monkeypatch.delenv(name)
    # Else google-auth asks whether the machine stands at Google, which takes seconds elsewhere.
    monkeypatch.setenv("NO_GCE_CHECK", "true")


@pytest.fixture
def golden(request):
    """Compare a text with the file of that name beside the test; --update-golden writes it."""
    folder = pathlib.Path(request.path).parent / "golden"

    def check(name, text):
        file = folder / f"{name}.txt"
        if request.config.getoption("--update-golden"):
            folder.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return check


@pytest.fixture(scope="session")
def commands():
    """Give a folder for the PATH, whose ``gcpstack`` starts at once."""
    with forking("gcpstack", "gcpstack._cli.main:entry", GCPSTACK) as folder:
        yield folder


@pytest.fixture(scope="session")
def gcloud_program():
    """Give the path of the real gcloud, which starts at once where it brings its own Python."""
    with gcloud.at_once() as program:
        yield program
