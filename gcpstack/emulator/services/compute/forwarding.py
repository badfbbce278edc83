"""Forwarding rules (https://cloud.google.com/compute/docs/reference/rest/v1/globalForwardingRules)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.links import full, relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.setters import setter

BUNDLES = ("all-apis", "vpc-sc")
TARGETS = (
    "targetHttpProxies", "targetHttpsProxies", "targetSslProxies", "targetTcpProxies", "targetGrpcProxies",
    "targetVpnGateways", "targetPools", "targetInstances", "serviceAttachments",
)  # fmt: skip
WEB_PORTS = ("targetHttpsProxies", "targetSslProxies")


def _insert(call: Call) -> Body:
    """``insert``: a literal address that is reserved here counts as the use of its reservation."""
    literal = str(call.body.get("IPAddress", ""))
    if literal and "/" not in literal:
        found = _reserved(call, literal)
        if found is not None:
            call.body["IPAddress"] = full(found.name)
    return dialect.insert(call)


def _reserved(call: Call, literal: str) -> Obj | None:
    scope = "/".join(call.path.split("/")[:-1])
    return next(
        (
            obj
            for obj in call.world.state.page("compute", f"{scope}/addresses")
            if obj.body.get("address") == literal
        ),
        None,
    )


def _ports(body: Body) -> tuple[int, int]:
    text = str(body.get("portRange") or "")
    if not text:
        listed = [int(port) for port in body.get("ports", [])]
        return (min(listed), max(listed)) if listed else (0, 65535)
    low, _, high = text.partition("-")
    if not low.isdigit() or (high and not high.isdigit()):
        raise invalid(
            f"Invalid value for field 'resource.portRange': '{text}'. Invalid port range."
        )
    first, last = int(low), int(high or low)
    if not 1 <= first <= last <= 65535:  # noqa: PLR2004 # ports
        raise invalid(
            f"Invalid value for field 'resource.portRange': '{text}'. Invalid port range."
        )
    return first, last


def _validate(_call: Call, body: Body, old: Body | None) -> None:
    target = str(body.get("target", ""))
    if not target and not body.get("backendService"):
        raise invalid(
            "Invalid value for field 'resource.target': ''. A target or a backend service must be specified."
        )
    kind = relative(target).split("/")[-2:][0]
    before = relative(str((old or {}).get("target", ""))).split("/")[-2:][0]
    if old is not None and before and before != kind:
        raise invalid(
            f"Invalid value for field 'resource.target': '{target}'. The new target must be of the same type as the old one."
        )
    first, last = _ports(body)
    if (
        kind.startswith("target")
        and kind != "targetVpnGateways"
        and first != last
        and kind in WEB_PORTS
    ):
        raise invalid(
            f"Invalid value for field 'resource.portRange': '{body.get('portRange')}'. Only a single port is supported."
        )


def _scheme(_call: Call, body: Body) -> str | None:
    return (
        None
        if body.get("target") in BUNDLES or "serviceAttachments" in str(body.get("target"))
        else "EXTERNAL"
    )


def _protocol(_call: Call, body: Body) -> str | None:
    return None if body.get("target") in BUNDLES else "TCP"


def _on_create(call: Call, body: Body) -> None:
    """The address is told as a literal, the port range as a range."""
    scheme = str(body.get("loadBalancingScheme", ""))
    address = str(body.get("IPAddress", ""))
    if "/" in address:
        obj = call.find(call.world.canonical(relative(address, call.project)))
        if obj is None:
            raise not_found(f"The resource '{relative(address, call.project)}' was not found")
        body["IPAddress"] = obj.body["address"]
    elif not address:
        internal = scheme.startswith("INTERNAL") or body.get("target") in BUNDLES
        body["IPAddress"] = call.world.ids.address(10 if internal else 34)
    if body.get("portRange"):
        first, last = _ports(body)
        body["portRange"] = f"{first}-{last}"
    if body.get("target") in BUNDLES:
        body["pscConnectionId"] = call.world.ids.number(17)
    if call.location != "global":
        body["selfLinkWithId"] = full(f"{'/'.join(call.path.split('/'))}/{body['id']}")
    _refuse_conflict(call, body)


def _refuse_conflict(call: Call, body: Body) -> None:
    """Two external rules may not share address, protocol and a port."""
    first, last = _ports(body)
    for other in call.world.state.page("compute", call.path):
        shared = all(
            other.body.get(field) == body.get(field) for field in ("IPAddress", "IPProtocol")
        )
        low, high = _ports(other.body)
        if (
            shared
            and first <= high
            and low <= last
            and body.get("loadBalancingScheme", "").startswith("EXTERNAL")
        ):
            raise invalid(
                f"Invalid value for field 'resource.IPAddress': '{body['IPAddress']}'. "
                "Specified IP address is in-use and would result in a conflict."
            )


FORWARDING_RULES = Kind(
    name="forwardingRules",
    resources=("forwardingRules", "globalForwardingRules"),
    schema="ForwardingRule",
    dialect=COMPUTE,
    latency="compute.GlobalForwardingRule",
    label="forwarding_rule",
    fingerprint="fingerprint",
    immutable=(
        "IPAddress",
        "IPProtocol",
        "portRange",
        "ports",
        "backendService",
        "network",
        "subnetwork",
    ),
    output_only=("pscConnectionId", "pscConnectionStatus", "baseForwardingRule"),
    defaults={
        "loadBalancingScheme": _scheme,
        "IPProtocol": _protocol,
        "networkTier": "PREMIUM",
        "description": "",
    },
    refs=(
        # A literal address names no resource; `_on_create` refuses a link to what is not there.
        Reference(path="IPAddress", to=("addresses",), must_exist=False),
        Reference(path="target", to=TARGETS, must_exist=True),
        Reference(path="backendService", to=("backendServices",)),
        Reference(path="network", to=("networks",)),
        Reference(path="subnetwork", to=("subnetworks",)),
    ),
    validate=_validate,
    on_create=_on_create,
    methods={"insert": _insert, "setTarget": setter("target", "SetTarget")},
)
