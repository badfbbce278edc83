"""Snapshots (https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.snapshots)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import parse_rfc3339
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.pubsub import common, messages

LIVES = 7 * 86400
SHORTEST = 3600


def _create(call: Call) -> Body:
    """A snapshot keeps the backlog that a subscription has now, for seven days less its age."""
    world = call.world
    name = call.body.get("subscription", "")
    source = call.need(world.canonical(name), world.registry.kind(common.SERVICE, "subscriptions"))
    kept = messages.backlog(world, source.name)
    oldest = min(
        (parse_rfc3339(entry["message"]["publishTime"]) for entry in kept), default=world.now()
    )
    lives = LIVES - (world.now() - oldest)
    if lives < SHORTEST or source.body["topic"] == common.DELETED_TOPIC:
        raise common.bad_argument("subscription")
    call.body = {
        "topic": source.body["topic"],
        "expireTime": world.stamp(world.now() + lives),
        **{key: value for key, value in call.body.items() if key == "labels"},
    }
    answer = common.create(call)
    last = str(10**15 + world.state.record("counter", "pubsub.message", 0))
    obj = call.need(answer["name"])
    world.state.put(obj.but(meta={**obj.meta, "backlog": kept, "last": last}))
    _expire_later(world, obj)
    return answer


def _expire_later(world: World, obj: Obj) -> None:
    at = obj.body["expireTime"]
    payload = {"name": obj.name, "at": at}
    world.later(parse_rfc3339(at) - world.now(), common.SERVICE, "snapshot.expire", payload)


def _expire(world: World, payload: Body) -> None:
    obj = world.state.get(common.SERVICE, payload["name"])
    if obj is not None and obj.body["expireTime"] == payload["at"]:
        world.forget(obj)


def _patch(call: Call) -> Body:
    answer = common.patch(call)
    _expire_later(call.world, call.need())
    return answer


EVENTS = {"snapshot.expire": _expire}

SNAPSHOTS = Kind(
    name="snapshots",
    resources=("projects.snapshots",),
    schema="Snapshot",
    dialect=common.DIALECT,
    id_pattern=common.ID,
    not_found=common.NOT_FOUND,
    already_exists=common.ALREADY_EXISTS,
    immutable=("topic",),
    refs=(Reference(path="topic", to=("topics",)),),
    methods={"create": _create, "patch": _patch},
)
