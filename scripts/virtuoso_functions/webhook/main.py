"""Takes webhooks of others: whoever signs them may, and what they say becomes an event."""

import functools
import hashlib
import hmac
import json
import os
from typing import Any

import functions_framework
from google.cloud import pubsub_v1

_LARGEST = 1_000_000


def signed(body: bytes, signature: str, secret: str) -> bool:
    """Tell whether a body was signed with the secret: ``sha256=`` and the HMAC in hexadecimal."""
    wanted = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={wanted}".encode(), signature.encode())


@functools.cache
def publisher() -> Any:
    """Connect once for all calls of an instance."""
    return pubsub_v1.PublisherClient()


@functions_framework.http
def receive(request: Any) -> tuple[dict[str, str], int]:
    """Answer 202 once the event is with Pub/Sub; 401, 413 or 400 if it is not to be taken."""
    body = request.get_data(cache=True)
    if len(body) > _LARGEST:
        return {"error": "too large"}, 413
    if not signed(body, request.headers.get("X-Signature-256", ""), os.environ["WEBHOOK_SECRET"]):
        return {"error": "not signed"}, 401
    try:
        json.loads(body)
    except ValueError:
        return {"error": "no JSON"}, 400
    kind = request.headers.get("X-Event", "unknown")
    sent = publisher().publish(os.environ["TOPIC"], body, event=kind)
    return {"id": sent.result(timeout=30)}, 202
