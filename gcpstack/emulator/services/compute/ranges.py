"""IP ranges: reading them, and what of a network they take."""

import ipaddress
from collections.abc import Iterator
from functools import lru_cache

from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.compute.words import wrong

Range = ipaddress.IPv4Network | ipaddress.IPv6Network
# https://cloud.google.com/vpc/docs/subnets#ip-ranges: the block of automatic subnetworks, and each region's share.
AUTOMATIC = ipaddress.ip_network("10.128.0.0/9")
SHARES = {
    "africa-south1": 218, "asia-east1": 140, "asia-east2": 170, "asia-northeast1": 146,
    "asia-northeast2": 174, "asia-northeast3": 178, "asia-south1": 160, "asia-south2": 190,
    "asia-southeast1": 148, "asia-southeast2": 184, "asia-southeast3": 232, "australia-southeast1": 152,
    "australia-southeast2": 192, "europe-central2": 186, "europe-north1": 166, "europe-north2": 226,
    "europe-southwest1": 204, "europe-west1": 132, "europe-west10": 214, "europe-west12": 210,
    "europe-west2": 154, "europe-west3": 156, "europe-west4": 164, "europe-west6": 172,
    "europe-west8": 198, "europe-west9": 200, "me-central1": 212, "me-west1": 208,
    "northamerica-northeast1": 162, "northamerica-northeast2": 188, "northamerica-south1": 224,
    "southamerica-east1": 158, "southamerica-west1": 194, "us-central1": 128, "us-east1": 142,
    "us-east4": 150, "us-east5": 202, "us-south1": 206, "us-west1": 138, "us-west2": 168,
    "us-west3": 180, "us-west4": 182,
}  # fmt: skip


def share(region: str) -> str:
    """The range of the automatic subnetwork of a region."""
    return f"10.{SHARES[region]}.0.0/20"


def read(field: str, text: str) -> Range:
    """A range as a field of a body gives it.

    Raises:
        ApiError: 400, it isn't one.
    """
    problem = unreadable(field, text)
    if problem:
        raise problem
    return _parsed(text)


@lru_cache(8192)
def _parsed(text: str) -> Range:
    return ipaddress.ip_network(text)


def unreadable(field: str, text: str) -> ApiError | None:
    """The 400 of a text that is no range, or whose address isn't the first of its block."""
    try:
        if "/" not in text:
            return wrong(field, text, "Must be a CIDR address range.")
        _parsed(text)
    except ValueError:
        try:
            whole = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return wrong(field, text, "Must be a CIDR address range.")
        return wrong(field, text, f"Must be the address of a network, such as {whole}.")
    return None


def of_subnetwork(body: dict[str, object]) -> Iterator[tuple[str, str]]:
    """(field, range) of a subnetwork's primary and secondary ranges."""
    if body.get("ipCidrRange"):
        yield "ipCidrRange", str(body["ipCidrRange"])
    secondary = body.get("secondaryIpRanges") or []
    for index, one in enumerate(secondary if isinstance(secondary, list) else []):
        if one.get("ipCidrRange"):
            yield f"secondaryIpRanges[{index}].ipCidrRange", str(one["ipCidrRange"])


def subnetworks_of(world: World, network: str) -> list[Obj]:
    """The subnetworks of a network, by region and name."""
    users = world.state.users("compute", network)
    found = {user.name: user for user, _ in users if user.kind == "subnetworks"}
    return [found[name] for name in sorted(found)]


def overlapping(left: Range, right: Range) -> bool:
    """Whether two ranges have an address in common."""
    return left.version == right.version and left.overlaps(right)
