"""Not every client of Google's that the emulator could serve over gRPC is installed."""

import asyncio
from types import SimpleNamespace

from gcpstack.emulator import ManualClock
from gcpstack.emulator.core.enums import installed
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.server.grpc import Handler
from gcpstack.emulator.server.http import Waiters


def test_which_clients_are_installed() -> None:
    assert installed("google.cloud.monitoring_v3")
    assert not installed("google.cloud.no_such_client_v1")
    assert not installed("no_such_package.client")
    assert not installed("")


def test_rpcs_of_a_missing_client_are_unimplemented() -> None:
    world, loop = Google(clock=ManualClock()), asyncio.new_event_loop()
    handler = Handler(world, Waiters(loop))
    loop.close()
    for service in world.registry.all():
        for row in service.grpc[:1]:
            details = SimpleNamespace(method=f"/{row.service}/{row.rpc}")
            assert (handler.service(details) is not None) == installed(service.client)
    assert handler.service(SimpleNamespace(method="/google.none.Such/Get")) is None
