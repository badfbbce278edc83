"""The kit for tests of stacks: its fixtures, its clock, its Google in memory."""

import urllib.request

import pytest

from gcpstack import ApplyFailed, GlobalAddress, Secret, SecretVersion, Sensitive, Settings, Stack
from gcpstack.exceptions import PermissionDenied
from gcpstack.testing import FakeClock, MemoryWorld

SEEN = []


def small():
    stack = Stack("small", project="my-project", enable_apis=False)
    address = stack.add(GlobalAddress("ip"))
    stack.output("address", address.output("address"))
    return stack


class TestFixtures:
    """pytest finds them by itself."""

    @pytest.mark.parametrize("round_", [1, 2])
    def test_every_test_finds_an_empty_emulator(self, gcp_emulator, gcp_settings, round_):
        """Of the same server, in a project of its own."""
        stack = Stack("small", enable_apis=False)
        stack.add(GlobalAddress("ip"))

        assert stack.plan(gcp_settings).summary["create"] == 1
        assert stack.apply(gcp_settings).outcome.ok
        assert stack.plan(gcp_settings).empty
        SEEN.append((gcp_emulator.endpoint, gcp_settings.project))
        assert len({endpoint for endpoint, _ in SEEN}) == 1
        assert len({project for _, project in SEEN}) == len(SEEN)

    def test_it_serves_over_loopback(self, gcp_emulator):
        """On ports that were free."""
        assert gcp_emulator.endpoint.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(gcp_emulator.endpoint, timeout=10) as answer:
            assert answer.status == 200

    def test_the_settings(self, gcp_emulator, gcp_project, gcp_settings):
        """Lead to the emulator."""
        assert gcp_settings == Settings(
            project=gcp_project, region="us-central1", endpoint=gcp_emulator.endpoint
        )


class TestFakeClock:
    """Time passes when somebody sleeps."""

    def test_sleeping_takes_no_time(self):
        """And is remembered."""
        clock = FakeClock()
        began = clock.now()

        clock.sleep(90)
        clock.sleep(-1)
        clock.advance(10)

        assert clock.monotonic() == 100
        assert (clock.now() - began).total_seconds() == 100
        assert clock.slept == [90, -1]


class TestMemoryWorld:
    """Google in memory, for any kind."""

    def test_a_stack_converges(self):
        """Another session finds what the first one made."""
        world = MemoryWorld(outputs={"compute.GlobalAddress": {"address": "203.0.113.7"}})
        with world.session(small()) as session:
            assert session.apply(session.plan()).outputs == {"address": "203.0.113.7"}
        assert world.calls == ["create projects/my-project/global/addresses/ip"]

        with world.session(small()) as session:
            assert session.plan().empty
            session.apply(session.plan(destroy=True))
        assert world.objects == {}
        assert world.calls[1:] == ["delete projects/my-project/global/addresses/ip"]

    def test_events_are_told(self):
        """As a real run tells them."""
        told = []
        with MemoryWorld().session(small(), on_event=told.append) as session:
            session.apply(session.plan())

        assert [type(event).__name__ for event in told] == [
            "RunStarted",
            "TaskStarted",
            "TaskFinished",
            "RunFinished",
        ]

    def test_what_was_sent_counts_more_than_what_was_given(self):
        """Down to single fields."""
        world = MemoryWorld(
            outputs={"compute.GlobalAddress": {"labels": {"x": "given", "y": "given"}}}
        )
        stack = Stack("small", project="my-project", enable_apis=False)
        stack.add(GlobalAddress("ip", labels={"x": "sent"}))
        with world.session(stack) as session:
            session.apply(session.plan())

        (held,) = world.objects.values()
        assert held["body"]["labels"] == {"x": "sent", "y": "given"}

    def test_secrets_arrive_in_the_clear(self):
        """As they would at Google."""
        world = MemoryWorld()
        stack = Stack("small", project="my-project", enable_apis=False)
        secret = stack.add(Secret("key"))
        stack.add(SecretVersion(secret, value=Sensitive("hunter2")))
        with world.session(stack) as session:
            session.apply(session.plan())
            assert session.plan().empty

        assert "hunter2" in str(world.objects)

    def test_calls_can_fail(self):
        """Whichever the test wants."""
        world = MemoryWorld(fault=lambda call: PermissionDenied(f"not {call}", code=403))
        with world.session(small()) as session:
            result = session.apply(session.plan())

        with pytest.raises(ApplyFailed) as raised:
            result.outcome.raise_failed()
        assert "not create projects/my-project/global/addresses/ip" in str(
            raised.value.exceptions[0]
        )
        assert world.calls == []

    def test_a_project_of_its_own(self):
        """Where the stack names none."""
        stack = Stack("small", enable_apis=False)
        stack.add(GlobalAddress("ip"))
        world = MemoryWorld()
        with world.session(stack) as session:
            session.apply(session.plan())

        assert world.calls == ["create projects/memory-project/global/addresses/ip"]
