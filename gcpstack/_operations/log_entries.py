"""Reads Cloud Logging: the newest entries of the stack's project that a query chooses.

https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
"""

from datetime import UTC, timedelta

from gcpstack._adapters.rest import Collection
from gcpstack._core.json import Body
from gcpstack._stack.session import Session

#: Logging gives so many entries at once, at most.
MOST = 1000


def log_entries(session: Session, query: str, seconds: float, most: int = MOST) -> list[Body]:
    """Read entries, the newest first.

    Args:
        session: the stack.
        query: chooses them, in Logging's query language.
        seconds: how far back.
        most: how many, 1000 at most.

    Raises:
        GcpstackError: they can't be read.
    """
    since = (session.clients.now() - timedelta(seconds=seconds)).astimezone(UTC)
    body: Body = {
        "resourceNames": [f"projects/{session.scope.project}"],
        "filter": f'{query} AND timestamp>="{since:%Y-%m-%dT%H:%M:%SZ}"',
        "orderBy": "timestamp desc",
        "pageSize": most,
    }
    entries = Collection(session.clients, "logging", "v2", "entries")
    answer = session.caller("logging.googleapis.com", lambda: entries.call("list", {"body": body}))
    found = answer.get("entries")
    return found[:most] if isinstance(found, list) else []
