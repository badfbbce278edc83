"""Google in memory: every kind, no server, no threads, no time."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from gcpstack._core.clock import Clock
from gcpstack._core.json import Body, Path, clone_body, get
from gcpstack._core.kinds import Kind
from gcpstack._core.ports import Adapter, Edit, Finished, Observed, Operation, Step, Target
from gcpstack._core.refs import Sensitive
from gcpstack._engine.events import Event
from gcpstack._engine.scheduler import Inline
from gcpstack._inventory.stores import InventoryStore, MemoryStore
from gcpstack._stack.session import Session
from gcpstack._stack.stack import Settings, Stack
from gcpstack.exceptions import AlreadyExists, CloudError, NotFound
from gcpstack.testing.clock import FakeClock

#: Is asked before every mutating call, such as ``create projects/p/global/addresses/a``; what it
#: gives is raised instead.
Fault = Callable[[str], CloudError | None]


def _no_fault(call: str) -> CloudError | None:  # noqa: ARG001 # the callable's form
    return None


def _silent(event: Event) -> None:
    """Listen to nothing."""


@dataclasses.dataclass
class MemoryWorld:
    """A Google that keeps what it is told, of any kind, and does everything at once.

    It checks nothing: whether Google would take a declaration is for the emulator to say. It shows
    what a stack plans and which calls it makes.

    Attributes:
        clock: the time of every session that it opens.
        outputs: fields that objects of a kind get besides those that were sent, by the kind's name.
        objects: the body of everything that exists, by full resource name.
        calls: every mutating call, in order.
        fault: makes calls fail.
    """

    clock: Clock = dataclasses.field(default_factory=FakeClock)
    outputs: Mapping[str, Body] = dataclasses.field(default_factory=dict)
    objects: dict[str, Body] = dataclasses.field(default_factory=dict)
    calls: list[str] = dataclasses.field(default_factory=list)
    fault: Fault = _no_fault
    stores: dict[str, InventoryStore] = dataclasses.field(default_factory=dict)

    def session(
        self,
        stack: Stack,
        settings: Settings | None = None,
        *,
        on_event: Callable[[Event], None] = _silent,
    ) -> Session:
        """Open a session with this world; the inventory of a stack outlives it."""
        settings = settings or Settings()
        if not (settings.project or stack.project):
            settings = dataclasses.replace(settings, project="memory-project")
        name = stack.scope_name(settings.env)
        return Session(
            stack,
            settings,
            on_event,
            store=self.stores.setdefault(name, MemoryStore(name)),
            clock=self.clock,
            executor=Inline(),
            adapter_for=self.adapter_for,
            seed=0,
        )

    def adapter_for(self, kind: Kind) -> Adapter:
        """Return the adapter of a kind."""
        return _MemoryAdapter(self, kind)

    def call(self, verb: str, target: Target) -> None:
        """Take note of a call, or let it fail."""
        text = f"{verb} {target.path}"
        error = self.fault(text)
        if error is not None:
            raise error
        self.calls.append(text)


@dataclasses.dataclass(frozen=True)
class _MemoryAdapter:
    """The adapter of one kind of a `MemoryWorld`."""

    world: MemoryWorld
    kind: Kind
    lists = True

    def get(self, target: Target) -> Observed | None:
        found = (item for item in self.list(target) if target.path in (item.path, item.alias))
        return next(found, None)

    def list(self, target: Target) -> Sequence[Observed]:
        prefix = f"//{self.kind.api}/"
        return [
            Observed(clone_body(body["body"]), name.removeprefix(prefix), alias=str(body["alias"]))  # type: ignore[arg-type] # as `create` wrote it
            for name, body in self.world.objects.items()
            if body["kind"] == self.kind.name
            and name.rsplit("/", 1)[0] == f"{prefix}{target.parent}"
        ]

    def create(self, target: Target, body: Body, request_id: str) -> Operation:
        self.world.call("create", target)
        if self.get(target) is not None:
            raise AlreadyExists(f"{target.path} exists already", code=409)
        alias, name = "", target.full_name
        if self.kind.server_assigned:
            alias, name = target.path, f"//{self.kind.api}/{target.parent}/{len(self.world.calls)}"
        given = self.world.outputs.get(self.kind.name, {})
        self.world.objects[name] = {
            "kind": self.kind.name,
            "alias": alias,
            "body": _merged(given, _plain_body(body)),
        }
        return Finished()

    def update(self, edit: Edit) -> Sequence[Step]:
        def call() -> Operation:
            self.world.call("update", edit.target)
            held = self._held(edit.target)
            if held is None:
                raise NotFound(f"{edit.target.path} does not exist", code=404)
            held["body"] = _plain_body(edit.merged)
            return Finished()

        return [Step("update", call)]

    def delete(self, target: Target, live: Body, request_id: str) -> Operation:
        self.world.call("delete", target)
        found = self.get(target)
        if found is not None:
            del self.world.objects[f"//{self.kind.api}/{found.path}"]
        return Finished()

    def resume(self, target: Target, name: str) -> Operation:
        return Finished()

    def reveal(self, target: Target, path: Path) -> str | None:
        held = self._held(target)
        value = get(held["body"], path) if held is not None else None
        return value if isinstance(value, str) else None

    def _held(self, target: Target) -> Body | None:
        found = self.get(target)
        return None if found is None else self.world.objects[f"//{self.kind.api}/{found.path}"]


def _merged(given: Body, sent: Body) -> Body:
    """Lay what was sent over what Google adds."""
    out = clone_body(given)
    for key, value in sent.items():
        here = out.get(key)
        both = isinstance(here, dict) and isinstance(value, dict)
        out[key] = _merged(here, value) if both else value  # type: ignore[arg-type] # both are
    return out


def _plain_body(body: Mapping[str, object]) -> Body:
    return {key: _plain(value) for key, value in body.items()}


def _plain(value: object) -> object:
    """Take secrets out of their wrapping, as the wire would."""
    if isinstance(value, Sensitive):
        made = value.value() if callable(value.value) else value.value
        return _plain(made)
    if isinstance(value, Mapping):
        return _plain_body(value)
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
