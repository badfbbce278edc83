"""What a plan says of a replacement."""

import pytest

from gcpstack import (
    Action,
    Network,
    RedisInstance,
    Stack,
    Subscription,
    Topic,
)
from gcpstack._engine.reasons import FOUND, made_again
from gcpstack._operations.forgetting import forget


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            RedisInstance.KIND,
            "it is deleted first and created again under the same name, without what it holds",
        ),
        (Network.KIND, "it is deleted first and created again under the same name"),
    ],
)
def test_what_goes_before_its_successor_comes(kind, words):
    """With its data, where it holds any."""
    assert made_again(kind) == words


def test_what_another_hand_made_is_not_replaced_in_silence(gcp_settings):
    """A plan says that it was there before; of what the stack made itself it says no such thing."""

    def stack(name, region):
        made = Stack(name, enable_apis=False)
        made.add(Subscription("news-pull", topic=Topic(f"news-{region}")))
        return made

    def notes(made):
        plan = made.plan(gcp_settings)
        return {str(one.address): one.notes for one in plan.changes if one.action is Action.REPLACE}

    stack("one", "us-east1").apply(gcp_settings)
    ours = notes(stack("one", "us-west1"))
    with stack("one", "us-east1").session(gcp_settings) as session:
        forget(session, [])
    found = notes(stack("two", "us-west1"))

    assert set(ours) == set(found) == {"pubsub.Subscription/news-pull"}
    assert not any(FOUND in told for told in ours.values())
    assert all(told[0] == FOUND for told in found.values())
