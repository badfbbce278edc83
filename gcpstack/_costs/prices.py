"""The table of prices: a small file, each price with the page of Google's that it comes from."""

import functools
import importlib.resources
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gcpstack._costs.model import HOURS, NOTHING

_EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class SkuPart:
    """One SKU that a price is made of.

    Attributes:
        match: its description in Google's catalog, as a regular expression for all of it.
        times: so many of its units make one of the price's, such as the GiB of a machine.
    """

    match: str
    times: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of a meter costs.

    Attributes:
        name: of the meter, such as ``run.cpu.instance``.
        title: what is paid for, in words.
        unit: what one is, such as ``GiB-second``.
        source: the page of Google's that tells it.
        rates: the price of one unit, by region, by group of regions or by ``*`` for everywhere.
        free: so many units a month cost nothing, for a billing account or a project.
        free_at: the key of `rates` whose price a free unit is worth wherever it is used:
            https://cloud.google.com/run/pricing calls it a spending based discount. Empty where it is
            worth what it costs there.
        free_in: the places where that holds; everywhere if empty.
        bundle: so many that stand all month cost as much as one, such as the first five forwarding
            rules; the unit is an hour.
        beyond: the price of one unit above a volume: pairs of volume and price, in rising order.
        service: whose SKUs tell this price, by its title in Google's catalog; empty for none.
        parts: the SKUs.
    """

    name: str
    title: str
    unit: str
    source: str
    rates: Mapping[str, Decimal]
    free: Decimal = NOTHING
    free_at: str = ""
    free_in: frozenset[str] = frozenset()
    bundle: Decimal = NOTHING
    beyond: Sequence[tuple[Decimal, Decimal]] = ()
    service: str = ""
    parts: Sequence[SkuPart] = ()

    def reduction(self, parts: Iterable[tuple[str, Decimal, Decimal]]) -> Decimal:
        """Return what is taken off a month's bill for this meter.

        Args:
            parts: of all resources together: the place, the units, and the price of one.

        Returns:
            A number that is not above zero.
        """
        parts = list(parts)
        quantity = sum((units for _, units, _ in parts), NOTHING)
        first = next(iter(self.rates.values()))
        if self.bundle:
            extra = self.beyond[0][1] if self.beyond else first
            paid = min(quantity, HOURS) * first
            paid += max(quantity - self.bundle * HOURS, NOTHING) * extra
            return min(paid - quantity * first, NOTHING)
        off, previous = NOTHING, first
        for volume, price in self.beyond:
            off += max(quantity - volume, NOTHING) * (price - previous)
            previous = price
        return off - self._free(parts, off)

    def _free(self, parts: Sequence[tuple[str, Decimal, Decimal]], off: Decimal) -> Decimal:
        """Return what the free units are worth; no more than what there is to pay."""
        fitting = [part for part in parts if not self.free_in or part[0] in self.free_in]
        units = sum((units for _, units, _ in fitting), NOTHING)
        cost = sum((units * price for _, units, price in fitting), NOTHING)
        if self.free_at:
            worth = self.free * self.rates[self.free_at]
        elif units <= self.free:
            worth = cost
        elif len({price for _, _, price in fitting}) == 1:
            worth = self.free * fitting[0][2]
        else:
            worth = cost * self.free / units
        return min(worth, cost + off)


@dataclass(frozen=True, slots=True)
class Prices:
    """All prices.

    Attributes:
        prices: each by the name of its meter.
        groups: which regions share a price, by the name of the group.
        free: the kinds that cost nothing by themselves: why, and the page that says so.
        gathered: the day on which they were put together.
        told: where they come from, in words.
        live: some of them are Google's own, read now.
    """

    prices: Mapping[str, Price]
    groups: Mapping[str, frozenset[str]]
    free: Mapping[str, tuple[str, str]]
    gathered: str
    told: str = "the built-in table"
    live: bool = False

    def rate(self, meter: str, place: str) -> Decimal | None:
        """Return the price of one unit at a place; None where the table has none."""
        rates = self.prices[meter].rates
        for spelt in (place, place.lower()):
            if spelt in rates:
                return rates[spelt]
        for key, price in rates.items():
            if place.lower() in self.groups.get(key, ()):
                return price
        return rates.get(_EVERYWHERE)


@functools.cache
def table() -> Prices:
    """Read the built-in table."""
    text = importlib.resources.files(__package__).joinpath("prices.json").read_text("utf-8")
    found = json.loads(text, parse_float=Decimal)
    return Prices(
        prices={name: _price(name, row) for name, row in found["prices"].items()},
        groups={name: frozenset(places) for name, places in found["groups"].items()},
        free={kind: (row["why"], row["source"]) for kind, row in found["free"].items()},
        gathered=found["gathered"],
    )


def _price(name: str, row: Mapping[str, Any]) -> Price:
    rates, beyond = row["rates"], row.get("beyond", [])
    return Price(
        name=name,
        title=str(row["title"]),
        unit=str(row["unit"]),
        source=str(row["source"]),
        rates={place: Decimal(price) for place, price in rates.items()},
        free=Decimal(str(row.get("free", 0))),
        free_at=str(row.get("free_at", "")),
        free_in=frozenset(row.get("free_in", ())),
        bundle=Decimal(str(row.get("bundle", 0))),
        beyond=tuple((Decimal(volume), Decimal(price)) for volume, price in beyond),
        service=row.get("skus", {}).get("service", ""),
        parts=tuple(
            SkuPart(part["match"], Decimal(part.get("times", "1")))
            for part in row.get("skus", {}).get("parts", ())
        ),
    )
