"""Tables and views (https://cloud.google.com/bigquery/docs/reference/rest/v2/tables)."""

import re
from typing import Any

from gcpstack.emulator.core import encryption
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, already_exists, invalid, not_found
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.paths import merge_patch, strip_nulls
from gcpstack.emulator.core.recorded import plain, stand_in
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.wire import Response
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.bigquery import columns
from gcpstack.emulator.services.bigquery.common import (
    BIGQUERY,
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

# Letters, marks, numbers, connectors, dashes and spaces of any script.
_NAME = re.compile(r"[\w\- ]{1,1024}")
_COUNTS = (
    "numBytes", "numRows", "numLongTermBytes", "numActiveLogicalBytes", "numLongTermLogicalBytes",
    "numTotalLogicalBytes",
)  # fmt: skip
_SERVER_FIELDS = (
    "kind", "id", "selfLink", "creationTime", "lastModifiedTime", "etag", "location", "type", "tableReference",
    *_COUNTS,
)  # fmt: skip
_LISTED = (
    "kind", "id", "tableReference", "friendlyName", "type", "labels", "creationTime", "expirationTime",
    "timePartitioning", "rangePartitioning", "clustering", "requirePartitionFilter",
)  # fmt: skip
_TYPES = {
    "view": "VIEW",
    "materializedView": "MATERIALIZED_VIEW",
    "externalDataConfiguration": "EXTERNAL",
}
_PARTITIONS = ("DAY", "HOUR", "MONTH", "YEAR")
_PARTITION_COLUMNS = ("TIMESTAMP", "DATE", "DATETIME")
_MOST_CLUSTERED = 4


def _table(call: Call) -> Obj:
    dataset, table = dataset_of(call), call.params["tableId"]
    name = f"{dataset.name}/tables/{table}"
    obj = call.find(stand_in(call.world.state, SERVICE, name))
    if obj is None:
        raise not_found(f"Not found: Table {dataset.body['id']}.{table}")
    return obj


def _check_key(call: Call, body: Body) -> None:
    """A dataset names a key unseen; what is in it is encrypted by BigQuery's agent.

    https://cloud.google.com/bigquery/docs/customer-managed-encryption
    """
    key = body.get("encryptionConfiguration", {}).get("kmsKeyName", "")
    agent = encryption.refused(call, key)
    if agent:
        text = (
            f"Please grant Cloud KMS CryptoKey Encrypter/Decrypter role to BigQuery service account '{agent}' "
            f"to use the KMS key {key}."
        )
        raise ApiError(403, text, reason="accessDenied", status="PERMISSION_DENIED")


# How a materialized view is kept up: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#materializedviewdefinition
_REFRESHED: Body = {"enableRefresh": True, "refreshIntervalMs": "1800000"}


def insert(call: Call) -> Body:
    """``insert``."""
    dataset = dataset_of(call)
    body = strip_nulls(dict(call.body))
    name = _named(call, dataset, body.get("tableReference", {}))
    full, told = f"{dataset.name}/tables/{name}", f"{dataset.body['id']}.{name}"
    if call.find(full):
        raise already_exists(f"Already Exists: Table {told}", reason="duplicate")
    for field in _SERVER_FIELDS:
        body.pop(field, None)
    kinds = [kind for field, kind in _TYPES.items() if field in body]
    if len(kinds) > 1:
        raise invalid(
            "A table can be only one of a view, a materialized view and an external table."
        )
    _inherit(call, dataset.body, body, plain_table=not kinds)
    if "materializedView" in body:
        body["materializedView"] = {**_REFRESHED, **body["materializedView"]}
    _check_key(call, body)
    _settle(call, body)
    body |= {
        "kind": "bigquery#table",
        "id": told,
        "selfLink": f"{ROOT}{full}",
        "tableReference": {**dataset.body["datasetReference"], "tableId": name},
        "creationTime": str(millis(call)),
        "location": dataset.body["location"],
        "type": kinds[0] if kinds else "TABLE",
        **dict.fromkeys(_COUNTS, "0"),
    }
    stamp(call, body)
    obj = call.world.state.put(Obj(SERVICE, "tables", full, body, {"created": call.world.now()}))
    _plan_end(call, obj)
    return obj.body


def _named(call: Call, dataset: Obj, reference: Body) -> str:
    name = str(reference.get("tableId", ""))
    if not name:
        raise required("tableReference.tableId")
    if not _NAME.fullmatch(plain(name)):
        raise invalid(
            f'Invalid table ID "{name}". Table IDs must be alphanumeric (plus underscores) and must be at '
            "most 1024 characters long."
        )
    project = call.world.project_of(reference.get("projectId", call.project))
    if (project, reference.get("datasetId", dataset.id)) not in (
        (call.project, dataset.id),
        (call.project, call.params["datasetId"]),
    ):
        raise invalid("The table reference names another dataset than the call.")
    return name


def _inherit(call: Call, dataset: Body, body: Body, *, plain_table: bool) -> None:
    """What a table has from its dataset."""
    if "defaultTableExpirationMs" in dataset and "expirationTime" not in body and plain_table:
        body["expirationTime"] = str(millis(call) + int(dataset["defaultTableExpirationMs"]))
    if "defaultPartitionExpirationMs" in dataset and "timePartitioning" in body:
        body.pop("expirationTime", None)
        body["timePartitioning"] = {
            "expirationMs": dataset["defaultPartitionExpirationMs"],
            **body["timePartitioning"],
        }
    if "defaultEncryptionConfiguration" in dataset:
        body.setdefault("encryptionConfiguration", dataset["defaultEncryptionConfiguration"])


def _settle(call: Call, body: Body) -> None:
    check_labels(body)
    if "schema" in body:
        body["schema"] = {
            **body["schema"],
            "fields": columns.settle(body["schema"].get("fields", ())),
        }
    fields = {field["name"]: field for field in body.get("schema", {}).get("fields", ())}
    if "view" in body:
        if not body["view"].get("query"):
            raise required("view.query")
        body["view"] = {"useLegacySql": True, **body["view"]}
    if "materializedView" in body and not body["materializedView"].get("query"):
        raise required("materializedView.query")
    if "timePartitioning" in body:
        _check_partitioning(body["timePartitioning"], fields)
    clustered = body.get("clustering", {}).get("fields", ())
    if len(clustered) > _MOST_CLUSTERED:
        raise invalid(f"Too many fields are used for clustering. The limit is {_MOST_CLUSTERED}.")
    for name in clustered:
        if name not in fields:
            raise invalid(
                f"The field specified for clustering cannot be found in the schema. Invalid field: {name}."
            )
    end = body.get("expirationTime")
    if end and int(end) < millis(call):
        raise invalid(
            "Invalid value for expirationTime: the expiration time must be in the future."
        )


def _check_partitioning(given: Body, fields: dict[str, Body]) -> None:
    if not given.get("type"):
        raise required("timePartitioning.type")
    if given["type"] not in _PARTITIONS:
        raise no_value("timePartitioning.type", given["type"])
    name = given.get("field")
    if name and name not in fields:
        raise invalid(
            f"The field specified for partitioning cannot be found in the schema. Invalid field: {name}."
        )
    if name and fields[name]["type"] not in _PARTITION_COLUMNS:
        raise invalid(
            f"The field specified for partitioning can only be of type {', '.join(_PARTITION_COLUMNS)}. The "
            f"type found is: {fields[name]['type']}."
        )


def get(call: Call) -> Body:
    """``get``."""
    return _table(call).body


def list_all(call: Call) -> Body:
    """``list``: a short form of each."""
    dataset = dataset_of(call)
    found = page(call, f"{dataset.name}/tables", "tables")
    rows: list[Any] = []
    for obj in found.items:
        row = {field: obj.body[field] for field in _LISTED if field in obj.body}
        if "view" in obj.body:
            row["view"] = {"useLegacySql": obj.body["view"]["useLegacySql"]}
        rows.append(row)
    count = sum(1 for _ in call.world.state.page(SERVICE, f"{dataset.name}/tables"))
    return {**listed("tableList", "tables", rows, found.next_token), "totalItems": count}


def change(call: Call) -> Body:
    """``patch``, a merge patch, and ``update``, which replaces all that clients may set."""
    obj = _table(call)
    check_version(call, obj)
    old, told = obj.body, obj.body["id"]
    merge = call.method.name == "patch"
    body = merge_patch(old, dict(call.body)) if merge else strip_nulls(dict(call.body))
    for field in _SERVER_FIELDS:
        body.pop(field, None)
        if field in old:
            body[field] = old[field]
    if not merge:
        body.setdefault("schema", old.get("schema", {"fields": []}))
    for field in _TYPES:
        if (field in body) != (field in old):
            raise invalid(f"Cannot change the type of table {told} from {old['type']}.")
    for field in ("timePartitioning", "rangePartitioning"):
        if _way(body, field) != _way(old, field):
            raise invalid(
                "Cannot convert non partitioned/clustered table to partitioned/clustered table."
                if field not in old
                else f"Cannot change partitioning of table {told}."
            )
    _settle(call, body)
    if old["type"] == "TABLE":
        held = old.get("schema", {}).get("fields", ())
        columns.check_change(told, held, body.get("schema", {}).get("fields", ()))
    stamp(call, body)
    obj = call.world.state.put(obj.but(body=body))
    _plan_end(call, obj)
    return obj.body


def _way(body: Body, field: str) -> Any:
    """How a table is partitioned, but for how long it is kept and what queries must say."""
    found = body.get(field)
    return found and {key: found[key] for key in ("type", "field", "range") if key in found}


def delete(call: Call) -> Response:
    """``delete``."""
    call.world.forget(_table(call))
    return Response(NO_CONTENT)


def _plan_end(call: Call, obj: Obj) -> None:
    end = obj.body.get("expirationTime")
    if end:
        wait = int(end) / 1000 - call.world.now()
        call.world.later(wait, SERVICE, "expire", {"name": obj.name, "end": end})


def _expire(world: World, payload: Body) -> None:
    """A table whose time has come is deleted, unless it was given more since."""
    obj = world.state.get(SERVICE, payload["name"])
    if obj is not None and obj.body.get("expirationTime") == payload["end"]:
        world.forget(obj)


EVENTS = {"expire": _expire}
TABLES = Kind(
    name="tables",
    resources=("tables",),
    schema="Table",
    dialect=BIGQUERY,
    methods={
        "insert": insert,
        "get": get,
        "list": list_all,
        "patch": change,
        "update": change,
        "delete": delete,
    },
    not_found="Not found: Table {name}",
)
