"""Log entries: written, and read back newest or oldest first."""

import re
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.paging import place, token
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.logging import activity
from gcpstack.emulator.services.logging.queries import selects

MOST = 1000
USUAL_PAGE = 50
_SPACE = "log entries"
_ORDERS = ("", "timestamp", "timestamp asc", "timestamp desc")
_LOG_NAME = re.compile(r"(projects|organizations|folders|billingAccounts)/[^/]+/logs/[^/]{1,511}")
_HOLDER = re.compile(r"(projects|organizations|folders|billingAccounts)/[^/]+(/.*)?")


def any_of(world: World, holder: str) -> bool:
    """Whether a project, folder or organization has log entries."""
    return bool(world.state.record(_SPACE, holder, []))


def write(call: Call) -> Body:
    """``entries.write``: all of the entries or, where one can't be taken, none."""
    common, world = call.body, call.world
    if not common.get("entries"):
        raise invalid("entries must not be empty.", field="entries")
    for entry in common["entries"]:
        body: dict[str, Any] = {
            "logName": common.get("logName"),
            "resource": common.get("resource", {"type": "global"}),
            **entry,
        }
        if not body.get("logName"):
            raise invalid("Log entry has no log_name.", field="log_name")
        if not _LOG_NAME.fullmatch(str(body["logName"])):
            raise invalid(f"Invalid log name: '{body['logName']}'", field="log_name")
        body["logName"] = world.canonical(str(body["logName"]))
        body["labels"] = {**common.get("labels", {}), **entry.get("labels", {})}
        if not body["labels"]:
            body.pop("labels")
        body["receiveTimestamp"] = world.stamp()
        body.setdefault("timestamp", body["receiveTimestamp"])
        body.setdefault("insertId", world.ids.hex(16))
        holder = body["logName"].split("/logs/")[0]
        held = list(world.state.record(_SPACE, holder, []))[-(MOST - 1) :]
        if not common.get("dryRun"):
            world.state.set_record(_SPACE, holder, [*held, body])
    return {}


def list_entries(call: Call) -> Body:
    """``entries.list``."""
    names = [str(name) for name in call.body.get("resourceNames", [])]
    if not names:
        raise invalid("resource_names must not be empty.", field="resource_names")
    found: list[Body] = []
    for name in dict.fromkeys(names):
        if not _HOLDER.fullmatch(name):
            raise invalid(f"Invalid resource name: '{name}'", field="resource_names")
        holder = call.world.canonical("/".join(name.split("/")[:2]))
        found += call.world.state.record(_SPACE, holder, [])
        found += activity.entries(call.world, holder)
    order = str(call.body.get("orderBy", ""))
    if order not in _ORDERS:
        raise invalid('order_by must be "timestamp asc" or "timestamp desc".', field="order_by")
    where = selects(str(call.body.get("filter", "")))
    chosen = [entry for entry in found if where(entry)]
    chosen.sort(key=lambda entry: str(entry["timestamp"]), reverse=order.endswith("desc"))
    size = min(int(call.body.get("pageSize") or USUAL_PAGE), MOST)
    start = place(call.body, 0)
    answer: Body = {"entries": chosen[start : start + size]} if chosen[start:] else {}
    if len(chosen) > start + size:
        answer["nextPageToken"] = token(start + size)
    return answer


def list_logs(call: Call) -> Body:
    """``logs.list``: the names of the logs that have entries."""
    held = call.world.state.record(_SPACE, "/".join(call.segments[:2]), [])
    names = sorted({str(entry["logName"]) for entry in held})
    return {"logNames": names} if names else {}


def delete_log(call: Call) -> Body:
    """``logs.delete``: every entry of one log."""
    holder = "/".join(call.segments[:2])
    held = call.world.state.record(_SPACE, holder, [])
    kept = [entry for entry in held if entry["logName"] != call.name]
    call.world.state.set_record(_SPACE, holder, kept or None)
    return {}
