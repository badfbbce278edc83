"""What stands costs what was declared: the shipped stacks are made, read back, and priced again."""

import pytest

from gcpstack._cli.load import load_file, make_stack
from gcpstack._costs.prices import table
from gcpstack._costs.usage import assumptions
from gcpstack._operations.cost_change import difference
from gcpstack._operations.costs import costs
from gcpstack._stack.stack import Settings
from gcpstack.emulator import Emulator
from tests.costs.test_stacks import SCRIPTS


@pytest.mark.parametrize(
    ("name", "env"),
    [
        ("eaili5", "production"),
        ("atp", "dev"),
        ("atp", "production"),
        ("aster", None),
        ("virtuoso", "production"),
        ("trade_streamer", "prod"),
    ],
)
def test_live_and_declared_agree(name, env):
    """Line by line, although Google fills in and leaves out, and names others by paths and numbers."""
    file = str(SCRIPTS / f"{name}.py")
    stack = make_stack(load_file(file), env, file)
    with Emulator() as emulator:
        settings = Settings(project="my-project", env=env, endpoint=emulator.endpoint)
        declared = costs(stack, settings, assumptions([]), table())
        with stack.session(settings) as session:
            session.prepare()
            first = difference(session.plan(), assumptions([]), table())
            session.apply(session.plan()).outcome.raise_failed()
            then = difference(session.plan(), assumptions([]), table())

    assert (first.before.total, first.after.total) == (0, declared.total)
    assert then.rows == ()
    assert sorted(map(str, then.before.lines)) == sorted(map(str, declared.lines))
    assert set(then.before.unpriced) == set(declared.unpriced)
