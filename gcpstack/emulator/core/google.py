"""The one door through which calls come into an emulated Google."""

from typing import Any

from gcpstack.emulator.core import serve
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.model import Service
from gcpstack.emulator.core.registry import Registry
from gcpstack.emulator.core.wire import Request, Result, json_response
from gcpstack.emulator.core.world import World


class Google(World):
    """A world that answers calls.

    Args:
        services: served instead of the package's own (for tests of the core).
        settings: those of ``World``.
    """

    def __init__(self, services: tuple[Service, ...] = (), **settings: Any) -> None:
        super().__init__(Registry(services), **settings)

    def handle(self, request: Request) -> Result:
        """Answer one call; safe to use from any thread."""
        with self.entered():
            try:
                return serve.serve(self, request)
            except Exception as error:  # noqa: BLE001 # a server answers whatever comes
                self.undo()
                self.problem()
                return json_response(500, ApiError(500, f"Internal error: {error!r}").body("aip"))
