"""Holds the inventory during one run: the lease, the records, and the saves."""

import contextlib
import getpass
import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gcpstack._core.clock import Clock
from gcpstack._core.refs import Address
from gcpstack._inventory.codec import encode
from gcpstack._inventory.model import Deed, Lease, Record, Snapshot, Task, Undo
from gcpstack._inventory.stores import InventoryStore
from gcpstack.exceptions import GcpstackError, InventoryConflict, InventoryLocked

#: How long a lease lasts unless it is renewed. A run that dies blocks the next for this long.
LEASE = timedelta(seconds=60)
#: The part of a lease after which it is renewed, and the part after which nothing more is begun.
_RENEW, _SAFE = 0.3, 0.8
#: How often a waiting run looks at the lease, in seconds.
_LOOK = 5.0
#: How often a save whose answer was lost is looked into.
_TRIES = 3


def holder_name() -> str:
    """Name who runs this, for people: user, host and process."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # no such user in a container
        user = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    return f"{user}@{socket.gethostname()} (process {os.getpid()})"


def _dead(pid: int) -> bool:
    """Return whether no process of that number runs here."""
    if os.name != "posix":  # elsewhere signal 0 is no question
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it runs, and is somebody else's
        return False
    return False


def moment(at: datetime) -> str:
    """Write a moment for people."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


