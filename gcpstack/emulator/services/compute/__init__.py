"""Compute Engine (https://cloud.google.com/compute/docs/reference/rest/v1)."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.dialects.compute import OPERATIONS
from gcpstack.emulator.services.compute import (
    armor,
    backends,
    certificates,
    endpoint_groups,
    forwarding,
    networks,
    proxies,
    url_maps,
)
from gcpstack.emulator.services.compute.addresses import ADDRESSES
from gcpstack.emulator.services.compute.health_checks import HEALTH_CHECKS

SERVICE = Service(
    name="compute",
    title="Compute Engine API",
    style="v1",
    versions=("v1", "beta", "alpha"),
    kinds=(
        ADDRESSES,
        armor.SECURITY_POLICIES,
        backends.BACKEND_BUCKETS,
        backends.BACKEND_SERVICES,
        certificates.SSL_CERTIFICATES,
        certificates.SSL_POLICIES,
        endpoint_groups.ENDPOINT_GROUPS,
        forwarding.FORWARDING_RULES,
        HEALTH_CHECKS,
        networks.NETWORKS,
        OPERATIONS,
        proxies.TARGET_HTTP_PROXIES,
        proxies.TARGET_HTTPS_PROXIES,
        proxies.TARGET_SSL_PROXIES,
        proxies.TARGET_TCP_PROXIES,
        url_maps.URL_MAPS,
    ),
    provision=networks.provision,
)
