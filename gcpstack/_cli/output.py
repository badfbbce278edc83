"""Where the words go: text for people, JSON for programs."""

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Protocol, TextIO

from rich.console import Console
from rich.text import Text

from gcpstack._cli.failures import Failure
from gcpstack._cli.progress import LiveDisplay, RunProgress
from gcpstack._cli.render.plans import heading, plan_lines
from gcpstack._cli.render.runs import (
    RunSummary,
    closing_lines,
    event_line,
    failure_lines,
    report_lines,
)
from gcpstack._cli.sanitize import escaped, sanitized
from gcpstack._core.refs import Address
from gcpstack._core.resource import Scope
from gcpstack._engine import events
from gcpstack._engine.plan import Plan
from gcpstack._stack.result import Report

#: Lines in a pipe or file stay whole, however long: whoever reads them may search them.
_ENDLESS = 1_000_000
_GO_ON = "Run the same command again: it goes on where this one stopped."


class Output(Protocol):
    """What a command tells."""

    @property
    def width(self) -> int:
        """How many characters a line may have."""

    def busy(self, what: str) -> contextlib.AbstractContextManager[None]:
        """Say what takes a moment, for as long as it does."""

    def plan(self, plan: Plan, scope: Scope, *, verbose: bool) -> None:
        """Tell a plan."""

    def event(self, event: events.Event) -> None:
        """Tell what happens; never fails, because a run must not fail for want of a reader."""

    def stopping(self) -> None:
        """Say that the run stops in good order; called from a signal handler."""

    def note(self, text: str) -> None:
        """Say something in passing."""

    def answer(self, lines: Iterable[Text], body: Mapping[str, object]) -> None:
        """Tell what was asked for: *lines* to people, *body* to programs."""

    def closing(self, closing: RunSummary) -> None:
        """Tell how a run ended."""

    def report(self, report: Report) -> None:
        """Show the state of everything."""

    def failed(self, found: Sequence[Failure], *, stopped: bool, goes_on: bool = True) -> None:
        """Tell what went wrong; the last that is told, if anything did.

        Where a signal *stopped* the command, the same command *goes on* later, or has nothing to.
        """

    def close(self) -> None:
        """Leave the terminal as it was."""


class Terminal:
    """A stream to write lines to; one that nobody reads any more is not written to."""

    def __init__(self, stream: TextIO, *, color: bool = True) -> None:
        """Write to *stream*, in colours if it is a terminal that has them."""
        self.stream = stream
        self.lively = stream.isatty() and os.environ.get("TERM") != "dumb"
        plain = not (color and self.lively) or bool(os.environ.get("NO_COLOR"))
        self.console = Console(
            file=stream,
            force_terminal=self.lively,
            no_color=plain,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
        )

    @property
    def width(self) -> int:
        """How many characters a line may have."""
        return self.console.width if self.stream.isatty() else _ENDLESS

    def lines(self, lines: Iterable[Text]) -> None:
        """Write lines."""
        with readers_may_leave(self.stream):
            for line in lines:
                line.plain = sanitized(line.plain)
                if self.lively:
                    self.console.print(line)
                else:
                    self.stream.write(f"{line.plain}\n")
            self.stream.flush()


@contextlib.contextmanager
def readers_may_leave(stream: TextIO) -> Iterator[None]:
    """Go on without words if whoever read the stream has left, as ``| head`` does, or it is full."""
    try:
        yield
    except OSError as error:
        if not isinstance(error, BrokenPipeError) and stream is not sys.stderr:
            with contextlib.suppress(OSError):
                sys.stderr.write(f"The output can't be written: {error.strerror}.\n")
        # Else the interpreter would complain when it flushes the stream at the end.
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


