"""Forwarding rules, global and regional.

https://cloud.google.com/compute/docs/reference/rest/v1/globalForwardingRules,
https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules
"""

from collections.abc import Callable

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.links import full, relative
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj, Ref
from gcpstack.emulator.dialects import compute as dialect
from gcpstack.emulator.dialects import compute_operations as operations
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute import forwarding_rules
from gcpstack.emulator.services.compute.forwarding_rules import BUNDLES, google_apis, ports
from gcpstack.emulator.services.compute.internal import in_region, of_subnetwork
from gcpstack.emulator.services.compute.setters import regional, setter
from gcpstack.emulator.services.compute.words import wrong

TARGETS = (
    "targetHttpProxies", "targetHttpsProxies", "targetSslProxies", "targetTcpProxies", "targetGrpcProxies",
    "targetVpnGateways", "targetPools", "targetInstances", "serviceAttachments",
)  # fmt: skip
# "Currently, you can only patch the network_tier field" and a few that came later; the rest is replaced.
IMMUTABLE = (
    "IPAddress", "IPProtocol", "allPorts", "backendService", "description", "ipVersion", "isMirroringCollector",
    "network", "noAutomateDnsZone", "portRange", "ports", "serviceDirectoryRegistrations", "serviceLabel",
    "sourceIpRanges", "subnetwork", "target",
)  # fmt: skip


def _sent(call: Call) -> None:
    """Spell what was sent as it is kept: the address as a literal, one port as a range."""
    body = call.body
    text = str(body.get("IPAddress") or "")
    if "/" in text and not text.partition("/")[2].isdigit():
        name = call.world.canonical(relative(text, call.project))
        obj = call.find(name)
        if obj is None or obj.kind != "addresses":
            raise call.missing(name)
        body["IPAddress"] = obj.body["address"]
    if body.get("portRange"):
        first, last = ports(body)
        body["portRange"] = f"{first}-{last}"
    for field in ("loadBalancingScheme", "IPProtocol"):
        if body.get(field) == "":
            body.pop(field)


def _insert(call: Call) -> Body:
    """``insert``: labels are only set by ``setLabels``."""
    _sent(call)
    if call.body.get("labels") and google_apis(call.body):
        hint = "Labels cannot be set when a Private Service Connect forwarding rule is created."
        raise wrong("labels", hint=hint)
    call.body.pop("labels", None)
    return dialect.insert(call)


def _patch(call: Call) -> Body:
    """``patch``."""
    _sent(call)
    return dialect.patch(call)


def _set_labels(call: Call) -> Body:
    """``setLabels``: done at once."""
    return operations.now(call, dialect.set_labels(call))


def _address_used(call: Call, body: Body) -> tuple[Ref, ...]:
    """A literal address that is reserved in the same scope counts as the use of its reservation."""
    scope = "/".join(call.path.split("/")[: 3 if call.location == "global" else 4])
    return tuple(
        ("compute", obj.name, "IPAddress")
        for obj in call.world.state.page("compute", f"{scope}/addresses")
        if obj.body.get("address") == body.get("IPAddress")
    )


def _scheme(_call: Call, body: Body) -> str | None:
    return None if google_apis(body) else "EXTERNAL"


def _internal(body: Body) -> bool:
    return str(body.get("loadBalancingScheme", "")).startswith("INTERNAL")


def _network(call: Call, body: Body) -> str | None:
    """Inside: the network of the subnetwork, or the project's default one where neither is named."""
    if not _internal(body):
        return None
    found = in_region(call, body) if body.get("subnetwork") else None
    default = f"projects/{call.project}/global/networks/default"
    return str(found.body["network"]) if found else default


def _subnetwork(call: Call, body: Body) -> str | None:
    """Inside a region: the network's subnetwork there."""
    found = in_region(call, body) if _internal(body) and call.location != "global" else None
    return str(found.body["selfLink"]) if found else None


def _address(call: Call, body: Body) -> str:
    """An address of its own where none is named."""
    internal = _internal(body)
    if body.get("ipVersion") == "IPV6" and not internal and call.location == "global":
        return call.world.ids.address6()
    found = of_subnetwork(call, body) if internal and call.location != "global" else None
    return found or call.world.ids.address(10 if internal or google_apis(body) else 34)


def _on_create(call: Call, body: Body) -> None:
    if body.get("target") in BUNDLES:
        number = int(call.world.number_of(call.project))
        body["pscConnectionId"] = call.world.ids.number(17)
        body.setdefault(
            "serviceDirectoryRegistrations",
            [
                {
                    "namespace": f"goog-psc-{body['network'].rsplit('/', 1)[-1]}-{number}",
                    "serviceDirectoryRegion": "us-central1",
                }
            ],
        )
    if call.location != "global":
        body["selfLinkWithId"] = full(f"{call.path}/{body['id']}")
    if body.get("serviceLabel"):
        name = (
            f"{body['serviceLabel']}.{body['name']}.il4.{call.location}.lb.{call.project}.internal"
        )
        body["serviceName"] = name


def _told(usual: str, of_google_apis: str) -> Callable[[Call, Obj], str]:
    """Endpoints for Google's APIs have operations of other names."""

    def told(_call: Call, obj: Obj) -> str:
        return of_google_apis if obj.body.get("target") in BUNDLES else usual

    return told


FORWARDING_RULES = Kind(
    name="forwardingRules",
    resources=("forwardingRules", "globalForwardingRules"),
    schema="ForwardingRule",
    dialect=COMPUTE,
    latency="compute.GlobalForwardingRule",
    fingerprint="fingerprint",
    immutable=IMMUTABLE,
    output_only=("pscConnectionId", "pscConnectionStatus", "baseForwardingRule", "serviceName"),
    defaults={
        "loadBalancingScheme": _scheme,
        "IPProtocol": "TCP",
        "networkTier": "PREMIUM",
        "network": _network,
        "subnetwork": _subnetwork,
        "IPAddress": _address,
        "description": regional(""),
    },
    refs=(
        Reference(path="target", to=TARGETS, literals=BUNDLES),
        Reference(path="backendService", to=("backendServices",)),
        Reference(path="network", to=("networks",)),
        Reference(path="subnetwork", to=("subnetworks",)),
    ),
    uses=_address_used,
    validate=forwarding_rules.validate,
    on_create=_on_create,
    methods={
        "insert": _insert,
        "patch": _patch,
        "setTarget": setter("target", "SetTarget"),
        "setLabels": _set_labels,
    },
    operation_types={
        "insert": _told("insert", "createPSCServiceEndpoint"),
        "delete": _told("delete", "deletePscForwardingRule"),
    },
)  # fmt: skip
