"""What the data plane measures, as Monitoring's time series.

https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run,
https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring. Google samples once a minute
and shows the points some minutes later; here they are written when they are asked for.
"""

import bisect
import json
import threading
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from gcpstack.emulator.core.clock import rfc3339
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World

RUN = "run.googleapis.com"
LB = "loadbalancing.googleapis.com/https"
# Bounds of the latencies' buckets in milliseconds: each a fifth above the last.
GROWTH, FINITE = 1.2, 66
BOUNDS = [GROWTH**exponent for exponent in range(FINITE + 1)]
OPTIONS = {"exponentialBuckets": {"numFiniteBuckets": FINITE, "growthFactor": GROWTH, "scale": 1.0}}
EVERY = 1.0  # seconds between two points at least, unless somebody asks
KEPT = 900


@dataclass(slots=True)
class Gathered:
    """One series since its last point."""

    count: int = 0
    total: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (FINITE + 2))

    def add(self, milliseconds: float) -> None:
        """One more request."""
        self.count += 1
        self.total += milliseconds
        self.buckets[bisect.bisect_right(BOUNDS, milliseconds)] += 1


Labels = tuple[tuple[str, str], ...]
Series = tuple[str, str, str, Labels, Labels]  # project, metric, resource type, labels of both


@dataclass(slots=True)
class Metrics:
    """Gathers what happens, and writes it down."""

    world: World
    open: dict[Series, Gathered] = field(default_factory=dict)
    written: float = 0.0
    last: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, revision: str, status: int, seconds: float) -> None:
        """A request that a revision answered.

        Args:
            revision: its full name.
            status: of the answer.
            seconds: how long it took.
        """
        _, project, _, region, _, service, _, short = revision.split("/")
        resource = (
            ("configuration_name", service),
            ("location", region),
            ("project_id", project),
            ("revision_name", short),
            ("service_name", service),
        )
        monitored = (project, f"{RUN}/request_latencies", "cloud_run_revision", resource)
        self._add(monitored, f"{RUN}/request_count", status, seconds)

    def balancer(self, project: str, labels: Body, status: int, seconds: float) -> None:
        """A request that a load balancer answered."""
        resource = tuple(sorted({"project_id": project, **labels}.items()))
        monitored = (project, f"{LB}/total_latencies", "https_lb_rule", resource)
        self._add(monitored, f"{LB}/request_count", status, seconds)

    def _add(
        self, monitored: tuple[str, str, str, Labels], counts: str, status: int, seconds: float
    ) -> None:
        """One more request in the series of latencies, and in that which counts."""
        project, latencies, kind, resource = monitored
        hundred = status // 100
        family = f"{hundred}xx" if counts.startswith(RUN) else str(hundred * 100)
        labels = (("response_code", str(status)), ("response_code_class", family))
        self.last = self.world.now()
        self.written = self.written or self.last
        with self.lock:
            for metric in (counts, latencies):
                series = (project, metric, kind, resource, labels)
                self.open.setdefault(series, Gathered()).add(seconds * 1000)
        if self.last - self.written >= EVERY:
            with self.world.entered():
                self.write()

    def write(self) -> None:
        """Make a point of what was gathered in each series; the caller holds the world."""
        with self.lock:
            now = self.last
            found, self.open = self.open, {}
            since, self.written = self.written, now
        for series, gathered in found.items():
            self._point(series, gathered, max(since, now - 60.0), now)

    def _point(self, series: Series, gathered: Gathered, since: float, now: float) -> None:
        project, metric, kind, resource, labels = series
        facts = json.dumps([metric, resource, labels])
        name = f"projects/{project}/timeSeries/{sha256(facts.encode()).hexdigest()[:24]}"
        old = self.world.state.get("monitoring", name)
        past: list[Body] = old.body["points"] if old else []
        value, value_type = _value(metric, gathered)
        body: Body = {
            "metric": {"type": metric, "labels": dict(labels)},
            "resource": {"type": kind, "labels": dict(resource)},
            "metricKind": "DELTA",
            "valueType": value_type,
            "points": [
                {
                    "interval": {"startTime": rfc3339(since), "endTime": rfc3339(now)},
                    "value": value,
                },
                *past,
            ][:KEPT],
        }
        self.world.state.put(Obj("monitoring", "timeSeries", name, body))


def _value(metric: str, gathered: Gathered) -> tuple[dict[str, Any], str]:
    if metric.endswith("request_count"):
        return {"int64Value": str(gathered.count)}, "INT64"
    distribution = {
        "count": str(gathered.count),
        "mean": gathered.total / gathered.count,
        "bucketOptions": OPTIONS,
        "bucketCounts": [str(count) for count in gathered.buckets],
    }
    return {"distributionValue": distribution}, "DISTRIBUTION"
