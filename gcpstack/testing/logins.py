"""Asks an emulator whether a database would let somebody in."""

import json
import urllib.request


def sql_login(
    endpoint: str, *, project: str, instance: str, user: str, password: str, host: str = "%"
) -> bool:
    """Return whether a Cloud SQL instance of an emulator would let a user in now.

    Args:
        endpoint: the emulator's address, as `gcp_emulator.endpoint` has it.
        project: the instance's project.
        instance: its name.
        user: the user's name.
        password: the password that is tried.
        host: from where the user may connect; MySQL only.

    Raises:
        OSError: no emulator answers there.
    """
    body = {
        "project": project,
        "instance": instance,
        "user": user,
        "password": password,
        "host": host,
    }
    request = urllib.request.Request(  # noqa: S310 # an emulator's address
        f"{endpoint}/_emulator/sqladmin/login", data=json.dumps(body).encode(), method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 # as above
        return bool(json.load(answer)["accepted"])
