"""What the kinds of Cloud Storage share: its dialect, preconditions, links and 204s."""

from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, not_found
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Dialect
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response

ROOT = "https://www.googleapis.com/storage/v1/"
NO_CONTENT = 204

STORAGE = Dialect(name="storage", methods={}, keep_nulls=("patch",))


def bucket_of(call: Call) -> Obj:
    """The bucket that the path names; Cloud Storage's 404 otherwise."""
    obj = call.find(f"b/{call.params['bucket']}")
    if obj is None:
        raise not_found("The specified bucket does not exist.")
    return obj


def gone() -> Response:
    """The answer of a deletion: nothing."""
    return Response(NO_CONTENT)


def version_tag(body: Body) -> str:
    """An etag of a bucket or object: it follows the metageneration."""
    return fingerprint([body.get("name"), body.get("generation"), body.get("metageneration")])


def unmet(
    words: str = "At least one of the pre-conditions you specified did not hold.",
) -> ApiError:
    """412 conditionNotMet (https://cloud.google.com/storage/docs/request-preconditions)."""
    return ApiError(412, words, reason="conditionNotMet", location=("header", "If-Match"))


def check(call: Call, field: str, current: int) -> None:
    """Hold the preconditions on a field against its current value; 0 where nothing is.

    Args:
        call: the call with its query.
        field: ``Generation`` or ``Metageneration``.
        current: its value now.
    """
    wanted = call.query.get(f"if{field}Match")
    if wanted is not None and int(wanted) != current:
        raise unmet()
    excluded = call.query.get(f"if{field}NotMatch")
    if excluded is not None and int(excluded) == current:
        if call.method.name == "get":
            raise ApiError(304, "Not Modified", reason="notModified")
        raise unmet()


def bumped(body: Body) -> Body:
    """A body with its metageneration counted up and a new etag."""
    out: dict[str, Any] = {**body, "metageneration": str(int(body["metageneration"]) + 1)}
    out["etag"] = version_tag(out)
    return out
