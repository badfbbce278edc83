"""Commands that start at once, for tests that run dozens of them: ``gcpstack``, and the real ``gcloud``.

Most of a short command's time goes into loading libraries. Here one process loads them once and
forks for each command. In its stead a small program stands in a folder under the command's name:
it hands over its streams, folder, environment and arguments, and ends as the fork ends; where it
is killed, so is the fork. How the command starts by itself is for other tests.

A server of gcloud runs in gcloud's own Python, so this module needs nothing but the standard library.
"""

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

#: What most commands of gcpstack load.
GCPSTACK = (
    "gcpstack._cli.commands",
    "gcpstack._cli.main",
    "gcpstack._stack.session",
    "gcpstack.emulator",
    "gcpstack.emulator.server.grpc",
    "google.auth.transport.requests",
    "google.cloud.compute_v1",
    "google.cloud.monitoring_v3",
    "google.cloud.run_v2",
    "google.cloud.secretmanager_v1",
    "googleapiclient.discovery",
)
_STAND_IN = """\
#!{python} -SE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as door:
    door.connect({door!r})
    call = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(door, [len(call).to_bytes(4, "big")], [0, 1, 2])
    door.sendall(call)
    status = door.recv(1)
sys.exit(status[0] if status else 1)
"""


@contextlib.contextmanager
def forking(
    command: str,
    entry: str,
    loaded: Sequence[str],
    *,
    python: Sequence[str] = (sys.executable,),
    paths: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    learns: str = "",
) -> Iterator[str]:
    """Serve a command; gives the folder in which its stand-in is.

    Args:
        command: its name.
        entry: the function that it begins with, such as ``package.module:main``.
        loaded: the modules to load before the first command.
        python: what runs the server, with its flags.
        paths: where that Python finds the modules first.
        env: what the server's environment is, while it loads; this process's if not given.
        learns: what the names begin with of modules that are loaded for all once one command has.
    """
    # Not below tmp_path: the name of a Unix socket has about a hundred characters at most.
    with tempfile.TemporaryDirectory(prefix="gcpstack-") as folder:
        door = str(Path(folder) / "door")
        program = Path(folder) / command
        program.write_text(_STAND_IN.format(python=sys.executable, door=door))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        here = str(Path(__file__).parent)
        code = (
            f"import sys; sys.path.insert(0, {here!r}); from forks import serve; sys.path.pop(0); "
            f"sys.path[:0] = {list(paths)!r}; "
            f"serve({door!r}, {command!r}, {entry!r}, {tuple(loaded)!r}, {learns!r})"
        )
        with subprocess.Popen(
            [*python, "-c", code],
            cwd=Path(__file__).parents[1],
            env=None if env is None else dict(env),
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                assert server.stdout is not None
                assert server.stdout.readline() == "ready\n"
                yield folder
            finally:
                server.kill()


class _Lessons:
    """What commands have loaded, so that the next ones needn't."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._read, self._write = os.pipe()
        # A command that has more to tell than the pipe holds keeps it to itself.
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def tell(self, known: set[str]) -> None:
        """Say in a fork which modules it has loaded beside those that were."""
        new = [n for n in sys.modules if self.prefix and n.startswith(self.prefix)]
        with contextlib.suppress(BlockingIOError):
            os.write(self._write, "".join(f"{n}\n" for n in new if n not in known).encode())

    def follow(self) -> None:
        """Load what forks have told of; what was cut short, or can't be loaded by itself, is left."""
        with contextlib.suppress(BlockingIOError):
            for name in os.read(self._read, 1 << 20).decode().splitlines():
                with contextlib.suppress(ImportError):
                    importlib.import_module(name)


def serve(door: str, command: str, entry: str, loaded: Sequence[str], learns: str) -> None:
    """Load everything, then fork for each command until killed; tells on stdout when it is ready."""
    for name in loaded:
        importlib.import_module(name)
    lessons = _Lessons(learns)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(door)
        listener.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            lessons.follow()
            if os.fork() == 0:
                listener.close()
                os._exit(_mind(connection, command, entry, lessons))
            connection.close()


def _mind(connection: socket.socket, command: str, entry: str, lessons: _Lessons) -> int:
    """Fork the command; end with it, or end it where its stand-in was killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    text = b""
    while len(text) < int.from_bytes(head, "big"):
        text += connection.recv(65536)
    alive, held = os.pipe()
    child = os.fork()
    if child == 0:
        connection.close()
        os.close(alive)
        known = set(sys.modules)
        arguments, folder, names = json.loads(text)
        status = _command(streams, [command, *arguments], folder, names, entry)
        lessons.tell(known)
        os._exit(status)
    os.close(held)
    ready, _, _ = select.select([connection, alive], [], [])
    if alive not in ready:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if alive in ready:
        connection.sendall(bytes([os.waitstatus_to_exitcode(status) & 0xFF]))
    return 0


def _command(
    streams: list[int], arguments: list[str], folder: str, names: dict[str, str], entry: str
) -> int:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    # Made anew, as when Python starts: what was a file may be a pipe now.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 # it ends with the process
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 # the same
    sys.stderr = open(2, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115 # the same
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(names)
    sys.argv = arguments
    module, _, function = entry.partition(":")
    try:
        sys.exit(getattr(importlib.import_module(module), function)())
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else bool(end.code)
    except BaseException:  # noqa: BLE001 # as a process of its own would end
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0
