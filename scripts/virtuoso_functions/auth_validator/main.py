"""Tells whether an API key is one of ours, and whose."""

import functools
import hashlib
import hmac
import json
import os
from typing import Any

import functions_framework


@functools.cache
def known() -> dict[str, str]:
    """Read the SHA-256 of every key, by whose it is: ``{"ci": "9f86d0…"}``."""
    return dict(json.loads(os.environ["API_KEYS"] or "{}"))


def owner(key: str, keys: dict[str, str]) -> str | None:
    """Tell whose a key is; None if nobody's.

    Every key is compared, and each in constant time: how long it takes tells nothing.
    """
    found = hashlib.sha256(key.encode()).hexdigest()
    matches = [name for name, digest in keys.items() if hmac.compare_digest(found, digest)]
    return matches[0] if matches else None


@functions_framework.http
def validate(request: Any) -> tuple[dict[str, Any], int]:
    """Answer 200 with the owner, or 401."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    whose = owner(key.strip(), known()) if scheme.lower() == "bearer" and key else None
    if whose is None:
        return {"valid": False}, 401
    return {"valid": True, "owner": whose}, 200
