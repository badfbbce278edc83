"""An event pipeline: every subscriber has its own, and no message is lost."""

import pytest

from gcpstack import EventPipeline, ServiceAccount, Stack

from .compiled import bodies, declared, refused

WORKER = ServiceAccount("shop-worker")
AGENT = "serviceusage.ServiceAgent/pubsub.googleapis.com"


def events(**fields):
    """A pipeline of two subscribers."""
    given = {"subscribers": {"writer": {"ack_deadline": 60}, "audit": {}}}
    return EventPipeline("orders", **{**given, **fields})


def grants(found):
    """Who is granted what, and on what."""
    return {
        (item.kind.name, item.ids.get("topic") or item.ids["subscription"], item.ids["role"])
        for item in found.values()
        if item.kind.additive
    }


def test_every_subscriber_has_dead_letters():
    """In one topic, where they wait."""
    found = bodies(events(attempts=7, kept_days=10))

    for name in ("orders-writer", "orders-audit"):
        policy = found[f"pubsub.Subscription/{name}"]["deadLetterPolicy"]
        assert str(policy["deadLetterTopic"].to) == "pubsub.Topic/orders-dead-letters"
        assert policy["maxDeliveryAttempts"] == 7
    assert found["pubsub.Subscription/orders-writer"]["ackDeadlineSeconds"] == 60
    waiting = found["pubsub.Subscription/orders-dead-letters"]
    assert waiting["messageRetentionDuration"] == "864000s"
    assert waiting["expirationPolicy"] == {"ttl": ""}


def test_pubsub_may_take_them_along():
    """It publishes to the one topic and acknowledges in every subscription."""
    found = declared(events())

    assert grants(found) == {
        ("pubsub.TopicIamMember", "orders-dead-letters", "roles/pubsub.publisher"),
        ("pubsub.SubscriptionIamMember", "orders-writer", "roles/pubsub.subscriber"),
        ("pubsub.SubscriptionIamMember", "orders-audit", "roles/pubsub.subscriber"),
    }
    assert AGENT in found


def test_a_subscription_comes_after_the_place_of_its_dead_letters():
    """A message for a topic without a subscription would be gone."""
    found = declared(events())
    needs = {str(item) for item in found["pubsub.Subscription/orders-writer"].depends_on}

    assert "pubsub.Subscription/orders-dead-letters" in needs
    assert any(item.startswith("pubsub.TopicIamMember/orders-dead-letters/") for item in needs)


def test_publishers_and_pullers_may():
    """And nobody else."""
    found = declared(events(publishers=[WORKER], pullers={"audit": [WORKER]}))
    member = "serviceAccount:shop-worker@demo-proj.iam.gserviceaccount.com"
    own = {
        (item.kind.name, item.ids.get("topic") or item.ids["subscription"])
        for item in found.values()
        if item.kind.additive and item.ids["member"] == member
    }

    assert own == {
        ("pubsub.TopicIamMember", "orders"),
        ("pubsub.SubscriptionIamMember", "orders-audit"),
    }


def test_parts_may_be_said_otherwise():
    """For all subscriptions, and by subscriber last."""
    made = events(
        overrides={"topic": {"message_retention": "1d"}, "subscriptions": {"ack_deadline": 30}}
    )
    found = bodies(made)

    assert found["pubsub.Topic/orders"] == {"messageRetentionDuration": "86400s"}
    assert found["pubsub.Subscription/orders-writer"]["ackDeadlineSeconds"] == 60
    assert found["pubsub.Subscription/orders-audit"]["ackDeadlineSeconds"] == 30
    assert made.subscriptions["audit"].topic is made.topic


@pytest.mark.parametrize(
    ("pipeline", "told"),
    [
        (events(attempts=3), "max_delivery_attempts: 3 is not within 5 to 100"),
        (events(pullers={"adit": [WORKER]}), "pullers: 'adit' is not a subscriber."),
        (events(overrides={"subscription": {}}), "overrides: has no part 'subscription'."),
        (events(subscribers={"a": {"ack": 1}}), "['a']: has no field 'ack'."),
        (events(kept_days=40), "message_retention"),
    ],
)
def test_mistakes_are_told(pipeline, told):
    """Before anything is touched."""
    assert told in refused(pipeline)


def test_it_lives_on_an_emulator(gcp_settings):
    """Made, found as declared, and gone again."""

    def stack():
        made = Stack("shop", region="us-central1")
        made.add(events(publishers=[WORKER]))
        return made

    stack().apply(gcp_settings)
    assert stack().plan(gcp_settings).empty
    stack().destroy(gcp_settings)
    again = stack().plan(gcp_settings).changes
    assert {
        change.action.value for change in again if change.address.kind.startswith("pubsub.")
    } == {"create"}
