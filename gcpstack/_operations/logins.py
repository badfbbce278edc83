"""Database logins of two users that take turns: the next one's password, and the last one put to rest.

A password is set before the version that names it is added, and a version is disabled only after its
user's password was changed; so whoever dies in between leaves a version that lets in, and the same
command finishes it. https://cloud.google.com/secret-manager/docs/rotation-recommendations
"""

import contextlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from gcpstack._adapters.gapic import Api
from gcpstack._core.json import Body, Path
from gcpstack._core.ports import Edit, Target
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Declared
from gcpstack._engine import digests
from gcpstack._operations.secret_states import SecretState
from gcpstack._operations.waits import checkpoint, finish, held
from gcpstack._stack.logins import Rota, rotas
from gcpstack._stack.session import Session
from gcpstack.exceptions import (
    FailedPrecondition,
    NotFound,
    PermissionDenied,
    SettingsError,
)
from gcpstack.resources._logins import Turn
from gcpstack.resources.kinds import SECRET

_PASSWORD: Path = ("password",)
#: Where users and instances have passwords that a backup brings back.
_PASSWORDS = {"password", "rootPassword"}


def rota_of(session: Session, which: SecretState) -> Rota | None:
    """Find the users that take turns in a secret; None where it holds something else."""
    for rota in rotas(session.unsettled):
        if rota.home.ids["secret"] == which.target.ids["name"]:
            return rota
    return None


def take_turns(
    session: Session, which: SecretState, rota: Rota, tell: Callable[[str], None]
) -> str:
    """Give the user whose turn is next a new password; under the lease.

    Args:
        session: the stack; its plan has nothing to do.
        which: the secret.
        rota: the users.
        tell: is told what was done.

    Returns:
        What the next version of the secret is to hold.

    Raises:
        SettingsError: the secret names no user, or somebody reads a version of the next one for good.
        CloudError: the password could not be set.
    """
    text = session.kept(rota.home)
    turn = rota.turn(text) if text is not None else None
    if text is None or turn is None:
        raise SettingsError(
            f"The secret {which.target.ids['name']} names no user of its login.",
            remedy="Apply the stack first: it adds such a version.",
        )
    user = rota.login.after(turn.user)
    pinned = _pinned(session, which, rota)
    if user in pinned.values():
        numbers = ", ".join(str(number) for number, name in pinned.items() if name == user)
        raise SettingsError(
            f"Version {numbers} of {which.target.ids['name']} is read by its number and names {user}, "
            "whose turn is next.",
            remedy="Let whoever reads it read the latest one, or the one before; then rotate.",
        )
    new = Turn(user, rota.login.make())
    _set_password(session, rota.users[user], new.password)
    tell(f"The database user {user} has a new password; {turn.user} keeps its own.")
    return rota.form.write(text, new)


def put_to_rest(session: Session, which: SecretState, tell: Callable[[str], None]) -> None:
    """Give the user who is off a password that nobody knows, where nothing needs it; under the lease.

    Args:
        session: the stack.
        which: a secret whose old versions are about to be disabled.
        tell: is told what was done.

    Raises:
        SettingsError: the secret names its user in another form.
        CloudError: the password could not be set.
    """
    rota = rota_of(session, which)
    text = session.kept(rota.home) if rota is not None else None
    turn = rota.turn(text) if rota is not None and text is not None else None
    if rota is None or turn is None:
        return
    user = rota.login.after(turn.user)
    if user not in _pinned(session, which, rota).values():
        with contextlib.suppress(NotFound):  # there is nobody to let in
            _set_password(session, rota.users[user], rota.login.make(), kept=False)
            tell(f"The database user {user} has a password that nobody knows.")


def _set_password(session: Session, user: Declared, password: str, *, kept: bool = True) -> None:
    """Give a user of a database another password; under the lease.

    Args:
        session: the stack.
        user: the user.
        password: the password.
        kept: it is to be kept: an apply that wants this one has nothing to do.

    Raises:
        CloudError: it could not be set.
        InventoryConflict: the lease was lost.
    """
    keeper, api, target = session.keeper, user.kind.api, Target(user.kind, user.ids)
    _note(session, user, {})
    checkpoint(session)
    adapter = session.adapter_for(user.kind)
    live = session.caller(api, lambda: adapter.get(target))
    if live is None:
        raise NotFound(f"{user.address} does not exist")
    body: Body = {"password": Sensitive(password)}
    edit = Edit(
        target=target,
        live=live.body,
        desired=body,
        merged={**live.body, **body},
        changed=(_PASSWORD,),
        request_id=str(uuid.uuid4()),
    )
    for step in adapter.update(edit):
        finish(session, user.kind, held(session, user.kind, step.call))
    if kept:
        digest = digests.digest(keeper.snapshot.key, _PASSWORD, password)
        _note(session, user, {str(_PASSWORD[-1]): digest})


def _note(session: Session, user: Declared, digests: Mapping[str, str]) -> None:
    """Remember a user's password, or that nobody knows which it is."""
    record = session.keeper.snapshot.records.get(user.address)
    if record is not None:
        session.keeper.put(replace(record, digests=digests))


def forget_passwords(session: Session, project: str, instance: str) -> None:
    """Take note that nobody knows the passwords of an instance: the next apply sets those declared.

    A restore brings back the users of a backup; the next save writes this.
    https://cloud.google.com/sql/docs/postgres/backup-recovery/restore

    Args:
        session: the stack.
        project: the instance's project.
        instance: its name.
    """
    for record in session.keeper.snapshot.records.values():
        ids = record.ids
        named = {"sql.User": ids.get("instance"), "sql.DatabaseInstance": ids.get("name")}
        here = named.get(record.address.kind), ids.get("project")
        if here == (instance, project) and record.digests.keys() & _PASSWORDS:
            left = {key: value for key, value in record.digests.items() if key not in _PASSWORDS}
            session.keeper.put(replace(record, digests=left))


def _pinned(session: Session, which: SecretState, rota: Rota) -> dict[int, str]:
    """Return the users that versions name which somebody reads by number."""
    api = Api(session.clients, "google.cloud.secretmanager_v1", "SecretManagerServiceClient")
    out: dict[int, str] = {}
    for version in which.versions:
        if version.number not in which.pinned or version.state != "ENABLED":
            continue
        request = {"name": f"{which.target.path}/versions/{version.number}"}
        try:
            answer = session.caller(
                SECRET.api,
                lambda request=request: api.call(  # type: ignore[misc] # mypy infers no default
                    "access_secret_version", "AccessSecretVersionRequest", request
                ),
            )
        except (NotFound, FailedPrecondition, PermissionDenied):
            continue  # put away meanwhile, or never ours to read
        turn = rota.form.read(bytes(answer.payload.data).decode("utf-8", "replace"))
        if turn is not None:
            out[version.number] = turn.user
    return out
