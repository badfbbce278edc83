"""Whole settings of what is watched, and of what is made of logs."""

from gcpstack import LogExport
from gcpstack import resources as r

from .lives_watch import COUNT, GOOD

KEPT = r.LogBucket(
    "kept", location="us-central1", retention_days=90, analytics_enabled=True, description="d"
)
DATASET = r.BigQueryDataset("logs", location="US")
TOPIC = r.Topic("alerts")
AGENT = r.ServiceAgent("monitoring.googleapis.com")
SHOP = r.MonitoredService(
    "shop",
    display_name="Shop",
    telemetry="//run.googleapis.com/projects/p/locations/l/services/s",
    user_labels={"team": "web", "empty": ""},
)
TEXT = 'REGEXP_EXTRACT(textPayload, "took ([0-9]+) ms")'

WHOLE = {
    "objectives": [
        SHOP,
        r.Slo(
            "answers",
            service=SHOP,
            display_name="Good answers",
            goal=0.995,
            calendar_period="FORTNIGHT",
            user_labels={"team": "web"},
            windows=r.SliWindows(
                window_period="5m",
                good_total_ratio_threshold=r.SliThreshold(
                    threshold=0.95,
                    ratio=r.SliRatio(good_service_filter=GOOD, total_service_filter=COUNT),
                ),
            ),
        ),
    ],
    "log metrics": [
        r.LogMetric(
            "took",
            filter='resource.type="cloud_run_revision"\n  severity>=INFO ',
            description="how long",
            display_name="Took",
            unit="ms",
            value_extractor=TEXT,
            value_type="DISTRIBUTION",
            label_extractors={
                "method": "EXTRACT(httpRequest.requestMethod)",
                "status": "EXTRACT(httpRequest.status)",
                "cached": "EXTRACT(httpRequest.cacheHit)",
            },
            labels=[
                r.MetricLabel(key="status", value_type="INT64", description="the answer"),
                r.MetricLabel(key="cached", value_type="BOOL"),
                r.MetricLabel(key="method", value_type="STRING"),
            ],
            exponential_buckets=r.ExponentialBuckets(
                num_finite_buckets=20, growth_factor=1.5, scale=0.5
            ),
            bucket=KEPT,
            disabled=False,
        ),
        r.LogMetric(
            "sizes",
            filter="severity>=INFO",
            value_extractor="EXTRACT(httpRequest.responseSize)",
            linear_buckets=r.LinearBuckets(num_finite_buckets=3, width=100, offset=0),
        ),
        r.LogMetric(
            "spread",
            filter="severity>=INFO",
            value_extractor="EXTRACT(jsonPayload.a)",
            bucket_bounds=[0, 1, 2.5],
        ),
        r.LogMetric("count", filter="severity>=INFO", value_type="INT64", unit="1"),
    ],
    "logs": [
        KEPT,
        r.LogView(
            "out",
            bucket=KEPT,
            filter='SOURCE("projects/p") AND LOG_ID("stdout")',
            description="d",
        ),
        r.LinkedLogDataset("queried", bucket=KEPT, description="d"),
        r.ProjectLogExclusion(
            "health", filter='httpRequest.requestUrl:"/health"', description="d", disabled=True
        ),
        LogExport(
            "to-bigquery",
            DATASET,
            filter="severity>=INFO",
            keep=0.1,
            exclusions=[
                r.LogExclusion(name="b", filter="severity<INFO", description="d", disabled=True),
                r.LogExclusion.sampled("a", "severity<NOTICE", keep=0.5),
            ],
            description="d",
        ),
        LogExport("to-topic", TOPIC, filter="severity>=ERROR"),
    ],
    "channels": [
        AGENT,
        r.NotificationChannel.pubsub("told", TOPIC),
        r.TopicIamMember(TOPIC, role="roles/pubsub.publisher", member=AGENT.output("member")),
        r.NotificationChannel.slack("slack", "#on-call", token="xoxb-hunter2"),
        r.NotificationChannel.webhook(
            "hook", "https://example.com/hook", username="me", password="hunter2"
        ),
        r.NotificationChannel.webhook("token", "https://example.com/hook?token=x"),
        r.NotificationChannel("sms", type="sms", labels={"number": "+14155550100"}),
        r.NotificationChannel("chat", type="google_chat", labels={"space": "spaces/AAAA"}),
        r.NotificationChannel(
            "pager",
            type="pagerduty",
            secret_labels={"service_key": "hunter2"},
            display_name="Pager",
            description="d",
            enabled=False,
            user_labels={"team": "web"},
        ),
    ],
}
