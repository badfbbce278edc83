"""`apply --rollback` and `rollback`: what they show, ask, tell and exit with."""

import json

import pytest

from gcpstack import GlobalAddress, Secret, Stack
from gcpstack.exceptions import InvalidRequest
from tests.cli.bench import Bench


def shop():
    """Data, an address, and what Google refuses."""
    stack = Stack("shop", project="my-project", region="us-central1", enable_apis=False)
    secret = stack.add(Secret("password"))
    address = stack.add(GlobalAddress("ip", depends_on=[secret]))
    stack.add(GlobalAddress("refused", depends_on=[address]))
    return stack


@pytest.fixture
def bench():
    """A world that refuses one address."""
    made = Bench()
    made.world.fault = lambda call: (
        InvalidRequest("no", code=400) if call == f"create {REFUSED}" else None
    )
    return made


REFUSED = "projects/my-project/global/addresses/refused"


def test_a_failed_apply_is_undone_and_tells_what_is_not(bench):
    """The failure, what was undone, what stays and why."""
    said = bench.run(shop(), "apply", "--yes", "--rollback")

    assert said.status == 1
    assert "Rolled back: 1 deleted." in said.out
    assert "· secretmanager.Secret/password  it may hold data; --allow-delete" in said.out
    assert said.err == "error: creating compute.GlobalAddress/refused: no\n"
    assert bench.world.calls[-1] == "delete projects/my-project/global/addresses/ip"


def test_json(bench):
    """The last line holds all of it."""
    said = bench.run(shop(), "apply", "--yes", "--rollback", "--json")

    last = said.lines[-1]
    assert (last["event"], last["ok"]) == ("finished", False)
    assert last["rollback"]["ok"] is True
    assert last["rollback"]["summary"]["delete"] == 1
    assert [item["address"] for item in last["rollback"]["kept"]] == [
        "secretmanager.Secret/password"
    ]


def test_a_rollback_that_fails_too(bench):
    """Both are told, and how to go on."""
    bench.world.fault = lambda call: (
        InvalidRequest("no", code=400) if (call.endswith(("refused", "ip")) and "delete" in call) or
        call == f"create {REFUSED}" else None
    )  # fmt: skip

    said = bench.run(shop(), "apply", "--yes", "--rollback")

    assert said.status == 1
    assert "The rollback is not complete: `gcpstack rollback` goes on with it" in said.out
    assert "The same happened to deleting compute.GlobalAddress/ip." in said.err
    assert "error: creating compute.GlobalAddress/refused: no" in said.err


class TestRollback:
    """The command by itself."""

    def test_it_shows_asks_and_undoes(self, bench):
        """Like any change."""
        bench.run(shop(), "apply", "--yes")
        asked = []

        def ask(question):
            asked.append(question)
            return "y"

        said = bench.run(shop(), "rollback", ask=ask)

        assert asked == ["\nUndo all this? [y/N] "]
        assert said.status == 0
        assert "- compute.GlobalAddress/ip" in said.out
        assert "Stays as it is:" in said.out
        assert "Done: 1 deleted, 1 left alone." in said.out
        assert bench.world.calls[-1] == "delete projects/my-project/global/addresses/ip"

    def test_a_no_changes_nothing(self, bench):
        """And fails, as for an apply."""
        bench.run(shop(), "apply", "--yes")
        bench.world.calls.clear()

        said = bench.run(shop(), "rollback", ask=lambda question: "n")

        assert said.status == 1
        assert bench.world.calls == []
        assert "Nothing was changed." in said.out

    def test_nothing_to_undo(self, bench):
        """It says so, and is content."""
        said = bench.run(shop(), "rollback", "--yes")

        assert said.status == 0
        assert said.out.startswith("Nothing to undo")

    def test_nothing_to_undo_in_json(self, bench):
        """A stream ends as every stream ends."""
        said = bench.run(shop(), "rollback", "--yes", "--json")

        assert json.loads(said.out)["event"] == "finished"
        assert json.loads(said.out)["ok"] is True

    def test_json(self, bench):
        """The plan, what is kept, and the end."""
        bench.run(shop(), "apply", "--yes")

        said = bench.run(shop(), "rollback", "--yes", "--json")

        told = {line["event"]: line for line in said.lines}
        assert told["planned"]["summary"]["delete"] == 1
        assert told["kept"]["kept"][0]["address"] == "secretmanager.Secret/password"
        assert told["finished"]["ok"] is True
