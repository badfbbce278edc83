"""A rollout that is killed before or after any of its calls is finished by the next apply."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from gcpstack import Canary
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.registry import adapters
from gcpstack._core.ports import Operation, Step
from gcpstack._engine.scheduler import Inline
from gcpstack._stack.session import Session
from gcpstack.resources.kinds import RUN_SERVICE
from tests.dataplane.conftest import HOST, PROJECT, Shop
from tests.dataplane.users import Users, apply

#: Deploying the revision, three shares, and everything.
CALLS = 5


class Killed(BaseException):
    """The process ends."""


class Deadly:
    """Ends the process at one of the mutating calls that a service's adapter makes."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.at = at
        self.after = after
        self.count = itertools.count()

    def wrap(self, step: Step) -> Step:
        """Let a step be the last."""

        def call() -> Operation:
            here = next(self.count) == self.at
            if here and not self.after:
                raise Killed
            operation = step.call()
            if here:
                raise Killed
            return operation

        return replace(step, call=call)

    def over(self, adapter: Any) -> None:
        """Stand before the adapter of the services."""
        stage, divide = adapter.stage, adapter.divide
        adapter.stage = lambda *args: self.wrap(stage(*args))
        adapter.divide = lambda *args: self.wrap(divide(*args))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(CALLS))
def test_the_next_apply_finishes_it(shop: Shop, at: int, *, after: bool) -> None:
    shop.service["rollout"] = Canary(bake=0)
    users = Users(shop.emulator, HOST, rate=0)
    apply(shop.stack(), shop.settings, users)
    shop.service["image"] = "gcr.io/shop/api:2"
    clients = Clients(PROJECT, endpoint=shop.emulator.endpoint, now=users.now)
    known = adapters(clients, stack="shop")
    deadly = Deadly(at, after=after)

    deadly.over(known(RUN_SERVICE))  # each kind's adapter is made once

    session = Session(
        shop.stack(),
        shop.settings,
        lambda _event: None,
        clock=users,
        executor=Inline(),
        clients=clients,
        seed=0,
    )
    session.adapter_for = known
    with session:
        session.prepare()
        plan = session.plan()
        with pytest.raises(Killed):
            session.apply(plan)

    shop.emulator.world.advance(3600)  # its lease is over
    apply(shop.stack(), shop.settings, users)
    assert [(one["percent"], one.get("revision", "")) for one in shop.live()["traffic"]] == [
        (100, "")
    ]
    revisions = shop.emulator.world.state.size("run", f"{shop.live()['name']}/revisions")
    assert revisions == 2, "the killed run's revision was used"
    assert shop.stack().plan(shop.settings).empty
