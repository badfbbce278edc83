"""Schedules, queues, schemas and triggers: on the wire, and what is told of them beforehand."""

import pytest

from gcpstack import resources as r
from gcpstack._core.kinds import Health
from gcpstack._core.refs import Address, Link, OutputOf
from gcpstack._core.resource import Encoder
from gcpstack.resources import kinds
from gcpstack.resources.events.schedules import ScheduleError, check

from .lives_events import API, AVRO, RUNNER, TOPIC
from .tables import SCOPE, labelled, the_problem

FILES = r.Bucket("shop-files-1", location="US", uniform_access=True)
STORED = "google.cloud.storage.object.v1.finalized"
CALL = r.ScheduledCall(uri="https://example.com/")
EMAIL = Link(Address("iam.ServiceAccount", "shop-runner"), "email")
PROTO = 'syntax = "proto3"; // message Not {\nmessage Order { string id = 1; message In {} }'


def job(**fields):
    given = {} if {"message", "app_engine"} & fields.keys() else {"http": CALL}
    return r.SchedulerJob("nightly", **{"schedule": "0 3 * * *", **given, **fields})


def queue(**fields):
    return r.TaskQueue("mails", **fields)


def schema(definition, **fields):
    return r.PubSubSchema("orders", definition=definition, **fields)


def trigger(*filters, **fields):
    made = [r.EventFilter(attribute=name, value=value) for name, value in filters]
    return r.EventarcTrigger("on-event", **{"filters": made, "service": API, **fields})