class Keeper:
    """The inventory of one run. Its records change in one thread; a save sees a whole state."""

    def __init__(self, store: InventoryStore, clock: Clock) -> None:
        """Take the store; nothing is read yet."""
        self.store = store
        self.clock = clock
        self.snapshot = Snapshot("")
        self.dirty = False
        self._saving = False
        #: What runs before this one have begun and not ended.
        self.inherited: frozenset[Address] = frozenset()
        self._token = secrets.token_hex(8)
        self._renewed = self._read = 0.0
        self._until: datetime | None = None
        self._taken: InventoryConflict | None = None
        self._looking = threading.Lock()

    def load(self) -> Snapshot:
        """Read the inventory as it is stored."""
        began = self.clock.monotonic()
        self.snapshot = self.store.load()
        self._read = began
        return self.snapshot

    @property
    def holder(self) -> Lease | None:
        """The lease of another run, as the inventory was read last; None where nobody holds it."""
        lease = self.snapshot.lease
        return None if lease is None or lease.token == self._token or self._over(lease) else lease

    def check_lease(self) -> None:
        """Refuse while another run holds the lease.

        Raises:
            InventoryLocked: with who holds it, and since when.
        """
        lease = self.holder
        if lease is None:
            return
        raise InventoryLocked(
            f"{lease.holder} has been changing this stack since {moment(lease.since)}; "
            f"its lease on {self.store.where} ends at {lease.until:%H:%M:%S} UTC unless it is renewed.",
            remedy="Wait for it to finish. If it has died, its lease ends by itself.",
        )

    def await_lease(self, pause: Callable[[float], None], load: Callable[[], Snapshot]) -> None:
        """Let the lease of a run that died end; do not wait for one that lives.

        Args:
            pause: passes time.
            load: reads the inventory again.

        Raises:
            InventoryLocked: the lease was renewed in the meantime: its run is alive.
        """
        first = load().lease
        if first is None or first.token == self._token or self._over(first):
            return
        while (left := self._left(first)) > 0:
            pause(min(left, _LOOK))
            lease = load().lease
            if lease is None:
                return
            if lease.token != first.token or lease.until > first.until:
                self.check_lease()

    def _over(self, lease: Lease) -> bool:
        """Return whether a lease has ended, or its process has died on this very machine."""
        return self._left(lease) <= 0 or (lease.host == socket.gethostname() and _dead(lease.pid))

    def _left(self, lease: Lease) -> float:
        """Return for how many seconds a lease that was read still holds.

        What counts is how old it is by the store's own clock: each save renews it, and the clocks
        of two machines may differ by more than a lease lasts. Where the store does not say, the
        moment at which its holder says that it ends is compared with the time of day here.
        """
        age = self.snapshot.age
        if age is None:
            return (lease.until - self.clock.now()).total_seconds()
        return LEASE.total_seconds() - age - (self.clock.monotonic() - self._read)

    def acquire(
        self, records: Mapping[Address, Record], undo: Mapping[Address, Undo] | None = None
    ) -> None:
        """Take the lease and write what is intended, in one save.

        Args:
            records: the records as they are before the first call: every intent included.
            undo: how to undo what is intended; None leaves what is remembered.

        Raises:
            InventoryLocked: another run holds the lease.
            InventoryConflict: the inventory changed since it was read.
        """
        self.check_lease()
        began = self.clock.now()
        if self.snapshot.lease is None or self.snapshot.lease.token != self._token:
            # Else it is tried again after its answer was lost: what is begun by then is its own.
            self.inherited = frozenset(self.snapshot.undo)
        self._taken = None
        self.snapshot = replace(
            self.snapshot,
            key=self.snapshot.key or secrets.token_hex(32),
            lease=Lease(
                self._token,
                holder_name(),
                began,
                began + LEASE,
                socket.gethostname(),
                os.getpid(),
            ),
            records=records,
            undo=self.snapshot.undo if undo is None else undo,
        )
        self._store(self.snapshot)

    def put(self, record: Record) -> None:
        """Remember a record; the next save writes it."""
        self.snapshot = replace(
            self.snapshot, records={**self.snapshot.records, record.address: record}
        )
        self.dirty = True

    def forget(self, address: Address, *, deleted: bool = False) -> None:
        """Drop a record; the next save writes that.

        Args:
            address: whose.
            deleted: this run deleted the object; one that was there before can't be brought back.
        """
        known = self.snapshot.undo.get(address)
        gone = deleted and (known is None or known.deed is not Deed.MADE)
        self._remember(address, None, Undo(Deed.DELETED) if gone else None)

    def note_undo(self, address: Address, undo: Undo) -> None:
        """Correct how a resource is brought back; the next save writes it."""
        self._remember(address, self.snapshot.records.get(address), undo)

    def undone(self, address: Address, record: Record | None) -> None:
        """Take note that a resource is as it was before.

        Args:
            address: its address.
            record: what was remembered of it then.
        """
        self._remember(address, record, None)

    def _remember(self, address: Address, record: Record | None, undo: Undo | None) -> None:
        """Set or drop what is known of an address."""
        records = {a: r for a, r in self.snapshot.records.items() if a != address}
        entries = {a: u for a, u in self.snapshot.undo.items() if a != address}
        if record is not None:
            records[address] = record
        else:
            self.note_task(address, None)  # its data is gone with it
        if undo is not None:
            entries[address] = undo
        self.snapshot = replace(self.snapshot, records=records, undo=entries)
        self.dirty = True

    def note_task(self, address: Address, task: Task | None) -> None:
        """Remember the work under way on a resource's data, or forget it; the next save writes that."""
        tasks = {a: t for a, t in self.snapshot.tasks.items() if a != address}
        if task is not None:
            tasks[address] = task
        self.snapshot = replace(self.snapshot, tasks=tasks)
        self.dirty = True

    def settle(self) -> None:
        """Take note that everything that was begun is done: there is nothing to undo."""
        self.snapshot = replace(self.snapshot, undo={})
        self.dirty = True

    @property
    def due(self) -> bool:
        """Whether there is something to save, or the lease to renew."""
        return self.dirty or self._age > LEASE.total_seconds() * _RENEW

    def still_held(self) -> None:
        """Check that nothing is begun on a lease that may have run out.

        A process that was paused wakes up here and stops, before it touches what is another's now.
        It reads the inventory once, to tell whose. Safe to call from any thread.

        Raises:
            InventoryConflict: the lease was not renewed in time; with who holds it now, and since
                when, where another run took it.
        """
        if self._age <= LEASE.total_seconds() * _SAFE:
            return
        with self._looking:
            self._taken = self._taken or self._late()
            raise self._taken

    def _late(self) -> InventoryConflict:
        """Return why a run stops that could not renew its lease."""
        # Whatever keeps it from being read: that the run stops is what has to be told.
        with contextlib.suppress(GcpstackError):
            current = self.store.load()
            if current.lease is None or current.lease.token != self._token:
                return self._lost(current)
        return InventoryConflict(
            f"This run could not renew its lease on {self.store.where} for {self._age:.0f} s, so it stops.",
            remedy="Run the same command again: it goes on where this one stopped.",
        )

    def save(self, snapshot: Snapshot) -> Snapshot:
        """Write *snapshot*; a save whose answer was lost is recognised as our own.

        Safe to call from another thread: it does not touch the records.

        Raises:
            InventoryConflict: another run took over.
        """
        for _ in range(_TRIES):
            try:
                return self.store.save(snapshot)
            except InventoryConflict:
                current = self.store.load()
                if encode(current) == encode(snapshot):
                    return current
                if current.lease is None or current.lease.token != self._token:
                    raise self._lost(current) from None
                snapshot = replace(snapshot, generation=current.generation)
        raise self._lost(self.store.load())

    def _lost(self, current: Snapshot) -> InventoryConflict:
        """Tell who holds the lease instead of this run, or who held it last; once for all tasks."""
        self._taken = self._taken or self._loss(current)
        return self._taken

    def _loss(self, current: Snapshot) -> InventoryConflict:
        lease, last = current.lease, current.last
        if lease is not None:
            by = f"{lease.holder} holds it now, since {moment(lease.since)}"
        elif not current.generation:
            by = "another run has deleted the inventory"
        elif last is not None and last.token != self._token:
            by = (
                f"{last.holder} took it at {moment(last.since)} and gave it back at "
                f"{moment(last.until)}; nobody holds it now"
            )
        else:
            by = "another run wrote it"
        return InventoryConflict(
            f"The lease on {self.store.where} was lost: {by}.",
            remedy="Nothing more was changed. Run the same command again.",
        )

    @property
    def written(self) -> bool:
        """Whether everything that was noted is saved."""
        return not (self.dirty or self._saving)

    def renewed(self) -> Snapshot:
        """Return the state to save, with the lease prolonged; `stored` tells that it is."""
        self.dirty, self._saving = False, True
        lease = self.snapshot.lease
        if lease is not None:
            lease = replace(lease, until=self.clock.now() + LEASE)
        self.snapshot = replace(self.snapshot, lease=lease)
        return self.snapshot

    def checkpoint(self) -> None:
        """Write the records now.

        Raises:
            InventoryConflict: another run took over.
        """
        self._store(self.renewed())

    def stored(self, saved: Snapshot, began: float) -> None:
        """Take note that a save succeeded which began at *began* on the monotonic clock."""
        self.snapshot = replace(self.snapshot, generation=saved.generation)
        self._renewed, self._saving = began, False
        self._until = saved.lease.until if saved.lease is not None else None

    def release(self) -> None:
        """Write the records and give the lease back; delete an inventory without records."""
        lease = self.snapshot.lease
        if lease is not None:  # else its answer was lost, and it is tried again with the same text
            last = replace(lease, until=self.clock.now())
            self.snapshot = replace(self.snapshot, lease=None, last=last)
        final = self.snapshot
        if final.records:
            self._store(final)
        elif final.generation:
            self._remove(final)
            self.snapshot = replace(final, generation=0)

    def tidy(self) -> None:
        """Delete what an earlier run left of an inventory without records.

        Raises:
            InventoryLocked: another run holds the lease.
        """
        self.check_lease()
        if self.snapshot.generation:
            self._remove(self.snapshot)
            self.snapshot = replace(self.snapshot, generation=0)
        else:
            self.store.tidy()

    def _store(self, snapshot: Snapshot) -> None:
        began = self.clock.monotonic()
        self.snapshot = snapshot
        self.stored(self.save(snapshot), began)
        self.dirty = False

    def _remove(self, final: Snapshot) -> None:
        try:
            self.store.remove(final)
        except InventoryConflict:
            current = self.store.load()
            if not current.generation:
                return
            if current.lease is None or current.lease.token != self._token:
                raise self._lost(current) from None
            self.store.remove(current)

    @property
    def _age(self) -> float:
        """How many seconds ago the lease was renewed last.

        The clock that never goes back may stand still while the machine sleeps (on Linux and macOS
        it does), and the time of day may be set back: whichever tells more counts.
        """
        age = self.clock.monotonic() - self._renewed
        if self._until is None:
            return age
        return max(age, (self.clock.now() - (self._until - LEASE)).total_seconds())
