"""Plans, reports and events as text for people. Pure."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rich.text import Text

from gcpstack._core.facets import Facet
from gcpstack._core.json import get
from gcpstack._core.kinds import Health
from gcpstack._core.refs import UNKNOWN
from gcpstack._engine import events
from gcpstack._engine.diff import FieldDiff, declared_paths
from gcpstack._engine.plan import COUNTED, Action, Change, Plan, shown
from gcpstack._stack.result import Report, StatusRow

SYMBOLS = {
    Action.CREATE: ("+", "green"),
    Action.ADOPT: ("^", "cyan"),
    Action.UPDATE: ("~", "yellow"),
    Action.REPLACE: ("±", "magenta"),
    Action.DELETE: ("-", "red"),
    Action.FORGET: (".", "dim"),
    Action.NOOP: (" ", "dim"),
}
_VERBS = {
    Action.CREATE: "create",
    Action.ADOPT: "adopt",
    Action.UPDATE: "update",
    Action.REPLACE: "replace",
    Action.DELETE: "delete",
    Action.NOOP: "unchanged",
}
_LONGEST = 96


def plan_lines(plan: Plan) -> Iterator[Text]:
    """Write a plan: what changes, by action; then the problems, and the sum."""
    shown_changes = [change for change in plan.changes if _worth_showing(change)]
    for change in shown_changes:
        yield from _change_lines(change)
    if shown_changes:
        yield Text()
    for problem in plan.problems:
        yield Text.assemble(("problem: ", "bold red"), problem.message)
        if problem.remedy:
            yield Text(f"  {problem.remedy}")
    yield summary_line(plan)


def _worth_showing(change: Change) -> bool:
    return change.action is not Action.NOOP or bool(change.notes) or bool(change.retire)


def summary_line(plan: Plan) -> Text:
    """Count the changes."""
    counts = plan.summary
    if plan.empty:
        return Text(f"Nothing changes: {counts['noop']} resources are as declared.", "bold green")
    parts = [
        (f"{counts[action.value]} to {_VERBS[action]}", SYMBOLS[action][1])
        for action in COUNTED
        if counts[action.value] and action is not Action.NOOP
    ]
    if counts["noop"]:
        parts.append((f"{counts['noop']} unchanged", "dim"))
    out = Text("Plan: ", "bold")
    for index, (words, style) in enumerate(parts):
        out.append(", " if index else "")
        out.append(words, style)
    out.append(".")
    return out


def _change_lines(change: Change) -> Iterator[Text]:
    symbol, style = SYMBOLS[change.action]
    head = Text.assemble((f"{symbol} ", f"bold {style}"), (str(change.address), "bold"))
    head.append(f"  {change.reason}", "dim")
    yield head
    if change.predecessor is not None:
        old, new = _last(change.predecessor.path), _last(change.target.path)
        yield Text(f"    {old} → {new}", style)
    if change.action is Action.CREATE:
        yield from _body_lines(change)
    for diff in change.diff:
        yield _diff_line(diff)
    for old_target in change.retire:
        yield Text(f"    {_last(old_target.path)} goes when nothing uses it any more", "dim")
    for note in change.notes:
        yield Text(f"    {note}", "dim")


def _body_lines(change: Change) -> Iterator[Text]:
    """Write what a new object will hold, in the names of its declaration."""
    if change.declared is None:
        return
    table = change.declared.table
    for path in declared_paths(change.desired):
        value = get(change.desired, path)
        hidden = table.at(path).facets & Facet.SENSITIVE
        words = "(sensitive)" if hidden and value is not UNKNOWN else _value(value)
        yield Text.assemble("    ", (table.python_name(path), "dim"), ": ", words)


def _diff_line(diff: FieldDiff) -> Text:
    line = Text("    ")
    line.append(diff.name, "bold")
    line.append(": ")
    line.append(
        _value("(sensitive)" if diff.sensitive and diff.before is not None else diff.before), "red"
    )
    line.append(" → ", "dim")
    after = "(unset)" if diff.unset else "(sensitive)" if diff.sensitive else diff.after
    line.append(_value(after), "green")
    if diff.forces_replace:
        line.append("  can't change in place", "magenta")
    return line


def _value(value: object) -> str:
    """Write a value on one line; a long one is cut in the middle."""
    value = shown(value)
    if value is None:
        return "(none)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", "⏎")
    if len(text) > _LONGEST:
        half = (_LONGEST - 1) // 2
        text = f"{text[:half]}…{text[-half:]}"
    return text


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1]


# -- status

_HEALTH = {
    Health.READY: ("✔", "green"),
    Health.PENDING: ("…", "yellow"),
    Health.FAILED: ("✘", "red"),
}


def report_lines(report: Report) -> Iterator[Text]:
    """Write how every resource stands."""
    width = max((len(str(row.address)) for row in report.rows), default=0)
    for row in report.rows:
        yield from row_lines(row, width)
    yield from output_lines(report.outputs)
    bad = [
        row for row in report.rows if not row.exists or row.health is not Health.READY or row.drift
    ]
    if bad:
        yield Text(f"{len(bad)} of {len(report.rows)} resources need attention.", "bold yellow")
    else:
        yield Text(f"All {len(report.rows)} resources are ready and as declared.", "bold green")


def row_lines(row: StatusRow, width: int = 0) -> Iterator[Text]:
    """Write how one resource stands."""
    mark, style = _HEALTH[row.health] if row.exists else ("-", "red")
    line = Text.assemble((f"{mark} ", style), (str(row.address).ljust(width), ""), "  ")
    line.append(row.label, style)
    if row.drift:
        line.append(f"  differs: {', '.join(row.drift)}", "yellow")
    yield line
    for text in row.detail:
        yield Text(f"    {text}", "dim")


def output_lines(outputs: Mapping[str, object]) -> Iterator[Text]:
    """Write the stack's outputs."""
    for name, value in outputs.items():
        if isinstance(value, list | tuple):
            yield Text.assemble((name, "bold"), ":")
            for item in value:
                yield Text(f"  {_plain(item)}")
        else:
            yield Text.assemble((name, "bold"), f": {_plain(value)}")


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return "  ".join(f"{_plain(inner)}" for inner in value.values())
    return str(value)


