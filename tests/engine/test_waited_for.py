"""What is waited_for is ready before anything that needs it is touched."""

import pytest

from gcpstack._engine import events
from gcpstack.exceptions import ApplyFailed, WaitTimeout

from .world import Cert, Hub, Lab

CERT = Cert("c", domains=["a"])
PATH = "projects/p1/certs/c"


def lab(active_after):
    """A world whose certificates become active by themselves, some time after they are made."""
    made = Lab()
    made.waited_for = frozenset({"widgets.Cert"})
    ready_after(made, active_after)
    return made


def ready_after(made, active_after):
    since = made.clock.seconds

    def fault(phase, call):
        if made.clock.seconds - since >= active_after:
            for path, body in made.world.objects.items():
                if path.startswith("projects/p1/certs/"):
                    body["status"] = "ACTIVE"

    made.world.fault = fault


def test_its_users_are_made_once_it_is_ready():
    found = lab(300)
    found.converge(CERT, Hub("h", certs=[CERT]))

    begun = found.clock.seconds - 1000
    assert 300 <= begun < 330
    assert found.world.objects[PATH]["status"] == "ACTIVE"
    waits = [one for one in found.events if isinstance(one, events.TaskWaiting)]
    assert any("PROVISIONING" in one.reason for one in waits)


def test_what_is_not_awaited_is_used_as_soon_as_it_exists():
    found = lab(300)
    found.waited_for = frozenset()
    found.converge(CERT, Hub("h", certs=[CERT]))

    assert found.clock.seconds - 1000 < 60


def test_what_never_gets_ready_is_told_and_its_users_are_left_out():
    """The next apply goes on from there."""
    found = lab(5000)
    outcome = found.apply(CERT, Hub("h", certs=[CERT]))

    with pytest.raises(ApplyFailed) as failed:
        outcome.raise_failed()
    (error,) = failed.value.exceptions
    assert isinstance(error, WaitTimeout)
    assert "is not ready after" in str(error)
    assert "projects/p1/hubs/h" not in found.world.objects
    found.clock.seconds = 7000
    found.converge(CERT, Hub("h", certs=[CERT]))
    assert "projects/p1/hubs/h" in found.world.objects


def test_its_predecessor_goes_in_the_same_apply():
    """Its users move over once it is ready: nothing is left to serve until then."""
    found = lab(0)
    found.converge(CERT, Hub("h", certs=[CERT]))
    new = Cert("c", domains=["a", "b"])
    found.converge(new, Hub("h", certs=[new]))

    certs = [path for path in found.world.objects if "/certs/" in path]
    assert len(certs) == 1
    assert found.world.objects["projects/p1/hubs/h"]["certs"] == certs
    verbs = [call.split()[0] for call in found.world.mutations[-3:]]
    assert verbs == ["create", "update", "delete"]


def test_its_predecessor_goes_in_the_apply_that_goes_on_too():
    """The successor is there and not ready when that apply begins; it waits like the first."""
    found = lab(0)
    found.converge(CERT, Hub("h", certs=[CERT]))
    new = Cert("c", domains=["a", "b"])
    ready_after(found, 5000)
    assert not found.apply(new, Hub("h", certs=[new])).ok
    assert len([path for path in found.world.objects if "/certs/" in path]) == 2

    ready_after(found, 300)
    found.converge(new, Hub("h", certs=[new]))
    certs = [path for path in found.world.objects if "/certs/" in path]
    assert found.world.objects["projects/p1/hubs/h"]["certs"] == certs
