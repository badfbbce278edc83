"""The lease: one run at a time; a dead one blocks nobody for long."""

import dataclasses
import re
from datetime import timedelta

import pytest

from gcpstack._core.refs import Address
from gcpstack._inventory.keeper import LEASE, Keeper, holder_name
from gcpstack._inventory.model import Deed, Record, Undo
from gcpstack._inventory.stores import MemoryStore
from gcpstack.exceptions import InventoryConflict, InventoryLocked, Unavailable
from tests.engine.world import VirtualClock

ADDRESS = Address("a.B", "x")
RECORDS = {ADDRESS: Record(ADDRESS, {"name": "x"})}


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def store():
    return MemoryStore("web")


def keeper(store, clock, **lease):
    made = Keeper(store, clock)
    made.load()
    return made


def elsewhere(store):
    """Let the lease look as if it were held on another machine."""
    snapshot = store.load()
    lease = dataclasses.replace(snapshot.lease, host="elsewhere", holder="bob@elsewhere")
    return store.save(dataclasses.replace(snapshot, lease=lease))


def test_a_second_run_is_told_who_holds_the_lease(store, clock):
    """Who, since when, until when."""
    keeper(store, clock).acquire(RECORDS)
    elsewhere(store)
    second = keeper(store, clock)

    with pytest.raises(InventoryLocked, match=r"bob@elsewhere has been changing this stack since"):
        second.acquire(RECORDS)


def test_a_lease_ends_by_itself(store, clock):
    """The next run waits for the end of a dead one's lease, then goes on."""
    keeper(store, clock).acquire(RECORDS)
    elsewhere(store)
    second = keeper(store, clock)
    began = clock.seconds
    second.await_lease(clock.sleep, second.load)
    second.acquire(RECORDS)

    assert clock.seconds - began <= LEASE.total_seconds()


def test_a_live_run_is_not_waited_for(store, clock):
    """A lease that is renewed while somebody waits belongs to a run that lives."""
    first = keeper(store, clock)
    first.acquire(RECORDS)
    elsewhere(store)
    second = keeper(store, clock)

    def renew(seconds):
        clock.sleep(seconds)
        snapshot = store.load()
        lease = dataclasses.replace(snapshot.lease, until=clock.now() + LEASE)
        store.save(dataclasses.replace(snapshot, lease=lease))

    with pytest.raises(InventoryLocked):
        second.await_lease(renew, second.load)


def overtaken(store, clock):
    """A run that stood still for longer than its lease, and the one that went ahead of it."""
    first = keeper(store, clock)
    first.acquire(RECORDS)
    elsewhere(store)
    clock.sleep(LEASE.total_seconds() + 1)
    second = keeper(store, clock)
    second.acquire(RECORDS)
    return first, second


def test_a_run_that_lost_its_lease_stops(store, clock):
    """A process that was paused wakes up and can neither save nor go on."""
    first, _ = overtaken(store, clock)

    began = f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"
    told = rf"was lost: {re.escape(holder_name())} holds it now, since {began}"
    with pytest.raises(InventoryConflict, match=told) as stopped:
        first.still_held()
    with pytest.raises(InventoryConflict) as again:
        first.save(first.renewed())
    assert again.value is stopped.value


def test_a_lease_that_nobody_took(store, clock):
    """The run stops all the same: it can't know what comes next."""
    run = keeper(store, clock)
    run.acquire(RECORDS)
    clock.sleep(LEASE.total_seconds())

    with pytest.raises(InventoryConflict, match="could not renew its lease on memory of web for"):
        run.still_held()


def test_an_inventory_that_can_not_be_read(store, clock):
    """That the run stops is told even where the holder can't be."""
    run = keeper(store, clock)
    run.acquire(RECORDS)
    clock.sleep(LEASE.total_seconds())

    def away():
        raise Unavailable("away")

    store.load = away
    with pytest.raises(InventoryConflict, match="could not renew"):
        run.still_held()


def test_whoever_took_the_lease_has_given_it_back(store, clock):
    """Who it was, and from when until when."""
    first, second = overtaken(store, clock)
    began = f"{clock.now():%H:%M:%S} UTC"
    clock.sleep(5)
    second.release()
    ended = f"{clock.now():%H:%M:%S} UTC"

    told = rf"took it at \S+ {began} and gave it back at \S+ {ended}; nobody holds it now"
    with pytest.raises(InventoryConflict, match=told):
        first.still_held()


