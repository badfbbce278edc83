"""Subscriptions (https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions)."""

from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import seconds_of
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.filters import matcher
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response, json_response
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.pubsub import common, messages

ACK_DEADLINE = (10, 600)
RETENTION = (600, 31 * 86400)
USUAL_RETENTION = "604800s"
SHORTEST_EXPIRY = 86400
ATTEMPTS = (5, 100)
LONGEST_BACKOFF = 600
LONGEST_FILTER = 256
SINKS = ("bigqueryConfig", "cloudStorageConfig", "bigtableConfig")
MISSED = "pubsub.missed"
FORGETS = 2.0  # seconds for which an answered 404 may be repeated


def _validate(_call: Call, body: Body, _old: Body | None) -> None:
    low, high = ACK_DEADLINE
    if not low <= body["ackDeadlineSeconds"] <= high:
        raise invalid(
            f"Invalid ack deadline given: {body['ackDeadlineSeconds']}. "
            f"You must specify a deadline between {low} and {high} seconds."
        )
    common.check_span(body, "messageRetentionDuration", *RETENTION)
    # https://cloud.google.com/pubsub/docs/subscription-properties#expiration_period
    kept = max(SHORTEST_EXPIRY, seconds_of(body.get("messageRetentionDuration", USUAL_RETENTION)))
    common.check_span(body["expirationPolicy"], "ttl", kept, float("inf"))
    for field in ("minimumBackoff", "maximumBackoff"):
        common.check_span(body.get("retryPolicy", {}), field, 0, LONGEST_BACKOFF)
    attempts = body.get("deadLetterPolicy", {}).get("maxDeliveryAttempts", ATTEMPTS[0])
    if not ATTEMPTS[0] <= attempts <= ATTEMPTS[1]:
        raise common.bad_argument("max_delivery_attempts")
    if len(body.get("filter", "")) > LONGEST_FILTER:
        raise common.bad_argument("filter")
    matcher(messages.plain_filter(body.get("filter", "")))
    ways = [name for name in SINKS if name in body]
    if body.get("pushConfig", {}).get("pushEndpoint"):
        ways.append("pushConfig")
    if len(ways) > 1:
        raise common.bad_argument(ways[-1])


def _complete(_call: Call, body: Body, _old: Body | None = None) -> None:
    """What the server adds wherever a subscription delivers to."""
    body["state"] = "ACTIVE"
    for name in SINKS:
        if name in body:
            body[name] = {**body[name], "state": "ACTIVE"}
    storage = body.get("cloudStorageConfig")
    if storage and not ("textConfig" in storage or "avroConfig" in storage):
        storage["textConfig"] = {}


def _view(world: World, _obj: Obj, body: Body) -> Body:
    """A read leaves out the push attributes that are implied or have no effect."""
    push = dict(body.get("pushConfig", {}))
    attributes = dict(push.pop("attributes", {}))
    if attributes.get("x-goog-version") == "v1":
        attributes.pop("x-goog-version")
    if attributes and "noWrapper" not in push:
        push["attributes"] = attributes
    body["pushConfig"] = push
    topic = world.state.get(common.SERVICE, body["topic"])
    if topic is not None and "messageRetentionDuration" in topic.body:
        body["topicMessageRetentionDuration"] = topic.body["messageRetentionDuration"]
    return body


def _with_attributes(answer: Body, push: Body) -> Body:
    """The answer of a change tells the push attributes, with the format's version among them."""
    attributes = {"x-goog-version": "v1", **push.get("attributes", {})}
    return {**answer, "pushConfig": {**push, "attributes": attributes}}


def _create(call: Call) -> Body:
    if not call.body.get("ackDeadlineSeconds"):
        call.body.pop("ackDeadlineSeconds", None)
    if not call.body.get("topic"):
        raise common.bad_argument("topic")
    push: Any = call.body.get("pushConfig")
    answer = common.create(call)
    return _with_attributes(answer, push) if push else answer


def _patch(call: Call) -> Body:
    answer = common.patch(call)
    return _with_attributes(answer, call.need().body["pushConfig"])


def _get(call: Call) -> Body | Response:
    """A 404 is remembered for a moment: the first look after a creation may still get it.

    Seen on Google for subscriptions, not for topics.
    """
    state, name = call.world.state, call.name
    obj = call.find()
    if obj is None:
        state.set_record(MISSED, name, call.world.now())
        return json_response(404, call.missing(name).body("aip"))
    missed = state.record(MISSED, name)
    if missed is not None:
        state.set_record(MISSED, name, None)
        if call.world.now() - missed <= FORGETS:
            return json_response(404, call.missing(name).body("aip"))
    return call.world.show(obj)


def _modify_push(call: Call) -> Body:
    """``modifyPushConfig``: an empty one turns to pulling."""
    obj = call.need()
    body = {**obj.body, "pushConfig": call.body.get("pushConfig", {})}
    _validate(call, body, obj.body)
    call.world.state.put(obj.but(body=body))
    return {}


def _detach(call: Call) -> Body:
    """``detach``: no message reaches the subscription any more, and it keeps none."""
    obj = call.need()
    call.world.state.put(obj.but(body={**obj.body, "detached": True}))
    messages.forget(call, obj)
    return {}


SUBSCRIPTIONS = Kind(
    name="subscriptions",
    resources=("projects.subscriptions",),
    schema="Subscription",
    dialect=common.DIALECT,
    id_pattern=common.ID,
    not_found=common.NOT_FOUND,
    already_exists=common.ALREADY_EXISTS,
    immutable=("topic", "filter", "enableMessageOrdering", "tags"),
    output_only=("detached",),
    defaults={
        "ackDeadlineSeconds": ACK_DEADLINE[0],
        "expirationPolicy": {"ttl": "2678400s"},
        "pushConfig": {},
        "deadLetterPolicy.maxDeliveryAttempts": ATTEMPTS[0],
        "retryPolicy.minimumBackoff": "10s",
        "retryPolicy.maximumBackoff": "600s",
        "cloudStorageConfig.maxDuration": "300s",
    },
    refs=(
        Reference(path="topic", to=("topics",)),
        Reference(path="deadLetterPolicy.deadLetterTopic", to=("topics",), in_use=False),
    ),
    validate=_validate,
    on_create=_complete,
    on_update=_complete,
    on_delete=messages.forget,
    view=_view,
    methods={
        "get": _get,
        "create": _create,
        "patch": _patch,
        "modifyPushConfig": _modify_push,
        "detach": _detach,
    },
)
