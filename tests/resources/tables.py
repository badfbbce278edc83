"""Tables of cases."""

import re

import pytest

from gcpstack._core.resource import Scope

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
