"""Service Networking: private services access (https://cloud.google.com/service-infrastructure/docs/service-networking/reference/rest).

A connection is a peering of a consumer's network with the producer's. It has no name of its own: it is
found by service and network, and it is gone when the peering is.
"""

from collections.abc import Iterator
from typing import Any

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import (
    ApiError,
    already_exists,
    failed_precondition,
    invalid,
    not_found,
)
from gcpstack.emulator.core.links import by_number, full
from gcpstack.emulator.core.model import Body, Dialect, Kind, Lro, Service
from gcpstack.emulator.core.recorded import is_placeholder
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import standard

NAME = "servicenetworking"
PEERING = "servicenetworking-googleapis-com"
PRODUCER = "projects/521986424213/global/networks/servicenetworking"
TYPES = "google.cloud.servicenetworking.v1"
ROUTES = (
    "ImportCustomRoutes",
    "ExportCustomRoutes",
    "ImportSubnetRoutesWithPublicIp",
    "ExportSubnetRoutesWithPublicIp",
)
CHANGED_RANGES = "Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection."
STILL_USED = (
    "Failed to delete connection; Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are still using "
    "this connection."
)
PRODUCERS = {
    "sqladmin": "settings.ipConfiguration.privateNetwork",
    "redis": "authorizedNetwork",
    "ids": "network",
}


def network_of(call: Call, text: str) -> str:
    """The canonical name of a consumer's network, told with the project's number; the 400 of a malformed one."""
    parts = text.split("/")
    if len(parts) != 5 or parts[0::2] != ["projects", "global", parts[4]] or parts[3] != "networks":  # noqa: PLR2004
        raise invalid(
            f"Invalid network '{text}': it must be projects/PROJECT_NUMBER/global/networks/NAME.",
            field="connection.network",
        )
    return by_number(call.world, call.world.canonical(text))


def _told(world: World, network: str) -> str:
    parts = network.split("/")
    return "/".join([parts[0], world.number_of(parts[1]), *parts[2:]])


def _service(call: Call) -> str:
    return "/".join(call.segments[:2])


def _key(service: str, network: str) -> str:
    return f"{service}/networks/{network}/connections/{PEERING}"


def _network(call: Call, name: str) -> Obj | None:
    found = call.world.find("compute", name)
    if found is None and not is_placeholder(name.rsplit("/", 1)[-1]):
        raise failed_precondition(f"The network {name} was not found.")
    return found


def _connection(call: Call, network: str) -> Obj | None:
    """The connection of a network: gone with the network, and with its peering."""
    obj = call.find(_key(_service(call), network))
    if obj is None or is_placeholder(network.rsplit("/", 1)[-1]):
        return obj
    host = call.world.find("compute", network)
    peerings = host.body.get("peerings", ()) if host else ()
    return obj if any(peering["name"] == PEERING for peering in peerings) else None


def _peer(call: Call, network: str, *, present: bool) -> None:
    """Show or hide the peering among those of the consumer's network."""
    host = call.world.find("compute", network)
    if host is None:
        return
    others = [one for one in host.body.get("peerings", ()) if one["name"] != PEERING]
    body = {key: value for key, value in host.body.items() if key != "peerings"}
    peering = {
        "name": PEERING,
        "network": full(PRODUCER),
        "state": "ACTIVE",
        "stateDetails": f"[{call.world.stamp()}]: Connected.",
        "autoCreateRoutes": True,
        "exchangeSubnetRoutes": True,
        "exportCustomRoutes": False,
        "importCustomRoutes": False,
        "exportSubnetRoutesWithPublicIp": True,
        "importSubnetRoutesWithPublicIp": False,
        "stackType": "IPV4_ONLY",
    }
    peerings = [*others, peering] if present else others
    call.world.state.put(host.but(body={**body, "peerings": peerings} if peerings else body))


def _address(call: Call, project: str, name: str) -> Obj | None:
    world = call.world
    return world.find("compute", by_number(world, f"projects/{project}/global/addresses/{name}"))


def _check_ranges(call: Call, network: str, ranges: list[str]) -> None:
    """Every range is a global address reserved for peering."""
    if not ranges:
        raise invalid(
            "reserved_peering_ranges must not be empty.", field="connection.reserved_peering_ranges"
        )
    project = network.split("/")[1]
    for name in ranges:
        found = _address(call, project, name)
        missing = found is None or found.body.get("purpose") != "VPC_PEERING"
        if missing and not is_placeholder(name):
            raise failed_precondition(
                f"The allocated range '{name}' was not found in network {network}."
            )


