"""The state of a stack's secrets: versions, when they are due, and who runs with an old one.

https://cloud.google.com/secret-manager/docs/secret-rotation
"""

import difflib
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from gcpstack._adapters.gapic import Api
from gcpstack._adapters.rest import Collection
from gcpstack._core.json import get
from gcpstack._core.ports import Target
from gcpstack._core.refs import Address
from gcpstack._core.resource import Declared
from gcpstack._engine.plan import Change, Plan
from gcpstack._stack.session import Session
from gcpstack.exceptions import NotFound, SettingsError
from gcpstack.resources.kinds import RUN_SERVICE, SECRET, SECRET_VERSION

#: A rotation is called due when less of its period is left than this part.
_SOON = 0.1
#: What to do where the newest version of a secret is not enabled.
OPEN = (
    "Enable that version, or add another: by an apply where the stack declares the value, by "
    "`secrets rotate FILE {name}` for a new one."
)
_ENABLED, _DESTROYED = "ENABLED", "DESTROYED"
_LATER = datetime.max.replace(tzinfo=UTC)


class Rotation(enum.StrEnum):
    """Whether a secret is due for rotation."""

    EMPTY = "no version"
    SHUT = "latest not enabled"
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
class SecretState:
    """A secret, its versions, and who uses it.

    Attributes:
        address: the declaration.
        target: the secret.
        versions: its versions, the newest first, destroyed ones left out.
        period: how often a rotation is due; None for never.
        users: the services that read its newest version when they start.
        stale: those of them that serve by revisions which started before there was that version.
        behind: those of them whose newest revision did.
        now: when this was looked at.
        pinned: the versions that something names by their number or their alias.
        latest: what ``latest`` is, enabled or not; None where there never was a version.
        refused: what reads ``latest`` and gets nothing, since that is not enabled.
    """

    address: Address
    target: Target
    versions: tuple[Version, ...]
    period: timedelta | None
    users: tuple[Address, ...] = ()
    stale: tuple[Address, ...] = ()
    behind: tuple[Address, ...] = ()
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    pinned: frozenset[int] = frozenset()
    latest: Version | None = None
    refused: tuple[Address, ...] = ()

    @property
    def shut(self) -> bool:
        """Whether ``latest`` gives nothing, though an older version is enabled."""
        latest = self.latest
        return self.newest is not None and latest is not None and latest.state != _ENABLED

    @property
    def why_shut(self) -> str:
        """Say which version is in the way, and how."""
        latest = self.latest
        return f"version {latest.number} is {latest.state.lower()}" if latest else ""

    @property
    def newest(self) -> Version | None:
        """The newest version that is enabled."""
        return next((item for item in self.versions if item.state == _ENABLED), None)

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
        if self.shut:
            return Rotation.SHUT
        if self.due is None or self.period is None:
            return Rotation.NEVER
        if self.now >= self.due:
            return Rotation.OVERDUE
        return Rotation.DUE if self.due - self.now < self.period * _SOON else Rotation.FRESH

    def old(self, grace: timedelta) -> tuple[Version, ...]:
        """List the versions that a newer one has replaced for longer than *grace*.

        What is pinned is not replaced: whoever reads it would not come up without it.
        """
        newest = self.newest
        if newest is None or self.shut or self.stale or self.now - newest.created < grace:
            return ()
        return tuple(
            item
            for item in self.versions
            if item.number < newest.number and item.number not in self.pinned
        )

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "secret": self.target.ids["name"],
            "address": str(self.address),
            "state": self.rotation.value,
            "version": self.newest.number if self.newest else None,
            "created": self.newest.created.isoformat() if self.newest else None,
            "due": self.due.isoformat() if self.due else None,
            "period_seconds": self.period.total_seconds() if self.period else None,
            "versions": [{"number": v.number, "state": v.state} for v in self.versions],
            "latest": {"number": self.latest.number, "state": self.latest.state}
            if self.latest
            else None,
            "refused": [str(user) for user in self.refused],
            "pinned": sorted(self.pinned),
            "users": [str(user) for user in self.users],
            "stale": [str(user) for user in self.stale],
        }


def secret_states(session: Session, plan: Plan) -> list[SecretState]:
    """Return the state of each declared secret.

    Args:
        session: the stack.
        plan: a plan of it.

    Raises:
        GcpstackError: something could not be read.
    """
    services = [change for change in plan.changes if change.kind is RUN_SERVICE and change.live]
    read = {change.address: frozenset(_read_at_start(change)) for change in services}
    started = {c.address: _started(session, c) for c in services if read[c.address]}
    now = session.clock.now()
    out = []
    for change in plan.changes:
        if change.kind is not SECRET or change.declared is None:
            continue
        everything = _versions(session, change.target)
        versions = tuple(item for item in everything if item.state != _DESTROYED)
        latest = everything[0] if everything else None
        users = [item for item in services if change.target.ids["name"] in read[item.address]]
        newest = next((item for item in versions if item.state == _ENABLED), None)
        since = newest.created if newest else None
        out.append(
            SecretState(
                address=change.address,
                target=change.target,
                versions=versions,
                period=_period(change),
                users=tuple(item.address for item in users),
                stale=_before(since, {user.address: min(started[user.address]) for user in users}),
                behind=_before(since, {user.address: max(started[user.address]) for user in users}),
                now=now,
                pinned=_pinned(change, plan),
                latest=latest,
                refused=tuple(_readers(change, plan))
                if latest and latest.state != _ENABLED
                else (),
            )
        )
    return out


