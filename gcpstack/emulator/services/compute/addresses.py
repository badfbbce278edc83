"""Static addresses, global and regional (https://cloud.google.com/compute/docs/reference/rest/v1/addresses)."""

import ipaddress

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.compute import COMPUTE
from gcpstack.emulator.services.compute.internal import of_network, of_subnetwork
from gcpstack.emulator.services.compute.words import wrong

OF_NETWORKS = ("VPC_PEERING", "PRIVATE_SERVICE_CONNECT", "GCE_ENDPOINT", "SHARED_LOADBALANCER_VIP")

LENGTHS = (8, 32)  # of a block's prefix
DEFAULTS = {
    "addressType": "EXTERNAL",
    "description": "",
    "networkTier": "PREMIUM",
    "status": "RESERVED",
}


def _validate(call: Call, body: Body, _old: Body | None) -> None:
    tier, internal = body.get("networkTier"), body.get("addressType") == "INTERNAL"
    if internal and tier == "STANDARD":
        hint = "Network tier cannot be specified for internal addresses."
        raise wrong("networkTier", tier, hint)
    if call.location == "global" and tier not in (None, "PREMIUM"):
        hint = "Global addresses are only supported in the PREMIUM network tier."
        raise wrong("networkTier", tier, hint)
    if body.get("purpose") in OF_NETWORKS and not internal:
        hint = f"The purpose {body['purpose']} needs the address type INTERNAL."
        raise wrong("addressType", body.get("addressType", "EXTERNAL"), hint)
    length = body.get("prefixLength")
    if length and not LENGTHS[0] <= length <= LENGTHS[1]:
        hint = f"Must be between {LENGTHS[0]} and {LENGTHS[1]}."
        raise wrong("prefixLength", length, hint)
    _check_literal(call, body)


def _check_literal(call: Call, body: Body) -> None:
    """A chosen address must be one, and free."""
    literal = body.get("address")
    if not literal:
        return
    try:
        ipaddress.ip_address(literal)
    except ValueError:
        raise wrong("address", literal, "Must be a valid IP address.") from None
    for other in call.world.state.page("compute", call.path):
        if (
            other.body.get("address") == literal
            and body.get("purpose") != "SHARED_LOADBALANCER_VIP"
        ):
            raise wrong("address", literal, "The specified IP address is already reserved.")


def _on_create(call: Call, body: Body) -> None:
    internal = body.get("addressType") == "INTERNAL"
    if not body.get("address"):
        body["address"] = _internal(call, body) if internal else _external(call, body)
    for field, value in DEFAULTS.items():
        body.setdefault(field, value)
    if internal and call.location != "global":
        body.setdefault("purpose", "GCE_ENDPOINT")


def _external(call: Call, body: Body) -> str:
    ids = call.world.ids
    return ids.address6() if body.get("ipVersion") == "IPV6" else ids.address()


def _internal(call: Call, body: Body) -> str:
    """One of a subnetwork, or a range of its own for what a whole network shares."""
    found = None if call.location == "global" else of_subnetwork(call, body)
    return found or of_network(call, body)


def _view(world: World, obj: Obj, body: Body) -> Body:
    """An address in use tells by whom."""
    users = sorted(user.body["selfLink"] for user, _ in world.state.users(obj.service, obj.name))
    if users:
        body |= {"status": "IN_USE", "users": users}
    return body


ADDRESSES = Kind(
    name="addresses",
    resources=("addresses", "globalAddresses"),
    schema="Address",
    dialect=COMPUTE,
    output_only=("status", "users"),
    refs=(
        Reference(path="network", to=("networks",)),
        Reference(path="subnetwork", to=("subnetworks",)),
    ),
    validate=_validate,
    on_create=_on_create,
    view=_view,
)
