"""The Cloud Billing Catalog: services, and what each of their SKUs costs.

https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list

The catalog is a small one, in ``skus.json``: SKUs as Google describes them, with neighbours that a
loose reading would take for them. Identifiers that are not known are the emulator's own.
"""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.services.cloudbilling.catalog import list_services, list_skus

SERVICE = Service(
    name="cloudbilling",
    title="Cloud Billing API",
    methods={"services.list": list_services, "services.skus.list": list_skus},
)
