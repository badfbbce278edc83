"""Changes whose answers are garbage: who wants what, and what must hold whatever comes back."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gcpstack import (
    CloudRunService,
    GlobalAddress,
    LogMetric,
    RedisInstance,
    Secret,
    SqlInstance,
    Stack,
)
from gcpstack._cli.failures import REPORT
from tests.cli.bench import Bench, Said

from .lab import PROJECT, Lab, kept

_DOUBT = "Whether it was done is not known"
#: Failures that leave it open whether a change was made.
_OPEN = re.compile(r"can't be read|\((?:INTERNAL|UNAVAILABLE|UNKNOWN)\)")
_ALLOWED = ("--allow-delete", "secretmanager.Secret/a")


def stack(*items) -> Stack:
    """Declare a few things."""
    made = Stack("shop", project=PROJECT, region="us-central1", enable_apis=False)
    for item in items:
        made.add(item)
    return made


@dataclass(frozen=True)
class Case:
    """A change that somebody wants.

    Attributes:
        method: the method whose answer is spoiled.
        after: what is declared.
        before: what stands.
        collection: where what it is about stands.
    """

    method: str
    after: Callable[[], Stack]
    before: Callable[[], Stack] = stack
    collection: str = "secrets"


def address(**fields):
    """Declare an address."""
    return lambda: stack(GlobalAddress("a", **fields))


def secret(**fields):
    """Declare a secret."""
    return lambda: stack(Secret("a", **fields))


def metric(**fields):
    """Declare a log-based metric."""
    return lambda: stack(LogMetric("a", filter="severity>=ERROR", **fields))


def redis():
    """Declare a Redis instance."""
    return stack(RedisInstance("a", tier="BASIC", memory_size_gb=1))


def service():
    """Declare a Cloud Run service."""
    return stack(CloudRunService("a", image="us-docker.pkg.dev/cloudrun/container/hello"))


def sql():
    """Declare a Cloud SQL instance."""
    return stack(
        SqlInstance("a", database_version="POSTGRES_16", tier="db-f1-micro", edition="ENTERPRISE")
    )


def told(said: Said) -> None:
    """It ended in one clear message."""
    assert said.status == 1, said.out + said.err
    errors = [line for line in said.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, said.err
    for bad in ("Traceback", REPORT, "Error(", "object at 0x", "a fault in gcpstack", "<html"):
        assert bad not in said.err


def run(bench: Bench, wanted: Case) -> bool:
    """Apply while answers are spoiled; tell whether that was taken for a success."""
    said = bench.run(wanted.after(), "apply", "--yes", *_ALLOWED)
    if said.status == 0:
        return True
    told(said)
    if _OPEN.search(said.err):
        assert _DOUBT in said.err
    return False


def finishes(lab: Lab, bench: Bench, wanted: Case) -> None:
    """Once Google's answers arrive, one apply is enough."""
    lab.undisturbed()
    again = bench.run(wanted.after(), "apply", "--yes", *_ALLOWED)
    assert again.status == 0, again.err
    assert bench.run(wanted.after(), "plan", "--detailed-exitcode").status == 0
    names = [obj.name for obj in lab.line.google.state.objects.values() if kept(obj)]
    there = [name for name in names if re.search(rf"/{wanted.collection}/[^/]+$", name)]
    assert len(there) == len(wanted.after().items)
