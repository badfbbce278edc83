"""Running both servers in one event loop, in the foreground or in a thread of its own."""

import asyncio
import importlib
import socket
import threading
from typing import Any

import uvicorn

from gcpstack.emulator.core.google import Google
from gcpstack.emulator.dataplane.plane import Plane
from gcpstack.emulator.server.http import Application, DroppableProtocol, Waiters

KEEP_ALIVE = 240  # seconds that an idle connection stays open, as Google's front end keeps it


class Runner:
    """The servers of one world.

    Args:
        world: what they serve.
        plane: its data plane.
        host: the address they listen on.
        port: for HTTP; 0 for any.
        grpc_port: for gRPC; 0 for any, None for none.
    """

    def __init__(
        self, world: Google, plane: Plane, host: str, port: int, grpc_port: int | None
    ) -> None:
        self._world = world
        self._plane = plane
        self._host = host
        self._grpc_port = grpc_port
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.grpc_port: int | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._problem: BaseException | None = None

    def start(self) -> None:
        """Serve in a thread; returns once both servers listen."""
        self._thread = threading.Thread(
            target=self._in_thread, name="gcpstack-emulator", daemon=True
        )
        self._thread.start()
        self._ready.wait()
        if self._problem is not None:
            self._socket.close()
            raise self._problem

    def _in_thread(self) -> None:
        try:
            self.run()
        except BaseException as error:  # noqa: BLE001 # raised again by whoever started the thread
            self._problem = error
        finally:
            self._ready.set()

    def run(self) -> None:
        """Serve until stopped."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        waiters = Waiters(asyncio.get_running_loop())
        self._world.on_advance.append(waiters.wake)
        grpc_server: Any = None
        if self._grpc_port is not None:
            grpc = importlib.import_module("gcpstack.emulator.server.grpc")
            grpc_server, self.grpc_port = await grpc.start(
                self._world, waiters, self._host, self._grpc_port
            )
        config = uvicorn.Config(
            Application(self._world, waiters, self._plane),
            http=DroppableProtocol,
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            date_header=False,
            proxy_headers=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=1,
            timeout_keep_alive=KEEP_ALIVE,
        )
        self._server = _Server(config, self._ready)
        self._world.info |= {
            "http": f"http://{self._host}:{self.port}",
            "grpc": f"{self._host}:{self.grpc_port}" if self.grpc_port else None,
        }
        try:
            async with self._plane.serving():
                await self._server.serve(sockets=[self._socket])
        finally:
            self._world.on_advance.remove(waiters.wake)
            if grpc_server is not None:
                await grpc_server.stop(grace=0)

    def stop(self) -> None:
        """Stop serving; open connections are closed."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=10)
        self._socket.close()


class _Server(uvicorn.Server):
    """uvicorn's server, telling when it listens."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._listening = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening.set()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, else asyncio does not turn Nagle's algorithm off and each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
