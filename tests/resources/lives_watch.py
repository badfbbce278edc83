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
]
