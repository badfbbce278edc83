"""Which failed calls are repeated, and after how long. The clock does the waiting."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity

from gcpstack._core.clock import Clock
from gcpstack._engine.quota import Quotas
from gcpstack.exceptions import (
    CloudError,
    OperationInProgress,
    RateLimited,
    Unavailable,
    Unreachable,
    Unreadable,
)

T = TypeVar("T")

#: The predicate table: how long a call that fails in this way is tried again, in seconds.
#: Compute refills its quota at the next whole minute; a Cloud SQL instance may be busy for long.
PATIENCE: dict[type[CloudError], float] = {
    RateLimited: 600.0,
    Unavailable: 180.0,
    OperationInProgress: 1800.0,
}

#: As long as nobody has answered at all, there is probably no network: that is reported within seconds.
_UNREACHED = 4.0

_FIRST_PAUSE = 0.4
_LONGEST_PAUSE = 30.0


def patience(error: BaseException | None) -> float:
    """Return for how many seconds a call that failed like this is made again."""
    for kind, seconds in PATIENCE.items():
        if isinstance(error, kind):
            return seconds
    return 0.0


def doubted(error: CloudError) -> CloudError:
    """Add to the error that it is not known whether the change took effect."""
    if isinstance(error, Unavailable | Unreadable) and _DOUBT not in error.remedy:
        error.remedy = f"{error.remedy} {_DOUBT}".strip()
    return error


_DOUBT = "Whether it was done is not known: the next apply finds out, and goes on."


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential pauses with full jitter; Google's own Retry-After wins."""

    rng: random.Random
    first: float = _FIRST_PAUSE
    longest: float = _LONGEST_PAUSE

    def pause(self, attempt: int, error: BaseException | None = None) -> float:
        """Return how long to wait after the *attempt*-th failure, counted from 1."""
        asked = getattr(error, "retry_after", None)
        if asked:
            return float(asked)
        top = min(self.longest, self.first * 2.0 ** min(attempt, 30))
        return top / 2 + self.rng.random() * top / 2


class Caller:
    """Makes calls: waits for quota, retries what is worth it."""

    def __init__(self, quotas: Quotas, clock: Clock, rng: random.Random) -> None:
        """Prepare to call."""
        self._quotas = quotas
        self._clock = clock
        self._backoff = Backoff(rng)
        #: Somebody has answered a call. Set once, by whichever thread: no lock is needed.
        self._reached = False

    def _patience(self, error: BaseException | None) -> float:
        seconds = patience(error)
        if isinstance(error, Unreachable) and not self._reached:
            return min(seconds, _UNREACHED)
        return seconds

    def __call__(
        self,
        group: str,
        call: Callable[[], T],
        on_retry: Callable[[BaseException, float], None] | None = None,
        *,
        rest: Callable[[float], None] | None = None,
        within: float = math.inf,
    ) -> T:
        """Make a call.

        Args:
            group: the quota that it counts against.
            call: makes it; must be safe to repeat.
            on_retry: is told of each failure that is tried again, and the pause.
            rest: sleeps until then, and may raise what ends it all; the clock's if not given.
            within: for how many seconds it is tried again at most.

        Raises:
            CloudError: what was not worth another try, or the last failure.
        """
        began = self._clock.monotonic()

        def attempt() -> T:
            self._quotas.take(group)
            try:
                result = call()
            except Unreachable:
                raise
            except CloudError as error:
                self._reached = True
                if isinstance(error, RateLimited):
                    self._quotas.drain(group)
                raise
            self._reached = True
            return result

        def give_up(state: tenacity.RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            return self._clock.monotonic() - began >= min(self._patience(error), within)

        def pause(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return self._backoff.pause(state.attempt_number, error)

        def before_sleep(state: tenacity.RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if on_retry is not None and error is not None and state.next_action is not None:
                on_retry(error, state.next_action.sleep)

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: patience(error) > 0),
            stop=give_up,
            wait=pause,
            sleep=rest or self._clock.sleep,
            before_sleep=before_sleep,
            reraise=True,
        )
        return retrying(attempt)
