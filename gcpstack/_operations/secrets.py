"""Secrets over time: which are due, a new value for one, the old ones put away.

Nothing is remembered: what is under way follows from the versions and from the revisions that are
older than them, so that whatever was cut off is finished by doing it again.
https://cloud.google.com/secret-manager/docs/rotation-recommendations
"""

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gcpstack._adapters.gapic import Api
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body, get
from gcpstack._core.ports import Target
from gcpstack._core.refs import Address, Sensitive
from gcpstack._engine.plan import Change, Plan
from gcpstack._stack.session import Session
from gcpstack.exceptions import (
    ApplyFailed,
    ConsentRequired,
    FailedPrecondition,
    NotFound,
    SettingsError,
)
from gcpstack.resources.kinds import RUN_SERVICE, SECRET, SECRET_VERSION

#: An old value stays usable so long after its successor, unless told otherwise.
GRACE = timedelta(hours=24)
#: A rotation is called due when less of its period is left than this part.
_SOON = 0.1


class Rotation(enum.StrEnum):
    """How a secret stands."""

    EMPTY = "no version"
    NEVER = "never rotated"
    FRESH = "fresh"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a secret; never its value.

    Attributes:
        number: which.
        state: ``ENABLED``, ``DISABLED`` or ``DESTROYED``.
        created: when it was added.
    """

    number: int
    state: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A secret, its versions, and who uses it.

    Attributes:
        address: the declaration.
        target: the secret.
        versions: its versions, the newest first, destroyed ones left out.
        period: how often a rotation is due; None for never.
        users: the services that read its newest version when they start.
        stale: those of them that started before there was that version.
        now: when this was looked at.
    """

    address: Address
    target: Target
    versions: tuple[Version, ...]
    period: timedelta | None
    users: tuple[Address, ...] = ()
    stale: tuple[Address, ...] = ()
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def newest(self) -> Version | None:
        """The newest version that is enabled."""
        return next((item for item in self.versions if item.state == "ENABLED"), None)

    @property
    def due(self) -> datetime | None:
        """When the next rotation is due; None for never."""
        if self.newest is None or self.period is None:
            return None
        return self.newest.created + self.period

    @property
    def rotation(self) -> Rotation:
        """How it stands."""
        if self.newest is None:
            return Rotation.EMPTY
        if self.due is None or self.period is None:
            return Rotation.NEVER
        if self.now >= self.due:
            return Rotation.OVERDUE
        return Rotation.DUE if self.due - self.now < self.period * _SOON else Rotation.FRESH

    def old(self, grace: timedelta) -> tuple[Version, ...]:
        """List the versions that a newer one has replaced for longer than *grace*."""
        newest = self.newest
        if newest is None or self.stale or self.now - newest.created < grace:
            return ()
        return tuple(item for item in self.versions if item.number < newest.number)

    def to_json(self) -> dict[str, object]:
        """Give it as JSON."""
        return {
            "secret": self.target.ids["name"],
            "address": str(self.address),
            "state": self.rotation.value,
            "version": self.newest.number if self.newest else None,
            "created": self.newest.created.isoformat() if self.newest else None,
            "due": self.due.isoformat() if self.due else None,
            "period_seconds": self.period.total_seconds() if self.period else None,
            "versions": [{"number": v.number, "state": v.state} for v in self.versions],
            "users": [str(user) for user in self.users],
            "stale": [str(user) for user in self.stale],
        }


def standing(session: Session, plan: Plan) -> list[Standing]:
    """Tell how each declared secret stands.

    Args:
        session: the stack.
        plan: a plan of it.

    Raises:
        GcpstackError: something could not be read.
    """
    services = [change for change in plan.changes if change.kind is RUN_SERVICE and change.live]
    started = {change.address: _started(session, change) for change in services}
    now = session.clock.now()
    out = []
    for change in plan.changes:
        if change.kind is not SECRET or change.declared is None:
            continue
        versions = tuple(_versions(session, change.target))
        users = [
            item for item in services if change.target.ids["name"] in set(_read_at_start(item))
        ]
        newest = next((item for item in versions if item.state == "ENABLED"), None)
        stale = [
            item.address
            for item in users
            if newest and (begun := started[item.address]) and begun < newest.created
        ]
        out.append(
            Standing(
                address=change.address,
                target=change.target,
                versions=versions,
                period=_period(change),
                users=tuple(item.address for item in users),
                stale=tuple(stale),
                now=now,
            )
        )
    return out


