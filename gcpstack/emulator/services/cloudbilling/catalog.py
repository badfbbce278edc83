"""The catalog's services and SKUs, and the two lists of them."""

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib import resources
from typing import Any

from gcpstack.emulator.core import paging
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid, not_found
from gcpstack.emulator.core.model import Body

#: As many a page holds unless asked otherwise, says the API's description.
USUAL_PAGE = 5000
CURRENCY = "USD"
NANO = Decimal(1_000_000_000)
#: When the prices took effect: the API tells a time.
SINCE = "2026-11-01T00:00:00Z"
#: The words for a unit, its base unit and how many of those it is.
UNITS = {
    "s": ("second", "s", 1),
    "h": ("hour", "s", 3600),
    "mo": ("month", "s", 2592000),
    "count": ("count", "count", 1),
    "MiBy": ("mebibyte", "By", 2**20),
    "GiBy": ("gibibyte", "By", 2**30),
    "TiBy": ("tebibyte", "By", 2**40),
    "GiBy.s": ("gibibyte second", "By.s", 2**30),
    "GiBy.h": ("gibibyte hour", "By.s", 2**30 * 3600),
    "GiBy.mo": ("gibibyte month", "By.s", 2**30 * 2592000),
}


def list_services(call: Call) -> Body:
    """Answer ``services.list``."""
    items = [
        {
            "name": f"services/{found}",
            "serviceId": found,
            "displayName": name,
            "businessEntityName": "businessEntities/GCP",
        }
        for found, (name, _) in _catalog().items()
    ]
    return _page(call, items, "services")


def list_skus(call: Call) -> Body:
    """Answer ``services.skus.list``."""
    if call.query.get("currencyCode", CURRENCY) != CURRENCY:
        raise invalid(f"The emulator's prices are in {CURRENCY} alone.", field="currency_code")
    service = str(call.params["parent"]).removeprefix("services/")
    found = _catalog().get(service)
    if found is None:
        raise not_found(f"Service {service} was not found.")
    return _page(call, [_sku(service, found[0], row) for row in found[1]], "skus")


def _page(call: Call, items: Sequence[Body], key: str) -> Body:
    size = int(call.query.get("pageSize") or 0) or USUAL_PAGE
    return paging.cut(items, {**call.query, "pageSize": min(size, USUAL_PAGE)}, key)


@functools.cache
def _catalog() -> Mapping[str, tuple[str, Sequence[Mapping[str, Any]]]]:
    text = resources.files(__package__).joinpath("skus.json").read_text("utf-8")
    found = json.loads(text)
    return {row["id"] or _identifier(name): (name, row["skus"]) for name, row in found.items()}


def _identifier(*parts: str) -> str:
    """Make an identifier in Google's form that is the same in every run."""
    digest = hashlib.sha256("/".join(parts).encode()).hexdigest().upper()
    return "-".join((digest[:4], digest[4:8], digest[8:12]))


def _sku(service: str, title: str, row: Mapping[str, Any]) -> Body:
    usage = row.get("usage", "OnDemand")
    found = _identifier(title, row["description"], usage, *row["regions"])
    everywhere = row["regions"] == ["global"]
    words, base, factor = UNITS[row["unit"]]
    return {
        "name": f"services/{service}/skus/{found}",
        "skuId": found,
        "description": row["description"],
        "category": {"serviceDisplayName": title, "usageType": usage},
        "serviceRegions": row["regions"],
        "serviceProviderName": "Google",
        "geoTaxonomy": {"type": "GLOBAL"}
        if everywhere
        else {"type": "REGIONAL", "regions": row["regions"]},
        "pricingInfo": [
            {
                "effectiveTime": SINCE,
                "currencyConversionRate": 1,
                "pricingExpression": {
                    "usageUnit": row["unit"],
                    "usageUnitDescription": words,
                    "baseUnit": base,
                    "baseUnitConversionFactor": factor,
                    "displayQuantity": 1,
                    "tieredRates": [_rate(*rate) for rate in row["rates"]],
                },
            }
        ],
    }


def _rate(start: str, price: str) -> Body:
    units, rest = divmod(Decimal(price), 1)
    money: Body = {"currencyCode": CURRENCY, "units": str(int(units)), "nanos": int(rest * NANO)}
    return {"startUsageAmount": float(start), "unitPrice": money}
