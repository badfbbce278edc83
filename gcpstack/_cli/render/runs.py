"""What happens, how it ended, the state of everything, and what went wrong: as text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

from gcpstack._cli.failures import Failure
from gcpstack._cli.render.layout import count, duration, joined, output_lines, wrapped
from gcpstack._cli.render.plans import ACTIONS
from gcpstack._cli.render.traffic import traffic_bar
from gcpstack._core.kinds import Health
from gcpstack._engine import events
from gcpstack._engine.plan import Action
from gcpstack._engine.rollback import Kept
from gcpstack._stack.result import Report, Result, StatusRow, Undone

_DONE = {
    Action.CREATE: "created",
    Action.ADOPT: "adopted",
    Action.UPDATE: "updated",
    Action.REPLACE: "replaced",
    Action.DELETE: "deleted",
    Action.FORGET: "left alone",
    Action.NOOP: "unchanged",
}
_HEALTH = {
    Health.READY: ("✓", "green"),
    Health.PENDING: ("…", "yellow"),
    Health.FAILED: ("✗", "red"),
}
_FAR = 64
_BODY = "      "


def event_line(event: events.Event) -> Text | None:
    """Write an event on one line; None for those that have a form of their own."""
    found = _event(event)
    if found is None:
        return None
    mark, style, words, dim = found
    line = Text.assemble((f"{mark} ", style), words)
    if dim:
        line.append(f"  {dim}", "dim")
    return line


def _event(event: events.Event) -> tuple[str, str, str, str] | None:  # noqa: C901, PLR0911 # one an event
    """Return the mark, its style, the words, and what stands behind them."""
    match event:
        case events.TaskStarted(address=address, action=action):
            sign, style, _, _ = ACTIONS[Action(action)]
            return sign, style, f"{action} {address}", "started"
        case events.TaskWaiting(address=address, reason=reason):
            return "·", "dim", str(address), reason
        case events.TaskRetried(address=address, reason=reason, pause=pause):
            return "↻", "yellow", str(address), f"retry in {duration(pause)}: {reason}"
        case events.TaskFinished(address=address, action=action, seconds=seconds):
            return "✓", "green", f"{action} {address}", duration(seconds)
        case events.TaskFailed(address=address, action=action, error=error):
            return "✗", "red", f"{action} {address}", error
        case events.TaskSkipped(address=address, action=action, reason=reason):
            return "-", "yellow", f"{action} {address}", f"not started: {reason}"
        case events.TaskParked(address=address, action=action):
            return "…", "yellow", f"{action} {address}", "goes on at Google"
        case events.TrafficDivided(address=address, shares=shares):
            return "⇄", "cyan", str(address), traffic_bar(shares)
        case events.Noted(address=None, text=text):
            return "·", "dim", text, ""
        case events.Noted(address=address, text=text):
            return "·", "dim", str(address), text
    return None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What is told at the end of a run.

    Attributes:
        result: what it did.
        counts: tasks by how they ended.
        retries: how many calls were made again.
    """

    result: Result
    counts: Mapping[str, int]
    retries: int = 0


def closing_lines(closing: RunSummary, width: int) -> Iterator[Text]:
    """Write how a run ended: what stands where, the outputs, what was done and what took so long."""
    outcome = closing.result.outcome
    trouble = [
        row for row in closing.result.report.rows if row.exists and row.health is not Health.READY
    ]
    if trouble:
        yield Text("Not ready yet:", "bold yellow")
        for row in trouble:
            yield from row_lines(row, width)
        yield Text()
    if closing.result.outputs:
        yield from output_lines(closing.result.outputs, width)
        yield Text()
    path = [(name, seconds) for name, seconds in outcome.critical_path if seconds > 0]
    if path:
        total = sum(seconds for _, seconds in path)
        yield Text(f"Critical path, {duration(total)}:", "dim")
        for name, seconds in path:
            yield Text(f"  {duration(seconds):>12}  {name}", "dim")
    if closing.result.undone is not None:
        yield from _undone_lines(
            closing.result.undone, closing.result.outcome is not closing.result.undone.outcome
        )
    yield _sum(closing)


