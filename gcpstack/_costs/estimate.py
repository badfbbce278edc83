"""From resources and their use to lines and totals. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from gcpstack._core.refs import Address
from gcpstack._costs.formulas import FORMULAS
from gcpstack._costs.model import NOTHING, Estimate, Line, Metered, Reduction, Subject, Unpriced
from gcpstack._costs.prices import Price, Prices
from gcpstack._costs.usage import IDLE, Assumptions
from gcpstack._costs.world import World

_Key = tuple[str, str]


def estimate(subjects: Sequence[Subject], assumed: Assumptions, prices: Prices) -> Estimate:
    """Return what resources cost a month.

    Args:
        subjects: the resources.
        assumed: how much they are used.
        prices: what is paid for that.
    """
    world = World(subjects)
    lines: list[Line] = []
    free: list[Address] = []
    unpriced: list[Unpriced] = []
    for subject in subjects:
        formula = FORMULAS.get(subject.kind)
        if formula is None:
            if subject.kind in prices.free:
                free.append(subject.address)
            else:
                unpriced.append(Unpriced(subject.address, "the table has no price for its kind"))
            continue
        usage = assumed.of(subject.address)
        idle = _summed(formula(subject, IDLE, world))
        used = _summed(formula(subject, usage, world))
        before = len(lines)
        untold = list(_lines(subject, idle, used, prices, lines))
        unpriced += untold
        if len(lines) == before and not untold:
            free.append(subject.address)
    return Estimate(tuple(lines), _reductions(lines, prices), tuple(free), tuple(unpriced))


def _summed(found: Iterable[Metered]) -> dict[_Key, Decimal]:
    out: dict[_Key, Decimal] = {}
    for item in found:
        key = (item.meter, item.place)
        out[key] = out.get(key, NOTHING) + item.quantity
    return out


def _lines(
    subject: Subject,
    idle: Mapping[_Key, Decimal],
    used: Mapping[_Key, Decimal],
    prices: Prices,
    lines: list[Line],
) -> Iterable[Unpriced]:
    for key in dict.fromkeys((*idle, *used)):
        meter, place = key
        before, after = idle.get(key, NOTHING), used.get(key, NOTHING)
        price = prices.rate(meter, place) if meter in prices.prices else None
        if price is not None:
            if before or after:
                lines.append(Line(subject.address, meter, place, before, after, price))
        elif meter in prices.prices:
            title = prices.prices[meter].title
            why = f"the table has no price in {place} for {title}"
            yield Unpriced(subject.address, why, place)
        else:
            yield Unpriced(subject.address, f"the table has no price for {meter}")


def _reductions(lines: Iterable[Line], prices: Prices) -> tuple[Reduction, ...]:
    """Take off what is free or cheaper, for all resources of a meter together."""
    pools: dict[str, list[Line]] = {}
    for line in lines:
        pools.setdefault(line.meter, []).append(line)
    out = []
    for meter, found in pools.items():
        price = prices.prices[meter]
        fixed = price.reduction((line.place, line.idle, line.price) for line in found)
        total = price.reduction((line.place, line.quantity, line.price) for line in found)
        if fixed or total:
            out.append(Reduction(meter, _what(price), fixed, total - fixed))
    return tuple(out)


def _what(price: Price) -> str:
    """Say why something is taken off."""
    told = []
    if price.free:
        where = f" in {', '.join(sorted(price.free_in))}" if price.free_in else ""
        told.append(f"the first {price.free:,f} {price.unit}s are free{where}")
    if price.bundle:
        told.append(f"{price.bundle:f} cost as much as one")
    elif price.beyond:
        told.append("large volumes are cheaper")
    return "; ".join(told)
