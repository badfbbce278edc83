"""What holds for every module, so that nobody has to remember it."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gcpstack"


def modules(*folders: str) -> list[Path]:
    """List the Python files below some folders of the checkout."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    """Name a file as people do."""
    return path.relative_to(ROOT).as_posix()
