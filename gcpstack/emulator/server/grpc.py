"""gRPC: every RPC of the services' tables, and google.longrunning.Operations for all of them."""

import importlib
from typing import Any

import grpc.aio
from google.protobuf.message import DecodeError
from grpc import GenericRpcHandler, StatusCode, unary_unary_rpc_method_handler

from gcpstack.emulator.core.enums import installed
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.model import Rpc, Service
from gcpstack.emulator.core.wire import Request, Response
from gcpstack.emulator.server.http import Waiters, settled
from gcpstack.emulator.server.transcode import Transcoder, error_status

OPERATIONS = "google.longrunning.Operations"
OPERATION_RPCS = {
    "GetOperation": ("get", ""),
    "ListOperations": ("list", ""),
    "CancelOperation": ("cancel", "*"),
    "DeleteOperation": ("delete", ""),
    "WaitOperation": ("wait", "*"),
}
LOCATIONS = "google.cloud.location.Locations"
LOCATION_RPCS = {
    "ListLocations": ("ListLocationsResponse", "list"),
    "GetLocation": ("Location", "get"),
}
CODES = {code.value[0]: code for code in StatusCode}


class Handler(GenericRpcHandler):
    """Finds the RPC of a call in the table; unknown ones are UNIMPLEMENTED, as on any gRPC server."""

    def __init__(self, world: Google, waiters: Waiters) -> None:
        self._world = world
        self._waiters = waiters
        self._table: dict[str, tuple[Service, Rpc]] | None = None
        self._coders: dict[tuple[str, str], Transcoder] = {}

    def service(self, handler_call_details: Any) -> Any:
        """The handler of a call, by its method path."""
        path = handler_call_details.method
        if self._table is None:
            self._table = self._world.registry.rpcs()
        if path.startswith(f"/{OPERATIONS}/"):
            rpc = path.rsplit("/", 1)[-1]
            return (
                self._unary(lambda raw: self._operation(rpc, raw))
                if rpc in OPERATION_RPCS
                else None
            )
        if path.startswith(f"/{LOCATIONS}/"):
            return self._unary(lambda _raw: self._location(path.rsplit("/", 1)[-1]))
        if path not in self._table:
            return None
        service, row = self._table[path]
        if service.client and not installed(service.client):
            return None
        return self._unary(lambda _raw: self._coder(service, row))

    def _unary(self, choose: Any) -> Any:
        async def answer(raw: bytes, context: Any) -> bytes:
            coder: Transcoder | None = None
            request: Request | None = None
            try:
                coder = choose(raw)
                request = coder.to_http(coder.request_type.FromString(raw)) if coder else None
            except (DecodeError, ValueError, TypeError) as error:
                await context.abort(StatusCode.INVALID_ARGUMENT, f"Request can't be read: {error}")
            if coder is None or request is None:
                await context.abort(StatusCode.NOT_FOUND, "Operation not found.")
                return b""  # never reached: abort raises
            result = await settled(self._world.handle(request), self._world, self._waiters)
            if result.status != 200:  # noqa: PLR2004
                await _fail(context, result)
            message: bytes = coder.to_message(result).SerializeToString()
            return message

        return unary_unary_rpc_method_handler(answer)  # type: ignore[no-untyped-call] # grpc has no types

    def _coder(self, service: Service, row: Rpc) -> Transcoder:
        key = (row.service, f"{service.name}/{row.rpc}/{row.method}")
        if key not in self._coders:
            self._coders[key] = Transcoder(self._world, service, row)
        return self._coders[key]

    def _operation(self, rpc: str, raw: bytes) -> Transcoder | None:
        """The operations of all services share one gRPC service: the operation's name tells whose it is."""
        operations_pb2 = importlib.import_module("google.longrunning.operations_pb2")
        kind = getattr(operations_pb2, f"{rpc}Request")
        name = kind.FromString(raw).name
        with self._world.entered():
            owners = [
                service
                for service in self._world.registry.all()
                if service.lro and self._owns(service, name)
            ]
        if not owners:
            return None
        version = owners[0].versions[0]
        api = self._world.catalogue.api(owners[0].name, version)
        method, body = OPERATION_RPCS[rpc]
        paths = [
            found.resource
            for found in (api.methods.values() if api else ())
            if found.resource.endswith("operations") and found.name == method
        ]
        if not paths:
            return None
        row = Rpc(
            OPERATIONS,
            rpc,
            f"{paths[0]}.{method}",
            body,
            f"google.longrunning.{rpc}Request",
            version=version,
        )
        return self._coder(owners[0], row)

    def _location(self, rpc: str) -> Transcoder | None:
        """The places of all services share one gRPC service, and are the same for all."""
        if rpc not in LOCATION_RPCS:
            return None
        message, method = LOCATION_RPCS[rpc]
        service = next(
            one
            for one in self._world.registry.all()
            if one.grpc and installed(one.client) and self._tells_places(one)
        )
        row = Rpc(
            LOCATIONS,
            rpc,
            f"projects.locations.{method}",
            response=f"google.cloud.location.{message}",
        )
        return self._coder(service, row)

    def _tells_places(self, service: Service) -> bool:
        """Whether a service has locations, and its document tells the methods; Cloud Run's does not."""
        api = self._world.catalogue.api(service.name, service.versions[0])
        return service.locations and f"{service.name}.projects.locations.list" in (
            api.methods if api else ()
        )

    def _owns(self, service: Service, name: str) -> bool:
        state = self._world.state
        canonical = self._world.canonical(name)
        return state.get(service.name, canonical) is not None or bool(
            state.collections(service.name, f"{canonical}/operations")
        )


async def _fail(context: Any, response: Response) -> None:
    code, message, packed = error_status(response)
    context.set_trailing_metadata((("grpc-status-details-bin", packed),))
    await context.abort(CODES.get(code, StatusCode.UNKNOWN), message)


async def start(world: Google, waiters: Waiters, host: str, port: int) -> tuple[Any, int]:
    """A gRPC server that listens, and its port."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((Handler(world, waiters),))
    bound = server.add_insecure_port(f"{host}:{port}")
    await server.start()
    return server, bound
