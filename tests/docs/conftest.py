"""The commands that pages run."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.docs import ROOT
from tests.docs.forks import stand_in


@pytest.fixture(scope="session")
def commands():
    """Give a folder for the PATH, whose ``gcpstack`` starts at once."""
    # Not below tmp_path: the name of a Unix socket has about a hundred characters at most.
    with tempfile.TemporaryDirectory(prefix="gcpstack-") as folder:
        door = str(Path(folder) / "door")
        stand_in(Path(folder), door)
        code = f"from tests.docs.forks import serve; serve({door!r})"
        with subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout.readline() == "ready\n"
            yield folder
            server.kill()
