"""What a month costs, as a table for people and as JSON for programs."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from rich.text import Text

from gcpstack._cli.render.layout import count, row, wrapped
from gcpstack._core.refs import Address
from gcpstack._costs.model import HOURS, Estimate, Line, cents
from gcpstack._costs.prices import Prices
from gcpstack._costs.usage import NAMES, Assumptions
from gcpstack._operations.cost_change import Difference

_MONEY = 12


def cost_lines(
    found: Estimate, assumed: Assumptions, prices: Prices, width: int, *, verbose: bool
) -> Iterator[Text]:
    """Write a table: each resource with what it costs, the dearest first, then the sums."""
    rows = dict(sorted(_by_address(found).items(), key=lambda row: -_sum(row[1])))
    reduced = [(f"off: {prices.prices[part.meter].title}", part) for part in found.reductions]
    names = [str(address) for address in rows] + [name for name, _ in reduced] + ["a month"]
    column = max(map(len, names)) + 2
    head = "".join(f"{word:>{_MONEY}}" for word in ("idle", "by use", "total"))
    yield from row("USD a month", column, Text(head, "dim"), width)
    for address, lines in rows.items():
        fixed = sum((line.fixed for line in lines), Decimal(0))
        by_use = sum((line.by_use for line in lines), Decimal(0))
        yield from _row(str(address), column, fixed, by_use, width)
        if verbose:
            for line in lines:
                yield Text(f"    {_explained(line, prices)}", "dim")
    for name, part in reduced:
        yield from _row(name, column, part.fixed, part.by_use, width)
        if verbose:
            yield Text(f"    {part.what}", "dim")
    yield from _bold(_row("a month", column, found.fixed, found.by_use, width))
    yield Text()
    yield from beside(found, width, verbose=verbose, live=prices.live)
    yield from assumed_lines(assumed, width, verbose=verbose)
    yield from wrapped(
        f"Prices: {prices.told}, which was put together on {prices.gathered}; a month has {HOURS} hours. "
        "Only what is shown is rounded, to cents. Taxes and discounts by contract are not in it.",
        width,
        "",
        style="dim",
    )


def _sum(lines: Sequence[Line]) -> Decimal:
    return sum((line.total for line in lines), Decimal(0))


def _row(name: str, column: int, fixed: Decimal, by_use: Decimal, width: int) -> Iterator[Text]:
    amounts = "".join(f"{cents(part):>{_MONEY},f}" for part in (fixed, by_use, fixed + by_use))
    return row(name, column, Text(amounts), width)


def _bold(lines: Iterable[Text]) -> Iterator[Text]:
    for line in lines:
        line.stylize("bold")
        yield line


def _by_address(found: Estimate) -> dict[Address, list[Line]]:
    rows: dict[Address, list[Line]] = {}
    for line in found.lines:
        rows.setdefault(line.address, []).append(line)
    return rows


def _explained(line: Line, prices: Prices) -> str:
    price = prices.prices[line.meter]
    place = f" in {line.place}" if line.place else ""
    return f"{price.title}{place}: {plain(line.quantity)} {price.unit}s at {line.price:f}"


def plain(number: Decimal) -> str:
    """Write a number without needless digits.

    >>> plain(Decimal("2628000.00")), plain(Decimal("9.5367431640625"))
    ('2,628,000', '9.537')
    """
    shown = f"{round(number, 3):,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def beside(found: Estimate, width: int, *, verbose: bool, live: bool) -> Iterator[Text]:
    """Yield what is free, and what is not in the sums.

    Args:
        found: what was estimated.
        width: of the terminal.
        verbose: name everything.
        live: Google has been asked for its prices already.
    """
    if found.unpriced:
        yield Text("Not priced, and not in the sums:", "bold yellow")
        why: dict[tuple[str, str], list[Address]] = {}
        for item in found.unpriced:
            why.setdefault((item.address.kind, item.why), []).append(item.address)
        for (kind, words), held in why.items():
            name = str(held[0]) if len(held) == 1 else f"{len(held)} {kind}"
            yield from wrapped(f"{name}: {words}", width, "  ")
        if not live and any(item.place for item in found.unpriced):
            words = "--live-prices asks Google's Cloud Billing Catalog, which has more regions."
            yield from wrapped(words, width, "  ")
    if found.free and verbose:
        yield from wrapped(f"Free by themselves: {', '.join(map(str, found.free))}.", width, "")
    elif found.free:
        yield Text(f"{count(len(found.free), 'resource')} more: free by themselves.")
    if found.lines:
        yield from wrapped(
            "Each price comes from a page of Google's: --json names them.", width, ""
        )


def assumed_lines(assumed: Assumptions, width: int, *, verbose: bool) -> Iterator[Text]:
    usual = dataclasses.asdict(assumed.usual)
    told = [
        f"{name}={plain(value)}"
        for name, value in usual.items()
        if verbose or name in assumed.given or not assumed.given
    ]
    for pattern, changes in assumed.own:
        told += [f"{pattern}:{name}={plain(value)}" for name, value in changes.items()]
    note = "" if assumed.given or assumed.own else ", by default"
    yield from wrapped(f"Assumed{note}: {', '.join(told)}.", width, "")


def cost_json(found: Estimate, assumed: Assumptions, prices: Prices) -> dict[str, object]:
    """Write all of it for programs; amounts are strings of decimal digits."""
    return {
        "currency": "USD",
        "hours": str(HOURS),
        "prices": {"told": prices.told, "gathered": prices.gathered, "live": prices.live},
        "fixed": _amount(found.fixed),
        "by_use": _amount(found.by_use),
        "total": _amount(found.total),
        "lines": [
            {
                "address": str(line.address),
                "meter": line.meter,
                "what": prices.prices[line.meter].title,
                "unit": prices.prices[line.meter].unit,
                "source": prices.prices[line.meter].source,
                "place": line.place,
                "price": _amount(line.price),
                "idle_quantity": _amount(line.idle),
                "quantity": _amount(line.quantity),
                "fixed": _amount(line.fixed),
                "by_use": _amount(line.by_use),
                "total": _amount(line.total),
            }
            for line in found.lines
        ],
        "reductions": [
            {
                "meter": part.meter,
                "why": part.what,
                "fixed": _amount(part.fixed),
                "by_use": _amount(part.by_use),
                "total": _amount(part.total),
            }
            for part in found.reductions
        ],
        "free": [
            dict(
                zip(
                    ("address", "why", "source"),
                    (str(address), *_why(address, prices)),
                    strict=True,
                )
            )
            for address in found.free
        ],
        "unpriced": [{"address": str(item.address), "why": item.why} for item in found.unpriced],
        "usage": {
            "usual": {name: _amount(getattr(assumed.usual, name)) for name in NAMES},
            "own": {
                pattern: {name: _amount(value) for name, value in changes.items()}
                for pattern, changes in assumed.own
            },
        },
    }


def _why(address: Address, prices: Prices) -> tuple[str, str]:
    """Return why a resource costs nothing: its kind, or because nothing of it is paid for here."""
    return prices.free.get(address.kind, ("nothing of it is paid for as it is declared", ""))


def _amount(number: Decimal) -> str:
    """Write an amount exactly, without an exponent or needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def compared_lines(found: Mapping[str, Estimate], prices: Prices, width: int) -> Iterator[Text]:
    """Write a table of environments, and what their sums lack.

    Args:
        found: the estimate of each environment.
        prices: what was paid.
        width: of the terminal.
    """
    column = max(len(env) for env in (*found, "USD a month")) + 2
    head = "".join(f"{word:>{_MONEY}}" for word in ("idle", "by use", "total"))
    yield from row("USD a month", column, Text(head, "dim"), width)
    for env, told in found.items():
        yield from _row(env, column, told.fixed, told.by_use, width)
    yield Text()
    for env, told in found.items():
        if told.unpriced:
            yield Text(f"{env}: {count(len(told.unpriced), 'price')} missing in its sum", "yellow")
    words = f"`--env NAME` tells what makes them. Prices: {prices.told}."
    yield from wrapped(words, width, "", style="dim")


