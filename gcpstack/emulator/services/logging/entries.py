"""Log entries: written, and read back newest or oldest first."""

from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.filters import matcher
from gcpstack.emulator.core.model import Body

MOST = 1000
_SPACE = "log entries"


def write(call: Call) -> Body:
    """``entries.write``."""
    common = call.body
    for entry in common.get("entries", []):
        body: dict[str, Any] = {
            "logName": common.get("logName"),
            "resource": common.get("resource", {"type": "global"}),
            **entry,
        }
        if not body.get("logName"):
            raise invalid("Log entry has no log_name.", field="log_name")
        body["labels"] = {**common.get("labels", {}), **entry.get("labels", {})}
        if not body["labels"]:
            body.pop("labels")
        body["receiveTimestamp"] = call.world.stamp()
        body.setdefault("timestamp", body["receiveTimestamp"])
        body.setdefault("insertId", call.world.ids.hex(16))
        parent = str(body["logName"]).split("/logs/")[0]
        held = list(call.world.state.record(_SPACE, parent, []))[-(MOST - 1) :]
        call.world.state.set_record(_SPACE, parent, [*held, body])
    return {}


def list_entries(call: Call) -> Body:
    """``entries.list``."""
    found: list[Body] = []
    for name in call.body.get("resourceNames", []):
        parent = call.world.canonical("/".join(str(name).split("/")[:2]))
        found += call.world.state.record(_SPACE, parent, [])
    where = matcher(str(call.body.get("filter", "")))
    chosen = [entry for entry in found if where(entry)]
    newest = "desc" in str(call.body.get("orderBy", ""))
    chosen.sort(key=lambda entry: str(entry["timestamp"]), reverse=newest)
    size = min(int(call.body.get("pageSize") or 50), MOST)
    start = int(call.body.get("pageToken") or 0)
    answer: Body = {"entries": chosen[start : start + size]} if chosen[start:] else {}
    if len(chosen) > start + size:
        answer["nextPageToken"] = str(start + size)
    return answer


def list_logs(call: Call) -> Body:
    """``logs.list``: the names of the logs that have entries."""
    held = call.world.state.record(_SPACE, f"projects/{call.project}", [])
    names = sorted({str(entry["logName"]) for entry in held})
    return {"logNames": names} if names else {}


def delete_log(call: Call) -> Body:
    """``logs.delete``: every entry of one log."""
    parent = f"projects/{call.project}"
    held = call.world.state.record(_SPACE, parent, [])
    kept = [entry for entry in held if entry["logName"] != call.name]
    call.world.state.set_record(_SPACE, parent, kept or None)
    return {}
