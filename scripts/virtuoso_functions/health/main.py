"""Tells whether all that the API needs is there; a scheduler and uptime checks ask."""

import os
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

import functions_framework
from google.cloud import firestore

_PATIENCE = 5.0


def database() -> None:
    """Read a document; that it does not exist is not a failure."""
    firestore.Client().collection("health").document("probe").get(timeout=_PATIENCE)


def api() -> None:
    """Ask the API for its own health."""
    url = os.environ["API_URL"].rstrip("/") + "/health"
    with urllib.request.urlopen(url, timeout=_PATIENCE):  # noqa: S310 # the stack's own URL
        pass


CHECKS: Mapping[str, Callable[[], None]] = {"database": database, "api": api}


def report(checks: Mapping[str, Callable[[], None]]) -> tuple[dict[str, str], int]:
    """Do every check; one that fails leaves no other out.

    Returns:
        What came of each, and 503 where one failed.
    """
    found = {}
    for name, check in checks.items():
        try:
            check()
        except Exception as error:  # noqa: BLE001 # whatever it is, it is what is asked for
            found[name] = f"failed: {type(error).__name__}"
        else:
            found[name] = "ok"
    return found, 200 if set(found.values()) <= {"ok"} else 503


@functions_framework.http
def check(_request: Any) -> tuple[dict[str, str], int]:
    """Answer 200 if all is well, else 503."""
    return report(CHECKS)