class TextOutput:
    """Text; on a terminal with what is running kept in sight below it."""

    def __init__(self, out: Terminal, err: Terminal, now: Callable[[], float]) -> None:
        """Write to two streams.

        Args:
            out: what was asked for.
            err: what went wrong.
            now: tells seconds, for how long something has been running.
        """
        self.out, self.err = out, err
        self._now = now
        self._began = 0.0
        self.board = RunProgress()
        self._picture: LiveDisplay | None = None

    @property
    def width(self) -> int:
        """How many characters a line may have."""
        return self.out.width

    @contextlib.contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """Show a spinner, where there is a terminal."""
        if not self.out.lively:
            yield
            return
        with self.out.console.status(Text(f"{what} …", "dim")):
            yield

    def plan(self, plan: Plan, scope: Scope, *, verbose: bool) -> None:
        """Write the plan."""
        lines = plan_lines(plan, self.out.width, verbose=verbose)
        self.out.lines([heading(plan, scope), Text(), *lines])

    def event(self, event: events.Event) -> None:
        """Follow what is running, and write what is worth a line."""
        if isinstance(event, events.RunStarted):
            self.close()  # a rollback follows the run that failed
            self._began = self._now() - event.at
            self.board = RunProgress(stopping=self.board.stopping)
            self.board.take(event)
            self._start()
            return
        if self._picture is None:
            self.board.take(event)
            line = event_line(event)
        else:
            self._picture.take(event)
            passing = (events.TaskStarted, events.TaskWaiting, events.TaskRetried)
            line = None if isinstance(event, passing) else event_line(event)
        if isinstance(event, events.RunFinished):
            self.close()
        elif line is not None:
            self.out.lines([line])

    def stopping(self) -> None:
        """Say so on the picture, or on a line."""
        self.board.stopping = True
        if self._picture is None:
            with contextlib.suppress(RuntimeError, OSError):  # a line may be under way already
                self.err.stream.write("Stopping cleanly; once more quits at once.\n")
                self.err.stream.flush()

    def note(self, text: str) -> None:
        """Write a line."""
        self.out.lines([Text(text)])

    def answer(self, lines: Iterable[Text], body: Mapping[str, object]) -> None:
        """Write the lines."""
        self.out.lines(lines)

    def closing(self, closing: RunSummary) -> None:
        """Write how the run ended."""
        self.out.lines([Text(), *closing_lines(closing, self.out.width)])

    def report(self, report: Report) -> None:
        """Render the state of everything."""
        self.out.lines(report_lines(report, self.out.width))

    def failed(self, found: Sequence[Failure], *, stopped: bool, goes_on: bool = True) -> None:
        """Write what went wrong."""
        self.err.lines(failure_lines(found, self.err.width))
        if stopped:
            more = f" {_GO_ON}" if goes_on else ""
            self.err.lines([Text.assemble(("Stopped.", "bold yellow"), more)])

    def close(self) -> None:
        """Take the picture down."""
        if self._picture is not None:
            self._picture.stop()
            self._picture = None

    def _start(self) -> None:
        if self.out.lively and self.board.total:
            self._picture = LiveDisplay(
                self.out.console, self.board, lambda: self._now() - self._began
            )
            self._picture.start()


