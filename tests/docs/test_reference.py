"""The generated reference says what the code says."""

import importlib.util
import inspect
import re
import subprocess
import sys

import pytest

import gcpstack
from tests.docs import ROOT


@pytest.fixture(scope="module")
def reference():
    """Load the script that writes it."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts/reference.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "scripts"))  # as it is when Python runs the script
        spec.loader.exec_module(module)
    return module


def test_the_generated_pages_are_up_to_date(reference):
    """Whoever changes a declaration runs ``python scripts/reference.py``."""
    # In a process of its own: tests declare kinds too, and the pages must not hear of them.
    command = [sys.executable, str(ROOT / "scripts/reference.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_kind_has_an_entry(reference):
    """A heading on the page of its service, and a row in the index."""
    index = (ROOT / "docs/reference/kinds/index.md").read_text()
    for service, classes in reference.resources().items():
        page = (ROOT / f"docs/reference/kinds/{service}.md").read_text()
        for cls in classes:
            assert f"\n## {cls.__name__}\n" in page
            assert f"`{cls.KIND.name}`" in index


def test_every_component_has_an_entry():
    """With its fields, and what can be referred to of it; what the engine calls is nobody's concern."""
    page = (ROOT / "docs/reference/components.md").read_text()
    for name in gcpstack.components.__all__:
        made = getattr(gcpstack, name)
        if inspect.isclass(made) and issubclass(made, gcpstack.Component):
            assert f"\n## {name}\n" in page
    start = page.index("\n## LoadBalancer\n")
    balancer = page[start : page.index("\n## ", start + 1)]

    assert "| `default` | [CloudRunBackend](#cloudrunbackend) or " in balancer
    assert "[BackendService](kinds/compute.md#backendservice)" in balancer
    assert "| `redirect_http` | true or false | `True` |" in balancer
    assert "| `.dns_records(ttl)` |" in balancer
    assert "expand" not in re.findall(r"`\.(\w+)", page)


def test_every_field_is_explained(reference):
    """No row of a table ends without words."""
    empty = [
        (path.name, row)
        for path, text in reference.pages().items()
        for row in re.findall(r"^\| `\.?\w+` \|.*\|  \|$", text, re.MULTILINE)
    ]

    assert empty == []


def test_every_page_is_reached():
    """The navigation of mkdocs.yml names every page of docs/."""
    nav = (ROOT / "mkdocs.yml").read_text()
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]

    assert [page for page in pages if page not in nav] == []
