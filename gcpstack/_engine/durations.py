"""How long each kind's verbs usually take, and how long is too long.

The figures are medians of durations seen in public logs, and estimates where none were; they only
tune how often an operation is asked about, and bound how long it is waited for.
"""

import functools
import importlib.resources
import json

from gcpstack._core.ports import UsualDurations


@functools.cache
def _table() -> dict[str, list[float]]:
    text = importlib.resources.files(__package__).joinpath("durations.json").read_text("utf-8")
    table: dict[str, list[float]] = json.loads(text)
    return table


def usual(kind: str) -> UsualDurations:
    """Return the usual durations of a kind, in seconds; short ones where nothing is known."""
    row = _table().get(kind)
    return UsualDurations(row[0], row[1], row[2], row[3]) if row else UsualDurations()
