"""``gcpstack costs``: what a month costs, and by how much the next apply changes it."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gcpstack._cli.commands import OfflineJob
from gcpstack._cli.render.costs import (
    assumed_lines,
    beside,
    compared_lines,
    cost_json,
    cost_lines,
    difference_json,
    difference_lines,
)
from gcpstack._costs.prices import Prices, table
from gcpstack._costs.usage import Assumptions, assumptions
from gcpstack._operations.cost_change import difference
from gcpstack._operations.costs import costs, fitting, live_prices
from gcpstack._stack.stack import Stack
from gcpstack.exceptions import SettingsError


def run(desk: OfflineJob) -> int:
    """Tell what the stack costs; return the exit status.

    Raises:
        SettingsError: flags that don't go together, or a file that can't be read.
        DeclarationError: the declaration or an assumption is wrong.
    """
    given = desk.options.given
    if given["envs"]:
        if given["difference"]:
            raise SettingsError(
                "--difference and --envs don't go together.", remedy="Name one --env."
            )
        return _compare(desk, given["envs"])
    stack = desk.load()
    assumed = _assumed(given["usage"], stack.expected)
    prices = _prices(desk, stack)
    if given["difference"]:
        return _differ(desk, stack, assumed, prices)
    found = costs(stack, desk.settings(stack), assumed, prices)
    lines = cost_lines(found, assumed, prices, desk.output.width, verbose=desk.options.verbose)
    desk.output.answer(list(lines), cost_json(found, assumed, prices))
    return 0


def _prices(desk: OfflineJob, stack: Stack) -> Prices:
    """Take the built-in prices, or today's where they are asked for."""
    if not desk.options.given["live_prices"]:
        return table()
    with desk.output.busy("Reading today's prices"), desk.reaching(stack) as settings:
        return live_prices(settings, table(), desk.clock)


def _compare(desk: OfflineJob, envs: Sequence[str]) -> int:
    """Tell what each environment costs; return the exit status."""
    stacks = {env: desk.load(env) for env in envs}
    prices = _prices(desk, stacks[envs[0]])
    found = {}
    for env, stack in stacks.items():
        assumed = _assumed(desk.options.given["usage"], stack.expected)
        settings = dataclasses.replace(desk.settings(stack), env=env)
        found[env] = (costs(stack, settings, assumed, prices), assumed)
    lines = compared_lines(
        {env: told for env, (told, _) in found.items()}, prices, desk.output.width
    )
    body = {env: cost_json(told, assumed, prices) for env, (told, assumed) in found.items()}
    desk.output.answer(list(lines), {"environments": body})
    return 0


def _differ(desk: OfflineJob, stack: Stack, assumed: Assumptions, prices: Prices) -> int:
    """Tell by how much the next apply changes a month; return the exit status."""
    with desk.session(stack) as session:
        with desk.output.busy("Reading what is live"):
            plan = session.plan()
        fitting(assumed, [change.address for change in plan.changes])
        found = difference(plan, assumed, prices)
        lines = (
            *difference_lines(found, desk.output.width),
            *beside(
                found.after,
                desk.output.width,
                verbose=desk.options.verbose,
                live=prices.live,
            ),
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
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(
            f"--usage {files[0]} can't be read: {why}.",
            remedy="Name a JSON file, or write NAME=NUMBER, such as requests=2M.",
        ) from error
    return assumptions(words, files[0], text, declared)
