"""``doctor``: how each domain stands, and which record to set."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from gcpstack._cli.render.layout import count, wrapped
from gcpstack._operations.doctor import examine
from gcpstack._operations.domains import Diagnosis

if TYPE_CHECKING:
    from gcpstack._cli.commands import Job

_BODY = "      "
#: Seconds between two looks; Google itself looks no oftener.
_PAUSE = 30.0


def doctor(job: "Job") -> int:
    """Examine the stack's domains; 1 if one of them doesn't work, or not within the time given."""
    clock = job.around.clock
    end = clock.monotonic() + (job.options.given.get("wait") or 0)
    while True:
        with job.output.busy("Asking Google and DNS"):
            found = examine(job.session)
        left = end - clock.monotonic()
        if all(item.ok for item in found) or left <= 0:
            break
        waiting = ", ".join(item.claim.domain for item in found if not item.ok)
        with job.output.busy(f"Waiting for {waiting}"):
            clock.sleep(min(_PAUSE, left))
    body = {"ok": all(item.ok for item in found), "domains": [item.to_json() for item in found]}
    job.output.answer(list(lines(found, job.output.width)), body)
    return 0 if body["ok"] else 1


def lines(found: Sequence[Diagnosis], width: int) -> Iterator[Text]:
    """Write how domains stand.

    Args:
        found: the domains.
        width: of the terminal.
    """
    for item in found:
        mark, style = _mark(item)
        line = Text.assemble((f"  {mark} ", style), item.claim.domain)
        line.append(f"  {item.claim.status or 'ABSENT'}", style)
        yield line.append(f"  {item.claim.holder}", "dim")
        for kind, values in item.records.items():
            yield from wrapped(f"{kind}: {', '.join(values)}", width, _BODY, style="dim")
        for finding in item.findings:
            yield from wrapped(f"{finding.cause}.", width, _BODY)
            if finding.remedy:
                yield from wrapped(finding.remedy, width, _BODY, style="bold")
        if item.outlook:
            yield from wrapped(item.outlook, width, _BODY, style="dim")
    if not found:
        yield Text("The stack has no domains.", "bold green")
        return
    bad = sum(not item.ok for item in found)
    word = f"{count(len(found), 'domain')}: "
    yield Text()
    if bad:
        yield Text(f"{word}{bad} not working yet.", "bold yellow")
    else:
        yield Text(f"{word}all working.", "bold green")


def _mark(item: Diagnosis) -> tuple[str, str]:
    if item.ok:
        return "✓", "green"
    return ("✗", "red") if item.findings else ("…", "yellow")
