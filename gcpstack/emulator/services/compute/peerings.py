"""Peerings of networks, which exist only inside them (https://cloud.google.com/vpc/docs/vpc-peering).

A peering works once both networks name each other: until then it is INACTIVE. One network takes part in one
change of peerings at a time.
"""

import re
from collections.abc import Callable
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.links import by_number, full, relative
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects import standard
from gcpstack.emulator.dialects.compute import NAME
from gcpstack.emulator.services.compute import ranges
from gcpstack.emulator.services.compute.words import missing, wrong, wrong_parameter

BUSY = "There is a peering operation in progress on the local or peer network. Try again later."
MOST = 25
DEFAULTS: Body = {
    "exportCustomRoutes": False,
    "importCustomRoutes": False,
    "exportSubnetRoutesWithPublicIp": True,
    "importSubnetRoutesWithPublicIp": False,
    "stackType": "IPV4_ONLY",
    "updateStrategy": "INDEPENDENT",
}
FIXED = ("network", "exchangeSubnetRoutes", "autoCreateRoutes")


def _all(obj: Obj) -> list[Body]:
    found: list[Body] = obj.body.get("peerings", [])
    return found


def _peer(world: World, peering: Body) -> Obj | None:
    return world.find("compute", world.canonical(relative(str(peering["network"]))))


def _answered(world: World, obj: Obj, peering: Body) -> bool:
    """Whether the other network names this one, too."""
    peer = _peer(world, peering)
    back = full(obj.name)
    return peer is not None and any(one["network"] == back for one in _all(peer))


def show(world: World, obj: Obj, peering: Body) -> Body:
    """A peering with its state, which the other network decides."""
    if "state" in peering:  # a producer's side is not to be seen
        return peering
    active = _answered(world, obj, peering)
    words = "Connected." if active else "Waiting for peer network to connect."
    return {
        **peering,
        "state": "ACTIVE" if active else "INACTIVE",
        "stateDetails": f"[{world.stamp(obj.meta.get('created', world.now()))}]: {words}",
    }


def _refuse_busy(*networks: Obj | None) -> None:
    for obj in networks:
        if obj is not None and str(obj.meta.get("pending", "")).endswith("Peering"):
            raise ApiError(400, BUSY, reason="badRequest")


def _store(
    call: Call, verb: str, check: Callable[[Obj], Obj | None], make: Callable[[Obj], list[Body]]
) -> Body:
    """Give a network other peerings.

    Args:
        call: of the method.
        verb: the operation's type.
        check: refuses the change, and tells the other network where it is known.
        make: makes the new list.
    """
    earlier = operations.replayed(call)
    if earlier is not None:
        return earlier
    target = dialect.target(call)
    _refuse_busy(target, check(target))
    obj = dialect.ready(call)
    made = make(obj)
    body = {key: value for key, value in obj.body.items() if key != "peerings"}
    changed = obj.but(body={**body, "peerings": made} if made else body)
    return operations.start(
        call, verb, call.world.state.put(changed), kind=standard.need_kind(call)
    )


def _sent(call: Call) -> Body:
    """The peering of a request, in the old form or the new."""
    sent: Body = dict(call.body.get("networkPeering") or {})
    if not sent:
        sent = {key: call.body[key] for key in ("name", "autoCreateRoutes") if key in call.body}
        if "peerNetwork" in call.body:
            sent["network"] = call.body["peerNetwork"]
    return sent


def _complete(call: Call, sent: Body) -> Body:
    exchange = sent.get("exchangeSubnetRoutes", sent.get("autoCreateRoutes", False))
    if exchange is not True:
        field = "networkPeering.exchangeSubnetRoutes"
        raise wrong_parameter(field, str(exchange).lower(), "Subnet routes are always exchanged.")
    name = by_number(call.world, call.world.canonical(relative(str(sent["network"]), call.project)))
    fixed = {"network": full(name), "exchangeSubnetRoutes": True, "autoCreateRoutes": True}
    return {**DEFAULTS, **sent, **fixed}


