"""Messages: published to a topic, kept for each subscription until they are acknowledged.

Push delivery, and delivery to BigQuery or Cloud Storage, do not happen here: nothing leaves this
computer. https://cloud.google.com/pubsub/docs/subscriber tells the rules of delivery.
"""

import re
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339, seconds_of
from gcpstack.emulator.core.errors import failed_precondition, invalid
from gcpstack.emulator.core.filters import matcher
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.pubsub import common

BACKLOG = "pubsub.backlog"
MOST_MESSAGES = 1000
KEPT = 7 * 86400
ACK_ID = re.compile(r"\d+:\d+")
PREFIX = re.compile(r'hasPrefix\(\s*(attributes\.[\w.-]+)\s*,\s*"((?:[^"\\]|\\.)*)"\s*\)')
LONGEST_DEADLINE = 600

Entry = dict[str, Any]
"""``message``, ``at`` when it may be delivered, ``attempt`` so far, ``acked``."""


def plain_filter(text: str) -> str:
    """A subscription's filter in the language of lists (https://cloud.google.com/pubsub/docs/subscription-message-filter)."""
    return PREFIX.sub(lambda found: f'{found[1]}="{found[2]}*"', text)


def _entries(world: World, name: str) -> list[Entry]:
    found: list[Entry] = world.state.record(BACKLOG, name, [])
    return found


def _store(world: World, name: str, entries: list[Entry]) -> None:
    world.state.set_record(BACKLOG, name, entries or None)


def forget(call: Call, obj: Obj) -> None:
    """Drop the backlog of a subscription that goes."""
    _store(call.world, obj.name, [])


def backlog(world: World, name: str) -> list[Entry]:
    """The messages that a subscription keeps and nobody acknowledged."""
    return [entry for entry in _entries(world, name) if not entry["acked"]]


def publish(call: Call) -> Body:
    """``publish``: every subscription of the topic whose filter fits gets a copy."""
    topic = call.need()
    sent = call.body.get("messages", [])
    if not 0 < len(sent) <= MOST_MESSAGES:
        raise common.bad_argument("messages")
    if any(not (message.get("data") or message.get("attributes")) for message in sent):
        raise invalid(
            "One or more messages in the publish request is empty. Each message must contain either "
            "non-empty data, or at least one attribute."
        )
    return {"messageIds": [_deliver(call.world, topic, message) for message in sent]}


def _deliver(world: World, topic: Obj, sent: Body) -> str:
    ident = str(10**15 + world.state.count("pubsub.message"))
    message = {**sent, "messageId": ident, "publishTime": world.stamp()}
    for user, path in world.state.users(topic.service, topic.name):
        if path != "topic" or user.kind != "subscriptions" or user.body.get("detached"):
            continue
        if matcher(plain_filter(user.body.get("filter", "")))(message):
            entry = {"message": message, "at": world.now(), "attempt": 0, "acked": False}
            _store(world, user.name, [*_entries(world, user.name), entry])
    return ident


def _pullable(call: Call) -> Obj:
    obj = call.need()
    if obj.body.get("detached"):
        raise failed_precondition("The subscription is detached from its topic.")
    delivered = any(name.endswith("Config") and name != "pushConfig" for name in obj.body)
    if delivered or obj.body["pushConfig"].get("pushEndpoint"):
        raise failed_precondition("This method is not supported for this subscription type.")
    return obj


def pull(call: Call) -> Body:
    """``pull``: what is waiting, at most ``maxMessages``; nothing when nothing waits."""
    obj = _pullable(call)
    wanted = call.body.get("maxMessages", 0)
    if wanted <= 0:
        raise common.bad_argument("max_messages")
    _bury(call.world, obj)
    now, deadline = call.world.now(), obj.body["ackDeadlineSeconds"]
    ordered = bool(obj.body.get("enableMessageOrdering"))
    given: list[Body] = []
    entries: list[Entry] = []
    held: set[str] = set()
    for entry in _entries(call.world, obj.name):
        key = entry["message"].get("orderingKey", "") if ordered else ""
        if not entry["acked"] and entry["at"] <= now and key not in held and len(given) < wanted:
            taken = {**entry, "at": now + deadline, "attempt": entry["attempt"] + 1}
            given.append(_received(obj, taken))
            entries.append(taken)
            continue
        if key and not entry["acked"]:
            held.add(key)
        entries.append(entry)
    _store(call.world, obj.name, entries)
    return {"receivedMessages": given} if given else {}