# -- events

_DONE = {
    "create": "created",
    "adopt": "adopted",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
}


def event_line(event: events.Event) -> Text | None:
    """Write an event on one line; None where it is not worth one."""
    write = _LINES.get(type(event))
    return None if write is None else write(event)


def _finished(event: events.TaskFinished) -> Text:
    symbol, style = SYMBOLS.get(Action(event.action), (" ", ""))
    words = f"{event.address} {_DONE.get(event.action, event.action)}"
    return Text.assemble((f"{symbol} ", style), words, (f"  {duration(event.seconds)}", "dim"))


def _failed(event: events.TaskFailed) -> Text:
    return Text.assemble(("✘ ", "red"), f"{event.address} failed: {event.error}")


def _skipped(event: events.TaskSkipped) -> Text:
    return Text.assemble(("- ", "yellow"), f"{event.address} skipped: {event.reason}")


def _parked(event: events.TaskParked) -> Text:
    words = f"{event.address} goes on at Google; the next apply takes it up again"
    return Text.assemble(("… ", "yellow"), words)


def _retried(event: events.TaskRetried) -> Text:
    return Text(f"  {event.address} again in {duration(event.pause)}: {event.reason}", "dim")


def _noted(event: events.Noted) -> Text:
    return Text(f"  {event.address}: {event.text}" if event.address else f"  {event.text}", "dim")


_LINES: Mapping[type[events.Event], Callable[[Any], Text]] = {
    events.TaskFinished: _finished,
    events.TaskFailed: _failed,
    events.TaskSkipped: _skipped,
    events.TaskParked: _parked,
    events.TaskRetried: _retried,
    events.Noted: _noted,
}


def closing_lines(finished: events.RunFinished) -> Iterator[Text]:
    """Write what a run came to: counts, time, and what the time went into."""
    counts = ", ".join(f"{count} {how}" for how, count in sorted(finished.counts.items()))
    word, style = ("Done", "bold green") if finished.ok else ("Not done", "bold red")
    tail = f": {counts}" if counts else ""
    yield Text.assemble((word, style), f"{tail} in {duration(finished.seconds)}.")
    path = [(name, seconds) for name, seconds in finished.critical_path if seconds > 0]
    if path:
        total = sum(seconds for _, seconds in path)
        yield Text(f"Critical path, {duration(total)}:", "dim")
        for name, seconds in path:
            yield Text(f"  {duration(seconds):>8}  {name}", "dim")


def duration(seconds: float) -> str:
    """Write a duration as people say it.

    >>> duration(0.25), duration(75), duration(4000)
    ('0.2 s', '1 min 15 s', '1 h 6 min')
    """
    if seconds < 60:  # noqa: PLR2004 # a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def event_json(event: events.Event) -> dict[str, object]:
    """Write an event for programs."""
    names = {
        "RunStarted": "started",
        "RunFinished": "finished",
        "Noted": "noted",
    }
    kind = type(event).__name__
    body: dict[str, object] = {"event": names.get(kind) or _snake(kind)}
    for name in _slots(type(event)):
        value = getattr(event, name)
        if name in {"at", "seconds", "pause"}:
            value = round(value, 3)
        elif name == "address":
            value = None if value is None else str(value)
        elif name == "critical_path":
            value = [{"address": address, "seconds": round(s, 3)} for address, s in value]
        body[name] = value
    return body


def _slots(cls: type) -> Iterable[str]:
    return [item.name for item in dataclasses.fields(cls)]


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