CASES = [
    (
        job(
            time_zone="Europe/Berlin",
            http=r.ScheduledCall(
                uri=API.output("uri"),
                method="PUT",
                body="hi",
                headers={"A": "b"},
                oidc_service_account=RUNNER,
                oidc_audience="https://example.com",
            ),
            description="d",
            paused=True,
            attempt_deadline="10m",
            retries=3,
            max_retry_duration="1h",
            min_backoff=1,
            max_backoff=60,
            max_doublings=2,
        ),
        {
            "schedule": "0 3 * * *",
            "timeZone": "Europe/Berlin",
            "httpTarget": {
                "uri": OutputOf(Address("run.Service", "us-central1/event-api"), ("uri",)),
                "httpMethod": "PUT",
                "body": "aGk=",
                "headers": {"A": "b"},
                "oidcToken": {"serviceAccountEmail": EMAIL, "audience": "https://example.com"},
            },
            "description": "d",
            "paused": True,
            "attemptDeadline": "600s",
            "retryConfig": {
                "retryCount": 3,
                "maxRetryDuration": "3600s",
                "minBackoffDuration": "1s",
                "maxBackoffDuration": "60s",
                "maxDoublings": 2,
            },
        },
    ),
    (
        job(message=r.ScheduledMessage(topic=TOPIC, data=b"\xff", attributes={"a": "b"})),
        {
            "schedule": "0 3 * * *",
            "pubsubTarget": {
                "topicName": Link(Address("pubsub.Topic", "events")),
                "data": "/w==",
                "attributes": {"a": "b"},
            },
        },
    ),
    (
        job(
            app_engine=r.ScheduledAppEngineCall(
                relative_uri="/x", method="GET", service="a", version="b", instance="c"
            ),
            attempt_deadline="24h",
        ),
        {
            "schedule": "0 3 * * *",
            "appEngineHttpTarget": {
                "relativeUri": "/x",
                "httpMethod": "GET",
                "appEngineRouting": {"service": "a", "version": "b", "instance": "c"},
            },
            "attemptDeadline": "86400s",
        },
    ),
    (
        job(
            http=r.ScheduledCall(
                uri="https://run.googleapis.com/v2/projects/p/locations/l/jobs/j:run",
                oauth_service_account=RUNNER,
                oauth_scope="https://www.googleapis.com/auth/cloud-platform",
            )
        ),
        {
            "schedule": "0 3 * * *",
            "httpTarget": {
                "uri": "https://run.googleapis.com/v2/projects/p/locations/l/jobs/j:run",
                "oauthToken": {
                    "serviceAccountEmail": EMAIL,
                    "scope": "https://www.googleapis.com/auth/cloud-platform",
                },
            },
        },
    ),
    (
        queue(
            max_dispatches_per_second=0.5,
            max_concurrent_dispatches=3,
            max_attempts=-1,
            max_retry_duration="1h",
            min_backoff=0.5,
            max_backoff=60,
            max_doublings=2,
            log_sampling=0.1,
            paused=False,
            app_engine_service="worker",
            http=r.QueueTarget(
                method="PUT",
                scheme="HTTPS",
                host="example.com",
                port=8443,
                path="/x",
                query="a=b",
                enforce="IF_NOT_EXISTS",
                headers={"B": "2", "A": "1"},
                oidc_service_account=RUNNER,
            ),
        ),
        {
            "rateLimits": {"maxDispatchesPerSecond": 0.5, "maxConcurrentDispatches": 3},
            "retryConfig": {
                "maxAttempts": -1,
                "maxRetryDuration": "3600s",
                "minBackoff": "0.5s",
                "maxBackoff": "60s",
                "maxDoublings": 2,
            },
            "stackdriverLoggingConfig": {"samplingRatio": 0.1},
            "paused": False,
            "appEngineRoutingOverride": {"service": "worker"},
            "httpTarget": {
                "httpMethod": "PUT",
                "uriOverride": {
                    "scheme": "HTTPS",
                    "host": "example.com",
                    "port": "8443",
                    "pathOverride": {"path": "/x"},
                    "queryOverride": {"queryParams": "a=b"},
                    "uriOverrideEnforceMode": "IF_NOT_EXISTS",
                },
                "headerOverrides": [
                    {"header": {"key": "A", "value": "1"}},
                    {"header": {"key": "B", "value": "2"}},
                ],
                "oidcToken": {"serviceAccountEmail": EMAIL},
            },
        },
    ),
    (schema(AVRO), {"type": "AVRO", "definition": AVRO}),
    (schema(PROTO, type="PROTOCOL_BUFFER"), {"type": "PROTOCOL_BUFFER", "definition": PROTO}),
    (
        r.Topic("typed", schema=schema(AVRO), schema_encoding="JSON"),
        {
            "schemaSettings": {
                "schema": Link(Address("pubsub.Schema", "orders")),
                "encoding": "JSON",
            }
        },
    ),
    (
        trigger(("type", STORED), ("bucket", FILES), service_account=RUNNER, max_attempts=1),
        {
            "eventFilters": [
                {"attribute": "type", "value": STORED},
                {
                    "attribute": "bucket",
                    "value": Link(Address("storage.Bucket", "shop-files-1"), "name"),
                },
            ],
            "destination": {
                "cloudRun": {
                    "service": Link(Address("run.Service", "us-central1/event-api"), "name"),
                    "region": "us-central1",
                }
            },
            "serviceAccount": EMAIL,
            "retryPolicy": {"maxAttempts": 1},
        },
    ),
]


@pytest.mark.parametrize(("item", "body"), labelled(CASES))
def test_what_is_sent(item, body):
    """To the letter, and without a problem."""
    assert list(item.problems(SCOPE)) == []
    assert Encoder(SCOPE).declared(item).body == body


def test_a_definition_may_be_a_file(tmp_path):
    """It is read when the stack is."""
    (tmp_path / "a.avsc").write_text(AVRO)
    item = schema(r.FromFile(tmp_path / "a.avsc"))

    assert list(item.problems(SCOPE)) == []
    assert Encoder(SCOPE).declared(item).body["definition"] == AVRO
    the_problem(schema(r.FromFile("/nowhere.avsc")), "The file /nowhere.avsc can't be read")


