"""The emulator behind ``--local``, and the command that serves one."""

import contextlib
import pathlib
import queue
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gcpstack._cli.parser import EmulatorOptions
from gcpstack._cli.signals import Signals
from gcpstack.exceptions import SettingsError

if TYPE_CHECKING:
    from gcpstack.emulator import Emulator

#: Where ``--local`` keeps everything, below the working folder.
FOLDER = ".gcpstack"
#: The project of a stack that names none.
PROJECT = "local-project"
_STATE = "emulator.db"
# Whoever keeps the stack file in git does not want the emulator's state there.
_IGNORE = "*\n"


@contextlib.contextmanager
def embedded(latency: str, seed: int) -> Iterator[str]:
    """Run an emulator in this process; a later command finds what this one left.

    Yields:
        Its endpoint.

    Raises:
        SettingsError: its parts are missing, or another command uses the same state.
    """
    folder = pathlib.Path(FOLDER)
    with _told(f"the emulator can't use {folder / _STATE}"):
        folder.mkdir(exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text(_IGNORE)
    options = EmulatorOptions(
        port=0, grpc_port=0, state=str(folder / _STATE), latency=latency, seed=seed
    )
    with _running(options) as emulator:
        yield emulator.endpoint


def serve(options: EmulatorOptions, signals: Signals) -> int:
    """Serve an emulator until the process is told to stop; return the exit status.

    Raises:
        SettingsError: its parts are missing, a port is taken, or the state can't be used.
    """
    # Unlike an event, this queue may be used by a handler that interrupts whoever waits on it.
    ended: queue.SimpleQueue[None] = queue.SimpleQueue()
    with _running(options) as emulator, signals.stopping(lambda: ended.put(None)):
        print(f"gcpstack emulator: {emulator.endpoint}, gRPC at {emulator.grpc_address}")
        kept = f"everything is kept in {options.state}" if options.state else "nothing is kept"
        print(f"Where load balancers listen: {emulator.endpoint}/_emulator/dataplane")
        print(f"Ctrl-C stops it; {kept}.", flush=True)
        ended.get()
    return 0


@contextlib.contextmanager
def _running(options: EmulatorOptions) -> Iterator["Emulator"]:
    where = "" if options.host == EmulatorOptions.host else f" at {options.host!r}"
    with _told(f"the emulator can't be started{where}"):
        from gcpstack.emulator import Emulator  # noqa: PLC0415 # only here is it needed

        emulator = Emulator(
            host=options.host,
            port=options.port,
            grpc_port=options.grpc_port,
            state=options.state,
            latency=options.latency,
            seed=options.seed,
        )
        try:
            emulator.start()
        except BaseException:
            emulator.stop()
            raise
    try:
        yield emulator
    finally:
        emulator.stop()


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Return, in words, what keeps an emulator from running."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the emulator needs {error.name}, which is not installed.",
            remedy="Run: pip install 'gcpstack[local]'",
        ) from error
    except (OSError, RuntimeError, sqlite3.Error) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        place = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
        raise SettingsError(
            f"{what}: {words}{place}.",
            remedy="Stop what is in the way, or choose other ports, another file or folder.",
        ) from error
