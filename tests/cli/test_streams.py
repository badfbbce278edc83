"""The command as a process whose streams, locale or terminal are not as one likes them."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX")

BAD = """
from gcpstack import GlobalAddress, Stack
stack = Stack("web", project="my-project", region="us-central1")
stack.add(GlobalAddress("Böse 🚀"))
"""


@pytest.mark.parametrize(
    "streams",
    [
        ">&-",
        "<&-",
        "2>&-",
        ">&- 2>&- <&-",
        ">/dev/full",
        "2>/dev/full",
        "| head -c 0",
        "--json >/dev/full",
        "--json >&-",
    ],
)
@pytest.mark.parametrize(
    "variables",
    [
        {},
        {
            "LC_ALL": "C",
            "PYTHONUTF8": "0",
            "PYTHONIOENCODING": "ascii",
            "COLUMNS": "20",
            "HOME": "/proc",
        },
    ],
    ids=["well", "narrow"],
)
def test_streams(streams, variables, tmp_path):
    """No traceback, whatever of the words can be read; the status is right."""
    (tmp_path / "web.py").write_text(BAD, encoding="utf-8")
    said = subprocess.run(
        [
            "/bin/bash",
            "-c",
            f'set -o pipefail; "{sys.executable}" -m gcpstack plan web.py {streams}',
        ],
        cwd=tmp_path,
        env={**os.environ, **variables},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert said.returncode == 1
    assert b"Traceback" not in said.stdout + said.stderr
    if "2>" not in streams:
        assert b"1 problem in the declaration" in said.stderr
