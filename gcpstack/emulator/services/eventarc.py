"""Eventarc: triggers with the Pub/Sub topics and subscriptions that carry their events.

https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers
"""

from gcpstack.emulator.core import accounts, lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.model import Body, Kind, Lro, Service
from gcpstack.emulator.core.serve import ask
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects.aip import AIP

DESTINATIONS = ("cloudRun", "cloudFunction", "gke", "workflow", "httpEndpoint")
PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
STORAGE_PREFIX = "google.cloud.storage.object.v1."
# Which notification of Cloud Storage an event is.
STORAGE_EVENTS = {
    "finalized": "OBJECT_FINALIZE", "deleted": "OBJECT_DELETE", "archived": "OBJECT_ARCHIVE",
    "metadataUpdated": "OBJECT_METADATA_UPDATE",
}  # fmt: skip
OPERATORS = ("", "match-path-pattern", "path_pattern")
PUBSUB = "/pubsub.googleapis.com/v1"


def _filters(body: Body) -> dict[str, str]:
    return {entry["attribute"]: entry["value"] for entry in body.get("eventFilters", ())}


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    for entry in body.get("eventFilters", ()):
        if not entry.get("attribute") or not entry.get("value"):
            raise invalid(
                "event filters need an attribute and a value", field="trigger.event_filters"
            )
        if entry.get("operator", "") not in OPERATORS:
            text = f"invalid operator '{entry['operator']}': it must be match-path-pattern"
            raise invalid(text, field="trigger.event_filters.operator")
    filters = _filters(body)
    if len(filters) != len(body.get("eventFilters", ())):
        raise invalid("an attribute is filtered twice", field="trigger.event_filters")
    if not filters.get("type"):
        text = 'invalid argument: event_filters must have one with the attribute "type"'
        raise invalid(text, field="trigger.event_filters")
    given = [name for name in DESTINATIONS if body["destination"].get(name)]
    if len(given) != 1:
        raise invalid("exactly one destination must be set", field="trigger.destination")
    if body.get("retryPolicy", {}).get("maxAttempts", 1) != 1:
        text = "invalid retry_policy.max_attempts: the only valid value is 1"
        raise invalid(text, field="trigger.retry_policy.max_attempts")
    _check_destination(call, body["destination"])
    _check_event(call, filters, body)
    if body.get("serviceAccount"):
        accounts.check(call.world, body["serviceAccount"].rsplit("/", 1)[-1])


def _check_destination(call: Call, destination: Body) -> None:
    target = destination.get("cloudRun")
    if target is not None:
        if not target.get("service"):
            raise invalid("cloud_run.service must be set", field="trigger.destination.cloud_run")
        name = f"projects/{call.project}/locations/{target.get('region') or call.location}/services/{target['service']}"
        if call.world.registry.kind("run", "services") and not call.find(name, "run"):
            text = f'Cloud Run service "{target["service"]}" not found in region "{target.get("region")}"'
            raise ApiError(404, text)
    function = destination.get("cloudFunction")
    if function and not _being_deployed(call, call.world.canonical(function)):
        text = "cloud_function is read-only: such triggers are made by Cloud Functions"
        raise invalid(text, field="trigger.destination.cloud_function")


def _being_deployed(call: Call, function: str) -> bool:
    """Whether Cloud Functions is at work on a function: then it is the one that asks."""
    obj = call.find(function, "cloudfunctions")
    return obj is not None and bool(obj.meta.get("pending"))


def _check_event(call: Call, filters: dict[str, str], body: Body) -> None:
    """What an event is about must be there."""
    topic = ((body.get("transport") or {}).get("pubsub") or {}).get("topic")
    if topic and filters["type"] != PUBLISHED:
        raise invalid(f"transport.pubsub.topic can only be set for {PUBLISHED}")
    if topic and call.find(call.world.canonical(topic), "pubsub") is None:
        raise ApiError(404, f"Resource not found (resource={topic.rsplit('/', 1)[-1]}).")
    if filters["type"].startswith(STORAGE_PREFIX):
        bucket = filters.get("bucket")
        if not bucket:
            raise invalid(f'the attribute "bucket" is required for {filters["type"]}')
        if call.find(f"b/{bucket}", "storage") is None:
            raise invalid(f'Bucket "{bucket}" not found')


# -- the way of events


