"""Components that users write: what goes wrong in them is told by its place, like any other mistake."""

import inspect

import pytest

from gcpstack import (
    Bucket,
    Component,
    DeclarationError,
    LoadBalancer,
    PlanError,
    Problem,
    Stack,
    Topic,
)
from gcpstack._core.resource import Scope
from gcpstack._stack.checking import checked
from tests.components.compiled import SCOPE, declared, refused


class Own(Component):
    """Expands as it is told to."""

    def __init__(self, expand, name="own"):
        self.name = name
        self.given = expand

    def expand(self, scope):
        return self.given(scope)


def generator(scope):
    yield Topic("one")
    yield Own(lambda inner: [Topic(f"{inner.project}-b")])


class Selfish(Component):
    """Is its own part."""

    def expand(self, scope):
        yield Selfish()


class Narrow(Component):
    """Takes no scope."""

    def expand(self):
        yield Topic("one")


def test_what_it_yields_is_declared():
    """Other components too."""
    assert sorted(declared(Own(generator))) == ["pubsub.Topic/demo-proj-b", "pubsub.Topic/one"]


WRONG = [
    (Own(lambda _: None), "Own/own: expand: gives None, not several. Yield each"),
    (Own(lambda _: Topic("one")), "gives a value of type Topic, not several"),
    (Own(lambda _: ["a"]), "gives a value of type str. Yield resources and components."),
    (Own(lambda _: [Topic("one"), None]), "gives None. Yield resources and components."),
    (Own(lambda scope: [Topic(scope.place)]), "AttributeError: 'Scope' object has no attribute"),
    (Own(lambda _: [Own(lambda _: 1 / 0, "inner")]), "Own/inner: expand: fails at "),
    (Own(lambda _: [LoadBalancer("lb", hosts=3, default="x")]), "LoadBalancer/lb: hosts: expected"),
    (
        Narrow(),
        "Narrow: expand: fails: TypeError: Narrow.expand() takes 1 positional argument but 2",
    ),
    (Narrow(), "Write `def expand(self, scope):`."),
    (Selfish(), "Selfish: expand: expands into itself without end."),
]


@pytest.mark.parametrize(("item", "words"), WRONG, ids=range(len(WRONG)))
def test_what_goes_wrong_is_told(item, words):
    """Beside the other problems of the stack."""
    said = refused(item, Bucket("Bad_Name", location="EU"))

    assert words in said
    assert "storage.Bucket/Bad_Name: name: " in said


def test_the_line_that_raised_is_told_and_the_one_that_added_it():
    """Both are the user's."""

    def expand(scope):
        raise ValueError("no such size")

    stack = Stack("demo")
    stack.add(Own(expand))
    with pytest.raises(DeclarationError) as told:
        checked(stack, Scope("demo-proj", "us-central1", "demo"))
    [problem] = told.value.problems
    line = inspect.getsourcelines(expand)[1] + 1

    assert problem.message == f"fails at {__file__}:{line}: ValueError: no such size."
    assert problem.line.startswith(f"{__file__}:")


def test_what_it_says_itself_is_passed_on():
    """A problem of its own is one of the declaration; another error of ours ends the run."""

    def told(error):
        def expand(scope):
            raise error

        return Own(expand)

    assert "here: is odd." in refused(told(DeclarationError([Problem("here", "is odd.")])))
    with pytest.raises(PlanError, match="not now"):
        declared(told(PlanError("not now")))
    assert SCOPE.stack == "demo"
