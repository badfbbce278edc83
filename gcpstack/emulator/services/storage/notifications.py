"""Notifications to Pub/Sub (https://cloud.google.com/storage/docs/json_api/v1/notifications)."""

from gcpstack.emulator.core import agents
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.services.storage.common import ROOT, STORAGE, bucket_of, etag, gone

FORMATS = ("JSON_API_V1", "NONE")
EVENTS = ("OBJECT_FINALIZE", "OBJECT_METADATA_UPDATE", "OBJECT_DELETE", "OBJECT_ARCHIVE")
MOST = 100


def insert(call: Call) -> Body:
    """``insert``: the topic must be there."""
    bucket = bucket_of(call)
    topic = call.world.canonical(relative(str(call.body.get("topic", ""))))
    if not topic.startswith("projects/"):
        raise invalid(f"Invalid Google Cloud Pub/Sub topic: '{topic}'")
    if call.world.registry.kind("pubsub", "topics") and call.world.find("pubsub", topic) is None:
        raise invalid(f"Cloud Pub/Sub topic '//pubsub.googleapis.com/{topic}' not found.")
    _check_publisher(call, bucket, topic)
    if call.body.get("payload_format") not in FORMATS:
        raise invalid(f"Invalid payload format: '{call.body.get('payload_format', '')}'")
    for event in call.body.get("event_types", ()):
        if event not in EVENTS:
            raise invalid(f"Invalid event type: '{event}'")
    if len(list(call.world.state.page("storage", f"{bucket.name}/notificationConfigs"))) >= MOST:
        raise invalid(f"A bucket can have {MOST} notification configurations at most.")
    number = str(call.world.state.count(f"notifications of {bucket.id}"))
    body: Body = {
        **call.body,
        "kind": "storage#notification",
        "id": number,
        "selfLink": f"{ROOT}b/{bucket.id}/notificationConfigs/{number}",
        "topic": f"//pubsub.googleapis.com/{topic}",
        "etag": etag(number),
    }
    name = f"{bucket.name}/notificationConfigs/{number}"
    call.world.state.put(Obj("storage", "notifications", name, body))
    return body


def _check_publisher(call: Call, bucket: Obj, topic: str) -> None:
    """https://cloud.google.com/storage/docs/reporting-changes#before-you-begin: the agent must publish there."""
    email = agents.email(call.world, "storage", bucket.body["projectNumber"])
    if not agents.may_publish(call.world, email, topic):
        raise invalid(
            f"The service account '{email}' does not have permission to publish messages to the Cloud Pub/Sub topic "
            f"'//pubsub.googleapis.com/{topic}', or that topic does not exist."
        )


def _need(call: Call) -> Obj:
    bucket, number = bucket_of(call), call.params["notification"]
    found = call.find(f"{bucket.name}/notificationConfigs/{number}")
    if found is None:
        raise not_found(f"Notification {number} not found")
    return found


def get(call: Call) -> Body:
    """``get``."""
    return _need(call).body


def list_all(call: Call) -> Body:
    """``list``."""
    bucket = bucket_of(call)
    items = [o.body for o in call.world.state.page("storage", f"{bucket.name}/notificationConfigs")]
    return {"kind": "storage#notifications", **({"items": items} if items else {})}


def delete(call: Call) -> Response:
    """``delete``."""
    call.world.state.delete("storage", _need(call).name)
    return gone()


NOTIFICATIONS = Kind(
    name="notifications",
    resources=("notifications",),
    schema="Notification",
    dialect=STORAGE,
    methods={"insert": insert, "get": get, "list": list_all, "delete": delete},
)
