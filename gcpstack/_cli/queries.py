"""``drift``, ``logs``, ``metrics`` and ``health``: questions about what stands, as tables or JSON."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from gcpstack._cli.render.layout import count, joined, row, wrapped
from gcpstack._engine.plan import shown
from gcpstack._operations import drift as differences
from gcpstack._operations import services
from gcpstack._operations.drift import Drift
from gcpstack._operations.services import PERCENTILES, Figures, Health, LogLine

if TYPE_CHECKING:
    from gcpstack._cli.commands import Job

_NO_PROGRAMS = "The stack has no Cloud Run services, functions or jobs."
_NO_SERVICES = "The stack has no Cloud Run services."
_BODY = "      "
_SEVERE = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red", "ALERT": "bold red"}
#: So many deeds are told of one resource; JSON has them all.
_DEEDS = 3


def drift(job: "Job") -> int:
    """Tell what differs and who changed it; 1 if something does."""
    with job.output.busy("Reading what is live, and the audit logs"):
        plan = job.session.plan()
        found = differences.drift(job.session, plan, job.options.given["since"])
        missing = differences.absent(job.session, plan)
    body = {
        "ok": not found,
        "drift": [item.to_json() for item in found],
        "absent": [str(change.address) for change in missing],
    }
    job.output.answer(list(drift_lines(found, len(missing), job.output.width)), body)
    return 1 if found else 0


def logs(job: "Job") -> int:
    """Show the last entries of the services' logs."""
    given = job.options.given
    with job.output.busy("Reading logs"):
        chosen = services.services(job.session.plan(), given["service"], services.PROGRAMS)
        found = services.logs(
            job.session, chosen, given["since"], given["severity"], given["limit"]
        )
    body = {"entries": [line.entry for line in found]}
    job.output.answer(list(log_lines(found)) if chosen else [Text(_NO_PROGRAMS)], body)
    return 0


def metrics(job: "Job") -> int:
    """Tell how the services did."""
    given = job.options.given
    with job.output.busy("Reading metrics"):
        chosen = services.services(job.session.plan(), given["service"])
        found = [services.figures(job.session, change, given["since"]) for change in chosen]
    body = {"services": [item.to_json() for item in found]}
    job.output.answer(list(metric_lines(found, job.output.width)), body)
    return 0


def health(job: "Job") -> int:
    """Ask the services; 1 if one of them is not well."""
    given = job.options.given
    path = f"/{given['path'].lstrip('/')}"
    with job.output.busy("Asking the services"):
        chosen = services.services(job.session.plan(), given["service"])
        found = [services.health(job.session, change, path) for change in chosen]
    ok = all(not item.problem for item in found)
    job.output.answer(
        list(health_lines(found, job.output.width)),
        {"ok": ok, "services": [item.to_json() for item in found]},
    )
    return 0 if ok else 1


def drift_lines(found: Sequence[Drift], missing: int, width: int) -> Iterator[Text]:
    """Write what differs.

    Args:
        found: what differs.
        missing: how many resources were never made.
        width: of the terminal.
    """
    for item in found:
        change = item.change
        gone = change.live is None
        mark, style = ("-", "red") if gone else ("~", "yellow")
        yield Text.assemble((f"  {mark} ", style), str(change.address))
        if gone:
            yield from wrapped("it is gone", width, _BODY)
        for diff in change.diff:
            told = (
                "(sensitive)"
                if diff.sensitive
                else f"{_said(diff.after)}, but is {_said(diff.before)}"
            )
            yield from wrapped(f"{diff.name} should be {told}", width, _BODY)
        for deed in item.deeds[:_DEEDS]:
            yield from wrapped(f"{deed.at}  {deed.who}  {deed.method}", width, _BODY, style="dim")
        if not item.deeds:
            yield from wrapped("the audit logs tell of nobody", width, _BODY, style="dim")
    if found:
        yield Text()
        yield Text(f"{count(len(found), 'resource')} not as declared.", "bold yellow")
    if missing:
        yield Text(
            f"{count(missing, 'resource')} not made yet: an apply makes them.", "bold yellow"
        )
    elif not found:
        yield Text("Everything is as declared.", "bold green")


def _said(value: object) -> str:
    return "nothing" if value is None else str(shown(value))


def log_lines(found: Sequence[LogLine]) -> Iterator[Text]:
    """Write entries, one a line."""
    column = max((len(line.service) for line in found), default=0)
    for line in found:
        text = Text.assemble((line.at, "dim"), "  ", line.service.ljust(column), "  ")
        yield text.append(f"{line.severity:<8}  {line.text}", _SEVERE.get(line.severity, ""))
    if not found:
        yield Text("Nothing was logged in that time.")


def metric_lines(found: Sequence[Figures], width: int) -> Iterator[Text]:
    """Write a table."""
    if not found:
        yield Text(_NO_SERVICES)
        return
    column = max((len(item.service) for item in found), default=0)
    heads = "".join(f"{f'p{which}':>10}" for which in PERCENTILES)
    head = Text(f"{'requests':>10}{'a second':>10}{'errors':>9}{heads}", "dim")
    yield from row("service", column, head, width)
    for item in found:
        times = "".join(
            f"{item.latency[which]:>7.0f} ms" if which in item.latency else f"{'-':>10}"
            for which in PERCENTILES
        )
        cells = Text(f"{item.requests:>10}{item.rate:>10.2f}")
        cells.append(f"{item.error_rate:>9.2%}", "red" if item.error_rate else "")
        yield from row(item.service, column, cells.append(times), width)


def health_lines(found: Sequence[Health], width: int) -> Iterator[Text]:
    """Write what each service answered."""
    for item in found:
        mark, style = ("✗", "red") if item.problem else ("✓", "green")
        head = Text.assemble((f"  {mark} ", style), item.service)
        said = Text(str(item.problem or item.status), style)
        rest = Text(f"{item.url}  {item.seconds:.2f} s", "dim")
        *above, last = joined(head, said, width, _BODY)
        yield from above
        yield from joined(last, rest, width, _BODY)
        if item.remedy:
            yield from wrapped(item.remedy, width, _BODY)
    if not found:
        yield Text(_NO_SERVICES)
