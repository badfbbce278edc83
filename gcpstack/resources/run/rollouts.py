"""How a new revision of a Cloud Run service reaches its users.

https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from gcpstack._core.facets import block, spec
from gcpstack._core.traffic import WHOLE, Limits, Strategy
from gcpstack.resources import _checks as checks
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Seconds

_HOUR = 3600.0


@block
class Gate(Part):
    """What a new revision must hold while it bakes, by the figures of Cloud Monitoring.

    Google shows figures up to four minutes late
    (https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run); where the service is in use,
    they are waited for.

    Attributes:
        error_rate: the largest share of answers that may be 5xx: 0.01 is one of a hundred.
        latency_p95: the longest that 95 of 100 answers may take, in seconds; no limit if not given.
        tolerance: a new revision beyond a limit still passes while its figure is at most so many
            times the old revision's: then the trouble has another cause.
        min_requests: fewer give no verdict, and the rollout goes on.
        patience: how long figures may be late.
    """

    error_rate: float = spec(default=0.01)
    latency_p95: float | None = spec()
    tolerance: float = spec(default=1.5)
    min_requests: int = spec(default=20)
    patience: Seconds = spec(default=240)

    def limits(self) -> Limits:
        """Write it as the engine knows it."""
        return Limits(
            error_rate=self.error_rate,
            latency_p95=self.latency_p95,
            tolerance=self.tolerance,
            least=self.min_requests,
            patience=_seconds(self.patience),
        )

    def findings(self) -> Iterator[Finding]:
        """Check the figures."""
        yield from checks.within("error_rate", self.error_rate, 0, 1)
        yield from checks.within("latency_p95", self.latency_p95, 0.001, _HOUR, "seconds")
        yield from checks.within("tolerance", self.tolerance, 1, 100)
        yield from checks.within("min_requests", self.min_requests, 1, 1_000_000)
        yield from checks.duration("patience", self.patience, 0, _HOUR)


@block
class _Rollout(Part):
    """What all rollouts say.

    Attributes:
        bake: how long each step is watched.
        gate: what the new revision must hold meanwhile.
        probe: the path that is asked at the new revision's own address before it gets any traffic,
            and must answer with less than 400; if not given, the root must answer without 5xx.
        keep_revisions: how many revisions stay once it is through, the newest among them; all if
            not given. None that has traffic or a tag is deleted.
    """

    STEPS: ClassVar[tuple[int, ...]] = ()

    bake: Seconds = spec(default=60)
    gate: Gate = spec(default_factory=Gate)
    probe: str = spec(default="")
    keep_revisions: int | None = spec()

    def percents(self) -> tuple[int, ...]:
        """Return the shares that the new revision gets, one after the other."""
        return self.STEPS

    def strategy(self) -> Strategy:
        """Write it as the engine knows it."""
        return Strategy(
            steps=self.percents(),
            bake=_seconds(self.bake),
            limits=self.gate.limits(),
            probe=self.probe,
            keep=self.keep_revisions,
        )

    def findings(self) -> Iterator[Finding]:
        """Check the durations, the gate and the probe.

        https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration
        """
        yield from checks.duration("bake", self.bake, 0, 24 * _HOUR)
        yield from checks.within("keep_revisions", self.keep_revisions, 1, 1000, "revisions")
        if self.probe and not self.probe.startswith("/"):
            yield Finding("probe", f"{self.probe!r} is not a path", "Begin it with '/'.")


@block
class Canary(_Rollout):
    """A new revision takes over step by step.

    It goes up without any traffic, is asked at an address of its own, and then gets a larger share
    in each step, while a gate watches its errors and latency beside the old revision's. At the end
    it gets everything; if it does badly, the traffic goes back and the apply fails with the
    evidence.

    Attributes:
        steps: the percent of each step, growing, below 100.
    """

    steps: Sequence[int] = spec(default=(5, 25, 50))

    def percents(self) -> tuple[int, ...]:
        """Return the steps."""
        return tuple(self.steps)

    def findings(self) -> Iterator[Finding]:
        """Check the steps too.

        https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration
        """
        yield from super().findings()
        for index, step in enumerate(self.steps):
            yield from checks.within(f"steps[{index}]", step, 1, WHOLE - 1, "percent")
        if not self.steps or list(self.steps) != sorted(set(self.steps)):
            yield Finding("steps", "must grow from step to step", "Write steps=(5, 25, 50).")


@block
class BlueGreen(_Rollout):
    """A new revision takes over at once, and the old one stands by.

    It goes up without any traffic and is asked at an address of its own. Then it gets everything
    and is watched; if it does badly, everything goes back to the old one.
    """

    STEPS: ClassVar[tuple[int, ...]] = (WHOLE,)


def _seconds(value: Seconds) -> float:
    """Read a duration (https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration)."""
    return float(checks.seconds(value) or 0)


__all__ = ["BlueGreen", "Canary", "Gate"]
