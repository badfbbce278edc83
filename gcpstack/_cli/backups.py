"""``backups``: data listed, backed up, restored, exported and imported."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from gcpstack._cli.parser import StackOptions
from gcpstack._core.resource import Declared
from gcpstack._engine.plan import Change
from gcpstack._operations import backups as operations
from gcpstack._operations import transfers, versions
from gcpstack.exceptions import SettingsError

if TYPE_CHECKING:
    from gcpstack._cli.commands import Job

_TRANSFERS = ("export", "import")
#: The flags that an action takes, or that go with objects of a bucket.
_FLAGS = {
    "backup": ("restore",), "at": ("restore",), "to": ("restore",),
    "place": _TRANSFERS, "object": ("list", "restore"),
}  # fmt: skip
_WORDS = {"place": "--file"}
#: A list shows so many versions at most.
_MOST = 200


def check(options: StackOptions, declared: Callable[[], Sequence[Declared]]) -> None:  # noqa: ARG001 # the form of every check
    """Look at the words alone. What NAME names may be remembered only, so it is not looked at here.

    Raises:
        SettingsError: flags that don't go with the action, or one that it needs is missing.
    """
    given = options.given
    action, name = given["action"], given["data"]
    for flag, actions in _FLAGS.items():
        if given[flag] is not None and action not in actions:
            word = _WORDS.get(flag, f"--{flag}")
            raise SettingsError(
                f"{word} does not go with {action}.", remedy=f"It is for: {', '.join(actions)}."
            )
    if action != "list" and name is None:
        raise SettingsError("No NAME is given.", remedy="`backups list` tells what there is.")
    if given["object"] is not None and name is None:
        raise SettingsError("--object is for a bucket.", remedy="Name the bucket by NAME.")
    if action in _TRANSFERS and given["place"] is None:
        raise SettingsError("No place is given.", remedy="Name it with --file gs://BUCKET/NAME.")


def backups(job: "Job") -> int:
    """Do what was asked; return the exit status."""
    given = job.options.given
    action, name = given["action"], given["data"]
    kinds: tuple[str, ...] = transfers.KINDS if action in _TRANSFERS else operations.KINDS
    if action in ("list", "restore") and name is not None:
        kinds = (*kinds, versions.KIND)
    with job.output.busy("Reading what is live"):
        found = operations.data(job.session.plan(), name, kinds=kinds)
    if name is not None:
        _one(found, name)
        if found[0].kind.name == versions.KIND:
            act = _list_versions if action == "list" else _restore_version
            return act(job, found[0])
        if given["object"] is not None:
            raise SettingsError(
                f"{found[0].address} holds no objects.", remedy="--object is for a bucket."
            )
    if action == "list":
        return _list(job, found)
    act = {"make": _make, "restore": _restore, "export": _export, "import": _import}[action]
    return act(job, found[0])


def _one(found: list[Change], name: str) -> None:
    if len(found) > 1:
        addresses = ", ".join(str(change.address) for change in found)
        raise SettingsError(f"{name!r} names several.", remedy=f"Give the address: {addresses}.")


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
    with job.output.busy(f"Backing up {change.address}"), job.session.leased():
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
    with job.output.busy(f"Restoring {change.address}"), job.session.leased():
        name = operations.restore(
            job.session, change, backup=given["backup"], at=given["at"], to=given["to"]
        )
    told = f"{change.address} was restored into {name}."
    job.output.answer([Text(told)], {"ok": True, "restored_into": name})
    return 0


def _export(job: "Job", change: Change) -> int:
    place = str(job.options.given["place"])
    if not job.confirmed(f"Export {change.address} to {place}?"):
        return 1
    with job.output.busy(f"Exporting {change.address}"), job.session.leased():
        written = transfers.export(job.session, change, place)
    told = f"{change.address} was exported to {written}."
    job.output.answer([Text(told)], {"ok": True, "exported_to": written})
    return 0


def _import(job: "Job", change: Change) -> int:
    place = str(job.options.given["place"])
    lost = transfers.overwritten(change)
    if not job.confirmed(f"Import {place} into {change.address}, over {lost}?"):
        return 1
    with job.output.busy(f"Importing into {change.address}"), job.session.leased():
        transfers.import_(job.session, change, place)
    told = f"{change.address} holds what {place} held."
    job.output.answer([Text(told)], {"ok": True, "imported_from": place})
    return 0


def _list_versions(job: "Job", change: Change) -> int:
    prefix = job.options.given["object"] or ""
    found = versions.versions(job.session, change, prefix)
    lines = [Text(f"  {change.address}")]
    for item in found[:_MOST]:
        replaced = item.replaced.isoformat(timespec="seconds")
        lines.append(Text(f"      {replaced}  {item.generation}  {item.size} bytes  {item.name}"))
    if not found:
        lines.append(Text("      no earlier versions", "yellow"))
    if len(found) > _MOST:
        lines.append(Text(f"      and {len(found) - _MOST} more: narrow it by --object", "yellow"))
    rows = [
        {
            "address": str(change.address),
            "object": item.name,
            "generation": item.generation,
            "bytes": item.size,
            "written": item.written.isoformat(timespec="seconds"),
            "replaced": item.replaced.isoformat(timespec="seconds"),
        }
        for item in found
    ]
    job.output.answer(lines, {"versions": rows})
    return 0


def _restore_version(job: "Job", change: Change) -> int:
    given = job.options.given
    for flag in ("at", "to"):
        if given[flag] is not None:
            raise SettingsError(
                f"--{flag} does not go with a bucket.", remedy="Name a version with --backup."
            )
    if not given["object"]:
        raise SettingsError("No object is given.", remedy="Name it with --object.")
    what = versions.chosen(job.session, change, given["object"], given["backup"])
    over = "where nothing is now"
    if what.current is not None:
        fate = "which stays as a version" if what.kept else "which is lost"
        over = f"over generation {what.current}, {fate}"
    where = f"gs://{change.target.ids['name']}/{what.version.name}"
    question = f"Restore generation {what.version.generation} of {where} {over}?"
    if not job.confirmed(question):
        return 1
    with job.session.leased():
        now = versions.restore(job.session, change, what)
    told = f"{where} is as generation {what.version.generation} was."
    replaced = {"generation": now, "restored": what.version.generation, "replaced": what.current}
    job.output.answer([Text(told)], {"ok": True, **replaced})
    return 0