def chosen(found: Sequence[SecretState], name: str) -> SecretState:
    """Pick a secret by its name.

    Raises:
        SettingsError: the stack has none of that name.
    """
    for item in found:
        if name in (item.target.ids["name"], str(item.address)):
            return item
    raise _no_secret(name, [item.target.ids["name"] for item in found])


def named(declared: Iterable[Declared], name: str) -> Declared:
    """Pick the declaration of a secret by its name.

    Raises:
        SettingsError: the stack has none of that name.
    """
    found = [item for item in declared if item.kind is SECRET]
    for item in found:
        if name in (item.ids["name"], str(item.address)):
            return item
    raise _no_secret(name, [item.ids["name"] for item in found])


def _no_secret(name: str, names: Sequence[str]) -> SettingsError:
    near = difflib.get_close_matches(name, names, 1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return SettingsError(
        f"The stack has no secret {name!r}.",
        remedy=f"{hint}There are: {', '.join(names) or 'none'}.",
    )


def _versions(session: Session, target: Target) -> list[Version]:
    """List the versions, the newest first."""
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
        return []
    found = (
        Version(int(str(body["name"]).rsplit("/", 1)[-1]), str(body["state"]), _moment(body))
        for body in listed
    )
    return sorted(found, key=lambda item: item.number, reverse=True)


def _pinned(secret: Change, plan: Plan) -> frozenset[int]:
    """List the versions of a secret that are named by their number or by an alias.

    https://cloud.google.com/secret-manager/docs/assign-alias-to-secret-version
    """
    named = get(secret.live.body, ("versionAliases",)) if secret.live else None
    aliases = named if isinstance(named, Mapping) else {}
    texts = {str(number) for number in aliases.values()}
    for _, body in _bodies(plan):
        texts |= set(_named_versions(body, secret.target.ids["name"]))
    return frozenset(int(text) for text in texts if text.isdecimal())


def _readers(secret: Change, plan: Plan) -> Iterator[Address]:
    """List what reads ``latest`` of a secret, whether as it starts, in files, or when it runs."""
    name = secret.target.ids["name"]
    found = (address for address, body in _bodies(plan) if "latest" in _named_versions(body, name))
    yield from dict.fromkeys(found)


def _bodies(plan: Plan) -> Iterator[tuple[Address, Mapping[str, object]]]:
    """Give what may name versions of secrets, as it is declared and as it is."""
    for change in plan.changes:
        if change.kind not in (SECRET, SECRET_VERSION):
            yield change.address, change.desired
            yield change.address, change.live.body if change.live else {}


def _named_versions(value: object, secret: str) -> Iterator[str]:
    """Find the versions of a secret that a body names.

    A reference names the secret, and a version beside it or, for volumes, in a list beside it;
    elsewhere the whole name of a version stands.
    """
    if isinstance(value, Mapping):
        if str(value.get("secret")).rsplit("/", 1)[-1] == secret:
            files = value.get("items") or value.get("versions") or ()
            listed = [part for part in files if isinstance(part, Mapping)]
            for part in listed or [value]:
                yield str(part.get("version", "latest"))
        for inner in value.values():
            yield from _named_versions(inner, secret)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named_versions(inner, secret)
    elif isinstance(value, str) and f"/secrets/{secret}/versions/" in value:
        yield value.rsplit("/", 1)[-1]


def _moment(body: Mapping[str, object]) -> datetime:
    return datetime.fromisoformat(str(body["createTime"]))


def _period(change: Change) -> timedelta | None:
    text = get(change.desired, ("rotation", "rotationPeriod"))
    return timedelta(seconds=float(str(text).removesuffix("s"))) if text else None


def _before(since: datetime | None, started: Mapping[Address, datetime]) -> tuple[Address, ...]:
    """List what had started before a moment."""
    return tuple(address for address, at in started.items() if since is not None and at < since)


def _started(session: Session, change: Change) -> list[datetime]:
    """Return when the revisions of a service were made that serve its users, and the newest one.

    What can't be told counts as made just now.
    """
    if change.live is None or change.kind.traffic is None:
        return [_LATER]
    traffic = change.kind.traffic(change.live.body)
    names = {traffic.newest, *(one.revision for one in traffic.shares if one.percent)} - {""}
    revisions = Collection(session.clients, "run", "v2", "projects.locations.services.revisions")
    out = [_LATER] if not names else []
    for name in sorted(names):
        params = {"name": f"{change.target.path}/revisions/{name}"}
        try:
            found = session.caller(RUN_SERVICE.api, partial(revisions.call, "get", params))
        except NotFound:
            out.append(_LATER)
        else:
            out.append(_moment(found))
    return out


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
