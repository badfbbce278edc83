"""Size and documentation of the modules."""

import ast
import json
import re

import pytest

from tests.conventions import PACKAGE, ROOT, modules, named

MOST_LINES = 400
LONG = json.loads((ROOT / "tests/conventions/long_modules.json").read_text())
MODULES = modules("gcpstack", "scripts")


def lines_of(path):
    """Count the lines of a file."""
    return len(path.read_text().splitlines())


def test_no_module_is_too_long():
    """400 lines at most; what is longer is listed with its reason, and may only shrink."""
    too_long = {
        named(path): lines_of(path)
        for path in MODULES
        if lines_of(path) > LONG.get(named(path), {}).get("lines", MOST_LINES)
    }

    assert too_long == {}


def test_the_list_of_long_modules_only_shrinks():
    """A module that is short again, or gone, leaves the list."""
    still_long = {named(path) for path in MODULES if lines_of(path) > MOST_LINES}

    assert set(LONG) - still_long == set()
    assert all(entry["why"] for entry in LONG.values())


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_what_it_is_for(path):
    """Its docstring begins with a sentence."""
    text = ast.get_docstring(ast.parse(path.read_text()))

    assert text is not None
    assert text.split("\n\n")[0].rstrip().endswith((".", "?", "::", ":"))


def test_nothing_is_left_for_later():
    """No stub, no note to ourselves: what is not done is not in the tree."""
    markers = ("NotImplementedError", "TO" + "DO", "FIX" + "ME", "XX" + "X")
    found = [
        (named(path), number)
        for path in MODULES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(marker in line for marker in markers)
    ]

    assert found == []


def test_a_silenced_check_has_a_reason():
    """Each noqa and type: ignore is followed by why; a length or status needs no name to be read."""
    bare = re.compile(r"# (?:noqa|type: ignore)[^#]*$")
    found = [
        (named(path), number)
        for path in MODULES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if bare.search(line) and not line.endswith("# noqa: PLR2004")
    ]

    assert found == []


def test_the_package_is_typed():
    """Type checkers use its annotations."""
    assert (PACKAGE / "py.typed").is_file()
