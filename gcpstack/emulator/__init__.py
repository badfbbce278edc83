"""An emulator of Google Cloud's control plane that runs on this computer.

It is a server: Google's own clients, over HTTP and gRPC, and gcloud work against it unchanged.

    with Emulator() as emulator:
        ...  # http://127.0.0.1:PORT/compute.googleapis.com/compute/v1/…
"""

import os
from typing import Self

from gcpstack.emulator.core.clock import Clock, ManualClock
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.wire import Request, Result
from gcpstack.emulator.dataplane.plane import Plane
from gcpstack.emulator.server.runner import Runner

__all__ = ["Emulator", "ManualClock"]


class Emulator:
    """One emulated Google on two local ports.

    Args:
        port: for HTTP; 0 takes any free one.
        grpc_port: for gRPC; 0 takes any free one, None serves none.
        host: the address to listen on.
        state: a file that keeps everything; without it, it is gone when the process ends.
        latency: ``none``, ``typical``, or a factor on the typical durations.
        seed: makes identifiers and random faults repeat.
        clock: the time; the computer's by default, a ``ManualClock`` for tests.
        strict_apis: an API answers only in projects that enabled it.
        quotas: calls and resources are counted against Google's quotas.
    """

    def __init__(  # noqa: PLR0917 # the command's flags, in their order
        self,
        port: int = 0,
        grpc_port: int | None = 0,
        host: str = "127.0.0.1",
        state: str | os.PathLike[str] | None = None,
        latency: str | float = "none",
        seed: int = 0,
        *,
        clock: Clock | None = None,
        strict_apis: bool = False,
        quotas: bool = False,
    ) -> None:
        self._ports = (host, port, grpc_port)
        self.world = Google(
            state_file=os.fspath(state) if state else None,
            clock=clock,
            latency=latency,
            seed=seed,
            strict_apis=strict_apis,
            quotas=quotas,
        )
        self.plane = Plane(self.world, host)
        self._runner: Runner | None = None

    def _make_runner(self) -> Runner:
        if self._runner is not None:
            message = "the emulator is already running"
            raise RuntimeError(message)
        self._runner = Runner(self.world, self.plane, *self._ports)
        return self._runner

    def start(self) -> Self:
        """Serve in the background; returns once both ports listen."""
        self._make_runner().start()
        return self

    def serve_forever(self) -> None:
        """Serve in the foreground until the process is told to end."""
        try:
            self._make_runner().run()
        finally:
            self.world.close()

    def stop(self) -> None:
        """Stop serving and release the state file."""
        if self._runner is not None:
            self._runner.stop()
            self._runner = None
        self.world.close()

    def reset(self) -> None:
        """Forget everything that was created."""
        self.world.reset()

    def handle(self, request: Request) -> Result:
        """Answer a call without the network."""
        return self.world.handle(request)

    @property
    def endpoint(self) -> str:
        """The base of every call: ``http://127.0.0.1:PORT``."""
        return f"http://{self._ports[0]}:{self._running().port}"

    @property
    def grpc_address(self) -> str:
        """Where gRPC clients connect: ``127.0.0.1:PORT``."""
        return f"{self._ports[0]}:{self._running().grpc_port}"

    def _running(self) -> Runner:
        if self._runner is None:
            message = "the emulator is not running: call start()"
            raise RuntimeError(message)
        return self._runner

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()
