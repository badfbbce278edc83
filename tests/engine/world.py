"""A small world of fake Google objects, on a virtual clock, for tests of the engine."""

import dataclasses
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from gcpstack._core.facets import Block, Facet, block, identity, required, scope, spec
from gcpstack._core.json import Body, Path, clone_body, leaves
from gcpstack._core.kinds import Condition, Health, Kind, Replacement, by_status
from gcpstack._core.ports import (
    Done,
    Edit,
    Failed,
    Finished,
    Observed,
    Operation,
    Pending,
    Step,
    Target,
    UsualDurations,
)
from gcpstack._core.refs import Address, Sensitive
from gcpstack._core.resource import Encoder, Resource, Scope, resource
from gcpstack._core.timeouts import Timeouts
from gcpstack._engine import events
from gcpstack._engine.apply import Outcome, Runner, needs_run, resuming, stand
from gcpstack._engine.calls import Context
from gcpstack._engine.intents import intents
from gcpstack._engine.journal import journal
from gcpstack._engine.names import candidates, identified
from gcpstack._engine.observe import Observer, Wanted
from gcpstack._engine.plan import Plan
from gcpstack._engine.planner import Policy, make_plan, sorted_declarations
from gcpstack._engine.quota import Quotas
from gcpstack._engine.retry import Backoff, Caller
from gcpstack._engine.scheduler import Inline, Scheduler
from gcpstack._engine.standing import lookup_in, standing_of
from gcpstack._inventory.keeper import Keeper
from gcpstack._inventory.stores import InventoryStore, MemoryStore
from gcpstack.exceptions import (
    AlreadyExists,
    CloudError,
    FailedPrecondition,
    NotFound,
    OperationFailed,
)

SCOPE = Scope("p1", "us-central1", "web")
API = "widgets.googleapis.com"


class VirtualClock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float, /) -> None:
        self.seconds += max(0.0, seconds)


def _kind(name: str, path: str, **more: object) -> Kind:
    return Kind(name=f"widgets.{name}", api=API, path=path, title=name.lower(), **more)  # type: ignore[arg-type]


NET = _kind("Net", "projects/{project}/nets/{name}", outputs={"ip": ("ip",)})
PART = _kind("Part", "projects/{project}/parts/{name}", replace=Replacement.SUCCESSOR)
CERT = _kind(
    "Cert",
    "projects/{project}/certs/{name}",
    replace=Replacement.SUCCESSOR,
    retire_after_ready=True,
    condition=lambda body: by_status("status")({"status": "PROVISIONING", **body}),
)
HUB = _kind("Hub", "projects/{project}/hubs/{name}")
STORE = _kind("Store", "projects/{project}/stores/{name}", protected=True)
NOTE = _kind("Note", "projects/{project}/notes/{name}", server_assigned=True)
KINDS = {kind.name: kind for kind in (NET, PART, CERT, HUB, STORE, NOTE)}


@resource(NET)
class Net(Resource):
    """A plain object with an output."""

    name: str = identity(kw_only=False)
    project: str | None = scope()
    size: int | None = spec()
    label: str | None = spec()
    zone: str | None = spec(Facet.IMMUTABLE)


@resource(PART)
class Part(Resource):
    """Replaced by a successor."""

    name: str = identity(kw_only=False)
    project: str | None = scope()
    shape: str | None = spec(Facet.IMMUTABLE)
    net: object = spec(like="link")


@resource(CERT)
class Cert(Resource):
    """Its predecessor stays in service until it is active."""

    name: str = identity(kw_only=False)
    project: str | None = scope()
    domains: list[str] | None = spec(Facet.IMMUTABLE | Facet.UNORDERED)


@block
class Port(Block):
    """A nested part."""

    number: int = required()
    open: bool | None = spec()


@resource(HUB)
class Hub(Resource):
    """Uses everything else."""

    name: str = identity(kw_only=False)
    project: str | None = scope()
    parts: list[object] | None = spec(like="link")
    certs: list[object] | None = spec(like="link")
    address: object = spec()
    ports: list[Port] | None = spec(Facet.UNORDERED, key="number")
    labels: dict[str, str] | None = spec()


@resource(STORE)
class Store(Resource):
    """Holds data, and a write-only value."""

    name: str = identity(kw_only=False)
    project: str | None = scope()
    secret: object = spec(Facet.WRITE_ONLY | Facet.SENSITIVE)
    region: str | None = spec(Facet.IMMUTABLE)


@resource(NOTE)
class Note(Resource):
    """Google chooses its id."""

    name: str = identity(kw_only=False)
    project: str | None = scope()
    text: str | None = spec()
    sort: str | None = spec(Facet.IMMUTABLE)

    def fixed(self, scope: Scope) -> Body:
        return {"mark": self.name}


