"""Runs many small programs at once: each a generator that yields what it waits for.

A program yields `Call` (something that blocks, made by a worker thread), `Sleep`, `Acquire` or
`Release`; it is resumed with the result, or the error is raised within it. All programs run in the
caller's thread, one at a time, so that what they share needs no lock; only calls run beside it.
With the inline executor and a virtual clock a whole run is one deterministic thread.
"""

import heapq
import itertools
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from gcpstack._core.clock import Clock


@dataclass(frozen=True, slots=True)
class Call:
    """Do something that blocks.

    Attributes:
        run: does it.
        waits: it waits for Google to finish something, so it must not take a caller's place.
    """

    run: Callable[[], object]
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Sleep:
    """Let time pass; ends at once when the run is told to stop."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Acquire:
    """Wait for a lock by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Release:
    """Give a lock back."""

    name: str


Effect = Call | Sleep | Acquire | Release
Program = Generator[Effect, object, None]


class Executor(Protocol):
    """Runs calls beside the programs."""

    #: Whether a call has ended by the time `submit` returns.
    inline: bool

    def submit(self, call: Call, done: Callable[[object, BaseException | None], None]) -> None:
        """Run *call*; tell *done* its result or error, from whatever thread."""

    def close(self) -> None:
        """Take no more calls, and let go of the threads; those under way end by themselves."""


class Inline:
    """Runs each call at once, in the same thread."""

    inline = True

    def submit(self, call: Call, done: Callable[[object, BaseException | None], None]) -> None:
        """Run the call and tell the result."""
        _run(call, done)

    def close(self) -> None:
        """Nothing is held."""


class Threads:
    """Runs calls in daemon threads: some for calls, as many as needed for waits.

    They are daemons because a wait may be held by Google for two minutes: a run that was told to
    stop must not wait for it.
    """

    inline = False

    def __init__(self, workers: int, waiters: int = 512) -> None:
        """Set how many calls, and how many waits, may be under way at once."""
        self._pools = {False: _Pool(workers), True: _Pool(waiters)}

    def submit(self, call: Call, done: Callable[[object, BaseException | None], None]) -> None:
        """Hand the call to a thread."""
        self._pools[call.waits].submit(lambda: _run(call, done))

    def close(self) -> None:
        """End every thread that is idle, and each other one after its call."""
        for pool in self._pools.values():
            pool.close()


def _run(call: Call, done: Callable[[object, BaseException | None], None]) -> None:
    try:
        result = call.run()
    except BaseException as error:  # noqa: BLE001 # whatever it is, it belongs to the program
        done(None, error)
    else:
        done(result, None)


