"""``gcpstack costs``: what a month costs, and by how much the next apply changes it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gcpstack._cli.commands import Desk
from gcpstack._cli.render.costs import (
    assumed_lines,
    beside,
    cost_json,
    cost_lines,
    difference_json,
    difference_lines,
)
from gcpstack._costs.prices import Prices, table
from gcpstack._costs.usage import Assumptions, assumptions
from gcpstack._operations.cost_change import difference
from gcpstack._operations.costs import costs, fitting, live_prices
from gcpstack.exceptions import SettingsError


def run(desk: Desk) -> int:
    """Tell what the stack costs; gives the exit status."""
    assumed = _assumed(desk.options.given["usage"], desk.stack.expected)
    prices = table()
    if desk.options.given["live_prices"]:
        with desk.output.busy("Reading today's prices"), desk.reaching() as settings:
            prices = live_prices(settings, prices, desk.clock)
    if desk.options.given["difference"]:
        return _differ(desk, assumed, prices)
    found = costs(desk.stack, desk.settings(), assumed, prices)
    lines = cost_lines(found, assumed, prices, desk.output.width, verbose=desk.options.verbose)
    desk.output.answer(list(lines), cost_json(found, assumed, prices))
    return 0


def _differ(desk: Desk, assumed: Assumptions, prices: Prices) -> int:
    """Tell by how much the next apply changes a month; gives the exit status."""
    with desk.session() as session:
        with desk.output.busy("Reading what is live"):
            plan = session.plan()
        fitting(assumed, [change.address for change in plan.changes])
        found = difference(plan, assumed, prices)
        lines = (
            *difference_lines(found),
            *beside(found.after, prices, desk.output.width, verbose=desk.options.verbose),
            *assumed_lines(assumed, desk.output.width, verbose=desk.options.verbose),
        )
        desk.output.answer(lines, difference_json(found, assumed, prices))
    return 0


def _assumed(
    given: Sequence[str], declared: Iterable[tuple[str, Mapping[str, object]]]
) -> Assumptions:
    """Read the flags and the files that they name.

    Raises:
        DeclarationError: with everything that is wrong.
        SettingsError: a file can't be read.
    """
    files = [word for word in given if "=" not in word]
    if len(files) > 1:
        raise SettingsError(
            f"--usage names {len(files)} files: {', '.join(files)}.", remedy="Put all into one."
        )
    words = [word for word in given if "=" in word]
    if not files:
        return assumptions(words, declared=declared)
    try:
        text = Path(files[0]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingsError(
            f"--usage {files[0]} can't be read: {why}.",
            remedy="Name a JSON file, or write NAME=NUMBER, such as requests=2M.",
        ) from error
    return assumptions(words, files[0], text, declared)
