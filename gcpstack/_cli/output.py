"""Where the words go: text for people, JSON for programs."""

import json
import os
import sys
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from gcpstack._cli import render
from gcpstack._core.refs import Address
from gcpstack._engine import events
from gcpstack._engine.plan import Plan
from gcpstack._stack.result import Report

_SHOWN = 12
_FRAMES_A_SECOND = 8


class Output(Protocol):
    """What a command tells its user."""

    def plan(self, plan: Plan) -> None:
        """Tell a plan."""

    def event(self, event: events.Event) -> None:
        """Tell what happens."""

    def report(self, report: Report, *, trouble_only: bool = False) -> None:
        """Tell how the resources stand."""

    def failed(self, error: str) -> None:
        """Tell that the command ends without its result."""

    def __enter__(self) -> Self:
        """Begin the run."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it; the terminal is as it was before."""


def console(*, color: bool = True, stderr: bool = False) -> Console:
    """Make a console: plain where it is no terminal, or the user wants it so."""
    stream = sys.stderr if stderr else sys.stdout
    plain = not color or bool(os.environ.get("NO_COLOR")) or not stream.isatty()
    # A pipe or file gets whole lines, however long: whoever reads them may search them.
    width = None if stream.isatty() else 10_000
    return Console(
        file=stream, no_color=plain, highlight=False, markup=False, soft_wrap=True, width=width
    )


class JsonOutput:
    """One JSON object for a plan or report; one a line for events."""

    def __init__(self, *, streams: bool) -> None:
        """Write to standard output; *streams* for a run whose events are told."""
        self._streams = streams

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """There is nothing to put back."""

    def plan(self, plan: Plan) -> None:
        """Write the plan: as the answer, or as an event where events are told."""
        if self._streams:
            self._line({"event": "planned", "summary": plan.summary})
        else:
            print(json.dumps(plan.to_json(), indent=2, ensure_ascii=False))

    def event(self, event: events.Event) -> None:
        """Write an event."""
        self._line(render.event_json(event))

    def report(self, report: Report, *, trouble_only: bool = False) -> None:
        """Write the report."""
        if not trouble_only:
            print(json.dumps(report.to_json(), indent=2, ensure_ascii=False))

    def failed(self, error: str) -> None:
        """End the stream as every stream ends."""
        if self._streams:
            self._line({"event": "finished", "ok": False, "outputs": {}, "error": error})

    def _line(self, body: dict[str, object]) -> None:
        print(json.dumps(body, ensure_ascii=False), flush=True)


class TextOutput:
    """Text; on a terminal with what is running kept in sight below it."""

    def __init__(self, *, color: bool, now: Callable[[], float]) -> None:
        """Write to standard output.

        Args:
            color: use colours where the terminal has them.
            now: tells seconds, for how long something has been running.
        """
        self.console = console(color=color)
        self._now = now
        self._running: dict[Address, tuple[str, float, str]] = {}
        self._total = 0
        self._ended = 0
        self._began = 0.0
        self._live: Live | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the picture of what is running down."""
        self._stop()

    def lines(self, lines: Iterable[Text]) -> None:
        """Write lines."""
        for line in lines:
            self.console.print(line)

    def plan(self, plan: Plan) -> None:
        """Write the plan."""
        self.lines(render.plan_lines(plan))

    def report(self, report: Report, *, trouble_only: bool = False) -> None:
        """Write the report, or just what is not ready yet."""
        if not trouble_only:
            self.lines(render.report_lines(report))
            return
        for row in report.rows:
            if row.exists and row.health.value != "ready":
                self.lines(render.row_lines(row))

    def failed(self, error: str) -> None:
        """Errors go to the other stream."""

    def event(self, event: events.Event) -> None:
        """Follow what is running, and write what ended."""
        match event:
            case events.RunStarted(total=total):
                self._start(total)
            case events.TaskStarted(address=address, action=action):
                self._running[address] = (action, self._now(), "")
            case events.TaskWaiting(address=address, reason=reason):
                action, began, _ = self._running.get(address, ("", self._now(), ""))
                self._running[address] = (action, began, reason)
            case events.RunFinished():
                self._stop()
                self.lines(render.output_lines(event.outputs))
                if event.counts or not event.ok:
                    self.lines(render.closing_lines(event))
            case _:
                self._ended_or_noted(event)

    def _ended_or_noted(self, event: events.Event) -> None:
        if isinstance(event, events.TaskFinished | events.TaskFailed | events.TaskParked):
            self._running.pop(event.address, None)
            self._ended += 1
        line = render.event_line(event)
        if line is not None:
            self.console.print(line)

    def _start(self, total: int) -> None:
        self._total, self._ended, self._began = total, 0, self._now()
        if self.console.is_terminal and total:
            self._live = Live(
                get_renderable=self._picture,
                console=self.console,
                refresh_per_second=_FRAMES_A_SECOND,
                transient=True,
            )
            self._live.start()

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _picture(self) -> RenderableType:
        now = self._now()
        rows: list[RenderableType] = []
        running = sorted(self._running.items(), key=lambda item: item[1][1])
        for address, (action, began, reason) in running[:_SHOWN]:
            text = f"{action} {address}  {render.duration(now - began)}"
            rows.append(Spinner("dots", text=f"{text}  {reason}" if reason else text))
        if len(running) > _SHOWN:
            rows.append(Text(f"  and {len(running) - _SHOWN} more", "dim"))
        done = f"{self._ended} of {self._total} done, {render.duration(now - self._began)}"
        return Group(*rows, Text(done, "bold"))
