"""Google's Cloud Billing Catalog: what each SKU costs now.

https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list
"""

from collections.abc import Collection

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.rest import Collection as Calls
from gcpstack._core.json import Body

API = "cloudbilling.googleapis.com"
#: As many as Google gives at once.
_PAGE = 5000


def services(clients: Clients, names: Collection[str]) -> list[str]:
    """List the catalog's names of services, by their titles.

    Args:
        clients: ask Google.
        names: the titles, such as ``Cloud Run``.

    Raises:
        CloudError: Google does not say.
    """
    found = Calls(clients, "cloudbilling", "v1", "services").pages({"pageSize": _PAGE}, "services")
    return [str(one["name"]) for one in found if one.get("displayName") in names]


def skus(clients: Clients, service: str) -> list[Body]:
    """List the SKUs of a service, with prices in US dollars.

    Raises:
        CloudError: Google does not say.
    """
    calls = Calls(clients, "cloudbilling", "v1", "services.skus")
    return calls.pages({"parent": service, "currencyCode": "USD", "pageSize": _PAGE}, "skus")
