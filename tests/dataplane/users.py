"""Users of a service, on a clock of their own: while a run waits, they go on asking."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gcpstack import Settings, Stack
from gcpstack._engine import events
from gcpstack._engine.scheduler import Inline
from gcpstack._stack.session import Session
from gcpstack.emulator import Emulator
from gcpstack.emulator.dataplane.messages import Asked


@dataclass
class Users:
    """A clock that moves the emulator's, while so many requests a second come in.

    Attributes:
        emulator: whose data plane is asked, and whose clock it is; it stands still by itself.
        host: what users ask for.
        rate: requests a second.
        answers: how many there were by status.
        by: how many a revision answered.
        at: is told the seconds that have passed, before each second's requests.
    """

    emulator: Emulator
    host: str
    rate: int = 15
    began: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)
    at: Callable[[float], None] = lambda _seconds: None

    def __post_init__(self) -> None:
        """Take note of the time."""
        self.began = self.emulator.world.now()

    def monotonic(self) -> float:
        """Tell the seconds since the users came."""
        return self.emulator.world.now() - self.began

    def now(self) -> datetime:
        """Tell the emulator's time."""
        return datetime.fromtimestamp(self.emulator.world.now(), UTC)

    def sleep(self, seconds: float, /) -> None:
        """Let time pass, a second at a time, with its requests.

        A moment is the least: a number as large as the time of day can't hold less.
        """
        left = max(seconds, 0.001)
        while left > 0:
            step = min(left, 1.0)
            self.at(self.monotonic())
            self._ask(round(self.rate * step))
            self.emulator.world.advance(step)
            left -= step

    def _ask(self, number: int) -> None:
        plane = self.emulator.plane
        loop = plane.loop
        rule = next((one.rule for one in plane.listeners.values() if one.secure), "")
        if loop is None or not rule:
            return
        asked = Asked("GET", "https", self.host, "/", headers=(("host", self.host),))
        for _ in range(number):
            answer = asyncio.run_coroutine_threadsafe(plane.balanced(rule, asked), loop).result()
            self.answers[answer.status] += 1
            self.by[_revision(answer.body)] += 1


def _revision(body: bytes) -> str:
    text = body.decode()
    return text.partition('"revision": "')[2].partition('"')[0]


def apply(
    stack: Stack, settings: Settings, users: Users, told: list[events.Event] | None = None
) -> Any:
    """Apply a stack while users go on asking."""
    listen = (told if told is not None else []).append
    session = Session(stack, settings, listen, clock=users, executor=Inline(), seed=0)
    with session:
        session.prepare()
        result = session.apply(session.plan())
        result.outcome.raise_failed()
        return result
