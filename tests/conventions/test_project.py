"""The files around the package: dependencies, commands, words."""

import re
import subprocess
import tomllib

import pytest

from tests.conventions import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NAME = re.compile(r"^[A-Za-z0-9_.-]+")


def names(requirements):
    """Strip requirements down to the names of the distributions."""
    return {NAME.match(item)[0].lower() for item in requirements if isinstance(item, str)}


def test_every_dependency_has_its_reason():
    """The decision lists what pyproject.toml installs for users, no more and no less."""
    text = (ROOT / "docs/decisions/0002-dependencies.md").read_text()
    told = set(re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE))
    project = PYPROJECT["project"]
    used = names(project["dependencies"]) | names(project["optional-dependencies"]["local"])

    assert told == used


def test_ci_runs_the_command_that_the_readme_gives():
    """A newcomer's command is the one that is known to pass."""
    commands = re.findall(r"^python3 -m venv .*$", (ROOT / "README.md").read_text(), re.MULTILINE)
    ours = [command for command in commands if "nox -s tests" in command]

    assert len(ours) == 1
    assert ours[0] in (ROOT / ".ci/run").read_text().splitlines()


def test_the_readme_runs_the_demo():
    """Its first command applies a stack of this checkout, offline."""
    commands = re.findall(r"^python3 -m venv .*$", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert commands[0].endswith("gcpstack apply scripts/aster.py --local --yes")
    assert (ROOT / "scripts/aster.py").is_file()


def test_the_changelog_has_the_version():
    """Each release has its heading; work since then stands under Unreleased."""
    text = (ROOT / "CHANGELOG.md").read_text()

    assert f"## [{PYPROJECT['project']['version']}]" in text or "## [Unreleased]" in text


def tracked():
    """Name the files under version control; all files where there is none."""
    out = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [ROOT / name for name in out.stdout.split("\0") if name] if out.returncode == 0 else []


# Written so that this file does not find itself.
FOREIGN = re.compile(
    r"/wor[k]/|/hom[e]/\w|\bfiles\.pythonhoste[d]|\bpypi\.or[g]|registry\.npmj[s]|deb\.debian\.or[g]"
    r"|\.librar[y]/|\bsub-?agen[t]|closing not[e]|\bCE[O]\b|(?<![\w.])share[d]/(refer|record|seed|tool)"
)


def test_the_project_speaks_of_itself_alone():
    """No path of somebody's machine, no package registry's host, nothing of who wrote it where."""
    files = tracked()
    if not files:
        pytest.skip("this is not a git checkout")
    found = []
    for path in files:
        try:
            text = path.read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        found += [(path.name, match[0]) for match in FOREIGN.finditer(text)]

    assert found == []


#: What runs or rebuilds code out of data. The two places run the user's own files, as they must.
_RISKY = re.compile(
    r"\b(?:pickle|marshal|shelve|dill)\b|(?<![\w.])(?:eval|exec)\(|shell=True|os\.(?:system|popen)\("
    r"|yaml\.(?:load|full_load|unsafe_load)\("
)
_ALLOWED = {("load.py", "exec(")}


def test_nothing_from_outside_is_run():
    """No pickle, no eval, no shell, no YAML that makes objects, in what users install."""
    found = {
        (path.name, match[0])
        for path in (ROOT / "gcpstack").rglob("*.py")
        for match in _RISKY.finditer(path.read_text())
    }

    assert found - _ALLOWED == set()
