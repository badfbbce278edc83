"""Faults on demand: what goes wrong between a client and Google, and when."""

import fnmatch
import random
from dataclasses import dataclass
from typing import Any

from gcpstack.emulator.core.errors import ApiError, error_info

KINDS = ("503", "429", "rateLimit", "reset_before", "reset_after", "delay", "stale", "500")


@dataclass(slots=True)
class Fault:
    """One rule: which calls, what happens to them, and how often.

    Attributes:
        method: a glob over discovery ids, ``compute.*.insert``.
        fault: one of ``KINDS``.
        nth: only the n-th matching call.
        rate: the share of matching calls.
        times: how many calls at most.
        seconds: how long ``delay`` takes.
    """

    method: str
    fault: str
    nth: int = 0
    rate: float = 1.0
    times: int = 0
    seconds: float = 1.0
    seen: int = 0
    done: int = 0

    def strikes(self, method: str, rand: random.Random) -> bool:
        """Whether this call is hit; counts it."""
        if not fnmatch.fnmatchcase(method, self.method) or (self.times and self.done >= self.times):
            return False
        self.seen += 1
        hit = self.seen == self.nth if self.nth else self.rate >= 1 or rand.random() < self.rate
        self.done += hit
        return hit


class Faults:
    """The rules in force."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 # repeatable, no secret
        self.rules: list[Fault] = []

    def set(self, rules: list[dict[str, Any]]) -> None:
        """Replace the rules; ``ValueError`` tells what is wrong with one."""
        known = ("method", "fault", "nth", "rate", "times", "seconds")
        parsed = []
        for rule in rules:
            unknown = set(rule) - set(known)
            if unknown or str(rule.get("fault")) not in KINDS:
                message = f"a fault is {{method, fault: {'|'.join(KINDS)}, nth | rate, times, seconds}}, not {rule}"
                raise ValueError(message)
            parsed.append(Fault(**{"method": "*", **rule, "fault": str(rule["fault"])}))
        self.rules = parsed

    def pick(self, method: str) -> Fault | None:
        """The first rule that strikes this call."""
        return next((rule for rule in self.rules if rule.strikes(method, self._random)), None)


def error_of(fault: str, service: str, *, compute: bool) -> ApiError | None:
    """The error that a fault answers, worded as the API words it."""
    if fault == "503":
        return ApiError(503, "The service is currently unavailable.")
    if fault == "500":
        return ApiError(500, "Internal error encountered.")
    if fault == "rateLimit" and compute:
        text = "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service"
        return ApiError(403, f"{text} '{service}.googleapis.com'.", reason="rateLimitExceeded")
    if fault in ("429", "rateLimit"):
        text = (
            "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service"
        )
        info = error_info("RATE_LIMIT_EXCEEDED", service=f"{service}.googleapis.com")
        return ApiError(429, f"{text} '{service}.googleapis.com'.", details=[info])
    return None
