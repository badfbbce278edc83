"""Datasets (https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets)."""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, already_exists, invalid, not_found
from gcpstack.emulator.core.locations import REGIONS
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paths import merge_patch, strip_nulls
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.services.bigquery import access
from gcpstack.emulator.services.bigquery.common import (
    BIGQUERY,
    HOUR_MS,
    NO_CONTENT,
    ROOT,
    SERVICE,
    check_labels,
    check_version,
    dataset_of,
    listed,
    millis,
    no_value,
    page,
    required,
    stamp,
)

_NAME = re.compile(r"[A-Za-z0-9_]{1,1024}")
_SERVER_FIELDS = (
    "kind", "id", "selfLink", "creationTime", "lastModifiedTime", "etag", "location", "type", "datasetReference",
    "satisfiesPzs", "satisfiesPzi", "catalogSource",
)  # fmt: skip
_FIXED = ("externalDatasetReference", "linkedDatasetSource")
_LISTED = (
    "kind",
    "id",
    "datasetReference",
    "labels",
    "friendlyName",
    "location",
    "externalDatasetReference",
)
_MULTI_REGIONS = ("US", "EU")
# https://cloud.google.com/bigquery/docs/time-travel#configure_the_time_travel_window
_TRAVEL_HOURS = tuple(str(hours) for hours in range(48, 169, 24))
_USUAL_TRAVEL_HOURS = "168"
_COLLATIONS = ("", "und:ci")
_TRASH = "bigquery trash"
_DAY = 86400.0


def _location(text: str) -> str:
    """A place as it is told: multi-regions in capitals, regions in small letters."""
    if text.upper() in _MULTI_REGIONS:
        return text.upper()
    if text.lower() not in REGIONS and not text.lower().startswith(("aws-", "azure-")):
        raise invalid("Invalid storage region")
    return text.lower()


def _check(body: Body) -> None:
    check_labels(body)
    for field in ("defaultTableExpirationMs", "defaultPartitionExpirationMs"):
        if field in body and not int(body[field]):  # zero means never
            body.pop(field)
    if int(body.get("defaultTableExpirationMs") or HOUR_MS) < HOUR_MS:
        raise invalid(
            f"The minimum value of defaultTableExpirationMs is {HOUR_MS} milliseconds (one hour)."
        )
    hours = str(body.get("maxTimeTravelHours") or _USUAL_TRAVEL_HOURS)
    if hours not in _TRAVEL_HOURS:
        raise no_value("maxTimeTravelHours", hours)
    if body.get("defaultCollation", "") not in _COLLATIONS:
        raise no_value("defaultCollation", body["defaultCollation"])


def insert(call: Call) -> Body:
    """``insert``."""
    body = strip_nulls(dict(call.body))
    reference = body.get("datasetReference", {})
    name = str(reference.get("datasetId", ""))
    if not name:
        raise required("datasetReference.datasetId")
    if not _NAME.fullmatch(plain(name)):
        raise invalid(
            f'Invalid dataset ID "{name}". Dataset IDs must be alphanumeric (plus underscores) and must be '
            "at most 1024 characters long."
        )
    if call.world.project_of(reference.get("projectId", call.project)) != call.project:
        raise invalid("The project of the dataset reference is not the project of the call.")
    full, told = f"projects/{call.project}/datasets/{name}", f"{call.project}:{name}"
    if call.find(full):
        raise already_exists(f"Already Exists: Dataset {told}", reason="duplicate")
    place = _location(str(body.get("location") or "US"))
    for field in _SERVER_FIELDS:
        body.pop(field, None)
    _check(body)
    if not body.get("access"):
        body["access"] = access.usual()
    access.settle(call, told, body, [])
    body |= {
        "kind": "bigquery#dataset",
        "id": told,
        "selfLink": f"{ROOT}{full}",
        "datasetReference": {"datasetId": name, "projectId": call.project},
        "location": place,
        "type": "EXTERNAL" if "externalDatasetReference" in body else "DEFAULT",
        "creationTime": str(millis(call)),
    }
    stamp(call, body)
    meta = {"created": call.world.now()}
    return call.world.state.put(Obj(SERVICE, "datasets", full, body, meta)).body


