"""What a declared stack costs a month."""

from collections.abc import Iterable

from gcpstack._core.resource import Declared
from gcpstack._costs.estimate import estimate
from gcpstack._costs.model import Estimate, Subject
from gcpstack._costs.prices import Prices
from gcpstack._costs.usage import Assumptions
from gcpstack._stack.checking import checked
from gcpstack._stack.stack import Settings, Stack
from gcpstack.exceptions import DeclarationError, Problem


def costs(stack: Stack, settings: Settings, assumed: Assumptions, prices: Prices) -> Estimate:
    """Tell what a stack costs, by its declaration alone.

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
    unused = list(assumed.unused(item.address for item in declared))
    if unused:
        raise DeclarationError([_nothing(pattern) for pattern in unused])
    return estimate(subjects(declared), assumed, prices)


def subjects(declared: Iterable[Declared]) -> list[Subject]:
    """Take what formulas look at."""
    return [Subject(item.address, item.ids, item.body) for item in declared]


def _nothing(pattern: str) -> Problem:
    return Problem(
        f"the assumed use of {pattern}",
        "fits no resource of the stack.",
        "Name one as a plan does; `*` stands for anything.",
    )
