"""Whether a user of an instance would be let in: salted hashes of the passwords, and who asks for them.

https://cloud.google.com/sql/docs/postgres/built-in-authentication. A hash is told to nobody; no
database runs, so ``POST /_emulator/sqladmin/login`` stands for the attempt to connect.
"""

import hashlib
import hmac
from typing import Any
from urllib.parse import quote

from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.sqladmin import catalogue
from gcpstack.emulator.services.sqladmin.operations import SERVICE

_ROUNDS = 100  # of passwords for tests: quick, and never the text itself


def key(instance: Obj, name: str, host: str) -> str:
    """The full name of a user."""
    return f"{instance.name}/users/{quote(name, safe='')}@{quote(host, safe='')}"


def keep(password: str, salt: str) -> dict[str, str]:
    """What is kept of a password.

    Args:
        password: the text.
        salt: differs at each change.
    """
    return {"salt": salt, "hash": _hash(password, salt)}


def _hash(password: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), _ROUNDS).hex()


def login(world: World, body: Any) -> dict[str, bool]:
    """Return whether a password lets a user in now; IAM users have none.

    Raises:
        ValueError: something is missing.
    """
    wanted = ("project", "instance", "user", "password")
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in wanted):
        message = f"a login names {', '.join(wanted)}, and a host for MySQL where it is not any"
        raise ValueError(message)
    name = f"projects/{body['project']}/instances/{body['instance']}"
    instance = world.state.get(SERVICE, name)
    return {"accepted": instance is not None and _accepted(world, instance, body)}


def _accepted(world: World, instance: Obj, body: dict[str, str]) -> bool:
    mysql = catalogue.engine(instance.body["databaseVersion"]) == "MYSQL"
    host = body.get("host", "%") if mysql else ""
    user = world.state.get(SERVICE, key(instance, body["user"], host))
    stopped = instance.body["settings"]["activationPolicy"] == "NEVER"
    if stopped or instance.body["state"] != "RUNNABLE" or user is None or "hash" not in user.meta:
        return False
    return hmac.compare_digest(_hash(body["password"], user.meta["salt"]), user.meta["hash"])
