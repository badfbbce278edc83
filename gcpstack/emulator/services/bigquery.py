"""BigQuery datasets and tables (https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets)."""

import re
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, already_exists, invalid, not_found
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body, Dialect, Kind, Service
from gcpstack.emulator.core.paths import merge_patch, strip_nulls
from gcpstack.emulator.core.recorded import plain, same_version
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response

ROOT = "https://bigquery.googleapis.com/bigquery/v2/"
NAME = re.compile(r"[A-Za-z0-9_]{1,1024}")
NO_CONTENT = 204
# https://cloud.google.com/bigquery/docs/access-control-basic-roles: the roles' older names are told.
LEGACY = {
    "roles/bigquery.dataOwner": "OWNER",
    "roles/bigquery.dataEditor": "WRITER",
    "roles/bigquery.dataViewer": "READER",
}
SERVER_FIELDS = (
    "kind", "id", "selfLink", "creationTime", "lastModifiedTime", "etag", "location", "datasetReference",
    "tableReference", "numBytes", "numRows", "numLongTermBytes", "numActiveLogicalBytes",
    "numLongTermLogicalBytes", "numTotalLogicalBytes", "type",
)  # fmt: skip


def _millis(call: Call) -> str:
    return str(int(call.world.now() * 1000))


def _access(body: Body) -> None:
    entries = [
        {**entry, "role": LEGACY.get(entry["role"], entry["role"])} if "role" in entry else entry
        for entry in body.get("access", [])
    ]
    body["access"] = sorted(entries, key=lambda e: (str(e.get("role", "")), str(sorted(e.items()))))


def _dataset(call: Call) -> Obj:
    name = f"projects/{call.project}/datasets/{call.params['datasetId']}"
    obj = call.find(name)
    if obj is None:
        raise not_found(f"Not found: Dataset {call.project}:{call.params['datasetId']}")
    return obj


def _stamp(call: Call, body: Body) -> None:
    body["lastModifiedTime"] = _millis(call)
    body["etag"] = fingerprint([body["id"], call.world.state.count("bigquery etag")])


def insert_dataset(call: Call) -> Body:
    """``datasets.insert``."""
    body = strip_nulls(dict(call.body))
    name = str(body.get("datasetReference", {}).get("datasetId", ""))
    if not NAME.fullmatch(plain(name)):
        raise invalid(
            f'Invalid dataset ID "{name}". Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long.'
        )
    full = f"projects/{call.project}/datasets/{name}"
    if call.find(full):
        raise already_exists(f"Already Exists: Dataset {call.project}:{name}", reason="duplicate")
    for field in ("kind", "id", "selfLink", "creationTime", "lastModifiedTime", "etag"):
        body.pop(field, None)
    body.setdefault("location", "US")
    body["type"] = "DEFAULT"
    if "access" not in body:
        body["access"] = [
            {"role": "OWNER", "specialGroup": "projectOwners"},
            {"role": "OWNER", "userByEmail": call.world.user},
            {"role": "READER", "specialGroup": "projectReaders"},
            {"role": "WRITER", "specialGroup": "projectWriters"},
        ]
    _access(body)
    body |= {
        "kind": "bigquery#dataset",
        "id": f"{call.project}:{name}",
        "selfLink": f"{ROOT}{full}",
        "datasetReference": {"datasetId": name, "projectId": call.project},
        "creationTime": _millis(call),
    }
    _stamp(call, body)
    obj = call.world.state.put(Obj("bigquery", "datasets", full, body))
    return obj.body


def get_dataset(call: Call) -> Body:
    """``datasets.get``; a read tells the time travel window too."""
    return _shown(_dataset(call))


def _shown(obj: Obj) -> Body:
    return {"maxTimeTravelHours": "168", **obj.body}


def list_datasets(call: Call) -> Body:
    """``datasets.list``: a short form of each."""
    fields = ("kind", "id", "datasetReference", "labels", "friendlyName", "location", "type")
    rows = [
        {key: obj.body[key] for key in fields if key in obj.body}
        for obj in call.world.state.page("bigquery", f"projects/{call.project}/datasets")
    ]
    answer: Body = {"kind": "bigquery#datasetList", "etag": fingerprint(rows)}
    return answer | ({"datasets": rows} if rows else {})


def _change(call: Call, obj: Obj, body: Body) -> Body:
    wanted = next((v for k, v in call.request.headers.items() if k.lower() == "if-match"), "")
    wanted = wanted or str(call.sent.get("etag") or "")
    if wanted and not same_version(wanted, obj.body["etag"]):
        raise ApiError(412, "Precondition check failed.", reason="conditionNotMet")
    sent_place = call.body.get("location")
    if sent_place and str(sent_place).upper() != str(obj.body.get("location")).upper():
        raise invalid("Dataset location cannot be changed.")
    for field in SERVER_FIELDS:
        body.pop(field, None)
        if field in obj.body:
            body[field] = obj.body[field]
    if "access" in body:
        _access(body)
    _stamp(call, body)
    return _shown(call.world.state.put(obj.but(body=body)))