def _check_new(call: Call, obj: Obj, peering: Body) -> Obj | None:
    if any(one["name"] == peering["name"] for one in _all(obj)):
        hint = "A peering with this name already exists in the network."
        raise wrong_parameter("networkPeering.name", peering["name"], hint)
    if any(one["network"] == peering["network"] for one in _all(obj)):
        hint = "The network is already peered with this network."
        raise wrong_parameter("networkPeering.network", peering["network"], hint)
    if peering["network"] == full(obj.name):
        hint = "A network can't be peered with itself."
        raise wrong_parameter("networkPeering.network", peering["network"], hint)
    if len(_all(obj)) >= MOST:
        text = f"Quota 'PEERINGS_PER_NETWORK' exceeded. Limit: {MOST}.0 globally."
        raise ApiError(403, text, reason="quotaExceeded")
    peer = _peer(call.world, peering)
    if peer is not None:
        _refuse_overlap(call.world, obj, peer)
    return peer


def _refuse_overlap(world: World, obj: Obj, peer: Obj) -> None:
    """Two networks with a range in common can't be one."""
    ours = ranges.subnetworks_of(world, obj.name)
    for theirs in ranges.subnetworks_of(world, peer.name):
        for _, span in ranges.of_subnetwork(theirs.body):
            taken = ranges.read("ipCidrRange", span)
            for one in ours:
                for _, own in ranges.of_subnetwork(one.body):
                    if ranges.overlapping(taken, ranges.read("ipCidrRange", own)):
                        text = (
                            f"An IP range in the peer network ({span}) overlaps with an IP range ({own}) in the "
                            f"local network ({obj.id}) allocated by resource ({one.name})."
                        )
                        raise invalid(text, reason="badRequest")


def _add(call: Call) -> Body:
    """``addPeering``."""
    sent = _sent(call)
    for field in ("name", "network"):
        if not sent.get(field):
            raise missing(f"networkPeering.{field}")
    if not re.fullmatch(NAME, sent["name"]):
        hint = f"Must be a match of regex '{NAME}'"
        raise wrong_parameter("networkPeering.name", sent["name"], hint)
    peering = _complete(call, sent)
    return _store(
        call,
        "addPeering",
        lambda obj: _check_new(call, obj, peering),
        lambda obj: [*_all(obj), peering],
    )


def _need(obj: Obj, name: Any) -> Body:
    found = next((one for one in _all(obj) if one["name"] == name), None)
    if found is None:
        hint = f"There is no peering {name} in the network {obj.id}."
        raise wrong_parameter("name", name or "", hint)
    return found


def _update(call: Call) -> Body:
    """``updatePeering``: which routes are exchanged; all else of a peering stays as it is."""
    sent = _sent(call)

    def changed(obj: Obj) -> list[Body]:
        old = _need(obj, sent.get("name"))
        new = {**old, **{key: value for key, value in sent.items() if key not in FIXED}}
        if "network" in sent and full(relative(sent["network"], call.project)) != old["network"]:
            raise wrong("networkPeering.network", sent["network"], "Field is immutable.")
        return [new if one is old else one for one in _all(obj)]

    def check(obj: Obj) -> Obj | None:
        return _peer(call.world, _need(obj, sent.get("name")))

    return _store(call, "updatePeering", check, changed)


def _remove(call: Call) -> Body:
    """``removePeering``; what a producer keeps under the peering goes with it."""
    name = call.body.get("name")

    def rest(obj: Obj) -> list[Body]:
        for user, _ in call.world.state.users(obj.service, obj.name):
            if user.body.get("peering") == name:
                call.world.state.delete(user.service, user.name)
        return [one for one in _all(obj) if one["name"] != name]

    return _store(call, "removePeering", lambda obj: _peer(call.world, _need(obj, name)), rest)


def _routes(call: Call) -> Body:
    """``listPeeringRoutes``: the ranges that a peering brings in, or takes out."""
    obj = dialect.target(call)
    peering = _need(obj, call.query.get("peeringName"))
    peer = _peer(call.world, peering)
    outgoing = call.query.get("direction", "INCOMING") == "OUTGOING"
    source = obj if outgoing else peer
    items: list[Body] = []
    if source is not None and _answered(call.world, obj, peering):
        items = [
            {
                "destRange": span,
                "type": "SUBNET_PEERING_ROUTE",
                "nextHopRegion": one.body["region"].rsplit("/", 1)[-1],
                "priority": 0,
                "imported": True,
            }
            for one in ranges.subnetworks_of(call.world, source.name)
            for _, span in ranges.of_subnetwork(one.body)
        ]
    answer: Body = {
        "kind": "compute#exchangedPeeringRoutesList",
        "id": call.path,
        "selfLink": full(call.path),
    }
    return answer | ({"items": items} if items else {})


METHODS = {
    "addPeering": _add,
    "updatePeering": _update,
    "removePeering": _remove,
    "listPeeringRoutes": _routes,
}
