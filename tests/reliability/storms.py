"""Fault storms: Google misbehaves in every way it can, at random from a seed, while a stack is applied.

Once it is well again, the stack converges within two applies, to what an undisturbed run leaves.
"""

import contextlib
import random
from collections.abc import Mapping

from gcpstack.emulator.core.faults import Faults
from gcpstack.exceptions import GcpstackError

from .lab import Lab
from .sweep import Case, converge, differences, outcome

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


def strike(lab: Lab, here: Case, seed: int) -> bool:
    """Apply in a storm; tell whether it did harm."""
    lab.restore(here.before)
    lab.line.google.faults = Faults(seed)
    lab.line.google.faults.set(rules(random.Random(seed)))
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
    converge(lab, here.then)
    left = outcome(lab)
    assert left == here.expected, differences(left, here.expected)
