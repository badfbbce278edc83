"""Scores the emulator on recorded exchanges, and writes the table of the documentation.

``python scripts/fidelity.py FOLDER`` starts an emulator, lets ``FOLDER/tools/replay.py`` replay
``FOLDER/recordings`` against it, and writes docs/emulator/fidelity.md: for each service, on how many
exchanges the emulator answered with the recorded status, with exactly the recorded fields, and with
the recorded values (times, ids and the like aside).
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from gcpstack.emulator import Emulator

PAGE = Path(__file__).parents[1] / "docs" / "emulator" / "fidelity.md"
_HEAD = """\
# Fidelity

<!-- Written by `nox -s fidelity`. -->

How alike the emulator answers. Exchanges that others recorded, most of them with Google, are made
again with the emulator, and each answer is compared with the recorded one:

- *status*: the HTTP status is the recorded one;
- *shape*: and the answer has exactly the recorded fields;
- *value*: and every value is the recorded one, but for those that no two runs share, such as times,
  ids and addresses.

| service | exchanges | status | shape | value |
| --- | ---: | ---: | ---: | ---: |
"""


def score(folder: Path) -> dict[str, dict[str, float]]:
    """Replay the recordings; gives the figures by service, ``ALL`` for the sum."""
    with Emulator() as emulator:
        out = subprocess.run(  # noqa: S603 # the caller's own tool
            [
                sys.executable,
                str(folder / "tools" / "replay.py"),
                "--emulator",
                emulator.endpoint,
                "--recordings",
                str(folder / "recordings"),
                "--json",
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    figures: dict[str, dict[str, float]] = json.loads(out.stdout)
    return figures


def page(figures: dict[str, dict[str, float]]) -> str:
    """Write the page."""
    rows = []
    for service, row in figures.items():
        name = "**all**" if service == "ALL" else service
        shares = " | ".join(f"{row[key]:.1f} %" for key in ("status", "shape", "value"))
        rows.append(f"| {name} | {row['exchanges']} | {shares} |\n")
    return _HEAD + "".join(rows)


def main() -> int:
    """Score, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds recordings/ and tools/replay.py")
    figures = score(parser.parse_args().folder)
    PAGE.write_text(page(figures))
    print(PAGE.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