def _write(call: Call, network: str, ranges: list[str]) -> Obj:
    body = {
        "network": _told(call.world, network),
        "peering": PEERING,
        "reservedPeeringRanges": ranges,
        "service": _service(call),
    }
    _peer(call, network, present=True)
    name = _key(_service(call), network)
    refs = (("compute", network, "network"),)
    return call.world.state.put(Obj(NAME, "connections", name, body, {"network": network}, refs))


def _done(call: Call, verb: str, target: str, kind: str, body: Body) -> Body:
    return lro.start(
        call, verb, target, response={"@type": f"type.googleapis.com/{TYPES}.{kind}", **body}
    )


def _emptied(call: Call, target: str) -> Body:
    return lro.start(
        call, "delete", target, response={"@type": "type.googleapis.com/google.protobuf.Empty"}
    )


def _create(call: Call) -> Body:
    """``connections.create``: again with the same ranges it changes nothing."""
    network = network_of(call, call.body.get("network", ""))
    _network(call, network)
    ranges = call.body.get("reservedPeeringRanges", [])
    _check_ranges(call, network, ranges)
    found = _connection(call, network)
    if found is not None and found.body["reservedPeeringRanges"] != ranges:
        error = ApiError(400, CHANGED_RANGES, status="FAILED_PRECONDITION")
        return lro.start(call, "create", found.name, error=error)
    obj = found or _write(call, network, ranges)
    return _done(call, "create", obj.name, "Connection", obj.body)


def _patch(call: Call) -> Body:
    """``connections.patch``: the ranges; with ``force`` also where there is no connection yet."""
    network = network_of(call, call.body.get("network", ""))
    _network(call, network)
    ranges = call.body.get("reservedPeeringRanges", [])
    _check_ranges(call, network, ranges)
    found = _connection(call, network)
    if not call.query.get("force"):
        if found is None:
            raise not_found(f"No connection of {_service(call)} with {network} was found.")
        lost = set(found.body["reservedPeeringRanges"]) - set(ranges)
        if lost:
            raise failed_precondition(
                f"Ranges {sorted(lost)} may be in use; use force to remove them."
            )
    obj = _write(call, network, ranges)
    return _done(call, "update", obj.name, "Connection", obj.body)


def _list(call: Call) -> Body:
    """``connections.list``: those of one network."""
    network = network_of(call, str(call.query.get("network", "")))
    if call.segments[1] == "-":
        found = [
            o
            for o in call.world.state.objects.values()
            if o.service == NAME and o.meta.get("network") == network
        ]
    else:
        one = _connection(call, network)
        found = [one] if one else []
    return {"connections": [obj.body for obj in found]} if found else {}


def _users(world: World, network: str) -> Iterator[Obj]:
    """What the producers keep in the connected network."""
    for user, path in world.state.users("compute", network):
        private = (
            user.service != "redis" or user.body.get("connectMode") == "PRIVATE_SERVICE_ACCESS"
        )
        if PRODUCERS.get(user.service) == path and private:
            yield user


def _react(world: World, changed: tuple[tuple[str, str, str], ...] | None) -> None:
    """A producer lets go of a network only a while after its last resource there is gone."""
    delay = world.latency.event("service_networking_release_after_sql_delete")
    if not changed or not delay:
        return
    for row in changed:
        before = world.state.pending().get(row)
        if row[0] == "objects" and row[1] in PRODUCERS and before and not world.state.get(*row[1:]):
            for _, network, path in before.refs:
                if path == PRODUCERS[row[1]]:
                    until = world.now() + delay
                    world.state.set_record("servicenetworking.held", network, until)


def _delete(call: Call) -> Body:
    """``connections.deleteConnection``: refused at its end while a producer still uses the network."""
    network = network_of(call, call.body.get("consumerNetwork", ""))
    obj = _connection(call, network)
    if obj is None:
        raise not_found(f"No connection of {_service(call)} with {network} was found.")
    held = call.world.state.record("servicenetworking.held", network, 0.0)
    if any(_users(call.world, network)) or held > call.world.now():
        error = ApiError(400, STILL_USED, status="FAILED_PRECONDITION")
        return lro.start(call, "delete", obj.name, error=error)
    _peer(call, network, present=False)
    call.world.state.delete(NAME, obj.name)
    return _emptied(call, obj.name)


