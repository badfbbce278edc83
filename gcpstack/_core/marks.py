"""The mark by which objects are found again whose id Google chooses.

Uptime checks, alert policies and notification channels get their ids from Google, and their
display names need not be unique. Each carries two user labels instead: the stack, and its name in
the stack. Labels take lower-case letters, digits, ``_`` and ``-`` only, 63 at most
(https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies).
"""

import hashlib
import re

#: The label that holds the stack.
STACK = "gcpstack"
#: The label that holds the name within the stack.
NAME = "gcpstack-name"

_LONGEST = 63
_DIGITS = 8
_FOREIGN = re.compile(r"[^a-z0-9_-]+")


def slug(text: str) -> str:
    """Write a name as a label value; two different names never give the same.

    >>> slug("aster-latency")
    'aster-latency'
    >>> slug("Latency (p95)")
    'latency-p95-7e32000b'
    """
    plain = _FOREIGN.sub("-", text.lower()).strip("-")
    if plain == text and len(plain) <= _LONGEST:
        return plain
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    return f"{plain[: _LONGEST - _DIGITS - 1]}-{digest}".lstrip("-")


def mark(stack: str, name: str) -> dict[str, str]:
    """Return the labels of an object."""
    return {STACK: slug(stack), NAME: slug(name)}
