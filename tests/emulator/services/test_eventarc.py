"""Eventarc: triggers and what carries their events."""

from typing import Any

import pytest

from tests.emulator.conftest import Send
from tests.emulator.services.mistakes import Mistake, refuse
from tests.emulator.services.publishing import let_storage_publish

HOST = "https://eventarc.googleapis.com/v1"
PARENT = "projects/demo-proj/locations/us-central1"
TRIGGERS = f"{HOST}/{PARENT}/triggers"
TOPIC = "projects/demo-proj/topics/events"
PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
FINALIZED = "google.cloud.storage.object.v1.finalized"


def filters(kind: str, **more: str) -> list[dict[str, str]]:
    return [{"attribute": key, "value": text} for key, text in {"type": kind, **more}.items()]


BODY: dict[str, Any] = {
    "eventFilters": filters(PUBLISHED),
    "destination": {"cloudRun": {"service": "web", "region": "us-central1", "path": "/events"}},
}


@pytest.fixture(autouse=True)
def web(send: Send) -> str:
    """A service that takes events."""
    url = f"https://run.googleapis.com/v2/{PARENT}/services"
    body = {"template": {"containers": [{"image": "gcr.io/demo-proj/web"}]}}
    send("POST", f"{url}?serviceId=web", body)
    uri: str = send("GET", f"{url}/web").json()["uri"]
    return uri


def create(send: Send, body: dict[str, Any]) -> dict[str, Any]:
    answer = send("POST", f"{TRIGGERS}?triggerId=on-event", body)
    assert answer.status == 200, answer.json()
    made: dict[str, Any] = send("GET", f"{HOST}/{answer.json()['name']}").json()["response"]
    return made


def test_a_trigger_with_a_topic_of_its_own(send: Send, web: str) -> None:
    made = create(send, BODY)
    way = made["transport"]["pubsub"]
    assert way["topic"].startswith("projects/demo-proj/topics/eventarc-us-central1-on-event-")
    pubsub = "https://pubsub.googleapis.com/v1"
    subscription = send("GET", f"{pubsub}/{way['subscription']}").json()
    assert subscription["topic"] == way["topic"]
    assert subscription["pushConfig"]["pushEndpoint"] == f"{web}/events"
    assert made["eventDataContentType"] == "application/json"
    assert send("GET", f"{TRIGGERS}/on-event").json()["uid"] == made["uid"]
    send("DELETE", f"{TRIGGERS}/on-event")
    for name in way.values():
        assert send("GET", f"{pubsub}/{name}").status == 404


def test_a_given_topic_stays(send: Send) -> None:
    send("PUT", f"https://pubsub.googleapis.com/v1/{TOPIC}", {})
    create(send, {**BODY, "transport": {"pubsub": {"topic": TOPIC}}})
    send("DELETE", f"{TRIGGERS}/on-event")
    assert send("GET", f"https://pubsub.googleapis.com/v1/{TOPIC}").status == 200


def test_a_bucket_tells_its_events(send: Send) -> None:
    let_storage_publish(send)
    storage = "https://storage.googleapis.com/storage/v1/b"
    send("POST", f"{storage}?project=demo-proj", {"name": "inbox-demo"})
    made = create(send, {**BODY, "eventFilters": filters(FINALIZED, bucket="inbox-demo")})
    [note] = send("GET", f"{storage}/inbox-demo/notificationConfigs").json()["items"]
    assert note["topic"] == f"//pubsub.googleapis.com/{made['transport']['pubsub']['topic']}"


def test_a_change_with_a_mask(send: Send) -> None:
    made = create(send, {**BODY, "labels": {"a": "1"}})
    url = f"{TRIGGERS}/on-event?updateMask="
    assert send("PATCH", f"{url}labels", {"labels": {"b": "2"}}).status == 200
    after = send("GET", f"{TRIGGERS}/on-event").json()
    assert after["labels"] == {"b": "2"}
    assert after["transport"] == made["transport"]
    assert after["etag"] != made["etag"]
    wrong = Mistake("PATCH", f"{url}channel", {}, 400, "INVALID_ARGUMENT", "field mask")
    refuse(send, wrong)


FUNCTION = {"cloudFunction": f"{PARENT}/functions/f"}
MISTAKES = [
    ({**BODY, "eventFilters": []}, 400, "Missing required field: eventFilters"),
    ({"eventFilters": BODY["eventFilters"]}, 400, "Missing required field: destination"),
    ({**BODY, "eventFilters": [{"attribute": "bucket", "value": "b"}]}, 400, 'attribute "type"'),
    ({**BODY, "eventFilters": filters("x", y="")}, 400, "need an attribute and a value"),
    ({**BODY, "eventFilters": [*filters("x"), *filters("y")]}, 400, "twice"),
    ({**BODY, "eventFilters": [{**filters("x")[0], "operator": "like"}]}, 400, "invalid operator"),
    ({**BODY, "destination": {}}, 400, "exactly one destination"),
    ({**BODY, "destination": {**BODY["destination"], "workflow": "w"}}, 400, "exactly one"),
    ({**BODY, "destination": {"cloudRun": {"region": "us-central1"}}}, 400, "cloud_run.service"),
    ({**BODY, "destination": {"cloudRun": {"service": "no", "region": "us-central1"}}}, 404, "no"),
    ({**BODY, "destination": FUNCTION}, 400, "cloud_function is read-only"),
    ({**BODY, "eventFilters": filters(FINALIZED)}, 400, 'attribute "bucket" is required'),
    ({**BODY, "eventFilters": filters(FINALIZED, bucket="no-bucket")}, 400, "not found"),
    ({**BODY, "transport": {"pubsub": {"topic": TOPIC}}}, 404, "Resource not found"),
    (
        {**BODY, "eventFilters": filters("x"), "transport": {"pubsub": {"topic": TOPIC}}},
        400,
        "can only be set for",
    ),
    ({**BODY, "serviceAccount": "no@demo-proj.iam.gserviceaccount.com"}, 403, "actAs"),
    ({**BODY, "filters": []}, 400, "Unknown name"),
]


@pytest.mark.parametrize(("body", "code", "words"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake(send: Send, body: dict[str, Any], code: int, words: str) -> None:
    status = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}[code]
    refuse(send, Mistake("POST", f"{TRIGGERS}?triggerId=on-event", body, code, status, words))


def test_names(send: Send) -> None:
    create(send, BODY)
    again = Mistake(
        "POST", f"{TRIGGERS}?triggerId=on-event", BODY, 409, "ALREADY_EXISTS", "already exists"
    )
    refuse(send, again)
    wrong = Mistake("POST", f"{TRIGGERS}?triggerId=Up", BODY, 400, "INVALID_ARGUMENT", "pattern")
    refuse(send, wrong)
    refuse(send, Mistake("GET", f"{TRIGGERS}/no", None, 404, "NOT_FOUND", "was not found"))
