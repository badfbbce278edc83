"""Logs that are sent elsewhere, with what they need there; metrics of them that are alerted on."""

import pytest

from gcpstack import Action, DeclarationError, LogExport, Stack, compose
from gcpstack import resources as r
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack

SCOPE = Scope("demo-proj", "us-central1", "demo")
DATASET = r.BigQueryDataset("logs", location="US")
PLACES = [
    DATASET,
    r.Bucket("shop-kept-logs", location="US", uniform_access=True),
    r.Topic("logs"),
    r.LogBucket("kept"),
]


def stack(*items):
    made = Stack("shop", enable_apis=False)
    for item in items:
        made.add(item)
    return made


def bodies(*items):
    """Compile a stack."""
    compiled = compile_stack("demo", items, {}, SCOPE, enable_apis=False, check=lambda _: ())
    return {str(found.address): found.body for found in compiled.declared}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.KIND.name)
def test_an_export_may_write_where_it_writes(gcp_settings, place):
    """It is made with its grant, and nothing is left to do."""
    export = LogExport("all", place, filter="severity>=INFO", keep=0.1, description="x")
    stack(export).apply(gcp_settings)

    assert stack(export).plan(gcp_settings).empty


def test_a_dataset_gets_partitioned_tables_and_a_share():
    """Errors are kept whole."""
    sink = bodies(LogExport("all", DATASET, keep=0.25))["logging.ProjectSink/all"]

    assert sink["bigqueryOptions"] == {"usePartitionedTables": True}
    assert sink["exclusions"] == [
        {"name": "sampled", "filter": "(severity<ERROR) AND sample(insertId, 0.75)"}
    ]


def test_a_share_is_a_share():
    """Before anything is touched."""
    with pytest.raises(DeclarationError, match="keep: 10 is not a share between 0 and 1"):
        bodies(LogExport("all", DATASET, keep=10))


def test_an_alert_on_a_metric_of_logs_comes_after_it(gcp_settings):
    """Monitoring knows no metric that is not there; one that counts can't become one that spreads."""

    def alerted(**fields):
        metric = r.LogMetric("took", filter="severity>=ERROR", **fields)
        series = compose(
            'metric.type="{type}" AND resource.type="cloud_run_revision"',
            type=metric.output("type"),
        )
        return stack(r.AlertPolicy("many", conditions=[r.Condition.above("x", 1, filter=series)]))

    [change] = [c for c in alerted().plan(gcp_settings).changes if c.address.name == "many"]
    [condition] = change.desired["conditions"]
    told = condition["conditionThreshold"]["filter"]
    assert told.startswith('metric.type="logging.googleapis.com/user/took" AND')
    alerted().apply(gcp_settings)
    assert alerted().plan(gcp_settings).empty

    spread = alerted(value_extractor="EXTRACT(jsonPayload.took)")
    changes = {change.kind.name: change for change in spread.plan(gcp_settings).changes}
    assert changes["logging.Metric"].action is Action.REPLACE
    assert changes["logging.Metric"].reason == "value_type can't change in place"
    spread.apply(gcp_settings)
    assert spread.plan(gcp_settings).empty


def test_labels_may_be_added_and_go(gcp_settings):
    """Without a replacement."""
    extract = "EXTRACT(httpRequest.requestMethod)"
    typed = r.MetricLabel(key="status", value_type="INT64", description="d")
    whole = {
        "label_extractors": {"method": extract, "status": "EXTRACT(httpRequest.status)"},
        "labels": [r.MetricLabel(key="method"), typed],
    }
    for fields in ({}, {"label_extractors": {"method": extract}}, whole, {}):
        made = stack(r.LogMetric("calls", filter="severity>=INFO", **fields))
        actions = {change.action for change in made.plan(gcp_settings).changes}
        assert Action.REPLACE not in actions
        made.apply(gcp_settings)
        assert made.plan(gcp_settings).empty, fields


def test_the_sink_that_every_project_has_can_be_changed_and_stays(gcp_settings):
    """It is taken over, and left when it is no longer declared."""
    own = r.LogBucket("_Default")
    chatty = r.LogExclusion.sampled("chatty", 'LOG_ID("stdout")', keep=0.5)
    made = stack(r.LogSink("_Default", destination=own, exclusions=[chatty]))
    made.apply(gcp_settings)

    assert made.plan(gcp_settings).empty
    stack().apply(gcp_settings)
    assert stack().plan(gcp_settings).empty
    assert made.plan(gcp_settings).changes[-1].action is not Action.CREATE


def test_the_secrets_of_channels_are_sent_and_never_shown(gcp_settings, monkeypatch, caplog):
    """From the environment, or from a secret that keeps them; another value is another plan."""
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-hunter2")
    generated = r.Generated()
    key = r.Secret("hook")

    def told():
        return stack(
            r.NotificationChannel.slack("slack", "#a", token=r.FromEnv("SLACK_TOKEN")),
            r.SecretVersion(key, value=generated),
            r.NotificationChannel.webhook(
                "hook", "https://example.com/hook", username="me", password=generated
            ),
            r.NotificationChannel.webhook("token", r.FromEnv("SLACK_URL")),
        )

    monkeypatch.setenv("SLACK_URL", "https://example.com/?token=hunter3")
    plan = told().plan(gcp_settings)
    seen = [repr(plan.to_json()), repr([change.diff for change in plan.changes])]
    events = []
    told().apply(gcp_settings, on_event=events.append)
    seen.append(repr(events))
    assert told().plan(gcp_settings).empty

    monkeypatch.setenv("SLACK_TOKEN", "xoxb-hunter4")
    plan = told().plan(gcp_settings)
    assert [str(one.address) for one in plan.changes if one.mutates] == [
        "monitoring.NotificationChannel/slack"
    ]
    seen += [repr(plan.to_json()), repr([change.diff for change in plan.changes]), caplog.text]
    told().apply(gcp_settings)
    assert told().plan(gcp_settings).empty
    assert not [text for text in seen if "hunter" in text]
