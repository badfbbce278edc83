"""The embedded emulator behind ``--local``, and the command that serves one."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from gcpstack.exceptions import SettingsError

#: Where ``--local`` keeps its state, below the working folder.
FOLDER = ".gcpstack"
_STATE = "emulator.db"
#: The project of a stack that names none.
PROJECT = "local-project"
_MISSING = "The emulator's parts are not installed."
_REMEDY = "Run: pip install 'gcpstack[local]'"


@contextlib.contextmanager
def embedded(latency: str | float, seed: int) -> Iterator[str]:
    """Run an emulator in this process; a later command finds what this one left.

    Yields:
        Its endpoint.

    Raises:
        SettingsError: its parts are missing, or another command uses the same state.
    """
    try:
        from gcpstack.emulator import Emulator  # noqa: PLC0415 # only here is it needed

        folder = Path(FOLDER)
        folder.mkdir(exist_ok=True)
        emulator = Emulator(state=folder / _STATE, latency=latency, seed=seed)
        emulator.start()
    except ImportError as error:
        raise SettingsError(f"{_MISSING} ({error})", remedy=_REMEDY) from None
    except (OSError, RuntimeError) as error:
        raise SettingsError(
            f"The emulator can't use {FOLDER}/{_STATE}: {error}.",
            remedy="Wait for the other command to end, or work in another folder.",
        ) from None
    try:
        yield emulator.endpoint
    finally:
        emulator.stop()


def serve(
    *, host: str, port: int, grpc_port: int, state: str | None, latency: str | float, seed: int
) -> None:
    """Serve an emulator until the process is told to stop.

    Raises:
        SettingsError: its parts are missing, a port is taken, or the state can't be used.
    """
    try:
        from gcpstack.emulator import Emulator  # noqa: PLC0415 # only here is it needed

        emulator = Emulator(
            host=host, port=port, grpc_port=grpc_port, state=state, latency=latency, seed=seed
        )
    except ImportError as error:
        raise SettingsError(f"{_MISSING} ({error})", remedy=_REMEDY) from None
    except (OSError, RuntimeError) as error:
        raise SettingsError(f"The emulator can't use {state}: {error}.") from None
    address = {"http": f"http://{host}:{port}", "grpc": f"{host}:{grpc_port}"}
    print(json.dumps({"event": "serving", **address}), flush=True)
    try:
        emulator.serve_forever()
    except KeyboardInterrupt:
        return
    except OSError as error:
        raise SettingsError(
            f"The emulator can't listen: {error}.", remedy="Choose other ports."
        ) from None