GOOGLE = "https://pubsub.googleapis.com/v1/x"
PROBLEMS = [
    (r.SchedulerJob("a b", schedule="* * * * *", http=CALL), "'a b' is not a valid name: 1 to 500"),
    (job(schedule="0 25 * * *"), "schedule: '25' is not an hour: 0 to 23"),
    (job(schedule=""), "schedule: is empty"),
    (job(time_zone="Berlin"), "time_zone: 'Berlin' is not a time zone. Write 'Europe/Berlin'"),
    (r.SchedulerJob("x", schedule="* * * * *"), "one of http, message, app_engine is needed"),
    (job(http=CALL, message=r.ScheduledMessage(topic=TOPIC, data="x")), "http and message exclude"),
    (job(description="x" * 501), "description: has 501 characters, 500 at most"),
    (job(retries=6), "retries: 6 is not within 0 to 5"),
    (job(attempt_deadline=10), "attempt_deadline: 10 is not within 15 to 1800 seconds"),
    (
        job(message=r.ScheduledMessage(topic=TOPIC, data="x"), attempt_deadline=60),
        "attempt_deadline: is for calls: a message has none",
    ),
    (job(min_backoff=60, max_backoff=5), "min_backoff: is longer than max_backoff"),
    (job(http=r.ScheduledCall(uri="example.com")), "http.uri: 'example.com' is not an http or https URL"),
    (job(http=r.ScheduledCall(uri="https://a.b/" + "x" * 2072)), "http.uri: has 2084 characters, 2083 at most"),
    (job(http=r.ScheduledCall(uri="https://a.b", method="GET", body="x")), "http.body: does not go with GET. Use POST"),
    (job(http=r.ScheduledCall(uri="https://a.b", headers={"X-Google-A": "b"})), "is set by Google itself. Leave it out"),
    (
        job(http=r.ScheduledCall(uri="https://a.b", oidc_service_account="a@b", oauth_service_account="a@b")),
        "oidc_service_account and oauth_service_account exclude|would give a.b a token",
    ),
    (job(http=r.ScheduledCall(uri="https://a.b", oidc_audience="x")), "oidc_audience: needs oidc_service_account"),
    (job(http=r.ScheduledCall(uri=GOOGLE, oauth_scope="x")), "oauth_scope: needs oauth_service_account"),
    (job(http=r.ScheduledCall(uri=GOOGLE, oidc_service_account=RUNNER)), "pubsub.googleapis.com takes OAuth. Use oauth"),
    (job(http=r.ScheduledCall(uri="https://a.b", oauth_service_account=RUNNER)), "would give a.b a token for Google's APIs. Use oidc"),
    (
        job(http=r.ScheduledCall(uri="https://a.b", oidc_service_account="a@other.iam.gserviceaccount.com")),
        "http.oidc_service_account: is a service account of the project other, not of demo-proj",
    ),
    (
        queue(http=r.QueueTarget(oauth_service_account=r.ServiceAccount("runner", project="other-proj"), host="a.googleapis.com")),
        "http.oauth_service_account: is a service account of the project other-proj",
    ),
    (job(message=r.ScheduledMessage(topic=TOPIC)), "message: one of data, attributes is needed"),
    (job(app_engine=r.ScheduledAppEngineCall(relative_uri="x")), "relative_uri: 'x' is not a path"),
    (r.TaskQueue("a_b"), "name: 'a_b' is not a valid name: 1 to 100 letters.*Use 'a-b'"),
    (queue(max_dispatches_per_second=0), "max_dispatches_per_second: 0 is not more than 0 and 500"),
    (queue(max_dispatches_per_second=501), "501 is not more than 0 and 500 at most"),
    (queue(max_concurrent_dispatches=5001), "5001 is not within 1 to 5000"),
    (queue(max_attempts=0), "max_attempts: 0 is neither -1 nor more than 0"),
    (queue(min_backoff=60, max_backoff=5), "min_backoff: is longer than max_backoff"),
    (queue(max_retry_duration="soon"), "max_retry_duration: 'soon' is not a span of time"),
    (queue(log_sampling=2), "log_sampling: 2 is not within 0 to 1"),
    (queue(http=r.QueueTarget(host="https://a.b/")), "http.host: 'https://a.b/' is a URL"),
    (queue(http=r.QueueTarget(port=0)), "http.port: 0 is not within 1 to 65535"),
    (queue(http=r.QueueTarget(path="x")), "http.path: 'x' is not a path"),
    (schema("{"), "definition: is not valid JSON"),
    (schema(""), "definition: is empty"),
    (schema('"string"'), "definition: is not a record"),
    (schema("x" * 400_000), "definition: has 400000 bytes, 307200 at most"),
    (schema('{"type": "record", "fields": []}'), "definition: has a record without a name"),
    (schema('{"type": "record", "name": "A"}'), "definition: 'A' has no list of fields"),
    (schema('{"type": "record", "name": "A", "fields": [{"name": "a"}]}'), "has a field without a name and a type"),
    (schema(AVRO.replace("]}", ', {"name": "id", "type": "int"}]}')), "'Order' has the field 'id' twice"),
    (
        schema(AVRO.replace('"string"', '{"type": "record", "name": "In"}')),
        "definition: 'In' has no list of fields",
    ),
    (schema("message A {", type="PROTOCOL_BUFFER"), "opens and closes braces differently often"),
    (schema("message A {} message B {}", type="PROTOCOL_BUFFER"), "holds 2 messages at its top"),
    (schema('import "a.proto";\nmessage A {}', type="PROTOCOL_BUFFER"), "imports another file"),
    (trigger(("bucket", FILES)), "filters: name no type. Add EventFilter"),
    (trigger(("type", STORED)), "filters: name no bucket. Add EventFilter"),
    (trigger(("type", "a.b"), topic=TOPIC), "topic: is for google.cloud.pubsub"),
    (trigger(("type", "a.b"), location="global"), "service_region: is needed where the events are"),
    (trigger(("type", "a.b"), max_attempts=3), "max_attempts: 3 is not within 1 to 1"),
    (trigger(("type", "a.b"), ("type", "c.d")), r"filters\[1\]: 'type' stands there twice"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "words"), labelled(PROBLEMS))