@dataclasses.dataclass
class World:
    """Google, as far as these tests need it."""

    clock: VirtualClock
    objects: dict[str, Body] = dataclasses.field(default_factory=dict)
    operations: dict[str, tuple[float, Callable[[], CloudError | None]]] = dataclasses.field(
        default_factory=dict
    )
    calls: list[str] = dataclasses.field(default_factory=list)
    seconds: float = 5.0
    serial: int = 0
    #: What it says of an operation that goes on.
    detail: str = ""
    fault: Callable[[str, str], CloudError | BaseException | None] = lambda phase, call: None

    @property
    def mutations(self) -> list[str]:
        return [call for call in self.calls if not call.startswith(("get", "list", "poll"))]

    def called(self, call: str) -> None:
        self.calls.append(call)
        self._raise("before", call)

    def answered(self, call: str) -> None:
        self._raise("after", call)

    def _raise(self, phase: str, call: str) -> None:
        error = self.fault(phase, call)
        if error is not None:
            raise error

    def begin(self, finish: Callable[[], CloudError | None]) -> "WorldOperation":
        self.serial += 1
        name = f"operations/{self.serial}"
        self.operations[name] = (self.clock.seconds + self.seconds, finish)
        return WorldOperation(self, name)

    def settle(self) -> None:
        for name, (due, finish) in list(self.operations.items()):
            if due <= self.clock.seconds:
                del self.operations[name]
                self.failed[name] = finish()

    failed: dict[str, CloudError | None] = dataclasses.field(default_factory=dict)
    #: Until when an object is being made.
    making: dict[str, float] = dataclasses.field(default_factory=dict)

    def users(self, path: str) -> list[str]:
        return [
            other
            for other, body in self.objects.items()
            if other != path and any(value == path for _, value in leaves(body))
        ]


@dataclasses.dataclass
class WorldOperation:
    """One operation of the world."""

    world: World
    name: str
    blocks: bool = False

    def poll(self, *, wait: bool = False) -> Pending | Done | Failed:
        self.world.called(f"poll {self.name}")
        self.world.settle()
        if self.name in self.world.operations:
            return Pending(self.world.detail)
        if self.name not in self.world.failed:
            raise NotFound(f"no operation {self.name}")
        error = self.world.failed[self.name]
        return Done() if error is None else Failed(error)


class WorldAdapter:
    """The adapter of every kind of the world."""

    lists = True

    def __init__(self, world: World, kind: Kind) -> None:
        self.world = world
        self.kind = kind

    def _observed(self, path: str) -> Observed:
        body = {key: value for key, value in self.world.objects[path].items() if key != "secret"}
        alias = ""
        if self.kind.server_assigned:
            alias = f"{path.rsplit('/', 1)[0]}/{body['mark']}"
        settled = self.world.making.get(path, 0.0) <= self.world.clock.seconds
        return Observed(clone_body(body), path, settled, alias=alias)

    def get(self, target: Target) -> Observed | None:
        self.world.called(f"get {target.path}")
        self.world.settle()
        found = {target.path: target.path} | {
            item.alias: item.path for item in self._all(target) if item.alias
        }
        path = found[target.path]
        return self._observed(path) if path in self.world.objects else None

    def list(self, target: Target) -> Sequence[Observed]:
        self.world.called(f"list {target.parent}")
        self.world.settle()
        return self._all(target)

    def _all(self, target: Target) -> Sequence[Observed]:
        return [
            self._observed(path)
            for path in sorted(self.world.objects)
            if path.rsplit("/", 1)[0] == target.parent
        ]

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        path = target.path
        if self.kind.server_assigned:
            gone = sum(call.startswith(f"delete {target.parent}") for call in self.world.calls)
            path = f"{target.parent}/{abs(hash(target.path) + gone) % 10**6}"
        call = f"create {target.path}"
        self.world.called(call)
        if path in self.world.objects:
            raise AlreadyExists(f"{path} exists")
        self.world.objects[path] = _revealed(body) | {"ip": f"10.0.0.{len(self.world.objects)}"}
        if self.kind is CERT:
            self.world.objects[path]["status"] = "PROVISIONING"
        operation = self.world.begin(lambda: None)
        self.world.making[path] = self.world.clock.seconds + self.world.seconds
        self.world.answered(call)
        return operation

    def update(self, edit: Edit) -> Sequence[Step]:
        def call() -> Operation:
            name = (
                f"update {edit.target.path} {sorted('.'.join(map(str, p)) for p in edit.changed)}"
            )
            self.world.called(name)
            if edit.target.path not in self.world.objects:
                raise NotFound(f"{edit.target.path} not found")
            self.world.objects[edit.target.path] = _revealed(edit.merged)
            operation = self.world.begin(lambda: None)
            self.world.answered(name)
            return operation

        return [Step("update", call)]

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        call = f"delete {target.path}"
        self.world.called(call)
        if target.path not in self.world.objects:
            return Finished()
        users = self.world.users(target.path)
        if users:
            raise FailedPrecondition(f"{target.path} is used by {users[0]}")
        del self.world.objects[target.path]
        operation = self.world.begin(lambda: None)
        self.world.answered(call)
        return operation

    def resume(self, target: Target, name: str) -> Operation:
        return WorldOperation(self.world, name)

    def reveal(self, target: Target, path: Path) -> str | None:
        return None


