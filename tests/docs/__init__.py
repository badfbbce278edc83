"""Runs what the documentation shows.

In a page, in order, in an empty folder that holds a copy of ``scripts/``:

- a ``python``, ``html`` or ``js`` block with a title is written to the file of that name; one without is run;
- a ``bash`` block is run, and must succeed;
- a ``console`` block right after one of these tells lines of its output, in order; ``…`` stands for
  whatever differs from run to run;
- a ``sh`` block is only shown, for it needs Google or a program that may not be here: the gcpstack
  commands in it must at least be written rightly;
- any other block is shown.

``<!-- needs: PROGRAM -->`` names a program without which the page can't be run.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^( *)```(\w+)?([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        language: what stands after the fence.
        title: the name of the file that it is.
        text: what it holds.
        line: where it stands.
    """

    language: str
    title: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """Read the blocks of a page."""
    text = page.read_text()
    out = []
    for match in _FENCE.finditer(text):
        title = _TITLE.search(match[3])
        indent = match[1]
        body = "".join(line.removeprefix(indent) for line in match[4].splitlines(keepends=True))
        line = text.count("\n", 0, match.start()) + 1
        out.append(Block(match[2] or "", title[1] if title else "", body, line))
    return out


def needed(page: Path) -> list[str]:
    """List the programs that a page needs besides gcpstack."""
    found = re.findall(r"<!-- needs: (.*?) -->", page.read_text())
    return [name.strip() for names in found for name in names.split(",")]


def pages() -> list[Path]:
    """List the pages for users; those for contributors show fragments."""
    found = sorted((ROOT / "docs").rglob("*.md"))
    return [page for page in found if not {"contributing", "kinds"} & set(page.parts)]


def missing(told: str, output: str) -> list[str]:
    """Find the lines of a console block that the output does not have, in their order."""
    lines = iter(output.splitlines())
    out = []
    for wanted in told.splitlines():
        pattern = ".*".join(re.escape(part.strip()) for part in wanted.split("…"))
        if wanted.strip("… ") and not any(
            re.fullmatch(rf"\s*{pattern}\s*", line) for line in lines
        ):
            out.append(wanted)
            lines = iter(output.splitlines())
    return out
