"""What is running while a stack converges: first as a value, then as a picture that moves."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from gcpstack._cli.render.layout import count, duration
from gcpstack._cli.render.plans import ACTIONS
from gcpstack._cli.sanitize import sanitized
from gcpstack._core.refs import Address
from gcpstack._engine import events
from gcpstack._engine.plan import Action

_FRAMES_A_SECOND = 8
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
#: Lines of the terminal that the picture leaves to what scrolls by above it.
_SPARE = 6


@dataclass(frozen=True, slots=True)
class Running:
    """One task under way.

    Attributes:
        action: what is done.
        began: when, in the seconds of the run's clock.
        reason: what it waits for.
        retries: how many of its calls were made again.
    """

    action: str
    began: float
    reason: str = ""
    retries: int = 0


@dataclass(slots=True)
class RunProgress:
    """Where a run stands: its events, folded into one value.

    Attributes:
        began: when it began, in the seconds of its clock.
        total: how many tasks there are.
        running: those under way.
        counts: those that ended, by how.
        retries: how many calls were made again.
        stopping: the run was told to stop.
    """

    began: float = 0.0
    total: int = 0
    running: dict[Address, Running] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    stopping: bool = False

    @property
    def ended(self) -> int:
        """How many tasks have ended, well or not."""
        return sum(self.counts.values())

    def take(self, event: events.Event) -> None:
        """Take note of an event."""
        match event:
            case events.RunStarted(total=total, at=at):
                self.total, self.began = total, at
            case events.TaskStarted(address=address, action=action, at=at):
                self.running[address] = Running(action, at)
            case events.TaskWaiting(address=address, reason=reason):
                self._change(address, reason=reason)
            case events.TaskRetried(address=address, reason=reason, pause=pause):
                self.retries += 1
                known = self.running.get(address)
                words = f"retry in {duration(pause)}: {reason}"
                self._change(address, reason=words, retries=known.retries + 1 if known else 0)
            case events.TaskFinished(address=address):
                self._end(address, "done")
            case events.TaskFailed(address=address):
                self._end(address, "failed")
            case events.TaskSkipped(address=address):
                self._end(address, "skipped")
            case events.TaskParked(address=address):
                self._end(address, "parked")

    def _change(self, address: Address, **changes: object) -> None:
        known = self.running.get(address)
        if known is not None:
            self.running[address] = replace(known, **changes)  # type: ignore[arg-type] # its own fields

    def _end(self, address: Address, how: str) -> None:
        self.running.pop(address, None)
        self.counts[how] = self.counts.get(how, 0) + 1

    def lines(self, now: float, width: int, height: int) -> list[Text]:
        """Write it: what has been running longest first, then the counters.

        Args:
            now: seconds on the run's clock.
            width: of the terminal, in characters; no line is longer.
            height: how many lines there may be.
        """
        tasks = sorted(self.running.items(), key=lambda item: item[1].began)
        room = max(height - 1, 1)
        shown = tasks if len(tasks) <= room else tasks[: room - 1]
        frame = _SPINNER[int(now * _FRAMES_A_SECOND) % len(_SPINNER)]
        out = [self._line(address, task, now, frame) for address, task in shown]
        if len(shown) < len(tasks):
            out.append(Text(f"  and {len(tasks) - len(shown)} more", "dim"))
        out.append(self._counters(now))
        for line in out:
            line.plain = sanitized(line.plain).replace("\n", " ")
            line.truncate(width, overflow="ellipsis")
        return out

    def _line(self, address: Address, task: Running, now: float, frame: str) -> Text:
        style = ACTIONS[Action(task.action)][1]
        line = Text.assemble((f"{frame} ", style), f"{task.action} {address}")
        line.append(f"  {duration(max(0.0, now - task.began))}", "bold")
        if task.reason:
            line.append(f"  {task.reason}", "dim")
        return line

    def _counters(self, now: float) -> Text:
        waiting = max(0, self.total - self.ended - len(self.running))
        parts = [f"{self.counts.get('done', 0)} of {self.total} done"]
        parts += [
            f"{self.counts[how]} {how}" for how in ("failed", "skipped") if how in self.counts
        ]
        parts += [f"{len(self.running)} running"] if self.running else []
        parts += [f"{waiting} waiting for others"] if waiting else []
        parts += [count(self.retries, "retry", "retries")] if self.retries else []
        line = Text(f"{', '.join(parts)}; {duration(max(0.0, now - self.began))}", "bold")
        if self.stopping:
            line.append("; stopping, Ctrl-C again leaves at once", "bold yellow")
        return line


class LiveDisplay:
    """Keeps the board in sight below what scrolls by."""

    def __init__(self, console: Console, board: RunProgress, now: Callable[[], float]) -> None:
        """Take the terminal.

        Args:
            console: the terminal.
            board: what is drawn; only changed through `take`.
            now: tells seconds on the run's clock.
        """
        self._console = console
        self._board = board
        self._now = now
        # The terminal is drawn by a thread of its own.
        self._lock = threading.RLock()
        self._live = Live(
            get_renderable=self._draw,
            console=console,
            refresh_per_second=_FRAMES_A_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self) -> None:
        """Begin to draw."""
        self._live.start()

    def stop(self) -> None:
        """Take the picture down; the cursor is back."""
        self._live.stop()

    def take(self, event: events.Event) -> None:
        """Take note of an event."""
        with self._lock:
            self._board.take(event)

    def _draw(self) -> Group:
        size = self._console.size
        with self._lock:
            lines = self._board.lines(self._now(), size.width, max(3, size.height - _SPARE))
        return Group(*lines)
