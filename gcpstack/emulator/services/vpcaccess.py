"""Serverless VPC Access (https://cloud.google.com/vpc/docs/reference/vpcaccess/rest)."""

import ipaddress
from collections.abc import Iterator

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.links import by_number, relative
from gcpstack.emulator.core.lro import Running
from gcpstack.emulator.core.model import Body, Kind, Lro, Service, States
from gcpstack.emulator.core.recorded import is_placeholder
from gcpstack.emulator.core.serve import ask
from gcpstack.emulator.core.store import Obj, Ref
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP

PREFIX = 28
# An e2-micro carries 100 Mbps (https://cloud.google.com/vpc/docs/serverless-vpc-access#scaling).
MBPS = 100
BOUNDS = {
    "minThroughput": (200, 900),
    "maxThroughput": (300, 1000),
    "minInstances": (2, 9),
    "maxInstances": (3, 10),
}
COMPUTE = "/compute.googleapis.com/compute/v1"
# Whence Google's front end reaches connectors, and where health checks come from.
RANGES = ("35.199.224.0/19", "107.178.230.64/26", "130.211.0.0/22")
MACHINES = ("f1-micro", "e2-micro", "e2-standard-4")
VERBS = {"create": "Create", "update": "Update", "delete": "Delete"}
CONFLICT = (
    "Invalid IP CIDR range was provided. It conflicts with an existing subnetwork. "
    "Please delete the connector"
)


def _validate(_call: Call, body: Body, old: Body | None) -> None:
    if body["machineType"] not in MACHINES:
        raise invalid(f"Machine type {body['machineType']} is not one of {', '.join(MACHINES)}.")
    for field, (low, high) in BOUNDS.items():
        value = body.get(field)
        if value is not None and not low <= value <= high:
            raise invalid(f"{field} must be between {low} and {high}, got {value}.", field=field)
        if value is not None and field.endswith("Throughput") and value % MBPS:
            raise invalid(f"{field} must be a multiple of {MBPS}, got {value}.", field=field)
    for what in ("Instances", "Throughput"):
        least, most = body.get(f"min{what}"), body.get(f"max{what}")
        if least is not None and most is not None and least >= most:
            raise invalid(f"min{what} must be lower than max{what}.", field=f"min{what}")
    if old is None:
        _check_place(body)
    elif any(
        body.get(name, old.get(name, 0)) < old.get(name, 0)
        for name in ("minInstances", "maxInstances")
    ):
        raise invalid("The number of instances of a connector cannot be decreased.")


def _check_place(body: Body) -> None:
    if ("subnet" in body) == ("network" in body):
        raise invalid(
            "A connector must specify either a network with an IP CIDR range or a subnet."
        )
    if "network" in body and not _is_block(body.get("ipCidrRange", "")):
        raise invalid(
            "The IP CIDR range of a connector must be an unused /28.", field="ip_cidr_range"
        )


def _is_block(text: str) -> bool:
    try:
        return ipaddress.IPv4Network(text).prefixlen == PREFIX
    except ValueError:
        return False


def _size(_call: Call, body: Body, _old: Body | None = None) -> None:
    """Instances win over throughput; whichever is missing follows from the other."""
    for end in ("min", "max"):
        instances, throughput = f"{end}Instances", f"{end}Throughput"
        if instances in body:
            body[throughput] = body[instances] * MBPS
        else:
            least = BOUNDS[throughput][0]
            body[instances] = body.setdefault(throughput, least) // MBPS


def _place(call: Call, body: Body) -> tuple[Ref, str]:
    """Where a connector stands: the reference that keeps it, and what is wrong with it."""
    if "subnet" in body:
        subnet = body["subnet"]
        subnet.setdefault("projectId", call.project)
        parent = f"projects/{subnet['projectId']}/regions/{call.location}/subnetworks"
        name = by_number(call.world, f"{parent}/{subnet['name']}")
        found = call.world.find("compute", name)
        problem = _subnet_problem(subnet["name"], found)
        return ("compute", name, "subnet"), problem
    text = relative(body["network"])
    name = text if "/" in text else f"projects/{call.project}/global/networks/{text}"
    name = by_number(call.world, name)
    if call.world.find("compute", name) is None and not is_placeholder(text):
        return ("compute", name, "network"), f"The network {name} was not found."
    block = ipaddress.IPv4Network(body["ipCidrRange"])
    taken = any(block.overlaps(other) for other in _blocks(call, name))
    return ("compute", name, "network"), CONFLICT if taken else ""


def _subnet_problem(text: str, found: Obj | None) -> str:
    if found is None:
        return "" if is_placeholder(text) else f"The subnet {text} was not found."
    return "" if _is_block(found.body["ipCidrRange"]) else f"The subnet {text} must be a /{PREFIX}."


def _blocks(call: Call, network: str) -> Iterator[ipaddress.IPv4Network]:
    """The ranges in use on a network."""
    for user, _ in call.world.state.users("compute", network):
        text = user.body.get("ipCidrRange")
        if text and (user.service, user.kind) in (
            ("compute", "subnetworks"),
            ("vpcaccess", "connectors"),
        ):
            yield ipaddress.IPv4Network(text)


