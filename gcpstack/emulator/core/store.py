"""What the emulator remembers: objects, records and delayed events, with one journal over all three.

Objects are keyed by service and full resource name (``compute``, ``projects/p/global/addresses/a``).
A stored body is never changed in place: a change stores a new object, so a failed call can be undone.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sortedcontainers import SortedDict

Ref = tuple[str, str, str]  # service and name of the target, path of the field that names it


@dataclass(slots=True)
class Obj:
    """One stored resource: its public body and what only the server knows."""

    service: str
    kind: str
    name: str
    body: dict[str, Any]
    meta: dict[str, Any] = field(default_factory=dict)
    refs: tuple[Ref, ...] = ()

    @property
    def id(self) -> str:
        """The last step of the name."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def parent(self) -> str:
        """The name of the resource that holds the collection, ``projects/p/global``."""
        return self.name.rsplit("/", 2)[0]

    def but(self, **changes: Any) -> "Obj":
        """A copy with other attributes."""
        return replace(self, **changes)


@dataclass(slots=True)
class Event:
    """Something that happens later; the payload is JSON, so that it survives the process."""

    due: float
    seq: int
    kind: str
    payload: dict[str, Any]


Key = tuple[str, str, str]  # table, then the two parts of a row's key


def _sorted() -> Any:
    return SortedDict()  # type: ignore[no-untyped-call] # sortedcontainers has no types


