"""``secrets``: which are due, a new value for one, the old ones put away."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from gcpstack._cli.parser import StackOptions
from gcpstack._cli.render.layout import count, wrapped
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack._engine.plan import Plan
from gcpstack._operations import secrets as operations
from gcpstack._operations.secret_states import (
    OPEN,
    Rotation,
    SecretState,
    chosen,
    named,
    secret_states,
)
from gcpstack.exceptions import SettingsError
from gcpstack.resources.sources import FromEnv, FromFile, findings

if TYPE_CHECKING:
    from gcpstack._cli.commands import Job

_STYLES = {
    Rotation.EMPTY: ("✗", "red"),
    Rotation.SHUT: ("✗", "red"),
    Rotation.NEVER: ("✓", "green"),
    Rotation.FRESH: ("✓", "green"),
    Rotation.DUE: ("…", "yellow"),
    Rotation.OVERDUE: ("✗", "red"),
}
#: What somebody has to do something about, as it is told.
_AMISS = {
    Rotation.EMPTY: "without a version",
    Rotation.SHUT: "whose latest version is not enabled",
    Rotation.OVERDUE: "overdue",
}
_BODY = "      "
#: Bytes that a secret's value may have: https://cloud.google.com/secret-manager/quotas
_LONGEST = 65_536


def check(options: StackOptions, declared: Callable[[], Sequence[Declared]]) -> None:
    """Look at the words alone, and at the value that they name.

    Raises:
        SettingsError: flags that don't go with the action, no such secret, or no usable value.
    """
    given = options.given
    action, name = given["action"], given.get("secret")
    for flag in ("from_env", "from_file"):
        if given.get(flag) is not None and action != "rotate":
            raise SettingsError(
                f"--{flag.replace('_', '-')} does not go with {action}.",
                remedy="It is for: rotate.",
            )
    if action == "rotate" and not name:
        raise SettingsError(
            "No SECRET is named.", remedy="Name the one to rotate; `secrets status` lists them."
        )
    if name:
        named(declared(), name)
    source = _source(given)
    # A pipe can be read once only: when its value is used.
    if (
        not isinstance(source, FromFile)
        or Path(source.path).is_file()
        or not Path(source.path).exists()
    ):
        _value(given)


def secrets(job: "Job") -> int:
    """Do what was asked; return the exit status."""
    action = job.options.given["action"]
    if action == "status":
        return _status(job)
    if action == "rotate":
        return _rotate(job)
    if action == "roll":
        return _roll(job)
    return _retire(job, destroy=action == "destroy")


def _look(job: "Job") -> tuple[Plan, list[SecretState]]:
    with job.output.busy("Reading secrets and who uses them"):
        plan = job.session.plan()
        return plan, secret_states(job.session, plan)


def _among(job: "Job", found: Sequence[SecretState]) -> list[SecretState]:
    name = job.options.given.get("secret")
    return [chosen(found, name)] if name else list(found)


def _status(job: "Job") -> int:
    _, found = _look(job)
    shown = _among(job, found)
    amiss = any(item.rotation in _AMISS or item.stale for item in shown)
    body = {"ok": not amiss, "secrets": [item.to_json() for item in shown]}
    job.output.answer(list(lines(shown, job.output.width)), body)
    return 1 if amiss else 0


def _rotate(job: "Job") -> int:
    name = str(job.options.given["secret"])
    value = _value(job.options.given)
    if not job.confirmed(f"Give {name} a new value, and restart what uses it?"):
        return 1
    rolled = operations.rotate(job.session, name, value, job.output.note)
    return _rolled(job, rolled, {"event": "finished"})


def _roll(job: "Job") -> int:
    name = job.options.given.get("secret")
    if not job.confirmed("Restart the services that run with old values?"):
        return 1
    with job.output.busy("Bringing up services"):
        rolled = operations.roll(job.session, name)
    return _rolled(job, rolled, {})


def _rolled(job: "Job", rolled: Sequence[Address], head: Mapping[str, object]) -> int:
    told = [f"Restarted {address}: it reads the newest values." for address in rolled]
    told = told or ["Every service runs with the newest values."]
    body = {**head, "ok": True, "rolled": [str(address) for address in rolled]}
    job.output.answer([Text(text) for text in told], body)
    return 0


def _retire(job: "Job", *, destroy: bool) -> int:
    _, found = _look(job)
    some = _among(job, found)
    grace = timedelta(hours=job.options.given["grace"])
    verb = "Destroy" if destroy else "Disable"
    if not job.confirmed(f"{verb} the old versions of {count(len(some), 'secret')}?"):
        return 1
    done = operations.retire(job.session, some, grace, destroy=destroy, tell=job.output.note)
    told = [f"{item.target.ids['name']}: version {v.number} {what}." for item, v, what in done]
    behind = [item for item in some if item.stale]
    told += [f"{item.target.ids['name']} is still used in an old version." for item in behind]
    body = {
        "ok": not behind,
        "versions": [
            {"secret": item.target.ids["name"], "number": version.number, "now": what}
            for item, version, what in done
        ],
    }
    job.output.answer(
        [Text(text) for text in told or ["There is nothing to retire or destroy."]], body
    )
    return 1 if behind else 0


def _source(given: Mapping[str, Any]) -> FromEnv | FromFile | None:
    if given.get("from_env") is not None:
        return FromEnv(given["from_env"])
    if given.get("from_file") is not None:
        return FromFile(given["from_file"])
    return None


def _value(given: Mapping[str, Any]) -> str | bytes | None:
    """Read the new value, once: a pipe such as /dev/stdin gives it no second time."""
    source = _source(given)
    value = None if source is None else source()
    for finding in findings("value", value, _LONGEST):
        raise SettingsError(f"The new value {finding.message}.", remedy=finding.remedy)
    return value


def lines(found: Sequence[SecretState], width: int) -> Iterator[Text]:
    """Render the state of secrets.

    Args:
        found: the secrets.
        width: of the terminal.
    """
    column = max((len(item.target.ids["name"]) for item in found), default=0)
    for item in found:
        mark, style = _STYLES[item.rotation]
        line = Text.assemble((f"  {mark} ", style), item.target.ids["name"].ljust(column))
        line.append(f"  {item.rotation}", style)
        yield line.append(f"  {_when(item)}", "dim")
        if item.shut:
            yield from wrapped(_shut(item), width, _BODY)
        if item.stale:
            names = ", ".join(map(str, item.stale))
            yield from wrapped(f"Started before its newest version: {names}.", width, _BODY)
        older = [version for version in item.versions if version is not item.newest]
        if older:
            told = ", ".join(f"{version.number} {version.state.lower()}" for version in older)
            yield from wrapped(f"older versions: {told}", width, _BODY, style="dim")
    if not found:
        yield Text("The stack declares no secrets.")
        return
    counts = {words: sum(one.rotation is state for one in found) for state, words in _AMISS.items()}
    bad = [f"{number} {words}" for words, number in counts.items() if number]
    yield Text()
    words = f"{count(len(found), 'secret')}: {', '.join(bad) or '0 overdue'}."
    yield Text(words, "bold yellow" if bad else "bold green")


def _shut(item: SecretState) -> str:
    """Say who gets nothing, and what mends it."""
    name = item.target.ids["name"]
    users = ", ".join(map(str, item.refused))
    who = f"{users}: reading" if users else "Reading"
    return f"{who} latest gives no value: {item.why_shut}. {OPEN.format(name=name)}"


def _when(item: SecretState) -> str:
    if item.newest is None:
        return ""
    parts = [f"version {item.newest.number}, {_days(item.now, item.newest.created)} old"]
    if item.due is not None:
        late = item.now >= item.due
        span = _days(item.now, item.due) if late else _days(item.due, item.now)
        parts.append(f"due {span} ago" if late else f"due in {span}")
    return ", ".join(parts)


def _days(later: datetime, earlier: datetime) -> str:
    days = (later - earlier).days
    hours = int((later - earlier).total_seconds() // 3600)
    if days:
        return count(days, "day")
    return count(hours, "hour") if hours else "less than an hour"
