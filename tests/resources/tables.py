"""Tables of cases."""

import pytest


def labelled(cases):
    """Give each case an id: its number and its kind."""
    return [
        pytest.param(*case, id=f"{number}-{case[0].KIND.name}") for number, case in enumerate(cases)
    ]
