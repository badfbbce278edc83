"""Identifiers that look random, repeat from run to run with one seed, and never collide."""

import base64
import hashlib
import ipaddress
import json
import uuid
from typing import Any

from gcpstack.emulator.core.store import State


class Ids:
    """The source of every identifier of a world."""

    def __init__(self, state: State, seed: int) -> None:
        self._state = state
        self._seed = seed

    def _bytes(self) -> bytes:
        return hashlib.sha256(f"{self._seed}/{self._state.count('id')}".encode()).digest()

    def number(self, digits: int = 19) -> str:
        """A decimal id of that many digits, as Compute's and Monitoring's."""
        low = 10 ** (digits - 1)
        return str(low + int.from_bytes(self._bytes()[:16], "big") % (9 * low))

    def hex(self, length: int = 16) -> str:
        """A hexadecimal id."""
        return self._bytes().hex()[:length]

    def uuid(self) -> str:
        """A UUID."""
        return str(uuid.UUID(bytes=self._bytes()[:16], version=4))

    def address(self, network: int = 34) -> str:
        """A public IPv4 address out of a block that Google announces."""
        raw = self._bytes()
        return f"{network}.{96 + raw[0] % 64}.{raw[1]}.{1 + raw[2] % 254}"

    def address6(self) -> str:
        """A public IPv6 address out of the block of Google's front ends."""
        return str(ipaddress.ip_address(f"2600:1901:0:{self.hex(4)}::"))


def fingerprint(value: Any) -> str:
    """A digest in the form of Compute's fingerprints: base64 of eight bytes."""
    raw = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
    return base64.urlsafe_b64encode(raw[:8]).decode()


def etag(value: Any) -> str:
    """A digest in the form of an AIP etag: quoted hexadecimal."""
    raw = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
    return f'"{raw[:13]}"'


def number_of(project: str) -> str:
    """The number that a project id stands for: twelve digits, always the same."""
    raw = hashlib.sha256(f"project/{project}".encode()).digest()
    return str(100_000_000_000 + int.from_bytes(raw[:8], "big") % 900_000_000_000)
