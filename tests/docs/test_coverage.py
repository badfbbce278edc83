"""The page of the emulator's methods says what the emulator does."""

import re
import subprocess
import sys

from tests.docs import ROOT

PAGE = ROOT / "docs/emulator/coverage.md"


def test_the_page_is_up_to_date():
    """Whoever adds methods to the emulator runs ``python scripts/coverage_table.py``."""
    command = [sys.executable, str(ROOT / "scripts/coverage_table.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"run python scripts/coverage_table.py\n{done.stderr}"


def test_every_served_service_has_a_section():
    """Each module of the emulator's services stands in the page by its host."""
    folder = ROOT / "gcpstack/emulator/services"
    names = {path.stem for path in folder.iterdir() if not path.name.startswith("_")}
    told = set(re.findall(r"^`(\w+)\.googleapis\.com`", PAGE.read_text(), re.MULTILINE))

    assert told == names


def test_the_table_adds_up():
    """The last row is the sum of those above."""
    rows = re.findall(
        r"^\| (?:\[.*\)|all) \| (\d+) \| (\d+) \| (\d+) \|$", PAGE.read_text(), re.MULTILINE
    )
    *services, total = [tuple(map(int, row)) for row in rows]

    assert tuple(map(sum, zip(*services, strict=True))) == total