def _create(call: Call) -> Body:
    """What is wrong with the place or the size shows only in the operation; the connector stays."""
    if call.body.get("name"):
        raise invalid("Connector name must not be set.", field="connector.name")
    sized = any(call.body.get(name) for name in ("maxThroughput", "maxInstances"))
    call.body.setdefault("machineType", "e2-micro")
    _validate(call, call.body, None)
    problem = _place(call, call.body)[1]
    if not sized:
        problem = "A Connector must specify either max_throughput or max_instances."
    call.world.state.set_record(
        "vpcaccess.problem", f"{call.path}/{call.query.get('connectorId')}", problem or None
    )
    return aip.create(call)


def _uses(call: Call, body: Body) -> tuple[Ref, ...]:
    return (_place(call, body)[0],)


def _ready(world: World, obj: Obj, body: Body) -> None:
    problem = world.state.record("vpcaccess.problem", obj.name)
    if problem:
        world.state.put(obj.but(body={**body, "state": "ERROR"}))
        raise ApiError(400, f"Operation failed: {problem}")
    network = next(name for service, name, _ in _network_refs(world, obj) if service == "compute")
    for name, rule in _firewalls(obj, network):
        if world.find("compute", name) is None:
            ask(world, "POST", f"{COMPUTE}/{name.rpartition('/')[0]}", rule)
            made = world.state.get("compute", name)
            if made is not None:  # Google's own, not the user's
                world.state.put(made.but(meta={**made.meta, "given": True}))


def _network_refs(world: World, obj: Obj) -> Iterator[Ref]:
    """What a connector uses, with the network of its subnet."""
    for service, name, path in obj.refs:
        subnet = world.state.get(service, name) if path == "subnet" else None
        if subnet is not None:
            yield from (ref for ref in subnet.refs if ref[2] == "network")
        yield service, name, path


def _firewalls(obj: Obj, network: str) -> Iterator[tuple[str, Body]]:
    """The firewall rules that Google makes for a connector, by full name.

    Region and connector stand in their names without hyphens and with doubled ones.
    """
    parts = obj.name.split("/")
    stem = f"aet-{parts[3].replace('-', '')}-{obj.id.replace('-', '--')}"
    common = {"network": network, "priority": 1000, "allowed": [{"IPProtocol": "tcp"}]}
    for end, direction in (("earfw", "INGRESS"), ("egrfw", "EGRESS")):
        ranges = "sourceRanges" if direction == "INGRESS" else "destinationRanges"
        rule = {"name": f"{stem}-{end}", "direction": direction, ranges: list(RANGES)}
        yield f"projects/{parts[1]}/global/firewalls/{stem}-{end}", {**common, **rule}


def _on_delete(call: Call, obj: Obj) -> None:
    """The connector goes when its operation ends, its firewall rules only a while later."""
    world = call.world
    world.state.set_record("vpcaccess.problem", obj.name, None)
    rules = [name for name, _ in _firewalls(obj, "")]
    linger = world.latency.event("connector_firewalls_released")
    seconds = world.latency.seconds("vpcaccess.Connector", "delete") + linger
    if seconds:
        world.later(seconds, "vpcaccess", "released", {"rules": rules})
    else:
        _released(world, {"rules": rules})


def _released(world: World, payload: Body) -> None:
    for name in payload["rules"]:
        obj = world.state.get("compute", name)
        if obj is not None:
            world.forget(obj)


def _patch(call: Call) -> Body:
    """``patch``: both bounds of the instances go together."""
    mask = str(call.query.get("updateMask") or "")
    pair = [
        name in mask or name.replace("I", "_i") in mask for name in ("minInstances", "maxInstances")
    ]
    if any(pair) and not all(pair):
        raise invalid(
            "min_instances and max_instances must be updated together.", field="update_mask"
        )
    return aip.patch(call)


CONNECTORS = Kind(
    name="connectors",
    resources=("projects.locations.connectors",),
    schema="Connector",
    dialect=AIP,
    id_param="connectorId",
    id_pattern=r"[a-z][-a-z0-9]{0,23}[a-z0-9]",
    not_found="The connector is not found.",
    already_exists="Requested entity already exists",
    lro=True,
    states=States(),
    defaults={"machineType": "e2-micro"},
    immutable=("network", "ipCidrRange", "subnet"),
    masks=("minInstances", "maxInstances", "machineType"),
    output_only=("connectedProjects",),
    uses=_uses,
    validate=_validate,
    on_create=_size,
    on_update=_size,
    on_ready=_ready,
    on_delete=_on_delete,
    methods={"create": _create, "patch": _patch},
)


def _metadata(world: World, running: Running) -> Body:
    method = (
        f"google.cloud.vpcaccess.{running.version}.VpcAccessService.{VERBS[running.verb]}Connector"
    )
    body = {
        "@type": "type.googleapis.com/google.cloud.vpcaccess.v1.OperationMetadata",
        "createTime": world.stamp(running.started),
        "method": method,
        "target": running.target,
    }
    return body if running.ended is None else {**body, "endTime": world.stamp(running.ended)}


SERVICE = Service(
    name="vpcaccess",
    title="Serverless VPC Access API",
    versions=("v1", "v1beta1"),
    kinds=(CONNECTORS,),
    lro=Lro(metadata=_metadata, types="google.cloud.vpcaccess.v1"),
    locations=True,
    events={"released": _released},
)
