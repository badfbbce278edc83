"""Prices as Google's catalog tells them now, instead of those of the table. Pure."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gcpstack._costs.model import NOTHING
from gcpstack._costs.prices import Price, Prices, SkuPart

_NANO = Decimal(1_000_000_000)
_GLOBAL = "global"
#: How many of the table's units one of the catalog's is; a unit that is not here is not understood.
_UNITS: Mapping[str, Mapping[str, Decimal]] = {
    "vCPU-second": {"s": Decimal(1)},
    "GiB-second": {"GiBy.s": Decimal(1)},
    "GB-hour": {"GiBy.h": Decimal(1)},
    "GiB-hour": {"GiBy.h": Decimal(1)},
    "GB-month": {"GiBy.mo": Decimal(1)},
    "GiB-month": {"GiBy.mo": Decimal(1)},
    "MiB": {"MiBy": Decimal(1)},
    "GiB": {"GiBy": Decimal(1), "TiBy": Decimal(1024)},
}
_HOURS = {"h": Decimal(1)}
#: Of a part of a machine: the whole is told in hours.
_MACHINE = {"h": Decimal(1), "GiBy.h": Decimal(1)}
_MONTHS = {"mo": Decimal(1), "count": Decimal(1)}
_COUNTS = {"count": Decimal(1)}

Sku = Mapping[str, Any]


def services(base: Prices) -> frozenset[str]:
    """List the services whose SKUs are asked for, by their names in the catalog."""
    return frozenset(price.service for price in base.prices.values() if price.service)


def from_catalog(base: Prices, skus: Iterable[Sku], day: str) -> Prices:
    """Use the catalog's list prices instead of the table's.

    Free tiers and the prices of volumes stay those of the table: the catalog tells them for each SKU,
    and Google counts them for several together.

    Args:
        base: the table.
        skus: SKUs of its `services`, as the catalog tells them.
        day: when they were read.
    """
    by_service: dict[str, list[Sku]] = {}
    for sku in skus:
        category = sku.get("category", {})
        if category.get("usageType", "OnDemand") == "OnDemand":
            by_service.setdefault(str(category.get("serviceDisplayName", "")), []).append(sku)
    prices, live = dict(base.prices), 0
    for name, price in base.prices.items():
        rates = _rates(price, by_service.get(price.service, ()))
        if rates:
            live += 1
            # What the catalog tells of a place goes before what the table tells of a group.
            kept = {key: rate for key, rate in price.rates.items() if key not in rates}
            prices[name] = dataclasses.replace(
                price, rates={**rates, **kept}, free_at=_worth(price, rates, base)
            )
    told = (
        f"Google's Cloud Billing Catalog for {live} meters, read on {day}, and the built-in table for "
        f"{len(prices) - live}"
    )
    return dataclasses.replace(base, prices=prices, told=told, live=True)


def _worth(price: Price, rates: Mapping[str, Decimal], base: Prices) -> str:
    """Return whose price a free unit is worth: at a place of the group that the table names."""
    group = base.groups.get(price.free_at, ())
    return next((place for place in sorted(group) if place in rates), price.free_at)


def _rates(price: Price, skus: Sequence[Sku]) -> dict[str, Decimal]:
    """Return the price of one unit by place; only where every part of it is told."""
    parts = [dict(_part(price, part, skus)) for part in price.parts]
    if not parts:
        return {}
    places = [place for place in parts[0] if all(place in part for part in parts)]
    rates = {
        place: sum(
            (part[place] * piece.times for part, piece in zip(parts, price.parts, strict=True)),
            NOTHING,
        )
        for place in places
    }
    if _GLOBAL in rates:
        return {"*": rates[_GLOBAL]}
    if "*" in price.rates:
        # The table has one price for all places; the catalog has, if they agree.
        return {"*": next(iter(rates.values()))} if len(set(rates.values())) == 1 else {}
    return rates


def _part(price: Price, part: SkuPart, skus: Sequence[Sku]) -> Iterator[tuple[str, Decimal]]:
    pattern = re.compile(part.match)
    units = _MACHINE if len(price.parts) > 1 else _units(price.unit)
    for sku in skus:
        if not pattern.fullmatch(str(sku.get("description", ""))):
            continue
        expression = (sku.get("pricingInfo") or [{}])[-1].get("pricingExpression", {})
        factor = units.get(str(expression.get("usageUnit")))
        rate = _first_paid(expression.get("tieredRates", ()))
        if factor is None or rate is None:
            continue
        for place in _places(sku):
            yield place, rate / factor


def _places(sku: Sku) -> Iterator[str]:
    """List where a SKU is paid for; some that are of one region say that they are served globally."""
    geography = sku.get("geoTaxonomy", {})
    served = [str(place) for place in sku.get("serviceRegions", ())]
    if served == [_GLOBAL] and geography.get("type", "GLOBAL") != "GLOBAL":
        # A multi-region lists the regions that it is made of, and is not one of them.
        yield from geography.get("regions", ()) if geography["type"] == "REGIONAL" else ()
    else:
        yield from served


def _units(unit: str) -> Mapping[str, Decimal]:
    if unit in _UNITS:
        return _UNITS[unit]
    if unit.endswith("-month"):
        return _MONTHS
    return _HOURS if unit.endswith("hour") else _COUNTS


def _first_paid(tiers: Iterable[Mapping[str, Any]]) -> Decimal | None:
    """Return the price behind a free tier; None where nothing is paid, or not in US dollars."""
    for tier in tiers:
        money = tier.get("unitPrice", {})
        if money.get("currencyCode", "USD") != "USD":
            return None
        price = Decimal(str(money.get("units", "0"))) + Decimal(int(money.get("nanos", 0))) / _NANO
        if price > 0:
            return price
    return None
