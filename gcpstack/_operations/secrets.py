"""Secrets over time: which are due, a new value for one, the old ones put away.

Nothing is remembered: what is under way follows from the versions and from the revisions that are
older than them, so that whatever was cut off is finished by doing it again.
https://cloud.google.com/secret-manager/docs/rotation-recommendations
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from gcpstack._adapters.gapic import Api
from gcpstack._core.json import Body, get
from gcpstack._core.refs import Address, Sensitive
from gcpstack._engine.plan import Change, Plan
from gcpstack._operations.logins import put_to_rest, rota_of, take_turns
from gcpstack._operations.renewal import renew
from gcpstack._operations.secret_states import SecretState, Version, chosen, secret_states
from gcpstack._operations.waits import held
from gcpstack._stack.generated import PAYLOAD, kept_at
from gcpstack._stack.session import Session
from gcpstack.exceptions import ApplyFailed, ConsentRequired, FailedPrecondition, SettingsError
from gcpstack.resources.kinds import SECRET, SECRET_VERSION
from gcpstack.resources.sources import FromEnv, FromFile

_STATE = ("state",)


def add(
    session: Session,
    plan: Plan,
    found: Sequence[SecretState],
    which: SecretState,
    *,
    value: str | bytes | None,
    tell: Callable[[str], None],
) -> bool:
    """Add a version with a new value, unless an earlier rotation is not finished yet.

    Args:
        session: the stack.
        plan: a plan of it.
        found: the state of its secrets.
        which: the secret.
        value: the new value; made up if not given, where the stack has it made up.
        tell: is told what was done to a database's users.

    Returns:
        Whether one was added; else the last one is still on its way to those who use it.

    Raises:
        SettingsError: nothing here can make a value up, or the stack has other changes to make.
    """
    version, rota = _declared_version(plan, which), rota_of(session, which)
    waiting = {change.address for change in plan.changes if change.mutates}
    behind = _dependents(plan, version.address)
    shut = any(diff.path == _STATE for diff in version.diff)
    if (
        shut
    ):  # somebody disabled the newest one: no rotation is under way, and a new version mends it
        waiting -= behind
    if rota is not None and version.address in waiting:
        behind |= {user.address for user in rota.users.values()}
    made_of_it = {
        change.target.ids["secret"]
        for change in plan.changes
        if change.kind is SECRET_VERSION and change.address in behind
    }
    on_its_way = any(item.stale for item in found if item.target.ids["name"] in made_of_it)
    if not shut and (on_its_way or (waiting and waiting <= behind)):
        return False
    if waiting:
        raise SettingsError(
            f"The stack has other changes to make: {', '.join(sorted(map(str, waiting)))}.",
            remedy="Apply them first; a rotation changes nothing else.",
        )
    if rota is not None and value is not None:
        raise SettingsError(
            f"{which.target.ids['name']} names one of two users that take turns, with a password.",
            remedy="Give no value: the password is made up, and set for the user first.",
        )
    kept = kept_at(session.unsettled, version.address)
    if value is not None and kept is None:
        _same(version, which, value)
    if value is None and kept is not None and kept.initial is None:
        value = kept.make()
    if value is None and rota is None:
        raise SettingsError(
            f"The value of {which.target.ids['name']} comes from outside.",
            remedy="Give the new one by --from-env or --from-file, or change it where the stack reads it and apply.",
        )
    adapter = session.adapter_for(SECRET_VERSION)
    with session.leased():
        if rota is not None:
            value = take_turns(session, which, rota, tell)
        body: Body = {"payload": {"data": Sensitive(value)}}
        held(session, SECRET_VERSION, lambda: adapter.create(version.target, body, ""))
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
    found = secret_states(session, plan)
    which = chosen(found, name)
    if add(session, plan, found, which, value=value, tell=tell):
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

    Raises:
        InventoryLocked: another run holds the lease.
        ApplyFailed: see `renew`.
    """
    plan = session.plan()
    found = secret_states(session, plan)
    return renew(session, plan, [chosen(found, name)] if name else found)


def _silent(text: str) -> None:
    """Tell nobody."""


def retire(
    session: Session,
    found: Sequence[SecretState],
    grace: timedelta,
    *,
    destroy: bool,
    tell: Callable[[str], None] = _silent,
) -> list[tuple[SecretState, Version, str]]:
    """Disable the versions that newer ones have replaced; or destroy those that are disabled.

    Args:
        session: the stack.
        found: the secrets.
        grace: how long a value stays usable after its successor.
        destroy: destroy what is disabled, which can't be undone.
        tell: is told what was done to a database's users.

    Returns:
        What was done: the secret, the version, ``disabled`` or ``destroyed``.

    Raises:
        ConsentRequired: a destruction was not consented to by name.
        InventoryLocked: another run holds the lease.
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
    out: list[tuple[SecretState, Version, str]] = []
    if not todo:
        return out
    with session.leased():
        if not destroy:
            for item in {item.address: item for item, _ in todo}.values():
                put_to_rest(session, item, tell)
        for item, version in todo:
            name = {"name": f"{item.target.path}/versions/{version.number}"}
            try:
                held(session, SECRET, partial(api.json, method, message, name))
            except FailedPrecondition:  # destroyed meanwhile
                continue
            out.append((item, version, "destroyed" if destroy else "disabled"))
    return out


def _consented(session: Session, items: Sequence[SecretState]) -> None:
    given = set(session.settings.consents)
    missing = sorted({str(item.address) for item in items} - given)
    if missing:
        flags = " ".join(f"--allow-delete {name}" for name in missing)
        raise ConsentRequired(
            f"Destroyed versions can't be brought back: {', '.join(missing)}.",
            remedy=f"Add {flags} to destroy them.",
        )


def _same(version: Change, which: SecretState, value: str | bytes) -> None:
    """Refuse a value that the stack itself would replace with the one that it reads.

    Raises:
        SettingsError: the stack declares another value.
    """
    own: object = get(version.desired, PAYLOAD)
    if isinstance(own, Sensitive):
        own = own.value
    if isinstance(own, FromEnv | FromFile):
        own = own()
    if isinstance(own, str | bytes) and _bytes(own) != _bytes(value):
        raise SettingsError(
            f"The stack declares another value for {which.target.ids['name']} than the one given.",
            remedy="Change it where the stack reads it, then apply, or rotate from there: "
            "else a later apply would not know which one holds.",
        )


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _declared_version(plan: Plan, which: SecretState) -> Change:
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
