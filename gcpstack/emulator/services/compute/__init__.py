"""Compute Engine (https://cloud.google.com/compute/docs/reference/rest/v1)."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects.compute import OPERATIONS
from gcpstack.emulator.services.compute import (
    armor,
    backends,
    certificates,
    edge,
    endpoint_groups,
    firewall_policies,
    firewalls,
    forwarding,
    given,
    machines,
    mirrorings,
    networks,
    places,
    pools,
    proxies,
    routers,
    routes,
    ssl_policies,
    subnetworks,
    url_maps,
    vpn_gateways,
    vpn_tunnels,
)
from gcpstack.emulator.services.compute.addresses import ADDRESSES
from gcpstack.emulator.services.compute.health_checks import HEALTH_CHECKS


def _provision(world: World, project: str) -> None:
    """What a project has from the start."""
    places.project(world, project)
    given.default_network(world, project)


SERVICE = Service(
    name="compute",
    title="Compute Engine API",
    style="v1",
    versions=("v1", "beta", "alpha"),
    not_found="The resource '{name}' was not found",
    kinds=(
        ADDRESSES,
        armor.SECURITY_POLICIES,
        backends.BACKEND_BUCKETS,
        backends.BACKEND_SERVICES,
        certificates.SSL_CERTIFICATES,
        endpoint_groups.ENDPOINT_GROUPS,
        firewall_policies.FIREWALL_POLICIES,
        firewalls.FIREWALLS,
        forwarding.FORWARDING_RULES,
        HEALTH_CHECKS,
        edge.NETWORK_EDGE_SECURITY_SERVICES,
        machines.IMAGES,
        machines.INSTANCE_GROUPS,
        machines.INSTANCES,
        networks.NETWORKS,
        OPERATIONS,
        places.PROJECTS,
        places.REGIONS_KIND,
        places.ZONES_KIND,
        pools.HTTP_HEALTH_CHECKS,
        pools.HTTPS_HEALTH_CHECKS,
        pools.TARGET_INSTANCES,
        pools.TARGET_POOLS,
        proxies.TARGET_GRPC_PROXIES,
        proxies.TARGET_HTTP_PROXIES,
        proxies.TARGET_HTTPS_PROXIES,
        proxies.TARGET_SSL_PROXIES,
        proxies.TARGET_TCP_PROXIES,
        mirrorings.MIRRORINGS,
        routers.ROUTERS,
        routes.ROUTES,
        ssl_policies.SSL_POLICIES,
        subnetworks.SUBNETWORKS,
        url_maps.URL_MAPS,
        vpn_gateways.EXTERNAL_VPN_GATEWAYS,
        vpn_gateways.TARGET_VPN_GATEWAYS,
        vpn_gateways.VPN_GATEWAYS,
        vpn_tunnels.VPN_TUNNELS,
    ),
    events=certificates.EVENTS,
    react=certificates.react,
    provision=_provision,
)