def _revealed(body: Body) -> Body:
    return {
        key: (value.value if isinstance(value, Sensitive) else value)
        for key, value in clone_body(body).items()
    }


class Lab:
    """A stack of the world's resources, planned and applied without threads or real time."""

    def __init__(self, world: World | None = None, store: InventoryStore | None = None) -> None:
        self.clock = world.clock if world else VirtualClock()
        self.world = world or World(self.clock)
        self.store = store or MemoryStore("web")
        self.events: list[events.Event] = []
        self.consents: frozenset[str] = frozenset()
        self.timeouts: dict[Address, Timeouts] = {}
        #: Kinds whose users wait until they are ready.
        self.waited_for: frozenset[str] = frozenset()
        self.new_process()

    def new_process(self) -> None:
        """Forget what a process would; the world and the store stay."""
        self.keeper = Keeper(self.store, self.clock)
        self.caller = Caller(Quotas({}, self.clock), self.clock, random.Random(1))
        self.scheduler: Scheduler | None = None

    def adapter(self, kind: Kind) -> WorldAdapter:
        return WorldAdapter(self.world, kind)

    def begin(self) -> Scheduler:
        self.scheduler = Scheduler(self.clock, Inline())
        return self.scheduler

    def plan(self, *items: Resource) -> Plan:
        snapshot = self.keeper.load()
        encoder = Encoder(SCOPE)
        made = [encoder.declared(item) for item in items]
        self.timeouts = {d.address: d.timeouts for d in made if d.timeouts}
        waited_for = [
            dataclasses.replace(d, waited_for=d.kind.name in self.waited_for) for d in made
        ]
        declared = sorted_declarations(waited_for)
        records = snapshot.records
        observer = Observer(self.adapter, self.caller, self.begin)
        wanted = [Wanted(d.address, tuple(candidates(d, records.get(d.address)))) for d in declared]
        for address in set(records) - {d.address for d in declared}:
            record = records[address]
            kind = KINDS[address.kind]
            assigned = record.path if kind.server_assigned else ""
            relics = [Target(kind, relic.ids) for relic in record.relics]
            wanted.append(Wanted(address, (Target(kind, record.ids, assigned), *relics)))
        found = observer.observe(wanted)
        known = standing_of(declared, found, snapshot)
        declared = [identified(d, lambda ref: lookup_in(known, ref)) for d in declared]
        return make_plan(
            declared, found, snapshot, policy=Policy(consents=self.consents), kinds=KINDS
        )

    def context(self) -> Context:
        return Context(
            adapters=self.adapter,
            keeper=self.keeper,
            caller=self.caller,
            clock=self.clock,
            backoff=Backoff(random.Random(1)),
            usual=lambda kind: UsualDurations(),
            emit=self.events.append,
            now=self.clock.monotonic,
            timeouts=self.timeouts,
        )

    def apply(self, *items: Resource) -> Outcome:
        plan = self.plan(*items)
        if plan.problems:
            raise plan.problems[0]
        if not needs_run(plan, self.keeper.snapshot):
            return Outcome(ok=True)
        context = self.context()
        known = self.keeper.snapshot
        self.keeper.acquire(intents(plan, known), journal(plan, known))
        runner = Runner(context, self.begin())
        outcome = runner.run(plan)
        if outcome.ok:
            self.keeper.settle()
        self.keeper.release()
        return outcome

    def resume(self, *items: Resource) -> None:
        """Wait for the operations that an earlier process left behind."""
        self.plan(*items)
        found = [record for record in self.keeper.snapshot.records.values() if record.operation]
        scheduler = self.begin()
        for program in resuming(self.context(), found, KINDS):
            scheduler.spawn(program)
        scheduler.run()

    def converge(self, *items: Resource) -> None:
        """Apply; then nothing may be left to do."""
        outcome = self.apply(*items)
        outcome.raise_failed()
        again = self.plan(*items)
        assert again.empty, [(str(c.address), c.action, c.diff) for c in again.changes]


def failure(message: str = "boom") -> CloudError:
    return OperationFailed(message)


__all__ = ["Condition", "Health", "Lab", "World", "stand"]
