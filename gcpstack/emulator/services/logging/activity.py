"""The audit log of administrators' activity: what changed what exists, from the calls that came in.

https://cloud.google.com/logging/docs/audit#admin-activity. What was made is not told: the calls that came in
are known by their paths, and those of a creation name the parent alone.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from gcpstack.emulator.core.clock import rfc3339
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.world import World

LOG = "cloudaudit.googleapis.com%2Factivity"
# Whoever calls the emulator; nobody has to say who they are.
CALLER = "somebody@emulator.invalid"
_TYPE = "type.googleapis.com/google.cloud.audit.AuditLog"
DONE = range(200, 400)
_CHANGES = ("PATCH", "PUT", "DELETE", "POST")
_READS = re.compile(r"\.(get|list|aggregatedList|test|wait|search|access|query|run|write)\w*$")
_NAME = re.compile(r"/(projects/[^/?]+/[^?]+)")
_COMPUTE = re.compile(r"projects/[^/]+/(global|(regions|zones)/[^/]+)/[^/]+/[^/]+")


def entries(world: World, holder: str) -> Iterator[Body]:
    """Each change to what a project holds, as an entry, oldest first.

    Args:
        world: the emulated Google.
        holder: ``projects/NUMBER_OR_ID``, in its canonical form.
    """
    for row in world.log.rows():
        if row["http"] not in _CHANGES or row["status"] not in DONE or _READS.search(row["method"]):
            continue
        name = _resource(row)
        project = "/".join(name.split("/")[:2])
        if name and world.canonical(project) == holder:
            yield _entry(row, name, project)


def _resource(row: dict[str, Any]) -> str:
    """The object that a call changed; nothing where its path tells of none."""
    found = _NAME.search(str(row["path"]))
    name = found[1].split(":")[0] if found else ""
    if row["service"] == "compute":
        one = _COMPUTE.match(name)
        return one[0] if one else ""
    return name if len(name.split("/")) % 2 == 0 else ""


def _entry(row: dict[str, Any], name: str, project: str) -> Body:
    service = f"{row['service']}.googleapis.com"
    stamp = rfc3339(row["start"])
    number = sha256(f"{stamp}{row['method']}{name}".encode()).hexdigest()
    return {
        "protoPayload": {
            "@type": _TYPE,
            "authenticationInfo": {"principalEmail": CALLER},
            "serviceName": service,
            "methodName": row["method"],
            "resourceName": name,
        },
        "insertId": number[:16],
        "resource": {"type": "audited_resource", "labels": {"service": service}},
        "timestamp": stamp,
        "severity": "NOTICE",
        "logName": f"{project}/logs/{LOG}",
        "receiveTimestamp": stamp,
    }
