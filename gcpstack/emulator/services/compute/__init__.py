"""Compute Engine (https://cloud.google.com/compute/docs/reference/rest/v1)."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.dialects.compute import OPERATIONS
from gcpstack.emulator.services.compute import (
    armor,
    backends,
    certificates,
    endpoint_groups,
    forwarding,
    machines,
    networks,
    proxies,
    ssl_policies,
    url_maps,
    vpn_gateways,
)
from gcpstack.emulator.services.compute.addresses import ADDRESSES
from gcpstack.emulator.services.compute.health_checks import HEALTH_CHECKS

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
        forwarding.FORWARDING_RULES,
        HEALTH_CHECKS,
        machines.IMAGES,
        machines.INSTANCE_GROUPS,
        machines.INSTANCES,
        networks.NETWORKS,
        OPERATIONS,
        proxies.TARGET_HTTP_PROXIES,
        proxies.TARGET_HTTPS_PROXIES,
        proxies.TARGET_SSL_PROXIES,
        proxies.TARGET_TCP_PROXIES,
        ssl_policies.SSL_POLICIES,
        url_maps.URL_MAPS,
        vpn_gateways.TARGET_VPN_GATEWAYS,
    ),
    events=certificates.EVENTS,
    react=certificates.react,
    provision=networks.provision,
)
