"""Refuses an inventory's bucket that others may write, or that somebody else owns.

Whoever can write the inventory can make an apply delete things: its records say what is ours. Whoever
can read it learns what the stack is made of. https://cloud.google.com/storage/docs/public-access-prevention
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.errors import translated
from gcpstack.exceptions import InventoryError, NotFound, PermissionDenied

_EVERYBODY = frozenset({"allUsers", "allAuthenticatedUsers"})
_NUMBER = re.compile(r"\D*(\d+)@")


def check(clients: Clients, project: str, bucket: str, *, own: bool) -> bool:
    """Look at a bucket; tell whether there is one.

    Args:
        clients: make the calls.
        project: the stack's project.
        bucket: the bucket's name.
        own: nobody named it: it has to be the project's.

    Raises:
        InventoryError: it is not fit to hold an inventory; with all reasons.
    """
    buckets = clients.collection("storage", "v1", "buckets")
    try:
        with translated():
            found = buckets.get(bucket=bucket, projection="full").execute()
    except NotFound:
        return False
    except PermissionDenied:
        found = {}  # it is there; what may be done with it shows when it is written
    problems = [*_open(buckets, bucket, found)]
    if own and found.get("projectNumber") and not _ours(clients, project, found["projectNumber"]):
        raise InventoryError(
            f"The bucket gs://{bucket} belongs to another project: somebody else took the name that "
            "gcpstack gives to its inventories by default.",
            remedy="Make a bucket of your own and name it with --inventory gs://BUCKET.",
        )
    if problems:
        raise InventoryError(
            f"The bucket gs://{bucket} is not fit to hold an inventory: {'; '.join(problems)}. "
            "Whoever can write there decides what an apply deletes. Nothing was changed.",
            remedy=f"Run `gcloud storage buckets update gs://{bucket} --uniform-bucket-level-access "
            "--public-access-prevention`, or name another bucket with --inventory.",
        )
    return True


def _open(buckets: Any, bucket: str, found: Mapping[str, Any]) -> Iterator[str]:
    settings = found.get("iamConfiguration", {})
    uniform = settings.get("uniformBucketLevelAccess", {}).get("enabled")
    if found and not uniform:
        yield "single objects have access lists of their own (no uniform bucket-level access)"
    for entry in (*found.get("acl", ()), *found.get("defaultObjectAcl", ())):
        if entry.get("entity") in _EVERYBODY and not uniform:
            yield f"its access list lets {entry['entity']} in as {entry.get('role', '')}"
    policy = _told(lambda: buckets.getIamPolicy(bucket=bucket).execute())
    for binding in (policy or {}).get("bindings", ()):
        for member in sorted(_EVERYBODY & set(binding.get("members", ()))):
            yield f"{member} has {binding['role']}"


def _ours(clients: Clients, project: str, number: object) -> bool:
    """Return whether a project has this number; yes where Google does not say."""
    accounts = clients.collection("storage", "v1", "projects.serviceAccount")
    agent = _told(lambda: accounts.get(projectId=project).execute())
    match = _NUMBER.match(str((agent or {}).get("email_address", "")))
    return match is None or match[1] == str(number)


def _told(ask: Callable[[], Any]) -> Any:
    """Ask something that the caller may not be allowed to know."""
    try:
        with translated():
            return ask()
    except (PermissionDenied, NotFound):
        return None
