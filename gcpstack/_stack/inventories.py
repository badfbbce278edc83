"""Where the inventory of a stack is kept, and what beginning and ending it takes of the caller."""

import os

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.objects import BucketObjects
from gcpstack._engine.plan import Action, Plan
from gcpstack._stack.stack import Settings

_GONE = (Action.DELETE, Action.FORGET)


def inventory(clients: Clients, project: str, settings: Settings) -> BucketObjects:
    """Find the bucket: the one that is named, or the project's own."""
    place = settings.inventory or os.environ.get("GCPSTACK_INVENTORY")
    bucket = (place or f"gs://{project}-gcpstack").removeprefix("gs://").rstrip("/")
    return BucketObjects(clients, project, bucket, own=place is None)


def bucket_rights(objects: BucketObjects, plan: Plan) -> set[str]:
    """Return what a plan takes beside: its run makes the bucket, or is the last to leave it."""
    out: set[str] = set()
    if plan.generation == 0 and objects.missing():
        out.add("storage.buckets.create")
    ends = plan.generation and all(change.action in _GONE for change in plan.changes)
    if ends and objects.last():
        out.add("storage.buckets.delete")
    return out