def difference_lines(found: Difference, width: int) -> Iterator[Text]:
    """Write a table: each resource whose cost changes, the largest change first, then the sums."""
    rows = sorted(found.rows, key=lambda row: -abs(row.after - row.before))
    told = [(str(row.address), row.before, row.after) for row in rows]
    before, after = found.reductions
    if before != after:
        told.append(("off: free tiers and volumes", before, after))
    sums = ("a month", found.before.total, found.after.total)
    column = max(len(name) for name, _, _ in (*told, sums)) + 2
    head = "".join(f"{word:>{_MONEY}}" for word in ("now", "then", "difference"))
    yield from row("USD a month", column, Text(head, "dim"), width)
    for name, now, then in told:
        yield from _differing(name, column, now, then, width)
    yield from _bold(_differing(*sums[:1], column, *sums[1:], width))
    yield Text()


def _differing(name: str, column: int, now: Decimal, then: Decimal, width: int) -> Iterator[Text]:
    amounts = "".join(f"{cents(part):>{_MONEY},f}" for part in (now, then))
    return row(name, column, Text(f"{amounts}{cents(then - now):>+{_MONEY},f}"), width)


def difference_json(found: Difference, assumed: Assumptions, prices: Prices) -> dict[str, object]:
    """Write both estimates and what differs."""
    return {
        "difference": _amount(found.total),
        "changes": [
            {
                "address": str(row.address),
                "action": row.action.value,
                "before": _amount(row.before),
                "after": _amount(row.after),
                "difference": _amount(row.after - row.before),
            }
            for row in found.rows
        ],
        "before": cost_json(found.before, assumed, prices),
        "after": cost_json(found.after, assumed, prices),
    }
