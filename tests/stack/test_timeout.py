"""A run that is given so long begins nothing more after that, and the next goes on."""

import pytest

from gcpstack import ApplyFailed, GlobalAddress, SslPolicy, Stack
from gcpstack.exceptions import WaitTimeout
from tests.reliability.lab import Lab


def chain():
    stack = Stack("web", enable_apis=False)
    address = stack.add(GlobalAddress("a"))
    policy = stack.add(SslPolicy("b", depends_on=[address]))
    stack.add(GlobalAddress("c", depends_on=[policy]))
    return stack


def test_it_stops_in_time_and_goes_on_later():
    """What is under way is parked, what is not begun is left; nothing is made twice."""
    lab = Lab(latency=20.0)
    began = lab.line.clock.monotonic()

    result = lab.apply(chain(), timeout=60.0)

    assert not result.outcome.ok
    assert [type(error) for error in result.outcome.errors] == [WaitTimeout]
    assert "took longer than 1 min, so nothing more was begun" in str(result.outcome.errors[0])
    assert "run the same command again" in str(result.outcome.errors[0])
    assert result.outcome.parked or result.outcome.skipped
    assert lab.line.clock.monotonic() - began < 120
    with pytest.raises(ApplyFailed):
        result.outcome.raise_failed()

    lab.undisturbed()
    assert lab.apply(chain()).outcome.ok
    assert lab.apply(chain()).plan.empty
    inserts = [
        name
        for name in lab.line.mutations()
        if name.startswith("compute.") and name.endswith("insert")
    ]
    assert sorted(inserts) == [
        "compute.globalAddresses.insert",
        "compute.globalAddresses.insert",
        "compute.sslPolicies.insert",
    ]


def test_a_run_in_time_is_not_touched():
    """The end of the time does not hold up a run that is done."""
    lab = Lab()
    began = lab.line.clock.monotonic()

    assert lab.apply(chain(), timeout=3600.0).outcome.ok
    assert lab.line.clock.monotonic() - began < 60
