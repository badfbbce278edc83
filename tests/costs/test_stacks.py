"""What the shipped stacks cost a month, as the command tells it."""

import pathlib

import pytest

from gcpstack._cli.load import load_file, make_stack
from gcpstack._cli.render.costs import cost_lines
from gcpstack._costs.prices import table
from gcpstack._costs.usage import assumptions
from gcpstack._operations.costs import costs
from gcpstack._stack.stack import Settings

SCRIPTS = pathlib.Path(__file__).parents[2] / "scripts"
STACKS = [
    ("eaili5", "production"),
    ("eaili5", "dev"),
    ("atp", "production"),
    ("atp", "dev"),
    ("aster", None),
    ("virtuoso", "production"),
    ("trade_streamer", "prod"),
]


def told(name, env, *words):
    """The estimate of a shipped stack."""
    file = str(SCRIPTS / f"{name}.py")
    stack = make_stack(load_file(file), env, file)
    assumed = assumptions(words)
    return costs(stack, Settings(project="my-project", env=env), assumed, table()), assumed


@pytest.mark.parametrize(("name", "env"), STACKS)
def test_what_a_shipped_stack_costs(name, env, golden):
    """Every resource is in the table, free, or told as not priced."""
    found, assumed = told(name, env)

    lines = cost_lines(found, assumed, table(), 100, verbose=False)
    golden(f"costs-{name}-{env or 'only'}", "".join(f"{line.plain.rstrip()}\n" for line in lines))


def test_the_sum_is_that_of_its_parts():
    """Lines and reductions, to the last digit."""
    found, _ = told("atp", "production")

    parts = (*found.lines, *found.reductions)
    assert sum(part.total for part in parts) == found.total
    assert found.fixed + found.by_use == found.total
