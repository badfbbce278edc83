"""What a declared stack costs a month, by the built-in prices or by Google's own."""

import functools
import random
from collections.abc import Iterable

from gcpstack._adapters import catalog
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.quotas import LIMITS
from gcpstack._core.clock import Clock
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack._costs import live
from gcpstack._costs.estimate import estimate
from gcpstack._costs.model import Estimate, Subject
from gcpstack._costs.prices import Prices
from gcpstack._costs.usage import Assumptions
from gcpstack._engine.quota import Quotas
from gcpstack._engine.retry import Caller
from gcpstack._stack.checking import checked
from gcpstack._stack.stack import Settings, Stack
from gcpstack.exceptions import DeclarationError, Problem


def costs(stack: Stack, settings: Settings, assumed: Assumptions, prices: Prices) -> Estimate:
    """Return what a stack costs, by its declaration alone.

    Args:
        stack: what is declared.
        settings: where; nothing is connected to.
        assumed: how much it is used.
        prices: what is paid.

    Raises:
        DeclarationError: the declaration is wrong, or an assumption is about nothing in it.
        SettingsError: no project is named.
    """
    declared = checked(stack, stack.scope(settings)).declared
    fitting(assumed, [item.address for item in declared])
    return estimate(subjects(declared), assumed, prices)


def fitting(assumed: Assumptions, addresses: Iterable[Address]) -> None:
    """Make sure that every assumption is about something.

    Raises:
        DeclarationError: with each that is about nothing.
    """
    unused = list(assumed.unused(addresses))
    if unused:
        raise DeclarationError([_nothing(pattern) for pattern in unused])


def subjects(declared: Iterable[Declared]) -> list[Subject]:
    """Take what formulas look at."""
    return [Subject(item.address, item.ids, item.body) for item in declared]


def live_prices(settings: Settings, base: Prices, clock: Clock) -> Prices:
    """Ask Google's Cloud Billing Catalog for today's list prices.

    Args:
        settings: where; the project is the one that the calls count for.
        base: the table, for what the catalog does not tell.
        clock: tells the day.

    Raises:
        CloudError: Google does not say.
        SettingsError: the endpoint does not answer, or there are no credentials.
    """
    clients = Clients(
        settings.project or "",
        endpoint=settings.endpoint,
        impersonate=settings.impersonate,
        now=clock.now,
    )
    caller = Caller(Quotas(LIMITS, clock), clock, random.Random())  # noqa: S311 # jitter, no secret
    try:
        clients.check()
        wanted = live.services(base)
        names = caller(catalog.API, functools.partial(catalog.services, clients, wanted))
        found = [
            sku
            for name in names
            for sku in caller(catalog.API, functools.partial(catalog.skus, clients, name))
        ]
    finally:
        clients.close()
    return live.from_catalog(base, found, clock.now().date().isoformat())


def _nothing(pattern: str) -> Problem:
    return Problem(
        f"the assumed use of {pattern}",
        "fits no resource of the stack.",
        "Name one as a plan does; `*` stands for anything.",
    )
