"""Deletes sessions and results whose time is over; a scheduler calls it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import functions_framework
from google.cloud import firestore

#: How long documents of each collection are kept, and the field that tells their age.
KEPT = {
    "sessions": ("lastUsed", timedelta(days=1)),
    "results": ("finished", timedelta(days=90)),
}
#: Firestore takes no larger batch (https://cloud.google.com/firestore/quotas).
BATCH = 500


def expired(client: Any, collection: str, now: datetime) -> Any:
    """Select what is too old in a collection, a batch at a time."""
    field, age = KEPT[collection]
    condition = firestore.FieldFilter(field, "<", now - age)
    return client.collection(collection).where(filter=condition).limit(BATCH)


def clean(client: Any, now: datetime) -> dict[str, int]:
    """Delete everything that is too old; tells how much of each collection."""
    gone = dict.fromkeys(KEPT, 0)
    for collection in KEPT:
        while found := list(expired(client, collection, now).stream()):
            batch = client.batch()
            for document in found:
                batch.delete(document.reference)
            batch.commit()
            gone[collection] += len(found)
    return gone


@functions_framework.http
def sweep(_request: Any) -> tuple[dict[str, int], int]:
    """Answer how many documents went."""
    return clean(firestore.Client(), datetime.now(UTC)), 200
