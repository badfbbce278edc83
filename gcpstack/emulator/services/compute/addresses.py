"""Static addresses, global and regional (https://cloud.google.com/compute/docs/reference/rest/v1/addresses)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.compute import COMPUTE

REGIONAL_DEFAULTS = {"addressType": "EXTERNAL", "description": "", "networkTier": "PREMIUM"}


def _validate(_call: Call, body: Body, old: Body | None) -> None:
    if (
        old is None
        and body.get("addressType") == "INTERNAL"
        and body.get("networkTier") == "STANDARD"
    ):
        raise invalid(
            "Invalid value for field 'resource.networkTier': 'STANDARD'. "
            "Network tier cannot be specified for internal addresses."
        )


def _on_create(call: Call, body: Body) -> None:
    internal = body.get("addressType") == "INTERNAL"
    count = call.world.state.count("internal address")
    if not body.get("address"):
        body["address"] = (
            f"10.{128 + count // 64000}.{count // 250 % 256}.{2 + count % 250}"
            if internal
            else call.world.ids.address()
        )
    if call.location != "global":
        for field, value in REGIONAL_DEFAULTS.items():
            body.setdefault(field, value)
        if internal:
            body.setdefault("purpose", "GCE_ENDPOINT")
        body["status"] = "RESERVED"


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
        Reference(path="network", to=("networks",), as_sent=True),
        Reference(path="subnetwork", to=("subnetworks",), as_sent=True),
    ),
    validate=_validate,
    on_create=_on_create,
    view=_view,
)
