"""Who may import whom, and what importing costs."""

import importlib.util
import subprocess
import sys

import pytest

from tests.conventions import ROOT, modules, named

GOOGLE = ("google", "grpc", "googleapiclient", "google_auth_httplib2", "httplib2", "proto")
HEAVY = (*GOOGLE, "requests", "rich", "tenacity", "gcpstack.emulator", "gcpstack._adapters")


def loaded_by(code):
    """Run code in a new interpreter; tell what it loaded."""
    out = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(out.stdout.split())


def test_importing_gcpstack_loads_no_heavy_module():
    """Scripts, help texts and completions pay for what they use."""
    assert loaded_by("import gcpstack") & set(HEAVY) == set()


def test_declaring_loads_no_google_module():
    """A stack file alone needs none of Google's libraries."""
    code = "from gcpstack import Stack, LoadBalancer"

    assert loaded_by(code) & {*GOOGLE, "gcpstack.emulator", "gcpstack._adapters"} == set()


def test_the_import_contracts_hold():
    """The layers of docs/architecture.md, as import-linter sees them."""
    if importlib.util.find_spec("importlinter") is None:
        pytest.skip("import-linter is not installed: pip install import-linter")
    out = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert out.returncode == 0, out.stdout


def test_only_the_command_and_the_test_kit_know_the_emulator():
    """Everything else meets it as an endpoint with anonymous credentials, like any server."""
    insiders = ("gcpstack/emulator/", "gcpstack/_cli/", "gcpstack/testing/")
    found = [
        named(path)
        for path in modules("gcpstack")
        if not named(path).startswith(insiders) and "gcpstack.emulator" in path.read_text()
    ]

    assert found == []
