"""What becomes of a bucket's objects when it goes."""

import io

import pytest
from googleapiclient.http import MediaIoBaseUpload

from gcpstack._adapters.registry import adapters
from gcpstack._core import fence
from gcpstack._core.ports import Target
from gcpstack.exceptions import InventoryConflict
from gcpstack.resources.kinds import BUCKET
from tests.reliability.lab import PROJECT, Lab

NAMES = tuple(f"object-{number}" for number in range(5))
TARGET = Target(BUCKET, {"project": PROJECT, "name": "full"})


@pytest.fixture
def lab():
    lab = Lab()
    buckets = lab.clients.collection("storage", "v1", "buckets")
    buckets.insert(project=PROJECT, body={"name": "full"}).execute()
    objects = lab.clients.collection("storage", "v1", "objects")
    for name in NAMES:
        content = MediaIoBaseUpload(io.BytesIO(b"one"), "text/plain")
        objects.insert(bucket="full", name=name, media_body=content).execute()
    return lab


def adapter(lab):
    return adapters(lab.clients, stack="web")(BUCKET)


def test_each_deletion_asks_whether_the_lease_is_held(lab):
    """They go out side by side, from threads of their own."""
    live = adapter(lab).get(TARGET).body
    asked = []
    with fence.fenced(lambda: asked.append(1)):
        adapter(lab).delete(TARGET, live, "")

    sent = [name for name in lab.line.mutations() if name.startswith("storage.objects.delete")]
    assert len(sent) == len(NAMES)
    assert len(asked) > len(NAMES)
    assert adapter(lab).get(TARGET) is None


def test_no_object_goes_once_the_lease_is_lost(lab):
    """It was lost between the list of the objects and the first of their deletions."""
    live = adapter(lab).get(TARGET).body
    left = iter(range(3))  # at once, the bucket's deletion, the list

    def check():
        if next(left, None) is None:
            raise InventoryConflict("another run")

    with pytest.raises(InventoryConflict), fence.fenced(check):
        adapter(lab).delete(TARGET, live, "")

    objects = lab.clients.collection("storage", "v1", "objects")
    assert len(objects.list(bucket="full").execute()["items"]) == len(NAMES)
