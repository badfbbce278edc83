"""The kinds of networks, as data. `gcpstack.resources.kinds` lists them with all others."""

from gcpstack._core.kinds import Kind
from gcpstack.resources._outputs import SELF

NETWORK = Kind(
    name="compute.Network",
    api="compute.googleapis.com",
    path="projects/{project}/global/networks/{name}",
    title="VPC network",
    outputs={
        **SELF,
        "gateway_ipv4": ("gatewayIPv4",),
        "internal_ipv6_range": ("internalIpv6Range",),
    },
)
SUBNETWORK = Kind(
    name="compute.Subnetwork",
    api="compute.googleapis.com",
    path="projects/{project}/regions/{region}/subnetworks/{name}",
    title="subnetwork",
    outputs={**SELF, "gateway_address": ("gatewayAddress",), "ip_cidr_range": ("ipCidrRange",)},
)
FIREWALL = Kind(
    name="compute.Firewall",
    api="compute.googleapis.com",
    path="projects/{project}/global/firewalls/{name}",
    title="firewall rule",
    outputs=SELF,
)
ROUTER = Kind(
    name="compute.Router",
    api="compute.googleapis.com",
    path="projects/{project}/regions/{region}/routers/{name}",
    title="Cloud Router",
    outputs=SELF,
    # Its NAT gateways are a list within it, written whole.
    serialize="routers/{project}/{region}/{name}",
)
