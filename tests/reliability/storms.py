"""Fault storms: Google misbehaves in every way it can, at random from a seed, while a stack is applied.

Once it is well again, the stack converges within two applies, to what an undisturbed run leaves.
"""

import contextlib
import random
import re
from collections.abc import Callable, Mapping

from gcpstack.emulator.core.faults import Faults
from gcpstack.emulator.core.latency import Latency
from gcpstack.emulator.core.wire import Request, Response, json_response
from gcpstack.exceptions import GcpstackError

from .lab import Lab
from .sweep import Case, finish

#: The share of calls that go wrong at most.
WORST = 0.3
_KINDS: tuple[Mapping[str, object], ...] = (
    {"fault": "429"},
    {"fault": "rateLimit"},
    {"fault": "500"},
    {"fault": "500", "when": "after"},
    {"fault": "502", "when": "after"},
    {"fault": "503"},
    {"fault": "503", "when": "after"},
    {"fault": "504"},
    {"fault": "504", "when": "after"},
    {"fault": "reset_before"},
    {"fault": "reset_after"},
    {"fault": "delay", "seconds": 20},
    {"fault": "stale", "seconds": 5},
)
#: The share of storms in which a whole service is away.
_OUTAGES = 0.2
#: The shares of storms in which operations fail, and in which all takes as long as it really does.
_FAILING, _SLOW = 0.3, 0.3
_SERVICES = ("compute.*", "run.*", "monitoring.*", "secretmanager.*", "bigquery.*", "logging.*")
_WHERE = (
    "*",
    "*",
    "*",
    "compute.*",
    "*.insert",
    "*.list",
    "*.get",
    "storage.*",
    "run.*",
    "*.delete",
)


def rules(rng: random.Random) -> list[dict[str, object]]:
    """Make up some faults whose rates are at most `WORST` together."""
    chosen = rng.sample(_KINDS, rng.randint(1, 5))
    worst = rng.uniform(0.05, WORST)
    weights = [rng.random() for _ in chosen]
    rates = [worst * weight / sum(weights) for weight in weights]
    away = {"method": rng.choice(_SERVICES), "fault": "503"}
    return [away] * (rng.random() < _OUTAGES) + [
        {"method": rng.choice(_WHERE), **kind, "rate": rate}
        for kind, rate in zip(chosen, rates, strict=True)
    ]


#: Operations that Google accepts and then fails, with what it says.
_FAILS = (
    (
        re.compile(r"/compute\.googleapis\.com/.*/(global|regions/[^/]+)/[a-zA-Z]+(/[^/:]+)?$"),
        {
            "kind": "compute#operation",
            "name": "operation-that-failed",
            "status": "DONE",
            "httpErrorStatusCode": 503,
            "error": {"errors": [{"code": "INTERNAL_ERROR", "message": "Internal error."}]},
        },
    ),
    (
        re.compile(
            r"/(run|redis|vpcaccess)\.googleapis\.com/.*/(services|instances|connectors)(/[^/:]+)?$"
        ),
        {
            "name": "projects/p/locations/l/operations/that-failed",
            "done": True,
            "error": {"code": 14, "message": "The service is currently unavailable."},
        },
    ),
)


def failing(rng: random.Random, rate: float) -> Callable[[Request], Response | None]:
    """Accept some changes, do nothing, and say that it failed."""

    def answer(request: Request) -> Response | None:
        if request.method == "GET":
            return None
        told = next((body for where, body in _FAILS if where.fullmatch(request.path)), None)
        return json_response(200, told) if told is not None and rng.random() < rate else None

    return answer


def strike(lab: Lab, here: Case, seed: int) -> bool:
    """Apply in a storm; tell whether it did harm."""
    lab.restore(here.before)
    lab.line.google.faults = Faults(seed)
    rng = random.Random(seed)
    lab.line.google.faults.set(rules(rng))
    if rng.random() < _FAILING:
        lab.line.instead = failing(rng, rng.uniform(0.02, WORST))
    if rng.random() < _SLOW:  # operations, and until a grant, an account or an API is known
        lab.line.google.latency = Latency(rng.choice((0.3, 1.0)))
    try:
        return not lab.apply(here.run.stack, destroy=here.run.destroy, seed=seed).outcome.ok
    except (GcpstackError, ExceptionGroup):
        return True


def weather(lab: Lab, here: Case, seed: int) -> None:
    """Apply in a storm, then converge within two applies in fine weather.

    Raises:
        AssertionError: it does not, or what is left differs from an undisturbed run's.
    """
    strike(lab, here, seed)
    lab.undisturbed()
    with contextlib.suppress(GcpstackError, ExceptionGroup):
        lab.apply(here.then.stack, destroy=here.then.destroy, seed=seed)
    finish(lab, here)
