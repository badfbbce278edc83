"""The names of the package: which there are, and what they cost."""

import subprocess
import sys

import pytest

import gcpstack
from gcpstack import components, events, exceptions, resources
from gcpstack._engine import events as engine

OWN = {
    "PROJECT",
    "Action",
    "ApplyFailed",
    "As",
    "Change",
    "CloudError",
    "Component",
    "Composed",
    "ConsentRequired",
    "DeclarationError",
    "GcpstackError",
    "Interrupted",
    "InventoryError",
    "Output",
    "OwnershipError",
    "PermissionsMissing",
    "Plan",
    "PlanError",
    "Problem",
    "Report",
    "Resource",
    "Result",
    "Scope",
    "Sensitive",
    "Session",
    "Settings",
    "SettingsError",
    "Stack",
    "StackFileError",
    "StalePlan",
    "StatusRow",
    "Timeouts",
    "__version__",
    "compose",
    "run",
}


def fresh(code):
    """Run a line of Python in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_public_names():
    """Are pinned: a name is added or removed on purpose, and told in the changelog."""
    assert set(gcpstack.__all__) == OWN | set(components.__all__) | set(resources.__all__)
    assert len(gcpstack.__all__) == len(set(gcpstack.__all__))


@pytest.mark.parametrize("name", gcpstack.__all__)
def test_every_name_can_be_imported(name):
    """And is the one of its home."""
    found = getattr(gcpstack, name)

    assert found is getattr(gcpstack, name)
    for home in (components, resources, exceptions):
        if name in home.__all__:
            assert found is getattr(home, name)


def test_every_event_is_public():
    """Whoever listens to a run can tell its events apart."""
    defined = {name for name, found in vars(engine).items() if isinstance(found, type)}

    assert set(events.__all__) == {
        name for name in defined if issubclass(getattr(engine, name), engine.Event)
    }
    assert all(getattr(events, name) is getattr(engine, name) for name in events.__all__)


def test_an_unknown_name_is_refused():
    """As by any module."""
    with pytest.raises(AttributeError, match="module 'gcpstack' has no attribute 'Nonsense'"):
        gcpstack.Nonsense  # noqa: B018 # looking it up is the test


def test_they_are_listed():
    """For whoever types a dot in a shell."""
    assert {"Stack", "LoadBalancer", "GlobalAddress", "__version__"} <= set(dir(gcpstack))


HEAVY = "{'google', 'grpc', 'googleapiclient', 'rich', 'requests', 'uvicorn'}"


@pytest.mark.parametrize(
    "line",
    [
        "import gcpstack",
        "from gcpstack import LoadBalancer, Stack, CloudRunService",
        "import gcpstack.testing.plugin",
        "from gcpstack._cli.main import main; main(['--help'])",
        "from gcpstack._cli.main import main; main(['plan', '--help'])",
        "from gcpstack._cli.main import main; main(['plna'])",
    ],
)
def test_what_is_cheap_loads_nothing_heavy(line):
    """Neither Google's libraries nor what draws on terminals."""
    code = f"import sys\n{line}\nprint(sorted({{m.split('.')[0] for m in sys.modules}} & {HEAVY}))"

    assert fresh(code).splitlines()[-1] == "[]"


def test_importing_the_package_loads_none_of_its_parts():
    """But the lists of names."""
    code = "import sys, gcpstack; print(sorted(m for m in sys.modules if m.startswith('gcpstack')))"

    assert fresh(code) == "['gcpstack', 'gcpstack.components', 'gcpstack.resources']"
