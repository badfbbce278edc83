"""Stops what a session is doing, whether it waits, sleeps or runs."""

from gcpstack._core.clock import Clock
from gcpstack._core.timeouts import told
from gcpstack._engine.scheduler import Executor, Program, Scheduler, Sleep
from gcpstack.exceptions import Interrupted, WaitTimeout

#: How long a stop may go unheard, in seconds.
_HEARING = 0.5


class Brake:
    """Makes the schedulers of a session, and stops the one that runs."""

    def __init__(self, clock: Clock, executor: Executor) -> None:
        """Take time and threads."""
        self._clock = clock
        self._executor = executor
        self._scheduler: Scheduler | None = None
        self.stopped: Interrupted | None = None
        #: What is told of a run that took longer than it was given.
        self.late: tuple[WaitTimeout, ...] = ()

    def begin(self, timeout: float | None = None) -> Scheduler:
        """Make a scheduler; one that is made after the stop stops at once.

        Args:
            timeout: stops what it runs after so many seconds.
        """
        self._scheduler = Scheduler(self._clock, self._executor)
        if timeout is not None:
            self._scheduler.spawn(self._expire(timeout), background=True)
        if self.stopped is not None:
            self._scheduler.stop(self.stopped)
        return self._scheduler

    def _expire(self, timeout: float) -> Program:
        yield Sleep(timeout)
        late = WaitTimeout(
            f"The run took longer than {told(timeout)}, so nothing more was begun.",
            remedy="What was under way goes on at Google: run the same command again, and it goes "
            "on from there, with a longer --timeout if need be.",
        )
        self.late = (late,)
        self.stop()

    def stop(self) -> None:
        """Ask whatever is under way to stop; safe from a signal handler."""
        self.stopped = Interrupted(
            "The run was stopped.",
            remedy="Run the same command again: it goes on where this one stopped.",
        )
        if self._scheduler is not None:
            self._scheduler.stop(self.stopped)

    @property
    def halted(self) -> bool:
        """Whether the run was stopped, or lost its lease."""
        return self._scheduler is not None and self._scheduler.stopping is not None

    def pause(self, seconds: float) -> None:
        """Sleep in short pieces, so that a stop is heard.

        Raises:
            Interrupted: it came.
        """
        end = self._clock.monotonic() + seconds
        while (left := end - self._clock.monotonic()) > 0:
            self.check()
            self._clock.sleep(min(left, _HEARING))

    def check(self) -> None:
        """Raise the stop, if it came.

        Raises:
            Interrupted: it came.
        """
        if self.stopped is not None:
            raise self.stopped

    def pass_on(self, error: BaseException | None) -> None:
        """Raise what a program ended with, unless it is the stop itself."""
        if error is not None and error is not self.stopped:
            raise error
