"""Faults on demand: what goes wrong between a client and Google, and when."""

import fnmatch
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gcpstack.emulator.core.errors import ApiError, error_info

MINUTE = 60.0
STATUS = {
    "403": "The caller does not have permission.",
    "500": "Internal error encountered.",
    "502": "Bad gateway.",
    "503": "The service is currently unavailable.",
    "504": "The request has timed out.",
}
KINDS = (*STATUS, "429", "rateLimit", "reset_before", "reset_after", "delay", "stale")


@dataclass(slots=True)
class Fault:
    """One rule: which calls, what happens to them, and how often.

    Attributes:
        method: a glob over discovery ids, ``compute.*.insert``.
        fault: one of ``KINDS``.
        when: ``before`` the call is handled, or ``after`` it was done and kept; of errors and delays.
        nth: only the n-th matching call.
        rate: the share of matching calls.
        limit: so many matching calls pass in each minute of the clock, the others are hit.
        times: how many calls at most.
        seconds: how long ``delay`` takes; how old a change ``stale`` may hide, any by default.
    """

    method: str = "*"
    fault: str = ""
    when: str = "before"
    nth: int = 0
    rate: float = 1.0
    limit: int = 0
    times: int = 0
    seconds: float | None = None
    seen: int = 0
    done: int = 0
    minute: int = 0
    passed: int = 0

    def strikes(self, method: str, rand: random.Random, now: float) -> bool:
        """Whether this call is hit; counts it."""
        if not fnmatch.fnmatchcase(method, self.method) or (self.times and self.done >= self.times):
            return False
        self.seen += 1
        hit = self._chosen(rand, now)
        self.done += hit
        return hit

    def _chosen(self, rand: random.Random, now: float) -> bool:
        if self.nth:
            return self.seen == self.nth
        if self.limit:
            minute = int(now // MINUTE)
            if minute != self.minute:
                self.minute, self.passed = minute, 0
            self.passed += 1
            return self.passed > self.limit
        return self.rate >= 1 or rand.random() < self.rate


class Faults:
    """The rules in force."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 # repeatable, no secret
        self.rules: list[Fault] = []

    def set(self, rules: Any) -> None:
        """Replace the rules; ``ValueError`` tells what is wrong with one."""
        if not isinstance(rules, list):
            message = f"faults are a list of rules, not {rules!r}"
            raise ValueError(message)  # noqa: TRY004 # one error for all that a rule can have wrong
        self.rules = [_rule(rule) for rule in rules]

    def pick(self, method: str, http: str, now: float) -> Fault | None:
        """The first rule that strikes this call; only reads can be stale."""
        rules = (rule for rule in self.rules if rule.fault != "stale" or http == "GET")
        return next((rule for rule in rules if rule.strikes(method, self._random, now)), None)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


TYPES: dict[str, Callable[[Any], bool]] = {
    "method": lambda value: isinstance(value, str),
    "fault": lambda value: str(value) in KINDS,
    "when": lambda value: value in ("before", "after"),
    "nth": _is_count,
    "limit": _is_count,
    "times": _is_count,
    "rate": lambda value: _is_number(value) and value <= 1,
    "seconds": _is_number,
}


def _rule(given: Any) -> Fault:
    form = f"{{method, fault: {'|'.join(KINDS)}, when: before|after, nth | rate | limit, times, seconds}}"
    good = isinstance(given, dict) and "fault" in given
    if not good or not all(key in TYPES and TYPES[key](value) for key, value in given.items()):
        message = f"a fault is {form}, not {given}"
        raise ValueError(message)
    return Fault(**{**given, "fault": str(given["fault"])})


def error_of(fault: str, service: str) -> ApiError | None:
    """The error that a fault answers, worded as the API words it; None where it answers none."""
    if fault in STATUS:
        return ApiError(int(fault), STATUS[fault])
    if fault in ("429", "rateLimit"):
        compute = fault == "rateLimit" and service == "compute"
        return rate_limited(service, "Queries" if compute else "Requests", as_403=compute)
    return None


def rate_limited(
    service: str, metric: str, *, limit: str = "", as_403: bool = False, **metadata: str
) -> ApiError:
    """Too many calls in a minute: 429, and 403 with the reason ``rateLimitExceeded`` of Compute.

    https://cloud.google.com/compute/docs/api/how-tos/api-rate-limits and https://google.aip.dev/194.
    """
    host = f"{service}.googleapis.com"
    limit = limit or f"{metric} per minute"
    text = f"Quota exceeded for quota metric '{metric}' and limit '{limit}' of service '{host}'"
    consumer = metadata.get("consumer", "").replace("projects/", "project_number:")
    text += f" for consumer '{consumer}'." if consumer else "."
    info = error_info("RATE_LIMIT_EXCEEDED", service=host, **metadata)
    code = 403 if as_403 else 429
    return ApiError(code, text, reason="rateLimitExceeded", details=[info])
