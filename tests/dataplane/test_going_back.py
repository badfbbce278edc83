"""``gcpstack rollout`` and ``gcpstack rollback``, as they are typed."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gcpstack import Stack
from gcpstack._cli.main import main
from gcpstack._stack.session import Session
from tests.dataplane.conftest import PROJECT, Shop

STACK = """
from gcpstack import Canary, CloudRunService, Stack

stack = Stack("shop", region="us-central1")
stack.add(CloudRunService("api", image="gcr.io/shop/api:{number}", rollout={rollout}))
"""


class Command:
    """The command on one stack file."""

    def __init__(self, shop: Shop, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.shop = shop
        self.path = path
        self.capsys = capsys

    def write(self, number: int, rollout: str = "Canary(steps=(50,), bake=0)") -> None:
        """Declare the image of a number."""
        self.path.write_text(STACK.format(number=number, rollout=rollout))

    def __call__(self, name: str, *words: str) -> tuple[int, str, str]:
        """Run it; status, output, errors."""
        where = ["--endpoint", self.shop.emulator.endpoint, "--project", PROJECT]
        status = main([name, str(self.path), *words, *where])
        said = self.capsys.readouterr()
        return status, said.out, said.err

    def apply(self, number: int) -> None:
        """Deploy the image of a number."""
        self.write(number)
        status, _, err = self("apply", "--yes")
        assert status == 0, err

    def traffic(self) -> list[tuple[str, int, str]]:
        """Read the traffic by number of the image."""
        (found,) = json.loads(self("rollout", "--json")[1])["services"]
        images = {one["name"]: one["image"] for one in found["revisions"]}
        numbers = {
            hashlib.sha256(f"gcr.io/shop/api:{number}".encode()).hexdigest(): str(number)
            for number in range(1, 4)
        }
        return [
            (numbers[images[one["revision"]].rpartition(":")[2]], one["percent"], one["tag"])
            for one in found["traffic"]
        ]


@pytest.fixture
def command(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    made = Command(shop, tmp_path / "stack.py", capsys)
    made.apply(1)
    made.apply(2)
    return made


def test_rollout_shows_the_traffic(command: Command) -> None:
    status, out, _ = command("rollout", "api")
    assert status == 0
    assert "all traffic goes to the newest revision" in out
    lines = [line.split() for line in out.splitlines()[1:]]
    assert lines[0][:3] == ["100", "%", "█" * 20]
    assert lines[0][3].startswith("api-00002-")
    assert lines[1][:3] == ["0", "%", "░" * 20]


def test_rollback_goes_to_the_revision_before_and_stays(command: Command) -> None:
    status, out, err = command("rollback", "api", "--yes")
    assert status == 0, err
    assert "since a rollback" in out
    assert command.traffic() == [("1", 100, "pinned")]
    status, out, _ = command("plan", "--detailed-exitcode")
    assert status == 0, "a plan of what is live already promotes nothing"
    assert "stays with api-00001" in out
    command.apply(3)
    assert command.traffic() == [("3", 100, "")], "a new version moves on"


def test_rollback_goes_back_once(command: Command) -> None:
    """Whoever runs it again, not sure whether it worked, goes no further back."""
    command.apply(3)
    for _ in range(2):
        assert command("rollback", "api", "--yes")[0] == 0
        assert command.traffic() == [("2", 100, "pinned")]


def test_a_revision_that_runs_the_same_is_no_way_back(command: Command) -> None:
    """One that was made only to read its secrets anew is as bad as the one before it."""
    template = command.shop.live()["template"]
    again = {**template, "annotations": {"client.knative.dev/nonce": "another"}}
    command.shop.patch("template", template=again)
    assert len(json.loads(command("rollout", "--json")[1])["services"][0]["revisions"]) == 3
    assert command("rollback", "api", "--yes")[0] == 0
    assert command.traffic() == [("1", 100, "pinned")]


def test_rollback_takes_a_name(command: Command) -> None:
    command.apply(3)
    name = json.loads(command("rollout", "api", "--json")[1])["services"][0]["revisions"][-1][
        "name"
    ]
    assert command("rollback", "api", "--to", name, "--yes")[0] == 0
    assert command.traffic() == [("1", 100, "pinned")]


def test_resume_lets_the_next_apply_move_on(command: Command) -> None:
    command("rollback", "api", "--yes")
    assert command("rollout", "api", "--resume")[0] == 0
    assert command("plan", "--detailed-exitcode")[0] == 2
    assert command("apply", "--yes")[0] == 0
    assert command.traffic() == [("2", 100, "")]


def test_without_a_rollout_a_new_version_ends_the_rollback(command: Command) -> None:
    command("rollback", "api", "--yes")
    command.write(3, rollout="None")
    assert command("apply", "--yes")[0] == 0
    assert command.traffic() == [("3", 100, "")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rollout", "apu"), "Did you mean api?"),
        (("rollback", "api", "--to", "api-00009-xyz", "--yes"), "has no revision 'api-00009-xyz'"),
        (("rollback", "--to", "api-00001"), "Name the SERVICE too"),
        (("rollback", "--without-lease", "--yes"), "Name the SERVICE too"),
        (("rollback", "api"), "nobody to ask"),
    ],
)
def test_what_is_typed_wrongly_is_told(
    command: Command, words: tuple[str, ...], message: str
) -> None:
    status, _, err = command(*words)
    assert status == 1
    assert message in err


def test_a_service_that_never_came_up_has_no_way_back(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command(shop, tmp_path / "stack.py", capsys)
    command.write(1)
    assert "No service of the stack exists yet" in command("rollout", "api")[2]
    command.apply(1)
    answer: Any = command("rollback", "api", "--yes")
    assert "no earlier revision that came up" in answer[2]


@pytest.fixture
def busy(command: Command) -> Iterator[Session]:
    """Another run that holds the stack's lease."""
    shop = command.shop
    with (
        Session(Stack("shop"), shop.settings, lambda _event: None) as other,
        other.leased(fresh=True),
    ):
        yield other