class State:
    """All memory of one emulated world."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], Obj] = {}
        self.records: dict[tuple[str, str], Any] = {}
        self.events: dict[int, Event] = {}
        self._heap: list[tuple[float, int]] = []
        self._collections: dict[str, Any] = {}
        self._users: dict[tuple[str, str], dict[tuple[str, str, str], None]] = {}
        self._before: dict[Key, Any] = {}
        self.seq = 0

    # -- objects -------------------------------------------------------------------------------

    def get(self, service: str, name: str) -> Obj | None:
        """The object of a full name."""
        return self.objects.get((service, name))

    def put(self, obj: Obj) -> Obj:
        """Store a new object, or a new version of one."""
        key = (obj.service, obj.name)
        old = self.objects.get(key)
        self._note(("objects", *key), old)
        self._unlink(old)
        self._link(obj)
        return obj

    def delete(self, service: str, name: str) -> Obj | None:
        """Forget an object; its children stay unless they are deleted too."""
        old = self.objects.get((service, name))
        if old is not None:
            self._note(("objects", service, name), old)
            self._unlink(old)
        return old

    def _link(self, obj: Obj) -> None:
        self.objects[obj.service, obj.name] = obj
        collection, _, last = obj.name.rpartition("/")
        tree = self._collections.get(obj.service)
        if tree is None:
            tree = self._collections[obj.service] = _sorted()
        items = tree.get(collection)
        if items is None:
            items = tree[collection] = _sorted()
        items[last] = obj
        for service, name, path in obj.refs:
            self._users.setdefault((service, name), {})[obj.service, obj.name, path] = None

    def _unlink(self, obj: Obj | None) -> None:
        if obj is None:
            return
        del self.objects[obj.service, obj.name]
        collection, _, last = obj.name.rpartition("/")
        tree = self._collections[obj.service]
        del tree[collection][last]
        if not tree[collection]:
            del tree[collection]
        for service, name, path in obj.refs:
            users = self._users.get((service, name), {})
            users.pop((obj.service, obj.name, path), None)
            if not users:
                self._users.pop((service, name), None)

    def page(self, service: str, collection: str, after: str = "") -> Iterator[Obj]:
        """The objects of one collection by id, from just after an id."""
        items = self._collections.get(service, {}).get(collection)
        if items:
            for key in items.irange(after or None, inclusive=(not after, True)):
                yield items[key]

    def below(self, service: str, prefix: str, after: str = "") -> Iterator[Obj]:
        """The objects of every collection whose name begins so, by full name, from just after one.

        Nothing may be stored or deleted meanwhile.
        """
        tree = self._collections.get(service)
        first, _, last = after.rpartition("/")
        if tree:
            for collection in tree.irange(max(prefix, first), prefix + "\U0010ffff"):
                yield from self.page(service, collection, last if collection == first else "")

    def size(self, service: str, collection: str) -> int:
        """How many objects a collection holds."""
        return len(self._collections.get(service, {}).get(collection, ()))

    def collections(self, service: str, prefix: str) -> list[str]:
        """The non-empty collections whose name begins so, in order."""
        tree = self._collections.get(service)
        return list(tree.irange(prefix, prefix + "\U0010ffff")) if tree else []

    def children(self, service: str, name: str) -> list[Obj]:
        """Every object below a name, at any depth."""
        return [
            obj
            for collection in self.collections(service, name + "/")
            for obj in self.page(service, collection)
        ]

    def users(self, service: str, name: str) -> list[tuple[Obj, str]]:
        """The objects that refer to a name, each with the path of the field."""
        keys = self._users.get((service, name), ())
        found = [(self.objects.get((key[0], key[1])), key[2]) for key in keys]
        return [(obj, path) for obj, path in found if obj is not None]

    # -- records -------------------------------------------------------------------------------

    def record(self, space: str, key: str, default: Any = None) -> Any:
        """A small fact by space and key: counters, policies, tombstones."""
        return self.records.get((space, key), default)

    def set_record(self, space: str, key: str, value: Any) -> None:
        """Remember a fact; None forgets it."""
        self._note(("records", space, key), self.records.get((space, key)))
        if value is None:
            self.records.pop((space, key), None)
        else:
            self.records[space, key] = value

    def count(self, name: str) -> int:
        """The next number of a counter, from 1."""
        value: int = self.record("counter", name, 0) + 1
        self.set_record("counter", name, value)
        return value

    # -- events --------------------------------------------------------------------------------

    def add_event(self, due: float, kind: str, payload: dict[str, Any]) -> None:
        """Let something happen at a time."""
        self.seq += 1
        self._note(("events", str(self.seq), ""), None)
        self.restore_event(Event(due, self.seq, kind, payload))

    def restore_event(self, event: Event) -> None:
        """Take an event as it was kept."""
        self.seq = max(self.seq, event.seq)
        self.events[event.seq] = event
        heapq.heappush(self._heap, (event.due, event.seq))

    def pop_due(self, now: float) -> Event | None:
        """The earliest event that is due, taken out."""
        while self._heap and (self._heap[0][1] not in self.events or self._heap[0][0] <= now):
            _, seq = heapq.heappop(self._heap)
            event = self.events.pop(seq, None)
            if event is not None:
                self._note(("events", str(seq), ""), event)
                return event
        return None

    def next_due(self) -> float | None:
        """When the next event is due."""
        return min((event.due for event in self.events.values()), default=None)

    # -- the journal ---------------------------------------------------------------------------

    def _note(self, key: Key, before: Any) -> None:
        self._before.setdefault(key, before)

    def pending(self) -> dict[Key, Any]:
        """The rows changed since the last time, each with what was there before."""
        return self._before

    def take_changes(self) -> list[Key]:
        """The rows changed since the last time, which are final from now on."""
        if not self._before:
            return []
        changed = list(self._before)
        self._before = {}
        return changed

    def undo(self) -> None:
        """Bring back what was before the changes not yet taken."""
        before, self._before = self._before, {}
        for (table, first, second), value in reversed(before.items()):
            if table == "objects":
                self._unlink(self.objects.get((first, second)))
                if value is not None:
                    self._link(value)
            elif table == "records":
                self.records.pop((first, second), None)
                if value is not None:
                    self.records[first, second] = value
            else:
                self.events.pop(int(first), None)
                if value is not None:
                    self.restore_event(value)