def _consumer(call: Call) -> Obj:
    """The connection of the network that the path names."""
    network = network_of(call, "/".join(call.segments[2:7]))
    obj = _connection(call, network)
    if obj is None:
        raise not_found(f"No connection of {_service(call)} with {network} was found.")
    return obj


def _config(call: Call) -> Body:
    """``networks.get``: how the connection exchanges routes."""
    obj = _consumer(call)
    config = {f"consumer{route}": False for route in ROUTES} | {
        f"producer{route}": False for route in ROUTES
    }
    config |= obj.meta.get("config", {})
    ranges = []
    for name in obj.body["reservedPeeringRanges"]:
        project = obj.meta["network"].split("/")[1]
        found = _address(call, project, name)
        body = found.body if found else {}
        ranges.append(
            {
                "name": name,
                "address": body.get("address", ""),
                "ipPrefixLength": body.get("prefixLength", 0),
            }
        )
    shown = {key: value for key, value in config.items() if value}
    return {
        **shown,
        "producerNetwork": PRODUCER,
        "reservedRanges": ranges,
        "consumerPeeringActive": True,
    }


def _update_config(call: Call) -> Body:
    """``networks.updateConsumerConfig``: what the consumer imports and exports."""
    obj = _consumer(call)
    sent = call.body.get("consumerConfig", {})
    config = {key: value for key, value in sent.items() if key.startswith("consumer")}
    meta: dict[str, Any] = {**obj.meta, "config": {**obj.meta.get("config", {}), **config}}
    call.world.state.put(obj.but(meta=meta))
    return _done(call, "update", obj.name, "ConsumerConfig", _config(call))


def _validate(call: Call) -> Body:
    """``services.validate``: the first thing that would stop a producer."""
    network = network_of(call, call.body.get("consumerNetwork", ""))
    if call.world.find("compute", network) is None:
        return {"validationError": "NETWORK_NOT_FOUND"}
    if _connection(call, network) is None:
        return {"validationError": "NETWORK_NOT_PEERED"}
    return {"isValid": True}


def _create_domain(call: Call) -> Body:
    obj = _consumer(call)
    name, suffix = call.body.get("name", ""), call.body.get("dnsSuffix", "")
    if not standard.check_id(DOMAINS, name):
        raise invalid(f"Invalid name '{name}'.", field="peered_dns_domain.name")
    if not suffix.endswith("."):
        raise invalid(
            f"The DNS suffix '{suffix}' must end with a dot.", field="peered_dns_domain.dns_suffix"
        )
    key = f"{obj.name}/peeredDnsDomains/{name}"
    if call.find(key):
        raise already_exists(f"The peered DNS domain '{name}' already exists.")
    body = {"name": name, "dnsSuffix": suffix}
    call.world.state.put(Obj(NAME, DOMAINS.name, key, body))
    return _done(call, "create", key, "PeeredDnsDomain", body)


def _list_domains(call: Call) -> Body:
    found = call.world.state.page(NAME, f"{_consumer(call).name}/peeredDnsDomains")
    domains = [obj.body for obj in found]
    return {"peeredDnsDomains": domains} if domains else {}


def _delete_domain(call: Call) -> Body:
    key = f"{_consumer(call).name}/peeredDnsDomains/{call.segments[-1]}"
    call.need(key, DOMAINS)
    call.world.state.delete(NAME, key)
    return _emptied(call, key)


DIALECT = Dialect(name=NAME, methods={})

CONNECTIONS = Kind(
    name="connections",
    resources=("services.connections",),
    schema="Connection",
    dialect=DIALECT,
    methods={"create": _create, "patch": _patch, "list": _list, "deleteConnection": _delete},
)
DOMAINS = Kind(
    name="peeredDnsDomains",
    resources=("services.projects.global.networks.peeredDnsDomains",),
    schema="PeeredDnsDomain",
    dialect=DIALECT,
    id_pattern=r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?",
    not_found="The peered DNS domain '{id}' was not found.",
    methods={"create": _create_domain, "list": _list_domains, "delete": _delete_domain},
)

SERVICE = Service(
    name=NAME,
    react=_react,
    title="Service Networking API",
    kinds=(CONNECTIONS, DOMAINS),
    methods={
        "services.validate": _validate,
        "services.projects.global.networks.get": _config,
        "services.projects.global.networks.updateConsumerConfig": _update_config,
    },
    lro=Lro(
        metadata=lambda _world, _running: None,
        parent="",
        new_id=lambda world: f"pssn.p24-{world.number_of('servicenetworking')}-{world.ids.uuid()}",
    ),
)
