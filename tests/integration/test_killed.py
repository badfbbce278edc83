"""The real command, ended in the middle: killed, stopped, and beside another run."""

import json
import re
import signal
import subprocess
import sys
import threading
import uuid

import pytest

from gcpstack import Settings
from gcpstack.emulator import Emulator

from .conftest import Place
from .test_aster import SCRIPT, aster

#: The lines of the event stream after which the process is ended.
MOMENTS = [1, 20, 45]


@pytest.fixture(scope="module")
def slow():
    """An emulator whose operations take a hundredth of their usual time."""
    with Emulator(latency=0.01) as emulator:
        yield emulator


@pytest.fixture
def place(slow):
    project = f"test-{uuid.uuid4().hex[:12]}"
    return Place(Settings(project=project, endpoint=slow.endpoint), slow.endpoint)


def command(place, name="apply"):
    return [
        sys.executable, "-m", "gcpstack", name, str(SCRIPT), "--yes", "--json",
        "--project", place.settings.project, "--endpoint", place.endpoint,
    ]  # fmt: skip


def run_until(place, lines, number):
    """Run an apply; send it a signal after so many lines; give what it said and its status."""
    with subprocess.Popen(
        command(place), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        said = []
        for line in process.stdout:
            said.append(json.loads(line))
            if len(said) == lines:
                process.send_signal(number)
        errors = process.stderr.read()
    return said, errors, process.returncode


def normalised(place):
    """What exists, without ids that no two runs share and without the inventory itself."""
    names = [name.replace(place.settings.project, "P") for name in place.resources()]
    assigned = ("/alertPolicies/", "/uptimeCheckConfigs/")
    return sorted(
        name.rsplit("/", 1)[0] if any(part in name for part in assigned) else name
        for name in names
        if not name.startswith("//storage")
    )


@pytest.mark.parametrize("lines", MOMENTS)
def test_killed_and_run_again(place, slow, lines):
    """Whenever the process is killed, the next apply finishes, and nothing is doubled."""
    _, _, status = run_until(place, lines, signal.SIGKILL)
    assert status == -signal.SIGKILL
    place.converge(aster())

    other = Place(
        Settings(project=f"test-{uuid.uuid4().hex[:12]}", endpoint=slow.endpoint), slow.endpoint
    )
    other.apply(aster())
    assert normalised(place) == normalised(other)


def test_interrupted_in_good_order(place):
    """Ctrl-C stops the run, keeps the inventory, gives the lease back and says how to go on."""
    said, errors, status = run_until(place, 12, signal.SIGINT)

    assert status == 130
    assert "Traceback" not in errors
    assert said[-1]["event"] == "finished"
    assert said[-1]["ok"] is False
    place.converge(aster())


#: The command with a lease of a few seconds, for whoever has to wait for its end.
HASTY = """
from datetime import timedelta
from gcpstack._inventory import keeper
keeper.LEASE = timedelta(seconds=8)
from gcpstack._cli.main import entry
entry()
"""


#: One thing at a time: while its operation is waited for, no other call is at hand.
CHAIN = """
from gcpstack import GlobalAddress, SslPolicy, Stack

def stack():
    made = Stack("chain", enable_apis=False)
    first = made.add(GlobalAddress("a"))
    made.add(SslPolicy("b", depends_on=[first]))
    return made
"""


@pytest.fixture
def unhurried():
    """A place whose operations take seconds."""
    with Emulator(latency=0.3) as emulator:
        settings = Settings(project=f"test-{uuid.uuid4().hex[:12]}", endpoint=emulator.endpoint)
        yield Place(settings, emulator.endpoint)


def test_woken_up_late(unhurried, tmp_path):
    """Stopped in mid-run while another run did the work: it tells who that was, changes nothing."""
    place, script = unhurried, tmp_path / "chain.py"
    script.write_text(CHAIN)
    hasty = [sys.executable, "-c", HASTY, "apply", str(script), *command(place)[5:]]
    with subprocess.Popen(
        hasty, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as first:
        try:
            for line in first.stdout:
                if json.loads(line)["event"] == "task_waiting":
                    break
            first.send_signal(signal.SIGSTOP)
            with subprocess.Popen(
                hasty, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            ) as second:
                said, errors = second.communicate()
            assert second.returncode == 0, errors
            assert json.loads(said.splitlines()[-1])["ok"]
            live = place.resources()
            place.forget_calls()
        finally:
            first.send_signal(signal.SIGCONT)
        said, errors = first.communicate()

    assert first.returncode == 1
    assert "Traceback" not in errors
    held = rf"\(process {second.pid}\) took it at \S+ \S+ UTC and gave it back at \S+ \S+ UTC"
    assert re.search(held, errors), said + errors
    # It tried to save its inventory, which Google refuses: the other run has written it since.
    assert [name for name in place.mutations() if name != "storage.objects.insert"] == []
    assert place.resources() == live
    assert sum("/global/addresses/a" in name or "/sslPolicies/b" in name for name in live) == 2


def test_two_applies_of_one_stack(place):
    """One goes on; the other is told who holds the stack, or finds everything done."""
    done = []

    def apply():
        done.append(subprocess.run(command(place), capture_output=True, text=True, check=False))

    threads = [threading.Thread(target=apply) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert min(one.returncode for one in done) == 0
    for one in done:
        assert "Traceback" not in one.stderr
        if one.returncode:
            assert any(
                words in one.stdout + one.stderr
                for words in (
                    "has been changing this stack since",
                    "was changed",
                    "Plan again",
                    "was lost",
                )
            ), one.stderr
    place.converge(aster())
