"""Internal addresses: each comes out of the range of its subnetwork.

https://cloud.google.com/vpc/docs/ip-addresses#internal_ip_addresses,
https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet
"""

import ipaddress
from collections.abc import Iterator
from itertools import islice

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.services.compute.ranges import Range, read, subnetworks_of
from gcpstack.emulator.services.compute.ranges import of_subnetwork as of_body

# Of every range the first two addresses are the network's and the gateway's; the last two are kept too.
KEPT = 2
ONE = 32
# Where Google looks for a block: private ranges that automatic subnetworks leave free.
ROOMS = tuple(map(ipaddress.IPv4Network, ("10.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")))


def of_subnetwork(call: Call, body: Body) -> str | None:
    """A free address of the subnetwork that a regional resource names, or of its network's in the region.

    Returns:
        None where there is no such subnetwork.

    Raises:
        ApiError: 400, every address of the range is taken.
    """
    found = in_region(call, body)
    if found is None or "ipCidrRange" not in found.body:
        return None
    span = ipaddress.ip_network(found.body["ipCidrRange"])
    taken = set(_taken(call, found))
    usable = islice(span, KEPT, span.num_addresses - KEPT)
    free = next((str(one) for one in usable if str(one) not in taken), None)
    if free is None:
        message = f"IP space of '{found.name}' is exhausted."
        raise ApiError(400, message, reason="ipSpaceExhausted")
    return free


def of_network(call: Call, body: Body) -> str:
    """The first address of a block that is free in the network a global resource names, or of one address.

    Raises:
        ApiError: 400, no such block is left.
    """
    network = _name(call, str(body.get("network") or "global/networks/default"))
    length = int(body.get("prefixLength") or ONE)
    taken = list(_blocks(call, network))
    for room in ROOMS:
        for block in room.subnets(new_prefix=length) if length >= room.prefixlen else ():
            clash = any(block.overlaps(other) for other in taken if other.version == block.version)
            if not clash:
                return str(block[0])
    message = f"IP space of '{network}' is exhausted."
    raise ApiError(400, message, reason="ipSpaceExhausted")


def _blocks(call: Call, network: str) -> Iterator[Range]:
    """What of a network is taken: by its subnetworks, and by the blocks that were set aside."""
    for one in subnetworks_of(call.world, network):
        for field, text in of_body(one.body):
            yield read(field, text)
    for one, _ in call.world.state.users("compute", network):
        if one.kind == "addresses" and one.body.get("address"):
            text = f"{one.body['address']}/{one.body.get('prefixLength', ONE)}"
            yield ipaddress.ip_network(text, strict=False)


def in_region(call: Call, body: Body) -> Obj | None:
    """The subnetwork that a regional resource names, or its network's in the region; None: there is none."""
    if body.get("subnetwork"):
        return call.find(_name(call, str(body["subnetwork"])))
    network = str(body.get("network") or "global/networks/default")
    there = (
        one
        for one in subnetworks_of(call.world, _name(call, network))
        if one.name.split("/")[3] == call.location and one.body.get("purpose") == "PRIVATE"
    )
    return next(there, None)


def _name(call: Call, text: str) -> str:
    return call.world.canonical(relative(text, call.project))


def _taken(call: Call, subnetwork: Obj) -> Iterator[str]:
    """The addresses of what is in a region's subnetwork: of one without a name for it too."""
    region = "/".join(subnetwork.name.split("/")[:4])
    for kind, field in (("addresses", "address"), ("forwardingRules", "IPAddress")):
        for one in call.world.state.page("compute", f"{region}/{kind}"):
            yield str(one.body.get(field))
