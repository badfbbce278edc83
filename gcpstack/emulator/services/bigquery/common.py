"""What datasets and tables have in common: versions, pages, moments in milliseconds."""

from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, condition_not_met, invalid, not_found
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Dialect
from gcpstack.emulator.core.paging import Page
from gcpstack.emulator.core.recorded import same_version, stand_in
from gcpstack.emulator.core.store import Obj

SERVICE = "bigquery"
ROOT = "https://bigquery.googleapis.com/bigquery/v2/"
NO_CONTENT = 204
USUAL_PAGE, LARGEST_PAGE = 50, 1000
HOUR_MS = 3_600_000
# A patch is a merge patch: null takes a field away.
BIGQUERY = Dialect(name="bigquery", methods={}, keep_nulls=("patch",))


def millis(call: Call) -> int:
    """The present in milliseconds since the epoch."""
    return int(call.world.now() * 1000)


def required(name: str) -> ApiError:
    """The 400 of a call that leaves out what it must say."""
    return ApiError(400, f"Required parameter is missing: {name}", reason="required")


def no_value(field: str, text: Any) -> ApiError:
    """The 400 of a word that a field does not know."""
    return invalid(f"Invalid value for {field}: {text} is not a valid value")


def dataset_of(call: Call) -> Obj:
    """The dataset that the path names."""
    named = f"projects/{call.project}/datasets/{call.params['datasetId']}"
    obj = call.find(stand_in(call.world.state, SERVICE, named))
    if obj is None:
        raise not_found(f"Not found: Dataset {call.project}:{call.params['datasetId']}")
    return obj


def check_version(call: Call, obj: Obj) -> None:
    """412 where ``If-Match``, or an etag in the body, tells of another version."""
    headers = call.request.headers.items()
    wanted = next((value for name, value in headers if name.lower() == "if-match"), "")
    wanted = wanted or str(call.sent.get("etag") or "")
    if wanted and wanted != "*" and not same_version(wanted, obj.body["etag"]):
        raise condition_not_met("Precondition check failed.")


def stamp(call: Call, body: Body) -> None:
    """Note a change: its time, and the new version."""
    body["lastModifiedTime"] = str(millis(call))
    body["etag"] = fingerprint([body["id"], call.world.state.count("bigquery etag")])


def page(call: Call, collection: str, kind: str, where: str = "") -> Page:
    """One page of a collection."""
    size = int(call.query.get("maxResults") or USUAL_PAGE)
    return Page(
        call.world.state, SERVICE, [collection], kind, size=min(size, LARGEST_PAGE),
        page_token=str(call.query.get("pageToken") or ""), where=where,
    )  # fmt: skip


def listed(name: str, key: str, rows: list[Body], next_token: str) -> Body:
    """A list answer: without rows, the field of the rows is left out."""
    answer: Body = {"kind": f"bigquery#{name}", "etag": fingerprint([rows, next_token])}
    if rows:
        answer[key] = rows
    if next_token:
        answer["nextPageToken"] = next_token
    return answer


def check_labels(body: Body) -> None:
    """Labels follow https://cloud.google.com/bigquery/docs/labels-intro#requirements."""
    labels = body.get("labels") or {}
    if len(labels) > MOST_LABELS:
        raise invalid(f"Too many labels: at most {MOST_LABELS} are allowed.")
    for key, value in labels.items():
        if not _label(key) or not key[:1].isalpha():
            raise invalid(f'Invalid label key "{key}".')
        if not _label(value):
            raise invalid(f'Invalid label value "{value}" for key "{key}".')


MOST_LABELS = 64
_LONGEST_LABEL = 63


def _label(text: str) -> bool:
    plain = text.replace("-", "").replace("_", "")
    return len(text) <= _LONGEST_LABEL and text == text.lower() and (not plain or plain.isalnum())
