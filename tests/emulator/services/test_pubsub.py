"""Pub/Sub: topics, subscriptions, snapshots, schemas, and messages on their way."""

import base64

import pytest
from googleapiclient.errors import HttpError

from gcpstack.emulator import Emulator
from gcpstack.emulator.core.google import Google
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

ROOT = "https://pubsub.googleapis.com/v1/projects/demo-proj"
TOPIC, SUB, SNAP = f"{ROOT}/topics/orders", f"{ROOT}/subscriptions/worker", f"{ROOT}/snapshots/snap"
TOPIC_NAME = "projects/demo-proj/topics/orders"
AVRO = {"type": "AVRO", "definition": '{"type": "record", "name": "A", "fields": []}'}


def data(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def publish(send: Send, *texts: str, topic: str = TOPIC, **more: str) -> list[str]:
    messages = [{"data": data(text), **more} for text in texts]
    return send("POST", f"{topic}:publish", {"messages": messages}).json()["messageIds"]


def pull(send: Send, sub: str = SUB, most: int = 10) -> list[dict]:
    return send("POST", f"{sub}:pull", {"maxMessages": most}).json().get("receivedMessages", [])


def texts(received: list[dict]) -> list[str]:
    return [base64.b64decode(one["message"]["data"]).decode() for one in received]


@pytest.fixture
def topic(send: Send) -> str:
    assert send("PUT", TOPIC, {"labels": {"team": "a"}}).status == 200
    return TOPIC_NAME


@pytest.fixture
def sub(send: Send, topic: str) -> str:
    assert send("PUT", SUB, {"topic": topic}).status == 200
    return "projects/demo-proj/subscriptions/worker"


def test_a_topic_is_put_and_told_as_sent(send: Send, topic: str) -> None:
    assert send("GET", TOPIC).json() == {"name": topic, "labels": {"team": "a"}}
    assert send("GET", f"{ROOT}/topics").json() == {
        "topics": [{"name": topic, "labels": {"team": "a"}}]
    }


def test_what_the_server_gives_a_subscription(send: Send, sub: str) -> None:
    assert send("GET", SUB).json() == {
        "name": sub,
        "topic": TOPIC_NAME,
        "ackDeadlineSeconds": 10,
        "expirationPolicy": {"ttl": "2678400s"},
        "pushConfig": {},
        "state": "ACTIVE",
    }


def test_an_empty_expiration_policy_means_never(send: Send, topic: str) -> None:
    told = send("PUT", SUB, {"topic": topic, "expirationPolicy": {}}).json()
    assert told["expirationPolicy"] == {}


def test_nested_defaults(send: Send, topic: str) -> None:
    body = {
        "topic": topic,
        "retryPolicy": {},
        "deadLetterPolicy": {"deadLetterTopic": topic},
        "cloudStorageConfig": {"bucket": "some-bucket"},
    }
    told = send("PUT", SUB, body).json()
    assert told["retryPolicy"] == {"minimumBackoff": "10s", "maximumBackoff": "600s"}
    assert told["deadLetterPolicy"]["maxDeliveryAttempts"] == 5
    assert told["cloudStorageConfig"] == {
        "bucket": "some-bucket", "maxDuration": "300s", "state": "ACTIVE", "textConfig": {},
    }  # fmt: skip


def test_the_mask_of_an_update_stands_in_the_body_or_the_query(send: Send, topic: str) -> None:
    body = {"topic": {"labels": {"team": "b"}, "messageRetentionDuration": "3600s"}}
    told = send("PATCH", TOPIC, {**body, "updateMask": "messageRetentionDuration"}).json()
    assert told == {"name": topic, "labels": {"team": "a"}, "messageRetentionDuration": "3600s"}
    told = send("PATCH", f"{TOPIC}?updateMask=labels", body).json()
    assert told["labels"] == {"team": "b"}
    cleared = send("PATCH", TOPIC, {"topic": {}, "updateMask": "message_retention_duration"}).json()
    assert cleared == {"name": topic, "labels": {"team": "b"}}


def test_a_subscription_tells_the_retention_of_its_topic(send: Send, sub: str) -> None:
    body = {
        "topic": {"messageRetentionDuration": "3600s"},
        "updateMask": "messageRetentionDuration",
    }
    send("PATCH", TOPIC, body)
    assert send("GET", SUB).json()["topicMessageRetentionDuration"] == "3600s"


def test_push_attributes_are_told_by_changes_but_not_by_reads(send: Send, topic: str) -> None:
    push = {"pushEndpoint": "https://example.com/push"}
    told = send("PUT", SUB, {"topic": topic, "pushConfig": push}).json()
    assert told["pushConfig"] == {**push, "attributes": {"x-goog-version": "v1"}}
    assert send("GET", SUB).json()["pushConfig"] == push
    body = {"subscription": {"labels": {"a": "b"}}, "updateMask": "labels"}
    assert send("PATCH", SUB, body).json()["pushConfig"]["attributes"] == {"x-goog-version": "v1"}
    send("POST", f"{SUB}:modifyPushConfig", {"pushConfig": {}})
    assert send("GET", SUB).json()["pushConfig"] == {}


def test_a_remembered_404_outlives_the_creation_for_one_look(send: Send, topic: str) -> None:
    assert send("GET", SUB).status == 404
    assert send("PUT", SUB, {"topic": topic}).status == 200
    assert send("GET", SUB).status == 404
    assert send("GET", SUB).status == 200


def test_the_memory_of_a_404_fades(send: Send, topic: str, world: Google) -> None:
    assert send("GET", SUB).status == 404
    send("PUT", SUB, {"topic": topic})
    world.advance(3)
    assert send("GET", SUB).status == 200


def test_subscriptions_outlive_their_topic(send: Send, sub: str) -> None:
    send("PUT", SNAP, {"subscription": sub})
    assert send("GET", f"{TOPIC}/subscriptions").json() == {"subscriptions": [sub]}
    assert send("GET", f"{TOPIC}/snapshots").json() == {
        "snapshots": ["projects/demo-proj/snapshots/snap"]
    }
    assert send("DELETE", TOPIC).json() == {}
    assert send("GET", SUB).json()["topic"] == "_deleted-topic_"
    assert send("GET", SNAP).json()["topic"] == "_deleted-topic_"
    assert send("PUT", TOPIC, {}).status == 200
    assert send("GET", SUB).json()["topic"] == "_deleted-topic_"
    assert send("GET", f"{TOPIC}/subscriptions").json() == {}


def test_names_of_subscriptions_come_in_pages(send: Send, topic: str) -> None:
    for number in range(5):
        send("PUT", f"{ROOT}/subscriptions/sub-{number}", {"topic": topic})
    first = send("GET", f"{TOPIC}/subscriptions?pageSize=3").json()
    rest = send(
        "GET", f"{TOPIC}/subscriptions?pageSize=3&pageToken={first['nextPageToken']}"
    ).json()
    assert len(first["subscriptions"]) == 3
    assert len(rest["subscriptions"]) == 2
    assert "nextPageToken" not in rest


def test_messages_reach_every_subscription_until_acknowledged(
    send: Send, sub: str, world: Google
) -> None:
    other = f"{ROOT}/subscriptions/other"
    send("PUT", other, {"topic": TOPIC_NAME, "ackDeadlineSeconds": 60})
    ids = publish(send, "one", "two")
    got = pull(send)
    assert texts(got) == ["one", "two"]
    assert [one["message"]["messageId"] for one in got] == ids
    assert pull(send) == []
    send("POST", f"{SUB}:acknowledge", {"ackIds": [got[0]["ackId"]]})
    world.advance(11)
    again = pull(send)
    assert texts(again) == ["two"]
    send("POST", f"{SUB}:acknowledge", {"ackIds": [got[1]["ackId"]]})
    world.advance(11)
    assert texts(pull(send)) == ["two"], "the acknowledgement of an old delivery counts for nothing"
    assert texts(pull(send, other)) == ["one", "two"]


def test_a_message_can_be_given_back_or_kept_longer(send: Send, sub: str, world: Google) -> None:
    publish(send, "one")
    ack = pull(send)[0]["ackId"]
    send("POST", f"{SUB}:modifyAckDeadline", {"ackIds": [ack], "ackDeadlineSeconds": 0})
    ack = pull(send)[0]["ackId"]
    send("POST", f"{SUB}:modifyAckDeadline", {"ackIds": [ack], "ackDeadlineSeconds": 100})
    world.advance(50)
    assert pull(send) == []
    world.advance(51)
    assert texts(pull(send)) == ["one"]


def test_filters_choose_by_attributes(send: Send, topic: str) -> None:
    wanted = 'attributes.kind = "order" AND NOT hasPrefix(attributes.region, "eu-")'
    send("PUT", SUB, {"topic": topic, "filter": wanted})
    for kind, region in (("order", "us-1"), ("order", "eu-1"), ("refund", "us-1")):
        body = {"attributes": {"kind": kind, "region": region}, "data": data(f"{kind} {region}")}
        send("POST", f"{TOPIC}:publish", {"messages": [body]})
    assert texts(pull(send)) == ["order us-1"]


def test_ordered_messages_wait_for_each_other(send: Send, topic: str) -> None:
    send("PUT", SUB, {"topic": topic, "enableMessageOrdering": True})
    publish(send, "a1", "a2", orderingKey="a")
    publish(send, "b1", orderingKey="b")
    assert texts(pull(send, most=1)) == ["a1"]
    assert texts(pull(send)) == ["b1"]


def test_undeliverable_messages_go_to_the_dead_letter_topic(
    send: Send, topic: str, world: Google
) -> None:
    send("PUT", f"{ROOT}/topics/dead", {})
    send("PUT", f"{ROOT}/subscriptions/dead-sub", {"topic": "projects/demo-proj/topics/dead"})
    policy = {"deadLetterTopic": "projects/demo-proj/topics/dead", "maxDeliveryAttempts": 5}
    send("PUT", SUB, {"topic": topic, "deadLetterPolicy": policy})
    publish(send, "poison")
    for attempt in range(1, 6):
        assert [one["deliveryAttempt"] for one in pull(send)] == [attempt]
        world.advance(11)
    assert pull(send) == []
    (dead,) = pull(send, f"{ROOT}/subscriptions/dead-sub")
    attributes = dead["message"]["attributes"]
    assert attributes["CloudPubSubDeadLetterSourceSubscription"] == "worker"
    assert attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "5"


def test_old_messages_are_dropped(send: Send, sub: str, world: Google) -> None:
    publish(send, "old")
    world.advance(8 * 86400)
    assert pull(send) == []


def test_seeking_back_to_a_snapshot_and_to_a_time(send: Send, topic: str, world: Google) -> None:
    name = "projects/demo-proj/subscriptions/worker"
    send("PUT", SUB, {"topic": topic, "retainAckedMessages": True})
    publish(send, "one")
    start = world.stamp()
    told = send("PUT", SNAP, {"subscription": name, "labels": {"a": "b"}}).json()
    assert told["topic"] == TOPIC_NAME
    assert told["labels"] == {"a": "b"}
    world.advance(100)
    publish(send, "two")
    for one in pull(send):
        send("POST", f"{SUB}:acknowledge", {"ackIds": [one["ackId"]]})
    assert pull(send) == []
    send("POST", f"{SUB}:seek", {"snapshot": "projects/demo-proj/snapshots/snap"})
    assert texts(pull(send)) == ["one", "two"]
    world.advance(50)
    send("POST", f"{SUB}:seek", {"time": world.stamp()})
    assert pull(send) == []
    send("POST", f"{SUB}:seek", {"time": start})
    assert texts(pull(send)) == ["one", "two"]


def test_a_snapshot_lives_seven_days(send: Send, sub: str, world: Google) -> None:
    send("PUT", SNAP, {"subscription": sub})
    world.advance(6 * 86400)
    assert send("GET", SNAP).status == 200
    world.advance(2 * 86400)
    assert send("GET", SNAP).status == 404


def test_a_detached_subscription_gets_nothing(send: Send, sub: str) -> None:
    publish(send, "one")
    send("POST", f"{SUB}:detach")
    assert send("GET", SUB).json()["detached"] is True
    answer = send("POST", f"{SUB}:pull", {"maxMessages": 1})
    assert answer.json()["error"]["status"] == "FAILED_PRECONDITION"


def test_a_schema_changes_by_revisions(send: Send) -> None:
    url = f"{ROOT}/schemas"
    first = send("POST", f"{url}?schemaId=thing", AVRO).json()
    assert first["name"] == "projects/demo-proj/schemas/thing"
    newer = {**AVRO, "definition": AVRO["definition"].replace("A", "B")}
    second = send("POST", f"{url}/thing:commit", {"schema": newer}).json()
    assert second["revisionId"] != first["revisionId"]
    assert send("GET", f"{url}/thing").json()["definition"] == newer["definition"]
    old = send("GET", f"{url}/thing@{first['revisionId']}").json()
    assert old["definition"] == AVRO["definition"]
    assert len(send("GET", f"{url}/thing:listRevisions").json()["schemas"]) == 2
    assert "definition" not in send("GET", url).json()["schemas"][0]
    assert "definition" in send("GET", f"{url}?view=FULL").json()["schemas"][0]
    send("POST", f"{url}/thing:rollback", {"revisionId": first["revisionId"]})
    assert send("GET", f"{url}/thing").json()["definition"] == AVRO["definition"]
    send("DELETE", f"{url}/thing@{first['revisionId']}:deleteRevision")
    assert len(send("GET", f"{url}/thing:listRevisions").json()["schemas"]) == 2
    assert send("POST", f"{url}:validate", {"schema": AVRO}).json() == {}


def test_topics_outlive_their_schema(send: Send) -> None:
    schema = send("POST", f"{ROOT}/schemas?schemaId=thing", AVRO).json()["name"]
    send("PUT", TOPIC, {"schemaSettings": {"schema": schema, "encoding": "JSON"}})
    assert send("DELETE", f"{ROOT}/schemas/thing").json() == {}
    assert send("GET", TOPIC).json()["schemaSettings"]["schema"] == "_deleted-schema_"


def test_policies_of_topics(send: Send, topic: str) -> None:
    assert list(send("GET", f"{TOPIC}:getIamPolicy").json()) == ["etag"]
    binding = {"role": "roles/pubsub.publisher", "members": ["user:a@example.com"]}
    policy = send("POST", f"{TOPIC}:setIamPolicy", {"policy": {"bindings": [binding]}}).json()
    assert policy["bindings"] == [binding]
    assert send("GET", f"{ROOT}/topics/none:getIamPolicy").status == 404


SUBSCRIPTION = {"topic": TOPIC_NAME}
EMPTY_MASK = "must be set, and must contain a non-empty paths list"
MISTAKES = [
    ("PUT", TOPIC, {}, 409, "ALREADY_EXISTS", "Resource already exists in the project (resource=orders)."),
    ("GET", f"{ROOT}/topics/none", None, 404, "NOT_FOUND", "Resource not found (resource=none)."),
    ("PUT", f"{ROOT}/topics/google-topic", {}, 400, "INVALID_ARGUMENT", "Invalid resource name given"),
    ("PUT", f"{ROOT}/topics/ab", {}, 400, "INVALID_ARGUMENT", "name=projects/demo-proj/topics/ab"),
    ("PUT", f"{ROOT}/topics/new", {"nonsense": 1}, 400, "INVALID_ARGUMENT", 'Unknown name "nonsense"'),
    ("PUT", f"{ROOT}/topics/new", {"messageRetentionDuration": "1s"}, 400, "INVALID_ARGUMENT", "messageRetentionDuration"),
    ("PUT", f"{ROOT}/topics/new", {"messageRetentionDuration": "1 day"}, 400, "INVALID_ARGUMENT", "Duration"),
    ("PUT", f"{ROOT}/topics/new", {"schemaSettings": {"encoding": "JSON"}}, 400, "INVALID_ARGUMENT", "schema_settings"),
    ("PUT", f"{ROOT}/topics/new", {"schemaSettings": {"encoding": "XML"}}, 400, "INVALID_ARGUMENT", "encoding"),
    (
        "PUT", f"{ROOT}/topics/new",
        {"schemaSettings": {"encoding": "JSON", "schema": "projects/demo-proj/schemas/none"}},
        404, "NOT_FOUND", "Resource not found (resource=projects/demo-proj/schemas/none).",
    ),
    (
        "PUT", f"{ROOT}/topics/new", {"ingestionDataSourceSettings": {"awsMsk": {}, "cloudStorage": {}}},
        400, "INVALID_ARGUMENT", "ingestion_data_source_settings",
    ),
    ("PATCH", TOPIC, {"topic": {}}, 400, "INVALID_ARGUMENT", EMPTY_MASK),
    ("PATCH", TOPIC, {"topic": {}, "updateMask": "zzz"}, 400, "INVALID_ARGUMENT", "'zzz' is not a known Topic field"),
    ("PATCH", TOPIC, {"topic": {}, "updateMask": "tags"}, 400, "INVALID_ARGUMENT", "is not mutable"),
    ("PATCH", TOPIC, {"topic": {}, "updateMask": "name"}, 400, "INVALID_ARGUMENT", "is not mutable"),
    ("DELETE", f"{ROOT}/topics/none", None, 404, "NOT_FOUND", "Resource not found (resource=none)."),
    ("POST", f"{ROOT}/topics/none:publish", {"messages": [{"data": ""}]}, 404, "NOT_FOUND", "none"),
    ("POST", f"{TOPIC}:publish", {"messages": []}, 400, "INVALID_ARGUMENT", "messages"),
    ("POST", f"{TOPIC}:publish", {"messages": [{}]}, 400, "INVALID_ARGUMENT", "publish request is empty"),
    ("PUT", f"{ROOT}/subscriptions/new", {}, 400, "INVALID_ARGUMENT", "topic"),
    ("PUT", f"{ROOT}/subscriptions/new", {"topic": "projects/demo-proj/topics/none"}, 404, "NOT_FOUND", "resource=none"),
    ("PUT", SUB, SUBSCRIPTION, 409, "ALREADY_EXISTS", "resource=worker"),
    ("PUT", f"{ROOT}/subscriptions/new", {**SUBSCRIPTION, "ackDeadlineSeconds": 5}, 400, "INVALID_ARGUMENT", "Invalid ack deadline"),
    ("PUT", f"{ROOT}/subscriptions/new", {**SUBSCRIPTION, "expirationPolicy": {"ttl": "60s"}}, 400, "INVALID_ARGUMENT", "ttl"),
    ("PUT", f"{ROOT}/subscriptions/new", {**SUBSCRIPTION, "expirationPolicy": {"ttl": "86400s"}}, 400, "INVALID_ARGUMENT", "ttl"),
    ("PUT", f"{ROOT}/subscriptions/new", {**SUBSCRIPTION, "messageRetentionDuration": "60s"}, 400, "INVALID_ARGUMENT", "messageRetention"),
    ("PUT", f"{ROOT}/subscriptions/new", {**SUBSCRIPTION, "retryPolicy": {"maximumBackoff": "601s"}}, 400, "INVALID_ARGUMENT", "maximumBackoff"),
    ("PUT", f"{ROOT}/subscriptions/new", {**SUBSCRIPTION, "filter": "x" * 257}, 400, "INVALID_ARGUMENT", "filter"),
    ("PUT", f"{ROOT}/subscriptions/new", {**SUBSCRIPTION, "filter": "attributes.a ="}, 400, "INVALID_ARGUMENT", "filter"),
    (
        "PUT", f"{ROOT}/subscriptions/new",
        {**SUBSCRIPTION, "deadLetterPolicy": {"deadLetterTopic": "projects/demo-proj/topics/none"}},
        404, "NOT_FOUND", "resource=none",
    ),
    (
        "PUT", f"{ROOT}/subscriptions/new",
        {**SUBSCRIPTION, "deadLetterPolicy": {"deadLetterTopic": TOPIC_NAME, "maxDeliveryAttempts": 4}},
        400, "INVALID_ARGUMENT", "max_delivery_attempts",
    ),
    (
        "PUT", f"{ROOT}/subscriptions/new",
        {**SUBSCRIPTION, "bigqueryConfig": {"table": "p.d.t"}, "cloudStorageConfig": {"bucket": "b"}},
        400, "INVALID_ARGUMENT", "cloudStorageConfig",
    ),
    ("PATCH", SUB, {"subscription": {}, "updateMask": "filter"}, 400, "INVALID_ARGUMENT", "the 'filter' field in the Subscription is not mutable"),
    ("PATCH", SUB, {"subscription": {}, "updateMask": "enable_message_ordering"}, 400, "INVALID_ARGUMENT", "is not mutable"),
    ("PATCH", SUB, {"subscription": {}, "updateMask": "topic"}, 400, "INVALID_ARGUMENT", "is not mutable"),
    ("POST", f"{SUB}:pull", {"maxMessages": 0}, 400, "INVALID_ARGUMENT", "max_messages"),
    ("POST", f"{SUB}:pull", {"maxMessages": "many"}, 400, "INVALID_ARGUMENT", "TYPE_INT32"),
    ("POST", f"{SUB}:acknowledge", {}, 400, "INVALID_ARGUMENT", "ack_ids"),
    ("POST", f"{SUB}:acknowledge", {"ackIds": ["x"]}, 400, "INVALID_ARGUMENT", "invalid ack ID"),
    ("POST", f"{SUB}:modifyAckDeadline", {"ackIds": ["1:1"], "ackDeadlineSeconds": 601}, 400, "INVALID_ARGUMENT", "ack_deadline"),
    ("POST", f"{SUB}:seek", {}, 400, "INVALID_ARGUMENT", "target"),
    ("POST", f"{SUB}:seek", {"snapshot": "projects/demo-proj/snapshots/none"}, 404, "NOT_FOUND", "resource=none"),
    ("PUT", SNAP, {"subscription": "projects/demo-proj/subscriptions/none"}, 404, "NOT_FOUND", "resource=none"),
    ("POST", f"{ROOT}/schemas?schemaId=new", {"type": "AVRO", "definition": "{"}, 400, "INVALID_ARGUMENT", "Invalid schema definition"),
    ("POST", f"{ROOT}/schemas?schemaId=new", {"type": "AVRO", "definition": "[1]"}, 400, "INVALID_ARGUMENT", "Invalid schema definition"),
    ("POST", f"{ROOT}/schemas?schemaId=new", {"definition": "{}"}, 400, "INVALID_ARGUMENT", "Schema type"),
    ("POST", f"{ROOT}/schemas?schemaId=new", {"type": "AVRO"}, 400, "INVALID_ARGUMENT", "Schema definition"),
    ("POST", f"{ROOT}/schemas?schemaId=new", {"type": "PROTOCOL_BUFFER", "definition": "syntax"}, 400, "INVALID_ARGUMENT", "one message"),
    ("POST", f"{ROOT}/schemas?schemaId=thing", AVRO, 409, "ALREADY_EXISTS", "already exists"),
    ("POST", f"{ROOT}/schemas/thing:commit", {"schema": {"type": "PROTOCOL_BUFFER", "definition": "message A {}"}}, 400, "INVALID_ARGUMENT", "type"),
    ("POST", f"{ROOT}/schemas/thing:rollback", {"revisionId": "none"}, 404, "NOT_FOUND", "thing@none"),
    ("GET", f"{ROOT}/schemas/none", None, 404, "NOT_FOUND", "resource=projects/demo-proj/schemas/none"),
    ("POST", f"{ROOT}/schemas:validateMessage", {"schema": AVRO}, 501, "UNIMPLEMENTED", "not implemented"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, sub: str, mistake: tuple) -> None:
    send("POST", f"{ROOT}/schemas?schemaId=thing", AVRO)
    refuse(send, Mistake(*mistake))


def test_the_last_revision_of_a_schema_stays(send: Send) -> None:
    revision = send("POST", f"{ROOT}/schemas?schemaId=thing", AVRO).json()["revisionId"]
    answer = send("DELETE", f"{ROOT}/schemas/thing@{revision}:deleteRevision")
    assert answer.json()["error"]["status"] == "FAILED_PRECONDITION"


def test_push_subscriptions_cannot_be_pulled(send: Send, topic: str) -> None:
    send("PUT", SUB, {"topic": topic, "pushConfig": {"pushEndpoint": "https://example.com/"}})
    answer = send("POST", f"{SUB}:pull", {"maxMessages": 1})
    assert "not supported for this subscription type" in answer.json()["error"]["message"]


def test_googles_client_works_against_it(emulator: Emulator) -> None:
    with discovery(emulator, "pubsub", "v1") as client:
        projects = client.projects()
        topic = projects.topics().create(name=TOPIC_NAME, body={}).execute()["name"]
        name = "projects/demo-proj/subscriptions/worker"
        projects.subscriptions().create(name=name, body={"topic": topic}).execute()
        body = {"messages": [{"data": data("hello")}]}
        projects.topics().publish(topic=topic, body=body).execute()
        got = projects.subscriptions().pull(subscription=name, body={"maxMessages": 5}).execute()
        assert texts(got["receivedMessages"]) == ["hello"]
        with pytest.raises(HttpError, match="already exists"):
            projects.topics().create(name=TOPIC_NAME, body={}).execute()