def chosen(found: Sequence[Standing], name: str) -> Standing:
    """Pick a secret by its name.

    Raises:
        SettingsError: the stack has none of that name.
    """
    for item in found:
        if name in (item.target.ids["name"], str(item.address)):
            return item
    names = ", ".join(item.target.ids["name"] for item in found) or "none"
    raise SettingsError(f"The stack has no secret {name!r}.", remedy=f"There are: {names}.")


def add(
    session: Session,
    plan: Plan,
    found: Sequence[Standing],
    which: Standing,
    value: str | bytes | None,
) -> bool:
    """Add a version with a new value, unless an earlier rotation is not finished yet.

    Args:
        session: the stack.
        plan: a plan of it.
        found: how its secrets stand.
        which: the secret.
        value: the new value; made up if not given, where the stack has it made up.

    Returns:
        Whether one was added; else the last one is still on its way to those who use it.

    Raises:
        SettingsError: nothing here can make a value up, or the stack has other changes to make.
    """
    version = _declared_version(plan, which)
    waiting = {change.address for change in plan.changes if change.mutates}
    behind = _dependents(plan, version.address)
    made_of_it = {
        change.target.ids["secret"]
        for change in plan.changes
        if change.kind is SECRET_VERSION and change.address in behind
    }
    on_its_way = any(item.stale for item in found if item.target.ids["name"] in made_of_it)
    if on_its_way or (waiting and waiting <= behind):
        return False
    if waiting:
        raise SettingsError(
            f"The stack has other changes to make: {', '.join(sorted(map(str, waiting)))}.",
            remedy="Apply them first; a rotation changes nothing else.",
        )
    if value is None:
        value = session.made_up(version.address)
    if value is None:
        raise SettingsError(
            f"The value of {which.target.ids['name']} comes from outside.",
            remedy="Give the new one by --from-env or --from-file, or change it where the stack reads it and apply.",
        )
    adapter = session.adapter_for(SECRET_VERSION)
    body: Body = {"payload": {"data": Sensitive(value)}}
    session.caller(SECRET_VERSION.api, lambda: adapter.create(version.target, body, "").poll())
    return True


def rotate(
    session: Session, name: str, value: str | bytes | None, tell: Callable[[str], None]
) -> list[Address]:
    """Give a secret a new value, let the stack follow, and bring up the services that read it.

    A run that is cut off is finished by the same call; it adds no further version then.

    Args:
        session: the stack.
        name: the secret.
        value: the new value; made up if not given.
        tell: is told what was done.

    Returns:
        The services that were brought up.

    Raises:
        SettingsError: see `add`; or the stack has no such secret.
        GcpstackError: the stack can't follow.
    """
    plan = session.plan()
    found = standing(session, plan)
    which = chosen(found, name)
    if add(session, plan, found, which, value):
        tell(f"{which.target.ids['name']} has a new version.")
    else:
        tell(f"The last rotation of {which.target.ids['name']} is not finished: going on with it.")
    session.forget_values()
    plan = session.plan()
    if plan.problems:
        raise ApplyFailed("the stack can't follow the new value", plan.problems)
    if not plan.empty:
        session.apply(plan).outcome.raise_failed()
    return roll(session)


def roll(session: Session, name: str | None = None) -> list[Address]:
    """Bring up the services that started before the newest version of a secret they read.

    Args:
        session: the stack.
        name: the secret; all of them if not given.

    Returns:
        The services that were brought up.
    """
    plan = session.plan()
    found = standing(session, plan)
    old = stale([chosen(found, name)] if name else found, plan)
    if old:
        session.bring_up(old)
    return [change.address for change in old]


def stale(found: Sequence[Standing], plan: Plan) -> list[Change]:
    """List the services that run with a value that is not the newest."""
    old = {address for item in found for address in item.stale}
    return [change for change in plan.changes if change.address in old]