@pytest.mark.usefixtures("busy")
def test_traffic_waits_for_another_run(command: Command) -> None:
    status, _, err = command("rollback", "api", "--yes")
    assert status == 1
    assert "has been changing this stack since" in err
    assert "add --without-lease" in err
    assert command.traffic() == [("2", 100, "")]


def test_an_unreadable_inventory_does_not_close_the_way_back(command: Command) -> None:
    where = f"b/{PROJECT}-gcpstack/o"
    url = f"{command.shop.emulator.endpoint}/storage.googleapis.com/upload/storage/v1/{where}"
    torn = command.shop.http.post(
        url, params={"uploadType": "media", "name": "stacks/shop.json"}, content=b"{"
    )
    assert torn.status_code == 200, torn.text
    status, _, err = command("rollback", "api", "--yes")
    assert status == 1
    assert "add --without-lease" in err
    assert command("rollback", "api", "--yes", "--without-lease")[0] == 0
    assert command.traffic() == [("1", 100, "pinned")]


def test_what_google_refuses_of_the_service_is_no_matter_of_the_lease(command: Command) -> None:
    faults = [{"method": "run.*services.patch", "fault": "403"}]
    command.shop.control("PUT", "faults", faults)
    status, _, err = command("rollback", "api", "--yes")
    assert status == 1
    assert "without-lease" not in err


@pytest.mark.usefixtures("busy")
def test_the_way_back_is_open_beside_another_run(command: Command) -> None:
    status, out, err = command("rollback", "api", "--yes", "--without-lease")
    assert status == 0, err
    assert command.traffic() == [("1", 100, "pinned")]
    assert "has been changing this stack since" in out
    assert "It will not move this traffic again" in out
    status, _, err = command("rollout", "api", "--resume")
    assert status == 1
    assert "has been changing this stack since" in err
    assert command.traffic() == [("1", 100, "pinned")], "what ends a rollback waits"


@pytest.mark.usefixtures("busy")
def test_programs_are_told_beside_whom_traffic_moved(command: Command) -> None:
    told = json.loads(
        command("rollback", "api", "--yes", "--without-lease", "--json")[1].splitlines()[-1]
    )
    assert set(told["beside"]) == {"holder", "since"}


def test_the_lease_is_given_back(command: Command) -> None:
    assert command("rollback", "api", "--yes")[0] == 0
    assert command("rollout", "api", "--resume")[0] == 0
    command.apply(3)
    status, out, _ = command("rollback", "api", "--yes", "--without-lease")
    assert status == 0
    assert "changing this stack" not in out, "nobody is"


def test_the_way_back_needs_no_inventory(command: Command) -> None:
    """Nobody may read it, and the traffic moves all the same; under the lease it can't."""
    faults = [{"method": "storage.*", "fault": "403"}]
    command.shop.control("PUT", "faults", faults)
    status, _, err = command("rollback", "api", "--yes")
    assert status == 1
    assert command.traffic() == [("2", 100, "")], err
    assert "add --without-lease" in err
    assert "name the SERVICE, with --without-lease" in command("rollback", "--yes")[2]
    status, _, err = command("rollback", "api", "--yes", "--without-lease")
    assert status == 0, err
    assert command.traffic() == [("1", 100, "pinned")]
