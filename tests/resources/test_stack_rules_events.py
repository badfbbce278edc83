"""What functions, schedules and subscriptions demand of the grants beside them is told."""

import re

import pytest

from gcpstack import PROJECT, compose
from gcpstack import resources as r
from gcpstack.exceptions import DeclarationError

from .lives_events import AVRO, HANDLER, HELLO, KEY, RUNNER
from .test_stack_rules import compiled

TOPIC = r.Topic("events")
DEAD = r.Topic("dead")
FILES = r.Bucket("shop-files-1", location="US", uniform_access=True)
ROWS = r.BigQueryDataset("rows", location="US")
AGENT = r.ServiceAgent("pubsub.googleapis.com")
THEIRS = AGENT.output("member")
LITERAL = "serviceAccount:service-12@gcp-sa-pubsub.iam.gserviceaccount.com"
BATCH = r.CloudRunJob("batch", containers=[r.Container(image="i")])
TOLD = r.ProjectIamMember(
    role="roles/pubsub.publisher", member=r.ServiceAgent("storage.googleapis.com").output("member")
)
STORED = "google.cloud.storage.object.v1.finalized"
INVOKER = "roles/run.invoker"
API = r.CloudRunService("api", image="i")


def problems(*items):
    try:
        compiled(items)
    except DeclarationError as error:
        return [str(problem) for problem in error.problems]
    return []


def event(**fields):
    trigger = r.FunctionTrigger(**{"topic": TOPIC, "service_account": RUNNER, **fields})
    return r.CloudFunction(
        "hello", runtime="python313", source=HANDLER, entry_point="handle", trigger=trigger
    )


def stored():
    return event(
        topic=None,
        event_type=STORED,
        filters=[r.EventFilter(attribute="bucket", value=FILES)],
    )


def reads(**fields):
    return r.CloudFunction(
        "hello", runtime="python313", source=HELLO, service_account=RUNNER, **fields
    )


def project(role, member=RUNNER):
    return r.ProjectIamMember(role=role, member=member)


def invoker(service, member=RUNNER):
    return r.CloudRunServiceIamMember(service, role=INVOKER, member=member)


DEADLY = r.Subscription("work", topic=TOPIC, dead_letter_topic=DEAD)
PUBLISHER = r.TopicIamMember(DEAD, role="roles/pubsub.publisher", member=THEIRS)
SUBSCRIBER = r.SubscriptionIamMember(DEADLY, role="roles/pubsub.subscriber", member=THEIRS)
TABLED = r.Subscription(
    "rows",
    topic=TOPIC,
    bigquery=r.BigQueryDelivery(table=compose("{p}.rows.t", p=PROJECT)),
    depends_on=[ROWS],
)
KEPT = r.Subscription("kept", topic=TOPIC, cloud_storage=r.StorageDelivery(bucket=FILES))


def pushed(**fields):
    return r.Subscription("push", topic=TOPIC, push_endpoint=API.output("uri"), **fields)


def tick(service=API, **fields):
    call = r.ScheduledCall(uri=service.output("uri"), **fields)
    return r.SchedulerJob("tick", schedule="* * * * *", http=call)


def executes():
    uri = "https://run.googleapis.com/v2/projects/{p}/locations/us-central1/jobs/batch:run"
    call = r.ScheduledCall(uri=compose(uri, p=PROJECT), oauth_service_account=RUNNER)
    return r.SchedulerJob("nightly", schedule="0 3 * * *", http=call, depends_on=[BATCH])


def on_event(kind="google.cloud.pubsub.topic.v1.messagePublished"):
    return r.EventarcTrigger(
        "on-event",
        filters=[r.EventFilter(attribute="type", value=kind)],
        service=API,
        service_account=RUNNER,
    )


