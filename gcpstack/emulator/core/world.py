"""The emulated Google: everything that exists, and its time."""

import contextlib
import random
import threading
import traceback
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from gcpstack.emulator.core.clock import Clock, RealClock, rfc3339
from gcpstack.emulator.core.discovery import Catalogue, Method
from gcpstack.emulator.core.faults import Faults
from gcpstack.emulator.core.ids import Ids, number_of
from gcpstack.emulator.core.latency import Latency
from gcpstack.emulator.core.model import Handler, Kind, Rpc, Service
from gcpstack.emulator.core.permissions import Permissions
from gcpstack.emulator.core.persist import File
from gcpstack.emulator.core.quotas import Quotas
from gcpstack.emulator.core.requestlog import RequestLog
from gcpstack.emulator.core.shelf import Shelf
from gcpstack.emulator.core.store import Key, Obj, State

KEPT_BEFORE = 2_000
KEPT_PROBLEMS = 20


class Registry(Protocol):
    """Which services are served and who answers which method."""

    def service(self, name: str) -> Service | None:
        """The service of a host label, or None when it is not served."""

    def all(self) -> list[Service]:
        """Every served service."""

    def loaded(self) -> list[Service]:
        """Every service that was asked for until now."""

    def kind(self, service: str, name: str) -> Kind | None:
        """A kind by service and collection id."""

    def handler(
        self, service: Service, version: str, method: Method
    ) -> tuple[Handler | None, Kind | None]:
        """Who answers a method, and the kind it belongs to."""

    def event(self, service: str, name: str) -> Callable[..., None]:
        """What runs when a delayed event is due."""

    def rpcs(self) -> dict[str, tuple[Service, Rpc]]:
        """Every gRPC method by its path."""