def _undone_lines(undone: Undone, fell_back: bool) -> Iterator[Text]:
    """Write what a rollback did, and what it left.

    Args:
        undone: the rollback.
        fell_back: it followed an apply that failed, whose own end is told below.
    """
    yield from kept_lines(undone.kept, "Not undone:")
    if not fell_back:
        return
    counts = Counter(change.action for change in undone.plan.changes if change.mutates)
    words = {Action.DELETE: "deleted", Action.UPDATE: "set back"}
    parts = [f"{counts[action]} {word}" for action, word in words.items() if counts[action]]
    if undone.outcome.ok:
        yield Text(f"Rolled back: {', '.join(parts) or 'nothing had been done'}.", "bold yellow")
    else:
        go_on = "`gcpstack rollback` goes on with it, an apply goes forward again."
        yield Text(f"The rollback is not complete: {go_on}", "bold red")


def kept_lines(kept: Sequence[Kept], title: str) -> Iterator[Text]:
    """Write what is not undone, and why."""
    if kept:
        yield Text(title, "bold yellow")
    for item in kept:
        yield Text.assemble("  · ", str(item.address), (f"  {item.reason}", "dim"))


def _sum(closing: RunSummary) -> Text:
    outcome, plan = closing.result.outcome, closing.result.plan
    if outcome.ok and plan.empty:
        return Text("Nothing to do: everything is as declared.", "bold green")
    if outcome.ok:
        counts = Counter(change.action for change in plan.changes)
        parts = [f"{counts[action]} {_DONE[action]}" for action in _DONE if counts[action]]
        out = Text.assemble(("Done", "bold green"), f": {', '.join(parts)}.")
    else:
        parts = [f"{number} {how}" for how, number in closing.counts.items() if number]
        out = Text.assemble(("Not done", "bold red"), f": {', '.join(parts)}." if parts else ".")
    out.append(f" It took {duration(outcome.seconds)}")
    if closing.retries:
        out.append(f", with {count(closing.retries, 'retry', 'retries')}")
    return out.append(".")


def report_lines(report: Report, width: int) -> Iterator[Text]:
    """Render the state of every resource."""
    column = min(max((len(str(row.address)) for row in report.rows), default=0), _FAR)
    for row in report.rows:
        yield from row_lines(row, width, column)
    if report.rows:
        yield Text()
    if report.outputs:
        yield from output_lines(report.outputs, width)
        yield Text()
    yield _standing(report.rows)


def row_lines(row: StatusRow, width: int, column: int = 0) -> Iterator[Text]:
    """Render the state of one resource.

    Args:
        row: the resource.
        width: of the terminal.
        column: how wide the addresses are.
    """
    mark, style = _HEALTH[row.health] if row.exists else ("+", "red")
    rest = Text(row.label, style)
    if row.drift:
        rest.append(f"  differs: {', '.join(row.drift)}", "yellow")
    address = str(row.address)
    line = Text.assemble((f"  {mark} ", style), address)
    line.pad_right(min(column, max(width - len(rest) - 6, 0)) - len(address))
    yield from joined(line, rest, width, _BODY)
    for text in row.detail:
        yield from wrapped(text, width, _BODY, style="dim")


def _standing(rows: Sequence[StatusRow]) -> Text:
    parts = {
        "ready": sum(row.exists and row.health is Health.READY for row in rows),
        "pending": sum(row.exists and row.health is Health.PENDING for row in rows),
        "failed": sum(row.exists and row.health is Health.FAILED for row in rows),
        "not there": sum(not row.exists for row in rows),
        "not as declared": sum(bool(row.drift) for row in rows),
    }
    told = [(number, word) for word, number in parts.items() if number]
    if not told:
        return Text("Nothing is declared, and nothing is there.", "bold green")
    good = all(word == "ready" for _, word in told)
    words = ", ".join(f"{number} {word}" for number, word in told)
    return Text(
        f"{count(len(rows), 'resource')}: {words}.", "bold green" if good else "bold yellow"
    )


def failure_lines(found: Iterable[Failure], width: int) -> Iterator[Text]:
    """Write what went wrong, and what to do about each."""
    for failure in found:
        where = f"{failure.addresses[0]}: " if failure.addresses else ""
        why = f" ({failure.reason})" if failure.reason else ""
        colon = ":" if failure.problems else ""
        words = f"{where}{failure.message}{why}{colon}"
        first, *rest = wrapped(words, width, "  ", first="error: ")
        first.stylize("bold red", 0, len("error:"))
        yield first
        yield from rest
        for problem in failure.problems:
            where = f" ({problem.line})" if problem.line else ""
            yield from wrapped(f"{problem}{where}", width, "    ", first="  ")
        others = failure.addresses[1:]
        if others:
            yield from wrapped(f"The same happened to {', '.join(others)}.", width, "  ")
        if failure.remedy:
            yield from wrapped(failure.remedy, width, "  ", style="bold")
