"""The kinds of networks, as data. `gcpstack.resources.kinds` lists them with all others."""

from gcpstack._core.kinds import Kind, Replacement, by_status
from gcpstack.resources import _refused_changes as refused_changes
from gcpstack.resources import _refused_changes_network as network_changes
from gcpstack.resources._outputs import NAME, SELF

ADDRESS = Kind(
    name="compute.Address",
    api="compute.googleapis.com",
    path="projects/{project}/regions/{region}/addresses/{name}",
    title="regional address",
    replace=Replacement.SUCCESSOR,
    outputs={**SELF, "address": ("address",), "status": ("status",)},
    condition=by_status("status"),
)
NETWORK = Kind(
    name="compute.Network",
    api="compute.googleapis.com",
    path="projects/{project}/global/networks/{name}",
    title="VPC network",
    held=True,
    outputs={
        **SELF,
        "gateway_ipv4": ("gatewayIPv4",),
        "internal_ipv6_range": ("internalIpv6Range",),
    },
    refuses=network_changes.network,
    occupied=network_changes.occupied,
)
SUBNETWORK = Kind(
    name="compute.Subnetwork",
    api="compute.googleapis.com",
    path="projects/{project}/regions/{region}/subnetworks/{name}",
    title="subnetwork",
    held=True,
    outputs={**SELF, "gateway_address": ("gatewayAddress",), "ip_cidr_range": ("ipCidrRange",)},
    refuses=network_changes.subnetwork,
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
    refuses=network_changes.router,
)
VPC_CONNECTOR = Kind(
    name="vpcaccess.Connector",
    api="vpcaccess.googleapis.com",
    path="projects/{project}/locations/{location}/connectors/{name}",
    title="VPC connector",
    outputs={**NAME, "state": ("state",), "connected_projects": ("connectedProjects",)},
    condition=by_status("state"),
    refuses=refused_changes.connector,
)
PRIVATE_SERVICE_CONNECTION = Kind(
    name="servicenetworking.Connection",
    api="servicenetworking.googleapis.com",
    # Google knows it by its service and network alone: it has no name of its own.
    path="projects/{project}/global/networks/{network}/connections/{service}",
    title="private service connection",
    outputs={"peering": ("peering",)},
    # Google changes one peering of a network at a time
    # (https://cloud.google.com/vpc/docs/vpc-peering#restrictions).
    serialize="peerings/{project}/{network}",
    # Cloud SQL lets go of the network a while after its last instance there is deleted
    # (https://cloud.google.com/vpc/docs/configure-private-services-access#removing-connection).
    lingers=3600.0,
)