def _shown(obj: Obj) -> Body:
    """A read tells the time travel window, given or not."""
    return {"maxTimeTravelHours": _USUAL_TRAVEL_HOURS, **obj.body}


def get(call: Call) -> Body:
    """``get``: all of it, or the view that is asked for."""
    told = _shown(dataset_of(call))
    view = call.query.get("datasetView")
    if view == "METADATA":
        told.pop("access")
    elif view == "ACL":
        told = {
            field: told[field]
            for field in ("kind", "etag", "id", "selfLink", "datasetReference", "access")
        }
    return told


def list_all(call: Call) -> Body:
    """``list``: a short form of each; those whose name begins with ``_`` only when all are asked for."""
    found = page(
        call, f"projects/{call.project}/datasets", "datasets", str(call.query.get("filter") or "")
    )
    rows = [
        {field: obj.body[field] for field in _LISTED if field in obj.body}
        for obj in found.items
        if call.query.get("all") or not obj.id.startswith("_")
    ]
    return listed("datasetList", "datasets", rows, found.next_token)


def _change(call: Call, obj: Obj, body: Body) -> Body:
    check_version(call, obj)
    old = obj.body
    place = str(call.body.get("location") or old["location"])
    if place.lower() != old["location"].lower():
        raise invalid("Dataset location cannot be changed.")
    for field in _FIXED:
        if field in call.body and call.body[field] != old.get(field):
            raise invalid(f"{field} cannot be changed.")
    for field in _SERVER_FIELDS:
        body.pop(field, None)
        if field in old:
            body[field] = old[field]
    body |= {field: old[field] for field in _FIXED if field in old}
    mode = call.query.get("updateMode")
    if mode == "UPDATE_ACL":
        body = {**old, "access": body.get("access", [])}
    elif mode == "UPDATE_METADATA":
        body["access"] = old["access"]
    _check(body)
    access.settle(call, old["id"], body, old["access"])
    stamp(call, body)
    return _shown(call.world.state.put(obj.but(body=body)))


def patch(call: Call) -> Body:
    """``patch``: a merge patch; the access list is replaced as a whole."""
    obj = dataset_of(call)
    return _change(call, obj, merge_patch(obj.body, dict(call.body)))


def update(call: Call) -> Body:
    """``update``: what is sent replaces all that clients may set; the access list stays if none is sent."""
    obj = dataset_of(call)
    body = strip_nulls(dict(call.body))
    body.setdefault("access", obj.body["access"])
    return _change(call, obj, body)


def delete(call: Call) -> Response:
    """``delete``: only an empty one, unless its contents may go too."""
    obj, state = dataset_of(call), call.world.state
    inside = state.children(SERVICE, obj.name)
    if inside and not call.query.get("deleteContents"):
        raise ApiError(400, f"Dataset {obj.body['id']} is still in use", reason="resourceInUse")
    kept = {
        "at": call.world.now(),
        "body": obj.body,
        "tables": [{"name": table.name, "body": table.body} for table in inside],
    }
    state.set_record(_TRASH, obj.name, kept)
    call.world.forget(obj)
    return Response(NO_CONTENT)


def undelete(call: Call) -> Body:
    """``undelete``: within the time travel window of https://cloud.google.com/bigquery/docs/restore-deleted-datasets."""
    state, told = call.world.state, f"{call.project}:{call.params['datasetId']}"
    name = f"projects/{call.project}/datasets/{call.params['datasetId']}"
    if call.find(name):
        raise already_exists(f"Already Exists: Dataset {told}", reason="duplicate")
    kept = state.record(_TRASH, name)
    if kept is None or kept["at"] + 7 * _DAY < call.world.now():
        raise not_found(f"Not found: Dataset {told}")
    state.set_record(_TRASH, name, None)
    body = dict(kept["body"])
    stamp(call, body)
    obj = state.put(Obj(SERVICE, "datasets", name, body, {"created": call.world.now()}))
    for table in kept["tables"]:
        state.put(Obj(SERVICE, "tables", table["name"], table["body"]))
    return _shown(obj)


DATASETS = Kind(
    name="datasets",
    resources=("datasets",),
    schema="Dataset",
    dialect=BIGQUERY,
    methods={
        "insert": insert,
        "get": get,
        "list": list_all,
        "patch": patch,
        "update": update,
        "delete": delete,
        "undelete": undelete,
    },
)
