"""Failures that resolve themselves: what a run just made is not seen everywhere at once.

https://cloud.google.com/iam/docs/access-change-propagation
"""

import re

from gcpstack._core.refs import Address
from gcpstack._engine.calls import Context
from gcpstack._engine.plan import Change
from gcpstack.exceptions import (
    ApiDisabled,
    CloudError,
    FailedPrecondition,
    InvalidRequest,
    NotFound,
    OperationFailed,
    PermissionDenied,
)

#: How long grants, identities and enabled APIs may take to be seen everywhere, in seconds.
PROPAGATION = 600.0

_MISSING_IDENTITY = re.compile(
    r"does not exist|not found|cannot find|permission|service account|denied", re.IGNORECASE
)
#: Nothing that a run makes brings an image: this one is missing, or called otherwise.
_MISSING_IMAGE = re.compile(r"\bimage\b.*\bnot found", re.IGNORECASE)


def propagating(context: Context, change: Change, error: CloudError) -> bool:
    """Return whether a call failed because what was just made is not seen yet.

    It was by this run, or by one that was cut off and is finished by this one.
    """
    made = context.fresh | context.keeper.inherited
    fresh = {address.kind for address in made & _ancestors(context, change)}
    kinds = {here.target.kind.name: here.target.kind for here in context.standing.values()}
    recent = {name for name in fresh if name in kinds and kinds[name].propagates}
    if isinstance(error, ApiDisabled):
        return "serviceusage.Service" in recent
    if not recent - {"serviceusage.Service"}:
        return False
    if isinstance(error, PermissionDenied):
        return True
    named = isinstance(error, NotFound | InvalidRequest | FailedPrecondition | OperationFailed)
    if not named or _MISSING_IMAGE.search(error.message):
        return False
    return bool(_MISSING_IDENTITY.search(error.message))


def _ancestors(context: Context, change: Change) -> set[Address]:
    """Everything that a resource needs, directly or not."""
    out: set[Address] = set()
    waiting = list(change.needs)
    records = context.keeper.snapshot.records
    while waiting:
        address = waiting.pop()
        if address not in out:
            out.add(address)
            record = records.get(address)
            waiting += list(record.depends_on) if record else []
    return out
