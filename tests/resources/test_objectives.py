"""Objectives move from one indicator to any other, on either transport, and nothing of the old one is left."""

import dataclasses

import pytest

from gcpstack import Stack
from gcpstack import resources as r

from .lives import API
from .lives_watch import COUNT, GOOD, LATENCY

SERVICE = r.MonitoredService.cloud_run("shop", API)
RATIO = r.SliRatio(good_service_filter=GOOD, total_service_filter=COUNT)
CUT = r.SliCut(distribution_filter=LATENCY, min=1, max=500)


def windows(**fields):
    return {"windows": r.SliWindows(**{"window_period": 300, **fields})}


def good(**fields):
    return windows(good_total_ratio_threshold=r.SliThreshold(threshold=0.9, **fields))


INDICATORS = [
    {"basic": r.BasicSli(availability=True)},
    {"basic": r.BasicSli(latency=0.5, location=["us-central1"])},
    {"ratio": RATIO},
    {"ratio": r.SliRatio(bad_service_filter=f"{COUNT} a", total_service_filter=COUNT)},
    {"cut": CUT},
    {"cut": r.SliCut(distribution_filter=LATENCY, max=300)},
    good(basic=r.BasicSli(availability=True)),
    good(ratio=RATIO),
    good(cut=CUT),
    windows(good_bad_metric_filter=COUNT),
    windows(metric_mean_in_range=r.SliMetricRange(time_series=COUNT, max=3)),
    windows(metric_sum_in_range=r.SliMetricRange(time_series=COUNT, min=1), window_period=600),
    {"basic": r.BasicSli(latency=1)},
    {"ratio": RATIO, "calendar_period": "WEEK"},
    {"basic": r.BasicSli(availability=True)},
]


@pytest.mark.parametrize("transport", ["rest", "grpc"])
def test_each_indicator_follows_each(gcp_settings, gcp_emulator, transport):
    """One apply is enough, and then nothing is left to do."""
    settings = dataclasses.replace(gcp_settings, transport=transport)
    for indicator in INDICATORS:
        stack = Stack("shop", enable_apis=False)
        period = {} if "calendar_period" in indicator else {"rolling_period": "28d"}
        stack.add(r.Slo("ok", service=SERVICE, goal=0.99, **period, **indicator))
        stack.apply(settings)
        plan = stack.plan(settings)
        [live] = [c.live.body for c in plan.changes if c.kind.name == "monitoring.Slo"]

        assert plan.empty, indicator
        assert len(live["serviceLevelIndicator"]) == 1
        assert ("calendarPeriod" in live) == ("calendar_period" in indicator)
