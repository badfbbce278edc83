"""The schema of a table: which columns it may have, and how they may change.

https://cloud.google.com/bigquery/docs/schemas and https://cloud.google.com/bigquery/docs/managing-table-schemas
"""

import re
from collections.abc import Sequence

from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.services.bigquery.common import no_value

_NAME = re.compile(r"[A-Za-z_]\w{0,299}", re.ASCII)
# The names of GoogleSQL are told by their older names.
_OLDER = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN", "STRUCT": "RECORD"}
_TYPES = (
    "STRING", "BYTES", "INTEGER", "FLOAT", "BOOLEAN", "TIMESTAMP", "DATE", "TIME", "DATETIME", "GEOGRAPHY", "NUMERIC",
    "BIGNUMERIC", "JSON", "RECORD", "RANGE", "INTERVAL", "FOREIGN",
)  # fmt: skip
_MODES = ("NULLABLE", "REQUIRED", "REPEATED")
_USUAL_MODE = _MODES[0]
_DEEPEST = 15


def settle(fields: Sequence[Body], depth: int = 1) -> list[Body]:
    """Check columns, and spell them as they are told."""
    if depth > _DEEPEST:
        raise invalid(f"Schema has columns nested deeper than {_DEEPEST} levels.")
    seen: set[str] = set()
    for field in fields:
        name = str(field.get("name", ""))
        if not _NAME.fullmatch(name):
            raise invalid(
                f'Invalid field name "{name}". Fields must contain only letters, numbers, and underscores, '
                "start with a letter or underscore, and be at most 300 characters long."
            )
        if name.lower() in seen:
            raise invalid(f"Field {name} already exists in schema")
        seen.add(name.lower())
    return [_spelled(field, depth) for field in fields]


def _spelled(given: Body, depth: int) -> Body:
    field = dict(given)
    kind = str(field.get("type", "")).upper()
    field["type"] = _OLDER.get(kind, kind)
    if field["type"] not in _TYPES:
        raise no_value("type", field["type"])
    if "mode" in field:
        field["mode"] = field["mode"].upper()
        if field["mode"] not in _MODES:
            raise no_value("mode", field["mode"])
    if field["type"] == "RECORD":
        if not field.get("fields"):
            raise invalid(f"Field {field['name']} is type RECORD but has no schema")
        field["fields"] = settle(field["fields"], depth + 1)
    if not field.get("policyTags", True):
        field.pop("policyTags")
    return field


def check_change(table: str, old: Sequence[Body], new: Sequence[Body], above: str = "") -> None:
    """Columns may be added and relaxed, not taken away or changed."""
    said = f"Provided Schema does not match Table {table}. "
    after = {field["name"].lower(): field for field in new}
    before = {field["name"].lower() for field in old}
    for field in old:
        name = f"{above}{field['name']}"
        now = after.get(field["name"].lower())
        if now is None:
            raise invalid(f"{said}Field {name} is missing in new schema")
        if now["type"] != field["type"]:
            raise invalid(
                f"{said}Field {name} has changed type from {field['type']} to {now['type']}"
            )
        modes = field.get("mode", _USUAL_MODE), now.get("mode", _USUAL_MODE)
        if modes[0] != modes[1] and modes != ("REQUIRED", _USUAL_MODE):
            raise invalid(f"{said}Field {name} has changed mode from {modes[0]} to {modes[1]}")
        check_change(table, field.get("fields", ()), now.get("fields", ()), f"{name}.")
    for field in new:
        if field["name"].lower() not in before and field.get("mode") == "REQUIRED":
            raise invalid(
                f"{said}Cannot add required fields to an existing schema. (field: {above}{field['name']})"
            )
