"""Resources that a stack lets go of, and another takes over."""

import dataclasses
import json

import pytest

from gcpstack import (
    GlobalAddress,
    NotificationChannel,
    OwnershipError,
    PlanError,
    SettingsError,
    Stack,
    Topic,
)
from gcpstack._cli.main import main
from gcpstack._inventory.keeper import Keeper
from gcpstack._inventory.model import Phase, Relic
from gcpstack._operations.forgetting import forget, owned

IP, TOPIC, MAIL = (
    "compute.GlobalAddress/ip",
    "pubsub.Topic/news",
    "monitoring.NotificationChannel/ops",
)


def stack(name="one", *, topic=True):
    made = Stack(name, enable_apis=False)
    made.add(GlobalAddress("ip"))
    if topic:
        made.add(Topic("news"))
    return made


def records(of, settings):
    with of.session(settings) as session:
        session.plan()
        return {str(address) for address in session.keeper.snapshot.records}


def test_another_stack_takes_over_what_is_forgotten(gcp_settings):
    """Nothing is deleted, and both stacks are as declared."""
    stack().apply(gcp_settings)
    second = Stack("two", enable_apis=False)
    second.add(Topic("news", labels={"team": "shop"}))
    [problem] = second.plan(gcp_settings).problems
    with stack(topic=False).session(gcp_settings) as session:
        found = forget(session, [TOPIC])
    result = second.apply(gcp_settings)

    assert isinstance(problem, OwnershipError)
    assert f"gcpstack forget FILE {TOPIC}" in problem.remedy
    assert [(str(one.address), one.declared, one.marked) for one in found] == [
        (TOPIC, False, False)
    ]
    assert found[0].path.endswith("/topics/news")
    assert result.plan.summary["adopt"] == 1
    assert stack(topic=False).plan(gcp_settings).empty
    assert second.plan(gcp_settings).empty


def test_everything_is_let_go_of(gcp_settings):
    """The inventory is gone with its last record; what is declared is adopted again."""
    stack().apply(gcp_settings)
    with stack().session(gcp_settings) as session:
        found = forget(session, [])
    again = stack().plan(gcp_settings)

    assert {str(one.address) for one in found} == {IP, TOPIC}
    assert all(one.declared for one in found)
    assert records(stack(), gcp_settings) == set()
    assert again.summary["adopt"] == 2
    with stack().session(gcp_settings) as session:
        assert forget(session, []) == []


def test_a_look_lets_go_of_nothing(gcp_settings):
    """It tells what another stack would not find."""
    made = stack()
    made.add(NotificationChannel.email("ops", "ops@example.com"))
    made.apply(gcp_settings)
    with made.session(gcp_settings) as session:
        found = owned(session, [])

    assert [str(one.address) for one in found if one.marked] == [MAIL]
    assert records(made, gcp_settings) == {IP, TOPIC, MAIL}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pubsub.Topic/new", r"the stack owns no pubsub.Topic/new. Did you mean pubsub.Topic/news"),
        ("run.Service/x/y", "`gcpstack status` lists what it owns"),
    ],
)
def test_what_the_stack_does_not_own(gcp_settings, name, words):
    """Is told, with what was probably meant; nothing is let go of."""
    stack().apply(gcp_settings)
    with stack().session(gcp_settings) as session, pytest.raises(SettingsError, match=words):
        forget(session, [TOPIC, name])

    assert records(stack(), gcp_settings) == {IP, TOPIC}


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ({"phase": Phase.UPDATING}, "the last apply did not end well"),
        ({"operation": "operations/1"}, "the last apply did not end well"),
        ({"relics": (Relic("projects/p/topics/old", {"name": "old"}),)}, "its predecessor old"),
    ],
)
def test_what_a_run_has_left_to_do_is_not_lost(gcp_settings, monkeypatch, left, words):
    """Nobody else would do it."""
    stack().apply(gcp_settings)
    load = Keeper.load

    def loaded(keeper):
        snapshot = load(keeper)
        changed = {
            address: dataclasses.replace(record, **left) if str(address) == TOPIC else record
            for address, record in snapshot.records.items()
        }
        keeper.snapshot = dataclasses.replace(snapshot, records=changed)
        return keeper.snapshot

    with stack().session(gcp_settings) as session:
        monkeypatch.setattr(Keeper, "load", loaded)
        with pytest.raises(PlanError, match=words):
            forget(session, [TOPIC])


class TestCommand:
    """``gcpstack forget``."""

    @pytest.fixture
    def run(self, gcp_settings, tmp_path, capsys):
        """Run a command on a stack that is applied."""
        stack().apply(gcp_settings)
        file = tmp_path / "one.py"
        file.write_text(
            "from gcpstack import GlobalAddress, Stack\n"
            "stack = Stack('one', enable_apis=False)\nstack.add(GlobalAddress('ip'))\n"
        )
        where = ["--project", gcp_settings.project, "--endpoint", gcp_settings.endpoint]

        def told(*words):
            capsys.readouterr()
            status = main(["forget", str(file), *words, *where])
            said = capsys.readouterr()
            return status, said.out + said.err

        return told

    def test_it_is_told(self, run, gcp_settings):
        """What is let go of, and what the next apply takes over again."""
        status, text = run("--all", "--yes")

        assert status == 0
        assert "Forgot 2 resources. Nothing was deleted" in text
        assert f"taken over again by the next apply: {IP}." in text
        assert run("--all", "--yes") == (0, "The stack owns nothing.\n")
        assert records(stack(), gcp_settings) == set()

    def test_for_programs(self, run):
        """The same as JSON."""
        status, text = run(TOPIC, "--yes", "--json")
        body = json.JSONDecoder().raw_decode(text[text.index("{") :])[0]

        assert status == 0
        assert [one["address"] for one in body["forgotten"]] == [TOPIC]
        assert body["forgotten"][0]["declared"] is False

    @pytest.mark.parametrize("words", [(), (TOPIC, "--all"), ("nonsense",), (TOPIC,)])
    def test_wrong_words(self, run, gcp_settings, words):
        """Neither addresses nor all of them, both, no address, or nobody to ask."""
        assert run(*words)[0] == 1
        assert records(stack(), gcp_settings) == {IP, TOPIC}


def test_what_another_stack_owns_is_told_once(gcp_settings, tmp_path, capsys):
    """With the command that lets go of all of it."""
    stack().apply(gcp_settings)
    file = tmp_path / "two.py"
    file.write_text(
        "from gcpstack import GlobalAddress, Stack, Topic\n"
        "stack = Stack('two', enable_apis=False)\n"
        "stack.add(GlobalAddress('ip'))\nstack.add(Topic('news'))\n"
    )
    where = ["--project", gcp_settings.project, "--endpoint", gcp_settings.endpoint]
    capsys.readouterr()

    assert main(["plan", str(file), *where]) == 1
    told = capsys.readouterr().err
    assert "the stack 'one' owns 2 of these resources" in told
    assert f"`gcpstack forget FILE {IP} {TOPIC}`" in told
