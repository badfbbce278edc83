"""Secret values that are read when they are needed, and no sooner."""

import os
from dataclasses import dataclass
from pathlib import Path

from gcpstack.exceptions import SettingsError


@dataclass(frozen=True, slots=True)
class FromFile:
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
                f"The secret file {self.path} can't be read: {error.strerror}.",
                remedy="Create it, or name another.",
            ) from None
        return readable(data)

    def __str__(self) -> str:
        return str(self())


@dataclass(frozen=True, slots=True)
class FromEnv:
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


def readable(data: bytes) -> str | bytes:
    """Give text where bytes are text."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
