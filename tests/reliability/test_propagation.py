"""What a run that failed granted may not be in force yet when the next one goes on."""

import json

from gcpstack import Bucket, EncryptionKey, Stack
from gcpstack.emulator.core.wire import Request, Response

from .lab import Lab

_NOT_NOW = {"error": {"code": 400, "message": "not now", "errors": [{"reason": "invalid"}]}}


def sealed() -> Stack:
    stack = Stack("shop", enable_apis=False)
    key = stack.add(EncryptionKey("shop", users=["storage"], location="us"))
    stack.add(Bucket("shop-files-1", location="US", uniform_access=True, kms_key_name=key.key))
    return stack


def refuse_the_bucket(request: Request) -> Response | None:
    """Answer in Google's place, as if somebody had to mend something first."""
    new = request.method == "POST" and request.path.endswith("/storage/v1/b")
    if not new or b"shop-files-1" not in request.body:
        return None
    return Response(400, json.dumps(_NOT_NOW).encode(), {"Content-Type": "application/json"})


def test_the_next_run_waits_for_the_grants_of_one_that_failed():
    """A grant takes minutes to be seen everywhere, and the next run may begin at once."""
    lab = Lab(latency=2)
    lab.line.instead = refuse_the_bucket
    assert not lab.apply(sealed()).outcome.ok
    lab.line.instead = lambda request: None

    lab.apply(sealed()).outcome.raise_failed()

    assert lab.plan(sealed()).empty
