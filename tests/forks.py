"""A ``gcpstack`` command that starts at once, for tests that run dozens of them.

Most of a short command's time goes into loading Google's libraries. Here one process loads them
once and forks for each command. In its stead a small program stands on the PATH under the name
``gcpstack``: it hands over its streams, folder, environment and arguments, and ends as the fork
ends; where it is killed, so is the fork. How the command starts by itself is for other tests.
"""

import importlib
import json
import os
import select
import signal
import socket
import stat
import sys
import traceback
from pathlib import Path

_LOADED = (
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


def stand_in(folder: Path, door: str) -> None:
    """Put the small program into a folder of the PATH."""
    program = folder / "gcpstack"
    program.write_text(_STAND_IN.format(python=sys.executable, door=door))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def serve(door: str) -> None:
    """Load everything, then fork for each command until killed; tells on stdout when it is ready."""
    for name in _LOADED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(door)
        listener.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                os._exit(_mind(connection))
            connection.close()


def _mind(connection: socket.socket) -> int:
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
        os._exit(_command(streams, *json.loads(text)))
    os.close(held)
    ready, _, _ = select.select([connection, alive], [], [])
    if alive not in ready:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if alive in ready:
        connection.sendall(bytes([os.waitstatus_to_exitcode(status) & 0xFF]))
    return 0


def _command(streams: list[int], arguments: list[str], folder: str, names: dict[str, str]) -> int:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    # Made anew, as when Python starts: what was a file may be a pipe now.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 # it ends with the process
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 # the same
    sys.stderr = open(2, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115 # the same
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(names)
    sys.argv = ["gcpstack", *arguments]
    try:
        importlib.import_module("gcpstack._cli.main").entry()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else bool(end.code)
    except BaseException:  # noqa: BLE001 # as a process of its own would end
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0
