"""``backups``: those of databases listed, made and restored."""

from typing import TYPE_CHECKING

from rich.text import Text

from gcpstack._engine.plan import Change
from gcpstack._operations import backups as operations
from gcpstack.exceptions import SettingsError

if TYPE_CHECKING:
    from gcpstack._cli.commands import Job


def backups(job: "Job") -> int:
    """Do what was asked; gives the exit status."""
    action, name = job.options.given["action"], job.options.given["data"]
    with job.output.busy("Reading what is live"):
        found = operations.data(job.session.plan(), name)
    if action == "list":
        return _list(job, found)
    if name is None:
        raise SettingsError("No NAME is given.", remedy="`backups list` tells what there is.")
    return _make(job, found[0]) if action == "make" else _restore(job, found[0])


def _list(job: "Job", found: list[Change]) -> int:
    lines: list[Text] = []
    rows: list[dict[str, object]] = []
    for change in found:
        lines.append(Text(f"  {change.address}"))
        listed = operations.backups(job.session, change)
        for item in listed:
            name, taken = item.name.rsplit("/", 1)[-1], item.taken.isoformat(timespec="seconds")
            lines.append(Text(f"      {taken}  {name}"))
            rows.append({"address": str(change.address), "backup": name, "taken": taken})
        if not listed:
            lines.append(Text("      no backup yet", "yellow"))
    job.output.answer(lines or [Text("Nothing here is backed up.")], {"backups": rows})
    return 0


def _make(job: "Job", change: Change) -> int:
    if not job.confirmed(f"Make a backup of {change.address}?"):
        return 1
    with job.output.busy(f"Backing up {change.address}"):
        operations.make(job.session, change)
    newest = operations.backups(job.session, change)[0].name
    job.output.answer(
        [Text(f"{change.address} has the backup {newest}.")], {"ok": True, "backup": newest}
    )
    return 0


def _restore(job: "Job", change: Change) -> int:
    given = job.options.given
    what = (
        f"as it was at {given['at']}" if given["at"] else f"from {given['backup'] or 'the newest'}"
    )
    where = f"into {given['to']}" if given["to"] else "over what it holds now"
    if not job.confirmed(f"Restore {change.address} {what} {where}?"):
        return 1
    with job.output.busy(f"Restoring {change.address}"):
        name = operations.restore(
            job.session, change, backup=given["backup"], at=given["at"], to=given["to"]
        )
    told = f"{change.address} was restored into {name}."
    job.output.answer([Text(told)], {"ok": True, "restored_into": name})
    return 0
