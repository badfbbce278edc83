"""What of a body is not told because it says nothing: https://protobuf.dev/programming-guides/field_presence/."""

from typing import Any

import pytest
from google.cloud import monitoring_v3, redis_v1

from gcpstack.emulator.core.discovery import Catalogue
from gcpstack.emulator.core.proto import settle, speaks_of_nothing, tidy
from tests.emulator.conftest import Send

L = "projects/demo-proj/locations/us-central1"
INSTANCE = redis_v1.Instance.pb().DESCRIPTOR
POLICY = monitoring_v3.AlertPolicy.pb().DESCRIPTOR


@pytest.mark.parametrize(
    ("message", "body", "told"),
    [
        (INSTANCE, {"displayName": "", "memorySizeGb": 1}, {"memorySizeGb": 1}),
        (INSTANCE, {"authEnabled": False, "replicaCount": 0, "port": 0}, {}),
        (INSTANCE, {"tier": "TIER_UNSPECIFIED"}, {}),
        (INSTANCE, {"tier": "BASIC"}, {"tier": "BASIC"}),
        (INSTANCE, {"labels": {}, "nodes": []}, {}),
        # The value of a map is told; so is a message without fields.
        (INSTANCE, {"labels": {"a": ""}, "persistenceConfig": {}}, {"labels": {"a": ""}, "persistenceConfig": {}}),
        (
            INSTANCE,
            {"maintenancePolicy": {"weeklyMaintenanceWindow": [{"startTime": {"hours": 0, "minutes": 5}}]}},
            {"maintenancePolicy": {"weeklyMaintenanceWindow": [{"startTime": {"minutes": 5}}]}},
        ),
        (INSTANCE, {"displayName": "0"}, {"displayName": "0"}),
        # ``optional`` fields and wrappers have presence.
        (INSTANCE, {"customerManagedKey": "", "satisfiesPzi": False}, {"satisfiesPzi": False}),
        (POLICY, {"enabled": False, "displayName": ""}, {"enabled": False}),
        # What the message doesn't know stays.
        (INSTANCE, {"neverHeardOf": 0}, {"neverHeardOf": 0}),
    ],
)  # fmt: skip
def test_defaults_without_presence_are_left_out(
    message: Any, body: dict[str, Any], told: dict[str, Any]
) -> None:
    settle(message, body)
    assert body == told


def test_a_text_that_looks_like_a_zero_is_told() -> None:
    """By the discovery document too, in which a 64-bit number is a text."""
    api = Catalogue().api("billingbudgets", "v1")
    assert api is not None
    body: dict[str, Any] = {
        "displayName": "0",
        "amount": {"specifiedAmount": {"units": "0", "nanos": 0}},
    }
    tidy(api, api.schemas["GoogleCloudBillingBudgetsV1Budget"], body, ())
    assert body == {"displayName": "0", "amount": {"specifiedAmount": {}}}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a": "b", "c": [1, {"d": True}]}, False),
        ({"a": {"b": 0}}, True),
        ({"a": [{"b": []}]}, True),
        ({"a": "X_UNSPECIFIED"}, True),
        ({}, True),
    ],
)
def test_what_may_say_nothing(value: Any, says: bool) -> None:
    assert speaks_of_nothing(value) is says


def test_an_answer_leaves_out_what_the_request_said_of_nothing(send: Send) -> None:
    url = f"https://redis.googleapis.com/v1/{L}/instances"
    body = {"memorySizeGb": 1, "displayName": "", "authEnabled": False, "labels": {}}
    assert send("POST", f"{url}?instanceId=one", body).status == 200
    told = send("GET", f"{url}/one").json()
    assert not told.keys() & {"displayName", "authEnabled", "labels"}
