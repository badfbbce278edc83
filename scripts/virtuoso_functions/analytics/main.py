"""Counts test events: how many ran, how they ended, how long they took, by day and suite."""

import base64
import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import functions_framework
from google.api_core import exceptions
from google.cloud import firestore

_OUTCOMES = frozenset({"passed", "failed", "skipped", "error"})


def counters(event: dict[str, Any]) -> dict[str, int]:
    """Tell by how much each counter of a day grows.

    Args:
        event: a test event, with ``outcome`` and ``seconds``.
    """
    outcome = event.get("outcome")
    return {
        "runs": 1,
        "milliseconds": round(float(event.get("seconds") or 0) * 1000),
        str(outcome if outcome in _OUTCOMES else "unknown"): 1,
    }


def document_of(event: dict[str, Any], received: datetime) -> str:
    """Name the document of a suite and a day."""
    suite = str(event.get("suite") or "none").replace("/", "-")
    return f"{received.astimezone(UTC):%Y-%m-%d}.{suite}"


@functions_framework.cloud_event
def count(event: Any) -> None:
    """Take a message of the topic of test events; one that is not valid JSON is a dead letter in the end."""
    data = json.loads(base64.b64decode(event.data["message"]["data"]))
    received = datetime.fromisoformat(event["time"])
    # One message may come twice: its id is written with what it changes, and only once.
    client = firestore.Client()
    seen = client.collection("analytics-seen").document(event["id"])
    target = client.collection("analytics").document(document_of(data, received))
    batch = client.batch()
    batch.create(seen, {"received": received})
    grown = {name: firestore.Increment(by) for name, by in counters(data).items()}
    batch.set(target, grown, merge=True)
    with contextlib.suppress(exceptions.Conflict):
        batch.commit()
