"""A database login that is rotated without a gap: two users that take turns, and one secret."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gcpstack._core.component import Component
from gcpstack._core.refs import Composed, Sensitive, compose
from gcpstack._core.resource import Resource, Scope
from gcpstack.components.values import SecretValue
from gcpstack.exceptions import Problem
from gcpstack.resources._logins import Login, LoginPart
from gcpstack.resources._types import SqlInstanceRef
from gcpstack.resources.secrets import Secret, SecretVersion
from gcpstack.resources.sql.databases import SqlUser

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_HOLES = re.compile(r"\{(\w+)\}")
_SHORTEST, _LONGEST = 16, 128
_OWN = ("user", "password")


@dataclass(frozen=True, eq=False)
class SqlLogin(Component):
    """A login to a Cloud SQL database, kept in a secret, whose password changes without a gap.

    Two users take turns. Each version of the secret names one of them with its password, so whoever
    holds the version before gets in as the other one: ``gcpstack secrets rotate`` gives the user
    whose turn it is not a new password, then adds the version that names it, then brings up the
    services that read the secret. ``gcpstack secrets retire`` disables the old version and gives its
    user a password that nobody knows. So does the first apply with the second user.

    Both users have the same roles. What one of them makes in PostgreSQL is its own: let both be
    members of a role that owns the tables. Where the application can log in as its service account
    (a `SqlUser` of it), there is no password to rotate at all.

    Attributes:
        name: the secret's name.
        instance: the instance.
        users: the names of the two users; the first is on at first. A single user whose password the
            secret has held in the same form until now goes on working as one of them.
        text: what the secret holds, with ``{user}`` and ``{password}`` once each, and nothing but
            literal text between them; JSON if not given, or a URL.
        values: what fills the other holes of the text, such as a host that is known after apply.
        database_roles: the roles of both users within the database.
        length: how many letters and digits a password has.
        user_options: further fields of both `SqlUser`.
        allow_delete: consents that the secret and its versions may be deleted.
        options: further fields of the `Secret`, such as ``rotation_period``.
    """

    name: str
    instance: SqlInstanceRef = field(kw_only=True)
    users: tuple[str, str] = field(kw_only=True)
    text: str = field(default='{"username": "{user}", "password": "{password}"}', kw_only=True)
    values: Mapping[str, object] = field(default_factory=dict, kw_only=True)
    database_roles: Sequence[str] | None = field(default=None, kw_only=True)
    length: int = field(default=32, kw_only=True)
    user_options: Mapping[str, object] = field(default_factory=dict, kw_only=True)
    allow_delete: bool = field(default=False, kw_only=True)
    options: Mapping[str, object] = field(default_factory=dict, kw_only=True)

    @property
    def secret(self) -> Secret:
        """The secret."""
        return self._kept.secret

    @property
    def version(self) -> SecretVersion | None:
        """Its value."""
        return self._kept.version

    @functools.cached_property
    def accounts(self) -> tuple[SqlUser, ...]:
        """The two users."""
        return tuple(
            SqlUser(
                name,
                instance=self.instance,
                password=Sensitive(LoginPart(self._login, "password", name)),
                database_roles=self.database_roles,
                **self.user_options,  # type: ignore[arg-type] # checked as any declaration is
            )
            for name in self.users
        )

    @functools.cached_property
    def _login(self) -> Login:
        return Login(self.users, self.length)

    @functools.cached_property
    def _kept(self) -> SecretValue:
        user, password = LoginPart(self._login, "user"), LoginPart(self._login, "password")
        text = compose(self.text, **{**self.values, "user": user, "password": password})
        return SecretValue(
            self.name,
            Composed(text.parts, sensitive=True),
            allow_delete=self.allow_delete,
            options=self.options,
        )

    def expand(self, scope: Scope) -> Iterator[Resource]:
        """List the parts; none where the whole can't be put together."""
        if not list(self._wrong()):
            yield from self.accounts
            yield from self._kept.expand(scope)

    def problems(self, scope: Scope) -> Iterator[Problem]:
        """Check what has to hold so that a version tells who is on."""
        for place, message, remedy in self._wrong():
            yield Problem(f"SqlLogin/{self.name}: {place}", message, remedy)

    def _wrong(self) -> Iterator[tuple[str, str, str]]:
        users: list[object] = list(self.users)
        if len(users) != 2 or len(set(users)) != len(users):  # noqa: PLR2004 # they take turns
            yield "users", "are not two different names.", "Name two: they take turns."
        for user in users:
            if not isinstance(user, str) or not _NAME.fullmatch(user):
                told = f"{user!r} can't stand in a text as it is."
                yield "users", told, "Use letters, digits, '_', '.' and '-', a letter first."
        if not _SHORTEST <= self.length <= _LONGEST:
            yield "length", f"{self.length} is not within {_SHORTEST} and {_LONGEST}.", "Use 32."
        for option in ("name", "password", "database_roles", "instance"):
            if option in self.user_options:
                yield f"user_options[{option!r}]", "is the login's own.", "Leave it out."
        yield from self._wrong_text()

    def _wrong_text(self) -> Iterator[tuple[str, str, str]]:
        holes = _HOLES.findall(self.text)
        for own in _OWN:
            if holes.count(own) != 1:
                told = f"holds {{{own}}} {holes.count(own)} times."
                yield "text", told, "Write it once: the next rotation reads it from there."
            if own in self.values:
                yield f"values[{own!r}]", "is the login's own.", "Leave it out."
        for hole in sorted(set(holes) - {*self.values, *_OWN}):
            yield "text", f"holds {{{hole}}}, which nothing fills.", f"Give values[{hole!r}]."
        for name in sorted(set(self.values) - set(holes)):
            yield f"values[{name!r}]", "fills nothing in the text.", "Leave it out."
        own_places = [at for at, hole in enumerate(holes) if hole in _OWN]
        if len(own_places) == 2 and own_places[1] - own_places[0] != 1:  # noqa: PLR2004 # both parts
            told = "holds something else between {user} and {password}."
            yield "text", told, "Put it before or after them."
        elif re.search(r"\{user\}\{password\}|\{password\}\{user\}", self.text):
            yield "text", "holds nothing between {user} and {password}.", "Write a ':' there."
