"""Tables of cases."""

import re

import pytest

from gcpstack import Settings, Stack
from gcpstack._adapters import schemas
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack
from gcpstack.exceptions import DeclarationError

SCOPE = Scope("demo-proj", "us-central1", "shop")


def labelled(cases):
    """Give each case an id: its number and its kind."""
    return [
        pytest.param(*case, id=f"{number}-{case[0].KIND.name}") for number, case in enumerate(cases)
    ]


def the_problem(item, words):
    """Check that a declaration has one problem, told at its address and in these words."""
    found = [str(problem) for problem in item.problems(SCOPE)]

    assert len(found) == 1, found
    assert found[0].startswith(str(item.address_in(SCOPE)))
    assert re.search(words, found[0]), found[0]


def compiled(*items):
    """Compile a stack of some resources."""
    scope = Stack("shop").scope(Settings(project="demo-proj", region="us-central1"))
    return compile_stack("shop", items, {}, scope, enable_apis=False, check=schemas.problems)


def told_together(*items):
    """Write the problems of some resources that are declared in one stack."""
    try:
        compiled(*items)
    except DeclarationError as error:
        return str(error)
    return ""
