"""Compute Engine (https://cloud.google.com/compute/docs/reference/rest/v1)."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.dialects.compute import OPERATIONS
from gcpstack.emulator.services.compute import networks
from gcpstack.emulator.services.compute.addresses import ADDRESSES
from gcpstack.emulator.services.compute.health_checks import HEALTH_CHECKS

SERVICE = Service(
    name="compute",
    title="Compute Engine API",
    style="v1",
    versions=("v1", "beta", "alpha"),
    not_found="The resource '{name}' was not found",
    kinds=(ADDRESSES, HEALTH_CHECKS, networks.NETWORKS, OPERATIONS),
    provision=networks.provision,
)
