"""What objectives, dashboards and what is made of logs become on the wire, to the letter."""

import pytest

from gcpstack import resources as r
from gcpstack._core.refs import Address, Link, compose
from gcpstack._core.resource import Encoder

from .lives_watch import COUNT, GOOD, LATENCY, RATE, SHOP
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


#: What `RATE` asks.
ASKED = {
    "timeSeriesFilter": {
        "filter": COUNT,
        "aggregation": {"alignmentPeriod": "60s", "perSeriesAligner": "ALIGN_RATE"},
    }
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


DASHBOARDS = [
    (
        r.Dashboard(
            "shop",
            mosaic_layout=r.MosaicLayout(
                columns=12,
                tiles=[
                    r.Tile(widget=r.Widget.chart("Calls", RATE, threshold=5), width=6, height=4),
                    r.Tile(
                        widget=r.Widget.number("Errors", RATE, danger=5, below=True),
                        width=6,
                        height=4,
                        x_pos=6,
                    ),
                ],
            ),
            filters=[r.DashboardFilter(filter_type="RESOURCE_LABEL", label_key="location")],
        ),
        {
            "displayName": "shop",
            "mosaicLayout": {
                "columns": 12,
                "tiles": [
                    {
                        "width": 6,
                        "height": 4,
                        "xPos": 0,
                        "yPos": 0,
                        "widget": {
                            "title": "Calls",
                            "xyChart": {
                                "dataSets": [{"plotType": "LINE", "timeSeriesQuery": ASKED}],
                                "thresholds": [{"value": 5}],
                            },
                        },
                    },
                    {
                        "width": 6,
                        "height": 4,
                        "xPos": 6,
                        "yPos": 0,
                        "widget": {
                            "title": "Errors",
                            "scorecard": {
                                "timeSeriesQuery": ASKED,
                                "thresholds": [{"value": 5, "color": "RED", "direction": "BELOW"}],
                                "sparkChartView": {"sparkChartType": "SPARK_LINE"},
                            },
                        },
                    },
                ],
            },
            "dashboardFilters": [{"filterType": "RESOURCE_LABEL", "labelKey": "location"}],
        },
    ),
    (
        r.Dashboard(
            "shop",
            display_name="Shop",
            row_layout=[r.LayoutRow(widgets=[r.Widget(title="x", blank=True)], weight=2)],
            events=[r.DashboardEvents(event_type="CLOUD_RUN_DEPLOYMENT", enabled=True)],
            labels={"team": ""},
        ),
        {
            "displayName": "Shop",
            "rowLayout": {"rows": [{"weight": "2", "widgets": [{"title": "x", "blank": {}}]}]},
            "annotations": {
                "eventAnnotations": [{"eventType": "CLOUD_RUN_DEPLOYMENT", "enabled": True}]
            },
            "labels": {"team": ""},
        },
    ),
]


LOGS = [
    (
        r.LogMetric("errors", filter="severity>=ERROR"),
        {
            "filter": "severity>=ERROR",
            "metricDescriptor": {"metricKind": "DELTA", "valueType": "INT64"},
        },
    ),
    (
        r.LogMetric(
            "latency",
            filter='resource.type="cloud_run_revision"',
            value_extractor='REGEXP_EXTRACT(textPayload, "took (\\\\d+)")',
            unit="ms",
            display_name="Latency",
            description="how long",
            label_extractors={"method": "EXTRACT(httpRequest.requestMethod)"},
            exponential_buckets=r.ExponentialBuckets(
                num_finite_buckets=10, growth_factor=2, scale=1
            ),
            bucket=r.LogBucket("kept"),
            disabled=False,
        ),
        {
            "filter": 'resource.type="cloud_run_revision"',
            "description": "how long",
            "valueExtractor": 'REGEXP_EXTRACT(textPayload, "took (\\\\d+)")',
            "metricDescriptor": {
                "metricKind": "DELTA",
                "valueType": "DISTRIBUTION",
                "unit": "ms",
                "displayName": "Latency",
                "labels": [{"key": "method"}],
            },
            "labelExtractors": {"method": "EXTRACT(httpRequest.requestMethod)"},
            "bucketOptions": {
                "exponentialBuckets": {"numFiniteBuckets": 10, "growthFactor": 2, "scale": 1}
            },
            "bucketName": Link(Address("logging.BucketConfig", "global/kept")),
            "disabled": False,
        },
    ),
    (
        r.ProjectLogExclusion.sampled("few", "severity<ERROR", keep=0.1),
        {"filter": "(severity<ERROR) AND sample(insertId, 0.9)"},
    ),
    (
        r.LogView("out", bucket="kept", filter='LOG_ID("stdout")', description="d"),
        {"filter": 'LOG_ID("stdout")', "description": "d"},
    ),
    (
        r.LinkedLogDataset("queried", bucket="kept", location="eu", description="d"),
        {"description": "d"},
    ),
]


@pytest.mark.parametrize(("item", "body"), labelled([*OBJECTIVES, *DASHBOARDS, *LOGS]))
def test_the_body_is_as_google_takes_it(item, body):
    """By its own schema, and without a complaint."""
    declared = Encoder(SCOPE).declared(item)

    assert declared.body == body
    assert violations(item.KIND.name, declared.body) == []
    assert [str(problem) for problem in item.located(SCOPE).problems(SCOPE)] == []


def test_a_view_stands_where_its_bucket_stands():
    """Where that is declared; else where buckets are by default."""
    there = r.LogBucket("kept", location="eu")

    assert r.LogView("v", bucket=there).ids(SCOPE)["location"] == "eu"
    assert r.LogView("v", bucket="kept").ids(SCOPE)["location"] == "global"
    assert r.LinkedLogDataset("v", bucket=there).ids(SCOPE)["location"] == "eu"


def test_a_metric_is_named_before_it_is_there():
    """An alert can be composed with it at plan time."""
    metric = r.LogMetric("errors", filter="severity>=ERROR")
    text = compose('metric.type="{type}"', type=metric.output("type"))
    policy = r.AlertPolicy("many", conditions=[r.Condition.above("x", 1, filter=text)])

    assert Address("logging.Metric", "errors") in Encoder(SCOPE).declared(policy).depends_on
