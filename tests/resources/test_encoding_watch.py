"""What objectives, dashboards and what is made of logs become on the wire, to the letter."""

import pytest

from gcpstack import resources as r
from gcpstack._core.resource import Encoder

from .lives_watch import COUNT, GOOD, LATENCY, SHOP
from .schema import violations
from .tables import SCOPE, labelled

CUSTOM = {"displayName": "shop", "custom": {}}


def slo(**fields):
    given = {"service": SHOP, "goal": 0.99, "calendar_period": "MONTH"}
    return r.Slo("ok", **{**given, **fields})


def objective(**indicator):
    return {
        "displayName": "ok",
        "goal": 0.99,
        "calendarPeriod": "MONTH",
        "serviceLevelIndicator": indicator,
    }


OBJECTIVES = [
    (SHOP, CUSTOM),
    (
        r.MonitoredService(
            "shop",
            display_name="Shop",
            telemetry="//run.googleapis.com/projects/p/locations/l/services/s",
            user_labels={"a": "b"},
        ),
        {
            "displayName": "Shop",
            "custom": {},
            "telemetry": {"resourceName": "//run.googleapis.com/projects/p/locations/l/services/s"},
            "userLabels": {"a": "b"},
        },
    ),
    (
        r.MonitoredService.cloud_run("api", r.CloudRunService("api", image="i")),
        {
            "displayName": "api",
            "basicService": {
                "serviceType": "CLOUD_RUN",
                "serviceLabels": {"service_name": "api", "location": "us-central1"},
            },
        },
    ),
    (
        r.Slo(
            "ok",
            service="shop",
            goal=0.999,
            rolling_period="28d",
            display_name="Good",
            user_labels={"a": "b"},
            ratio=r.SliRatio(good_service_filter=GOOD, total_service_filter=COUNT),
        ),
        {
            "displayName": "Good",
            "goal": 0.999,
            "rollingPeriod": "2419200s",
            "userLabels": {"a": "b"},
            "serviceLevelIndicator": {
                "requestBased": {
                    "goodTotalRatio": {"goodServiceFilter": GOOD, "totalServiceFilter": COUNT}
                }
            },
        },
    ),
    (
        slo(cut=r.SliCut(distribution_filter=LATENCY, min=0.5, max=500)),
        objective(
            requestBased={
                "distributionCut": {
                    "distributionFilter": LATENCY,
                    "range": {"min": 0.5, "max": 500},
                }
            }
        ),
    ),
    (
        slo(
            windows=r.SliWindows(
                window_period="5m",
                good_total_ratio_threshold=r.SliThreshold(
                    threshold=0.9,
                    basic=r.BasicSli(latency=0.25, method=["Get"], location=["us"], version=["1"]),
                ),
            ),
            service="shop",
        ),
        objective(
            windowsBased={
                "windowPeriod": "300s",
                "goodTotalRatioThreshold": {
                    "threshold": 0.9,
                    "basicSliPerformance": {
                        "latency": {"threshold": "0.25s"},
                        "method": ["Get"],
                        "location": ["us"],
                        "version": ["1"],
                    },
                },
            }
        ),
    ),
    (
        slo(
            windows=r.SliWindows(
                window_period=60,
                metric_mean_in_range=r.SliMetricRange(time_series=COUNT, max=3),
            )
        ),
        objective(
            windowsBased={
                "windowPeriod": "60s",
                "metricMeanInRange": {"timeSeries": COUNT, "range": {"max": 3}},
            }
        ),
    ),
]


@pytest.mark.parametrize(("item", "body"), labelled(OBJECTIVES))
def test_the_body_is_as_google_takes_it(item, body):
    """By its own schema, and without a complaint."""
    declared = Encoder(SCOPE).declared(item)

    assert declared.body == body
    assert violations(item.KIND.name, declared.body) == []
    assert [str(problem) for problem in item.located(SCOPE).problems(SCOPE)] == []