def test_the_check_fires(item, words):
    """At its place."""
    found = [str(problem) for problem in item.problems(SCOPE)]
    if "exclude|" in words:
        assert len(found) == 2, found
    else:
        the_problem(item, words)


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *", "*/5 * * * *", "0 0 1,15 * *", "0 9-17 * * MON-FRI", "30 8 * JAN-MAR,dec 0,7",
        "0 0 31 2 MON", "0 0 29 2 *", "5/10 * * * *", "0 0-23/2 * * *",
        "every 5 minutes", "every 24 hours", "every 12 hours synchronized",
        "every 5 mins from 10:00 to 14:00", "every day 00:00", "every monday 09:00",
        "every mon,wed,fri of march 17:30", "1st monday of sep,oct,nov 17:00",
        "2nd,third tue of month 04:00", "1 of jan,april,july,oct 00:00", "1,15 of month 9:00",
        "every day of quarter 12:00",
    ],
)  # fmt: skip
def test_a_schedule_is_understood(text):
    """In both of Google's forms."""
    check(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("60 * * * *", "'60' is not a minute: 0 to 59"),
        ("* 24 * * *", "'24' is not an hour"),
        ("* * 0 * *", "'0' is not a day of the month: 1 to 31"),
        ("* * * 13 *", "'13' is not a month: 1 to 12, or JAN to DEC"),
        ("* * * * 8", "'8' is not a day of the week: 0 to 7, or SUN to SAT"),
        ("* * L * *", "'L' is not a day of the month"),
        ("*/0 * * * *", "what follows '/' is a whole number"),
        ("* 17-9 * * *", "'17-9' is not an hour: 17 comes after 9"),
        ("0 0 31 2,4 *", "never comes round: no such month has a day 31"),
        ("* * * *", "is not a schedule: five fields"),
        ("* * * * * *", "is not a schedule: five fields"),
        ("@daily", "is not a schedule"),
        ("every 0 minutes", "is not a schedule: every 0 minutes"),
        ("every minute", "is not a schedule"),
        ("every monday", "is not a schedule"),
        ("every monday 25:00", "is not a schedule"),
        ("32 of month 09:00", "is not a schedule"),
    ],
)
def test_a_schedule_is_refused(text, words):
    """With what it should be."""
    with pytest.raises(ScheduleError) as refused:
        check(text)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("body", "health", "label", "detail"),
    [
        ({}, Health.READY, "ENABLED", ()),
        ({"state": "PAUSED"}, Health.READY, "PAUSED", ()),
        ({"state": "UPDATE_FAILED"}, Health.FAILED, "UPDATE_FAILED", ()),
        (
            {"state": "ENABLED", "status": {"code": 5, "message": "gone"}},
            Health.READY,
            "ENABLED",
            ("its last attempt failed: gone",),
        ),
        (
            {"state": "DISABLED", "status": {"code": 7}},
            Health.FAILED,
            "DISABLED",
            ("its last attempt failed: 7",),
        ),
    ],
)
def test_how_a_schedule_fares(body, health, label, detail):
    """With how its last attempt went."""
    found = kinds.ALL["cloudscheduler.Job"].condition(body)

    assert (found.health, found.label, found.detail) == (health, label, detail)