def retire(
    session: Session, found: Sequence[Standing], grace: timedelta, *, destroy: bool
) -> list[tuple[Standing, Version, str]]:
    """Disable the versions that newer ones have replaced; or destroy those that are disabled.

    Args:
        session: the stack.
        found: the secrets.
        grace: how long a value stays usable after its successor.
        destroy: destroy what is disabled, which can't be undone.

    Returns:
        What was done: the secret, the version, ``disabled`` or ``destroyed``.

    Raises:
        ConsentRequired: a destruction was not consented to by name.
    """
    todo = [
        (item, version)
        for item in found
        for version in item.old(grace)
        if version.state == ("DISABLED" if destroy else "ENABLED")
    ]
    if destroy:
        _consented(session, [item for item, _ in todo])
    api = Api(session.clients, "google.cloud.secretmanager_v1", "SecretManagerServiceClient")
    verb = "destroy" if destroy else "disable"
    method, message = f"{verb}_secret_version", f"{verb.capitalize()}SecretVersionRequest"
    out = []
    for item, version in todo:
        name = {"name": f"{item.target.path}/versions/{version.number}"}
        try:
            session.caller(SECRET.api, lambda name=name: api.json(method, message, name))  # type: ignore[misc] # mypy infers no default
        except FailedPrecondition:  # destroyed meanwhile
            continue
        out.append((item, version, "destroyed" if destroy else "disabled"))
    return out


def _consented(session: Session, items: Sequence[Standing]) -> None:
    given = set(session.settings.consents)
    missing = sorted({str(item.address) for item in items} - given)
    if missing:
        flags = " ".join(f"--allow-delete {name}" for name in missing)
        raise ConsentRequired(
            f"Destroyed versions can't be brought back: {', '.join(missing)}.",
            remedy=f"Add {flags} to destroy them.",
        )


def _declared_version(plan: Plan, which: Standing) -> Change:
    for change in plan.changes:
        same = change.target.ids.get("secret") == which.target.ids["name"]
        if change.kind is SECRET_VERSION and change.declared is not None and same:
            return change
    raise SettingsError(
        f"The stack declares no value for the secret {which.target.ids['name']}.",
        remedy="Whoever adds its versions rotates it; `secrets roll` brings up those who use it.",
    )


def _dependents(plan: Plan, address: Address) -> set[Address]:
    """List what needs a resource, at whatever remove, and itself."""
    out = {address}
    grown = True
    while grown:
        more = {c.address for c in plan.changes if c.address not in out and c.needs & out}
        out |= more
        grown = bool(more)
    return out


def _versions(session: Session, target: Target) -> Iterator[Version]:
    api = Api(session.clients, "google.cloud.secretmanager_v1", "SecretManagerServiceClient")
    try:
        listed = session.caller(
            SECRET.api,
            lambda: api.pages(
                "list_secret_versions",
                "ListSecretVersionsRequest",
                {"parent": target.path},
                "versions",
            ),
        )
    except NotFound:
        return
    found = (
        Version(int(str(body["name"]).rsplit("/", 1)[-1]), str(body["state"]), _moment(body))
        for body in listed
    )
    kept = (item for item in found if item.state != "DESTROYED")
    yield from sorted(kept, key=lambda item: item.number, reverse=True)


def _moment(body: Mapping[str, object]) -> datetime:
    return datetime.fromisoformat(str(body["createTime"]))


def _period(change: Change) -> timedelta | None:
    text = get(change.desired, ("rotation", "rotationPeriod"))
    return timedelta(seconds=float(str(text).removesuffix("s"))) if text else None


def _started(session: Session, change: Change) -> datetime | None:
    """Tell when a service's newest revision was made."""
    name = get(change.live.body, ("latestCreatedRevision",)) if change.live else None
    if not isinstance(name, str):
        return None
    full = name if "/" in name else f"{change.target.path}/revisions/{name}"
    revisions = Collection(session.clients, "run", "v2", "projects.locations.services.revisions")
    try:
        found = session.caller(RUN_SERVICE.api, lambda: revisions.call("get", {"name": full}))
    except NotFound:
        return None
    return _moment(found)


def _read_at_start(change: Change) -> Iterator[str]:
    """List the secrets that a service's instances read as they start; volumes are read each time.

    https://cloud.google.com/run/docs/configuring/services/secrets
    """
    live = change.live.body if change.live else {}
    containers = get(live, ("template", "containers"))
    for container in containers if isinstance(containers, list) else ():
        for item in container.get("env", ()):
            key = get(item, ("valueSource", "secretKeyRef"))
            if isinstance(key, Mapping) and key.get("version", "latest") == "latest":
                yield str(key.get("secret")).rsplit("/", 1)[-1]
