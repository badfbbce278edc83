"""What Google itself makes in a project and with a network.

Each project begins with the network ``default`` and four firewall rules; each automatic network has a
subnetwork in every region; each network a route to the internet, and one to each of its subnetworks
(https://cloud.google.com/vpc/docs/vpc#default-network, https://cloud.google.com/vpc/docs/routes).
"""

import ipaddress
from typing import Any

from gcpstack.emulator.core.clock import rfc3339_offset
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.links import full
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.compute.ranges import AUTOMATIC, SHARES, share

GATEWAY = "global/gateways/default-internet-gateway"
FIREWALLS: dict[str, tuple[str, str, list[Body]]] = {
    "default-allow-internal": (
        "Allow internal traffic on the default network",
        str(AUTOMATIC),
        [
            {"IPProtocol": "tcp", "ports": ["0-65535"]},
            {"IPProtocol": "udp", "ports": ["0-65535"]},
            {"IPProtocol": "icmp"},
        ],
    ),
    "default-allow-ssh": (
        "Allow SSH from anywhere",
        "0.0.0.0/0",
        [{"IPProtocol": "tcp", "ports": ["22"]}],
    ),
    "default-allow-rdp": (
        "Allow RDP from anywhere",
        "0.0.0.0/0",
        [{"IPProtocol": "tcp", "ports": ["3389"]}],
    ),
    "default-allow-icmp": ("Allow ICMP from anywhere", "0.0.0.0/0", [{"IPProtocol": "icmp"}]),
}
SUBNETWORK: Body = {
    "privateIpGoogleAccess": False,
    "privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS",
    "purpose": "PRIVATE",
    "stackType": "IPV4_ONLY",
}


def give(world: World, kind: str, name: str, network: str, **fields: Any) -> Obj:
    """Make a resource of a network as Google does; it is marked as given and goes with the network.

    Args:
        world: where.
        kind: its collection, ``routes``.
        name: its full name.
        network: the full name of the network.
        fields: of its body, beside those that every resource has.
    """
    now = world.now()
    parts = name.split("/")
    body = {
        "kind": f"compute#{kind[:-1]}",
        "id": world.ids.number(),
        "creationTimestamp": rfc3339_offset(now),
        "name": parts[-1],
        "selfLink": full(name),
        "network": full(network),
        **fields,
    }
    if parts[2] == "regions":
        body["region"] = full("/".join(parts[:4]))
    refs = (("compute", network, "network"),)
    return world.state.put(Obj("compute", kind, name, body, {"created": now, "given": True}, refs))


def is_given(obj: Obj) -> bool:
    """Whether Google made an object by itself."""
    return bool(obj.meta.get("given"))


def _project(name: str) -> str:
    return "/".join(name.split("/")[:2])


def internet_route(world: World, network: str) -> None:
    """The way out of a new network."""
    project = _project(network)
    give(
        world, "routes", f"{project}/global/routes/default-route-{world.ids.hex(16)}", network,
        description="Default route to the Internet.", destRange="0.0.0.0/0", priority=1000,
        nextHopGateway=full(f"{project}/{GATEWAY}"),
    )  # fmt: skip


def local_route(world: World, subnetwork: str, network: str, destination: str) -> None:
    """The way to a subnetwork; it is not a client's to delete."""
    mark = fingerprint(subnetwork).encode().hex()[:16]
    give(
        world, "routes", f"{_project(network)}/global/routes/default-route-r-{mark}", network,
        description=f"Default local route to the subnetwork {destination}.", destRange=destination,
        nextHopNetwork=full(network), priority=0,
    )  # fmt: skip


def drop_local_route(world: World, subnetwork: str) -> None:
    """The way to a subnetwork that goes."""
    mark = fingerprint(subnetwork).encode().hex()[:16]
    world.state.delete("compute", f"{_project(subnetwork)}/global/routes/default-route-r-{mark}")


def subnetworks(world: World, network: str) -> None:
    """The subnetworks of an automatic network: one in each region, under the network's name."""
    project, last = _project(network), network.rsplit("/", 1)[-1]
    for region in SHARES:
        name = f"{project}/regions/{region}/subnetworks/{last}"
        if world.state.get("compute", name):
            continue
        span = share(region)
        give(
            world, "subnetworks", name, network, **SUBNETWORK,
            ipCidrRange=span, gatewayAddress=gateway(span), fingerprint=fingerprint(name), state="READY",
        )  # fmt: skip
        local_route(world, name, network, span)


def gateway(span: str) -> str:
    """The address of the gateway of a range: the first after the network's own."""
    return str(ipaddress.ip_network(span)[1])


def parts_of(world: World, network: str) -> list[Obj]:
    """What goes with a network: its given subnetworks and routes."""
    users = world.state.users("compute", network)
    return [user for user, _ in users if is_given(user) and user.kind in ("subnetworks", "routes")]


def firewalls(world: World, network: str) -> None:
    """The four rules of the default network; they stay in the way of its deletion."""
    for name, (description, source, allowed) in FIREWALLS.items():
        give(
            world, "firewalls", f"{_project(network)}/global/firewalls/{name}", network,
            description=description, allowed=allowed, sourceRanges=[source], priority=65534,
            direction="INGRESS", disabled=False, logConfig={"enable": False},
        )  # fmt: skip


def default_network(world: World, project: str) -> None:
    """Every project begins with the network ``default``."""
    name = f"projects/{project}/global/networks/default"
    number = world.ids.number()
    body = {
        "kind": "compute#network",
        "id": number,
        "name": "default",
        "description": "Default network for the project",
        "autoCreateSubnetworks": True,
        "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL",
        "routingConfig": {"routingMode": "REGIONAL", "bgpBestPathSelectionMode": "LEGACY"},
        "creationTimestamp": rfc3339_offset(world.now()),
        "selfLink": full(name),
        "selfLinkWithId": full(f"projects/{project}/global/networks/{number}"),
    }
    world.state.put(Obj("compute", "networks", name, body))
    internet_route(world, name)
    subnetworks(world, name)
    firewalls(world, name)
