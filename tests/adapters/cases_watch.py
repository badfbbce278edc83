"""The cases of objectives, dashboards and what is made of logs."""

from tests.adapters.cases import Case, named

COUNT = 'metric.type="run.googleapis.com/request_count" resource.type="cloud_run_revision"'
LATENCY = 'metric.type="run.googleapis.com/request_latencies" resource.type="cloud_run_revision"'
GOOD = f'{COUNT} metric.labels.response_code_class="2xx"'
SERVICE = ("monitoring.Service", named("shop"), {"custom": {}})

KEPT = (
    "logging.BucketConfig",
    {"location": "global", "name": "kept"},
    {"analyticsEnabled": True},
)

WATCH = {
    "monitoring.Service": Case(
        {"displayName": "Shop", "custom": {}},
        changes={"displayName": "Shop front", "userLabels": {"team": "web"}},
    ),
    "monitoring.Slo": Case(
        {
            "displayName": "Good answers",
            "goal": 0.99,
            "rollingPeriod": "2419200s",
            "serviceLevelIndicator": {
                "requestBased": {
                    "goodTotalRatio": {"goodServiceFilter": GOOD, "totalServiceFilter": COUNT}
                }
            },
        },
        ids={"service": "shop", "name": "thing-one"},
        needs=(SERVICE,),
        changes={
            "displayName": "Answers",
            "goal": 0.999,
            "rollingPeriod": "86400s",
            "userLabels": {"team": "web"},
            "serviceLevelIndicator": {
                "windowsBased": {
                    "windowPeriod": "300s",
                    "goodTotalRatioThreshold": {
                        "threshold": 0.9,
                        "performance": {
                            "distributionCut": {
                                "distributionFilter": LATENCY,
                                "range": {"max": 500.0},
                            }
                        },
                    },
                }
            },
        },
    ),
    "monitoring.Dashboard": Case(
        {
            "displayName": "Shop",
            "gridLayout": {
                "columns": "2",
                "widgets": [
                    {"title": "Calls", "text": {"content": "hello", "format": "MARKDOWN"}},
                    {"title": "Room", "blank": {}},
                ],
            },
        },
        changes={
            "displayName": "Shop front",
            "labels": {"team": ""},
            "gridLayout.columns": "3",
            "gridLayout.widgets": [
                {
                    "title": "Calls",
                    "xyChart": {
                        "dataSets": [
                            {
                                "plotType": "LINE",
                                "timeSeriesQuery": {"timeSeriesFilter": {"filter": COUNT}},
                            }
                        ]
                    },
                }
            ],
        },
    ),
    "logging.Exclusion": Case(
        {"filter": "severity<ERROR AND sample(insertId, 0.9)", "description": "little"},
        changes={"filter": "severity<WARNING", "description": None, "disabled": True},
    ),
    "logging.LinkedDataset": Case(
        {"description": "to query"},
        ids={"location": "global", "bucket": "kept", "name": "thing_one"},
        needs=(KEPT,),
    ),
    "logging.LogView": Case(
        {"filter": 'LOG_ID("stdout")', "description": "out"},
        ids={"location": "global", "bucket": "kept", "name": "thing-one"},
        needs=(KEPT,),
        changes={"filter": 'LOG_ID("stderr")', "description": None},
    ),
    "logging.Metric": Case(
        {
            "filter": "severity>=ERROR",
            "description": "errors",
            "metricDescriptor": {
                "metricKind": "DELTA",
                "valueType": "DISTRIBUTION",
                "unit": "ms",
                "labels": [{"key": "method"}],
            },
            "labelExtractors": {"method": "EXTRACT(httpRequest.requestMethod)"},
            "valueExtractor": "EXTRACT(jsonPayload.latency)",
            "bucketOptions": {"explicitBuckets": {"bounds": [1.0, 10.0]}},
        },
        changes={
            "filter": "severity>=WARNING",
            "description": None,
            "valueExtractor": "EXTRACT(jsonPayload.took)",
            "labelExtractors.method": "EXTRACT(httpRequest.method)",
            "metricDescriptor.unit": "s",
            "disabled": True,
            "bucketOptions.explicitBuckets.bounds": [1.0, 5.0, 10.0],
            "bucketOptions.linearBuckets": {"numFiniteBuckets": 5, "width": 2.5, "offset": 1.0},
        },
        fills=frozenset({"metricDescriptor"}),
    ),
}
