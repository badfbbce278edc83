"""Groups of places that IAP forwards TCP to (https://cloud.google.com/iap/docs/tcp-by-host)."""

import ipaddress
import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.dialects.aip import AIP

# A leading wildcard is taken: https://cloud.google.com/iap/docs/reference/rest/v1/projects.iap_tunnel.locations.destGroups
HOST = re.compile(r"(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def _check(call: Call, body: Body, old: Body | None) -> None:
    if old is None and call.location not in REGIONS:
        text = f"Permission denied on 'locations/{call.location}' (or it may not exist)."
        raise ApiError(403, text, status="PERMISSION_DENIED")
    for text in body.get("cidrs", ()):
        try:
            ipaddress.ip_network(text)
        except ValueError:
            raise invalid(f"Invalid CIDR '{text}'.", field="tunnel_dest_group.cidrs") from None
    for text in body.get("fqdns", ()):
        if not HOST.fullmatch(text):
            raise invalid(f"Invalid FQDN '{text}'.", field="tunnel_dest_group.fqdns")


GROUPS = Kind(
    name="destGroups",
    resources=("projects.iap_tunnel.locations.destGroups",),
    schema="TunnelDestGroup",
    dialect=AIP,
    versions=("v1",),
    number=True,
    id_param="tunnelDestGroupId",
    id_pattern=r"[a-z-]{4,63}",
    masks=("cidrs", "fqdns"),
    validate=_check,
)
