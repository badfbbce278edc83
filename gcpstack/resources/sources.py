"""Secret values that are read when they are needed, and no sooner."""

import os
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gcpstack._core.refs import Later
from gcpstack.exceptions import SettingsError
from gcpstack.resources import _checks as checks
from gcpstack.resources._checks import Finding


@dataclass(frozen=True, slots=True)
class FromFile(Later):
    """The content of a file, to the last byte.

    Attributes:
        path: the file.
    """

    path: str | os.PathLike[str]

    def __call__(self) -> str | bytes:
        """Read it.

        Raises:
            SettingsError: it can't be read.
        """
        try:
            data = Path(self.path).read_bytes()
        except OSError as error:
            raise SettingsError(
                f"The file {self.path} can't be read: {error.strerror}.",
                remedy="Create it, or name another.",
            ) from None
        return readable(data)

    def __str__(self) -> str:
        return str(self())


@dataclass(frozen=True, slots=True)
class FromEnv(Later):
    """The value of an environment variable.

    Attributes:
        name: the variable.
    """

    name: str

    def __call__(self) -> str | bytes:
        """Read it.

        Raises:
            SettingsError: it is not set.
        """
        try:
            return os.environ[self.name]
        except KeyError:
            raise SettingsError(
                f"The environment variable {self.name} is not set.",
                remedy="Set it: a secret takes its value from there.",
            ) from None

    def __str__(self) -> str:
        return str(self())


_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True, eq=False)
class Generated(Later):
    """A secret that is made up once, and read from then on from where it is kept.

    One `SecretVersion` keeps it: its *value* is this and nothing else. Whatever else uses it, such
    as a database user or a URL composed with it, gets the same value, and is made after that. It is
    made up of letters and digits, so that it can stand in a URL as it is. Whoever adds a version to
    the secret changes it for all that use it, with the next apply.

    Attributes:
        length: how many characters; 32 of them hold 190 bits.
        initial: what it is at first instead of something made up: somebody is to add the real one.
    """

    length: int = 32
    initial: str | None = None

    def make(self) -> str:
        """Make a value up."""
        if self.initial is not None:
            return self.initial
        return "".join(secrets.choice(_ALPHABET) for _ in range(self.length))


def findings(field: str, value: object, most: int | None = None) -> Iterator[Finding]:
    """Check that a value can be read now, that there is any, and its size.

    https://cloud.google.com/secret-manager/quotas

    Args:
        field: the field.
        value: text, bytes, or what reads them.
        most: how many bytes it may have.
    """
    if isinstance(value, FromFile | FromEnv):
        try:
            value = value()
        except SettingsError as error:
            yield Finding(field, error.message.removesuffix("."), error.remedy)
            return
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        if not value:
            yield Finding(field, "is empty")
        if most is not None:
            yield from checks.longest(field, value, most, "bytes")


def readable(data: bytes) -> str | bytes:
    """Decode bytes that are text."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
