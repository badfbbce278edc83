"""What the shipped stacks cost a month, as the command tells it."""

import pathlib
from decimal import Decimal

import pytest

from gcpstack._cli.load import load_file, make_stack
from gcpstack._cli.render.costs import cost_lines
from gcpstack._costs.model import cents
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


def test_the_estimate_by_hand():
    """What the page on costs says beside an estimate that the authors of a stack made by hand."""
    found, _ = told("eaili5", "production")
    idle = {}
    for line in found.lines:
        name = str(line.address).rsplit("/", 1)[-1]
        idle[name] = idle.get(name, 0) + line.fixed
    machine = next(line for line in found.lines if line.meter == "sql.f1-micro.zonal")
    used = told("eaili5", "production", "*:requests=0", "eaili5-base-frontend:requests=1048576")[0]
    out = {part.meter: part.total for part in used.reductions}
    out |= {meter: out.get(meter, 0) for meter in ("internet.out", "images.stored")}
    for line in used.lines:
        if line.meter in out:
            out[line.meter] += line.total

    assert cents(idle["eaili5-base-backend"]) == Decimal("26.28")
    assert cents(idle["eaili5-db"]) == Decimal("9.37")
    assert cents(machine.fixed) == Decimal("7.67")
    assert cents(idle["eaili5-redis"]) == Decimal("35.77")
    assert cents(out["images.stored"]) == Decimal("0.95")
    assert cents(out["internet.out"]) == Decimal("1.08")
    assert (cents(found.fixed), cents(found.total)) == (Decimal("71.48"), Decimal("75.38"))
    assert 65 < found.total < 95
    assert cents(told("atp", "dev")[0].fixed) == Decimal("82.67")
