"""Every kind, from its first plan to its end, against the emulator through Google's clients."""

import dataclasses

import pytest

from gcpstack import Action, Bucket, Stack
from gcpstack.exceptions import ConsentRequired
from tests.reliability.lab import Lab

from .kinds import CLASSES
from .lives import LIVES as FIRST
from .lives_edge import EDGE
from .lives_keep import KEEP
from .lives_watch import WATCH

LIVES = [
    *FIRST,
    *EDGE,
    *KEEP,
    *WATCH,
]


def known(life):
    """Tell whether none of a life's kinds needs a server: a function's source goes to a signed address."""
    return all(item.KIND.service != "cloudfunctions" for item in (life.base, *life.beside))


class Served:
    """What a lab does, over sockets."""

    def __init__(self, settings):
        self.settings = settings

    def plan(self, stack):
        return stack.plan(self.settings)

    def apply(self, stack, **settings):
        return stack.apply(dataclasses.replace(self.settings, **settings))

    def session(self, stack, settings):
        return stack.session(settings)


class Living:
    """A resource in a stack of its own."""

    def __init__(self, life, lab):
        self.life = life
        self.lab = lab
        scope = Stack("shop").scope(lab.settings)
        self.address = life.base.address_in(scope)

    def stack(self, name="shop", **fields):
        stack = Stack(name, enable_apis=False)
        stack.add(dataclasses.replace(self.life.base, **fields) if fields else self.life.base)
        for item in self.life.beside:
            stack.add(item)
        return stack

    def change(self, plan):
        (found,) = [change for change in plan.changes if change.address == self.address]
        return found

    def plan(self, **fields):
        return self.lab.plan(self.stack(**fields))

    def apply(self, **fields):
        """Apply; gives the plan that it went by."""
        result = self.lab.apply(self.stack(**fields))
        result.outcome.raise_failed()
        return result.plan


@pytest.fixture(scope="module")
def lab():
    """One emulated Google, which each test finds empty."""
    return Lab()


@pytest.fixture(
    params=[pytest.param(life, id=f"{life.base.KIND.name}-{n}") for n, life in enumerate(LIVES)]
)
def living(request, lab):
    if not known(request.param):
        made = Living(request.param, Served(request.getfixturevalue("gcp_settings")))
        made.apply()
        return made
    lab.line.google.reset()
    made = Living(request.param, lab)
    made.apply()
    lab.line.clock.advance(600)  # what was granted is seen everywhere by now
    return made


def test_every_kind_has_a_life():
    """None escapes."""
    assert {life.base.KIND.name for life in LIVES} == CLASSES.keys()


def test_what_stands_is_told_rightly_until_it_goes(living, subtests):
    """One apply serves everything that leaves it as it is, and its end."""
    for check in (
        what_google_fills_in_never_shows,
        what_cannot_change_is_replaced_with_its_reason,
        what_exists_is_adopted,
        what_is_no_longer_declared_goes,
    ):
        with subtests.test(check.__name__):
            check(living)


def what_google_fills_in_never_shows(living):
    """After an apply, nothing is left to do."""
    plan = living.plan()

    assert left(plan) == {}
    assert plan.empty


def test_each_change_is_planned_alone_and_arrives(living):
    """One field changed: that field differs, no other; applied, nothing does."""
    kept = {}
    for field, value in living.life.changes.items():
        fields = {**kept, field: value}
        change = living.change(living.apply(**fields))

        assert change.action is Action.UPDATE, field
        assert {top(diff.name) for diff in change.diff} == {living.life.shown.get(field, field)}
        assert not any(diff.forces_replace for diff in change.diff)
        assert left(living.plan(**fields)) == {}, field
        if field in living.life.onward:
            kept = fields
        else:
            living.apply(**kept)
            assert left(living.plan(**kept)) == {}, field


def top(name):
    """``containers`` of ``containers[0].memory``."""
    return name.split(".")[0].split("[")[0]


def left(plan):
    """What an apply would still do."""
    return {str(one.address): (one.action, one.diff) for one in plan.changes if one.mutates}


def what_cannot_change_is_replaced_with_its_reason(living):
    """The plan names the field."""
    for field, value in living.life.fixed.items():
        change = living.change(living.plan(**{field: value}))

        assert change.action is Action.REPLACE, field
        assert field in change.reason
        assert change.reason.endswith("can't change in place")


def what_exists_is_adopted(living):
    """By another memory: found by its name, left as it is."""
    lab = living.lab
    another = f"{lab.settings.project}-another"
    make_bucket(lab, another)
    settings = dataclasses.replace(lab.settings, inventory=f"gs://{another}")
    change = living.change(lab.session(living.stack(), settings).plan())

    assert change.action is Action.ADOPT
    assert {diff.name for diff in change.diff} == living.life.sent


def make_bucket(lab, name):
    """An inventory that is named is not made."""
    stack = Stack("memories", enable_apis=False)
    stack.add(Bucket(name, location="US", uniform_access=True))
    lab.apply(stack).outcome.raise_failed()


def what_is_no_longer_declared_goes(living):
    """Protected data not without a consent; what others may use stays."""
    kind = living.life.base.KIND
    empty = Stack("shop", enable_apis=False)
    lab = living.lab
    plan = lab.plan(empty)
    change = living.change(plan)

    assert change.action is (Action.FORGET if kind.keeps else Action.DELETE)
    refused = [one for one in plan.problems if str(living.address) in str(one)]
    assert len(refused) == kind.protected
    assert all(isinstance(one, ConsentRequired) for one in refused)
    consents = frozenset(str(one.address) for one in plan.changes)
    lab.apply(empty, consents=consents).outcome.raise_failed()
    assert lab.plan(empty).changes == ()
