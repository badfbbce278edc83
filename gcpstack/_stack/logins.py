"""Database users that take turns: who is on is read from the secret that names one of them.

Of the one who is on, the password is what the secret holds. The other one's is made up where the user
is made, kept by nobody, and left alone from then on: the version before may name it. Both users
come before the version, so that a version never names a password that does not let in yet.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gcpstack._core.json import get
from gcpstack._core.refs import Address, Composed, Initial, Sensitive
from gcpstack._core.resource import Declared
from gcpstack._stack.generated import PAYLOAD, filled, found_in
from gcpstack._stack.generated import settle as settle_generated
from gcpstack.exceptions import SettingsError
from gcpstack.resources._logins import Form, Login, LoginPart, Turn
from gcpstack.resources.kinds import SECRET_VERSION

#: Reads what a secret version holds; None where it is not there yet.
Read = Callable[[Declared], str | None]


@dataclass(frozen=True, slots=True)
class Rota:
    """Two users, and the secret version that names the one who is on.

    Attributes:
        login: the users.
        home: the version.
        form: how it names them.
        users: their declarations, by name.
    """

    login: Login
    home: Declared
    form: Form
    users: Mapping[str, Declared]

    def turn(self, text: str) -> Turn | None:
        """Read who is on; None where the text names neither.

        Raises:
            SettingsError: it names one of them, but not in the declared form.
        """
        found = self.form.read(text)
        if found is None and self.login.named(text):
            raise SettingsError(
                f"The secret {self.home.ids['secret']} names a user of its login in another form "
                "than the stack declares.",
                remedy="Declare the text as it was between user and password, with a password of "
                "letters and digits; or give the login a secret of another name.",
            )
        return found


def rotas(declared: Iterable[Declared]) -> list[Rota]:
    """List the logins of a stack, as it is declared."""
    declared = list(declared)
    out = []
    for home in declared:
        value = get(home.body, PAYLOAD) if home.kind is SECRET_VERSION else None
        text = value.value if isinstance(value, Sensitive) else None
        if not isinstance(text, Composed):
            continue
        logins = {part.login for part in found_in(text, LoginPart)}
        for login in logins:
            users = {
                part.user: item
                for item in declared
                for part in found_in(item.body, LoginPart)
                if part.login is login and part.user
            }
            out.append(Rota(login, home, Form(login, text.parts), users))
    return out


def users_first(declared: dict[Address, Declared]) -> None:
    """Put the version that names a user after both users."""
    for rota in rotas(declared.values()):
        here = rota.home.address
        users = {item.address for item in rota.users.values()}
        needs = declared[here].depends_on | users
        declared[here] = dataclasses.replace(declared[here], depends_on=needs)


def settle(declared: tuple[Declared, ...], read: Read) -> tuple[Declared, ...]:
    """Put the values in that secrets keep, or are to keep.

    Args:
        declared: every declaration.
        read: reads what a secret version holds.

    Raises:
        SettingsError: see `Rota.turn`.
    """
    values: dict[object, object] = {}
    for rota in rotas(declared):
        text = read(rota.home)
        turn = rota.turn(text) if text is not None else None
        turn = turn or Turn(rota.login.users[0], rota.login.make())
        values[LoginPart(rota.login, "user")] = turn.user
        values[LoginPart(rota.login, "password")] = Sensitive(turn.password)
        for user in rota.login.users:
            on = user == turn.user
            value = Sensitive(turn.password) if on else Initial(rota.login.make())
            values[LoginPart(rota.login, "password", user)] = value
    if not values:
        return settle_generated(declared, read)
    ready = tuple(
        dataclasses.replace(item, body=filled(item.body, values))
        if any(found_in(item.body, LoginPart))
        else item
        for item in declared
    )
    return settle_generated(ready, read)
