"""The lease: one run at a time; a dead one blocks nobody for long."""

import dataclasses
from datetime import timedelta

import pytest

from gcpstack._core.refs import Address
from gcpstack._inventory.keeper import LEASE, Keeper
from gcpstack._inventory.model import Record
from gcpstack._inventory.stores import MemoryStore
from gcpstack.exceptions import InventoryConflict, InventoryLocked
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


def test_a_run_that_lost_its_lease_stops(store, clock):
    """A process that was paused wakes up and can neither save nor go on."""
    first = keeper(store, clock)
    first.acquire(RECORDS)
    elsewhere(store)
    clock.sleep(LEASE.total_seconds() + 1)
    second = keeper(store, clock)
    second.acquire(RECORDS)

    with pytest.raises(InventoryConflict, match="could not renew"):
        first.still_held()
    with pytest.raises(InventoryConflict, match="holds it now"):
        first.save(first.renewed())


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
