"""``recover``: whether what has to come back would, and a rehearsal of it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from gcpstack._cli.render.layout import count, wrapped
from gcpstack._core.kinds import Health
from gcpstack._core.refs import Address
from gcpstack._operations.recovery import RecoveryState, examine
from gcpstack._operations.rehearsal import Rehearsed, rehearse
from gcpstack.components._protection import words

if TYPE_CHECKING:
    from gcpstack._cli.commands import Job

_BODY = "      "
_MARKS = {
    Health.READY: ("✓", "green"),
    Health.PENDING: ("…", "yellow"),
    Health.FAILED: ("✗", "red"),
}


def recover(job: "Job") -> int:
    """Show the state of what has to be recoverable, or rehearse it; 1 where a promise is broken."""
    if job.options.given.get("rehearse"):
        return _rehearse(job)
    with job.output.busy("Reading backups"):
        found = examine(job.session)
    ok = all(item.health is not Health.FAILED for item in found)
    body = {"ok": ok, "recovery": [item.to_json() for item in found]}
    job.output.answer(list(lines(found, job.output.width)), body)
    return 0 if ok else 1


def _rehearse(job: "Job") -> int:
    question = "Restore the newest backups into new instances, as a test?"
    if not job.confirmed(question):
        return 1

    def told(address: Address, text: str) -> None:
        job.output.note(f"{address}: {text}")

    found = list(rehearse(job.session, told))
    ok = all(item.ok and not item.left for item in found)
    body = {"ok": ok, "rehearsed": [item.to_json() for item in found]}
    job.output.answer(list(rehearsed_lines(found, job.output.width)), body)
    return 0 if ok else 1


def lines(found: Sequence[RecoveryState], width: int) -> Iterator[Text]:
    """Render the state of what has to be recoverable.

    Args:
        found: the data.
        width: of the terminal.
    """
    for item in found:
        mark, style = _MARKS[item.health]
        line = Text.assemble((f"  {mark} ", style), str(item.address))
        line.append(f"  {item.label}", style)
        line.append(f"  RPO {words(item.aim.rpo)}, RTO {words(item.aim.rto)}", "dim")
        yield line
        yield from wrapped(f"{item.told[:1].upper()}{item.told[1:]}.", width, _BODY, style="dim")
        if item.remedy:
            yield from wrapped(item.remedy, width, _BODY, style="bold")
    yield from _sum(found, [item.health is not Health.FAILED for item in found], "kept")


def rehearsed_lines(found: Sequence[Rehearsed], width: int) -> Iterator[Text]:
    """Write how rehearsals went.

    Args:
        found: the rehearsals.
        width: of the terminal.
    """
    for item in found:
        mark, style = _MARKS[Health.READY if item.ok else Health.FAILED]
        yield Text.assemble((f"  {mark} ", style), str(item.address))
        yield from wrapped(f"{item.told[:1].upper()}{item.told[1:]}.", width, _BODY, style="dim")
        if item.left:
            told = f"Left behind: {item.left} The next rehearsal deletes it."
            yield from wrapped(told, width, _BODY, style="bold")
    yield from _sum(found, [item.ok for item in found], "as promised")


def _sum(found: Sequence[object], good: Sequence[bool], word: str) -> Iterator[Text]:
    if not found:
        yield Text("The stack declares no Recovery.", "bold green")
        return
    bad = good.count(False)
    yield Text()
    if bad:
        yield Text(f"{count(len(good), 'promise')}: {bad} not {word}.", "bold red")
    else:
        yield Text(f"{count(len(good), 'promise')}: all {word}.", "bold green")
