"""The scheduler: programs beside each other, locks, stops; in threads and inline."""

import gc
import threading
import weakref

import pytest

from gcpstack._core.clock import SystemClock
from gcpstack._engine.scheduler import Acquire, Call, Inline, Release, Scheduler, Sleep, Threads
from gcpstack.exceptions import Interrupted

from .world import VirtualClock


@pytest.fixture(params=["inline", "threads"])
def scheduler(request):
    if request.param == "inline":
        return Scheduler(VirtualClock(), Inline())
    return Scheduler(SystemClock(), Threads(4))


def test_results_and_errors_come_back(scheduler):
    """A call's result is sent into the program, its error raised there."""
    log = []

    def program():
        log.append((yield Call(lambda: 1 + 1)))
        try:
            yield Call(lambda: 1 // 0)
        except ZeroDivisionError:
            log.append("caught")

    scheduler.spawn(program(), on_end=log.append)
    scheduler.run()

    assert log == [2, "caught", None]


def test_failures_are_told(scheduler):
    """How a program ended is told to whoever spawned it."""
    log = []

    def program():
        yield Sleep(0)
        raise KeyError("x")

    scheduler.spawn(program(), on_end=lambda error: log.append(type(error)))
    scheduler.run()

    assert log == [KeyError]


def test_a_lock_is_held_by_one(scheduler):
    """Programs that take the same lock run one by one."""
    inside, most = [], []

    def program(name):
        yield Acquire("lock")
        inside.append(name)
        most.append(len(inside))
        yield Call(lambda: None)
        inside.remove(name)
        yield Release("lock")

    for name in range(5):
        scheduler.spawn(program(name))
    scheduler.run()

    assert most == [1] * 5


def test_virtual_sleeps_run_side_by_side():
    """On a virtual clock a day passes at once, in order."""
    clock, log = VirtualClock(), []

    def program(seconds):
        yield Sleep(seconds)
        log.append(seconds)

    scheduler = Scheduler(clock, Inline())
    began = clock.monotonic()
    for seconds in (86400, 10, 500):
        scheduler.spawn(program(seconds))
    scheduler.run()

    assert log == [10, 500, 86400]
    assert clock.monotonic() - began == 86400


def test_closed_threads_end_and_keep_nothing():
    """A process that makes many runs keeps neither their threads nor what they knew."""

    class Known:
        pass

    before = set(threading.enumerate())
    executor, made = Threads(4), [Known() for _ in range(20)]
    kept = weakref.WeakSet(made)
    scheduler = Scheduler(SystemClock(), executor)

    def program(known):
        yield Call(lambda: known)
        yield Call(lambda: known, waits=True)

    while made:
        scheduler.spawn(program(made.pop()))
    scheduler.run()
    threads = set(threading.enumerate()) - before
    assert threads
    executor.close()
    for thread in threads:
        thread.join(30)
    del scheduler
    gc.collect()

    assert not any(thread.is_alive() for thread in threads)
    assert not kept


def test_a_stop_ends_sleeps_and_waits():
    """A stop is raised at the next wait, even in a wait that Google still holds."""
    held, log = threading.Event(), []
    scheduler = Scheduler(SystemClock(), Threads(4))

    def sleeper():
        yield Sleep(3600)

    def waiter():
        yield Call(lambda: held.wait(60), waits=True)

    def stopper():
        yield Call(lambda: None)
        scheduler.stop(Interrupted("stop"))
        yield Sleep(3600)

    for program in (sleeper(), waiter(), stopper()):
        scheduler.spawn(program, on_end=lambda error: log.append(type(error)))
    scheduler.run()
    held.set()

    assert log == [Interrupted] * 3


def test_background_programs_do_not_hold_the_run():
    """The run ends with the last program that is not in the background."""
    clock, ticks = VirtualClock(), []

    def ticker():
        while True:
            ticks.append(clock.monotonic())
            yield Sleep(10)

    def work():
        yield Sleep(35)

    scheduler = Scheduler(clock, Inline())
    scheduler.spawn(ticker(), background=True)
    scheduler.spawn(work())
    scheduler.run()

    assert len(ticks) == 4
