"""Notifications to Pub/Sub (https://cloud.google.com/storage/docs/json_api/v1/notifications)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.services.storage.common import ROOT, STORAGE, bucket_of, gone

FORMATS = ("JSON_API_V1", "NONE")


def insert(call: Call) -> Body:
    """``insert``."""
    bucket = bucket_of(call)
    topic = relative(str(call.body.get("topic", "")))
    if not topic.startswith("projects/"):
        raise invalid(f"Invalid Google Cloud Pub/Sub topic: '{topic}'")
    if call.body.get("payload_format", "JSON_API_V1") not in FORMATS:
        raise invalid(f"Invalid payload format: '{call.body['payload_format']}'")
    number = str(call.world.state.count(f"notifications of {bucket.id}"))
    body: Body = {
        "payload_format": "JSON_API_V1",
        **call.body,
        "kind": "storage#notification",
        "id": number,
        "selfLink": f"{ROOT}b/{bucket.id}/notificationConfigs/{number}",
        "topic": f"//pubsub.googleapis.com/{topic}",
    }
    body["etag"] = fingerprint(body)
    name = f"{bucket.name}/notificationConfigs/{number}"
    call.world.state.put(Obj("storage", "notifications", name, body))
    return body


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
