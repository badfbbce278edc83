"""What the tests of Cloud Logging call, and how."""

from typing import Any

from tests.emulator.conftest import Send

API = "https://logging.googleapis.com/v2"
ROOT = f"{API}/projects/demo-proj"
BUCKETS = f"{ROOT}/locations/global/buckets"
SHELF = f"{BUCKETS}/shelf"
SINKS = f"{ROOT}/sinks"
METRICS = f"{ROOT}/metrics"
EXCLUSIONS = f"{ROOT}/exclusions"
TOPIC = "pubsub.googleapis.com/projects/demo-proj/topics/t"
SHARED = "serviceAccount:cloud-logs@system.gserviceaccount.com"


def ok(send: Send, method: str, url: str, body: Any = None) -> dict[str, Any]:
    answer = send(method, url, body)
    assert answer.status == 200, answer.json()
    told: dict[str, Any] = answer.json()
    return told


def shelf_of(send: Send) -> dict[str, Any]:
    """A bucket with Log Analytics."""
    return ok(send, "POST", f"{BUCKETS}?bucketId=shelf", {"analyticsEnabled": True})