def _received(obj: Obj, entry: Entry) -> Body:
    told = {
        "ackId": f"{entry['message']['messageId']}:{entry['attempt']}",
        "message": entry["message"],
    }
    return {**told, "deliveryAttempt": entry["attempt"]} if "deadLetterPolicy" in obj.body else told


def _bury(world: World, obj: Obj) -> None:
    """Old messages go; those that nobody takes go to the dead-letter topic."""
    policy: Body = obj.body.get("deadLetterPolicy", {})
    topic = world.state.get(obj.service, policy.get("deadLetterTopic", ""))
    kept = seconds_of(obj.body.get("messageRetentionDuration", f"{KEPT}s"))
    left, now = [], world.now()
    for entry in _entries(world, obj.name):
        if parse_rfc3339(entry["message"]["publishTime"]) + kept < now:
            continue
        waiting = not entry["acked"] and entry["at"] <= now
        if topic and waiting and entry["attempt"] >= policy["maxDeliveryAttempts"]:
            _deliver(world, topic, _as_dead(obj, entry))
        else:
            left.append(entry)
    _store(world, obj.name, left)


def _as_dead(obj: Obj, entry: Entry) -> Body:
    message = entry["message"]
    prefix = "CloudPubSubDeadLetterSource"
    attributes = {
        **message.get("attributes", {}),
        f"{prefix}DeliveryCount": str(entry["attempt"]),
        f"{prefix}Subscription": obj.id,
        f"{prefix}SubscriptionProject": obj.name.split("/")[1],
        f"{prefix}TopicPublishTime": message["publishTime"],
    }
    return {**message, "attributes": attributes}


def _acked_ids(call: Call) -> set[str]:
    ids = call.body.get("ackIds", [])
    if not ids:
        raise common.bad_argument("ack_ids")
    for ident in ids:
        if not ACK_ID.fullmatch(ident):
            raise invalid(f"You have passed an invalid ack ID to the service (ack_id={ident}).")
    return set(ids)


def _current(entry: Entry) -> str:
    return f"{entry['message']['messageId']}:{entry['attempt']}"


def acknowledge(call: Call) -> Body:
    """``acknowledge``: late acknowledgements of a redelivered message are ignored."""
    obj, ids = _pullable(call), _acked_ids(call)
    keep = bool(obj.body.get("retainAckedMessages"))
    entries = []
    for entry in _entries(call.world, obj.name):
        taken = _current(entry) in ids
        if keep or not taken:
            entries.append({**entry, "acked": True} if taken else entry)
    _store(call.world, obj.name, entries)
    return {}


def modify_deadline(call: Call) -> Body:
    """``modifyAckDeadline``: 0 gives a message back."""
    obj, ids = _pullable(call), _acked_ids(call)
    seconds = call.body.get("ackDeadlineSeconds", 0)
    if not 0 <= seconds <= LONGEST_DEADLINE:
        raise common.bad_argument("ack_deadline_seconds")
    if not seconds:
        seconds = seconds_of(obj.body.get("retryPolicy", {}).get("minimumBackoff", "0s"))
    at = call.world.now() + seconds
    entries = [
        {**entry, "at": at} if _current(entry) in ids and not entry["acked"] else entry
        for entry in _entries(call.world, obj.name)
    ]
    _store(call.world, obj.name, entries)
    return {}


def seek(call: Call) -> Body:
    """``seek``: to a time or to a snapshot; what lies before counts as acknowledged."""
    obj, now = call.need(), call.world.now()
    if "snapshot" in call.body:
        snapshot = call.need(
            call.body["snapshot"], call.world.registry.kind(common.SERVICE, "snapshots")
        )
        if snapshot.body["topic"] != obj.body["topic"]:
            raise common.bad_argument("snapshot")
        taken = snapshot.meta["backlog"]
        newer = [
            e
            for e in _entries(call.world, obj.name)
            if e["message"]["messageId"] > snapshot.meta["last"]
        ]
        entries = [{**entry, "at": now, "attempt": 0, "acked": False} for entry in [*taken, *newer]]
    elif "time" in call.body:
        time = parse_rfc3339(call.body["time"])
        entries = [
            {**entry, "at": now, "acked": parse_rfc3339(entry["message"]["publishTime"]) < time}
            for entry in _entries(call.world, obj.name)
        ]
        if not obj.body.get("retainAckedMessages"):
            entries = [entry for entry in entries if not entry["acked"]]
    else:
        raise common.bad_argument("target")
    _store(call.world, obj.name, entries)
    return {}
