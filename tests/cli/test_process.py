"""The command as a process: terminals, signals, the embedded emulator, scripts."""

import contextlib
import errno
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from gcpstack.emulator import Emulator

pytestmark = pytest.mark.skipif(os.name != "posix", reason="terminals and signals of POSIX")

FILE = """
from gcpstack import GlobalAddress, Stack, run
stack = Stack("web", region="us-central1", enable_apis=False)
address = stack.add(GlobalAddress("web-ip"))
second = stack.add(GlobalAddress("web-two", depends_on=[address]))
stack.output("address", address.output("address"))
print("a stack file may print")
if __name__ == "__main__":
    run(stack)
"""
COMMAND = [sys.executable, "-m", "gcpstack"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working folder with one stack file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web.py").write_text(FILE)
    return tmp_path


def gcpstack(*arguments, command=COMMAND, **more):
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=60, check=False, **more
    )


class Terminal:
    """A command with a terminal of its own."""

    def __init__(self, *arguments):
        self.screen, inner = os.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "100", "LINES": "30"},
            start_new_session=True,
        )
        os.close(inner)
        self.text = ""

    def until(self, words):
        """Read until these words are on the screen."""
        while words not in self.text and self._read():
            pass
        assert words in self.text

    def end(self):
        """Read what is left; give the exit status."""
        while self._read():
            pass
        os.close(self.screen)
        return self.process.wait(60)

    def type(self, keys):
        os.write(self.screen, keys.encode())

    def _read(self):
        try:
            found = os.read(self.screen, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # as Linux says when the other side is closed
                raise
            return False
        self.text += found.decode()
        return bool(found)


def test_a_whole_life_offline(folder):
    """Apply, apply, plan, status, destroy; each finds what the one before left."""
    first = gcpstack("apply", "web.py", "--local", "--yes")
    assert (first.returncode, first.stderr) == (0, "")
    assert "Stack web in project local-project, us-central1" in first.stdout
    assert "Done: 2 created." in first.stdout
    assert "\x1b" not in first.stdout
    assert (folder / ".gcpstack" / ".gitignore").read_text() == "*\n"

    script = [sys.executable, "web.py"]
    plan = gcpstack("--local", "--detailed-exitcode", command=script)
    assert (plan.returncode, plan.stderr) == (0, "")
    assert "No changes: 2 resources are as declared." in plan.stdout

    status = gcpstack("status", "web.py", "--local", "--json")
    assert json.loads(status.stdout)["ok"] is True
    assert status.stderr == "a stack file may print\n"

    gone = gcpstack("destroy", "--local", "--yes", "--json", command=script)
    assert json.loads(gone.stdout.splitlines()[-1])["ok"] is True
    assert gone.returncode == 0
    with Emulator(state=".gcpstack/emulator.db", grpc_port=None) as emulator:
        left = control(emulator.endpoint, "/_emulator/resources")
    assert [name for name in left if "web" in name or "gcpstack" in name] == []


def test_a_script_ends_with_the_status_of_the_command(folder):
    """Else nobody would see that it failed."""
    done = gcpstack("plan", "--projcet", "x", command=[sys.executable, "web.py"])

    assert done.returncode == 1
    assert done.stderr == "error: there is no flag --projcet.\n  Did you mean --project?\n"


def test_the_state_is_in_use(folder):
    """Two commands in one folder do not share an emulator."""
    (folder / ".gcpstack").mkdir()
    with Emulator(state=".gcpstack/emulator.db", grpc_port=None):
        done = gcpstack("plan", "web.py", "--local")

    assert done.returncode == 1
    assert done.stdout == "a stack file may print\n"
    assert re.fullmatch(
        r"error: the emulator can't be started: \.gcpstack/emulator\.db is in use .*\n  .+\n",
        done.stderr,
    )


def test_a_state_that_is_none(folder):
    """Is left as it is."""
    (folder / "state.db").write_text("not a database " * 100)
    done = gcpstack("emulator", "--port", "0", "--grpc-port", "0", "--state", "state.db")

    assert done.returncode == 1
    assert "state.db is not a state file of the emulator" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_emulator_needs_is_not_installed(folder):
    """How to install it."""
    code = (
        "import sys\nfrom gcpstack._cli.main import main\n"
        "sys.modules['uvicorn'] = None\nsys.exit(main(['plan', 'web.py', '--local']))"
    )
    done = gcpstack(command=[sys.executable, "-c", code])

    assert done.returncode == 1
    assert done.stderr == (
        "error: the emulator needs uvicorn, which is not installed.\n"
        "  Run: pip install 'gcpstack[local]'\n"
    )


def control(endpoint, path, body=None, method="GET"):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{endpoint}{path}", data, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


@contextlib.contextmanager
def serving(*arguments):
    """Run `gcpstack emulator`; give its process and its endpoint."""
    command = [*COMMAND, "emulator", "--port", "0", "--grpc-port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        found = re.fullmatch(r"gcpstack emulator: (http://\S+), gRPC at (\S+)\n", line)
        assert found is not None, line
        try:
            yield process, found[1], found[2]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_emulator_serves_until_it_is_stopped(number):
    """It tells where, and being stopped is not a failure."""
    with serving() as (process, endpoint, grpc):
        assert control(endpoint, "/")["grpc"] == grpc

        process.send_signal(number)
        assert process.wait(30) == 0


def test_a_port_that_is_taken(folder):
    """Is named in words."""
    with Emulator(grpc_port=None) as other:
        port = other.endpoint.rsplit(":", 1)[1]
        done = gcpstack("emulator", "--port", port, "--grpc-port", "0")

    assert done.returncode == 1
    assert done.stderr.startswith("error: the emulator can't be started: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("number", "status", "flags"),
    [(signal.SIGINT, 130, []), (signal.SIGTERM, 143, ["--json"])],
)
def test_a_run_that_is_stopped_goes_on_later(gcp_emulator, gcp_project, number, status, flags):
    """The operation under way is left to Google; the next apply takes it up."""
    endpoint = gcp_emulator.endpoint
    control(endpoint, "/_emulator/latency", {"latency": "typical"}, "PUT")
    apply = ["apply", "web.py", "--endpoint", endpoint, "--project", gcp_project, "--yes"]
    command = [*COMMAND, *apply, *flags]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "task_started" in line or line.endswith("started\n"):
                process.send_signal(number)
                break
        lines += process.stdout.readlines()
        said = process.stderr.read()
        assert process.wait(30) == status

    if flags:
        last = json.loads(lines[-1])
        assert (last["event"], last["ok"], last["stopped"]) == ("finished", False, True)
    else:
        assert lines[-1].startswith("Not done: 1 parked, 1 skipped. It took ")
        assert said.endswith("it goes on where this one stopped.\n")
    control(endpoint, "/_emulator/latency", {"latency": "none"}, "PUT")
    again = gcpstack(*apply)
    assert (again.returncode, again.stderr) == (0, "")
    made = [
        row
        for row in control(endpoint, "/_emulator/requests")
        if row["method"] == "compute.globalAddresses.insert"
    ]
    assert len(made) == 2


def test_a_second_signal_leaves_at_once():
    """Even if the first one gets nowhere."""
    code = (
        "import os, signal\nfrom gcpstack._cli.signals import Signals\n"
        "with Signals() as signals, signals.stopping(lambda: print('stopping', flush=True)):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    print('still here', flush=True)"
    )
    done = gcpstack(command=[sys.executable, "-c", code])

    assert done.returncode == 130
    assert done.stdout == "stopping\n"


def test_a_reader_that_leaves_does_not_break_the_run(gcp_emulator, gcp_project):
    """`gcpstack apply … | head -1` still applies."""
    line = (
        f"{sys.executable} -m gcpstack apply web.py --yes --endpoint {gcp_emulator.endpoint} "
        f"--project {gcp_project} | head -1"
    )
    done = gcpstack(command=["bash", "-o", "pipefail", "-c", line])

    assert (done.returncode, done.stderr) == (0, "")
    made = control(gcp_emulator.endpoint, "/_emulator/resources")
    assert f"//compute.googleapis.com/projects/{gcp_project}/global/addresses/web-two" in made


class TestTerminal:
    """With somebody in front of it."""

    def _apply(self, gcp_emulator, gcp_project, *flags):
        place = ["--endpoint", gcp_emulator.endpoint, "--project", gcp_project]
        return Terminal("apply", "web.py", *place, *flags)

    def test_it_asks_and_shows_what_is_running(self, gcp_emulator, gcp_project):
        """In colours, with a picture that moves; the cursor is back at the end."""
        control(gcp_emulator.endpoint, "/_emulator/latency", {"latency": 0.15}, "PUT")
        terminal = self._apply(gcp_emulator, gcp_project)

        terminal.until("Make these changes? [y/N] ")
        terminal.type("y\n")

        assert terminal.end() == 0
        assert "\x1b[" in terminal.text
        assert "0 of 2 done, 1 running, 1 waiting for others;" in plain(terminal.text)
        assert "Done: 2 created." in plain(terminal.text)
        assert terminal.text.rindex("\x1b[?25h") > terminal.text.rindex("\x1b[?25l")

    def test_no_colours(self, gcp_emulator, gcp_project):
        """Where nobody wants them."""
        terminal = self._apply(gcp_emulator, gcp_project, "--yes", "--no-color")

        assert terminal.end() == 0
        assert re.findall(r"\x1b\[[0-9;]*3[0-9]m", terminal.text) == []
        assert "Done: 2 created." in plain(terminal.text)

    def test_ctrl_c_at_the_question(self, gcp_emulator, gcp_project):
        """Nothing was asked for, nothing is done."""
        terminal = self._apply(gcp_emulator, gcp_project)

        terminal.until("Make these changes? [y/N] ")
        terminal.process.send_signal(signal.SIGINT)

        assert terminal.end() == 130
        assert "Traceback" not in terminal.text
        assert plain(terminal.text).replace("\r", "").endswith("[y/N] \nNothing was changed.\n")
        assert (
            control(gcp_emulator.endpoint, "/_emulator/resources")
            .keys()
            .isdisjoint(
                {f"//compute.googleapis.com/projects/{gcp_project}/global/addresses/web-ip"}
            )
        )


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