def test_the_inventory_is_gone(store, clock):
    """Another run has destroyed the stack meanwhile."""
    first = keeper(store, clock)
    first.acquire(RECORDS)
    store.remove(store.load())
    clock.sleep(LEASE.total_seconds() + 1)

    with pytest.raises(InventoryConflict, match="another run has deleted the inventory"):
        first.still_held()


def test_a_machine_that_slept(store, clock):
    """The clock that never goes back stands still meanwhile; the time of day tells."""
    run = keeper(store, clock)
    run.acquire(RECORDS)
    run.still_held()
    stood = clock.monotonic()
    clock.sleep(LEASE.total_seconds())
    clock.monotonic = lambda: stood

    with pytest.raises(InventoryConflict, match="could not renew"):
        run.still_held()
    assert run.due


def test_a_lost_answer_to_our_own_save(store, clock):
    """A save that was committed although the answer was lost is recognised as ours."""
    run = keeper(store, clock)
    run.acquire(RECORDS)
    state = run.renewed()
    store.save(state)
    run.stored(run.save(state), clock.monotonic())
    run.release()

    assert store.load().lease is None
    assert store.load().records == RECORDS


class Forgetful(MemoryStore):
    """Does what it is asked, and loses the answer to the next save."""

    loses = False

    def save(self, snapshot):
        saved = super().save(snapshot)
        if self.loses:
            self.loses = False
            raise Unavailable("connection reset by peer")
        return saved


def test_a_lost_answer_to_the_last_save(clock):
    """The lease was given back: to give it back once more is not a conflict, though time has passed."""
    store = Forgetful("web")
    run = keeper(store, clock)
    run.acquire(RECORDS)
    store.loses = True
    with pytest.raises(Unavailable):
        run.release()
    clock.sleep(1)
    run.release()

    left = store.load()
    assert (left.lease, left.last.holder, left.records) == (None, holder_name(), RECORDS)


def test_a_lost_answer_to_the_first_save(clock):
    """What this very run has begun is not what an earlier run left."""
    store, earlier = Forgetful("web"), Address("a.B", "y")
    first = keeper(store, clock)
    first.acquire(RECORDS, {earlier: Undo(Deed.MADE)})
    first.release()
    run = keeper(store, clock)
    store.loses = True
    undo = {earlier: Undo(Deed.MADE), ADDRESS: Undo(Deed.MADE)}
    with pytest.raises(Unavailable):
        run.acquire(RECORDS, undo)
    run.acquire(RECORDS, undo)

    assert run.inherited == {earlier}
    assert store.load().undo == undo


class Dated(MemoryStore):
    """Tells how old what it holds is, by a clock of its own."""

    def __init__(self, stack, clock):
        super().__init__(stack)
        self.clock, self.saved = clock, 0.0

    def load(self):
        age = self.clock.monotonic() - self.saved
        return dataclasses.replace(super().load(), age=age)

    def save(self, snapshot):
        self.saved = self.clock.monotonic()
        return super().save(snapshot)


@pytest.mark.parametrize("hours", [-3, 3])
def test_clocks_that_differ(hours):
    """A machine whose clock is wrong takes no lease from a run that lives, and waits for no dead one's longer."""
    clock = VirtualClock()
    wrong = VirtualClock()
    wrong.now = lambda: clock.now() + timedelta(hours=hours)
    wrong.monotonic = clock.monotonic
    store = Dated("web", clock)
    keeper(store, clock).acquire(RECORDS)
    elsewhere(store)
    clock.sleep(20)
    with pytest.raises(InventoryLocked):
        keeper(store, wrong).acquire(RECORDS)

    second, began = keeper(store, wrong), clock.seconds
    second.await_lease(clock.sleep, second.load)
    second.acquire(RECORDS)
    assert clock.seconds - began == LEASE.total_seconds() - 20


def test_an_inventory_without_records_goes(store, clock):
    """The last record takes the object with it."""
    run = keeper(store, clock)
    run.acquire(RECORDS)
    run.forget(ADDRESS)
    run.release()

    assert store.load().generation == 0


def test_a_stale_plan_can_not_take_the_lease(store, clock):
    """Whoever planned from an older generation must plan again."""
    stale = keeper(store, clock)
    other = keeper(store, clock)
    other.acquire(RECORDS)
    other.release()

    with pytest.raises(InventoryConflict):
        stale.acquire(RECORDS)
    assert timedelta(seconds=10) < LEASE < timedelta(minutes=5)