class JsonOutput:
    """One JSON object, or for a run one event a line; the last says how it ended."""

    def __init__(self, out: Terminal, err: Terminal, *, streams: bool) -> None:
        """Write to two streams.

        Args:
            out: the JSON.
            err: what went wrong, for people.
            streams: the command is a run whose events are told.
        """
        self.out, self.err = out, err
        self._streams = streams
        self._at = 0.0
        self._answered = False
        self._closing: RunSummary | None = None

    @property
    def width(self) -> int:
        """Lines have no end: nobody reads them but in a file."""
        return _ENDLESS

    @contextlib.contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """Say nothing."""
        yield

    def plan(self, plan: Plan, scope: Scope, *, verbose: bool) -> None:
        """Write the plan: as the answer, or as an event where events are told."""
        body = {"project": scope.project, "region": scope.region, **plan.to_json()}
        if self._streams:
            self._line({"event": "planned", **body})
        else:
            self._answer(body)

    def event(self, event: events.Event) -> None:
        """Write an event; the end of the run is told by `closing` or `failed`."""
        self._at = event.at
        if not isinstance(event, events.RunFinished):
            self._line(event_json(event))

    def stopping(self) -> None:
        """Say nothing: the end says it."""

    def note(self, text: str) -> None:
        """Write a line, for people."""
        self.err.lines([Text(text)])

    def answer(self, lines: Iterable[Text], body: Mapping[str, object]) -> None:
        """Write the body: as the answer, or as an event where events are told."""
        if self._streams:
            self._line(dict(body))
        else:
            self._answer(dict(body))

    def closing(self, closing: RunSummary) -> None:
        """Keep how the run ended; what failed belongs to it."""
        self._closing = closing
        if closing.result.outcome.ok:
            self._finish(())

    def report(self, report: Report) -> None:
        """Render the state of everything."""
        self._answer(report.to_json())

    def failed(self, found: Sequence[Failure], *, stopped: bool, goes_on: bool = True) -> None:
        """End the stream as every stream ends; say it in words too."""
        if self._streams:
            self._finish(found, stopped=stopped)
        elif not self._answered:
            body = {"ok": False, **_errors(found)}
            if stopped:
                body |= {"stopped": True, "error": body["error"] or "The command was stopped."}
            self._answer(body)
        self.err.lines(failure_lines(found, self.err.width))

    def close(self) -> None:
        """There is nothing to put back."""

    def _finish(self, found: Sequence[Failure], *, stopped: bool = False) -> None:
        body: dict[str, object] = {"event": "finished", "at": _rounded(self._at)}
        body |= {"ok": not found and not stopped, "outputs": {}}
        if self._closing is not None:
            body |= _closing_json(self._closing)
        if stopped:
            body |= {"stopped": True, "error": f"The run was stopped. {_GO_ON}"}
        if found:
            body |= _errors(found)
        self._line(body)

    def _answer(self, body: dict[str, object]) -> None:
        self._answered = True
        self._write(json.dumps(body, indent=2, ensure_ascii=False, default=str))

    def _line(self, body: dict[str, object]) -> None:
        self._write(json.dumps(body, ensure_ascii=False, default=str))

    def _write(self, text: str) -> None:
        with readers_may_leave(self.out.stream):
            self.out.stream.write(f"{escaped(text)}\n")
            self.out.stream.flush()


def _errors(found: Sequence[Failure]) -> dict[str, object]:
    """Return what went wrong: in one text, and one by one."""
    words = "\n".join(line.plain for line in failure_lines(found, _ENDLESS))
    return {
        "error": re.sub(r"^error: ", "", words, flags=re.MULTILINE),
        "errors": [failure.to_json() for failure in found],
    }


def _closing_json(closing: RunSummary) -> dict[str, object]:
    outcome, undone = closing.result.outcome, closing.result.undone
    rollback: dict[str, object] = {}
    if undone is not None:
        kept = [item.to_json() for item in undone.kept]
        rollback["rollback"] = {"ok": undone.outcome.ok, **undone.plan.to_json(), "kept": kept}
    return rollback | {
        "ok": outcome.ok,
        "outputs": dict(closing.result.outputs),
        "summary": closing.result.plan.summary,
        "counts": dict(closing.counts),
        "retries": closing.retries,
        "seconds": _rounded(outcome.seconds),
        "critical_path": [
            {"address": address, "seconds": _rounded(seconds)}
            for address, seconds in outcome.critical_path
        ],
        "not_ready": [
            row.to_json() for row in closing.result.report.rows if row.health.value != "ready"
        ],
    }


def event_json(event: events.Event) -> dict[str, object]:
    """Write an event for programs."""
    body: dict[str, object] = {"event": _snake(type(event).__name__)}
    for field in fields(event):
        value = getattr(event, field.name)
        if isinstance(value, float):
            value = _rounded(value)
        elif isinstance(value, Address):
            value = str(value)
        body[field.name] = value
    return body


def _rounded(seconds: float) -> float:
    return round(seconds, 3)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def outputs(
    *, json_wanted: bool, streams: bool, color: bool, now: Callable[[], float]
) -> TextOutput | JsonOutput:
    """Return the output that was asked for, on the process's own streams."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no arrow shows a question mark, and not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    out, err = Terminal(sys.stdout, color=color), Terminal(sys.stderr, color=color)
    if json_wanted:
        return JsonOutput(out, err, streams=streams)
    return TextOutput(out, err, now)
