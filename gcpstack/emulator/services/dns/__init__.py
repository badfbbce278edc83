"""Cloud DNS (https://cloud.google.com/dns/docs/reference/rest/v1)."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.services.dns import changes, policies, records, zones

SERVICE = Service(
    name="dns",
    title="Google Cloud DNS API",
    style="both",
    versions=("v1", "v1beta2"),
    kinds=(
        zones.ZONES, records.RECORD_SETS, changes.CHANGES,
        policies.POLICIES, policies.RESPONSE_POLICIES, policies.RULES,
    ),
    methods={
        "projects.get": zones.project,
        "managedZoneOperations.get": zones.get_operation,
        "managedZoneOperations.list": zones.list_operations,
    },
    not_found="The resource '{name}' was not found",
)  # fmt: skip
