"""What the declarations of other services become on the wire, to the letter."""

from datetime import UTC, datetime

import pytest

from gcpstack import resources as r
from gcpstack._core.refs import Address, Composed, Link, OutputOf, Sensitive, compose
from gcpstack._core.resource import Encoder, Scope

from .schema import SWITCHED, violations
from .tables import labelled

SCOPE = Scope("demo-proj", "us-central1", "shop")
ACCOUNT = r.ServiceAccount("shop-runner")
SECRET = r.Secret("KEY")
ADDRESS = r.GlobalAddress("ip")
DATASET = r.BigQueryDataset("logs", location="EU")
BUCKET = r.Bucket("shop-files", location="us-central1")
CHANNEL = r.NotificationChannel.email("on-call", "a@example.com")


def mark(name):
    return {"displayName": name, "userLabels": {"gcpstack": "shop"}}


CASES = [
    (r.EnabledService("run.googleapis.com"), {}),
    (
        r.ServiceAccount("shop-runner", display_name="Runner", description="runs"),
        {"displayName": "Runner", "description": "runs"},
    ),
    (SECRET, {"replication": {"automatic": {}}}),
    (
        r.Secret("KEY", kms_key_name="projects/p/locations/global/keyRings/r/cryptoKeys/k"),
        {
            "replication": {
                "automatic": {
                    "customerManagedEncryption": {
                        "kmsKeyName": "projects/p/locations/global/keyRings/r/cryptoKeys/k"
                    }
                }
            }
        },
    ),
    (
        r.Secret(
            "KEY",
            replicas=[r.Replica(location="us-east1")],
            topics=[r.SecretTopic(name="projects/p/topics/t")],
            rotation_period="90d",
            next_rotation_time=datetime(2030, 1, 1, tzinfo=UTC),
            version_aliases={"old": 1},
        ),
        {
            "replication": {"userManaged": {"replicas": [{"location": "us-east1"}]}},
            "versionAliases": {"old": "1"},
            "topics": [{"name": "projects/p/topics/t"}],
            "rotation": {
                "rotationPeriod": "7776000s",
                "nextRotationTime": Sensitive("2030-01-01T00:00:00+00:00"),
            },
        },
    ),
    (
        r.SecretVersion(SECRET, value="hunter2"),
        {"payload": {"data": Sensitive("hunter2")}, "state": "ENABLED"},
    ),
    (
        r.SecretVersion(SECRET, value=b"text"),
        {"payload": {"data": Sensitive("text")}, "state": "ENABLED"},
    ),
    (
        r.SecretVersion(SECRET, value=b"\xff"),
        {"payload": {"data": Sensitive(b"\xff")}, "state": "ENABLED"},
    ),
    (
        r.SecretVersion("KEY", value=ADDRESS.output("address")),
        {
            "payload": {
                "data": Sensitive(OutputOf(Address("compute.GlobalAddress", "ip"), ("address",)))
            },
            "state": "ENABLED",
        },
    ),
    (
        r.SecretVersion("KEY", value=compose("ip={ip}", ip=ADDRESS.output("address"))),
        {
            "payload": {
                "data": Sensitive(
                    Composed(
                        (
                            "ip=",
                            OutputOf(Address("compute.GlobalAddress", "ip"), ("address",)),
                        )
                    )
                )
            },
            "state": "ENABLED",
        },
    ),
    (
        r.UptimeCheckConfig(
            "up", host="a.example.com", http_check=r.HttpCheck(path="/healthz", use_ssl=True)
        ),
        {
            **mark("up"),
            "monitoredResource": {
                "type": "uptime_url",
                "labels": {"host": "a.example.com", "project_id": "demo-proj"},
            },
            "httpCheck": {"path": "/healthz", "useSsl": True, "requestMethod": "GET"},
            "timeout": "10s",
        },
    ),
    (
        r.UptimeCheckConfig(
            "up",
            host="a.example.com",
            http_check=r.HttpCheck(
                request_method="POST",
                content_type="URL_ENCODED",
                body="a=b",
                headers={"X-Key": "k"},
                mask_headers=True,
                username="u",
                password="p",
            ),
            user_labels={"team": "web"},
        ),
        {
            "displayName": "up",
            "userLabels": {"gcpstack": "shop", "team": "web"},
            "monitoredResource": {
                "type": "uptime_url",
                "labels": {"host": "a.example.com", "project_id": "demo-proj"},
            },
            "httpCheck": {
                "requestMethod": "POST",
                "headers": {"X-Key": Sensitive("k")},
                "maskHeaders": True,
                "body": "YT1i",
                "contentType": "URL_ENCODED",
                "authInfo": {"username": "u", "password": Sensitive("p")},
            },
            "timeout": "10s",
        },
    ),
    (
        r.AlertPolicy(
            "slow",
            display_name="Slow!",
            conditions=[
                r.Condition.above(
                    "slow",
                    2,
                    filter='metric.type="m"',
                    duration="5m",
                    aggregations=[
                        r.Aggregation(alignment_period=60, per_series_aligner="ALIGN_MEAN")
                    ],
                ),
                r.Condition.below("few", 1.5, filter='metric.type="m"'),
                r.Condition.absent("gone", filter='metric.type="m"'),
                r.Condition.promql("prom", "up == 0", duration=60),
                r.Condition.mql("mql", "fetch x"),
            ],
            notification_channels=[CHANNEL],
            auto_close=3600,
        ),
        {
            "displayName": "Slow!",
            "userLabels": {"gcpstack": "shop"},
            "combiner": "OR",
            "conditions": [
                {
                    "displayName": "slow",
                    "conditionThreshold": {
                        "filter": 'metric.type="m"',
                        "comparison": "COMPARISON_GT",
                        "thresholdValue": 2,
                        "duration": "300s",
                        "aggregations": [
                            {"alignmentPeriod": "60s", "perSeriesAligner": "ALIGN_MEAN"}
                        ],
                    },
                },
                {
                    "displayName": "few",
                    "conditionThreshold": {
                        "filter": 'metric.type="m"',
                        "comparison": "COMPARISON_LT",
                        "thresholdValue": 1.5,
                        "duration": "60s",
                    },
                },
                {
                    "displayName": "gone",
                    "conditionAbsent": {"filter": 'metric.type="m"', "duration": "300s"},
                },
                {
                    "displayName": "prom",
                    "conditionPrometheusQueryLanguage": {"query": "up == 0", "duration": "60s"},
                },
                {
                    "displayName": "mql",
                    "conditionMonitoringQueryLanguage": {"query": "fetch x", "duration": "0s"},
                },
            ],
            "notificationChannels": [
                Link(Address("monitoring.NotificationChannel", "on-call"), spread=True)
            ],
            "alertStrategy": {"autoClose": "3600s"},
        },
    ),
    (
        r.AlertPolicy(
            "oops",
            conditions=[r.Condition.log_match("oops", "severity>=ERROR")],
            notification_rate_limit="5m",
        ),
        {
            **mark("oops"),
            "combiner": "OR",
            "conditions": [
                {"displayName": "oops", "conditionMatchedLog": {"filter": "severity>=ERROR"}}
            ],
            "alertStrategy": {"notificationRateLimit": {"period": "300s"}},
        },
    ),
    (CHANNEL, {**mark("on-call"), "type": "email", "labels": {"email_address": "a@example.com"}}),
    (
        r.NotificationChannel(
            "chat",
            type="slack",
            labels={"channel_name": "#ops"},
            secret_labels={"auth_token": "t"},
        ),
        {
            **mark("chat"),
            "type": "slack",
            "labels": {"channel_name": "#ops", "auth_token": Sensitive("t")},
        },
    ),
    (
        r.LogSink("logs", destination=DATASET, filter="x", use_partitioned_tables=True),
        {
            "destination": Composed(
                ("bigquery.googleapis.com/", Link(Address("bigquery.Dataset", "logs")))
            ),
            "filter": "x",
            "bigqueryOptions": {"usePartitionedTables": True},
        },
    ),
    (
        r.LogSink("logs", destination=BUCKET),
        {
            "destination": Composed(
                (
                    "storage.googleapis.com/",
                    Link(Address("storage.Bucket", "shop-files"), form="name"),
                )
            )
        },
    ),
    (
        r.BigQueryDataset("logs", default_table_expiration="1d", max_time_travel_hours=48),
        {
            "location": "us-central1",
            "defaultTableExpirationMs": "86400000",
            "maxTimeTravelHours": "48",
        },
    ),
    (
        r.Bucket(
            "shop-files",
            uniform_access=True,
            public_access_prevention="enforced",
            versioning=True,
            lifecycle_rules=[
                r.LifecycleRule(action="Delete", age=30, is_live=False),
                r.LifecycleRule(
                    action="SetStorageClass", storage_class="NEARLINE", size_above_bytes=10
                ),
            ],
            soft_delete_retention=0,
            turbo_replication=False,
            cors=[r.Cors(origin=["*"], method=["GET"], max_age_seconds="1h")],
        ),
        {
            "location": "us-central1",
            "iamConfiguration": {
                "uniformBucketLevelAccess": {"enabled": True},
                "publicAccessPrevention": "enforced",
            },
            "versioning": {"enabled": True},
            "lifecycle": {
                "rule": [
                    {"action": {"type": "Delete"}, "condition": {"age": 30, "isLive": False}},
                    {
                        "action": {"type": "SetStorageClass", "storageClass": "NEARLINE"},
                        "condition": {"sizeAboveBytes": "10"},
                    },
                ]
            },
            "softDeletePolicy": {"retentionDurationSeconds": "0"},
            "cors": [{"origin": ["*"], "method": ["GET"], "maxAgeSeconds": 3600}],
            "rpo": "DEFAULT",
        },
    ),
]


