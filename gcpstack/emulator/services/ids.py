"""Cloud IDS (https://cloud.google.com/intrusion-detection-system/docs/reference/rest)."""

import re

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, failed_precondition, invalid
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.locations import ZONES
from gcpstack.emulator.core.model import Body, Kind, Lro, Rpc, Service, States
from gcpstack.emulator.core.proto import tidy
from gcpstack.emulator.core.recorded import is_placeholder
from gcpstack.emulator.core.store import Obj, Ref
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.aip import AIP

THREAT = re.compile(r"\d+")
MOST_EXCEPTIONS = 99  # https://cloud.google.com/intrusion-detection-system/docs/configuring-ids
NETWORK = re.compile(r"projects/[^/]+/global/networks/[^/]+")


def _check(call: Call, body: Body, old: Body | None) -> None:
    threats = body.get("threatExceptions", ())
    if len(threats) > MOST_EXCEPTIONS:
        raise invalid(f"At most {MOST_EXCEPTIONS} threat exceptions are allowed.")
    for threat in threats:
        if not THREAT.fullmatch(threat):
            raise invalid(f"Invalid threat ID '{threat}'.", field="endpoint.threat_exceptions")
    if body["severity"] == "SEVERITY_UNSPECIFIED":
        raise invalid("The severity of the endpoint must be specified.", field="endpoint.severity")
    if old is None:
        _check_place(call)
        _check_network(call, body["network"])


def _check_place(call: Call) -> None:
    if call.location not in ZONES:
        text = f"Permission denied on 'locations/{call.location}' (or it may not exist)."
        raise ApiError(403, text, status="PERMISSION_DENIED")


def _network(call: Call, text: str) -> str:
    """The network that is named in full, or shortly in the endpoint's own project."""
    name = relative(text, call.project)
    return call.world.canonical(
        name if "/" in name else f"projects/{call.project}/global/networks/{name}"
    )


def _check_network(call: Call, text: str) -> None:
    """The network must lead to Google's services by private services access."""
    if is_placeholder(text):
        return
    name = _network(call, text)
    if not NETWORK.fullmatch(name):
        raise invalid(f"Invalid network '{text}'.", field="endpoint.network")
    kind = call.world.registry.kind("compute", "networks")
    if kind is None:
        return
    if call.world.find("compute", name) is None:
        raise call.missing(name, kind)
    users = call.world.state.users("compute", name)
    if not any(user.service == "servicenetworking" for user, _ in users):
        raise failed_precondition(
            f"The network {name} has no private services access connection; "
            "Cloud IDS needs one to make its endpoint."
        )


def _uses(call: Call, body: Body) -> tuple[Ref, ...]:
    return (("compute", _network(call, body["network"]), "network"),)


def _on_create(call: Call, body: Body) -> None:
    tidy(call.api, call.api.schemas["Endpoint"], body, ())
    now = call.world.stamp()
    body |= {"createTime": now, "updateTime": now}


def _on_update(call: Call, body: Body, _old: Body) -> None:
    tidy(call.api, call.api.schemas["Endpoint"], body, ())
    body["updateTime"] = call.world.stamp()


def _ready(world: World, obj: Obj, body: Body) -> None:
    """An endpoint that is ready tells where packets are to be sent."""
    if "endpointIp" in body:
        return
    project = f"t{world.ids.hex(15)}-tp"
    region, short = ZONES[obj.name.split("/")[3]], f"ids-fr-{obj.id}"
    root = "https://www.googleapis.com/compute/v1"
    body["endpointForwardingRule"] = (
        f"{root}/projects/{project}/regions/{region}/forwardingRules/{short}"
    )
    body["endpointIp"] = f"10.{100 + world.state.count('ids endpoint') % 100}.0.2"


ENDPOINTS = Kind(
    name="endpoints",
    resources=("projects.locations.endpoints",),
    schema="Endpoint",
    dialect=AIP,
    id_param="endpointId",
    id_pattern=r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?",
    not_found="Resource '{name}' was not found",
    already_exists="Resource '{name}' already exists",
    lro=True,
    states=States(),
    required=("network", "severity"),
    immutable=("network", "severity", "description", "trafficLogs"),
    masks=("labels", "threatExceptions"),
    uses=_uses,
    validate=_check,
    on_create=_on_create,
    on_update=_on_update,
    on_ready=_ready,
)

_TYPES = "google.cloud.ids.v1"
_GRPC, _PATH = f"{_TYPES}.IDS", "projects.locations.endpoints"

SERVICE = Service(
    name="ids",
    title="Cloud IDS API",
    kinds=(ENDPOINTS,),
    lro=Lro(
        metadata=lro.standard_metadata(
            f"{_TYPES}.OperationMetadata",
            "createTime", "target", "verb", "requestedCancellation", "apiVersion",
        ),
        done_false=True,
        types=_TYPES,
    ),
    locations=True,
    grpc=(
        Rpc(_GRPC, "ListEndpoints", f"{_PATH}.list"),
        Rpc(_GRPC, "GetEndpoint", f"{_PATH}.get"),
        Rpc(_GRPC, "CreateEndpoint", f"{_PATH}.create", body="endpoint"),
        Rpc(_GRPC, "DeleteEndpoint", f"{_PATH}.delete"),
    ),
    client="google.cloud.ids_v1",
)  # fmt: skip