PROBLEMS = [
    ([event()], "its events come as shop-runner, which may not call it. Declare CloudRunServiceIam"),
    ([stored(), project(INVOKER), TOLD], "which may not receive events. Declare ProjectIamMember"),
    (
        [stored(), invoker(stored()), project("roles/eventarc.eventReceiver")],
        "is started by the events of a bucket, which Cloud Storage may not publish. Declare Pro",
    ),
    ([executes()], "executes batch as shop-runner, which may not execute it. Declare CloudRunJobIam"),
    (
        [r.Subscription("rows", topic=TOPIC, bigquery=r.BigQueryDelivery(table="p.d.t", use_topic_schema=True))],
        "bigquery.use_topic_schema: the topic events has no schema. Declare Topic",
    ),
    (
        [r.Subscription("kept", topic=TOPIC, cloud_storage=r.StorageDelivery(bucket="b-1", avro_use_topic_schema=True))],
        "cloud_storage.avro_use_topic_schema: the topic events has no schema",
    ),
    (
        [reads(secret_env={"KEY": KEY})],
        "reads the secret KEY, which its service account shop-runner may not",
    ),
    (
        [reads(secret_volumes=[r.FunctionSecretVolume(secret=KEY, mount_path="/k")])],
        "reads the secret KEY",
    ),
    (
        [
            r.CloudFunction(
                "hello",
                runtime="python313",
                source=HELLO,
                location="us-east1",
                vpc_connector=r.VpcConnector(
                    "con", network="projects/p/global/networks/v",
                    ip_cidr_range="10.8.0.0/28", max_instances=3,
                ),
            )
        ],
        "is in us-east1, but the VPC connector con in us-central1",
    ),
    ([DEADLY, SUBSCRIBER], "Pub/Sub may not forward what is not acknowledged to dead. Declare Topic"),
    ([DEADLY, PUBLISHER], "Pub/Sub may not take what it has forwarded out of it. Declare Subscr"),
    ([TABLED], "writes to rows, which Pub/Sub may not. Declare BigQueryDatasetIamMember"),
    ([KEPT], "writes to shop-files-1, which Pub/Sub may not. Declare BucketIamMember"),
    (
        [
            r.Subscription(
                "kept",
                topic=TOPIC,
                cloud_storage=r.StorageDelivery(bucket=FILES, service_account_email=RUNNER),
            )
        ],
        "writes to shop-files-1, which shop-runner may not",
    ),
    ([tick()], "http.oidc_service_account: is missing: api is not called without one"),
    ([tick(oidc_service_account=RUNNER)], "calls api as shop-runner, which may not call it"),
    ([on_event()], "its events come as shop-runner, which may not call it. Declare CloudRunService"),
    (
        [on_event("google.cloud.audit.log.v1.written"), invoker(API)],
        "its events come as shop-runner, which may not receive events",
    ),
    ([pushed()], "push_service_account: is missing: api is not called without one"),
    ([pushed(push_service_account=RUNNER)], "calls api as shop-runner, which may not call it"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("items", "words"), [pytest.param(*case, id=str(n)) for n, case in enumerate(PROBLEMS)]
)
def test_what_would_not_work_is_told(items, words):
    """Once, with what to declare."""
    found = problems(*items)

    assert len(found) == 1, found
    assert re.search(words, found[0]), found


FINE = [
    [event(), invoker(event())],
    [event(), project(INVOKER)],
    [event(), invoker(event(), "allUsers")],
    [event(service_account=None)],
    [event(service_account="a@b.iam.gserviceaccount.com")],
    [stored(), invoker(stored()), project("roles/eventarc.eventReceiver"), TOLD],
    [executes(), r.CloudRunJobIamMember(BATCH, role=INVOKER, member=RUNNER)],
    [
        r.Subscription(
            "rows",
            topic=r.Topic(
                "typed", schema=r.PubSubSchema("orders", definition=AVRO), schema_encoding="JSON"
            ),
            bigquery=r.BigQueryDelivery(table="p.d.t", use_topic_schema=True),
        )
    ],
    [
        reads(secret_env={"KEY": KEY}),
        r.SecretIamMember(KEY, role="roles/secretmanager.secretAccessor", member=RUNNER),
    ],
    [DEADLY, PUBLISHER, SUBSCRIBER],
    [DEADLY, project("roles/pubsub.editor", LITERAL)],
    [r.Subscription("work", topic=TOPIC, dead_letter_topic="projects/other/topics/dead")],
    [TABLED, r.BigQueryDatasetIamMember(ROWS, role="roles/bigquery.dataEditor", member=THEIRS)],
    [KEPT, r.BucketIamMember(FILES, role="roles/storage.objectAdmin", member=LITERAL)],
    [
        r.Subscription(
            "kept",
            topic=TOPIC,
            cloud_storage=r.StorageDelivery(bucket=FILES, service_account_email="a@b.c"),
        )
    ],
    [tick(r.CloudRunService("open", image="i", invoker_iam_disabled=True))],
    [tick(oidc_service_account=RUNNER), invoker(API)],
    [tick(service=event(service_account=None)), invoker(event(service_account=None), "allUsers")],
    [on_event(), invoker(API)],
    [pushed(), invoker(API, "allUsers")],
    [pushed(push_service_account=RUNNER), invoker(API)],
    [pushed(push_service_account="a@b.iam.gserviceaccount.com")],
    [r.Subscription("push", topic=TOPIC, push_endpoint="https://example.com/")],
]


@pytest.mark.parametrize("items", [pytest.param(c, id=str(n)) for n, c in enumerate(FINE)])
def test_what_works_is_not_told(items):
    """Nor what is managed elsewhere."""
    assert problems(*items) == []


def test_what_acts_comes_after_what_it_is_granted():
    """Google looks when a trigger or a delivery is made."""
    grant = r.BigQueryDatasetIamMember(ROWS, role="roles/bigquery.dataEditor", member=THEIRS)
    receiver = project("roles/eventarc.eventReceiver")
    found = compiled([TABLED, grant, stored(), invoker(stored()), receiver, TOLD]).declared
    names = [item.kind.name for item in found]

    assert names.index("bigquery.DatasetIamMember") < names.index("pubsub.Subscription")
    assert names.index("resourcemanager.ProjectIamMember") < names.index("cloudfunctions.Function")
    assert names.index("cloudfunctions.Function") < names.index("run.ServiceIamMember")