def _on_create(call: Call, body: Body) -> None:
    world, now = call.world, call.world.stamp()
    body |= {"uid": world.ids.uuid(), "createTime": now, "updateTime": now}
    body.setdefault("eventDataContentType", "application/json")
    short, number = body["name"].rsplit("/", 1)[-1], world.ids.number(3)
    where = f"projects/{call.project}"
    given = ((body.get("transport") or {}).get("pubsub") or {}).get("topic")
    topic = given or f"{where}/topics/eventarc-{call.location}-{short}-{number}"
    subscription = f"{where}/subscriptions/eventarc-{call.location}-{short}-sub-{number}"
    if not given:
        ask(world, "PUT", f"{PUBSUB}/{topic}", {})
        _notify(call, _filters(body), topic)
    push: Body = {"pushEndpoint": _endpoint(call, body["destination"])}
    if body.get("serviceAccount"):
        push["oidcToken"] = {"serviceAccountEmail": body["serviceAccount"].rsplit("/", 1)[-1]}
    wanted = {"topic": topic, "pushConfig": push, "ackDeadlineSeconds": 600}
    ask(world, "PUT", f"{PUBSUB}/{subscription}", wanted)
    body["transport"] = {"pubsub": {"topic": topic, "subscription": subscription}}


def _notify(call: Call, filters: dict[str, str], topic: str) -> None:
    """Let a bucket tell its events to the topic."""
    event = STORAGE_EVENTS.get(filters["type"].removeprefix(STORAGE_PREFIX))
    if filters["type"].startswith(STORAGE_PREFIX) and event:
        body = {"topic": topic, "payload_format": "JSON_API_V1", "event_types": [event]}
        path = f"/storage.googleapis.com/storage/v1/b/{filters['bucket']}/notificationConfigs"
        ask(call.world, "POST", path, body)


def _endpoint(call: Call, destination: Body) -> str:
    """Where events are delivered."""
    target = destination.get("cloudRun") or {}
    function = str(destination.get("cloudFunction", "")).split("/")
    service = target.get("service") or (function[-1] if len(function) > 1 else "")
    if not service:
        return str((destination.get("httpEndpoint") or {}).get("uri") or "https://eventarc.googleapis.com/")  # fmt: skip
    region = target.get("region") or (function[3] if len(function) > 3 else call.location)  # noqa: PLR2004 # projects, P, locations, L
    obj = call.find(f"projects/{call.project}/locations/{region}/services/{service}", "run")
    uri = str(obj.body.get("uri", "")) if obj else ""
    path = str(target.get("path", "")).strip("/")
    return f"{uri or f'https://{service}.a.run.app'}/{path}"


def _on_update(call: Call, body: Body, _old: Body) -> None:
    body["updateTime"] = call.world.stamp()


def _on_delete(call: Call, obj: Obj) -> None:
    """The subscription goes along, and the topic where Eventarc made it."""
    way = obj.body["transport"]["pubsub"]
    made = way["topic"].rsplit("/", 1)[-1].startswith("eventarc-")
    for name in (way["subscription"], *([way["topic"]] if made else [])):
        if call.find(name, "pubsub"):
            ask(call.world, "DELETE", f"{PUBSUB}/{name}")


TRIGGERS = Kind(
    name="triggers",
    resources=("projects.locations.triggers",),
    schema="Trigger",
    dialect=AIP,
    id_param="triggerId",
    id_pattern=r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?",
    not_found="Resource '{name}' was not found",
    already_exists="Resource '{name}' already exists",
    lro=True,
    required=("destination", "eventFilters"),
    immutable=("channel", "transport"),
    masks=("eventFilters", "serviceAccount", "destination", "labels", "retryPolicy", "eventDataContentType"),
    etag="etag",
    validate=_validate,
    on_create=_on_create,
    on_update=_on_update,
    on_delete=_on_delete,
)  # fmt: skip

SERVICE = Service(
    name="eventarc",
    title="Eventarc API",
    kinds=(TRIGGERS,),
    lro=Lro(
        metadata=lro.standard_metadata(
            "google.cloud.eventarc.v1.OperationMetadata",
            "createTime", "target", "verb", "requestedCancellation", "apiVersion",
        ),
        done_false=True,
        types="google.cloud.eventarc.v1",
    ),
    locations=True,
)  # fmt: skip
