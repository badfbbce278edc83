"""The Cloud Billing Catalog: services, their SKUs, pages."""

from typing import Any

from gcpstack.emulator import Emulator
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery

HOST = "https://cloudbilling.googleapis.com/v1"
SQL = f"{HOST}/services/9662-B51E-5089/skus"


def described(send: Send, words: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = send("GET", SQL).json()["skus"]
    return next(one for one in found if one["description"] == words)


def test_services(send: Send):
    """With the identifiers that Google's catalog has."""
    found = send("GET", f"{HOST}/services").json()["services"]

    assert {
        "name": "services/9662-B51E-5089",
        "serviceId": "9662-B51E-5089",
        "displayName": "Cloud SQL",
        "businessEntityName": "businessEntities/GCP",
    } in found
    assert len({one["name"] for one in found}) == len(found)


def test_a_sku(send: Send):
    """Money in units and nanos, by the hour, in its region."""
    found = described(send, "Cloud SQL for PostgreSQL: Zonal - vCPU in Iowa")

    expression = found["pricingInfo"][0]["pricingExpression"]
    assert found["name"] == f"services/9662-B51E-5089/skus/{found['skuId']}"
    assert found["serviceRegions"] == found["geoTaxonomy"]["regions"] == ["us-central1"]
    assert expression["usageUnit"] == "h"
    assert expression["baseUnitConversionFactor"] == 3600
    assert expression["tieredRates"] == [
        {
            "startUsageAmount": 0,
            "unitPrice": {"currencyCode": "USD", "units": "0", "nanos": 41300000},
        }
    ]


def test_a_free_tier_comes_first(send: Send):
    """A tier that costs nothing, then the price."""
    run = f"{HOST}/services/152E-C115-5142/skus"
    found = send("GET", run).json()["skus"]
    requests = next(one for one in found if one["description"] == "Requests")
    tiers = requests["pricingInfo"][0]["pricingExpression"]["tieredRates"]

    assert [tier["startUsageAmount"] for tier in tiers] == [0, 2_000_000]
    assert [tier["unitPrice"]["nanos"] for tier in tiers] == [0, 400]
    assert requests["geoTaxonomy"] == {"type": "GLOBAL"}


def test_identifiers_are_unique_and_last(send: Send):
    """The same in every run."""
    first = [one["skuId"] for one in send("GET", SQL).json()["skus"]]

    assert len(set(first)) == len(first)
    assert first == [one["skuId"] for one in send("GET", SQL).json()["skus"]]


def test_pages(send: Send):
    """Each SKU once."""
    whole = send("GET", SQL).json()["skus"]
    seen: list[Any] = []
    token = ""
    while True:
        page = send("GET", f"{SQL}?pageSize=7&pageToken={token}").json()
        seen += page["skus"]
        token = page.get("nextPageToken", "")
        if not token:
            break

    assert seen == whole


def test_mistakes(send: Send):
    """A service that is not there, and another currency."""
    assert send("GET", f"{HOST}/services/0000-0000-0000/skus").status == 404
    assert send("GET", f"{SQL}?currencyCode=EUR").status == 400
    assert send("GET", f"{SQL}?currencyCode=USD").status == 200


def test_googles_client(emulator: Emulator):
    """The discovery client lists both."""
    catalog = discovery(emulator, "cloudbilling", "v1")
    names = [one["displayName"] for one in catalog.services().list().execute()["services"]]
    found = catalog.services().skus().list(parent="services/E505-1604-58F8").execute()["skus"]

    assert "Networking" in names
    assert any(one["description"] == "Networking Cloud Armor Policy" for one in found)
