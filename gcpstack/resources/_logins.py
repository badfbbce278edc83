"""Two database users that take turns: placeholders for who is on, and with which password.

A secret's newest version names one of them with its password. The other one, whom the version before
named, stays as it is, so that whoever still holds that version gets in.
"""

import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from gcpstack._core.refs import Later

_ALPHABET = string.ascii_letters + string.digits
#: What a password is made of, and what goes on where a name goes on.
_PASSWORD, _NAME = "[A-Za-z0-9]+", r"[\w.-]"  # a pattern


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """Who is on.

    Attributes:
        user: the user.
        password: its password.
    """

    user: str
    password: str


@dataclass(frozen=True, slots=True, eq=False)
class Login:
    """Two users of a database that take turns.

    Attributes:
        users: their names.
        length: how many characters a password has; 32 of them hold 190 bits.
    """

    users: tuple[str, str]
    length: int = 32

    def make(self) -> str:
        """Make a password up, of letters and digits: it can stand in a URL as it is."""
        return "".join(secrets.choice(_ALPHABET) for _ in range(self.length))

    def after(self, user: str) -> str:
        """Return whose turn is next."""
        return self.users[1] if user == self.users[0] else self.users[0]

    def named(self, text: str) -> bool:
        """Return whether a text names one of them, in whatever form."""
        names = "|".join(map(re.escape, self.users))
        return re.search(f"(?<!{_NAME})(?:{names})(?!{_NAME})", text) is not None


@dataclass(frozen=True, slots=True)
class LoginPart(Later):
    """A part of what a `Login` comes to.

    Attributes:
        login: the users.
        part: the user that is on, the password of that, or of the one that *user* names.
        user: a user.
    """

    login: Login
    part: Literal["user", "password"]
    user: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """How a secret's text names a user and the password.

    Attributes:
        login: the users.
        parts: the text: literals, the two parts of the login, and what else it is composed of.
    """

    login: Login
    parts: Sequence[object]
    _ends: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Find the two parts."""
        here = [at for at, part in enumerate(self.parts) if isinstance(part, LoginPart)]
        object.__setattr__(self, "_ends", (here[0], here[-1]))

    def read(self, text: str) -> Turn | None:
        """Read who is on; None where the text does not say it in this form."""
        found = re.search(self._pattern(), text)
        return None if found is None else Turn(found["user"], found["password"])

    def write(self, text: str, turn: Turn) -> str:
        """Name another user and password in a text of this form, and change nothing else."""
        found = re.search(self._pattern(), text)
        if found is None:
            return text
        for name, new in sorted(
            (("user", turn.user), ("password", turn.password)),
            key=lambda item: found.start(item[0]),
            reverse=True,
        ):
            text = text[: found.start(name)] + new + text[found.end(name) :]
        return text

    def _pattern(self) -> str:
        first, last = self._ends
        names = "|".join(map(re.escape, self.login.users))
        groups = {"user": f"(?P<user>{names})", "password": f"(?P<password>{_PASSWORD})"}
        left, right = (groups[getattr(self.parts[at], "part")] for at in self._ends)  # noqa: B009 # they are parts of the login
        between = "".join(map(str, self.parts[first + 1 : last]))
        # One character on each side: a scheme or a query may change and leave the login as it is.
        before = "".join(_literals(self.parts[:first][::-1])[::-1])[-1:]
        after = "".join(_literals(self.parts[last + 1 :]))[:1]
        begin = re.escape(before) if before else r"\A" if first == 0 else ""
        end = re.escape(after) if after else r"\Z" if last == len(self.parts) - 1 else ""
        return f"{begin}{left}{re.escape(between)}{right}{end}"


def _literals(parts: Sequence[object]) -> list[str]:
    """Return the literals that a text begins with."""
    out: list[str] = []
    for part in parts:
        if not isinstance(part, str | int):
            break
        out.append(str(part))
    return out