def record(*fields):
    return '{"type": "record", "name": "A", "fields": [' + ", ".join(fields) + "]}"


ID = '{"name": "id", "type": "string"}'
NOTE = '{"name": "note", "type": ["null", "string"], "default": null}'
MUST = '{"name": "must", "type": "int"}'
REVISIONS = [
    ("AVRO", record(ID), record(ID, NOTE), None),
    ("AVRO", record(ID, NOTE), record(ID), None),
    ("AVRO", record(ID), record(ID, MUST), "adds the field 'must'"),
    ("AVRO", record(ID, MUST), record(ID), "removes the field 'must'"),
    ("AVRO", record(MUST), record(MUST.replace("int", "long")), None),
    ("AVRO", record(MUST), record(MUST.replace("int", "string")), "changes the field 'must'"),
    ("PROTOCOL_BUFFER", "message A {\n string a = 1;\n}", "message A {\n string a = 1;\n int32 b = 2;\n}", None),
    ("PROTOCOL_BUFFER", "message A {\n string a = 1;\n}", "message A {\n int32 a = 1;\n}", "changes the field 'a'"),
    ("PROTOCOL_BUFFER", "message A {\n required string a = 1;\n}", "message A {\n}", "removes the field 'a'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "before", "after", "words"),
    [pytest.param(*c, id=str(n)) for n, c in enumerate(REVISIONS)],
)
def test_a_revision_fits_what_was_written(kind, before, after, words):
    """Or it is refused before it is sent."""
    live, desired = ({"type": kind, "definition": text} for text in (before, after))
    found = [str(one) for one in kinds.ALL["pubsub.Schema"].refuses(live, desired)]

    if words is None:
        assert found == []
    else:
        assert len(found) == 1
        assert words.rpartition("|")[2] in found[0]


def test_the_type_of_a_schema_stays():
    """Another type is another schema."""
    refuses = kinds.ALL["pubsub.Schema"].refuses
    live = {"type": "AVRO", "definition": AVRO}
    (found,) = refuses(live, {"type": "PROTOCOL_BUFFER", "definition": PROTO})

    assert found.message == "can't change from AVRO to PROTOCOL_BUFFER"