class _Pool:
    """Daemon threads, made as they are needed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads = 0
        self._idle = 0
        self._lock = threading.Lock()
        #: None tells whichever thread takes it to end.
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()

    def submit(self, work: Callable[[], None]) -> None:
        with self._lock:
            self._work.put(work)
            if self._idle >= self._work.qsize() or self._threads >= self._most:
                return
            self._threads += 1
        threading.Thread(target=self._serve, name="gcpstack-call", daemon=True).start()

    def close(self) -> None:
        with self._lock:
            threads, self._threads = self._threads, 0
            for _ in range(threads):
                self._work.put(None)

    def _serve(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            work = self._work.get()
            with self._lock:
                self._idle -= 1
            if work is None:
                return
            work()
            del work  # an idle thread would keep everything that its last call knew


@dataclass(slots=True)
class _Task:
    program: Program
    background: bool
    on_end: Callable[[BaseException | None], None] | None = None


class Scheduler:
    """Runs programs until all have ended."""

    def __init__(self, clock: Clock, executor: Executor) -> None:
        """Take time and threads."""
        self.clock = clock
        self._executor = executor
        self._ready: deque[tuple[_Task, object, BaseException | None]] = deque()
        self._finished: queue.SimpleQueue[tuple[int, object, BaseException | None] | None]
        self._finished = queue.SimpleQueue()
        self._sleeping: list[tuple[float, int, _Task]] = []
        self._count = itertools.count()
        self._calls: dict[int, tuple[_Task, bool]] = {}
        self._locks: dict[str, deque[_Task]] = {}
        self._stopping: BaseException | None = None
        self._foreground = 0

    def spawn(
        self,
        program: Program,
        *,
        on_end: Callable[[BaseException | None], None] | None = None,
        background: bool = False,
    ) -> None:
        """Begin a program.

        Args:
            program: the program.
            on_end: is told how it ended.
            background: it serves the others: it is not stopped with them, and the run does not
                wait for its sleeps once they have ended.
        """
        self._foreground += not background
        self._ready.append((_Task(program, background, on_end), None, None))

    def stop(self, error: BaseException) -> None:
        """Raise *error* within every program at its next wait; safe from any thread."""
        self._stopping = error
        self._finished.put(None)

    @property
    def stopping(self) -> BaseException | None:
        """Why the run was told to stop, if it was."""
        return self._stopping

    def run(self) -> None:
        """Run until every program has ended that is not in the background."""
        while self._foreground or self._ready or self._calls:
            while self._ready:
                task, value, error = self._ready.popleft()
                self._resume(task, value, error)
            if self._foreground:
                self._wait()
            elif self._calls:
                self._collect(block=True, seconds=None)
        self._sleeping.clear()

    def _wait(self) -> None:
        """Wait for the next call to return or the next sleeper to wake."""
        now = self.clock.monotonic()
        if self._stopping is not None:
            self._wake_all()
        while self._sleeping and self._sleeping[0][0] <= now:
            self._ready.append((heapq.heappop(self._sleeping)[2], None, None))
        if self._ready or not (self._sleeping or self._calls):
            self._collect(block=False, seconds=None)
            return
        pause = self._sleeping[0][0] - now if self._sleeping else None
        if self._calls:
            self._collect(block=True, seconds=pause)
        elif pause is not None and self._executor.inline:
            self.clock.sleep(pause)
        elif pause is not None:  # not by sleeping, so that a stop from a signal ends it
            self._collect(block=True, seconds=pause)

    def _collect(self, *, block: bool, seconds: float | None) -> None:
        try:
            item = self._finished.get(block=block, timeout=seconds)
            while True:
                if item is not None and item[0] in self._calls:
                    self._ready.append((self._calls.pop(item[0])[0], item[1], item[2]))
                item = self._finished.get_nowait()
        except queue.Empty:
            return

    def _wake_all(self) -> None:
        """End the sleeps, and the waits that Google holds, of every program that may be stopped."""
        for number, (task, waits) in list(self._calls.items()):
            if waits and not task.background:
                del self._calls[number]
                self._ready.append((task, None, self._stopping))
        asleep, self._sleeping = self._sleeping, []
        for entry in asleep:
            if entry[2].background:
                heapq.heappush(self._sleeping, entry)
            else:
                self._ready.append((entry[2], None, self._stopping))

    def _resume(self, task: _Task, value: object, error: BaseException | None) -> None:
        try:
            effect = task.program.throw(error) if error is not None else task.program.send(value)
        except StopIteration:
            self._end(task, None)
        except Exception as failure:  # noqa: BLE001 # told to whoever spawned it
            self._end(task, failure)
        else:
            self._perform(task, effect)

    def _end(self, task: _Task, failure: BaseException | None) -> None:
        self._foreground -= not task.background
        if task.on_end is not None:
            task.on_end(failure)

    def _perform(self, task: _Task, effect: Effect) -> None:
        if self._stopping is not None and not task.background and isinstance(effect, Sleep):
            self._ready.append((task, None, self._stopping))
        elif isinstance(effect, Call):
            number = next(self._count)
            self._calls[number] = (task, effect.waits)
            self._executor.submit(
                effect, lambda result, error: self._finished.put((number, result, error))
            )
        elif isinstance(effect, Sleep):
            wake = self.clock.monotonic() + effect.seconds
            heapq.heappush(self._sleeping, (wake, next(self._count), task))
        elif isinstance(effect, Acquire):
            self._acquire(task, effect.name)
        else:
            self._release(effect.name)
            self._ready.append((task, None, None))

    def _acquire(self, task: _Task, name: str) -> None:
        waiting = self._locks.get(name)
        if waiting is None:
            self._locks[name] = deque()
            self._ready.append((task, None, None))
        else:
            waiting.append(task)

    def _release(self, name: str) -> None:
        waiting = self._locks[name]
        if waiting:
            self._ready.append((waiting.popleft(), None, None))
        else:
            del self._locks[name]