def patch_dataset(call: Call) -> Body:
    """``datasets.patch``: a JSON merge patch; ``access`` is replaced as a whole."""
    obj = _dataset(call)
    return _change(call, obj, merge_patch(obj.body, dict(call.body)))


def update_dataset(call: Call) -> Body:
    """``datasets.update``: the sent body replaces what clients may set."""
    obj = _dataset(call)
    body = strip_nulls(dict(call.body))
    body.setdefault("access", obj.body["access"])
    return _change(call, obj, body)


def delete_dataset(call: Call) -> Response:
    """``datasets.delete``: only an empty one, unless its contents may go."""
    obj = _dataset(call)
    if call.world.state.children("bigquery", obj.name) and not call.query.get("deleteContents"):
        raise ApiError(400, f"Dataset {obj.body['id']} is still in use", reason="resourceInUse")
    call.world.forget(obj)
    return Response(NO_CONTENT)


# -- tables


def _table(call: Call) -> Obj:
    dataset, table = _dataset(call), call.params["tableId"]
    obj = call.find(f"{dataset.name}/tables/{table}")
    if obj is None:
        raise not_found(f"Not found: Table {dataset.body['id']}.{table}")
    return obj


def insert_table(call: Call) -> Body:
    """``tables.insert``."""
    dataset = _dataset(call)
    body = strip_nulls(dict(call.body))
    name = str(body.get("tableReference", {}).get("tableId", ""))
    if not NAME.fullmatch(plain(name).replace("-", "_")):
        raise invalid(f'Invalid table ID "{name}".')
    full = f"{dataset.name}/tables/{name}"
    if call.find(full):
        raise already_exists(
            f"Already Exists: Table {dataset.body['id']}.{name}", reason="duplicate"
        )
    reference = {**dataset.body["datasetReference"], "tableId": name}
    for field in SERVER_FIELDS:
        body.pop(field, None)
    for column in body.get("schema", {}).get("fields", []):
        if not column.get("policyTags", True):
            column.pop("policyTags")
    kind = (
        "VIEW" if "view" in body else "EXTERNAL" if "externalDataConfiguration" in body else "TABLE"
    )
    body |= {
        "kind": "bigquery#table",
        "id": f"{dataset.body['id']}.{name}",
        "selfLink": f"{ROOT}{full}",
        "tableReference": reference,
        "creationTime": _millis(call),
        "location": dataset.body["location"],
        "type": kind,
    }
    body |= dict.fromkeys(
        ("numBytes", "numRows", "numLongTermBytes", "numActiveLogicalBytes", "numLongTermLogicalBytes", "numTotalLogicalBytes"),
        "0",
    )  # fmt: skip
    _stamp(call, body)
    return call.world.state.put(Obj("bigquery", "tables", full, body)).body


def get_table(call: Call) -> Body:
    """``tables.get``."""
    return _table(call).body


def list_tables(call: Call) -> Body:
    """``tables.list``."""
    dataset = _dataset(call)
    fields = ("kind", "id", "tableReference", "labels", "friendlyName", "type", "creationTime")
    rows: list[Any] = [
        {key: obj.body[key] for key in fields if key in obj.body}
        for obj in call.world.state.page("bigquery", f"{dataset.name}/tables")
    ]
    answer: Body = {
        "kind": "bigquery#tableList",
        "etag": fingerprint(rows),
        "totalItems": len(rows),
    }
    return answer | ({"tables": rows} if rows else {})


def change_table(call: Call) -> Body:
    """``tables.patch`` and ``update``."""
    obj = _table(call)
    merge = call.method.name == "patch"
    body = merge_patch(obj.body, dict(call.body)) if merge else strip_nulls(dict(call.body))
    for field in SERVER_FIELDS:
        if field in obj.body:
            body[field] = obj.body[field]
    _stamp(call, body)
    return call.world.state.put(obj.but(body=body)).body


def delete_table(call: Call) -> Response:
    """``tables.delete``."""
    call.world.forget(_table(call))
    return Response(NO_CONTENT)


BIGQUERY = Dialect(name="bigquery", methods={}, keep_nulls=("patch",))
DATASETS = Kind(
    name="datasets",
    resources=("datasets",),
    schema="Dataset",
    dialect=BIGQUERY,
    methods={
        "insert": insert_dataset,
        "get": get_dataset,
        "list": list_datasets,
        "patch": patch_dataset,
        "update": update_dataset,
        "delete": delete_dataset,
    },
)
TABLES = Kind(
    name="tables",
    resources=("tables",),
    schema="Table",
    dialect=BIGQUERY,
    methods={
        "insert": insert_table,
        "get": get_table,
        "list": list_tables,
        "patch": change_table,
        "update": change_table,
        "delete": delete_table,
    },
)

SERVICE = Service(
    name="bigquery",
    title="BigQuery API",
    style="both",
    versions=("v2",),
    kinds=(DATASETS, TABLES),
    strict_query=False,
)
