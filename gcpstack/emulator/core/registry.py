"""Which services are served and who answers which method."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable

from gcpstack.emulator.core import iam, locations, lro
from gcpstack.emulator.core.discovery import Method
from gcpstack.emulator.core.model import Handler, Kind, Rpc, Service

PACKAGE = "gcpstack.emulator.services"


class Registry:
    """The services, each imported when it is first asked for.

    Args:
        given: services to use instead of the package's own (for tests of the core).
    """

    def __init__(self, given: tuple[Service, ...] = ()) -> None:
        self._services: dict[str, Service | None] = {service.name: service for service in given}
        self._handlers: dict[tuple[str, str, str], tuple[Handler | None, Kind | None]] = {}
        self._closed = bool(given)

    def service(self, name: str) -> Service | None:
        """The service of a host label, or None when it is not served."""
        if name not in self._services:
            module = f"{PACKAGE}.{name}"
            known = not self._closed and name.isidentifier() and importlib.util.find_spec(module)
            self._services[name] = importlib.import_module(module).SERVICE if known else None
        return self._services[name]

    def all(self) -> list[Service]:
        """Every served service."""
        if not self._closed:
            package = importlib.import_module(PACKAGE)
            for module in pkgutil.iter_modules(package.__path__):
                self.service(module.name)
        return self.loaded()

    def loaded(self) -> list[Service]:
        """Every service that was asked for until now."""
        return [service for service in self._services.values() if service is not None]

    def kind(self, service: str, name: str) -> Kind | None:
        """A kind by service and collection id."""
        found = self.service(service)
        return next((kind for kind in found.kinds if kind.name == name), None) if found else None

    def handler(
        self, service: Service, version: str, method: Method
    ) -> tuple[Handler | None, Kind | None]:
        """Who answers a method, and the kind it belongs to."""
        key = (service.name, version, method.id)
        if key not in self._handlers:
            self._handlers[key] = _choose(service, version, method)
        return self._handlers[key]

    def event(self, service: str, name: str) -> Callable[..., None]:
        """What runs when a delayed event is due."""
        found = self.service(service)
        if found is None:
            message = f"no service {service} for the event {name}"
            raise LookupError(message)
        tables = [found.events, *(kind.dialect.events for kind in found.kinds), lro.EVENTS]
        return next(table[name] for table in tables if name in table)

    def rpcs(self) -> dict[str, tuple[Service, Rpc]]:
        """Every gRPC method by its path."""
        return {
            f"/{row.service}/{row.rpc}": (service, row)
            for service in self.all()
            for row in service.grpc
        }


def _choose(service: Service, version: str, method: Method) -> tuple[Handler | None, Kind | None]:
    if version not in service.versions:
        return None, None
    short = f"{method.resource}.{method.name}" if method.resource else method.name
    own = service.methods.get(f"{version}:{short}") or service.methods.get(short)
    for kind in service.kinds:
        if method.resource in kind.resources and version in (kind.versions or service.versions):
            handler = own or kind.methods.get(method.name) or kind.dialect.methods.get(method.name)
            return handler or iam.METHODS.get(method.name), kind
    return own or _shared(service, method), None


def _shared(service: Service, method: Method) -> Handler | None:
    last = method.resource.rpartition(".")[2]
    if last == "operations" and service.lro:
        return lro.METHODS.get(method.name)
    if last == "locations" and service.locations:
        return locations.METHODS.get(method.name)
    return None
