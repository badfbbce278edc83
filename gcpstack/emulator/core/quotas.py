"""Quotas: how many calls an API takes in a minute, and how many resources a project may hold.

Off until asked for. The figures are those that Google documents or tells in its errors, by the metric's own
name (``quotas.json``); projects differ, so each can be set. A window begins with each whole minute of
the clock, where an API is known to count in shorter slices with each of these
(https://cloud.google.com/compute/docs/api/how-tos/api-rate-limits).
"""

import fnmatch
import functools
import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from importlib import resources
from typing import Any, Literal

from gcpstack.emulator.core.faults import MINUTE

READS = ("get", "list", "search", "test", "wait", "query", "aggregated", "access", "lookup")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls of some methods are taken in a minute.

    Attributes:
        service: of which API.
        metric: what is counted, as Google's errors call it.
        limit: the limit's name, as Google's errors call it.
        value: calls a minute.
        methods: globs over discovery ids.
        access: only reads, or only writes.
        per: each project, location or resource has its own allowance.
        seconds: the length of a window; it holds its share of the minute's calls.
    """

    service: str
    metric: str
    limit: str
    value: int
    methods: tuple[str, ...] = ("*",)
    access: Literal["", "read", "write"] = ""
    per: Literal["project", "location", "resource"] = "project"
    seconds: float = MINUTE

    def takes(self, method: str, http: str) -> bool:
        """Whether calls of a method are counted here."""
        name = method.rpartition(".")[2]
        access = "read" if http == "GET" or name.startswith(READS) else "write"
        return self.access in ("", access) and any(
            fnmatch.fnmatchcase(method, glob) for glob in self.methods
        )


@functools.cache
def table() -> dict[str, Any]:
    """Google's figures: ``rates`` in the order in which they are tried, ``counts`` by kind."""
    text = resources.files("gcpstack.emulator.core").joinpath("quotas.json").read_text()
    raw = json.loads(text)
    rates = [
        Rate(**{**row, "methods": tuple(row.get("methods", Rate("", "", "", 0).methods))})
        for row in raw["rates"]
    ]
    return {"rates": {rate.metric: rate for rate in rates}, "counts": raw["counts"]}


class Quotas:
    """The quotas in force and what was used of them."""

    def __init__(self) -> None:
        self.enabled = False
        self._rates: dict[str, Rate] = dict(table()["rates"])
        self._counts: dict[str, int] = dict(table()["counts"])
        self._rate_of: dict[str, Rate | None] = {}
        self._used: dict[float, tuple[int, Counter[tuple[str, ...]]]] = {}

    def set(self, setting: Any) -> None:
        """Turn quotas on or off, or on with figures of one's own; ``ValueError`` tells what is wrong.

        Args:
            setting: true, false, or ``{"enabled": …, "rates": {metric: calls a minute}, "counts": {kind: number}}``.
        """
        given = setting if isinstance(setting, dict) else {"enabled": setting}
        enabled, rates, counts = (given.get(key) for key in ("enabled", "rates", "counts"))
        fresh = Quotas()
        wrong = [key for key in given if key not in ("enabled", "rates", "counts")]
        wrong += [key for key in rates or {} if key not in fresh._rates]
        wrong += [key for key in counts or {} if not isinstance(key, str) or "." not in key]
        if wrong or not isinstance(enabled, (bool, type(None))):
            message = (
                'quotas are true, false or {"enabled", "rates": {metric: calls a minute}, '
                f'"counts": {{"service.kind": number}}}}, not {setting!r}'
            )
            raise ValueError(message)
        for metric, value in (rates or {}).items():
            fresh._rates[metric] = replace(fresh._rates[metric], value=int(value))
        fresh._counts.update({kind: int(value) for kind, value in (counts or {}).items()})
        self.__dict__.update(vars(fresh))
        self.enabled = True if enabled is None else enabled

    def told(self) -> dict[str, Any]:
        """The quotas as the control API tells them."""
        rates = [asdict(rate) for rate in self._rates.values()]
        return {"enabled": self.enabled, "rates": rates, "counts": self._counts}

    def rate(self, service: str, method: str, http: str) -> Rate | None:
        """The quota that a method counts against."""
        if method not in self._rate_of:
            rates = (rate for rate in self._rates.values() if rate.service == service)
            self._rate_of[method] = next((rate for rate in rates if rate.takes(method, http)), None)
        return self._rate_of[method]

    def most(self, kind: str) -> int | None:
        """How many of a kind (``logging.sinks``) a collection may hold."""
        return self._counts.get(kind)

    def spend(self, rate: Rate, who: str, now: float) -> bool:
        """Count a call of a project (or its location or resource); False when the window is used up."""
        window = int(now // rate.seconds)
        begun, used = self._used.get(rate.seconds, (-1, Counter()))
        if begun != window:
            used = Counter()
            self._used[rate.seconds] = (window, used)
        key = (rate.metric, who)
        if used[key] >= rate.value * rate.seconds / MINUTE:
            return False  # refused calls don't count
        used[key] += 1
        return True