class World:
    """Everything that exists in one emulated Google, and its time.

    Args:
        state_file: where it is kept; in memory only by default.
        clock: its time.
        latency: how long operations take.
        seed: makes identifiers and random faults repeat.
        registry: which services are served.
        strict_apis: an API answers only in projects that enabled it.
        quotas: calls and resources are counted against Google's quotas.
    """

    user = "user@example.com"

    def __init__(
        self,
        registry: Registry,
        *,
        state_file: str | None = None,
        clock: Clock | None = None,
        latency: str | float = "none",
        seed: int = 0,
        strict_apis: bool = False,
        quotas: bool = False,
    ) -> None:
        self.clock: Clock = clock or RealClock()
        self.registry = registry
        self.catalogue = Catalogue()
        self._settings = (latency, strict_apis)
        self.log = RequestLog()
        self.problems: deque[str] = deque(maxlen=KEPT_PROBLEMS)
        self.info: dict[str, Any] = {"name": "gcpstack emulator", "ready": True}
        self.on_advance: list[Callable[[], None]] = []
        self.on_change: list[Callable[[tuple[Key, ...]], None]] = []
        self.on_read: list[Callable[[], None]] = []
        self.controls: dict[tuple[str, str], Callable[[Any], Any]] = {}
        self.enums: dict[tuple[str, str], Any] = {}
        self._seed = seed
        self._quotas = quotas
        self._lock = threading.RLock()
        self._file = File(state_file) if state_file else None
        self._begin()
        if self._file:
            self._file.load(self.state)
            self.clock.advance(self.state.record("clock", "offset", 0.0))
            rows = self.state.records.items()
            self._projects.update({key: name for (space, key), name in rows if space == "project"})
            self.shelf.fill()

    def _begin(self) -> None:
        latency, self.strict_apis = self._settings
        self.latency = Latency(latency)
        self.state = State()
        self.ids = Ids(self.state, self._seed)
        self.shelf = Shelf(self.state)
        self.faults = Faults(self._seed)
        self.permissions = Permissions()
        self.quotas = Quotas()
        self.quotas.set(self._quotas)
        self.random = random.Random(self._seed)  # noqa: S311 # repeatable, no secret
        self.before: OrderedDict[Key, tuple[float, Any]] = OrderedDict()
        self._projects: dict[str, str] = {}
        self._seen: set[tuple[str, str]] = set()
        self._awake: set[str] = set()

    # -- calls ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """A later step of a call: under the lock, with what is due done first."""
        with self._lock:
            self.run_due()
            try:
                yield
            finally:
                self.commit()

    def run_due(self) -> None:
        """Let everything happen whose time has come."""
        now = self.clock.now()
        while (event := self.state.pop_due(now)) is not None:
            service, _, name = event.kind.partition("/")
            self.commit()  # whatever comes of it, it has happened
            try:
                self.registry.event(service, name)(self, event.payload)
            except Exception:  # noqa: BLE001 # one service's mistake must not stop the time of all
                self.undo()
                self.problem()
        self.shelf.clear(now)  # what has ended since, also where the time took a leap

    def problem(self) -> None:
        """Remember an exception that nobody expected, and show it."""
        self.problems.append(traceback.format_exc())
        traceback.print_exc()

    def commit(self) -> None:
        """Make what was changed final, with what follows from it, on file where there is one."""
        self._react()
        self._remember()
        changed = self.state.take_changes()
        if changed and self._file:
            self._file.save(self.state, changed)
        if changed:
            for tell in self.on_change:
                tell(tuple(changed))

    def _remember(self) -> None:
        """Keep what was there before the last changes, for reads that are to be stale."""
        now, before = self.now(), self.before
        for key, value in self.state.pending().items():
            if key[0] == "objects" or key[1] == "iam":
                before[key] = (now, value)
                before.move_to_end(key)
        while len(before) > KEPT_BEFORE:
            before.popitem(last=False)

    def _react(self) -> None:
        """Let each service do what follows by itself from what was changed."""
        changed = tuple(self.state.pending())
        for service in self.registry.loaded():
            asleep = service.name not in self._awake
            if service.react is None or not (changed or asleep):
                continue
            self._awake.add(service.name)
            try:
                service.react(self, None if asleep else changed)
            except Exception:  # noqa: BLE001 # the call itself was answered rightly
                self.problem()

    def undo(self) -> None:
        """Take back what the current call changed."""
        self.state.undo()
        self._seen.clear()

    def reset(self) -> None:
        """Forget everything; the latency and the like, and the time, are again as they began."""
        with self._lock:
            self.clock.rewind()
            self._begin()
            self.log.clear()
            if self._file:
                self._file.clear()
            for tell in self.on_change:
                tell(())

    def close(self) -> None:
        """Release the state file."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None

    # -- time ----------------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.clock.now()

    def stamp(self, seconds: float | None = None) -> str:
        """A timestamp as the newer APIs tell it; of now by default."""
        return rfc3339(self.now() if seconds is None else seconds)

    def advance(self, seconds: float) -> None:
        """Move the time forward and let what is due happen."""
        with self._lock:
            self.clock.advance(seconds)
            offset = self.state.record("clock", "offset", 0.0) + seconds
            self.state.set_record("clock", "offset", offset)
            self.run_due()
            self.commit()
        for wake in self.on_advance:
            wake()

    def later(self, seconds: float, service: str, event: str, payload: dict[str, Any]) -> None:
        """Let an event of a service happen after some seconds; it survives the process."""
        payload = {"service": service, **payload}
        self.state.add_event(self.now() + seconds, f"{service}/{event}", payload)

    # -- projects ------------------------------------------------------------------------------

    def number_of(self, project: str) -> str:
        """The number of a project id."""
        if project.isdigit():
            return project
        number = number_of(project)
        if number not in self._projects:
            self._projects[number] = project
            self.state.set_record("project", number, project)
        return number

    def project_of(self, number: str) -> str:
        """The id of a project number; the number itself when no such project was ever named."""
        return self._projects.get(number, number)

    def canonical(self, name: str) -> str:
        """A name with the project as id, as the store keeps it."""
        if name.startswith("projects/"):
            parts = name.split("/", 2)
            if parts[1].isdigit():
                parts[1] = self.project_of(parts[1])
                return "/".join(parts)
        return name

    def told(self, kind: Kind | None, name: str) -> str:
        """A name as the kind tells it: with the project's number where the API does so."""
        return self.with_number(name) if kind is not None and kind.number else name

    def with_number(self, name: str) -> str:
        """A name with the project's number in the place of its id."""
        if not name.startswith("projects/"):
            return name
        parts = name.split("/", 2)
        parts[1] = self.number_of(parts[1])
        return "/".join(parts)

    def first_sight(self, service: Service, project: str) -> None:
        """Make what a project has from the start, once."""
        key = (service.name, project)
        if key in self._seen:
            return
        self._seen.add(key)
        self.number_of(project)
        mark = "/".join(key)
        if service.provision and not self.state.record("provisioned", mark):
            self.state.set_record("provisioned", mark, value=True)
            service.provision(self, project)

    # -- objects -------------------------------------------------------------------------------

    def find(self, service: str, name: str) -> Obj | None:
        """An object of any service; its project is provisioned first."""
        if name.startswith("projects/"):
            declared = self.registry.service(service)
            if declared:
                self.first_sight(declared, name.split("/", 2)[1])
        return self.state.get(service, name)

    def kind_of(self, obj: Obj) -> Kind | None:
        """The declaration of an object's kind."""
        return self.registry.kind(obj.service, obj.kind)

    def show(self, obj: Obj) -> dict[str, Any]:
        """An object as a read tells it."""
        kind = self.kind_of(obj)
        body = obj.body
        if kind is not None and kind.number and "name" in body:
            body = {**body, "name": self.told(kind, obj.name)}
        return kind.view(self, obj, dict(body)) if kind and kind.view else body

    def settle(self, obj: Obj) -> Obj:
        """What was being done to an object is finished: its state says so."""
        kind = self.kind_of(obj)
        if kind is None or not (kind.states or kind.on_ready or "pending" in obj.meta):
            return obj
        body = dict(obj.body)
        meta = {key: value for key, value in obj.meta.items() if key != "pending"}
        if kind.states:
            body[kind.states.field] = kind.states.ready
        obj = obj.but(body=body, meta=meta)
        if kind.on_ready:
            kind.on_ready(self, obj, body)
        return self.state.put(obj)

    def forget(self, obj: Obj) -> None:
        """Remove an object with everything below it and their policies."""
        for gone in [*self.state.children(obj.service, obj.name), obj]:
            if gone.kind != "operations":
                self.state.delete(gone.service, gone.name)
                key = f"{gone.service}/{gone.name}"
                for space in ("iam", "iam.spreading"):
                    if self.state.record(space, key) is not None:
                        self.state.set_record(space, key, None)
        kind = self.kind_of(obj)
        if kind is not None and kind.tombstone:
            key = f"{obj.service}/{obj.name}"
            self.state.set_record("tombstone", key, self.now() + kind.tombstone)
