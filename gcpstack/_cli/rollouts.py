"""``rollout`` and ``rollback`` of a service: its traffic as a picture, and the way back."""

from collections.abc import Callable, Iterator, Sequence

from rich.text import Text

from gcpstack._cli.commands import Job
from gcpstack._cli.parser import StackOptions
from gcpstack._cli.render.layout import joined, wrapped
from gcpstack._cli.render.traffic import bar
from gcpstack._core.resource import Declared
from gcpstack._core.traffic import WHOLE, Revision, RolloutState
from gcpstack._inventory.keeper import moment
from gcpstack._inventory.model import Lease
from gcpstack._operations.releases import (
    Release,
    go_back,
    holder,
    let_go,
    picture,
    releases,
    services,
    ways_back,
)

#: What to do where the lease can't be had: another run holds it, or the inventory does not answer.
_AT_ONCE = (
    "Where the traffic can't wait, add --without-lease: it moves at once, the inventory is not needed, and "
    "a run that is under way leaves the traffic as it finds it."
)
#: What happens to the run beside which traffic was moved.
_BESIDE = (
    "{holder} has been changing this stack since {since}. It will not move this traffic again: where it "
    "was about to, that fails, and the rest of it goes on. Stop it if what else it deploys is bad as well."
)
#: Where the rest of a revision's line stands on a narrow terminal.
_BELOW = " " * 8
#: How many revisions are listed beside those that have traffic.
_LISTED = 5
_STYLES = {
    RolloutState.SETTLED: "green",
    RolloutState.RUNNING: "cyan",
    RolloutState.REJECTED: "red",
    RolloutState.PINNED: "yellow",
    RolloutState.SPLIT: "yellow",
}


def check(options: StackOptions, declared: Callable[[], Sequence[Declared]]) -> None:
    """Look at the words alone.

    Raises:
        SettingsError: the stack declares no such service.
    """
    services(declared(), str(options.given["service"]))


def rollout(job: Job) -> int:
    """Show how the traffic of a service goes; with ``--resume``, end what a rollback began."""
    service = str(job.options.given["service"])
    found = _read(job, service)
    if not job.options.given["resume"]:
        _tell(job, found)
        return 0
    let_go(job.session, found)
    ended = [str(one.address) for one in found if one.traffic.stand is RolloutState.PINNED]
    now = _read(job, service)
    _tell(job, now)
    if not ended:
        job.output.note("No rollback holds this traffic: nothing was changed.")
    elif any(one.staged for one in now if str(one.address) in ended):
        job.output.note("The next apply moves it on, by the declared rollout.")
    return 0


def rollback(job: Job) -> int:
    """Go back to an earlier revision of a service; return the exit status."""
    service = str(job.options.given["service"])
    found = _read(job, service)
    chosen = ways_back(found, str(job.options.given["to"] or ""))
    moving = [(one, to) for one, to in chosen if one.traffic.percent(to.name) < WHOLE]
    if moving and not job.options.yes:
        job.output.answer(
            list(_plan(moving, job.output.width)), {"event": "planned", **_body(found)}
        )
        if not job.agreed("Move the traffic?"):
            job.output.note("Nothing was changed.")
            return 1
    beside = bool(job.options.given["without_lease"])
    go_back(job.session, chosen, leased=not beside, otherwise=_AT_ONCE)
    # Asked once the traffic has moved: an inventory that does not answer must hold nothing up.
    _tell(job, _read(job, service), holder(job.session) if beside else None)
    return 0


def _read(job: Job, service: str) -> list[Release]:
    with job.output.busy("Reading what is live"):
        return releases(job.session, service)


def _tell(job: Job, found: Sequence[Release], lease: Lease | None = None) -> None:
    body: dict[str, object] = {"event": "finished", "ok": True, **_body(found)}
    told = list(lines(found, job.output.width))
    if lease is not None:
        since = lease.since.isoformat(timespec="seconds")
        body["beside"] = {"holder": lease.holder, "since": since}
        words = _BESIDE.format(holder=lease.holder, since=moment(lease.since))
        told += [Text(), *wrapped(words, job.output.width, "")]
    job.output.answer(told, body)


def _body(found: Sequence[Release]) -> dict[str, object]:
    return {"services": [one.to_json() for one in found]}


def _plan(moving: Sequence[tuple[Release, Revision]], width: int) -> Iterator[Text]:
    yield from lines([one for one, _ in moving], width)
    yield Text()
    for one, to in moving:
        yield Text.assemble(("⇄ ", "cyan"), f"{one.address}: all traffic to {to.name}")


def lines(found: Sequence[Release], width: int) -> Iterator[Text]:
    """Write how the traffic of services goes.

    Args:
        found: the services.
        width: of the terminal.
    """
    for index, one in enumerate(found):
        if index:
            yield Text()
        words = Text(one.words, _STYLES[one.traffic.stand])
        yield from joined(Text(str(one.address), "bold"), words, width, "  ")
        shown = picture(one)
        known = {revision.name: revision for revision in one.revisions}
        for name, (percent, tag) in shown.items():
            yield from _line(name, percent, tag, known.get(name), width)
        for revision in [item for item in one.revisions if item.name not in shown][:_LISTED]:
            yield from _line(revision.name, 0, "", revision, width)


def _short(image: str) -> str:
    """Leave out most of an image's digest; its beginning tells it from others."""
    name, at, digest = image.partition("@sha256:")
    return f"{name}{at}{digest[:12]}" if at else image


def _line(
    name: str, percent: int, tag: str, revision: Revision | None, width: int
) -> Iterator[Text]:
    line = Text.assemble((f"  {percent:>3} % ", ""), (f"{bar(percent)} ", "cyan"), name)
    if tag:
        line.append(f"  {tag}", "bold")
    rest = Text()
    if revision is not None:
        created = revision.created[:16].replace("T", " ")
        rest.append(f"{created} UTC  {_short(revision.image)}", "dim")
        if not revision.ready:
            rest.append("  did not come up", "red")
    return joined(line, rest, width, _BELOW)
