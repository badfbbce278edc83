"""``doctor``: the state of each domain, and which record to set."""

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from gcpstack._cli.render.layout import count, duration, wrapped
from gcpstack._inventory.keeper import moment
from gcpstack._operations.doctor import examine
from gcpstack._operations.domain_waits import DomainUpdate, await_domains
from gcpstack._operations.domains import Diagnosis

if TYPE_CHECKING:
    from gcpstack._cli.commands import Job

_BODY = "      "


def doctor(job: "Job") -> int:
    """Examine the stack's domains; 1 if one of them doesn't work, or not within the time given."""
    clock, longest = job.around.clock, float(job.options.given.get("wait") or 0)
    begun = False

    def look() -> Sequence[Diagnosis]:
        with job.output.busy("Asking Google and DNS"):
            return examine(job.session)

    def tell(news: DomainUpdate) -> None:
        nonlocal begun
        if not begun:
            end = news.at + timedelta(seconds=longest)
            job.output.note(f"Waiting until {moment(end)} at most.")
        begun = True
        job.output.note(told(news))

    ended = await_domains(look, clock, longest, tell)
    answer = list(lines(ended.found, job.output.width))
    body: dict[str, object] = {
        "ok": ended.ok,
        "domains": [item.to_json() for item in ended.found],
    }
    if longest:
        body["waited_seconds"] = round(ended.seconds, 1)
        if not ended.ok:
            answer.append(Text(f"Gave up waiting after {duration(ended.seconds)}."))
    job.output.answer(answer, body)
    return 0 if ended.ok else 1


def told(news: DomainUpdate) -> str:
    """Render the state of a domain that is waited for."""
    state = f"{moment(news.at)}  {news.domain}  {news.status or 'ABSENT'}"
    if news.ok:
        return f"{state}: it works."
    if news.wrong:
        return f"{state}: {' '.join(news.wrong)}"
    if news.expected is None:
        return f"{state}."
    early, late = (f"{at.astimezone(UTC):%H:%M}" for at in news.expected)
    return (
        f"{state}: nothing keeps it from working; Google usually has its certificate ready between "
        f"{early} and {late} UTC."
    )


def lines(found: Sequence[Diagnosis], width: int) -> Iterator[Text]:
    """Render the state of the domains.

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
