"""A plan as text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from rich.text import Text

from gcpstack._cli.render.layout import NOTHING, count, value_text, wrapped
from gcpstack._core.facets import Facet
from gcpstack._core.json import Path, get
from gcpstack._core.ports import Target
from gcpstack._core.resource import Scope
from gcpstack._engine.diff import FieldDiff
from gcpstack._engine.plan import Action, Change, Plan

#: How each action is shown: a sign, a style, what it is called, and its part of the sum.
ACTIONS = {
    Action.CREATE: ("+", "green", "Create", "to create"),
    Action.ADOPT: ("^", "cyan", "Adopt", "to adopt"),
    Action.UPDATE: ("~", "yellow", "Update", "to update"),
    Action.REPLACE: ("±", "magenta", "Replace", "to replace"),
    Action.DELETE: ("-", "red", "Delete", "to delete"),
    Action.FORGET: (".", "dim", "Leave alone", "left alone"),
    Action.NOOP: (" ", "dim", "Unchanged", "unchanged"),
}
_HIDDEN = "(sensitive)"
#: What differs on a longer line than this is not seen on it, however wide the line may be.
_AT_A_GLANCE = 120
_BODY = "      "
_INNER = "        "


def heading(plan: Plan, scope: Scope) -> Text:
    """Return which stack it is about, and where it lives."""
    out = Text.assemble("Stack ", (plan.stack, "bold"), f" in project {scope.project}")
    if scope.region:
        out.append(f", {scope.region}")
    return out


def plan_lines(plan: Plan, width: int, *, verbose: bool = False) -> Iterator[Text]:
    """Write a plan: the changes by action, then the sum.

    Args:
        plan: the plan.
        width: of the terminal, in characters.
        verbose: every field of what is created, and what does not change.
    """
    for action in ACTIONS:
        group = [change for change in plan.changes if change.action is action]
        if action is Action.NOOP and not verbose:
            group = [change for change in group if change.notes or change.retire]
        if group:
            yield from _group(action, group, width, verbose=verbose)
            yield Text()
    yield summary_line(plan)


def _group(action: Action, group: list[Change], width: int, *, verbose: bool) -> Iterator[Text]:
    _, style, name, _ = ACTIONS[action]
    reasons = {_reason(change) for change in group}
    # What is true of each of many is said once.
    shared = reasons.pop() if len(group) > 1 and len(reasons) == 1 else ""
    tail = (f": {shared}", "dim") if shared else ""
    yield Text.assemble((f"{name} {len(group)}", f"bold {style}"), tail)
    for change in group:
        yield from _change(change, width, reason="" if shared else _reason(change))
        if verbose and action is Action.CREATE:
            yield from _fields(change, width)


def _reason(change: Change) -> str:
    """Say why, unless the fields that differ say it themselves."""
    told = bool(change.diff) and change.action is not Action.ADOPT
    return "" if told else change.reason


def _change(change: Change, width: int, *, reason: str) -> Iterator[Text]:
    sign, style, _, _ = ACTIONS[change.action]
    head = Text.assemble((f"  {sign} ", f"bold {style}"), str(change.address))
    if change.predecessor is not None:
        head.append(f"  {_name(change.predecessor)} → {_name(change.target)}", style)
    if not reason:
        yield head
    elif len(head) + len(reason) + 2 <= width:
        head.append(f"  {reason}", "dim")
        yield head
    else:
        yield head
        yield from wrapped(reason, width, _BODY, style="dim")
    for diff in change.diff:
        yield from diff_lines(diff, width)
    for old in change.retire:
        yield Text(f"{_BODY}{_name(old)} is deleted once nothing uses it", "dim")
    for note in change.notes:
        yield from wrapped(note, width, _BODY, style="dim")


def diff_lines(diff: FieldDiff, width: int) -> Iterator[Text]:
    """Write how one field differs: on one line if it fits, else what goes and what comes."""
    before = _side(diff.before, sensitive=diff.sensitive)
    after = "(unset)" if diff.unset else _side(diff.after, sensitive=diff.sensitive)
    why = ("  can't change in place", "magenta") if diff.forces_replace else ""
    line = Text.assemble(
        _BODY, (diff.name, "bold"), ": ", (before, "red"), " → ", (after, "green"), why
    )
    if len(line) <= min(width, _AT_A_GLANCE):
        yield line
        return
    yield Text.assemble(_BODY, (diff.name, "bold"), ":", why)
    lists = isinstance(diff.before, list | tuple) and isinstance(diff.after, list | tuple)
    if lists and not diff.sensitive:
        yield from _list_lines(diff.before, diff.after, width)
    else:
        yield from wrapped(before, width, f"{_INNER}  ", style="red", first=f"{_INNER}- ")
        yield from wrapped(after, width, f"{_INNER}  ", style="green", first=f"{_INNER}+ ")


def _list_lines(before: object, after: object, width: int) -> Iterator[Text]:
    """Write the items that go and those that come; the rest is only counted."""
    old = Counter(map(value_text, _items(before)))
    new = Counter(map(value_text, _items(after)))
    for item in (old - new).elements():
        yield from wrapped(item, width, f"{_INNER}  ", style="red", first=f"{_INNER}- ")
    for item in (new - old).elements():
        yield from wrapped(item, width, f"{_INNER}  ", style="green", first=f"{_INNER}+ ")
    kept = (old & new).total()
    if old == new:
        yield Text(f"{_INNER}  the same {count(kept, 'item')} in another order", "dim")
    elif kept:
        yield Text(f"{_INNER}  {count(kept, 'item')} unchanged", "dim")


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else ()


def _side(value: object, *, sensitive: bool) -> str:
    if value is None:
        return NOTHING
    return _HIDDEN if sensitive else value_text(value)


def _fields(change: Change, width: int) -> Iterator[Text]:
    """Write what a new object will hold, in the names of its declaration."""
    if change.declared is None:
        return
    table = change.declared.table
    for path in _leaf_paths(change.desired):
        hidden = bool(table.at(path).facets & Facet.SENSITIVE)
        text = _side(get(change.desired, path), sensitive=hidden)
        head = f"{_BODY}{table.python_name(path)}: "
        yield from wrapped(text, width, _INNER, first=head)


def summary_line(plan: Plan) -> Text:
    """Count the changes."""
    counts = Counter(change.action for change in plan.changes)
    if not plan.changes:
        return Text(
            "Nothing to do: the stack is empty, here and at Google. stack.add(…) declares something.",
            "bold green",
        )
    if plan.empty:
        what = count(counts[Action.NOOP], "resource")
        verb = "is" if counts[Action.NOOP] == 1 else "are"
        return Text(f"No changes: {what} {verb} as declared.", "bold green")
    out = Text("Plan: ", "bold")
    parts = [(counts[action], *ACTIONS[action]) for action in ACTIONS if counts[action]]
    for number, _, style, _, words in parts:
        out.append(", " if len(out) > len("Plan: ") else "")
        out.append(f"{number} {words}", style)
    out.append(".")
    return out


def _name(target: Target) -> str:
    return target.path.rsplit("/", 1)[-1]


def _leaf_paths(desired: Mapping[str, object], prefix: Path = ()) -> list[Path]:
    """List the leaves that a declaration holds, for people: a list counts as one."""
    out: list[Path] = []
    for key, value in desired.items():
        path = (*prefix, key)
        out += _leaf_paths(value, path) if isinstance(value, Mapping) and value else [path]
    return out