@pytest.mark.parametrize(("item", "body"), labelled(CASES))
def test_the_body_is_exactly_this(item, body):
    """The body, and that Google's schema and our own checks take it."""
    declared = Encoder(SCOPE).declared(item)

    assert declared.body == body
    assert set(violations(item.KIND.name, declared.body)) <= SWITCHED.get(item.KIND.name, set())
    assert [str(problem) for problem in item.problems(SCOPE)] == []


def test_a_secret_is_kept_where_google_chooses_or_where_it_is_said():
    """Automatic replication is not said beside replicas."""
    body = Encoder(SCOPE).declared(r.Secret("K", replicas=[r.Replica(location="us-east1")])).body

    assert "automatic" not in body["replication"]


def test_secrets_are_not_shown():
    """No value of a secret stands in the text of its declaration's body."""
    items = [r.SecretVersion("K", value="hunter2"), r.SecretVersion("K", value=r.FromEnv("V"))]
    bodies = [Encoder(SCOPE).declared(item).body for item in items]
    channel = r.NotificationChannel("c", type="slack", secret_labels={"auth_token": "hunter2"})

    assert "hunter2" not in repr([bodies, items, channel])


def test_a_secret_is_read_from_a_file_when_needed(tmp_path):
    """Neither before nor in any other form; what is not text stays bytes."""
    path = tmp_path / "secret"
    value = r.FromFile(path)
    path.write_text("hunter2\n")
    text = value()
    path.write_bytes(b"\xff\x00")

    assert text == "hunter2\n"
    assert value() == b"\xff\x00"
    assert str(r.FromFile(path)) == str(b"\xff\x00")


def test_a_secret_is_read_from_the_environment(monkeypatch):
    """When it is asked for."""
    monkeypatch.setenv("SHOP_KEY", "hunter2")

    assert str(r.FromEnv("SHOP_KEY")) == "hunter2"
