"""IP ranges of one network that overlap."""

import ipaddress
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gcpstack._core.json import get
from gcpstack._core.refs import Address, Link
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem

_Net: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Where networks that make their own subnetworks put them
#: (https://cloud.google.com/vpc/docs/subnets#ip-ranges).
_AUTO = "10.128.0.0/9"
#: The network that there is without being declared makes its own.
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class _Range:
    """A range that something takes in a network."""

    network: str
    net: _Net
    text: str
    owner: str
    place: str


def overlaps(stack: Mapping[Address, Declared]) -> Iterator[Problem]:
    """A range belongs to one thing of a network.

    https://cloud.google.com/vpc/docs/configure-serverless-vpc-access#create-connector,
    https://cloud.google.com/vpc/docs/subnets#valid-ranges,
    https://cloud.google.com/vpc/docs/configure-private-services-access#considerations
    """
    found = sorted(
        (one for item in stack.values() for one in _ranges(item)), key=lambda one: one.place
    )
    for left, right in itertools.combinations(found, 2):
        if left.network == right.network and left.owner != right.owner and _meet(left, right):
            yield Problem(
                right.place,
                f"{right.text} overlaps {left.text} of {left.owner}.",
                f"Give it a range of {right.network} that nothing else uses.",
            )


def _meet(left: _Range, right: _Range) -> bool:
    return left.net.version == right.net.version and left.net.overlaps(right.net)


def _ranges(item: Declared) -> Iterator[_Range]:
    """List the ranges that a resource takes, as far as they are known."""
    kind, body = item.kind.name, item.body
    if kind == "compute.Network" and body.get("autoCreateSubnetworks"):
        yield from _one(item, item.ids["name"], _AUTO, "")
    elif kind == "compute.Subnetwork":
        network = body.get("network")
        yield from _one(item, network, body.get("ipCidrRange"), "ip_cidr_range")
        listed = body.get("secondaryIpRanges")
        for index, part in enumerate(listed if isinstance(listed, list) else ()):
            place = f"secondary_ip_ranges[{index}].ip_cidr_range"
            yield from _one(item, network, part.get("ipCidrRange"), place)
    elif kind == "vpcaccess.Connector":
        yield from _one(item, body.get("network"), body.get("ipCidrRange"), "ip_cidr_range")
        if body.get("network") == _DEFAULT:
            auto = ipaddress.ip_network(_AUTO)
            yield _Range(_DEFAULT, auto, _AUTO, "the default network's subnetworks", "")
    elif kind == "compute.GlobalAddress" and body.get("purpose") == "VPC_PEERING":
        first, bits = body.get("address"), body.get("prefixLength")
        if isinstance(first, str) and isinstance(bits, int):
            yield from _one(item, body.get("network"), f"{first}/{bits}", "address")
    elif kind == "redis.Instance" and "/" in str(body.get("reservedIpRange") or ""):
        network = body.get("authorizedNetwork", _DEFAULT)
        yield from _one(item, network, get(body, ("reservedIpRange",)), "reserved_ip_range")


def _one(item: Declared, network: object, text: object, field: str) -> Iterator[_Range]:
    name = network.to.name if isinstance(network, Link) else network
    if not isinstance(name, str) or not isinstance(text, str):
        return
    try:
        net = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return  # told by its own check
    place = f"{item.address}: {field}" if field else str(item.address)
    yield _Range(name.rsplit("/", 1)[-1], net, text, str(item.address), place)
