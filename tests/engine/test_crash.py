"""A run that dies at any call is finished by the next."""

import contextlib
import itertools

import pytest

from gcpstack._core.refs import Sensitive
from gcpstack._inventory.stores import MemoryStore
from gcpstack.exceptions import Unavailable

from .world import Cert, Hub, Lab, Net, Note, Part, Store


class Killed(BaseException):
    """The process is gone."""


class DyingStore(MemoryStore):
    """A store whose process may die around a save."""

    def __init__(self) -> None:
        super().__init__("web")
        self.hook = lambda phase: None

    def save(self, snapshot):
        self.hook("before save")
        saved = super().save(snapshot)
        self.hook("after save")
        return saved

    def remove(self, snapshot):
        self.hook("before remove")
        super().remove(snapshot)
        self.hook("after remove")


def first():
    net = Net("n", size=3, label="x")
    part = Part("a", shape="round", net=net)
    cert = Cert("c", domains=["a"])
    return (
        net,
        part,
        cert,
        Hub("h", parts=[part], certs=[cert], address=net.output("ip")),
        Store("s", secret=Sensitive("one"), allow_delete=True),
        Note("hello", text="a"),
    )


def second():
    net = Net("n", size=4)
    part = Part("a", shape="square", net=net)
    cert = Cert("c", domains=["a", "b"])
    return (
        net,
        part,
        cert,
        Hub("h", parts=[part], certs=[cert], address=net.output("ip")),
        Store("s", secret=Sensitive("two"), allow_delete=True),
    )


SCENARIOS = {
    "create": ((), first()),
    "update and replace": (first(), second()),
    "destroy": (first(), ()),
}


def prepared(before):
    lab = Lab(store=DyingStore())
    lab.world.seconds = 0.5
    if before:
        lab.converge(*before)
    return lab


def normalised(lab):
    return {
        path: {key: value for key, value in body.items() if key != "ip"}
        | ({"address": "*"} if "address" in body else {})
        for path, body in lab.world.objects.items()
    }


def die_at(lab, number):
    """Let the process die at the *number*-th boundary; tell whether it was reached."""
    count = itertools.count()
    reached = []

    def boundary(*_):
        if next(count) == number:
            reached.append(number)
            raise Killed

    lab.world.fault = boundary
    lab.store.hook = boundary
    return reached


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_at_every_boundary(name):
    """Whatever call or save the process dies at, the next run ends in the same state."""
    before, after = SCENARIOS[name]
    undisturbed = prepared(before)
    undisturbed.converge(*after)
    expected = normalised(undisturbed)

    for number in itertools.count():
        lab = prepared(before)
        reached = die_at(lab, number)
        with contextlib.suppress(Killed):
            lab.apply(*after)
        if not reached:
            assert number > 20
            return
        lab.world.fault = lambda *_: None
        lab.store.hook = lambda *_: None
        lab.clock.seconds += 120
        lab.new_process()
        lab.converge(*after)

        assert normalised(lab) == expected, number


@pytest.mark.parametrize("name", SCENARIOS)
def test_answers_lost_at_every_mutation(name):
    """A call that was committed although its answer was lost is not doubled."""
    before, after = SCENARIOS[name]
    undisturbed = prepared(before)
    undisturbed.converge(*after)
    expected = normalised(undisturbed)

    for number in itertools.count():
        lab = prepared(before)
        seen = []

        def lose(phase, call, number=number, seen=seen):
            if phase == "after":
                seen.append(call)
                if len(seen) == number + 1:
                    return Unavailable("connection reset")
            return None

        lab.world.fault = lose
        lab.converge(*after)

        assert normalised(lab) == expected, number
        if len(seen) <= number:
            return
