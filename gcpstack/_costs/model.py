"""What is counted, and what comes of it: quantities of meters, lines and totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from gcpstack._core.json import Body
from gcpstack._core.refs import Address

#: A month of Google's own calculator: 365 * 24 / 12 hours
#: (https://cloud.google.com/compute/vm-instance-pricing).
HOURS = Decimal(730)
SECONDS = HOURS * 3600
_CENT = Decimal("0.01")
NOTHING = Decimal(0)


def cents(amount: Decimal) -> Decimal:
    """Round to cents, halves up: only what is shown is rounded, never what is added up."""
    # Adding nothing turns -0.00 into 0.00.
    return amount.quantize(_CENT, ROUND_HALF_UP) + NOTHING


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be priced: a resource as it is declared, or as it is live.

    Attributes:
        address: its address.
        ids: its identity.
        body: its fields in Google's JSON form; what others give may be a placeholder.
    """

    address: Address
    ids: Mapping[str, str]
    body: Body

    @property
    def kind(self) -> str:
        """The name of its kind."""
        return self.address.kind


@dataclass(frozen=True, slots=True)
class Metered:
    """So much of something that is paid for.

    Attributes:
        meter: which price, by its name in the table.
        quantity: how much a month, in the unit of the price.
        place: the region, zone or multi-region whose price it is; empty where there is one price.
    """

    meter: str
    quantity: Decimal
    place: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What one meter of one resource costs a month, at the list price.

    Attributes:
        address: the resource.
        meter: the price's name.
        place: where it is paid for.
        idle: the quantity that is there even if nobody uses it.
        quantity: the quantity with the use that is assumed.
        price: of one unit.
    """

    address: Address
    meter: str
    place: str
    idle: Decimal
    quantity: Decimal
    price: Decimal

    @property
    def fixed(self) -> Decimal:
        """What it costs if nobody uses it."""
        return self.idle * self.price

    @property
    def by_use(self) -> Decimal:
        """What the use adds; less than nothing where a busy hour is no idle one."""
        return (self.quantity - self.idle) * self.price

    @property
    def total(self) -> Decimal:
        """Both."""
        return self.quantity * self.price


@dataclass(frozen=True, slots=True)
class Reduction:
    """What is taken off for all resources together: a free tier, or the price of large volumes.

    Attributes:
        meter: the price's name.
        what: in words.
        fixed: what is taken off the fixed part; not above zero.
        by_use: what is taken off what the use adds.
    """

    meter: str
    what: str
    fixed: Decimal
    by_use: Decimal

    @property
    def total(self) -> Decimal:
        """Both."""
        return self.fixed + self.by_use


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A resource whose cost is not known, or not all of it.

    Attributes:
        address: the resource.
        why: what is missing.
        place: the region that the price is missing for; empty where there is none anywhere.
    """

    address: Address
    why: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a stack costs a month.

    Attributes:
        lines: each meter of each resource, in the order of the stack.
        reductions: what is taken off for all of them together.
        free: the resources that cost nothing by themselves.
        unpriced: the resources whose cost is not known: no part of the totals.
    """

    lines: tuple[Line, ...]
    reductions: tuple[Reduction, ...] = ()
    free: tuple[Address, ...] = ()
    unpriced: tuple[Unpriced, ...] = ()

    @property
    def fixed(self) -> Decimal:
        """What a month costs if nobody uses anything."""
        reduced = sum((part.fixed for part in self.reductions), NOTHING)
        return sum((line.fixed for line in self.lines), reduced)

    @property
    def by_use(self) -> Decimal:
        """What the assumed use adds."""
        reduced = sum((part.by_use for part in self.reductions), NOTHING)
        return sum((line.by_use for line in self.lines), reduced)

    @property
    def total(self) -> Decimal:
        """What a month costs."""
        return self.fixed + self.by_use
