"""The lives of objectives, dashboards and what is made of logs."""

from gcpstack import resources as r

from .lives import API, Life

COUNT = 'metric.type="run.googleapis.com/request_count" resource.type="cloud_run_revision"'
LATENCY = 'metric.type="run.googleapis.com/request_latencies" resource.type="cloud_run_revision"'
GOOD = f'{COUNT} metric.labels.response_code_class="2xx"'
SHOP = r.MonitoredService("shop")

RATE = r.TimeSeriesQuery(
    filter=COUNT,
    aggregation=r.Aggregation(alignment_period=60, per_series_aligner="ALIGN_RATE"),
)
TEXT = r.Widget.markdown("# Shop")
TILE = r.Tile(widget=r.Widget.chart("Calls", RATE, legend="x"), width=24, height=16, x_pos=24)
WATCHED = r.AlertPolicy("many", conditions=[r.Condition.above("x", 1, filter=COUNT)])

ANALYSED = r.LogBucket("analysed", analytics_enabled=True)

WATCH = [
    Life(
        r.MonitoredService("front", user_labels={"a": "b"}),
        changes={
            "display_name": "Front",
            "user_labels": {"a": "c"},
            "telemetry": "//run.googleapis.com/projects/p/locations/l/services/s",
        },
        fixed={"basic": r.MonitoredService.cloud_run("x", API).basic},
    ),
    Life(
        r.Slo(
            "answers",
            service=SHOP,
            goal=0.99,
            rolling_period="28d",
            ratio=r.SliRatio(good_service_filter=GOOD, total_service_filter=COUNT),
        ),
        changes={
            "display_name": "Good answers",
            "goal": 0.999,
            "rolling_period": "7d",
            "ratio": r.SliRatio(
                bad_service_filter=f"{GOOD} resource.labels.location=one_of()",
                total_service_filter=COUNT,
            ),
            "user_labels": {"a": "c"},
        },
    ),
    Life(
        r.Dashboard(
            "shop",
            labels={"team": ""},
            mosaic_layout=r.MosaicLayout(tiles=[TILE, r.Tile(widget=TEXT, width=24, height=8)]),
        ),
        changes={
            "display_name": "Shop",
            "labels": {"team": "web"},
            "mosaic_layout": r.MosaicLayout(
                columns=12,
                tiles=[
                    r.Tile(widget=TEXT, width=6, height=4),
                    r.Tile(
                        widget=r.Widget.number("Errors", RATE, danger=5), width=6, height=4, x_pos=6
                    ),
                    r.Tile(widget=r.Widget.alert(WATCHED), width=6, height=4, y_pos=4),
                ],
            ),
            "filters": [r.DashboardFilter(filter_type="RESOURCE_LABEL", label_key="location")],
            "events": [r.DashboardEvents(event_type="CLOUD_RUN_DEPLOYMENT", enabled=True)],
        },
    ),
    Life(
        r.LogMetric(
            "latency",
            filter="severity>=ERROR",
            value_extractor="EXTRACT(jsonPayload.latency)",
            label_extractors={"method": "EXTRACT(httpRequest.requestMethod)"},
        ),
        changes={
            "filter": "severity>=WARNING",
            "description": "x",
            "display_name": "Errors",
            "unit": "By",
            "value_extractor": "EXTRACT(jsonPayload.took)",
            "label_extractors": {"method": "EXTRACT(jsonPayload.method)"},
            "bucket_bounds": [1.0, 10.0, 100.0],
            "linear_buckets": r.LinearBuckets(num_finite_buckets=5, width=2.5),
            "disabled": True,
            "bucket": r.LogBucket("whole"),
        },
    ),
    Life(
        r.ProjectLogExclusion.sampled("few", "severity<ERROR", keep=0.1),
        changes={"filter": "severity<WARNING", "description": "x", "disabled": True},
    ),
    Life(
        r.LogView("out", bucket=ANALYSED, filter='LOG_ID("stdout")'),
        changes={"filter": 'LOG_ID("stderr")', "description": "x"},
    ),
    Life(
        r.LinkedLogDataset("queried", bucket=ANALYSED, description="d"),
        fixed={"description": "x"},
    ),
]
