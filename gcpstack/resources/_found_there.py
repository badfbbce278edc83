"""What runs comes after what it will look for: the values of its secrets, the databases and users of its instance.

No field says so. A reference to a secret is one to the secret, not to the version that has the value;
a URL names an instance by its address, and the database by text.
"""

import dataclasses
from collections.abc import Iterator

from gcpstack._core.refs import Address, Link, placeholders
from gcpstack._core.resource import Declared
from gcpstack.resources._stackwide import Stack, of

_INSTANCE = "sql.DatabaseInstance"
_RUNS = frozenset({"cloudfunctions.Function", "run.Job", "run.Service", "run.WorkerPool"})
#: What may hold how a database is reached.
_CLIENTS = _RUNS | {"secretmanager.SecretVersion"}


def found_first(stack: dict[Address, Declared]) -> None:
    """Put what runs after what it will look for, wherever that is in the stack and doesn't need it itself.

    Cloud Run makes no service whose secret has no version yet
    (https://cloud.google.com/run/docs/configuring/services/secrets), and a program that finds no
    database or user ends (https://cloud.google.com/sql/docs/postgres/connect-run).
    """
    versions = _by(stack, "secretmanager.SecretVersion", "secret")
    there: dict[str, set[Address]] = {}
    for kind in ("sql.Database", "sql.User"):
        for name, more in _by(stack, kind, "instance").items():
            there.setdefault(name, set()).update(more)
    for address, item in list(stack.items()):
        wanted: set[Address] = set()
        if item.kind.name in _RUNS:
            for name in _secrets(item.body):
                wanted |= versions.get(name, set())
        if item.kind.name in _CLIENTS:
            for found in placeholders(item.body):
                instance = stack.get(found.to if isinstance(found, Link) else found.of)
                if instance is not None and instance.kind.name == _INSTANCE:
                    wanted |= there.get(instance.ids["name"], set())
        more = {
            one for one in wanted - item.depends_on - {address} if not _needs(stack, one, address)
        }
        if more:
            stack[address] = dataclasses.replace(item, depends_on=item.depends_on | more)


def _by(stack: Stack, kind: str, parent: str) -> dict[str, set[Address]]:
    """List the addresses of a kind by the name of what they stand in."""
    out: dict[str, set[Address]] = {}
    for item in of(stack, kind):
        out.setdefault(item.ids[parent], set()).add(item.address)
    return out


def _secrets(value: object) -> Iterator[str]:
    """List the names of the secrets that something reads."""
    if isinstance(value, dict):
        secret = value.get("secret")
        if isinstance(secret, Link):
            yield secret.to.name
        elif isinstance(secret, str):
            yield secret.rsplit("/", 1)[-1]
        for inner in value.values():
            yield from _secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner)


def _needs(stack: Stack, address: Address, other: Address) -> bool:
    """Return whether a resource needs another, through whatever stands between."""
    seen: set[Address] = set()
    waiting = [address]
    while waiting:
        here = waiting.pop()
        if here == other:
            return True
        if here not in seen and here in stack:
            seen.add(here)
            waiting += stack[here].depends_on
    return False
