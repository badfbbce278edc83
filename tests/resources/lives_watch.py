"""The lives of objectives, dashboards and what is made of logs."""

from gcpstack import resources as r

from .lives import API, Life

COUNT = 'metric.type="run.googleapis.com/request_count" resource.type="cloud_run_revision"'
LATENCY = 'metric.type="run.googleapis.com/request_latencies" resource.type="cloud_run_revision"'
GOOD = f'{COUNT} metric.labels.response_code_class="2xx"'
SHOP = r.MonitoredService("shop")

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
]
