"""What is done with this checkout: ``nox --list`` tells the sessions, ``nox -s NAME`` runs one.

Each session makes a virtual environment of its own under ``.nox/`` and keeps it (``-r``, the
default here, reuses it); with uv on the PATH this takes seconds.
"""

import argparse
import os
import pathlib
import re
import tempfile

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_external_run = True
nox.options.sessions = ["tests", "lint", "types", "docs"]

HERE = pathlib.Path(__file__).parent
#: What an audit says that could ask nobody.
UNREACHED = (
    "ConnectionError",
    "Connection refused",
    "Name or service",
    "Max retries",
    "ServiceError",
)
PYPROJECT = nox.project.load_toml("pyproject.toml")


def group(session: nox.Session, *names: str) -> None:
    """Install dependency groups of pyproject.toml; older pips can't by themselves."""
    session.install(*nox.project.dependency_groups(PYPROJECT, *names))


def offline(session: nox.Session) -> None:
    """Keep from the session what would send a call elsewhere or choose a real project."""
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCPSTACK_ENDPOINT"):
        session.env[name] = None


def compiled(session: nox.Session) -> None:
    """Let Python keep what it compiles: many processes are started, which all load the same."""
    session.env["PYTHONDONTWRITEBYTECODE"] = None


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests, offline; arguments go to pytest (``nox -s tests -- -k planner``)."""
    group(session, "test")
    session.install("-e", ".[local]")
    offline(session)
    compiled(session)
    session.run("pytest", "--numprocesses=auto", "--dist=worksteal", *session.posargs)


@nox.session(default=False)
def exhaustive(session: nox.Session) -> None:
    """Run each story of the stacks every way: over REST, over gRPC and in another process."""
    group(session, "test")
    session.install("-e", ".[local]")
    offline(session)
    compiled(session)
    session.run(
        "pytest", "tests/integration", "--every-way", "--numprocesses=auto", "--dist=worksteal",
        *session.posargs,
    )  # fmt: skip


@nox.session
def reliability(session: nox.Session) -> None:
    """Kill, disturb and race every stack that ships at every point; some 20 minutes on 2 cores."""
    group(session, "test")
    session.install("-e", ".[local]")
    offline(session)
    compiled(session)
    session.run("python", "-m", "tests.reliability", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format, spelling and which module may import which."""
    group(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("codespell")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of the package, the scripts and this file."""
    group(session, "type")
    session.install("-e", ".[local]")
    session.run("mypy", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/; a warning is an error. ``-- serve`` shows it live."""
    session.env["NO_MKDOCS_2_WARNING"] = "1"  # the theme's advertisement on every build
    group(session, "docs")
    if session.posargs[:1] == ["serve"]:
        session.run("mkdocs", "serve", *session.posargs[1:])
    else:
        session.run("mkdocs", "build", "--strict", "--quiet", *session.posargs)


@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Look what users install up in the databases of known vulnerabilities; needs the network."""
    group(session, "audit")
    session.install(".[local]")
    said = session.run(
        "pip-audit", "--progress-spinner=off", "--skip-editable", *session.posargs,
        silent=True, success_codes=[0, 1],
    )  # fmt: skip
    if not isinstance(said, str) or any(word in said for word in UNREACHED):
        session.skip("The advisories can't be reached from here: nothing was audited")
    session.log(said)
    if re.search(r"Found \d+ known", said):
        session.error("Upgrade what is named above, or leave a version out in pyproject.toml")


@nox.session(default=False)
def demo(session: nox.Session) -> None:
    """Show the Aster stack offline, as a user installs it: apply, apply again, status, destroy."""
    session.install(".[local]")
    offline(session)
    stack = str(HERE / "scripts" / "aster.py")
    with tempfile.TemporaryDirectory() as folder, session.chdir(folder):
        session.run("gcpstack", "apply", stack, "--local", "--yes")
        session.run("gcpstack", "apply", stack, "--local", "--yes")
        session.run("gcpstack", "plan", stack, "--local", "--detailed-exitcode")
        session.run("gcpstack", "status", stack, "--local")
        session.run("gcpstack", "destroy", stack, "--local", "--yes")


@nox.session(default=False)
def deploy(session: nox.Session) -> None:
    """Apply a stack for real: ``nox -s deploy -- aster --env staging --project P [--yes]``."""
    scripts = (HERE / "scripts").glob("*.py")
    stacks = sorted(path.stem for path in scripts if "Stack(" in path.read_text())
    if not session.posargs or session.posargs[0].startswith("-"):
        session.error(f"Name a stack of scripts/ first: {', '.join(stacks)}")
    name, *flags = session.posargs
    if name not in stacks:
        session.error(f"There is no scripts/{name}.py. Choose one of: {', '.join(stacks)}")
    session.install(".")
    session.run("gcpstack", "apply", f"scripts/{name}.py", *flags)


@nox.session(default=False)
def sandbox(session: nox.Session) -> None:
    """Run the integration tests on a real project: ``nox -s sandbox -- --project P``."""
    parser = argparse.ArgumentParser(prog="nox -s sandbox --", add_help=False)
    parser.add_argument("--project", default=os.environ.get("GCPSTACK_SANDBOX_PROJECT", ""))
    chosen, rest = parser.parse_known_args(session.posargs)
    if not chosen.project:
        session.skip(
            "No sandbox project is named: give one with `nox -s sandbox -- --project P`. "
            "The tests make and delete billable resources there"
        )
    group(session, "test")
    session.install("-e", ".[local]")
    session.env["GCPSTACK_SANDBOX_PROJECT"] = chosen.project
    session.run("pytest", "-m", "sandbox", "--timeout=3600", *rest)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure the emulator under load and each stack's apply; ``-- --write`` writes both pages."""
    session.install(".[local]")
    session.run("python", "scripts/bench.py", *session.posargs)
    session.run("python", "scripts/applies.py", *session.posargs)


@nox.session(default=False)
def traffic(session: nox.Session) -> None:
    """Release good and bad versions under 200 requests a second; ``-- --write`` keeps the figures."""
    session.install(".[local]")
    offline(session)
    session.run("python", "scripts/traffic.py", *session.posargs)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Make 200,000 strange requests at the emulator, new ones each time; ``-- N`` makes N."""
    group(session, "test")
    session.install("-e", ".[local]")
    offline(session)
    session.env["GCPSTACK_FUZZ"] = (session.posargs or ["200000"])[0]
    session.run("pytest", "tests/emulator/test_fuzz.py", "--timeout=7200", "--durations=5")


@nox.session(default=False)
def fidelity(session: nox.Session) -> None:
    """Score the emulator on recorded exchanges, where a folder of them stands beside the checkout.

    The folder holds ``recordings/`` (JSON lists of exchanges) and ``tools/replay.py``, which
    replays and scores them. The table goes to docs/emulator/fidelity.md.
    """
    found = sorted(
        path.parent
        for path in HERE.parent.glob("*/recordings")
        if (path.parent / "tools" / "replay.py").is_file()
    )
    if not found:
        session.skip("No folder with recordings/ and tools/replay.py stands beside the checkout")
    session.install(".[local]")
    session.run("python", "scripts/fidelity.py", str(found[0]), *session.posargs)
