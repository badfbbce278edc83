"""The one door through which calls come into an emulated Google."""

from typing import Any

from gcpstack.emulator.core import serve
from gcpstack.emulator.core.model import Service
from gcpstack.emulator.core.registry import Registry
from gcpstack.emulator.core.wire import Request, Result
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
            return serve.serve(self, request)
