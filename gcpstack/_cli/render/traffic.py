"""Pictures of a service's traffic."""

from collections.abc import Mapping

_CELLS = 20
_FULL, _EMPTY = "█", "░"


def bar(percent: int) -> str:
    """Write a share as a bar; the smallest share can be seen.

    >>> bar(25)
    '█████░░░░░░░░░░░░░░░'
    """
    cells = max(round(_CELLS * percent / 100), 1 if percent else 0)
    return f"{_FULL * cells}{_EMPTY * (_CELLS - cells)}"


def traffic_bar(shares: Mapping[str, int]) -> str:
    """Write the traffic on one line, what the last revision gets in the bar's empty part.

    >>> traffic_bar({"api-1": 75, "api-2": 25})
    '███████████████░░░░░ 75 % api-1, 25 % api-2'
    """
    names = list(shares)
    last = shares[names[-1]] if names else 0
    cells = round(_CELLS * last / 100) if len(names) > 1 else 0
    cells = max(cells, 1) if last and len(names) > 1 else cells
    words = ", ".join(f"{percent} % {name}" for name, percent in shares.items())
    return f"{_FULL * (_CELLS - cells)}{_EMPTY * cells} {words}"
